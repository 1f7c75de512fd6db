"""Around the database on its host: listener, alert log, audit files, patches of the software."""

from __future__ import annotations

from datetime import datetime, timedelta

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.common import Fields, local, running
from pacs_rounds.model import Context, NotApplicable, Reason, Row

FIRST_LOOK_DAYS = 31
"""How far back the first round reads an alert log: errors of years ago are no finding of today."""
_GRAVE = {
    "ORA-00600": "internal_error", "ORA-07445": "internal_error", "ORA-00603": "internal_error",
    "ORA-01578": "corruption", "ORA-01110": "corruption", "ORA-26040": "corruption", "ORA-00353": "corruption",
    "ORA-00354": "corruption", "ORA-01122": "corruption", "ORA-01115": "corruption", "ORA-27072": "corruption",
    "ORA-00257": "archiver_stuck", "ORA-16038": "archiver_stuck", "ORA-19504": "archiver_stuck",
    "ORA-19502": "archiver_stuck", "ORA-16014": "archiver_stuck",
    "ORA-19809": "recovery_area_full", "ORA-19815": "recovery_area_full", "ORA-19804": "recovery_area_full",
    "ORA-01652": "no_space", "ORA-01653": "no_space", "ORA-01654": "no_space", "ORA-01658": "no_space",
    "ORA-01688": "no_space", "ORA-01691": "no_space", "ORA-30036": "no_space",
    "ORA-04031": "out_of_memory", "ORA-04030": "out_of_memory", "ORA-00018": "limit_reached",
    "ORA-00020": "limit_reached", "ORA-00060": "deadlock", "ORA-01555": "snapshot_too_old",
}
_EVENTS = {"instance_killed": "instance_terminated", "corruption": "corruption", "archive_failed": "archiver_stuck",
           "log_wait": "log_wait"}


def _parts(parts: list[Fields], item: str) -> tuple[list[Fields], list[Row]]:
    """The parts that answered, and an `unknown` row for each that did not. NotApplicable where the instance or the
    software is not on this host."""
    here = [one for one in parts if one["state"] not in {"not_running", "no_home"}]
    if not here:
        raise NotApplicable("no instance runs on this host" if parts[0]["state"] == "not_running"
                            else "the Oracle home is not on this node")
    gaps: list[Row] = [{item: one["name"] or "*", "unknown": one["reason"], "detail": one["detail"]}
                       for one in here if one["state"] == "failed"]
    return [one for one in here if one["state"] == "answered"], gaps


@derivation("oracle.listener")
def listener(data: Data, context: Context) -> list[Row]:
    """One row per instance that runs here: whether a listener of this host serves it."""
    sids = [one["sid"] for one in running(data["oracle.sql_instance"])]
    told = data["oracle.listeners"]
    heard = [one["said"] for one in told if one["state"] == "answered"]
    if not heard:
        first = told[0]
        reason = first["reason"] or Reason.TOOL_MISSING.value
        return [{"instance": sid, "unknown": reason, "detail": first["detail"] or "no Oracle home"} for sid in sids]
    return [_served(sid, heard) for sid in sids]


def _served(sid: str, heard: list[Fields]) -> Row:
    states = {instance["status"] for said in heard for service in said["services"]
              for instance in service["instances"] if instance["name"].upper() == sid.upper()}
    if states & {"READY", "UNKNOWN"}:
        names = {service["name"] for said in heard for service in said["services"] for instance in service["instances"]
                 if instance["name"].upper() == sid.upper()}
        return {"instance": sid, "state": "serving", "detail": f"services {', '.join(sorted(names))}"}
    if states:
        return {"instance": sid, "state": "refusing", "detail": f"registered as {', '.join(sorted(states))}"}
    if any(said["running"] for said in heard):
        return {"instance": sid, "state": "not_registered", "detail": "the listener does not know this instance"}
    errors = [f"{error['code']}: {error['message']}" for said in heard for error in said["errors"]]
    if all(said["running"] is False for said in heard):
        return {"instance": sid, "state": "down", "detail": errors[0] if errors else "no listener"}
    return {"instance": sid, "unknown": Reason.REFUSED.value, "detail": errors[0] if errors else "asked in vain"}


@derivation("oracle.alert_log")
def alert_log(data: Data, context: Context) -> list[Row]:
    """One row per instance and error since the last run (a month on the first one): what it means and how often it
    came; one row `<SID>/read` that says how far back the log was read."""
    answered, rows = _parts(data["oracle.alert_logs"], "error")
    for part in answered:
        earlier = context.earlier("oracle.alert_log", f"{part['name'] or 'log'}/read")
        since = local(earlier["ended"], context) if earlier and earlier.get("ended") else None
        rows += _errors(part["name"] or "log", part["said"], since,
                        local(context.collected_at, context) - timedelta(days=FIRST_LOOK_DAYS))
    return rows


def _errors(sid: str, said: Fields, since: datetime | None, first_look: datetime) -> list[Row]:
    begin = since or first_look
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for entry in said["entries"]:
        if entry["at"] is None or datetime.fromisoformat(entry["at"]) <= begin:
            continue
        for error in entry["errors"]:
            word = _GRAVE.get(error["code"], "connection" if error["code"].startswith("TNS-") else "error")
            found.setdefault((error["code"], word), []).append((entry["at"], error["message"]))
        for kind in entry["kinds"] if not entry["errors"] else ():
            if kind in _EVENTS:
                found.setdefault((kind, _EVENTS[kind]), []).append((entry["at"], entry["lines"][0].strip()))
    rows: list[Row] = []
    for (code, word), times in sorted(found.items()):
        last, message = times[-1]
        rows.append({"error": f"{sid}/{code}", "state": word,
                     "detail": f"{len(times)} times since {begin:%Y-%m-%d %H:%M}, last {last}: {message[:160]}"})
    reach = {"error": f"{sid}/read", "state": "read", "detail": f"from {said['first_at']} to {said['last_at']}"}
    if since and datetime.fromisoformat(said["first_at"]) > since:
        detail = f"the log begins {said['first_at']}, the last run was {since.isoformat(timespec='seconds')}"
        reach = {"error": f"{sid}/read", "unknown": Reason.TRUNCATED.value,
                 "detail": f"{detail}: what stood between is not known"}
    return [*rows, reach]


@derivation("oracle.audit_files")
def audit_files(data: Data, context: Context) -> list[Row]:
    """One row per audit directory: how many files lie in it."""
    answered, rows = _parts(data["oracle.audit_files"], "directory")
    for part in answered:
        for one in part["said"]:
            if one["files"] is None:
                rows.append({"directory": one["path"], "unknown": Reason.REFUSED.value,
                             "detail": "the directory may not be read"})
            else:
                rows.append({"directory": one["path"], "files": one["files"]})
    return rows


@derivation("oracle.patch_level")
def patch_level(data: Data, context: Context) -> list[Row]:
    """One row per patch of each home: approved or not, and `missing` for an approved one the home does not have."""
    answered, rows = _parts(data["opatch.homes"], "patch")
    approved = context.baseline.get("oracle_patches")
    if approved is None:
        raise NotApplicable("no list of approved patches in the baseline (oracle_patches)")
    if not isinstance(approved, list):
        raise TypeError(f"baseline.oracle_patches must be a list, it is a {type(approved).__name__}")
    wanted = [str(one) for one in approved]
    for part in answered:
        home = part["name"] or part["said"]["home"]["oracle_home"]
        there = {str(one["id"]): one for one in part["said"]["patches"]}
        for number, one in there.items():
            detail = f"{one['description'] or 'no description'}; applied {one['applied_as_written']}"
            rows.append({"patch": f"{home}/{number}", "state": "approved" if number in wanted else "not_approved",
                         "detail": detail})
        rows += [{"patch": f"{home}/{number}", "state": "missing", "detail": "approved, and not in this home"}
                 for number in wanted if number not in there]
        if not there and not wanted:
            rows.append({"patch": home, "state": "approved", "detail": "no patch is there and none is approved"})
    return rows


