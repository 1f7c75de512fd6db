"""The harvested history: no row twice, no row lost, whatever happened to the harvests."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds_run import Site

from pacs_rounds import parse
from pacs_rounds.backup import drills, history
from pacs_rounds.catalogue import Collect
from pacs_rounds.conductor import Inputs
from pacs_rounds.evidence import store
from pacs_rounds.evidence.layout import payload, read_json
from pacs_rounds.model import Answer
from pacs_rounds.transports import archive

NOW = datetime(2026, 11, 22, 2, 0, 0)
HEAD = "SESSION_RECID|SESSION_STAMP|INPUT_TYPE|STATUS|DEVICE|START_TIME|END_TIME|INPUT_BYTES|OUTPUT_BYTES"
DATABASE = ("-- instance PACS\nDBID|NAME|LOG_MODE|DATABASE_ROLE|RESETLOGS_TIME|ASKED_AT|KEEP_DAYS|SPFILE|RETENTION|"
            "CONTROLFILE_AT|SPFILE_AT|CORRUPT_BLOCKS\n{dbid}|PACS|ARCHIVELOG|PRIMARY|2014-03-02T11:20:31|{at}|7|||||0\n"
            "-- 1 rows\n")
Texts = dict[str, tuple[float, str]]


def told(days_ago: float, jobs: list[int], status: str = "COMPLETED", dbid: int = 1, zone: int = 8) -> Texts:
    """One harvest so many days ago, telling the nightly jobs of so many days ago; the database is east of Greenwich."""
    at = NOW - timedelta(days=days_ago)
    rows = [f"{1000 - job}|{9_000_000 - job}|DB FULL|{status}|DISK|{NOW - timedelta(days=job):%Y-%m-%dT%H:%M:%S}|"
            f"{NOW - timedelta(days=job - 0.05):%Y-%m-%dT%H:%M:%S}|100|50" for job in jobs]
    epoch = (at - datetime(1970, 1, 1)).total_seconds() - zone * 3600
    return {history.JOBS: (epoch, "\n".join(["-- instance PACS", HEAD, *rows, f"-- {len(rows)} rows", ""])),
            history.DATABASE: (epoch, DATABASE.format(dbid=dbid, at=at.isoformat()))}


def joined(*harvests: Texts | str) -> dict[str, Any]:
    whole = history.History()
    for number, one in enumerate(harvests):
        history.take(whole, f"2026110{number}T000000Z-harvest-0000", one)
    found: dict[str, Any] = parse.parse("backup.history", history.as_text(whole))
    return found


def test_overlapping_harvests_tell_each_job_once() -> None:
    found = joined(told(14, [20, 19, 18]), told(7, [19, 18, 12]), told(0, [12, 3]))
    assert [job["recid"] for job in found["jobs"]] == [980, 981, 982, 988, 997]
    assert [one["count"] for one in found["harvests"]] == [3, 3, 2]


@given(st.lists(st.lists(st.integers(1, 60), max_size=8, unique=True), min_size=1, max_size=5))
def test_the_union_is_that_of_the_sets_in_any_order_and_however_often(parts: list[list[int]]) -> None:
    harvests = [told(1, part) for part in parts]
    wanted = {1000 - job for part in parts for job in part}
    for order in (harvests, harvests[::-1], [*harvests, *harvests]):
        found = [job["recid"] for job in joined(*order)["jobs"]]
        assert len(found) == len(set(found))
        assert set(found) == wanted


def test_a_job_that_ran_is_the_same_job_when_it_has_ended() -> None:
    (job,) = joined(told(3, [3], "RUNNING"), told(0, [3], "COMPLETED"))["jobs"]
    assert job["status"] == "COMPLETED"


def test_times_are_ours_whatever_zone_the_database_lives_in() -> None:
    (east,), (west,) = (joined(told(0, [3], zone=zone))["jobs"] for zone in (8, -5))
    assert west["start"] - east["start"] == 13 * 3600
    assert east["end"] - east["start"] == pytest.approx(0.05 * 86400, abs=1)


def test_another_database_under_the_same_name_has_its_own_jobs() -> None:
    assert len(joined(told(7, [9], dbid=1), told(0, [9], dbid=2))["jobs"]) == 2


@pytest.mark.parametrize(("harvest", "why"), [
    ("the sealed text was changed since: rounds verify", "changed since"),
    ({**told(7, [9]), history.JOBS: (1.0, "-- instance PACS\n" + HEAD)}, "without their count"),
    ({**told(7, [9]), history.JOBS: (1.0, "-- instance PACS\nORA-00942: table or view does not exist\n")}, "ORA-00942"),
    ({**told(7, [9]), history.DATABASE: (1.0, "-- instance PACS\n-- not running\n")}, "did not say which it is"),
])
def test_a_harvest_that_cannot_be_used_is_named_and_costs_no_other(harvest: Texts | str, why: str) -> None:
    found = joined(told(14, [20]), harvest, told(0, [3]))
    assert len(found["jobs"]) == 2
    assert [why in one["why"] for one in found["unusable"]] == [True]


def test_a_standby_is_no_harvest_and_no_fault() -> None:
    found = joined({**told(7, []), history.JOBS: (1.0, "-- instance PACS\n-- not running\n")})
    assert (found["harvests"], found["unusable"], found["jobs"]) == ([], [], [])


DAY = 86400.0


@pytest.mark.parametrize(("harvests", "gaps"), [
    ([], [(0.0, 100 * DAY)]),
    ([{"at": day * DAY, "keep_days": 7, "oldest": None} for day in range(7, 101, 7)] + [
        {"at": 100 * DAY, "keep_days": 7, "oldest": None}], []),
    ([{"at": 100 * DAY, "keep_days": 7, "oldest": 60 * DAY}], [(0.0, 60 * DAY)]),
    ([{"at": 20 * DAY, "keep_days": 30, "oldest": None}, {"at": 100 * DAY, "keep_days": 7, "oldest": None}],
     [(20 * DAY, 93 * DAY)]),
])
def test_what_nobody_can_know_is_named(harvests: list[dict[str, Any]], gaps: list[tuple[float, float]]) -> None:
    assert history.covered(harvests, 0.0, 100 * DAY) == gaps


def sealed(site: Site, texts: Texts, role: str = "backup_harvest") -> Any:
    """A sealed run with these answers of pacs-a, made by the code that keeps any round's answers."""
    run_dir = site.open()
    inputs = Inputs(run=run_dir.name, site="lab", host="pacs-a", role=role, platform="linux", transport="ssh",
                    checks=[])
    answers = [Answer(command, text, 0, at - 1, at) for command, (at, text) in texts.items()]
    store.write_role(run_dir, inputs, answers, [])
    return site.evidence.find(site.seal(run_dir).run)


def fresh(jobs: list[int]) -> Texts:
    now = time.time()
    return {command: (now, text) for command, (_, text) in told(0, jobs).items()}


def test_the_history_is_read_from_sealed_runs_only(site: Site) -> None:
    sealed(site, fresh([9, 8]))
    sealed(site, fresh([8, 7]), "backup_verify")
    left_open = site.open()
    store.write_role(left_open, Inputs(run=left_open.name, site="lab", host="pacs-a", role="backup_harvest",
                                       platform="linux", transport="ssh", checks=[]),
                     [Answer(command, text, 0, at, at) for command, (at, text) in fresh([1]).items()], [])
    (answer,) = archive.ask("lab", "pacs-a", [Collect(archive.HISTORY, "backup.history")])
    found = parse.parse("backup.history", answer.text)
    assert [job["recid"] for job in found["jobs"]] == [991, 992, 993]
    assert history.gather("lab", "ris-a", time.time()).jobs == {}


def test_a_changed_text_in_the_archive_is_told_and_not_believed(site: Site) -> None:
    folder = sealed(site, fresh([9]))
    row = read_json_lines(payload(folder) / "answers" / "pacs-a" / "backup_harvest.jsonl")[0]
    raw = payload(folder) / "raw" / f"{row['sha256']}.txt"
    raw.chmod(0o644)
    raw.write_text(raw.read_text(encoding="utf-8").replace("COMPLETED", "FAILED"), encoding="utf-8")
    found = history.gather("lab", "pacs-a", time.time())
    assert found.jobs == {}
    assert "changed since" in found.harvests[0].fault


def read_json_lines(path: Any) -> list[dict[str, Any]]:
    from pacs_rounds.evidence.layout import read_jsonl
    return [row for row in read_jsonl(path) if row["command"] == history.JOBS]


def test_harvests_at_once_lose_nothing(site: Site) -> None:
    parts = [[40, 39], [39, 38], [38, 37], [37, 36]]
    faults: list[BaseException] = []

    def one(part: list[int]) -> None:
        try:
            sealed(site, fresh(part))
        except BaseException as error:  # noqa: BLE001, RUF100  (told below, in the test's own thread)
            faults.append(error)

    threads = [threading.Thread(target=one, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    found = history.gather("lab", "pacs-a", time.time())
    assert sorted(key[3] for key in found.jobs) == sorted({1000 - job for job in itertools.chain(*parts)})


def test_weekly_harvests_do_not_hide_the_last_inspection(site: Site) -> None:
    first = site.round().run
    for _ in range(14):
        run_dir = site.open(round="quarterly", run=f"{datetime.now():%Y%m%dT%H%M%SZ}-harvest-{next(COUNT):04x}")
        site.seal(run_dir)
    assert first in read_json(site.open() / "run.json")["previous_runs"]


COUNT = itertools.count()


def test_only_sealed_drills_of_this_host_prove_a_rung(site: Site) -> None:
    assert drills.sealed("lab", "pacs-a") == []
    register = {"drills": [{"engine": "oracle", "name": "PACS", "rung": "restored_elsewhere", "state": "proved",
                            "at": "2026-09-20T03:12:00.000Z", "run": "r", "by": "drill on ims", "detail": "RTO 4 s; x"},
                           {"run": "q", "fault": "damaged"}]}
    paper = [{"engine": "oracle", "name": "PACS", "rungs": ["application_reads"], "at": "2026-10-01", "who": "Zhang",
              "evidence": "sheet 17"}]
    found = drills.proofs(register, paper, "oracle", "PACS")
    assert [(one.rung, one.by) for one in found] == [("restored_elsewhere", "drill on ims in run r"),
                                                     ("application_reads", "Zhang")]
    assert ";" not in found[0].what
    assert drills.proofs(register, paper, "oracle", "RIS") == []
