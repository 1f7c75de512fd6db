"""NTP and the clock's offset. IOS prints a zone by name only; where its offset comes from is said in the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import missing_beside, said
from pacs_rounds.model import Context, Row

DEFAULT_ZONE = "Asia/Shanghai"


def epoch(clock: dict[str, Any], configuration: dict[str, Any] | None, context: Context) -> tuple[float, str]:
    """Epoch seconds of a printed clock, and how its zone was found."""
    local = datetime.fromisoformat(clock["time"])
    zone = (configuration or {}).get("timezone")
    if zone and zone["name"] == clock["zone"]:
        at = local.replace(tzinfo=timezone(timedelta(seconds=zone["offset_seconds"])))
        return at.timestamp(), f"{clock['zone']} as configured"
    if clock["zone"] in {"UTC", "GMT", "Z"}:
        return local.replace(tzinfo=UTC).timestamp(), clock["zone"]
    name = str(context.settings.get("rounds_timezone") or context.settings.get("timezone") or DEFAULT_ZONE)
    try:
        at = local.replace(tzinfo=ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        at = local.replace(tzinfo=ZoneInfo(DEFAULT_ZONE))
        name = DEFAULT_ZONE
    return at.timestamp(), f"{clock['zone']} taken for {name}: the switch prints no offset"


def asked_at(context: Context) -> float | None:
    """The middle of the time between asking for the clock and having the answer."""
    answer = context.answers.get("show clock")
    return (answer.started + answer.ended) / 2 if answer and answer.ended else None


@derivation("catalyst.clock_offset")
def clock_offset(data: Data, context: Context) -> list[Row]:
    """How many seconds the switch's clock is off the collector's, whichever way."""
    clock = said(data, "show_clock")
    at, zone = epoch(clock, said(data, "show_running_config"), context)
    middle = asked_at(context)
    if middle is None:
        return [{"part": "clock", "unknown": "not_run", "detail": "no time is recorded for the answer to show clock"}]
    offset = at - middle
    trust = "" if clock["synchronised"] else \
        ", lost its time source" if clock["authoritative"] else ", not authoritative (never set by NTP)"
    way = "ahead" if offset > 0 else "behind"
    return [{"part": "clock", "offset_seconds": round(abs(offset), 1),
             "detail": f"{abs(offset):.1f} s {way}, zone {zone}{trust}"}]


@derivation("catalyst.ntp")
def ntp(data: Data, context: Context) -> list[Row]:
    """Whether the clock follows a server, and one row per server of the baseline."""
    status = said(data, "show_ntp_status")
    state = "not_enabled" if not status["enabled"] else "synchronised" if status["synchronised"] else "unsynchronised"
    detail = "NTP is not configured" if not status["enabled"] else \
        f"stratum {status['stratum']}, reference {status['reference'] or 'none'}, offset {status['offset_seconds']} s"
    rows: list[Row] = [{"part": "clock", "state": state, "detail": detail}]
    wanted = [str(server) for server in context.baseline.get("ntp_servers") or []]
    if not wanted:
        return rows
    servers = said(data, "show_ntp_associations")
    if servers is None and status["enabled"]:
        reason, why = missing_beside(context, "show ntp associations") or ("tool_missing", "no list of NTP servers")
        return rows + [{"part": server, "unknown": reason, "detail": why} for server in wanted]
    known = {one["address"].lower(): one for one in servers or []}
    for server in wanted:
        one = known.get(server.lower())
        if one is None:
            rows.append({"part": server, "state": "absent", "detail": "listed in the baseline, not configured"})
        else:
            rows.append({"part": server, "state": "reachable" if int(one["reach"], 8) else "unreachable",
                         "detail": f"reach {one['reach']}, stratum {one['stratum']}"})
    return rows
