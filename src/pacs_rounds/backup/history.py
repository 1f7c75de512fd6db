"""The history of RMAN's jobs, put together from what was sealed: append-only, no row twice, no row lost.

The control file forgets after some days (`control_file_record_keep_time`, by default seven), a quarter is longer. Every
harvest, and every round that verifies backups, is a sealed run with the rows as the database told them; a history is
the union of these by the job's own key. Nothing is ever merged into a file, so there is nothing that two harvests at
once, a kill or a full disk could spoil: a run is sealed or it is none, and the next harvest asks for the same rows
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pacs_rounds.conductor import sha256
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence, payload, read_jsonl
from pacs_rounds.model import BadInput, ParseError
from pacs_rounds.parse.oracle_rows import Section, sections

ROLES = ("backup_harvest", "backup_verify")
"""Roles whose answers hold jobs."""
JOBS, DATABASE = "sqlplus backup_jobs", "sqlplus backup_database"
DAYS = 130
"""How far back runs are read: a quarter, what one control file may have kept before it, and some days."""
COLUMNS = ("recid", "stamp", "dbid", "input_type", "status", "device", "start", "end", "input_bytes", "output_bytes")


@dataclass(slots=True)
class Harvest:
    """One instance in one sealed run. `at` and `oldest` are epoch seconds; `keep_days` what the control file promises;
    `fault` says why nothing of it can be used."""

    run: str
    sid: str
    at: float
    keep_days: int = 0
    oldest: int | None = None
    count: int = 0
    fault: str = ""


@dataclass(slots=True)
class History:
    """All harvests, oldest first; the jobs by (SID, database id, stamp, number), each as the COLUMNS and its run."""

    harvests: list[Harvest] = field(default_factory=list)
    jobs: dict[tuple[str, int, int, int], tuple[str, ...]] = field(default_factory=dict)


def gather(site: str, host: str, now: float, days: int = DAYS) -> History:
    """What the sealed runs of a site hold of a host. BadInput for a chain that cannot be read."""
    since = f"{datetime.fromtimestamp(now, UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}"
    runs = [folder for folder in chain.sealed_runs(SiteEvidence.of(site)) if folder.name >= since]
    history = History()
    for folder in sorted(runs, key=lambda one: one.name):
        for role in ROLES:
            path = payload(folder) / "answers" / host / f"{role}.jsonl"
            if path.exists():
                take(history, folder.name, _texts(folder, path))
    return history


def _texts(folder: Path, path: Path) -> dict[str, tuple[float, str]] | str:
    """The raw texts of our two questions with the time of their end, or what is wrong with them."""
    found = {}
    try:
        for row in read_jsonl(path):
            if row["command"] in (JOBS, DATABASE) and row["sha256"]:
                text = (payload(folder) / "raw" / f"{row['sha256']}.txt").read_bytes().decode("utf-8")
                if sha256(text) != row["sha256"]:
                    return "the sealed text was changed since: rounds verify"
                found[row["command"]] = (datetime.fromisoformat(row["ended"]).timestamp(), text)
    except (BadInput, OSError, KeyError, TypeError, ValueError) as error:
        return f"the sealed answers cannot be read: {type(error).__name__}"
    return found


def take(history: History, run: str, texts: dict[str, tuple[float, str]] | str) -> None:
    """Add one run's answers: jobs that are new, and those whose state has moved on. Later runs must come later."""
    if isinstance(texts, str):
        history.harvests.append(Harvest(run, "*", 0.0, fault=texts))
        return
    if JOBS not in texts or DATABASE not in texts:
        return  # this run had no database to ask, or could not: it says so itself
    try:
        databases = {part.sid: part for part in sections(texts[DATABASE][1])}
        jobs = {part.sid: part for part in sections(texts[JOBS][1])}
    except ParseError as error:
        history.harvests.append(Harvest(run, "*", texts[JOBS][0], fault=str(error)))
        return
    for sid, part in jobs.items():
        if part.running:
            history.harvests.append(_instance(history, run, texts[JOBS][0], part, databases.get(sid)))


def _instance(history: History, run: str, at: float, jobs: Section, database: Section | None) -> Harvest:
    one = Harvest(run, jobs.sid, at)
    fault = jobs.detail if jobs.reason else "the database did not say which it is"
    if jobs.reason or database is None or database.reason or not database.rows:
        one.fault = fault
        return one
    try:
        asked = datetime.fromisoformat(database.rows[0]["asked_at"] or "")
        dbid, one.keep_days = int(database.rows[0]["dbid"] or ""), int(database.rows[0]["keep_days"] or 0)
        starts = [_job(history, run, jobs.sid, dbid, row, at, asked) for row in jobs.rows]
    except (KeyError, ValueError) as error:
        one.fault = f"a row that cannot be read: {error}"
        return one
    one.count, one.oldest = len(starts), min(starts, default=None)
    return one


def _job(history: History, run: str, sid: str, dbid: int, row: dict[str, str | None], at: float,
         asked: datetime) -> int:
    """Keep one row, as epoch seconds: the database's clock counts in its own zone, ours says what it is now."""
    def epoch(written: str | None) -> str:
        return "" if not written else str(round(at - (asked - datetime.fromisoformat(written)).total_seconds()))

    recid, stamp = int(row["session_recid"] or ""), int(row["session_stamp"] or "")
    start = epoch(row["start_time"])
    known = history.jobs.get((sid, dbid, stamp, recid))
    # The clocks' small differences must not make the same job another one: its first telling stands for its beginning.
    begun = known[6] if known else start
    history.jobs[sid, dbid, stamp, recid] = (
        str(recid), str(stamp), str(dbid), row["input_type"] or "", row["status"] or "", row["device"] or "",
        begun, epoch(row["end_time"]), row["input_bytes"] or "", row["output_bytes"] or "", run)
    return int(start)


def as_text(history: History) -> str:
    """The history as evidence: every harvest, then every job once with the run that told it last. Read back by the
    parser `backup.history`."""
    return "\n".join([*_lines(history.harvests), "== jobs", "|".join(("sid", *COLUMNS, "run")),
                      *("|".join((key[0], *row)) for key, row in sorted(history.jobs.items())),
                      f"== end {len(history.harvests)} {len(history.jobs)}"]) + "\n"


def _lines(harvests: Iterable[Harvest]) -> Iterator[str]:
    for one in harvests:
        if one.fault:
            yield f"== unusable {one.run} {one.sid} {one.at:.0f} {' '.join(one.fault.split())}"
        else:
            yield f"== harvest {one.run} {one.sid} {one.at:.0f} {one.keep_days} {one.oldest or '-'} {one.count}"


def covered(harvests: Iterable[dict[str, Any]], since: float, now: float) -> list[tuple[float, float]]:
    """The spans between `since` and `now` of which nobody can know anything, oldest first.

    `harvests` are {"at", "keep_days", "oldest"}. A control file gives up its oldest records first: a harvest tells
    everything of its last `keep_days`, and of all the time since the oldest row it still had.
    """
    spans = sorted((min(one["at"] - one["keep_days"] * 86400.0, one["oldest"] or one["at"]), one["at"])
                   for one in harvests)
    gaps, reached = [], since
    for begin, end in spans:
        if begin > reached:
            gaps.append((reached, min(begin, now)))
        reached = max(reached, end)
        if reached >= now:
            break
    if reached < now:
        gaps.append((reached, now))
    return [(begin, end) for begin, end in gaps if end - begin >= 1.0]
