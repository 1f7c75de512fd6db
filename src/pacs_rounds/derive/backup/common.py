"""One instance's answers to the backup queries, with times as epoch seconds, and what is missing of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pacs_rounds.backup.ladder import DAY, moment
from pacs_rounds.derive import Data, Derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row

DATABASE = "backup_database"
COMPLETED = "COMPLETED"
DATA_TYPES = ("DB FULL", "DB INCR", "DATAFILE FULL", "DATAFILE INCR")
"""Input types of jobs that hold data files."""
QUARTER = 92 * DAY
NO_INSTANCE = "no instance runs on this host: the active node of its pair answers"


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a question has no answer."""

    reason: Reason
    detail: str

    def row(self, item: str, **named: Any) -> Row:
        """The row that says so."""
        return {"item": item, "unknown": str(self.reason), "detail": self.detail, **named}


class SilentError(Exception):
    """The host gave no answer to any query: one row says so for the whole check."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        super().__init__(gap.detail)


def or_silent(function: Derivation) -> Derivation:
    """A derivation over instances; on a silent host its one row is unknown with the reason."""

    @functools.wraps(function)
    def told(data: Data, context: Context) -> list[Row]:
        try:
            return function(data, context)
        except SilentError as silent:
            return [silent.gap.row("*")]

    return told


@dataclass(slots=True)
class Instance:
    """One running instance. `asked` is what its own clock said when `now` was ours (epoch seconds)."""

    sid: str
    asked: datetime | None
    now: float
    database: dict[str, Any]
    fault: Gap | None
    answers: dict[str, list[dict[str, Any]] | Gap]

    def rows(self, query: str) -> list[dict[str, Any]] | Gap:
        """The rows of one query, or why there are none."""
        return self.fault or self.answers.get(query) or self._none(query)

    def _none(self, query: str) -> list[dict[str, Any]] | Gap:
        found = self.answers.get(query)
        return [] if found is not None else Gap(Reason.NOT_RUN, f"{query} was not asked")

    def epoch(self, written: Any) -> float | None:
        """A time of the database as ours; None for NULL."""
        if not written or self.asked is None:
            return None
        return self.now - (self.asked - datetime.fromisoformat(str(written))).total_seconds()


def instances(data: Data, context: Context, queries: Iterable[str]) -> list[Instance]:
    """The instances that run here. NotApplicable where none does, or the host has no Oracle at all; SilentError."""
    known = (context.settings.get("oracle") or {}).get("instances")
    if not known:
        raise NotApplicable("no Oracle database is agreed for this host (rounds_oracle)")
    told = {query: _sections(data, context, query) for query in (DATABASE, *queries)}
    sids: dict[str, bool] = {}
    for found in told.values():
        for part in found if isinstance(found, list) else []:
            sids[part["sid"]] = sids.get(part["sid"], False) or part["running"]
    if sids and not any(sids.values()):
        raise NotApplicable(NO_INSTANCE)
    if not sids:
        gap = told[DATABASE]
        raise SilentError(gap if isinstance(gap, Gap) else Gap(Reason.EMPTY, "no instance is named in the answer"))
    return [_instance(sid, told, context) for sid, running in sids.items() if running]


def _sections(data: Data, context: Context, query: str) -> list[dict[str, Any]] | Gap:
    found = data.get(f"oracle.sql_{query}")
    if found is not None:
        return list(found)
    answer = context.answers.get(f"sqlplus {query}")
    if answer is None or answer.reason is None:
        return Gap(Reason.EMPTY, f"{query} gave no answer")
    return Gap(answer.reason, answer.detail or f"{query} gave no answer")


def _instance(sid: str, told: dict[str, list[dict[str, Any]] | Gap], context: Context) -> Instance:
    answers = {query: _part(sid, query, found) for query, found in told.items()}
    base = answers[DATABASE]
    silent = Gap(Reason.EMPTY, "the database says nothing of itself")
    fault = base if isinstance(base, Gap) else None if base else silent
    database = base[0] if isinstance(base, list) and base else {}
    asked = datetime.fromisoformat(database["asked_at"]) if database.get("asked_at") else None
    return Instance(sid, asked, context.collected_at, database, fault, answers)


def _part(sid: str, query: str, found: list[dict[str, Any]] | Gap) -> list[dict[str, Any]] | Gap:
    if isinstance(found, Gap):
        return found
    part = next((one for one in found if one["sid"] == sid), None)
    if part is None:
        return Gap(Reason.EMPTY, f"{query} gave no answer for {sid}")
    if part["reason"]:
        return Gap(Reason(part["reason"]), part["detail"])
    return list(part["rows"])


@dataclass(frozen=True, slots=True)
class Job:
    """One job of RMAN's, from the control file or from the harvested history. Times in epoch seconds."""

    input_type: str
    status: str
    start: float
    end: float | None
    output_bytes: int | None
    run: str = ""

    @property
    def done(self) -> bool:
        """Whether it wrote a backup: also one with warnings, whose reasons another check reads."""
        return self.status in (COMPLETED, "COMPLETED WITH WARNINGS")


def jobs_of(one: Instance, history: dict[str, Any] | None) -> list[Job] | Gap:
    """All jobs known of an instance, oldest first: the control file's own, and those it has given up since."""
    rows = one.rows("backup_jobs")
    if isinstance(rows, Gap):
        return rows
    dbid = one.database.get("dbid")
    found = {
        (row["stamp"], row["recid"]): Job(row["input_type"], row["status"], row["start"], row["end"],
                                          row["output_bytes"], row["run"])
        for row in (history or {}).get("jobs", []) if row["sid"] == one.sid and row["dbid"] == dbid}
    for row in rows:
        start = one.epoch(row["start_time"])
        if start is not None:
            found[row["session_stamp"], row["session_recid"]] = Job(
                row["input_type"] or "unknown", row["status"] or "unknown", start, one.epoch(row["end_time"]),
                row["output_bytes"])
    return sorted(found.values(), key=lambda job: job.start)


def agreed(context: Context, sid: str = "") -> dict[str, Any]:
    """What the inventory says of backups on this host (`rounds_backup`), or of one database."""
    whole: dict[str, Any] = context.settings.get("rounds_backup") or {}
    found: dict[str, Any] = (whole.get("databases") or {}).get(sid) or {} if sid else whole
    return found


def limits(context: Context) -> dict[str, Any]:
    """The site's own ages for the rungs of a ladder."""
    return dict(agreed(context).get("max_age_days") or {})


def listed(names: Iterable[Any], most: int = 5) -> str:
    """The first few of many, and how many more there are."""
    known = [str(name) for name in names]
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def day(at: float) -> str:
    """The date of a moment, UTC, to the minute."""
    return moment(at)[:16] + "Z"
