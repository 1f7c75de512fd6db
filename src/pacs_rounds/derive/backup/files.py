"""Pieces, retention, and what the logs of RMAN and Data Pump say."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.backup.ladder import DAY, amount
from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.backup.common import Gap, agreed, day, instances, listed, or_silent
from pacs_rounds.model import Context, NotApplicable, Row

HARMLESS = frozenset({"ORA-31684", "ORA-39111"})
"""Data Pump: the object exists already."""
NEWEST_LOG = 1.6 * DAY
STILL_RUNNING = 6 * 3600.0


@derivation("backup.pieces")
@or_silent
def pieces(data: Data, context: Context) -> list[Row]:
    """A row per instance: available, expired (the last crosscheck did not find a piece), unavailable."""
    rows: list[Row] = []
    for one in instances(data, context, ["backup_pieces"]):
        found = one.rows("backup_pieces")
        if isinstance(found, Gap):
            rows.append(found.row(one.sid))
            continue
        gone = [row for row in found if row["status"] == "X"]
        away = [row for row in found if row["status"] not in ("A", "X")]
        told = f"{len(found)} pieces, {amount(sum(row['bytes'] or 0 for row in found))}"
        if not found:
            rows.append({"item": one.sid, "state": "no_piece", "detail": "the control file lists no piece"})
        elif gone:
            names = [row["handle"] for row in gone]
            rows.append({"item": one.sid, "state": "expired", "detail": f"{listed(names, 3)}; {told}"})
        elif away:
            names = [row["handle"] for row in away]
            rows.append({"item": one.sid, "state": "unavailable", "detail": f"{listed(names, 3)}; {told}"})
        else:
            rows.append({"item": one.sid, "state": "available", "detail": told})
    return rows


@derivation("backup.retention")
@or_silent
def retention(data: Data, context: Context) -> list[Row]:
    """A row per instance: RMAN's retention policy against the agreed one."""
    rows: list[Row] = []
    for one in instances(data, context, []):
        wanted = agreed(context, one.sid).get("retention")
        if isinstance(one.fault, Gap):
            rows.append(one.fault.row(one.sid))
        elif wanted is None:
            rows.append({"item": one.sid, "state": "not_agreed",
                         "detail": f"RMAN says {one.database.get('retention') or 'REDUNDANCY 1 (its default)'}"})
        else:
            said = one.database.get("retention") or "TO REDUNDANCY 1"
            same = _words(said) == _words(wanted)
            rows.append({"item": one.sid, "state": "agreed" if same else "differs",
                         "detail": f"RMAN says {said}, agreed is {wanted}"})
    return rows


def _words(policy: str) -> str:
    return re.sub(r"^TO\s+", "", " ".join(policy.upper().split()))


@derivation("backup.rman_logs")
def rman_logs(data: Data, context: Context) -> list[Row]:
    """A row per agreed directory of RMAN's logs: how the newest backup in it ended. That RMAN said its farewell proves
    nothing."""
    return _directories(data["backup.logs"], context, "rman", _rman)


@derivation("backup.dump_logs")
def dump_logs(data: Data, context: Context) -> list[Row]:
    """A row per agreed directory of Data Pump's or exp's logs: how the newest job ended."""
    return _directories(data["backup.logs"], context, "datapump", _dump)


def _directories(found: dict[str, Any], context: Context, kind: str, judge: Any) -> list[Row]:
    places = [one for one in found["directories"] if one["kind"] == kind]
    if not places:
        raise NotApplicable("the inventory names no such directory (rounds_backup.databases)")
    rows: list[Row] = []
    for place in places:
        item = f"{place['database']}: {place['path']}"
        if place["state"] == "refused":
            rows.append({"item": item, "unknown": "refused", "detail": "this user may not look into the directory"})
        elif place["state"] == "absent":
            rows.append({"item": item, "state": "absent", "detail": "the agreed directory is not there"})
        else:
            logs = [log for log in found["logs"] if log["kind"] == kind and log["database"] == place["database"]
                    and log["path"].rpartition("/")[0] == place["path"].rstrip("/")]
            rows.append({"item": item, **judge(logs, context.collected_at)})
    return rows


def _rman(logs: list[dict[str, Any]], now: float) -> Row:
    unread = [log for log in logs if not log["said"]]
    made = [log for log in logs if log["said"] and (not log["said"]["operations"] or log["said"]["errors"]
            or any("backup" in word for word in log["said"]["operations"])) and not log["said"]["read"]]
    newest = max(made, key=lambda log: log["modified"], default=None)
    later = [log for log in unread if newest is None or log["modified"] > newest["modified"]]
    if later:
        worst = max(later, key=lambda log: log["modified"])
        return {"unknown": "unparsable", "detail": f"{worst['path']}: {worst['refused']}".replace(";", ",")}
    if newest is None:
        return {"state": "no_log", "detail": "no log of a backup in the last 100 days"}
    said, told = newest["said"], f"{newest['path']}, written {day(newest['modified'])}"
    trouble = [text.replace(";", ",")[:160] for text in [*said["errors"], *said["warnings"]][:3]]
    if said["errors"] or said["failed"]:
        state = "failed"
    elif not said["complete"]:
        state = "cut_off" if now - newest["modified"] > STILL_RUNNING else "running"
    elif not said["wrote"]:
        state = "nothing_written"
    elif now - newest["modified"] > NEWEST_LOG:
        state = "old"
    else:
        state = "warnings" if said["warnings"] else "complete"
    proves_nothing = said["ended"] and state in ("failed", "nothing_written")
    farewell = ["RMAN said its farewell all the same"] if proves_nothing else []
    return {"state": state, "detail": "; ".join([told, *trouble, *farewell])}


def _dump(logs: list[dict[str, Any]], now: float) -> Row:
    newest = max(logs, key=lambda log: log["modified"], default=None)
    if newest is None:
        return {"state": "no_log", "detail": "no log in the last 100 days"}
    if not newest["said"]:
        return {"unknown": "unparsable", "detail": f"{newest['path']}: {newest['refused']}".replace(";", ",")}
    said = newest["said"]
    told = [f"{newest['path']}, written {day(newest['modified'])}"]
    told += [f"{said['tables']} tables, {said['rows']} rows"] if said["tables"] else []
    told += [", ".join(f"{code} {count} times" for code, count in said["errors"].items())] if said["errors"] else []
    if said["outcome"] == "unfinished":
        state = "running" if now - newest["modified"] < STILL_RUNNING else "unfinished"
    elif said["outcome"] in ("failed", "stopped"):
        state = said["outcome"]
    elif said["estimate_only"]:
        state = "nothing_written"
    elif said["outcome"] != "succeeded" and not (said["errors"] and set(said["errors"]) <= HARMLESS):
        state = "errors"
    elif now - newest["modified"] > NEWEST_LOG:
        state = "old"
    else:
        state = "succeeded" if said["outcome"] == "succeeded" else "harmless_errors"
    return {"state": state, "detail": "; ".join(told)}
