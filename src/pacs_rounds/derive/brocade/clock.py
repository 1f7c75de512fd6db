"""The switch's clock and its time server. Fabric OS prints a zone by name only; the record says how it was read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.brocade.common import said
from pacs_rounds.model import Context, Row

DEFAULT_ZONE = "Asia/Shanghai"


def epoch(date: dict[str, Any], context: Context) -> tuple[float, str]:
    """Epoch seconds of a printed date, and how its zone was found."""
    local = datetime.fromisoformat(date["time"])
    if date["zone"] in {"UTC", "GMT", "Z"}:
        return local.replace(tzinfo=UTC).timestamp(), date["zone"]
    name = str(context.settings.get("rounds_timezone") or context.settings.get("timezone") or DEFAULT_ZONE)
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zone, name = ZoneInfo(DEFAULT_ZONE), DEFAULT_ZONE
    return local.replace(tzinfo=zone).timestamp(), f"{date['zone'] or 'no zone'} taken for {name}"


def asked_at(context: Context) -> float | None:
    """The middle of the time between asking for the date and having the answer."""
    answer = context.answers.get("date")
    return (answer.started + answer.ended) / 2 if answer and answer.ended else None


@derivation("brocade.clock_offset")
def clock_offset(data: Data, context: Context) -> list[Row]:
    """How many seconds the switch's clock is off the collector's, whichever way. It prints whole seconds."""
    at, zone = epoch(said(data, "date"), context)
    middle = asked_at(context)
    if middle is None:
        return [{"part": "clock", "unknown": "not_run", "detail": "no time is recorded for the answer to date"}]
    offset = at - middle
    way = "ahead" if offset > 0 else "behind"
    return [{"part": "clock", "offset_seconds": round(abs(offset), 1),
             "detail": f"{abs(offset):.1f} s {way}, zone {zone}"}]


@derivation("brocade.time_server")
def time_server(data: Data, context: Context) -> list[Row]:
    """Row "time source", and one per server of the baseline's `ntp_servers`."""
    found = said(data, "tsclockserver")
    wanted = [str(server) for server in context.baseline.get("ntp_servers") or []]
    configured = found["configured"]
    detail = f"active {found['active'] or 'LOCL (its own clock)'}, configured {', '.join(configured) or 'none'}"
    state = "synchronised" if found["active"] else "fallen_back" if configured else "local_clock"
    rows: list[Row] = [{"part": "time source", "state": state, "detail": detail}]
    for server in wanted:
        if server == found["active"]:
            rows.append({"part": server, "state": "selected", "detail": "the switch follows it"})
        elif server in configured:
            rows.append({"part": server, "state": "configured", "detail": "in the list"})
        else:
            rows.append({"part": server, "state": "absent", "detail": "listed in the baseline, not configured"})
    return rows
