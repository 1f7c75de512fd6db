"""switchshow, switchstatusshow, agshow."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import WWN, fail, filled, pair, word

_HEADING = re.compile(r"^\s*(?:Index|Area|Slot|Port)(?:\s+(?:Slot|Port|Address|Media|Gbic|Speed|State|Proto))+$")
_PROTOCOLS = {"FC", "FCIP", "VE", "ETH", "GE", "FCOE", "LAN", "ISCSI", "ETHER"}
_KEYS = {"switchName": "name", "switchType": "type", "switchState": "state", "switchMode": "mode",
         "switchRole": "role", "switchDomain": "domain", "switchId": "id", "switchWwn": "wwn", "zoning": "zoning",
         "switchBeacon": "beacon"}
_CELLS = {
    "index": re.compile(r"\d{1,4}"), "slot": re.compile(r"\d{1,2}"), "port": re.compile(r"\d{1,3}"),
    "address": re.compile(r"[0-9a-fA-FxX]{6}|-+"), "media": re.compile(r"[a-zA-Z]{1,3}|-+"),
    "speed": re.compile(r"[A-Z]{1,3}\d{0,3}|\d{1,3}G|-+"), "state": re.compile(r"[A-Z][A-Za-z]*(?:_[A-Za-z]+)?")}
# ge0   id    1G   Online      FCIP        (no index, no address: a port of the IP side)
_GIGABIT = re.compile(r"^\s*(?:(?P<slot>\d{1,2})\s+)?(?P<port>x?ge\d{1,2})\s+(?P<media>\S+)\s+(?P<speed>\S+)\s+"
                      r"(?P<state>[A-Z][A-Za-z_]+)\s*(?P<rest>.*)$")
# port  0: id N2 Online         F-Port 21:00:00:e0:8b:11:22:33        (Fabric OS 2.x and 3.x)
_ANCIENT = re.compile(r"^\s*port\s+(?P<port>\d{1,3}):\s+(?P<media>[a-z]{2}|--)\s+(?:(?P<speed>[NA]\w|\dG)\s+)?"
                      r"(?P<state>[A-Z][A-Za-z_]+)\s*(?P<rest>.*)$")
# A narrow terminal may tear the last pair of digits off a WWN and fill the gap with blanks.
_TORN = re.compile(r"(?<=\b[0-9a-f]{2}:[0-9a-f]{2}):\s+(?=[0-9a-f]{2}\b)", re.IGNORECASE)
_TYPE = re.compile(r"^(?:LE )?(?P<type>[A-Z]{1,3}-Port)\b")
_FID = re.compile(r"FID: (\d{1,3})")


# switchName:	san-9
# switchType:	34.0
# switchState:	Online
# zoning:	        ON (night_cfg)
#
# Area Port Media Speed State
# ==============================
#   0   0   id    N4   Online    F-Port  10:00:00:00:c9:0a:0b:0c
#
# From 6.x: Index Port Address Media Speed State Proto, a chassis has Slot between; virtual fabrics: "LS Attributes".
@parser("brocade_fos.switchshow")
def switchshow(text: str) -> dict[str, Any]:
    """The switch's own lines and its ports: port ("3", "1/3" or "ge0"), state, type, WWN, why disabled or segmented."""
    found: dict[str, Any] = {**dict.fromkeys(_KEYS.values()), "fid": None, "other": {}, "ports": []}
    columns: list[str] = []
    rows: list[str] = []
    for line in filled(text):
        if set(line.strip()) == {"="}:
            continue
        if _HEADING.match(line):
            columns = ["media" if name == "gbic" else "index" if name == "area" else name
                       for name in line.lower().split()]
        elif columns or _ANCIENT.match(line) or rows:
            _collect(line, rows)
        else:
            _head(line, found)
    if found["name"] is None or found["state"] is None:
        fail("no switchName or no switchState: cut off, or not switchshow")
    if not columns and not rows:
        fail("no list of ports: cut off, or not switchshow")
    found["ports"] = [_port(row, columns) for row in rows]
    return found


def _head(line: str, found: dict[str, Any]) -> None:
    name, value = pair(line)
    if name not in _KEYS:
        found["other"][name] = value
        if name == "LS Attributes" and (match := _FID.search(value)):
            found["fid"] = int(match[1])
    elif name == "zoning":
        match = re.fullmatch(r"(ON|OFF)(?: +\((.*)\))?", value) or fail("zoning is neither ON nor OFF", line)
        found["zoning"] = {"on": match[1] == "ON", "configuration": match[2]}
    elif name == "switchDomain":
        match = re.match(r"(\d{1,3})\b", value) or fail("the domain is no number", line)
        found["domain"] = int(match[1])
    else:
        found[_KEYS[name]] = value


def _collect(line: str, rows: list[str]) -> None:
    """A terminal of 80 columns breaks a row; its first half has an open bracket or quotation mark."""
    if rows and (rows[-1].count("(") > rows[-1].count(")") or rows[-1].count('"') % 2):
        rows[-1] += line
    else:
        rows.append(line)


def _port(line: str, columns: list[str]) -> dict[str, Any]:
    plain = _GIGABIT.match(line) or (None if columns else _ANCIENT.match(line))
    if plain:
        cells: dict[str, Any] = {**plain.groupdict(), "index": None, "address": None}
        rest = plain["rest"]
    else:
        wanted = [name for name in columns if name != "proto"]
        parts = line.split(None, len(wanted))
        cells = dict(zip(wanted, parts, strict=False))
        if len(cells) < len(wanted) or not all(_CELLS[name].fullmatch(cell) for name, cell in cells.items()):
            fail("a port's line is not understood", line)
        rest = parts[len(wanted)] if len(parts) > len(wanted) else ""
        if "proto" in columns and not rest:
            fail("a port's line ends before its protocol: cut off", line)
    first, _, after = rest.strip().partition(" ")
    protocol = first.upper() if first.upper() in _PROTOCOLS else None
    remark = _TORN.sub(":", " ".join((after if protocol else rest).split()))
    return {
        "port": f"{cells['slot']}/{cells['port']}" if cells.get("slot") else str(cells["port"]),
        "index": int(cells["index"]) if cells.get("index") else None, "address": cells.get("address"),
        "media": cells["media"], "speed": cells.get("speed"), "state": word(cells["state"]), **_remark(remark)}


def _remark(remark: str) -> dict[str, Any]:
    kind = _TYPE.match(remark)
    wwn = re.search(WWN, remark)
    segmented = re.search(r"\bsegmented\b,?[^(]*(?:\(([^)]*)\))?", remark, re.IGNORECASE)
    disabled = re.search(r"(?:\(([^)]*)\) )?\bDisabled\b(?: \(([^)]*)\))?", remark, re.IGNORECASE)
    neighbour = re.search(r'"([^"]*)"', remark)
    return {
        "type": kind["type"] if kind else None, "wwn": wwn[0].lower() if wwn else None,
        "neighbour": neighbour[1] if neighbour else None,
        "segmented": (segmented[1] or "no reason given") if segmented else None,
        "disabled": (disabled[1] or disabled[2] or "no reason given") if disabled else None,
        "remark": remark or None}


_MONITOR = re.compile(r"^(?P<monitor>\S.*? monitor)\s+(?P<state>[A-Z][A-Z_]+)(?P<rest>\s.*)?$", re.IGNORECASE)
_STATUS = {"switch name": "name", "ip address": "address", "switchstate": "state", "duration": "duration_minutes"}


# Switch Health Report                        Report time: 11/22/2026 01:02:03 PM
# Switch Name: 	san-9
# IP address:	127.13.9.1
# SwitchState:	MARGINAL
# Duration:	20:33
#
# Power supplies monitor	HEALTHY
# Fans monitor          	MARGINAL
# Fabric Watch is not licensed
@parser("brocade_fos.switchstatusshow")
def switchstatusshow(text: str) -> dict[str, Any]:
    """The switch's verdict on itself, one word per monitor; lines below the monitors are kept as remarks."""
    found: dict[str, Any] = {"name": None, "address": None, "state": None, "duration_minutes": None,
                             "report_time": None, "monitors": [], "remarks": []}
    for line in filled(text):
        if match := _MONITOR.match(line):
            name = match["monitor"].removesuffix(" monitor")
            found["monitors"].append({"monitor": name, "state": word(match["state"])})
        elif "Report time:" in line:
            found["report_time"] = _stamp(line.partition("Report time:")[2].strip())
        elif (name := line.partition(":")[0].strip().lower()) in _STATUS and not found["monitors"]:
            value = line.partition(":")[2].strip()
            found[_STATUS[name]] = _minutes(value) if name == "duration" else \
                word(value) if name == "switchstate" else value
        elif found["state"] is None:
            fail("line not understood", line)
        else:
            found["remarks"].append(line.strip())
    if not found["state"] or not found["monitors"]:
        fail("no SwitchState or no monitor: cut off, or not switchstatusshow")
    return found


def _stamp(said: str) -> str:
    try:
        return datetime.strptime(said, "%m/%d/%Y %I:%M:%S %p").isoformat()
    except ValueError:  # another way to write it is no reason to refuse the verdict
        return said


def _minutes(value: str) -> int:
    match = re.fullmatch(r"(\d{1,9}):(\d\d)", value) or fail("the duration is not hours:minutes", value)
    return int(match[1]) * 60 + int(match[2])


_GATEWAY = re.compile(rf"^\s*(?P<wwn>{WWN})\s+(?P<ports>\d{{1,3}})\s+(?P<address>\S+)\s+(?P<firmware>v\S+)\s+"
                      r"(?P<where>local|remote)\s+(?P<name>\S+)$", re.IGNORECASE)


# Worldwide Name           Ports   Enet IP Addr     Firmware     Local/Remote  Name
# ----------------------------------------------------------------------------------
# 10:00:00:05:1e:0a:0b:0c   16     127.13.9.7       v6.2.2f      local         ag-1
@parser("brocade_fos.agshow")
def agshow(text: str) -> list[dict[str, Any]]:
    """Access gateways that are logged in: WWN, ports, address, firmware, where, name; "No AG found" is empty."""
    lines = filled(text)
    if re.match(r"^\s*no (?:ag|access gateway)s?\b", lines[0], re.IGNORECASE):
        return []
    if not lines[0].strip().startswith("Worldwide Name"):
        fail("no heading Worldwide Name: not agshow")
    rows = []
    for line in lines[1:]:
        if set(line.strip()) <= {"-", "=", " "}:
            continue
        match = _GATEWAY.match(line) or fail("line not understood", line)
        rows.append({**match.groupdict(), "ports": int(match["ports"]), "where": match["where"].lower()})
    return rows
