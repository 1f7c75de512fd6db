"""show cdp neighbors detail, show lldp neighbors detail.

Own parsers: the CDP template cuts names at the first blank and drops a neighbour without a version line, the LLDP
template starts each entry with the ruler that the first entry of some versions does not have.
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_RULE = re.compile(r"^-{5,}$")
_CDP_PORTS = re.compile(r"^Interface: (?P<local>[^,]+), +Port ID \(outgoing port\): (?P<remote>.*)$")
_CDP_PLATFORM = re.compile(r"^Platform: (?P<platform>.*?)\s*(?:, *Capabilities:(?P<capabilities>.*))?$")
_TOTAL = re.compile(r"^Total (?:cdp )?entries displayed ?: (?P<count>\d+)$")
_OFF = re.compile(r"^% ?(?:CDP|LLDP) is not enabled")


# -------------------------
# Device ID: core-1.example.org
# Entry address(es):
#   IP address: 127.13.4.3
# Platform: cisco WS-C6513,  Capabilities: Router Switch IGMP
# Interface: GigabitEthernet1/0/24,  Port ID (outgoing port): GigabitEthernet2/1
# Holdtime : 157 sec
#
# Version :
# Cisco IOS Software, ...
@parser("cisco_ios.show_cdp_neighbors_detail")
def show_cdp_neighbors_detail(text: str) -> dict[str, Any]:
    """Whether CDP runs, and the neighbours with both ports, platform and addresses. The version text is not kept."""
    lines = [line.strip() for line in lines_of(text)]
    if _OFF.match(lines[0]):
        return {"enabled": False, "neighbours": []}
    found: list[dict[str, Any]] = []
    count: int | None = None
    for line in lines:
        if line.startswith("Device ID:"):
            found.append({"neighbour": line.removeprefix("Device ID:").strip(), "local_interface": None,
                          "remote_interface": None, "platform": None, "capabilities": [], "addresses": []})
        elif match := _TOTAL.match(line):
            count = int(match["count"])
        elif found:
            _cdp_line(line, found[-1])
        elif line and not _RULE.match(line):
            fail("line before the first neighbour", line)
    return {"enabled": True, "neighbours": _checked(found, count)}


def _cdp_line(line: str, one: dict[str, Any]) -> None:
    if match := _CDP_PORTS.match(line):
        one["local_interface"], one["remote_interface"] = match["local"].strip(), match["remote"].strip()
    elif one["platform"] is None and (match := _CDP_PLATFORM.match(line)):
        one["platform"] = match["platform"].strip() or None
        one["capabilities"] = (match["capabilities"] or "").split()
    elif re.match(r"^IP(?:v6)? address: ", line):
        address = line.partition(": ")[2].split()[0]
        if address not in one["addresses"]:
            one["addresses"].append(address)


def _checked(found: list[dict[str, Any]], count: int | None) -> list[dict[str, Any]]:
    if count is not None and count != len(found):
        fail(f"the switch counts {count} neighbours, {len(found)} were read")
    if count is None and not found:
        fail("no neighbour and no total in the text")
    for one in found:
        if not one["remote_interface"]:
            fail(f"neighbour {one['neighbour'] or '(unnamed)'} without its port: cut off")
    return found


_LLDP = {
    "Local Intf": "local_interface", "Chassis id": "chassis_id", "Port id": "remote_interface",
    "Port Description": "port_description", "System Name": "neighbour", "Enabled Capabilities": "capabilities",
}
_LLDP_PAIR = re.compile(r"^(?P<key>Local Intf|Chassis id|Port id|Port Description|System Name|Enabled Capabilities)"
                        r"(?:: ?(?P<value>.*)| - not advertised)$")


# ------------------------------------------------
# Local Intf: Gi1/0/24
# Chassis id: 0018.b9aa.0100
# Port id: Gi2/1
# Port Description: GigabitEthernet2/1
# System Name: core-1.example.org
# ...
# Time remaining: 112 seconds
# Management Addresses:
#     IP: 127.13.4.3
#
# Total entries displayed: 1
@parser("cisco_ios.show_lldp_neighbors_detail")
def show_lldp_neighbors_detail(text: str) -> dict[str, Any]:
    """Whether LLDP runs, and the neighbours; None where something is "not advertised" or, on old IOS, not printed."""
    lines = [line.strip() for line in lines_of(text)]
    if _OFF.match(lines[0]):
        return {"enabled": False, "neighbours": []}
    found: list[dict[str, Any]] = []
    count: int | None = None
    for line in lines:
        if match := _TOTAL.match(line):
            count = int(match["count"])
            continue
        match = _LLDP_PAIR.match(line)
        key = _LLDP[match["key"]] if match else None
        if key == "local_interface" or (key == "chassis_id" and (not found or found[-1]["chassis_id"] is not None)):
            found.append({**dict.fromkeys(_LLDP.values()), "addresses": []})
        if key and not found:
            fail("line before the first neighbour", line)
        if match and key:
            said = (match["value"] or "").strip() or None
            found[-1][key] = said if key != "capabilities" else (said or "").replace(",", " ").split()
        elif found and re.match(r"^IP(?:V6)?: \S", line):
            found[-1]["addresses"].append(line.partition(": ")[2].strip())
    return {"enabled": True, "neighbours": _checked(found, count)}
