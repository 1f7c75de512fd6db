"""The instance and its database: state, mode, role, and whether it was restarted since the last run."""

from __future__ import annotations

from datetime import datetime

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.common import Fields, agreed, gap, pairs, running
from pacs_rounds.model import Context, Reason, Row

_STATUS = {"STARTED": "nomount", "MOUNTED": "mount", "OPEN MIGRATE": "migrating"}


def _one(sid: str, section: Fields, item: str) -> Fields | Row:
    """The only row of an answer, or the row of a gap (it has "unknown")."""
    if section["reason"]:
        return gap(item, section)
    if len(section["rows"]) != 1:
        return {item: sid, "unknown": Reason.EMPTY.value, "detail": f"{len(section['rows'])} rows instead of one"}
    only: Fields = section["rows"][0]
    return only


def _state(row: Fields) -> str:
    """One word for an instance, the gravest thing first."""
    if row["status"] in _STATUS:
        return _STATUS[row["status"]]
    if row["status"] != "OPEN":
        return str(row["status"]).lower()
    for wrong, word in ((row["shutdown_pending"] != "NO", "shutting_down"),
                        (row["database_status"] == "SUSPENDED", "suspended"),
                        (row["database_status"] == "INSTANCE RECOVERY", "recovering"),
                        (row["archiver"] == "FAILED", "archiver_failed"),
                        (row["blocked"] == "YES", "blocked"), (row["logins"] == "RESTRICTED", "restricted")):
        if wrong:
            return word
    return "open"


@derivation("oracle.instance_state")
def instance_state(data: Data, context: Context) -> list[Row]:
    """One row per instance of the inventory: its state, `absent` where it must run here and does not, `not_here` where
    it belongs to a pair (oracle.active_node says whether the other node has it)."""
    known = pairs(context)
    rows: list[Row] = []
    for section in data["oracle.sql_instance"]:
        sid = section["sid"]
        if not section["running"]:
            word = "not_here" if known.get(sid) else "absent"
            windows = context.platform == "windows"
            rows.append({"instance": sid, "state": word, "detail": "its Windows service is stopped, or runs without it"
                         if windows else "no ora_pmon process of this instance"})
            continue
        row = _one(sid, section, "instance")
        if "unknown" in row:
            rows.append(row)
            continue
        state = _state(row)
        detail = f"Oracle {row['version']} on {row['host_name']}, up since {row['startup_time']}"
        if state == agreed(context, sid).get("state", "open") != "open":
            state, detail = "as_agreed", f"{detail}; {state}, as agreed"
        rows.append({"instance": sid, "state": state, "detail": detail})
    return rows


@derivation("oracle.database_state")
def database_state(data: Data, context: Context) -> list[Row]:
    """One row per running instance: whether its database is open in the mode and the role that were agreed (READ WRITE
    and PRIMARY without another word in the baseline), and is the one the last run saw."""
    rows: list[Row] = []
    for section in running(data["oracle.sql_database"]):
        sid = section["sid"]
        row = _one(sid, section, "database")
        if "unknown" in row:
            rows.append(row)
            continue
        wanted = agreed(context, sid)
        said = f"{row['database_role']}, {row['open_mode']}, {row['log_mode']}"
        observed = f"{row['db_unique_name']} {row['dbid']} {row['database_role']} {row['open_mode']}"
        before = (context.earlier("oracle.database_state", sid) or {}).get("observed")
        if str(row["database_role"]).upper() != str(wanted.get("role", "PRIMARY")).upper():
            word = "other_role"
        elif str(row["open_mode"]).upper() != str(wanted.get("open_mode", "READ WRITE")).upper():
            word = "other_mode"
        else:
            word = "changed" if before and before != observed else "as_agreed"
        rows.append({"database": sid, "state": word, "observed": observed, "previous": before,
                     "detail": f"{said}; the last run saw {before}" if word == "changed" else said})
    return rows


@derivation("oracle.restart")
def restart(data: Data, context: Context) -> list[Row]:
    """One row per running instance: whether its start is the one the last run saw."""
    rows: list[Row] = []
    for section in running(data["oracle.sql_instance"]):
        sid = section["sid"]
        row = _one(sid, section, "instance")
        if "unknown" in row or not row["startup_time"]:
            detail = row.get("detail") or "the instance does not say when it was started"
            rows.append({"instance": sid, "unknown": row.get("unknown", Reason.EMPTY.value), "detail": detail})
            continue
        began = row["startup_time"]
        before = (context.earlier("oracle.restart", sid) or {}).get("observed")
        word = "first_seen" if not before else "unchanged" if _same(began, str(before)) else "restarted"
        detail = f"started {began}" + (f"; the last run saw it started {before}" if word == "restarted" else "")
        rows.append({"instance": sid, "start": word, "observed": began, "previous": before, "detail": detail})
    return rows


def _same(one: str, other: str) -> bool:
    """The same start: no instance starts twice within some seconds."""
    try:
        return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds()) < 5
    except ValueError:
        return False
