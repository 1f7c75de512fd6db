"""show cdp neighbors detail. The same data as IOS tells, in other words and in another order."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_catos.text import fail, lines_of

_OFF = re.compile(r"^(?:\*?\s*)CDP(?: version \d)?\s*(?:is|:)?\s*(?:globally )?(?:disabled|not enabled)", re.IGNORECASE)
_BEGINS = re.compile(r"^Port \(Our Port\): ?(?P<value>.*)$")
_REMOTE = re.compile(r"^Port-ID \(Port on [\w' ]{1,30}\): ?(?P<value>.*)$", re.IGNORECASE)
_PAIR = re.compile(r"^(?P<key>[A-Z][\w .,/()'-]{0,48}?)\s?:(?:\s+(?P<value>.*)|$)")
_UNTOLD = frozenset({"", "unknown", "none"})


# Port (Our Port): 1/1
# Device-ID: access-1.imaging.example
# Device Addresses:
#   IP Address: 127.13.4.1
# Holdtime: 153 sec
# Capabilities: SWITCH IGMP
# Version:
#   Cisco IOS Software, …
# Platform: cisco WS-C3750-24TS
# Port-ID (Port on Neighbors's Device): GigabitEthernet1/0/2
# VTP Management Domain: PACS
# Native VLAN: 99
# Duplex: full
# System Name: unknown
@parser("cisco_catos.show_cdp_neighbors_detail")
def show_cdp_neighbors_detail(text: str) -> dict[str, Any]:
    """As cisco_ios.show_cdp_neighbors_detail: whether CDP runs, and the neighbours. Where a neighbour tells its system
    name that is its name; a CatOS neighbour's Device-ID is its serial with the name in brackets. The version's text is
    not kept."""
    lines = lines_of(text)
    if _OFF.match(lines[0]):
        return {"enabled": False, "neighbours": []}
    found: list[dict[str, Any]] = []
    prose = False
    for line in lines:
        begins = _BEGINS.match(line)
        if begins:
            found.append({"neighbour": None, "local_interface": begins["value"].strip() or None,
                          "remote_interface": None, "platform": None, "capabilities": [], "addresses": []})
            prose = False
        elif not found:
            if line and not line.startswith(("*", "#", "-")):
                fail("line before the first neighbour", line)
        else:
            prose = _line(line, found[-1], prose)
    for one in found:
        if not one["neighbour"] or not one["remote_interface"]:
            fail(f"neighbour at {one['local_interface'] or '(no port)'} without its "
                 f"{'port' if one['neighbour'] else 'name'}: cut off")
    if not found:
        fail("no neighbour in the text")
    return {"enabled": True, "neighbours": found}


def _line(line: str, one: dict[str, Any], prose: bool) -> bool:
    """Take what a line tells; whether what follows is the neighbour's own prose, up to its platform."""
    if remote := _REMOTE.match(line):
        one["remote_interface"] = remote["value"].strip() or None
        return False
    if prose and not line.startswith("Platform:"):
        return True
    pair = _PAIR.match(line.strip())
    if pair is None:
        if line.strip():
            fail("not understood among a neighbour's lines", line)
        return False
    key, value = pair["key"].lower(), (pair["value"] or "").strip()
    if key == "device-id":
        one["neighbour"] = value or None
    elif key == "system name" and value.lower() not in _UNTOLD:
        one["neighbour"] = value
    elif key == "platform":
        one["platform"] = value or None
    elif key == "capabilities":
        one["capabilities"] = value.split()
    elif key in {"ip address", "ipv6 address"} and value and value not in one["addresses"]:
        one["addresses"].append(value)
    return key == "version"
