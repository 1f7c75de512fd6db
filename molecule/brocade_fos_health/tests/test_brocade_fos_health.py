"""The role finds what was planted, over both ways, and sends the switch nothing but commands that look."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    found = findings([one for one in sealed.of("brocade_fos_health") if one["check"] != "brocade.name_server"])
    assert found == {one for one in planted("brocade") if one[1] != "brocade.name_server"}


def test_the_command_that_hung_costs_its_own_check_only(run: Run) -> None:
    unknown = [one for one in run.of("brocade_fos_health") if one["outcome"] == "unknown"]
    assert {(one["check"], one["reason"]) for one in unknown} == {("brocade.name_server", "timed_out")}


def test_every_check_has_a_record(run: Run) -> None:
    assert {one["host"] for one in run.of("brocade_fos_health")} == {"san-1"}
    assert run.gaps("brocade_fos_health") == set()


def test_both_ways_were_used(run: Run) -> None:
    said = {one["check"]: one["transport"] for one in run.of("brocade_fos_health")}
    assert said["brocade.snmp"] == "snmp"
    assert said["brocade.zoning"] == "network_cli"
    assert set(said["brocade.fans"].split(", ")) == {"network_cli", "snmp"}


def test_nothing_but_looking_was_asked() -> None:
    untouched.san_only_looked_at()


def test_no_command_was_sent_twice() -> None:
    asked = [line for line in witness.san_commands()["san-1"] if line != "exit"]
    assert len(asked) == len(set(asked))


def test_only_the_san_switch_was_asked() -> None:
    untouched.servers_untouched()
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
