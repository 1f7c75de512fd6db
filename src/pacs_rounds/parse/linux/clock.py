"""Time: date, and the sources chrony or ntpd follow."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, one_line, refuse, shown, whole

_DATE = re.compile(r"(\d{9,11}) ([+-])(\d\d)(\d\d)")
_SAMPLE = re.compile(r"([+-]?\d+(?:\.\d+)?)(ns|us|ms|s)\[\s*[+-]?\d+(?:\.\d+)?(?:ns|us|ms|s)\]"
                     r"\s*\+/-\s*\d+(?:\.\d+)?(?:ns|us|ms|s)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
_CHRONY = re.compile(r"([\^=#])([*+\-?x~ ])\s*(\S{1,80})\s+(\d{1,2})\s+(-?\d{1,2})\s+([0-7]{1,3})\s+"
                     r"(-|\d{1,6}[mhdy]?)\s+(\S.{0,80})")
_CHRONY_STATES = {"*": "selected", "+": "combined", "-": "not_combined", "?": "unreachable", "x": "falseticker",
                  "~": "too_variable", " ": "unknown"}
_NTP_STATES = {"*": "selected", "o": "selected", "+": "combined", "#": "backup", "-": "not_combined",
               "x": "falseticker", ".": "not_combined", " ": "rejected"}
_RULE = re.compile(r"={20,}")
_LEGEND = re.compile(r"\s*(?:\.-- Source mode|/ \.- Source state|\| /|\|\|  ).*")


# 1790000000 +0800
@parser("linux.date")
def date(text: str) -> dict[str, int]:
    """`date '+%s %z'`: epoch_seconds and utc_offset_seconds."""
    line = one_line(text, "date")
    match = _DATE.fullmatch(line)
    if not match or int(match[4]) > 59 or int(match[3]) > 14:
        raise ParseError(f"date: expected seconds and zone like '1790000000 +0800', not {shown(line)}")
    offset = int(match[3]) * 3600 + int(match[4]) * 60
    return {"epoch_seconds": int(match[1]), "utc_offset_seconds": -offset if match[2] == "-" else offset}


def _chrony_row(number: int, line: str) -> dict[str, Any]:
    match = _CHRONY.fullmatch(line) if len(line) < 400 else None
    sample = _SAMPLE.fullmatch(match[8].strip()) if match else None
    if not match or not sample:
        refuse(number, line, "expected a source of chronyc: state, address, stratum, poll, reach, sample")
    return {"address": match[3], "state": _CHRONY_STATES[match[2]], "stratum": int(match[4]),
            "reach_bits": int(match[6], 8), "offset_seconds": round(float(sample[1]) * _SECONDS[sample[2]], 9)}


def _ntp_row(number: int, line: str) -> dict[str, Any]:
    state = _NTP_STATES.get(line[0])
    fields = line[1:].split()
    if state is None or len(fields) != 10 or not re.fullmatch(r"[0-7]{1,3}", fields[6]) or whole(fields[2]) is None:
        refuse(number, line, "expected a peer of ntpq: remote, refid, st, t, when, poll, reach, delay, offset, jitter")
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.\d{1,9})?", fields[8]):
        refuse(number, line, "expected an offset in milliseconds")
    return {"address": fields[0], "state": state, "stratum": int(fields[2]), "reach_bits": int(fields[6], 8),
            "offset_seconds": round(float(fields[8]) / 1000, 9)}


# 210 Number of sources = 2
# MS Name/IP address         Stratum Poll Reach LastRx Last sample
# ===============================================================================
# ^* 10.1.1.1                      2  10   377   371    -91us[ -128us] +/-   30ms
#
#      remote           refid      st t when poll reach   delay   offset  jitter
# ==============================================================================
# *10.1.1.1        .GPS.            1 u   33   64  377    0.411   -0.018   0.009
@parser("linux.time_sync")
def time_sync(text: str) -> dict[str, Any]:
    """`chronyc -n sources` or `ntpq -pn`: daemon (chrony, ntpd), running, sources.

    Sources: address, state (selected, combined, not_combined, backup, rejected, unreachable, falseticker,
    too_variable, unknown), stratum, reach_bits (eight last polls, 255 = all answered), offset_seconds.
    A client that found no daemon to talk to gives running: false.
    """
    result: dict[str, Any] = {"daemon": None, "running": False, "sources": []}
    for number, line in lines(text):
        plain = line.strip()
        if plain.startswith("MS Name/IP address"):
            result.update(daemon="chrony", running=True)
        elif re.match(r"remote\s+refid\s+st\s+t\s+when\s+poll", plain):
            result.update(daemon="ntpd", running=True)
        elif plain.startswith("506 Cannot talk to daemon"):
            result.update(daemon="chrony")
        elif re.match(r"(?:/\S*/)?ntpq: read: Connection refused", plain):
            result.update(daemon=result["daemon"] or "ntpd")
        elif plain.startswith("No association ID's returned"):
            result.update(daemon="ntpd", running=True)
        elif result["running"] and result["daemon"] == "chrony" and line[0] in "^=#" and not _RULE.fullmatch(line):
            result["sources"].append(_chrony_row(number, line))
        elif result["running"] and result["daemon"] == "ntpd" and not _RULE.fullmatch(line):
            result["sources"].append(_ntp_row(number, line))
        elif not (_RULE.fullmatch(line) and result["running"]) and not (
                re.fullmatch(r"210 Number of sources = \d{1,6}", plain) or _LEGEND.fullmatch(line[:200])):
            refuse(number, line, "expected the sources of chronyc or ntpq")
    if result["daemon"] is None:
        raise ParseError("time sources: neither chronyc's nor ntpq's heading")
    return result
