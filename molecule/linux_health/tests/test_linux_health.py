"""The role finds what was planted, and leaves the servers as they were."""

from __future__ import annotations

from typing import Any

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]
UNANSWERED = {"ris-b", "broker-a"}


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    assert findings(sealed.of("linux_health")) == planted("linux")


def test_every_check_has_a_record_on_every_server(run: Run) -> None:
    assert len({one["host"] for one in run.of("linux_health")}) == 9
    assert run.gaps("linux_health") == set()


def test_a_server_that_did_not_answer_is_unknown_throughout(run: Run) -> None:
    for host in UNANSWERED:
        assert {one["outcome"] for one in run.of("linux_health") if one["host"] == host} == {"unknown"}


def test_no_file_was_touched_and_no_process_is_left() -> None:
    """Not even of the command that hung."""
    untouched.servers_untouched()


def test_home_and_tmp_of_every_server_are_empty(host: Any) -> None:
    servers = sorted(path.name for path in witness.overlays().iterdir())
    assert len(servers) == 9
    for name in servers:
        for folder in ("home", "tmp", "var/tmp"):
            assert host.file(str(witness.overlays() / name / folder)).listdir() == [], (name, folder)


def test_only_the_servers_were_asked() -> None:
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
