"""show switch detail, show module, show redundancy.

Own parsers: the template for `show switch detail` refuses states of two words (Version Mismatch, the very case that
matters), that for `show module` stops before the status, that for `show redundancy` refuses an empty BOOT variable.
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import duration, fail, lines_of

_MEMBER = re.compile(r"^(?P<active>\*)?\s*(?P<switch>\d+)\s+(?P<role>[A-Za-z]+)\s+(?P<mac>[0-9a-fA-F.]{14})\s+"
                     r"(?P<priority>\d+)\s+(?:(?P<version>[V\d]\S*)\s+)?(?P<state>[A-Za-z][A-Za-z ()-]*)$")
_PORTS = re.compile(r"^(?P<switch>\d+)\s+(?P<one>[A-Za-z]+)\s+(?P<two>[A-Za-z]+)\s+"
                    r"(?P<left>\d+|None)\s+(?P<right>\d+|None)$")
_PROSE = re.compile(r"^(?:Switch/Stack Mac Address|Mac persistency wait time|H/W\s+Current|-+$|Stack Port Status|"
                    r"Switch#\s+(?:Role|Port 1))")


# Switch/Stack Mac Address : 0018.b9aa.0100
#                                            H/W   Current
# Switch#  Role   Mac Address     Priority Version  State
# ----------------------------------------------------------
# *1       Master 0018.b9aa.0100     15     0       Ready
#
#          Stack Port Status             Neighbors
# Switch#  Port 1     Port 2           Port 1   Port 2
# --------------------------------------------------------
#   1        Ok         Ok                2        2
@parser("cisco_ios.show_switch_detail")
def show_switch_detail(text: str) -> dict[str, list[dict[str, Any]]]:
    """Stack members with role and state (as printed), and the two stack ports of each; neighbour None where none."""
    members: list[dict[str, Any]] = []
    ports: list[dict[str, Any]] = []
    in_ports = False
    for raw in lines_of(text):
        line = raw.strip()
        if not line:
            continue
        if _PROSE.match(line):
            in_ports = in_ports or "Port" in line
        elif in_ports and (match := _PORTS.match(line)):
            ports.append({
                "switch": int(match["switch"]), "port_1": match["one"], "port_2": match["two"],
                "neighbour_1": None if match["left"] == "None" else int(match["left"]),
                "neighbour_2": None if match["right"] == "None" else int(match["right"])})
        elif not in_ports and (match := _MEMBER.match(line)):
            members.append({
                "switch": int(match["switch"]), "active": match["active"] is not None, "role": match["role"],
                "mac": match["mac"], "priority": int(match["priority"]), "state": match["state"].strip()})
        else:
            fail("line not understood", raw)
    if not members:
        fail("no stack member in the text: not show switch detail")
    if in_ports and not ports:
        fail("the stack port table is empty: cut off")
    return {"members": members, "ports": ports}


_CARD = re.compile(r"^(?P<module>\d+)\s+(?:(?P<ports>\d+)\s+)?(?P<type>\S.*?)\s+(?P<model>\S*-\S+|Unknown)\s+"
                   r"(?P<serial>[A-Z0-9]{8,12}|Unknown)$")
_BARE_CARD = re.compile(r"^(?P<module>\d+)\s+(?:(?P<ports>\d+)\s+)?(?P<type>\S(?:.*\S)?)$")
_STATUS = re.compile(r"^(?P<module>\d+)\s+(?:[0-9a-f.]{14} to [0-9a-f.]{14}|Unknown)(?:\s+(?P<rest>.*?))?\s+"
                     r"(?P<status>[A-Z][A-Za-z]*)$")
_SUB = re.compile(r"^(?P<module>\d+)\s+(?P<type>\S.*?)\s+(?P<model>[A-Z][A-Z0-9]*-?[\w/+-]*)\s+"
                  r"(?P<serial>[A-Z0-9]{8,12})\s+(?P<hw>[\d.]+)\s+(?P<status>\S+)$")
_DIAG = re.compile(r"^(?P<module>\d+)\s+(?P<diag>[A-Z][A-Za-z ]+)$")
_ROLE = re.compile(r"^(?P<module>\d+)\s+(?P<role>\S+(?: \S+)*)\s{2,}.*$")
_MEMBER_LINE = re.compile(r"^(?P<module>\d+)\s+(?P<ports>\d+)\s+(?P<model>\S+)\s+(?P<serial>\S+)\s+"
                          r"[0-9a-f.]{14}\s+\S+\s+\S+$")
_TABLES = (
    ("card", re.compile(r"^Mod\s+Ports\s+Card Type")),
    ("status", re.compile(r"^(?:Mod|M)\s+MAC addresses\s+Hw")),
    ("sub", re.compile(r"^Mod\s+Sub-Module")),
    ("diag", re.compile(r"^Mod\s+Online Diag Status")),
    ("role", re.compile(r"^Mod\s+Redundancy role", re.IGNORECASE)),
    ("stack", re.compile(r"^Switch\s+Ports\s+Model\s+Serial No\.")),
    ("prose", re.compile(r"^(?:System Failures:|Chassis Type|Power consumed|Switch Number)")),
)


# Mod Ports Card Type                              Model              Serial No.
# --- ----- -------------------------------------- ------------------ -----------
#   7    2  Supervisor Engine 720 (Active)         WS-SUP720-3B       SAL09444KLM
#
# Mod MAC addresses                       Hw    Fw           Sw           Status
# --- ---------------------------------- ------ ------------ ------------ -------
#   7  0011.21b9.aa00 to 0011.21b9.aa03   4.3   8.1(3)       12.2(18)SXF7 Ok
#
# Mod  Online Diag Status
# ---- -------------------
#   7  Pass
@parser("cisco_ios.show_module")
def show_module(text: str) -> list[dict[str, Any]]:
    """Modules with slot, model, serial, status, online diagnosis and sub-modules; None where nothing is printed.

    `switch` is the chassis of a virtual switch (VSS), None elsewhere.
    """
    modules: dict[tuple[int | None, int], dict[str, Any]] = {}
    seen: set[str] = set()
    table, switch = "", None
    for raw in lines_of(text):
        line = raw.strip()
        found = next((name for name, pattern in _TABLES if pattern.match(line)), None)
        if found:
            table = found
            seen.add(found)
            if match := re.match(r"^Switch Number:? *(\d+)", line):
                switch = int(match[1])
        elif not line or re.fullmatch(r"[-+ ]+", line) or table == "prose":
            continue
        else:
            _module_line(table, line, switch, modules)
    if "stack" not in seen and not {"card", "status"} <= seen:
        fail("the table of modules or of their status is missing: cut off, or not show module")
    silent = [one["module"] for one in modules.values() if one["status"] is None and "stack" not in seen]
    if not modules or silent:
        fail(f"no status for module {silent[0]}: cut off" if silent else "no module in the text")
    return list(modules.values())


def _module_line(table: str, line: str, switch: int | None,
                 modules: dict[tuple[int | None, int], dict[str, Any]]) -> None:
    if table in {"card", "stack"}:
        match = (_CARD if table == "card" else _MEMBER_LINE).match(line) or _BARE_CARD.match(line)
        if not match:
            fail("line not understood", line)
        said = match.groupdict()
        slot = int(said["module"])
        if (switch, slot) in modules:
            fail("a module stands twice", line)
        modules[switch, slot] = {
            "switch": switch, "module": slot, "ports": int(said["ports"]) if said.get("ports") else None,
            "type": (said.get("type") or "").strip() or None, "model": said.get("model"), "serial": said.get("serial"),
            "status": None, "diagnosis": None, "submodules": []}
        return
    pattern = {"status": _STATUS, "sub": _SUB, "diag": _DIAG, "role": _ROLE}.get(table)
    match = pattern.match(line) if pattern else None
    if not match or (switch, int(match["module"])) not in modules:
        fail("line not understood", line)
    module = modules[switch, int(match["module"])]
    if table == "status":
        module["status"] = match["status"]
    elif table == "diag":
        module["diagnosis"] = match["diag"].strip()
    elif table == "sub":
        module["submodules"].append({"type": match["type"], "model": match["model"], "serial": match["serial"],
                                     "status": match["status"]})


_PEER_GONE = re.compile(r"^Peer \(slot: \S+\) information is not available because it is in '(.+)' state")
_KEYS = {
    "switchovers system experienced": "switchovers", "standby failures": "standby_failures",
    "last switchover reason": "last_switchover_reason", "hardware mode": "hardware_mode",
    "configured redundancy mode": "configured_mode", "operating redundancy mode": "operating_mode",
    "communications": "communications",
}


# Redundant System Information :
#  Switchovers system experienced = 0
#                   Hardware Mode = Duplex
#       Operating Redundancy Mode = sso
#                  Communications = Up
# Current Processor Information :
#                 Active Location = slot 7
#          Current Software state = ACTIVE
# Peer Processor Information :
#                Standby Location = slot 8
#          Current Software state = STANDBY HOT
@parser("cisco_ios.show_redundancy")
def show_redundancy(text: str) -> dict[str, Any]:
    """Redundancy mode, switchovers, and the state of the active and the standby processor (None without a peer)."""
    found: dict[str, Any] = dict.fromkeys(_KEYS.values()) | {"uptime_seconds": None, "active": None, "standby": None}
    part = "system"
    for line in lines_of(text):
        if line.strip().startswith(("Current Processor Information", "Peer Processor Information")):
            part = "active" if "Current" in line else "standby"
            found[part] = {"location": None, "state": None}
        elif "=" in line:
            key, _, value = line.partition("=")
            _redundancy_pair(part, key.strip().lower(), value.strip(), found)
        elif match := _PEER_GONE.match(line.strip()):
            found["standby"] = {"location": None, "state": match[1]}
            part = "gone"
    if found["hardware_mode"] is None or found["active"] is None or found["active"]["state"] is None:
        fail("no hardware mode or no active processor in the text: cut off, or not show redundancy")
    if part == "standby" and found["standby"]["state"] is None:
        fail("the peer processor has no state: cut off")
    if part == "active" and found["hardware_mode"].lower() == "duplex":
        fail("a duplex system without peer processor: cut off")
    for key in ("switchovers", "standby_failures"):
        found[key] = int(found[key]) if found[key] is not None else None
    return found


def _redundancy_pair(part: str, key: str, value: str, found: dict[str, Any]) -> None:
    if part == "system" and key in _KEYS:
        found[_KEYS[key]] = " ".join(value.split())
    elif part == "system" and key == "available system uptime":
        found["uptime_seconds"] = duration(value)
    elif part in {"active", "standby"} and key in {"active location", "standby location"}:
        found[part]["location"] = value
    elif part in {"active", "standby"} and key == "current software state":
        found[part]["state"] = value
