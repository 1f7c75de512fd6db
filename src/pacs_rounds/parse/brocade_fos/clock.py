"""date, tsclockserver."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled

_DATE = re.compile(r"^\s*[A-Z][a-z]{2} +(?P<stamp>[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d)"
                   r"(?: +(?P<zone>[A-Z][\w:+-]{0,9}))? +(?P<year>\d{4})\s*$")


# Sun Nov 22 13:45:02 CST 2026
@parser("brocade_fos.date")
def date(text: str) -> dict[str, str | None]:
    """The printed time without zone (ISO) and the zone's name; None where the image prints none."""
    lines = filled(text)
    match = _DATE.match(lines[0])
    if match is None or len(lines) > 1:
        fail("not what date prints", lines[-1])
    stamp = " ".join(match["stamp"].split())
    at = datetime.strptime(f"{match['year']} {stamp}", "%Y %b %d %H:%M:%S")
    return {"time": at.isoformat(), "zone": match["zone"]}


_SERVER = r"[A-Za-z0-9][\w.:-]*"


# 127.13.1.9                     LOCL                     (5.x; LOCL: none, the switch's own clock)
#
# Active NTP Server	127.13.1.9
# Configured NTP Server List	127.13.1.9;127.13.1.10
@parser("brocade_fos.tsclockserver")
def tsclockserver(text: str) -> dict[str, Any]:
    """The active time server (None: the switch's own clock) and those configured."""
    found: dict[str, Any] = {"active": None, "configured": []}
    seen = False
    for line in filled(text):
        match = re.match(r"^\s*(?:(?P<what>Active NTP Server|Configured NTP Server List|Time Server)\s*:?\s+)?"
                         rf"(?P<servers>{_SERVER}(?:\s*[;,]\s*{_SERVER})*)\s*;?\s*$", line, re.IGNORECASE)
        if match is None or (not match["what"] and " " in line.strip() and ";" not in line):
            fail("line not understood", line)
        servers = [server for server in re.split(r"\s*[;,]\s*", match["servers"])
                   if server.upper() not in {"LOCL", "NONE"}]
        seen = True
        if (match["what"] or "").lower().startswith("configured"):
            found["configured"] = servers
        else:
            found["active"] = servers[0] if servers else None
            found["configured"] = found["configured"] or servers
    if not seen:
        fail("no time server and no LOCL")
    return found
