"""The event log of an SP: getlog."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import fail, lines_of, says_none, when

_ENTRY = re.compile(r"^(?P<date>\d\d/\d\d/\d{2,4}) (?P<time>\d\d:\d\d:\d\d) +(?P<device>.*?) *"
                    r"\( *(?P<code>[0-9A-Fa-f]{1,8}) *\)\s*(?P<text>.*)$")


# 11/20/2026 08:14:22 N/A                  (4600)'Log In' called by ' Navi User operator'
# 11/20/2026 08:15:02 Bus 0 Enclosure 0 Disk 3 (820)Soft Media Error [0x00] 0 5f6c40
@parser("emc_vnx.getlog")
def getlog(text: str) -> list[dict[str, Any]]:
    """Entries in the order printed: [{"time": ISO local time of the SP, "device" (None for N/A), "code": lower-case
    hex, "text"}]. Lines without a time belong to the entry before them."""
    lines = lines_of(text)
    if says_none(lines):
        return []
    found: list[dict[str, Any]] = []
    for line in lines:
        match = _ENTRY.match(line)
        if match:
            device = match["device"].strip()
            found.append({"time": when(match["date"], match["time"]), "code": match["code"].lower(),
                          "device": None if device in ("", "N/A") else device, "text": match["text"].strip()})
        elif found and line and not re.match(r"^\d\d/\d\d/\d{2,4} ", line):
            found[-1]["text"] = f"{found[-1]['text']} {line.strip()}".strip()
        elif line:
            fail("no entry of an event log", line)
    return found
