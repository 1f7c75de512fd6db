"""The time service: w32tm /query /status [/verbose]. English only: the Chinese wording is not verified, so refused."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.windows.text import fail, lines_of, stamp

_PAIR = re.compile(r"^(?P<key>[A-Z][A-Za-z ]*): ?(?P<value>.*)$")
_SECONDS = {"Root Delay": "root_delay_seconds", "Root Dispersion": "root_dispersion_seconds",
            "Phase Offset": "offset_seconds", "Time since Last Good Sync Time": "since_sync_seconds"}
_NUMBERS = {"Leap Indicator": "leap", "Stratum": "stratum"}
_OTHERS = {"Precision", "ReferenceId", "ClockRate", "State Machine", "Time Source Flags", "Server Role",
           "Last Sync Error", "Last Successful Sync Time", "Source", "Poll Interval"}
OWN_CLOCK = ("Local CMOS Clock", "Free-running System Clock")
"""Sources that are none: the host follows its own clock."""


# Leap Indicator: 0(no warning)
# Stratum: 4 (secondary reference - syncd by (S)NTP)
# Root Delay: 0.0281250s
# Last Successful Sync Time: 11/20/2026 3:10:44 PM
# Source: time.example.org,0x9
# Poll Interval: 10 (1024s)
#
# Phase Offset: -0.0041250s
@parser("windows.w32tm_status")
def w32tm_status(text: str) -> dict[str, Any]:
    """w32tm /query /status: leap and stratum as numbers (3 and 0: not synchronised), "source" without its flags,
    "followed": whether the source is another clock than the host's own, delays, offset and poll interval in seconds
    (None where only /verbose says it), last_sync_at and last_sync_as_written, "last_error" text or None."""
    said: dict[str, str] = {}
    for line in lines_of(text):
        if not line.strip():
            continue
        match = _PAIR.match(line.strip())
        if match is None or match["key"] not in {*_SECONDS, *_NUMBERS, *_OTHERS}:
            fail("no line of w32tm /query /status in English", line)
        if match["key"] in said:
            fail("the label stands twice", line)
        said[match["key"]] = match["value"].strip()
    for needed in ("Leap Indicator", "Stratum", "Source"):
        if not said.get(needed):
            fail(f"no {needed}: cut off")
    source = said["Source"].split(",0x")[0].strip()
    found: dict[str, Any] = {name: _number(key, said[key]) for key, name in _NUMBERS.items()}
    found |= {name: _seconds(key, said.get(key)) for key, name in _SECONDS.items()}
    poll = said.get("Poll Interval")
    interval = re.fullmatch(r"\d+ \((\d+)s\)", poll) if poll else None
    if poll and interval is None:
        fail("no poll interval", poll)
    written = said.get("Last Successful Sync Time")
    return {**found, "source": source, "followed": source not in OWN_CLOCK,
            "poll_seconds": int(interval[1]) if interval else None,
            **stamp("last_sync", None if written == "unspecified" else written),
            "last_error": said.get("Last Sync Error") or None}


def _number(key: str, written: str) -> int:
    match = re.match(r"^(\d{1,2})\s*\(", written)
    if match is None:
        fail(f"{key} is no number", written)
    return int(match[1])


def _seconds(key: str, written: str | None) -> float | None:
    if written is None:
        return None
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)s", written)
    if match is None:
        fail(f"{key} is no time in seconds", written)
    return float(match[1])
