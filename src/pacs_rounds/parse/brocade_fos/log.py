"""errdump: the messages a switch keeps of itself."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled

_MESSAGE = re.compile(
    r"^(?P<at>\d{4}/\d\d/\d\d-\d\d:\d\d:\d\d)(?::\d{1,6})?(?:\s*\((?P<zone>[^)]{1,20})\))?,\s*"
    r"\[(?P<id>[A-Z0-9]{1,8}-\d{1,6})\],\s*(?P<sequence>\d{1,10})(?:/\d{1,10})?,\s*(?P<flags>[^,]{0,80}),\s*"
    r"(?P<level>[A-Z]{2,12}),\s*(?P<switch>[^,]{0,80}),\s*(?P<text>.*)$")
_NO_MESSAGE = re.compile(r"^\s*(?:no entr|error log is empty)", re.IGNORECASE)
_VERSION = re.compile(r"^\s*(?:Fabric OS|Version)\s*:\s*v?\d")


# Fabric OS: v6.2.2f
#
# 2026/11/20-03:10:01, [FW-1424], 101,, WARNING, san-9, Switch status changed from HEALTHY to MARGINAL.
# 2026/11/20-03:10:02, [SEC-1203], 102, FID 128, INFO, san-9, Login information: Login successful via TELNET/SSH.
@parser("brocade_fos.errdump")
def errdump(text: str) -> list[dict[str, Any]]:
    """Messages in the printed order: time (the switch's own, ISO), id, sequence, flags, level in lower case, text.

    A message that the terminal broke is put together. Empty when the log has no message.
    """
    rows: list[dict[str, Any]] = []
    headed = False
    for line in filled(text):
        if match := _MESSAGE.match(line.strip()):
            at = datetime.strptime(match["at"], "%Y/%m/%d-%H:%M:%S")
            rows.append({"time": at.isoformat(), "zone": match["zone"], "id": match["id"],
                         "sequence": int(match["sequence"]), "flags": match["flags"].strip(),
                         "level": match["level"].lower(), "switch": match["switch"].strip(),
                         "message": match["text"].strip()})
        elif not rows and (_VERSION.match(line) or _NO_MESSAGE.match(line)):
            headed = True
        elif rows and not re.match(r"^\s*\d{4}/\d\d/\d\d-", line):
            rows[-1]["message"] = f"{rows[-1]['message']} {line.strip()}".strip()
        else:
            fail("line not understood", line)
    if not rows and not headed:
        fail("no message and no line Fabric OS: not errdump")
    return rows


@parser("brocade_fos.errshow")
def errshow(text: str) -> list[dict[str, Any]]:
    """As `errdump`; the words of the pager between the messages are left out."""
    found: list[dict[str, Any]] = errdump(text)
    return found
