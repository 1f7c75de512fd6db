"""show interfaces, show interfaces status, show interfaces status err-disabled."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser, reads_empty
from pacs_rounds.parse.cisco_ios import templates
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_HEAD = re.compile(r"^(?P<name>\S.*?) is (?P<link>\S.*?), line protocol is (?P<protocol>\w+)\s*"
                   r"(?:, Autostate \w+\s*)?(?:\((?P<note>[^)]*)\))?\s*$")
_DUPLEX = re.compile(r"^  (?P<duplex>Full|Half|Auto|Unknown)[- ,]?\s?[Dd]?u?p?l?e?x?, (?P<speed>[^,]+)")
_CLEARED = re.compile(r'^  Last clearing of "show interface" counters (?P<when>\S+)')
_DROPS = re.compile(r"Total output drops: (\d+)")
_BANDWIDTH = re.compile(r"\bBW (\d+) Kbit")
_PACKETS_IN = re.compile(r"^     (\d+) packets input, (\d+) bytes")
_PACKETS_OUT = re.compile(r"^     (\d+) packets output, (\d+) bytes")
_ERRORS_IN = re.compile(r"^     (\d+) input errors, (?:(\d+) CRC)?")
_ERRORS_OUT = re.compile(r"^     (\d+) output errors, (?:(\d+) collisions)?")
_LATE = re.compile(r"(\d+) late collision")
_COUNTERS = ("input_packets", "output_packets", "input_errors", "crc_errors", "output_errors", "collisions",
             "late_collisions", "output_drops")


# GigabitEthernet1/0/7 is up, line protocol is up (connected)
#   Hardware is Gigabit Ethernet, address is 0018.b9aa.0107 (bia 0018.b9aa.0107)
#   Description: ct-1
#   MTU 1500 bytes, BW 1000000 Kbit, DLY 10 usec,
#   Full-duplex, 1000Mb/s, media type is 10/100/1000BaseTX
#   Last clearing of "show interface" counters 3w2d
#   Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0
#      812365 packets input, 91230001 bytes, 0 no buffer
#      0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
#      923411 packets output, 88123400 bytes, 0 underruns
#      0 output errors, 0 collisions, 2 interface resets
#
# Own parser: the template passes over an interface whose counters are cut off, and does not know "(err-disabled)".
# Indented lines other than these are further counters of the device that no check reads.
@parser("cisco_ios.show_interfaces")
def show_interfaces(text: str) -> list[dict[str, Any]]:
    """Interfaces with link, protocol, note ("connected", "err-disabled"), duplex, speed and counters.

    Counters are None where an interface has none (subinterfaces, tunnels). An interface that begins its counters and
    does not end them raises ParseError: the text was cut off.
    """
    found: list[dict[str, Any]] = []
    for line in lines_of(text):
        if not line:
            continue
        if line[0] != " ":
            found.append(_interface(line, found))
        elif not found:
            fail("line before the first interface", line)
        else:
            _detail(line, found[-1])
    if not found:
        fail("no interface in the text")
    for one in found:
        _complete(one)
    return found


def _interface(line: str, before: list[dict[str, Any]]) -> dict[str, Any]:
    match = _HEAD.match(line) or fail("line not understood", line)
    if any(one["interface"] == match["name"] for one in before[-1:]):
        fail("an interface stands twice", line)
    return {"interface": match["name"], "link": match["link"], "protocol": match["protocol"], "note": match["note"],
            "hardware": None, "description": None, "duplex": None, "speed": None, "bandwidth_kbit": None,
            "last_cleared": None, **dict.fromkeys(_COUNTERS), "_queue": False}


def _detail(line: str, one: dict[str, Any]) -> None:
    if "error" in line:
        if match := _ERRORS_IN.match(line):
            one["input_errors"], one["crc_errors"] = int(match[1]), int(match[2]) if match[2] else None
        elif match := _ERRORS_OUT.match(line):
            one["output_errors"], one["collisions"] = int(match[1]), int(match[2]) if match[2] else None
    elif "packets " in line:
        if match := _PACKETS_IN.match(line):
            one["input_packets"] = int(match[1])
        elif match := _PACKETS_OUT.match(line):
            one["output_packets"] = int(match[1])
    elif line.startswith("  Hardware is ") and one["hardware"] is None:
        one["hardware"] = line[14:].partition(",")[0].strip()
    elif line.startswith("  Description: "):
        one["description"] = line[15:].strip()
    elif match := _DUPLEX.match(line):
        one["duplex"], one["speed"] = match["duplex"].lower(), match["speed"].strip()
    elif match := _CLEARED.match(line):
        one["last_cleared"] = match["when"]
    elif " BW " in line and (match := _BANDWIDTH.search(line)):
        one["bandwidth_kbit"] = int(match[1])
    elif "late collision" in line and (match := _LATE.search(line)):
        one["late_collisions"] = int(match[1])
    elif line.startswith(("  Input queue", "  Output queue")):
        one["_queue"] = True
        if match := _DROPS.search(line):
            one["output_drops"] = int(match[1])


def _complete(one: dict[str, Any]) -> None:
    """Refuse an interface whose lines begin and do not end."""
    queue = one.pop("_queue")
    if one["hardware"] is None:
        fail(f"{one['interface']}: no line 'Hardware is': cut off")
    begun = queue or one["input_packets"] is not None
    if begun and (one["input_packets"] is None or one["output_packets"] is None):
        fail(f"{one['interface']}: no packet counters: cut off")
    if begun and (one["input_errors"] is None or one["output_errors"] is None):
        fail(f"{one['interface']}: no error counters: cut off")


# Port      Name               Status       Vlan       Duplex  Speed Type
# Gi1/0/7   ct-1               connected    10         a-full a-1000 10/100/1000BaseTX
@parser("cisco_ios.show_interfaces_status")
def show_interfaces_status(text: str) -> list[dict[str, str | None]]:
    """One row per switch port: short name, status, VLAN, duplex and speed as printed ("a-full" is negotiated)."""
    lines = [line for line in lines_of(text) if line.strip()]
    head = [index for index, line in enumerate(lines) if re.match(r"^Port\s+Name\s+Status\s+Vlan", line)]
    if not head or head[0] != 0:
        fail("no heading Port Name Status Vlan: not show interfaces status")
    lines = [line for index, line in enumerate(lines) if index == 0 or index not in head]
    rows = templates.rows("show_interfaces_status", lines)
    if not rows or len(rows) != len(lines) - 1:
        fail(f"{len(lines) - 1} ports are listed, {len(rows)} were read")
    return [{"interface": row["port"], "name": row["name"].strip() or None, "status": row["status"],
             "vlan": row["vlan_id"], "duplex": row["duplex"], "speed": row["speed"],
             "type": row["type"].strip() or None} for row in rows]


_DISABLED = re.compile(r"^(?P<port>\S+)\s+(?:(?P<name>\S.*?)\s+)?err-disabled\s+(?P<reason>\S+)"
                       r"(?:\s+(?P<vlans>\S.*))?$")


# Port      Name               Status       Reason               Err-disabled Vlans
# Gi1/0/9   mr-2               err-disabled bpduguard
#
# Own parser: the template takes the VLAN column of 12.2(55) and later for a part of the reason.
@parser("cisco_ios.show_interfaces_status_err_disabled")
@reads_empty
def show_interfaces_status_err_disabled(text: str) -> list[dict[str, str | None]]:
    """Ports the switch shut down itself, with its reason. Old IOS prints nothing at all where there are none."""
    lines = [line for line in lines_of(text, reads_nothing=True) if line.strip()]
    if lines and not re.match(r"^\s*Port\s+Name\s+Status\s+Reason", lines[0]):
        fail("no heading Port Name Status Reason", lines[0])
    found: list[dict[str, str | None]] = []
    for line in lines[1:]:
        match = _DISABLED.match(line.strip()) or fail("line not understood", line)
        found.append({"interface": match["port"], "name": match["name"], "reason": match["reason"],
                      "vlans": match["vlans"]})
    return found
