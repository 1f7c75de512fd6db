"""The role finds what was planted in the databases, with one session each, and leaves the servers as they were."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

from pacs_rounds.lab import control
from pacs_rounds.lab.oracle import command_log

testinfra_hosts = ["local://"]


def told(host: str) -> list[str]:
    """The command lines of the Oracle programs that ran on a simulated server."""
    return command_log(control.directory(), host).read_text(encoding="utf-8").splitlines()


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    mine = {one for one in planted("oracle") if one[1] != "oracle.active_node"}  # that is of the role oracle_pairs
    assert findings(sealed.of("oracle_health")) == mine


def test_every_check_has_a_record_on_every_server(run: Run) -> None:
    assert len({one["host"] for one in run.of("oracle_health")}) == 4
    assert run.gaps("oracle_health") == set()


def test_one_session_per_instance_and_none_on_the_standby() -> None:
    """Each connection leaves a file in the audit directory."""
    for host in ("pacs-a", "ris-a"):
        sessions = [line for line in told(host) if "sqlplus" in line and "/nolog" in line]
        assert len(sessions) == 1, sessions
        assert all("select" not in line.lower() and "connect" not in line.lower() for line in told(host))
    assert not any("/nolog" in line for host in ("pacs-b", "ris-b") for line in told(host))


def test_a_patient_in_the_alert_log_is_not_kept(run: Run) -> None:
    kept = [path.read_text(encoding="utf-8") for path in (run.folder / "data" / "raw").glob("*.txt")]
    assert any("ORA-12012" in text for text in kept)
    assert not any("DOE^JOHN" in text for text in kept)
    assert not any("DOE^JOHN" in str(record) for record in run.records)


def test_no_file_was_touched_and_no_process_is_left() -> None:
    untouched.servers_untouched()


def test_only_the_servers_were_asked() -> None:
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
