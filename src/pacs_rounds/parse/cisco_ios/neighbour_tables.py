"""show cdp neighbors, show lldp neighbors: the summaries. Names are cut by the switch; `detail` has them whole."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.neighbours import _OFF, _TOTAL, _checked
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_HEADING = re.compile(r"^Device[- ]ID +Local Int\S* +H\S+ +Capability +(?:Platform +)?(?:''|Port ID)$")
_LEGEND = re.compile(r"^(?:Capability [Cc]odes: ?.*|\(\w\) \w.*|\w ?- ?[A-Z].*)$")
_LOCAL = r"(?P<local>[A-Z][A-Za-z-]+ ?\d[\d/.]*|mgmt ?0)"
_ROW = re.compile(rf"^(?P<name>\S+(?: \S+)*?) +{_LOCAL} +(?P<hold>\d{{1,3}})(?: +(?P<rest>\S.*))?$")
_WRAPPED = re.compile(rf"^{_LOCAL} +(?P<hold>\d{{1,3}})(?: +(?P<rest>\S.*))?$")
_CAPABILITY = re.compile(r"^(?P<codes>(?:[A-Za-z](?: +|$))*)(?P<rest>.*)$")
# IP Phone port 1 · AIR-CAP35 Gig 0 · CTS-CODEC eth0
_CLOSE = re.compile(r"^(?P<platform>\S.*?) (?P<port>[A-Za-z-]+ \d\S*|\S*\d\S*)$")
_LLDP_CODES = r"(?P<codes>[A-Z](?:,[A-Z])*)?"


# Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge
#                   S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone
#
# Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID
# core-1.example.org
#                  Gig 1/0/24        157            R S I   WS-C6513  Gig 2/1
#
# Total cdp entries displayed : 1
@parser("cisco_ios.show_cdp_neighbors")
def show_cdp_neighbors(text: str) -> dict[str, Any]:
    """Whether CDP runs, and the neighbours: [{"neighbour", "local_interface", "hold_seconds", "capabilities": letters,
    "platform", "remote_interface"}] as written. A row without its port is cut off."""
    lines = [line.strip() for line in lines_of(text)]
    if _OFF.match(lines[0]):
        return {"enabled": False, "neighbours": []}
    found: list[dict[str, Any]] = []
    count: int | None = None
    waiting: str | None = None
    for line in _below_heading(lines, "Platform"):
        if match := _TOTAL.match(line):
            count = int(match["count"])
        elif waiting is None and (match := _ROW.match(line)):
            found.append(_cdp_row(match["name"], match))
        elif waiting is not None and (match := _WRAPPED.match(line)):
            found.append(_cdp_row(waiting, match))
            waiting = None
        elif waiting is None and re.fullmatch(r"\S+", line):
            waiting = line
        elif not (line == "Port ID" and not found):
            fail("no line of the table of neighbours", line)
    if waiting is not None:
        fail("a neighbour without its line: cut off", waiting)
    return {"enabled": True, "neighbours": _checked(found, count)}


def _below_heading(lines: list[str], column: str) -> list[str]:
    at = next((number for number, line in enumerate(lines) if _HEADING.match(line.expandtabs())), None)
    if at is None or column not in lines[at]:
        fail(f"no heading of a table of neighbours with a column {column}")
    for line in lines[:at]:
        if line and not _LEGEND.match(line.strip()):
            fail("line before the heading", line)
    return [line for line in lines[at + 1:] if line]


def _cdp_row(name: str, match: re.Match[str]) -> dict[str, Any]:
    codes = _CAPABILITY.match(match["rest"] or "")
    rest = codes["rest"].strip() if codes else ""
    wide = re.split(r" {2,}", rest)
    close = _CLOSE.match(rest)
    if len(wide) == 2:
        platform, port = wide
    elif len(wide) == 1 and close:
        platform, port = close["platform"], close["port"]
    else:
        fail(f"neighbour {name} without platform and port: cut off", match[0])
    return {"neighbour": name, "local_interface": match["local"], "hold_seconds": int(match["hold"]),
            "capabilities": codes["codes"].split() if codes else [], "platform": platform, "remote_interface": port}


# Capability codes:
#     (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device
#     (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other
#
# Device ID           Local Intf     Hold-time  Capability      Port ID
# core-1.example.org  Gi1/0/24       120        B,R             Gi2/1
#
# Total entries displayed: 1
@parser("cisco_ios.show_lldp_neighbors")
def show_lldp_neighbors(text: str) -> dict[str, Any]:
    """Whether LLDP runs, and the neighbours: [{"neighbour": at most 20 characters, None where not advertised,
    "local_interface", "hold_seconds", "capabilities": letters, "remote_interface"}]."""
    lines = lines_of(text)
    if _OFF.match(lines[0].strip()):
        return {"enabled": False, "neighbours": []}
    heading = next((line for line in lines if line.startswith("Device ID")), "")
    if "Local Intf" not in heading or "Platform" in heading:
        fail("no heading of the table of LLDP neighbours")
    width = heading.index("Local Intf")
    row = re.compile(rf"^(?P<name>.{{{width}}})(?P<local>[A-Za-z]\S*) +(?P<hold>\d{{1,5}}) +"
                     rf"(?:{_LLDP_CODES} +)?(?P<port>\S.*)$")
    found: list[dict[str, Any]] = []
    count: int | None = None
    for line in _below_heading(lines, "Local Intf"):
        if match := _TOTAL.match(line.strip()):
            count = int(match["count"])
        elif match := row.match(line):
            name = match["name"].strip()
            found.append({"neighbour": None if name in {"", "not advertised"} else name,
                          "local_interface": match["local"], "hold_seconds": int(match["hold"]),
                          "capabilities": match["codes"].split(",") if match["codes"] else [],
                          "remote_interface": match["port"].strip()})
        else:
            fail("no line of the table of LLDP neighbours", line)
    return {"enabled": True, "neighbours": _checked(found, count)}
