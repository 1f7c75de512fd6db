"""Redo and archived logs: where they go, how many, whether there is a second copy, and room for those to come."""

from __future__ import annotations

import statistics

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.shared import Fields, Told, beside, folder, human, now_of, said, told
from pacs_rounds.derive.oracle.space import storage
from pacs_rounds.model import Context, NotApplicable, Reason, Row

LEAST_DAYS_TO_COMPARE = 3
_RECOVERY_AREA = "USE_DB_RECOVERY_FILE_DEST"


@derivation("oracle.recovery_area")
def recovery_area(data: Data, context: Context) -> list[Row]:
    """Percent of the recovery area that cannot be freed at once; what is reclaimable is counted apart."""
    answers, rows = told(data, "recovery_area", "area")
    for one in answers:
        for row in one.rows:
            if not row["limit_bytes"]:
                continue
            kept = (row["used_bytes"] or 0) - (row["reclaimable_bytes"] or 0)
            rows.append({"area": one.name("recovery area"), "used_percent": round(100 * kept / row["limit_bytes"], 2),
                         "detail": said(str(row["name"]), f"{human(row['used_bytes'] or 0)} of "
                                        f"{human(row['limit_bytes'])}",
                                        f"{human(row['reclaimable_bytes'] or 0)} of it reclaimable")})
    if not rows:
        raise NotApplicable("no recovery area is set")
    return rows


@derivation("oracle.archive_mode")
def archive_mode(data: Data, context: Context) -> list[Row]:
    """Row per instance: its log mode; and, where it archives, one for the archiver."""
    answers, rows = told(data, "archive_destinations", "part")
    for one in answers:
        if not one.rows:
            rows.append({"part": one.sid, "unknown": Reason.EMPTY.value, "detail": "the view tells no log mode"})
            continue
        first = one.rows[0]
        mode = str(first["log_mode"]).lower()
        rows.append({"part": one.name("log mode"), "state": mode,
                     "detail": f"force logging {str(first['force_logging'] or 'not told').lower()}"})
        if mode.startswith("archivelog"):
            rows.append({"part": one.name("archiver"), "state": f"archiver_{str(first['archiver']).lower()}",
                         "detail": ""})
    return rows


_DESTINATION = {"VALID": "valid", "DEFERRED": "deferred", "ALTERNATE": "alternate"}


@derivation("oracle.archive_destinations")
def archive_destinations(data: Data, context: Context) -> list[Row]:
    """Each archive destination in use: its status as a word, with the last error."""
    answers, rows = told(data, "archive_destinations", "destination")
    for one in answers:
        if one.rows and one.rows[0]["log_mode"] == "NOARCHIVELOG":
            continue  # oracle.archive_mode says so
        used = [row for row in one.rows if row["destination_id"] is not None]
        for row in used:
            status = str(row["status"] or "not_told")
            rows.append({"destination": one.name(f"destination {row['destination_id']}"),
                         "state": _DESTINATION.get(status, status.lower().replace(" ", "_")), "detail": said(
                             str(row["destination"] or ""), str(row["binding"] or "").lower(), row["error"],
                             f"last failure {row['failed_at']}" if row["failed_at"] else "")})
        if not used:
            rows.append({"destination": one.sid, "state": "no_destination", "detail": "no archive destination is set"})
    if not rows:
        raise NotApplicable("the database does not archive its redo")
    return rows


def _days(one: Told, data: Data, context: Context) -> list[Fields]:
    """The complete days: today's is still growing."""
    today = now_of(data, one.sid, context).date().isoformat()
    return [row for row in one.rows if row["archived_on"] and row["archived_on"][:10] < today]


def _archives(data: Data, sid: str) -> bool:
    rows = beside(data, "archive_destinations", sid)
    return not rows or rows[0]["log_mode"] != "NOARCHIVELOG"


@derivation("oracle.archive_rate")
def archive_rate(data: Data, context: Context) -> list[Row]:
    """Archived redo of the last complete day, or today's where it is more, in percent of a usual day: the median of
    those before."""
    answers, rows = told(data, "archived_per_day", "database")
    found = [(one, _days(one, data, context)) for one in answers if _archives(data, one.sid)]
    for one, days in found:
        if not days:
            rows.append({"database": one.sid, "unknown": Reason.EMPTY.value,
                         "detail": "no log was archived in two weeks"})
            continue
        *before, last = days
        today = [row for row in one.rows if row not in days and row["size_bytes"] > last["size_bytes"]]
        last = today[-1] if today else last
        usual = statistics.median([row["size_bytes"] for row in before]) if before else 0
        if len(before) < LEAST_DAYS_TO_COMPARE or usual <= 0:
            rows.append({"database": one.sid, "unknown": Reason.NO_PREVIOUS.value,
                         "detail": f"{len(before)} days before it are on record, too few"})
            continue
        rows.append({"database": one.sid, "usual_percent": round(100 * last["size_bytes"] / usual, 1), "detail":
                     f"{human(last['size_bytes'])} in {last['log_count']} logs on {last['archived_on'][:10]}; "
                     f"a usual day has {human(usual)}"})
    if not rows:
        raise NotApplicable("the database does not archive its redo")
    return rows


@derivation("oracle.archive_headroom")
def archive_headroom(data: Data, context: Context) -> list[Row]:
    """How many of its busiest days the archived logs still have room for, were nothing backed up and deleted."""
    answers, rows = told(data, "archived_per_day", "database")
    for one in answers:
        if not _archives(data, one.sid):
            continue
        most = max((row["size_bytes"] or 0 for row in one.rows), default=0)
        free, where = _room(one.sid, data)
        if free is None or not most:
            rows.append({"database": one.sid, "unknown": Reason.EMPTY.value,
                         "detail": where if free is None else "no log was archived in two weeks"})
            continue
        rows.append({"database": one.sid, "days": round(free / most, 1),
                     "detail": f"{human(free)} free in {where}, {human(most)} on the busiest day"})
    if not rows:
        raise NotApplicable("the database does not archive its redo")
    return rows


def _room(sid: str, data: Data) -> tuple[float | None, str]:
    """Free bytes where logs are archived, and its name; None and the reason where that is not known."""
    local = [str(row["destination"]) for row in beside(data, "archive_destinations", sid) or []
             if row["destination"] and row["status"] == "VALID"]
    areas = [row for row in beside(data, "recovery_area", sid) or [] if row["limit_bytes"]]
    if areas and (not local or _RECOVERY_AREA in local):
        row = areas[0]
        return max(0, row["limit_bytes"] - row["used_bytes"] + (row["reclaimable_bytes"] or 0)), "the recovery area"
    beneath = storage(data, sid)
    for path in local:
        place = beneath.place(path)
        if place is not None:
            return beneath.free[place], place
    return None, "nothing is known of the storage the logs are archived to"


@derivation("oracle.redo_logs")
def redo_logs(data: Data, context: Context) -> list[Row]:
    """Each redo log group: its worst member's state, or how its members are spread."""
    answers, rows = told(data, "redo_logs", "group")
    for one in answers:
        groups: dict[int, list[Fields]] = {}
        for row in one.rows:
            if row["kind"] == "REDO":
                groups.setdefault(int(row["group_id"]), []).append(row)
        if not groups:
            rows.append({"group": one.sid, "unknown": Reason.EMPTY.value, "detail": "no redo log group is listed"})
        for number, members in sorted(groups.items()):
            first = members[0]
            rows.append({"group": one.name(f"group {number}"), "state": _spread(members), "detail": said(
                f"{first['member_count']} members of {human(first['size_bytes'] or 0)}, {str(first['status']).lower()}",
                ", ".join(_member(row) for row in members if row["file_name"]))})
    return rows


def _member(row: Fields) -> str:
    return f"{row['file_name']} {str(row['file_status']).lower()}" if row["file_status"] else str(row["file_name"])


def _spread(copies: list[Fields]) -> str:
    """invalid, stale, single_copy, same_directory or multiplexed, of the copies of a redo log or control file."""
    words = {str(row["file_status"] or "").upper() for row in copies}
    names = [str(row["file_name"]) for row in copies if row["file_name"]]
    if not names or "INVALID" in words:
        return "invalid"
    if "STALE" in words:
        return "stale"
    strange = sorted(words - {"", "DELETED"})
    if strange:
        return strange[0].lower().replace(" ", "_")
    if len(names) == 1:
        return "single_copy"
    return "multiplexed" if len({folder(name) for name in names}) > 1 else "same_directory"


@derivation("oracle.control_files")
def control_files(data: Data, context: Context) -> list[Row]:
    """Row per instance: how many copies of the control file there are, and how they are spread."""
    answers, rows = told(data, "redo_logs", "database")
    for one in answers:
        copies = [row for row in one.rows if row["kind"] == "CONTROL"]
        if not copies:
            rows.append({"database": one.sid, "unknown": Reason.EMPTY.value, "detail": "no control file is listed"})
            continue
        rows.append({"database": one.sid, "state": _spread(copies),
                     "detail": f"{len(copies)} copies: " + ", ".join(_member(row) for row in copies)})
    return rows


@derivation("oracle.log_switches")
def log_switches(data: Data, context: Context) -> list[Row]:
    """Log switches in the busiest hour of the last week."""
    answers, rows = told(data, "log_switches", "database")
    for one in answers:
        if not one.rows:
            rows.append({"database": one.sid, "switches_per_hour": 0, "detail": "no log was switched in seven days"})
            continue
        busiest = max(one.rows, key=lambda row: int(row["switch_count"]))
        total = sum(int(row["switch_count"]) for row in one.rows)
        rows.append({"database": one.sid, "switches_per_hour": busiest["switch_count"],
                     "detail": f"busiest hour {str(busiest['hour'])[:16]}; {total} in seven days"})
    return rows
