"""The role finds what was planted on the simulated SQL Server, and leaves it as it was."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    assert findings(sealed.of("mssql_health")) == planted("mssql")


def test_every_check_has_a_record(run: Run) -> None:
    assert {one["host"] for one in run.of("mssql_health")} == {"queue"}
    assert run.gaps("mssql_health") == set()


def test_no_file_was_touched_and_no_process_is_left() -> None:
    untouched.servers_untouched()


def test_nobody_else_was_asked() -> None:
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
