"""Overall health, event log and clock."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ibm_imm.mib import IMM, entries, need, rows_of
from pacs_rounds.parse.snmp_text import VarBind, scalar

# Published scripts disagree about these; the MIB says so, and 2 is the graver of the two.
STATES = {0: "nonrecoverable", 2: "critical", 4: "noncritical", 255: "normal"}
_SEVERITIES = {0: "error", 1: "warning", 2: "information", 3: "other"}


# .1.3.6.1.4.1.2.3.51.3.1.4.1.0 = INTEGER: 2
# .1.3.6.1.4.1.2.3.51.3.1.4.2.1.2.1 = STRING: "Critical"
# .1.3.6.1.4.1.2.3.51.3.1.4.2.1.3.1 = STRING: "Power Supply 2 has failed"
@parser("ibm_imm.health")
def health(text: str) -> dict[str, Any]:
    """{status: the number, state: its word or None, reasons: [{severity, description}]}.

    Source: systemHealthStat and systemHealthSummaryTable; the summary says why, and may hold a row when all is well.
    """
    rows = rows_of(text, f"{IMM}.1.4", "system health")
    status = scalar(rows, f"{IMM}.1.4.1.0")
    if status is None:
        raise ParseError(f"the agent has no system health ({IMM}.1.4.1.0)")
    reasons = [{"severity": need(cells, "severity", index).text.strip(),
                "description": " ".join(need(cells, "description", index).text.split())}
               for index, cells in entries(rows, f"{IMM}.1.4.2.1", {2: "severity", 3: "description"}).items()]
    return {"status": status.integer, "state": STATES.get(status.integer), "reasons": reasons}


# .1.3.6.1.4.1.2.3.51.3.2.1.1.1.2.1 = STRING: "Power Supply 2 has been inserted"
# .1.3.6.1.4.1.2.3.51.3.2.1.1.1.3.1 = INTEGER: 2                  0 error, 1 warning, 2 information, 3 other
# .1.3.6.1.4.1.2.3.51.3.2.1.1.1.4.1 = STRING: "11/20/2026"       month first; a year may have two digits
# .1.3.6.1.4.1.2.3.51.3.2.1.1.1.5.1 = STRING: "08:14:55"
@parser("ibm_imm.event_log")
def event_log(text: str) -> list[dict[str, Any]]:
    """{index, severity, local: ISO time by the IMM's own clock, or None for one it had before it was set, text}.

    Source: eventLogTable, in the agent's order (newest first).
    """
    rows = rows_of(text, f"{IMM}.2.1.1", "event log")
    columns = {2: "text", 3: "severity", 4: "date", 5: "time"}
    result: list[dict[str, Any]] = []
    for index, cells in entries(rows, f"{IMM}.2.1.1.1", columns).items():
        number = need(cells, "severity", index).integer
        if number not in _SEVERITIES:
            raise ParseError(f"entry {index[-1]} has severity {number}, none of {', '.join(map(str, _SEVERITIES))}")
        result.append({"index": index[-1], "severity": _SEVERITIES[number],
                       "local": _moment(need(cells, "date", index), need(cells, "time", index)),
                       "text": " ".join(need(cells, "text", index).text.split())})
    return result


def _moment(date: VarBind, time: VarBind) -> str | None:
    written = f"{date.text.strip()} {time.text.strip()}"
    if not written.strip() or written.startswith("00/00/"):
        return None
    # 11/20/2026, 11/20/26; the year first where firmware is set so
    written = re.sub(r"^(\d{4})[/-](\d{1,2})[/-](\d{1,2}) ", r"\2/\3/\1 ", written)
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2}) (\d{1,2}):(\d{2}):(\d{2})(?:\.\d{1,6})?", written)
    return _iso(match, f"line {date.line}", written)


def _iso(match: re.Match[str] | None, where: str, written: str) -> str:
    """Month, day, year, hour, minute, second as ISO 8601 without a zone."""
    try:
        if match is None:
            raise ValueError
        month, day, year, hour, minute, second = (int(part) for part in match.groups())
        return datetime(year if year > 99 else 2000 + year, month, day, hour, minute, second).isoformat()
    except ValueError:
        raise ParseError(f"{where}: no month/day/year and time: {written[:40]!r}") from None


# .1.3.6.1.4.1.2.3.51.3.3.2.1.0 = STRING: "11/22/2026,14:03:11"
# .1.3.6.1.4.1.2.3.51.3.3.2.2.0 = STRING: "+8:00,no"              offset from Greenwich, daylight saving observed?
@parser("ibm_imm.clock")
def clock(text: str) -> dict[str, Any]:
    """{local: ISO time without zone, utc_offset_seconds or None, daylight_saving: bool or None}. Source: spClock."""
    rows = rows_of(text, f"{IMM}.3.2", "clock")
    said = scalar(rows, f"{IMM}.3.2.1.0")
    if said is None:
        raise ParseError(f"the agent has no clock ({IMM}.3.2.1.0)")
    match = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4}), ?(\d{2}):(\d{2}):(\d{2})", said.text.strip())
    local = _iso(match, f"line {said.line}", said.text)
    zone = scalar(rows, f"{IMM}.3.2.2.0")
    offset, saving = _zone(zone) if zone else (None, None)
    return {"local": local, "utc_offset_seconds": offset, "daylight_saving": saving}


def _zone(zone: VarBind) -> tuple[int, bool]:
    match = re.fullmatch(r"(?:gmt)?([+-]?)(\d{1,2})(?::(\d{2}))?,(yes|no)(?:,\w{1,4})?", zone.text.strip().lower())
    if match is None:
        raise ParseError(f"line {zone.line}: no offset from Greenwich: {zone.text[:40]!r}")
    seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
    return -seconds if match[1] == "-" else seconds, match[4] == "yes"
