"""Archived logs: every number of the sequence must be backed up or on disk, or no recovery passes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.backup.common import Gap, Instance, instances, listed, or_silent
from pacs_rounds.model import Context, Row

OVERDUE = 26 * 3600.0
"""A log that is a day old and in no backup: the nightly job left it out."""


@dataclass(slots=True)
class Thread:
    """One thread of redo since the last OPEN RESETLOGS. `holes` are numbers nobody lists, `lost` those that are listed,
    but neither backed up nor on disk, `overdue` those on disk only, though old."""

    number: int
    count: int
    first: int
    last: int
    holes: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    overdue: list[int] = field(default_factory=list)


def threads(one: Instance, since: float | None = None) -> list[Thread] | Gap:
    """The threads, each from the log that was current at `since` (epoch seconds) on."""
    rows = one.rows("backup_redo")
    if isinstance(rows, Gap):
        return rows
    newest = max((row["resetlogs_change"] for row in rows), default=0)
    by_thread: dict[int, dict[int, dict[str, Any]]] = {}
    for row in rows:
        end = one.epoch(row["next_time"])
        if row["resetlogs_change"] == newest and (since is None or end is None or end >= since):
            by_thread.setdefault(row["thread_number"], {})[row["sequence_number"]] = row
    return [_thread(one, number, known) for number, known in sorted(by_thread.items())]


def _thread(one: Instance, number: int, known: dict[int, dict[str, Any]]) -> Thread:
    first, last = min(known), max(known)
    found = Thread(number, len(known), first, last)
    found.holes = [sequence for sequence in range(first, last) if sequence not in known]
    for sequence, row in sorted(known.items()):
        if not row["backups"] and not row["on_disk"]:
            found.lost.append(sequence)
        elif not row["backups"] and one.now - (one.epoch(row["next_time"]) or one.now) > OVERDUE:
            found.overdue.append(sequence)
    return found


@derivation("backup.archived_logs")
@or_silent
def archived_logs(data: Data, context: Context) -> list[Row]:
    """A row per instance and thread: complete, gap, lost, not_backed_up; not_archiving where the database does not."""
    rows: list[Row] = []
    for one in instances(data, context, ["backup_redo"]):
        found = threads(one)
        if isinstance(found, Gap):
            rows.append(found.row(one.sid))
        elif one.database.get("log_mode") == "NOARCHIVELOG":
            rows.append({"item": one.sid, "state": "not_archiving",
                         "detail": "a restore ends at the last whole backup: nothing after it can be recovered"})
        elif not found:
            rows.append({"item": one.sid, "unknown": "empty", "detail": "no archived log in the last 15 days"})
        else:
            rows += [_row(one, thread) for thread in found]
    return rows


def _row(one: Instance, thread: Thread) -> Row:
    item = f"{one.sid}/thread {thread.number}"
    told = f"{thread.count} logs from {thread.first} to {thread.last}"
    if thread.holes:
        return {"item": item, "state": "gap", "detail": f"missing from the sequence: {listed(thread.holes)}; {told}"}
    if thread.lost:
        return {"item": item, "state": "lost",
                "detail": f"neither backed up nor on disk: {listed(thread.lost)}; {told}"}
    if thread.overdue:
        said = f"on disk only for more than {OVERDUE / 3600:.0f} hours: {listed(thread.overdue)}"
        return {"item": item, "state": "not_backed_up", "detail": f"{said}; {told}"}
    return {"item": item, "state": "complete", "detail": told}
