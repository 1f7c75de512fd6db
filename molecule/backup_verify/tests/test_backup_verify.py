"""The role finds what was planted, asks read-only, and what nobody has proved stays unknown."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched

testinfra_hosts = ["local://"]


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    mine = [one for one in sealed.of("backup_verify") if one["host"] != "pacs-b"]
    assert findings(mine) == planted("backup")


def test_a_server_that_did_not_answer_is_unknown(run: Run) -> None:
    mine = {one["check"]: (one["outcome"], one["reason"]) for one in run.of("backup_verify") if one["host"] == "pacs-b"}
    assert mine["backup.oracle_ladder"] == ("unknown", "unreachable")
    assert {outcome for outcome, _ in mine.values()} <= {"unknown", "not_applicable"}


def test_every_check_has_a_record_on_every_host(run: Run) -> None:
    assert {one["host"] for one in run.of("backup_verify")} == {"pacs-a", "pacs-b", "ris-a", "ris-b", "ims"}
    assert run.gaps("backup_verify") == set()


def test_the_standby_has_no_backups_of_its_own(run: Run) -> None:
    rungs = [one for one in run.of("backup_verify")
             if (one["host"], one["check"]) == ("ris-b", "backup.oracle_ladder")]
    assert [one["outcome"] for one in rungs] == ["not_applicable"]


def test_no_name_of_an_image_left_its_host(run: Run) -> None:
    for path in (run.folder / "data").rglob("*"):
        assert not path.is_file() or b"XIAOMING" not in path.read_bytes(), path


def test_no_file_was_touched_and_no_process_is_left() -> None:
    untouched.servers_untouched()
