"""show version, show config mode."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_catos.text import fail, lines_of

_TITLE = re.compile(r"^(?P<model>WS-C\S+) Software, Version (?:NmpSW|McpSW)?:? ?(?P<release>\d+\.\d+\(\w+\)\S*)")
_HARDWARE = re.compile(r"\bModel: (?P<model>\S+)\s+Serial #: (?P<serial>\S+)")
_UPTIME = re.compile(r"^Uptime is (?P<days>\d+) days?,? (?P<hours>\d+) hours?,? (?P<minutes>\d+) minutes?$")
_MODE = re.compile(r"^System configuration mode (?:is )?set to (?P<mode>text|binary)\b", re.IGNORECASE)
_FILE = re.compile(r"^System configuration file (?:is )?set to:? ?(?P<file>\S+?)\.?$", re.IGNORECASE)


# WS-C6513 Software, Version NmpSW: 8.7(3)
# …
# Hardware Version: 1.1  Model: WS-C6513  Serial #: SAL094701KW
# …
# Uptime is 702 days, 3 hours, 41 minutes
@parser("cisco_catos.show_version")
def show_version(text: str) -> dict[str, Any]:
    """Model, release, the chassis' serial number (None where the release does not tell it) and uptime in seconds."""
    lines = lines_of(text)
    title = _TITLE.match(lines[0])
    if title is None:
        fail("no CatOS release in the first line", lines[0])
    hardware = next((match for line in lines if (match := _HARDWARE.search(line))), None)
    last = _UPTIME.match(lines[-1])
    if last is None:
        fail("cut off: the last line is not the uptime", lines[-1])
    days, hours, minutes = (int(last[unit]) for unit in ("days", "hours", "minutes"))
    return {"model": hardware["model"] if hardware else title["model"], "release": title["release"],
            "serial": hardware["serial"] if hardware else None,
            "uptime_seconds": days * 86400 + hours * 3600 + minutes * 60}


# System configuration mode set to text.
@parser("cisco_catos.show_config_mode")
def show_config_mode(text: str) -> dict[str, Any]:
    """`binary`: each command is kept at once. `text`: nothing is before `write memory`. `file` may be None."""
    lines = lines_of(text)
    mode = next((match["mode"].lower() for line in lines if (match := _MODE.match(line))), None)
    if mode is None:
        fail("neither text nor binary", lines[0])
    return {"mode": mode, "file": next((match["file"] for line in lines if (match := _FILE.match(line))), None)}
