"""memshow, timeout."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled

_COLUMNS = ["total", "used", "free", "shared", "buffers", "cached"]


#              total       used       free     shared    buffers     cached
# Mem:     262144000  180355072   81788928          0   12582912   51380224
# Swap:            0          0          0
@parser("brocade_fos.memshow")
def memshow(text: str) -> dict[str, int]:
    """Main memory in bytes: total, used, free, shared, buffers, cached; swap_total, swap_used, swap_free."""
    lines = filled(text)
    found: dict[str, int] = {}
    if lines[0].split() != _COLUMNS:
        fail("no heading total used free: not memshow", lines[0])
    for line in lines[1:]:
        name, *values = line.split()
        if name not in {"Mem:", "Swap:"} or not all(value.isdigit() for value in values):
            fail("line not understood", line)
        columns = _COLUMNS if name == "Mem:" else [f"swap_{column}" for column in _COLUMNS[:3]]
        if len(values) != len(columns):
            fail(f"{len(values)} numbers under {len(columns)} headings: cut off", line)
        found |= dict(zip(columns, map(int, values), strict=True))
    if "total" not in found or found["used"] + found["free"] != found["total"]:
        fail("used and free do not add up to total: cut off")
    return found


# Current IDLE Timeout is 10 minutes
#
# Shell Idle Timeout is 60 minutes
# Session Idle Timeout is disabled.
@parser("brocade_fos.timeout")
def timeout(text: str) -> dict[str, Any]:
    """After how many minutes an idle shell and an idle session end; None: never."""
    found: dict[str, Any] = {}
    for line in filled(text):
        match = re.fullmatch(r"\s*(?:Current IDLE|(?P<which>Shell|Session) Idle) Timeout is "
                             r"(?:(?P<minutes>\d{1,5}) minutes?|(?P<off>disabled|0))\s*\.?", line, re.IGNORECASE)
        if match is None:
            fail("line not understood", line)
        found[f"{(match['which'] or 'shell').lower()}_minutes"] = int(match["minutes"]) or None if match["minutes"] \
            else None
    return {"shell_minutes": None, "session_minutes": None, **found}
