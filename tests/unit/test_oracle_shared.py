"""What the Oracle derivations share: whose rows count, whose clock, where files lie."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from pacs_rounds.derive.oracle import shared, space
from pacs_rounds.model import Context, NotApplicable


def answer(sid: str, rows: list[dict[str, Any]] | None = None, reason: str | None = None, detail: str = "",
           running: bool = True) -> dict[str, Any]:
    return {"sid": sid, "running": running, "reason": reason, "detail": detail, "rows": rows or []}


def test_instances_that_run_elsewhere_are_left_out_and_silent_ones_named() -> None:
    data = {"oracle.sql_jobs": [answer("A", [{"x": 1}]), answer("B", running=False),
                                answer("C", reason="refused", detail="no privilege")]}
    answers, gaps = shared.told(data, "jobs", "job")
    assert [(one.sid, one.rows) for one in answers] == [("A", [{"x": 1}])]
    assert gaps == [{"job": "C", "unknown": "refused", "detail": "no privilege"}]


def test_a_host_on_which_nothing_runs_has_nothing_to_judge() -> None:
    with pytest.raises(NotApplicable, match="no instance runs"):
        shared.told({"oracle.sql_jobs": [answer("A", running=False)]}, "jobs", "job")


@pytest.mark.parametrize("words", ["the query is for releases since 10.2", "this query is for Oracle since 10.2"])
def test_a_release_that_knows_nothing_of_it_has_nothing_to_judge(words: str) -> None:
    with pytest.raises(NotApplicable, match="since"):
        shared.told({"oracle.sql_jobs": [answer("A", reason="not_run", detail=words)]}, "jobs", "job")


def test_an_optional_answer_that_did_not_come_is_unknown() -> None:
    assert shared.told({}, "jobs", "job") == ([], [
        {"job": "*", "unknown": "not_run", "detail": "nothing was answered to jobs"}])
    assert shared.beside({}, "jobs", "A") is None
    assert shared.silence({}, "jobs", "A")["unknown"] == "not_run"


def test_the_databases_own_clock_counts_before_the_collectors() -> None:
    context = Context("h", "linux", settings={"rounds_timezone": "UTC"}, collected_at=1_790_000_000)
    data = {"oracle.sql_instance": [answer("A", [{"now_time": "2026-01-02T03:04:05"}])]}
    assert shared.now_of(data, "A", context) == datetime(2026, 1, 2, 3, 4, 5)
    assert shared.now_of({}, "A", context) == datetime(2026, 9, 21, 14, 13, 20)
    assert shared.now_of({}, "A", Context("h", "linux", settings={"rounds_timezone": "Mars/Base"},
                                          collected_at=1_790_000_000)).hour == 22


@pytest.mark.parametrize(("path", "where"), [
    ("/u01/oradata/x.dbf", "/u01/oradata"), ("/x.dbf", "/"), ("D:\\ORADATA\\X.DBF", "D:\\ORADATA"),
    ("+DATA/pacs/datafile/x.1.2", "+DATA/pacs/datafile"), ("x.dbf", "")])
def test_the_directory_of_a_file(path: str, where: str) -> None:
    assert shared.folder(path) == where


@pytest.mark.parametrize(("path", "place"), [
    ("/u01/oradata/x.dbf", "/u01"), ("/u01x/x.dbf", "/"), ("/u01/fra/y", "/u01/fra"), ("+data/pacs/x", "+DATA"),
    ("+OTHER/x", None), ("D:\\ORADATA\\X.DBF", None)])
def test_the_storage_beneath_is_the_longest_mount(path: str, place: str | None) -> None:
    assert space.Storage({"/": 1, "/u01": 2, "/u01/fra": 3, "+DATA": 4}).place(path) == place


@pytest.mark.parametrize(("file", "bigfile", "limit"), [
    ({"size_bytes": 10, "autoextensible": "NO", "maximum_bytes": 99, "block_size": 8192}, False, 10),
    ({"size_bytes": 10, "autoextensible": "YES", "maximum_bytes": 99, "block_size": 8192}, False, 99),
    ({"size_bytes": 10, "autoextensible": "YES", "maximum_bytes": 2**60, "block_size": 8192}, False, 4194303 * 8192),
    ({"size_bytes": 10, "autoextensible": "YES", "maximum_bytes": 2**60, "block_size": 8192}, True, 4294967293 * 8192),
    ({"size_bytes": 50, "autoextensible": "YES", "maximum_bytes": 40, "block_size": 8192}, False, 50),
    ({"size_bytes": None, "autoextensible": None, "maximum_bytes": None, "block_size": None}, False, 0)])
def test_how_large_a_file_can_become(file: dict[str, Any], bigfile: bool, limit: int) -> None:
    assert space.limit_of(file, bigfile) == limit


def test_growth_of_several_files_shares_the_storage_beneath() -> None:
    file = {"file_name": "/u01/a", "size_bytes": 100, "autoextensible": "YES", "maximum_bytes": 200, "block_size": 8192}
    files = [file, {**file, "file_name": "/u01/b"}, {**file, "file_name": "/u02/c"}]
    assert space.room(files, False, space.Storage({"/u01": 150, "/u02": 500}))[:2] == (300, 550)
    assert space.room(files, False, space.Storage({}))[:2] == (300, 300)


def test_a_baseline_that_is_no_list_is_a_mistake_in_the_baseline() -> None:
    with pytest.raises(TypeError, match="must be a list"):
        shared.agreed(Context("h", "linux", baseline={"oracle_jobs": "X.Y"}), "oracle_jobs")
