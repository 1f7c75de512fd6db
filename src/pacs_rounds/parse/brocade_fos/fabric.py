"""nsshow, nscamshow, nsallshow, fabricshow, islshow, trunkshow."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import WWN, fail, filled, pair

#  N    010000;      3;10:00:00:00:c9:0a:0b:0c;20:00:00:00:c9:0a:0b:0c; na
_DEVICE = re.compile(rf"^\s*(?P<type>[A-Z]{{1,2}})\s+(?P<address>[0-9a-fA-F]{{6}});\s*(?P<cos>[\d,]+);\s*"
                     rf"(?P<port>{WWN});\s*(?P<node>{WWN});\s*(?:na|\d+)?\s*$")
_HEADING = re.compile(r"^\s*Type\s+Pid\s+COS\s+PortName\s+NodeName")
_DETAILS = {"portsymb": "port_symbol", "nodesymb": "node_symbol", "fabric port name": "fabric_port_wwn",
            "permanent port name": "permanent_wwn", "device type": "device_type", "port index": "index"}


def _device(match: re.Match[str]) -> dict[str, Any]:
    return {"type": match["type"], "address": match["address"].lower(), "wwn": match["port"].lower(),
            "node_wwn": match["node"].lower(), **dict.fromkeys(_DETAILS.values())}


def _about(line: str, device: dict[str, Any]) -> None:
    name, value = pair(line)
    key = _DETAILS.get(name.lower())
    if key in {"port_symbol", "node_symbol"}:
        match = re.fullmatch(r'\[\d+\] "?(.*?)"?', value)
        device[key] = (match[1] if match else value).strip() or None
    elif key == "index":
        device["index"] = int(value) if value.isdigit() else fail("the port's index is no number", line)
    elif key:
        device[key] = value.lower() if key.endswith("wwn") else value or None


# {
#  Type Pid    COS     PortName                NodeName                 TTL(sec)
#  N    010000;      3;10:00:00:00:c9:0a:0b:0c;20:00:00:00:c9:0a:0b:0c; na
#     FC4s: FCP
#     NodeSymb: [9] "pacs-a h1"
#     Fabric Port Name: 20:00:00:05:1e:0a:0b:0c
#     Permanent Port Name: 10:00:00:00:c9:0a:0b:0c
# The Local Name Server has 1 entry }
@parser("brocade_fos.nsshow")
def nsshow(text: str) -> list[dict[str, Any]]:
    """Devices logged in at this switch: address, port and node WWN (lower case), symbols, device type, port index."""
    devices: list[dict[str, Any]] = []
    count = None
    for line in filled(text):
        bare = line.strip()
        if bare == "{" or _HEADING.match(bare.lstrip("{ ")):
            continue
        if match := re.match(r"^(?:The Local Name Server has (\d+) entr|There is (no) entry)", bare):
            count = 0 if match[2] else int(match[1])
        elif match := _DEVICE.match(line):
            devices.append(_device(match))
        elif devices and count is None:
            _about(line, devices[-1])
        elif bare != "}":
            fail("line not understood", line)
    if count is None:
        fail("no line with the number of entries: cut off, or not nsshow")
    if count != len(devices):
        fail(f"the name server has {count} entries, {len(devices)} are listed")
    return devices


# nscam show for remote switches:
# Switch entry for 2
#   state rev   owner
#  known v622  0xfffc01
#   Device list: count 1
#   Type Pid    COS     PortName                NodeName
#   N    020000;      3;50:06:01:60:0a:0b:0c:0d;50:06:01:60:8a:0b:0c:0d;
@parser("brocade_fos.nscamshow")
def nscamshow(text: str) -> list[dict[str, Any]]:
    """Devices at the other switches: one entry per domain with its revision, count and devices."""
    entries: list[dict[str, Any]] = []
    lines = filled(text)
    if re.match(r"^\s*no (?:entries|remote)\b", lines[-1], re.IGNORECASE):
        return []
    for line in lines:
        bare = line.strip()
        if re.match(r"^nscam show for remote switches:?$", bare) or _HEADING.match(bare) or \
                re.match(r"^state\s+rev\s+owner", bare) or bare in {"{", "}"}:
            continue
        if match := re.match(r"^Switch entry for\s+(\d{1,3})$", bare):
            entries.append({"domain": int(match[1]), "revision": None, "count": None, "devices": []})
        elif not entries:
            fail("line before the first switch entry", line)
        elif match := re.match(r"^(?:known|unknown)\s+(v\d+)\s+0x[0-9a-f]+", bare):
            entries[-1]["revision"] = match[1]
        elif match := re.match(r"^Device list: count (\d+)$", bare):
            entries[-1]["count"] = int(match[1])
        elif match := _DEVICE.match(line):
            entries[-1]["devices"].append(_device(match))
        elif entries[-1]["devices"]:
            _about(line, entries[-1]["devices"][-1])
        elif not re.match(r"^no devices?\b", bare, re.IGNORECASE):
            fail("line not understood", line)
    for entry in entries:
        if entry["count"] is None or entry["count"] != len(entry["devices"]):
            fail(f"domain {entry['domain']} has {entry['count']} devices, {len(entry['devices'])} are listed: cut off")
    if not entries:
        fail("no switch entry: cut off, or not nscamshow")
    return entries


# {
#  010000 010100 010200
# 3 Nx_Ports in the Fabric }
@parser("brocade_fos.nsallshow")
def nsallshow(text: str) -> list[str]:
    """The 24-bit addresses of all devices in the fabric, in the printed order."""
    said = " ".join(filled(text)).strip()
    match = re.fullmatch(r"\{?\s*(?P<addresses>(?:[0-9a-fA-F]{6}\s+)*)(?P<count>\d+) Nx_Ports in the Fabric\s*\}?",
                         said)
    if match is None:
        fail("no list of addresses with its count: cut off, or not nsallshow", said)
    addresses = match["addresses"].lower().split()
    if len(addresses) != int(match["count"]):
        fail(f"the fabric has {match['count']} devices, {len(addresses)} are listed")
    return addresses


_SWITCH = re.compile(rf"^\s*(?P<domain>\d{{1,3}}):\s+(?P<id>[0-9a-fA-F]{{6}})\s+(?P<wwn>{WWN})\s+(?P<address>\S+)\s+"
                     r'(?P<fc_address>\S+)\s+(?P<principal>>)?"(?P<name>[^"]*)"\s*(?P<remark>\S.*)?$')


# Switch ID   Worldwide Name           Enet IP Addr    FC IP Addr      Name
# -------------------------------------------------------------------------
#   1: fffc01 10:00:00:05:1e:0a:0b:0c 127.13.9.1      0.0.0.0        >"san-9"
#
# The Fabric has 1 switches
@parser("brocade_fos.fabricshow")
def fabricshow(text: str) -> list[dict[str, Any]]:
    """Switches of the fabric: domain, WWN, address, name, principal; the count below must be theirs."""
    lines = filled(text)
    rows: list[dict[str, Any]] = []
    if not re.match(r"^\s*Switch ID\s+Worldwide Name", lines[0]):
        fail("no heading Switch ID: not fabricshow", lines[0])
    for line in lines[1:]:
        bare = line.strip()
        if set(bare) <= {"-", "="} or re.match(r"^Fabric Name: ", bare):
            continue
        if match := re.match(r"^The Fabric has (\d+) switch", bare):
            if int(match[1]) != len(rows):
                fail(f"the fabric has {match[1]} switches, {len(rows)} are listed")
        elif match := _SWITCH.match(line):
            rows.append({"domain": int(match["domain"]), "wwn": match["wwn"].lower(), "address": match["address"],
                         "name": match["name"], "principal": match["principal"] is not None})
        elif not (rows and re.fullmatch(r"[0-9a-fA-F:.]{2,45}(?:/\d{1,3})?", bare)):  # IPv6 address of the switch above
            fail("line not understood", line)
    if not rows:
        fail("no switch in the list: cut off")
    return rows


_LINK = rf"(?P<local>(?:\d{{1,2}}/\s*)?\d{{1,3}})\s*->\s*(?P<remote>(?:\d{{1,2}}/\s*)?\d{{1,3}})\s+(?P<wwn>{WWN})"
_ISL = re.compile(rf"^\s*\d{{1,3}}:\s*{_LINK}\s+(?P<domain>\d{{1,3}})\s+(?P<name>\S+)\s+sp:\s*(?P<speed>\S+)"
                  r"(?:\s+bw:\s*(?P<bandwidth>\S+))?(?P<flags>(?:\s+\S+)*)\s*$")
_TRUNK = re.compile(rf"^\s*(?:(?P<group>\d{{1,3}}):)?\s*{_LINK}\s+(?P<domain>\d{{1,3}})\s+deskew\s+(?P<deskew>\d+)"
                    r"(?P<master>\s+MASTER)?\s*$")


def _link(match: re.Match[str]) -> dict[str, Any]:
    return {"port": match["local"].replace(" ", ""), "remote_port": match["remote"].replace(" ", ""),
            "wwn": match["wwn"].lower(), "domain": int(match["domain"])}


#   1:  4->  5 10:00:00:05:1e:0a:0b:0d   2 san-8           sp:  4.000G bw:  8.000G TRUNK
@parser("brocade_fos.islshow")
def islshow(text: str) -> list[dict[str, Any]]:
    """Links to other switches: ports, neighbour, speed and bandwidth as printed, flags. "No ISL found" is empty."""
    lines = filled(text)
    if re.match(r"^\s*no isls?\b", lines[0], re.IGNORECASE):
        return []
    rows = []
    for line in lines:
        match = _ISL.match(line) or fail("line not understood", line)
        rows.append({**_link(match), "name": match["name"], "speed": match["speed"], "bandwidth": match["bandwidth"],
                     "flags": match["flags"].split()})
    return rows


#   1:  4->  5 10:00:00:05:1e:0a:0b:0d   2 deskew 15 MASTER
#       5->  6 10:00:00:05:1e:0a:0b:0d   2 deskew 16
@parser("brocade_fos.trunkshow")
def trunkshow(text: str) -> list[dict[str, Any]]:
    """Trunked links: group number, ports, neighbour's WWN and domain, deskew, master. "No trunking links" is empty."""
    lines = filled(text)
    if re.match(r"^\s*no trunk", lines[0], re.IGNORECASE):
        return []
    rows: list[dict[str, Any]] = []
    for line in lines:
        if re.match(r"^\s*(?:Bandwidth|Tx:|Rx:)", line):  # trunkshow -perf
            continue
        match = _TRUNK.match(line) or fail("line not understood", line)
        group = int(match["group"]) if match["group"] else rows[-1]["group"] if rows else fail("no group", line)
        rows.append({"group": group, **_link(match), "deskew": int(match["deskew"]), "master": bool(match["master"])})
    return rows
