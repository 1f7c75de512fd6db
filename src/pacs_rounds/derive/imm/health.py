"""The overall verdict of the IMM, its event log since the last run, its clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.imm.common import graver, health_word
from pacs_rounds.model import Context, Reason, Row

CLOCK_COMMAND = "snmpget -On 1.3.6.1.4.1.2.3.51.3.3.2.1.0 1.3.6.1.4.1.2.3.51.3.3.2.2.0"
DEFAULT_ZONE = "Asia/Shanghai"
# How far before the end of the last run an event may lie and still count as new: told twice rather than never.
OVERLAP_SECONDS = 60.0
SLOWEST_SECONDS = 20.0


@derivation("imm.health")
def health(data: Data, context: Context) -> list[Row]:
    """One row: the status and the severities of its reasons, whichever is graver; the reasons as detail."""
    said = data["ibm_imm.health"]
    state = {"normal": "ok", "noncritical": "warning", None: f"status_{said['status']}"}.get(
        said["state"], said["state"])
    for reason in said["reasons"]:
        state = graver(state, health_word(reason["severity"]))
    reasons = "; ".join(f"{one['severity']}: {one['description']}" for one in said["reasons"])
    return [{"part": "system", "state": state,
             "detail": f"systemHealthStat {said['status']} ({said['state'] or 'no value of the MIB'})"
                       f"{'; ' + reasons if reasons else ', no reason given'}"[:600]}]


def _epoch(local: str, clock: dict[str, Any] | None, context: Context) -> tuple[float, str]:
    """Epoch seconds of a time by the IMM's own clock, and how its zone was found."""
    moment = datetime.fromisoformat(local)
    if clock is not None and clock["utc_offset_seconds"] is not None:
        at = moment.replace(tzinfo=timezone(timedelta(seconds=clock["utc_offset_seconds"])))
        saving = ", daylight saving on" if clock["daylight_saving"] else ""
        return at.timestamp(), f"UTC{clock['utc_offset_seconds'] / 3600:+g} h as set in the IMM{saving}"
    name = str(context.settings.get("rounds_timezone") or DEFAULT_ZONE)
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        name, zone = DEFAULT_ZONE, ZoneInfo(DEFAULT_ZONE)
    return moment.replace(tzinfo=zone).timestamp(), f"taken for {name}: the IMM tells no zone"


def _offset(clock: dict[str, Any], context: Context) -> tuple[float, float, str] | None:
    """IMM minus collector in seconds, its uncertainty, and the zone; None when the time of asking is not known."""
    answer = context.answers.get(CLOCK_COMMAND)
    if answer is None or answer.ended <= 0 or answer.ended < answer.started:
        return None
    at, zone = _epoch(clock["local"], clock, context)
    return at - (answer.started + answer.ended) / 2, (answer.ended - answer.started) / 2 + 1, zone


@derivation("imm.clock_offset")
def clock_offset(data: Data, context: Context) -> list[Row]:
    """How far the IMM's clock is off for certain: the measured difference less its uncertainty."""
    measured = _offset(data["ibm_imm.clock"], context)
    if measured is None:
        return [{"part": "clock", "unknown": Reason.NOT_RUN.value, "detail": "the time of asking was not recorded"}]
    offset, uncertainty, zone = measured
    if uncertainty > SLOWEST_SECONDS:
        return [{"part": "clock", "unknown": Reason.TIMED_OUT.value,
                 "detail": f"the answer took {2 * uncertainty:.0f} s, too long to compare clocks"}]
    return [{"part": "clock", "offset_seconds": round(max(0.0, abs(offset) - uncertainty), 1),
             "detail": f"IMM minus collector {offset:+.1f} s, ± {uncertainty:.1f} s, zone {zone}"}]


@derivation("imm.event_log")
def event_log(data: Data, context: Context) -> list[Row]:
    """A row for the log as read, and one per kind of error or warning since the last run; without an earlier run the
    whole log is new.

    Times are the IMM's own, corrected by how far its clock is off now: a controller whose clock drifts must not hide
    what it wrote. An entry without a time counts as new.
    """
    entries, clock = data["ibm_imm.event_log"], data.get("ibm_imm.clock")
    measured = _offset(clock, context) if clock else None
    ahead, since = measured[0] if measured else 0.0, _last_run(context)
    kinds: dict[tuple[str, str], list[str]] = {}
    for one in entries:
        if one["severity"] not in {"error", "warning"}:
            continue
        if since is not None and one["local"] is not None \
                and _epoch(one["local"], clock, context)[0] - ahead < since - OVERLAP_SECONDS:
            continue
        kinds.setdefault((one["text"], one["severity"]), []).append(one["local"] or "no time")
    told = "since the last run" if since is not None else "in the whole log, no earlier run"
    trust = "" if measured else "; the IMM's clock could not be compared, its times are taken as they are"
    newest = max((one["local"] for one in entries if one["local"]), default="none")
    read: Row = {"event": "log", "severity": "read", "detail": f"{len(entries)} entries, newest {newest}{trust}"}
    return [read] + [
        {"event": text[:160], "severity": severity, "detail": f"{len(times)} times {told}, last {max(times)}"}
        for (text, severity), times in kinds.items()]


def _last_run(context: Context) -> float | None:
    """When this log was last read (epoch seconds); the row "log" stands in every run that could read it."""
    record = context.earlier("imm.event_log", "log")
    try:
        return datetime.fromisoformat(str(record["ended"]).replace("Z", "+00:00")).timestamp() if record else None
    except (KeyError, ValueError):
        return None
