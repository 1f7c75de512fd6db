"""show clock, show ntp status, show ntp associations.

Own parsers: ntc-templates has only the clock, without the marks that say how far it can be trusted.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_CLOCK = re.compile(r"^(?P<mark>[*.]?)(?P<time>\d\d?:\d\d:\d\d(?:\.\d+)?) (?P<zone>\S+) [A-Z][a-z]{2} "
                    r"(?P<day>[A-Z][a-z]{2} +\d{1,2} \d{4})$")


# *10:22:33.512 CST Mon Nov 23 2026
@parser("cisco_ios.show_clock")
def show_clock(text: str) -> dict[str, Any]:
    """Local time (ISO, no offset) and the zone's printed name; `*` is not authoritative, `.` lost its NTP source."""
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    match = _CLOCK.match(lines[0]) or fail("no time of day", lines[0])
    for line in lines[1:]:
        if not re.match(r"^(?:Time source is |No time source|Summer time )", line):
            fail("line not understood", line)
    clock = match["time"] if "." in match["time"] else match["time"] + ".0"
    said = datetime.strptime(f"{match['day']} {clock}", "%b %d %Y %H:%M:%S.%f")  # noqa: DTZ007, RUF100
    return {"time": said.isoformat(timespec="milliseconds"), "zone": match["zone"],
            "authoritative": match["mark"] != "*", "synchronised": match["mark"] == ""}


_STATUS = re.compile(r"^Clock is (?P<state>synchronized|unsynchronized), stratum (?P<stratum>\d+), "
                     r"(?:reference is\s*(?P<reference>.*?)|no reference clock)\s*$")
_OFFSET = re.compile(r"^(?:clock )?offset is (-?[\d.]+) msec")


# Clock is synchronized, stratum 3, reference is 127.13.1.9
# nominal freq is 119.2092 Hz, actual freq is 119.2073 Hz, precision is 2**18
# clock offset is -0.4123 msec, root delay is 2.11 msec
@parser("cisco_ios.show_ntp_status")
def show_ntp_status(text: str) -> dict[str, Any]:
    """Whether NTP runs and is synchronised; stratum, reference (None where none) and the offset in seconds.

    The other lines (frequencies, dispersion, loop filter) are NTP's own tuning and not read.
    """
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    if re.match(r"^%? ?NTP is not enabled", lines[0]):
        return {"enabled": False, "synchronised": False, "stratum": None, "reference": None, "offset_seconds": None}
    match = next((found for line in lines if (found := _STATUS.match(line))), None)
    if match is None:
        fail("no line 'Clock is': not show ntp status", lines[0])
    offset = next((found for line in lines if (found := _OFFSET.match(line))), None)
    if offset is None:
        fail("no clock offset in the text: cut off")
    return {"enabled": True, "synchronised": match["state"] == "synchronized", "stratum": int(match["stratum"]),
            "reference": match["reference"] or None, "offset_seconds": round(float(offset[1]) / 1000, 7)}


_PEER = re.compile(r"^\s*(?P<mark>[*#+x.o-]?)\s*(?P<configured>~?)\s*(?P<address>[0-9A-Za-z:.-]+)\s+(?P<clock>\S+)\s+"
                   r"(?P<stratum>\d+)\s+(?P<when>-|\d+[mhd]?)\s+(?P<poll>\d+)\s+(?P<reach>[0-7]+)\s+(?P<delay>-?[\d.]+)\s+"
                   r"(?P<offset>-?[\d.]+)\s+(?P<disp>[\d.]+)$")
_WRAPPED = re.compile(r"^\s*[*#+x.o-]?\s*~?\s*[0-9A-Fa-f]*:[0-9A-Fa-f:]+$")


#   address         ref clock       st   when   poll reach  delay  offset   disp
# *~127.13.1.9      .GPS.            1     23     64   377  1.186   0.122 18.659
#  * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured
@parser("cisco_ios.show_ntp_associations")
def show_ntp_associations(text: str) -> list[dict[str, Any]]:
    """NTP servers with reach (octal as printed, e.g. 377), stratum, offset in seconds, and which one is followed."""
    lines = lines_of(text)
    if any(re.match(r"^%? ?NTP is not enabled", line.strip()) for line in lines[:2]):
        return []
    found: list[dict[str, Any]] = []
    whole = False
    wrapped = ""
    for line in lines:
        if not line.strip():
            continue
        if re.match(r"^\s*address\s+ref clock", line):
            continue
        if re.match(r"^\s*\* ?(?:sys\.peer|master)", line):
            whole = True
        elif _WRAPPED.match(line):  # a long IPv6 address has a line of its own
            wrapped = line
        elif match := _PEER.match(wrapped + " " + line if wrapped else line):
            wrapped = ""
            found.append({
                "address": match["address"], "reference_clock": match["clock"], "stratum": int(match["stratum"]),
                "reach": match["reach"], "offset_seconds": round(float(match["offset"]) / 1000, 7),
                "followed": match["mark"] in {"*", "#"}, "configured": bool(match["configured"])})
        else:
            fail("line not understood", line)
    if not whole:
        fail("the legend below the servers is missing: cut off, or not show ntp associations")
    return found
