"""Spanning tree (summary, inconsistent ports, detail), show vtp status, show vlan brief.

Own parsers: ntc-templates has none for the spanning-tree commands here; its VTP template takes one-word domains only
and leaves the version of 12.2 empty; its VLAN template reads names of one word and has sixty rules for the ports alone
(8 ms to compile).
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of, number

_STP_ROW = re.compile(r"^(?P<name>\S+(?: \S+)?)\s+(?P<blocking>\d+)\s+(?P<listening>\d+)\s+(?P<learning>\d+)\s+"
                      r"(?P<forwarding>\d+)\s+(?P<active>\d+)$")
_STP_OPTION = re.compile(r"^\s*\S.* (?:is|are) +(?:enabled|disabled|inactive|short|long)\b.*$", re.IGNORECASE)
_STP_PROSE = re.compile(r"^(?:Name\s+Blocking|[- ]+$|No spanning tree instance|Configured Pathcost method|"
                        r"Station update rate|(?:Uplink|Backbone)Fast statistics|"
                        r"Number of (?:transitions|proxy|inferior|RLQ) )")
_ROOT_FOR = re.compile(r"^Root bridge for: ?(?P<list>.*)$")


# Switch is in rapid-pvst mode
# Root bridge for: VLAN0001, VLAN0010
# Extended system ID           is enabled
#
# Name                   Blocking Listening Learning Forwarding STP Active
# ---------------------- -------- --------- -------- ---------- ----------
# VLAN0001                     0         0        0         12         12
# ---------------------- -------- --------- -------- ---------- ----------
# 1 vlan                       0         0        0         12         12
@parser("cisco_ios.show_spanning_tree_summary")
def show_spanning_tree_summary(text: str) -> dict[str, Any]:
    """Mode, instances this switch is root of, and per instance the ports in each state; totals under `total`."""
    found: dict[str, Any] = {"mode": None, "root_for": [], "instances": [], "total": None}
    in_roots = seen_root = False
    for raw in lines_of(text):
        line = raw.strip()
        if match := _ROOT_FOR.match(line):
            in_roots = seen_root = True
            found["root_for"] += _names(match["list"])
            continue
        if in_roots and line and re.fullmatch(r"(?:[A-Za-z]+\d+(?:-[A-Za-z]*\d+)?,? ?)+", line):
            found["root_for"] += _names(line)
            continue
        in_roots = False
        _stp_line(line, found)
    if not seen_root and found["total"] is None:
        if re.search(r"^No spanning tree instances? exists?", text, re.MULTILINE):
            return found
        fail("no spanning-tree instance in the text: not show spanning-tree summary")
    if found["total"] is None:
        fail("the table of instances has no total: cut off")
    return found


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.rstrip(".").split(",") if name.strip()]
    return [] if names in (["none"], ["None"]) else names


def _stp_line(line: str, found: dict[str, Any]) -> None:
    mode = re.match(r"^Switch is in (\S+) mode", line)
    if mode:
        found["mode"] = mode[1]
    elif match := _STP_ROW.match(line):
        row = {key: int(match[key]) for key in ("blocking", "listening", "learning", "forwarding", "active")}
        if re.match(r"^(?:\d+ \S+|Total)$", match["name"]):
            found["total"] = row
        else:
            found["instances"].append({"instance": match["name"], **row})
    elif line and not (_STP_OPTION.match(line) or _STP_PROSE.match(line)):
        fail("line not understood", line)


_INCONSISTENT = re.compile(r"^(?P<instance>\S+)\s+(?P<interface>\S+)\s+(?P<kind>\S.*)$")
_COUNT = re.compile(r"^Number of inconsistent ports \(segments\) in the system ?: ?(\d+)$")


# Name                 Interface                Inconsistency
# -------------------- ------------------------ ------------------
# VLAN0010             GigabitEthernet1/0/9     Root Inconsistent
#
# Number of inconsistent ports (segments) in the system : 1
@parser("cisco_ios.show_spanning_tree_inconsistentports")
def show_spanning_tree_inconsistentports(text: str) -> list[dict[str, str]]:
    """Ports blocked for an inconsistency. The switch counts them itself; a count that disagrees is refused."""
    ports: list[dict[str, str]] = []
    count: int | None = None
    for raw in lines_of(text):
        line = raw.strip()
        if not line or re.match(r"^(?:Name\s+Interface|[- ]+$)", line):
            continue
        if match := _COUNT.match(line):
            count = int(match[1])
        elif match := _INCONSISTENT.match(line):
            ports.append({"instance": match["instance"], "interface": match["interface"],
                          "kind": match["kind"].strip()})
        else:
            fail("line not understood", line)
    if count is None:
        fail("no line 'Number of inconsistent ports': cut off")
    if count != len(ports):
        fail(f"the switch counts {count} inconsistent ports, {len(ports)} were read")
    return ports


_EXECUTING = re.compile(r"^\s*(?P<name>\S+) is executing the (?P<protocol>.+?) (?:compatible )?Spanning Tree protocol$")
_CHANGES = re.compile(r"^\s*Number of topology changes (?P<count>\d+)(?: last change occurred (?P<age>\S+) ago)?$")
_FROM = re.compile(r"^\s*from (?P<port>\S+)$")


#  VLAN0010 is executing the ieee compatible Spanning Tree protocol
#   Number of topology changes 14 last change occurred 2d03h ago
#           from GigabitEthernet1/0/24
@parser("cisco_ios.show_spanning_tree_detail")
def show_spanning_tree_detail(text: str) -> list[dict[str, Any]]:
    """Per instance the count of topology changes, the age of the last and its port; whole or filtered with `include`.

    The lines about single ports of the whole answer are not read.
    """
    found: list[dict[str, Any]] = []
    for line in lines_of(text):
        if match := _EXECUTING.match(line):
            found.append({"instance": match["name"], "protocol": match["protocol"], "changes": None, "last_age": None,
                          "last_port": None})
        elif match := _CHANGES.match(line):
            if not found:
                fail("topology changes before the first instance", line)
            found[-1]["changes"], found[-1]["last_age"] = int(match["count"]), match["age"]
        elif found and (match := _FROM.match(line)):
            found[-1]["last_port"] = match["port"]
    if not found and re.search(r"^No spanning tree instances? exists?", text, re.MULTILINE):
        return found
    if not found:
        fail("no spanning-tree instance in the text: not show spanning-tree detail")
    for one in found:
        if one["changes"] is None:
            fail(f"{one['instance']}: no count of topology changes: cut off")
    return found


_VTP = {
    "vtp version running": "version", "vtp version": "version", "vtp domain name": "domain",
    "vtp operating mode": "mode", "vtp pruning mode": "pruning", "configuration revision": "revision",
    "number of existing vlans": "vlans",
}
_VTP_PAIR = re.compile(r"^(?P<key>[A-Za-z][\w /-]*?)\s*:(?:\s+(?P<value>.*))?$")
_VTP_PROSE = re.compile(r"^(?:Configuration last modified by|Local updater ID is|Feature \w+:|-+$|"
                        r"(?:0x[0-9A-Fa-f]{2} ?)+$|"
                        r"\*+ .*)")


# VTP Version                     : 2
# Configuration Revision          : 0
# Number of existing VLANs        : 12
# VTP Operating Mode              : Transparent
# VTP Domain Name                 : PACS
@parser("cisco_ios.show_vtp_status")
def show_vtp_status(text: str) -> dict[str, Any]:
    """Mode in lower case, domain ("" where none is set), version, revision and number of VLANs.

    VTP 3 lists several features; the values are those of the VLAN feature.
    """
    found: dict[str, Any] = dict.fromkeys(_VTP.values())
    feature = "VLAN"
    for raw in lines_of(text):
        line = raw.strip()
        if line.startswith("Feature "):
            feature = line.removeprefix("Feature ").rstrip(":")
        if not line or _VTP_PROSE.match(line):
            continue
        match = _VTP_PAIR.match(line) or fail("line not understood", line)
        key = _VTP.get(match["key"].lower())
        if key and feature == "VLAN" and (found[key] is None or key == "version"):
            found[key] = (match["value"] or "").strip()
    for needed in ("mode", "domain", "revision"):
        if found[needed] is None and not (needed == "revision" and str(found["mode"]).lower() == "off"):
            fail(f"no {needed} in the text: cut off, or not show vtp status")
    found["mode"] = found["mode"].lower()
    for key in ("revision", "vlans"):
        found[key] = number(found[key], key) if found[key] is not None else None
    if found["version"] is not None:  # 12.2(52) and later print "1 to 3" on a line of its own ("capable")
        # 12.2(33)SX and 12.2(40)SE print "running VTP1 (VTP2 capable)"
        found["version"] = number(found["version"].removeprefix("running VTP").split()[0], "version")
    return found


_VLAN = re.compile(r"^(?P<vlan>\d{1,4})\s+(?P<name>\S.*?)\s+(?P<status>active|suspended|act/unsup|act/lshut|sus/lshut|"
                   r"act/ishut|sus/ishut)(?:\s+(?P<ports>\S.*))?$")


# VLAN Name                             Status    Ports
# ---- -------------------------------- --------- -------------------------------
# 10   PACS servers                     active    Gi1/0/1, Gi1/0/2
#                                                 Gi1/0/3
@parser("cisco_ios.show_vlan_brief")
def show_vlan_brief(text: str) -> list[dict[str, Any]]:
    """VLANs with name, status as printed, and the access ports; the first table of `show vlan` reads the same."""
    found: list[dict[str, Any]] = []
    lines = lines_of(text)
    head = next((index for index, line in enumerate(lines) if re.match(r"^\s*VLAN\s+Name\s+Status", line)), None)
    if head is None:
        fail("no heading VLAN Name Status: not show vlan brief")
    for line in lines[head + 1:]:
        if re.match(r"^VLAN\s+Type\s+SAID", line):
            break
        if not line.strip() or re.fullmatch(r"[- ]+", line):
            continue
        if match := _VLAN.match(line):
            found.append({"vlan": int(match["vlan"]), "name": match["name"], "status": match["status"],
                          "ports": _ports(match["ports"] or "")})
        elif found and line.startswith("   "):
            found[-1]["ports"] += _ports(line)
        else:
            fail("line not understood", line)
    if not found:
        fail("the list of VLANs is empty: cut off")
    return found


def _ports(text: str) -> list[str]:
    return [port.strip() for port in text.split(",") if port.strip()]
