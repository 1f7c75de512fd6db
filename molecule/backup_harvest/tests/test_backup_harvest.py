"""The role keeps what each instance tells, names what cannot be known, and leaves nothing behind."""

from __future__ import annotations

import re

from conftest import Run
from shared import untouched

testinfra_hosts = ["local://"]


def test_the_jobs_of_both_databases_are_in_the_sealed_evidence(sealed: Run) -> None:
    for host in ("pacs-a", "ris-a"):
        record = next(one for one in sealed.of("backup_harvest")
                      if (one["host"], one["check"]) == (host, "backup.history_complete"))
        texts = [(sealed.folder / "data" / "raw" / f"{one['sha256']}.txt").read_text(encoding="utf-8")
                 for one in record["sources"] if one["command"] == "sqlplus backup_jobs"]
        assert re.search(r"DB INCR\|COMPLETED", texts[0])


def test_the_history_begins_where_the_control_file_does(run: Run) -> None:
    young = {one["host"]: one["detail"] for one in run.of("backup_harvest")
             if one["check"] == "backup.history_complete" and one["outcome"] == "warning"}
    assert "the control file keeps 1 days" in young["pacs-a"]
    assert "the control file keeps 35 days" in young["ris-a"]


def test_a_server_that_did_not_answer_is_unknown(run: Run) -> None:
    assert {one["outcome"] for one in run.of("backup_harvest") if one["host"] == "ris-b"} == {"unknown"}
    assert run.gaps("backup_harvest") == set()


def test_no_file_was_touched_and_no_process_is_left() -> None:
    untouched.servers_untouched()
