"""What the machine and its protection call themselves: the DMI serial number, the ClamAV version."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, one_line, refuse, shown

_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}")
# What board makers leave in the field when nobody wrote a serial number into it.
_PLACEHOLDER = re.compile(r"(?:not (?:specified|available|applicable)|none|n/?a|to be filled by o\.?e\.?m\.?|"
                          r"default string|(?:system|chassis) serial number|unknown|invalid|empty|0+|x+|123456789|\.+)",
                          re.IGNORECASE)
_CLAMAV = re.compile(r"ClamAV (\d{1,3}\.\d{1,4}(?:\.\d{1,4})?)(?:[-+~_.]?[\w.+~-]{1,40})?"
                     r"(?:/(\d{1,7})/(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}))?")


# 06X8987
@parser("linux.dmi_serial")
def dmi_serial(text: str) -> dict[str, Any]:
    """/sys/class/dmi/id/product_serial: serial (None when the field holds a placeholder) and as_printed."""
    line = one_line(text, "product_serial")
    if not _SERIAL.fullmatch(line) or "not found" in line.lower() or "no such file" in line.lower():
        raise ParseError(f"product_serial: expected a serial number, not {shown(line)}")
    return {"serial": None if _PLACEHOLDER.fullmatch(line) else line, "as_printed": line}


# ClamAV 1.4.3/27800/Sat Nov 21 08:26:33 2026
@parser("linux.clamscan_version")
def clamscan_version(text: str) -> dict[str, Any]:
    """`clamscan --version`: engine_version, signature_version, signature_time (ISO 8601 without zone, the target's
    local time); both signature fields are None when no database is installed."""
    found: re.Match[str] | None = None
    for number, line in lines(text):
        match = _CLAMAV.fullmatch(line.strip()) if len(line) < 300 else None
        if match and not found:
            found = match
        elif not line.startswith("LibClamAV "):  # warnings such as "database is older than 7 days"
            refuse(number, line, "expected 'ClamAV engine/signatures/date'")
    if not found:
        raise ParseError("clamscan: no version line")
    when = datetime.strptime(" ".join(found[3].split()), "%a %b %d %H:%M:%S %Y") if found[3] else None
    return {"engine_version": found[1], "signature_version": int(found[2]) if found[2] else None,
            "signature_time": when.isoformat() if when else None}
