"""The role finds what was planted, and sends a switch nothing but commands that look."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]
ANSWERING = {"access-1", "access-2", "access-3", "core-1"}


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    assert findings(sealed.of("catalyst_health")) == planted("catalyst")


def test_every_check_has_a_record_on_every_switch(run: Run) -> None:
    assert {one["host"] for one in run.of("catalyst_health")} == {*ANSWERING, "core-2"}
    assert run.gaps("catalyst_health") == set()


def test_a_switch_that_refused_us_is_unknown_throughout(run: Run) -> None:
    assert {one["outcome"] for one in run.of("catalyst_health") if one["host"] == "core-2"} == {"unknown"}


def test_nothing_but_looking_was_asked() -> None:
    untouched.switches_only_looked_at(ANSWERING)


def test_no_command_was_sent_twice() -> None:
    for name, lines in witness.switch_commands().items():
        asked = [line for line in lines if line.startswith(("show", "dir"))]
        assert len(asked) == len(set(asked)), name


def test_only_the_switches_were_asked() -> None:
    untouched.servers_untouched()
    assert not any(witness.associations().values())
