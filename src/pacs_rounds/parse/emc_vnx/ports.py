"""Front-end ports, initiators and storage groups: port, connection, storagegroup."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import Fields, blocks, fail, lines_of, need, read, says_none, split, typed

_SP = re.compile(r"^\s*SP Name:\s*SP\s*([AB])\s*$", re.IGNORECASE)
_HBA = re.compile(r"^\s*HBA UID:\s*(\S+)\s*$")
_TOTAL = re.compile(r"^\s*Total number of initiators:\s*(\d+)\s*$", re.IGNORECASE)
_TITLE = re.compile(r"^\s*(?:Information about each (?:SPPORT|HBA|port of this HBA)\s*:?|[-=]{4,}|"
                    r"[\w /]+ Information)$", re.IGNORECASE)
_PREAMBLE = re.compile(r"^\s*(?:Server IP Address|Agent Rev):", re.IGNORECASE)
_NUMBERS = (r"sp_port_id|\w*_initiators|sp_source_id|source_id|alpa_value|reads|writes|blocks_\w+|queue_full_busy|"
            r"initiator_type")
_FLAGS = r"logged_in|trusted|defined|switch_present|auto_negotiable"


def _port(match: re.Match[str], body: list[str]) -> Fields:
    fields = typed(read(body), _NUMBERS, _FLAGS)
    need(fields, "sp_port_id")
    return {"sp": match[1].upper(), "port": fields.pop("sp_port_id"), **fields}


# Total number of initiators: 4
#
# SP Name:             SP A
# SP Port ID:          2
# Registered Initiators:        3
# Logged-In Initiators:         1
#
# Information about each SPPORT:  …  Link Status:         Up
# Information about each HBA:     …  HBA UID:  20:00:…   Logged In:             YES
@parser("emc_vnx.port")
def port(text: str) -> dict[str, Any]:
    """port -list with -sp, -hba or -all: {"initiator_count" (None where not printed), "counts": [{"sp": "A", "port": 2,
    "registered_initiators", "logged_in_initiators", …}], "ports": [{"sp", "port", "link_status", "port_status", …}],
    "initiators": [{"hba_uid", "server_name", …, "ports": [{"sp", "port", "logged_in", "storagegroup_name", …}]}]}."""
    found: dict[str, Any] = {"initiator_count": None, "counts": [], "ports": [], "initiators": []}
    lines = lines_of(text)
    if says_none(lines):
        return found
    parts = re.compile(r"^\s*Information about each (SPPORT|HBA)\s*:?\s*$|^\s*(HBA) UID:", re.IGNORECASE)
    for about, part in _parts(lines, parts):
        if about == "hba":
            found["initiators"] += _hbas(part)
            continue
        head, ports = split([line for line in part if not _TITLE.match(line)], _SP)
        for line in head:
            total = _TOTAL.match(line)
            if line and not total and not _PREAMBLE.match(line):
                fail("a line before the first port", line)
            found["initiator_count"] = int(total[1]) if total else found["initiator_count"]
        for one in (_port(match, body) for match, body in ports):
            found["counts" if "registered_initiators" in one and "link_status" not in one else "ports"].append(one)
    if not any(found.values()):
        fail("no port and no initiator in the answer", lines[0])
    return found


def _parts(lines: list[str], start: re.Pattern[str]) -> list[tuple[str, list[str]]]:
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        match = start.match(line)
        about = "hba" if match and (match[2] or match[1].upper() == "HBA") else "sp"
        if match and not (about == "hba" and parts[-1][0] == "hba"):
            parts.append((about, []))
        parts[-1][1].append(line)
    return parts


def _hbas(lines: list[str]) -> list[Fields]:
    found = []
    head, hbas = split([line for line in lines if not _TITLE.match(line)], _HBA)
    if any(head):
        fail("a line before the first HBA", next(line for line in head if line))
    for match, body in hbas:
        own, ports = split(body, _SP)
        found.append({"hba_uid": match[1].upper() if ":" in match[1] and not match[1].startswith("iqn") else match[1],
                      **typed(read(own)), "ports": [_port(*one) for one in ports]})
    return found


_CONNECTION = re.compile(r"^\s*SP:\s*([AB])\s*$", re.IGNORECASE)
_VIRTUAL = re.compile(r"^\s*Virtual Port ID:\s*(\S+)\s*$")


# SP:  A
# Port ID:  4
# Port WWN:  iqn.1992-04.com.emc:cx.fcn00100000001.a4
# Available Speeds:  10 Mb
# -               :  100 Mb
@parser("emc_vnx.connection_getport")
def connection_getport(text: str) -> list[Fields]:
    """iSCSI and FCoE ports: [{"sp", "port", "port_wwn", "port_speed", …, "virtual_ports": [{…}]}]; [] when none."""
    lines = lines_of(text, re.compile(r"^Request failed\. +Specified (?:virtual )?port not found"))
    if says_none(lines) or re.match(r"^Request failed", lines[0]):
        return []
    found = []
    for match, body in blocks(lines, _CONNECTION):
        own, virtual = split(body, _VIRTUAL)
        fields = typed(read(own), "port_id|current_mtu")
        need(fields, "port_id", "port_wwn")
        found.append({"sp": match[1].upper(), "port": fields.pop("port_id", None), **fields, "virtual_ports": [
            {"virtual_port_id": one[1], **typed(read(lines))} for one, lines in virtual]})
    return found


_REPLY = re.compile(r"^Reply from (\S+?):\s+bytes=(\d+) time=(\d+)ms TTL=(\d+)$")


# Reply from 192.168.1.50:  bytes=32 time=140ms TTL=30
@parser("emc_vnx.connection")
def connection(text: str) -> list[Fields]:
    """connection -getport (as connection_getport), or the replies of connection -pingnode: [{"from", "size_bytes",
    "seconds", "ttl"}]."""
    lines = lines_of(text, re.compile(r"^Request failed\. +Specified (?:virtual )?port not found"))
    replies = [_REPLY.match(line) for line in lines]
    if not any(replies):
        ports: list[Fields] = connection_getport(text)
        return ports
    return [{"from": one[1], "size_bytes": int(one[2]), "seconds": int(one[3]) / 1000, "ttl": int(one[4])}
            if one else fail("no reply", line) for one, line in zip(replies, lines, strict=True) if line]


_GROUP = re.compile(r"^\s*Storage Group Name:\s*(\S.*?)\s*$")
_PATH = re.compile(r"^\s*(\S+?)\s*SP ([AB])\s*(\d+)\s*$")  # a long iqn leaves no blank before "SP"
_MAPPING = re.compile(r"^\s*(\d+)\s+(\d+)\s*$")
_SNAPSHOT = re.compile(r"^\s*(\d+)\s+((?:[0-9A-Fa-f]{2}:){7,15}[0-9A-Fa-f]{2})\s+(\S.*)$")
_TABLE = re.compile(r"^\s*(?:HBA/SP Pairs:|H[LB][UA]/[AS][LP]U? Pairs:|HLU/[AS]LU Pairs:|HBA UID\s+SP Name\s+SPPort|"
                    r"HLU (?:Number|No\.)\s+.*|-{4,}(?:\s+-{4,})*)\s*$", re.IGNORECASE)
_OF_PATH = {"host_name", "spport", "initiator_ip", "tpgt", "isid"}


# Storage Group Name:    pacs
# HBA/SP Pairs:
#   20:00:…:01   SP A         2
# Host name:             pacs-a
# HLU/ALU Pairs:
#     0               5
# Shareable:             YES
@parser("emc_vnx.storagegroup")
def storagegroup(text: str) -> list[Fields]:
    """One per group: {"storage_group_name", "storage_group_uid", "paths": [{"hba_uid", "sp", "port", "host_name", …}],
    "luns": [{"hlu", "alu"}], "snapshots": [{"hlu", "uid", "name"}], "shareable", …}; [] when there is none."""
    lines = lines_of(text)
    if says_none(lines):
        return []
    return [_group(match[1], body) for match, body in blocks(lines, _GROUP)]


def _group(name: str, body: list[str]) -> Fields:
    group: Fields = {"storage_group_name": name, "paths": [], "luns": [], "snapshots": []}
    for line in body:
        path, mapping, snapshot = _PATH.match(line), _MAPPING.match(line), _SNAPSHOT.match(line)
        if not line or _TABLE.match(line):
            continue
        if path:
            group["paths"].append({"hba_uid": path[1], "sp": path[2], "port": int(path[3])})
        elif mapping:
            group["luns"].append({"hlu": int(mapping[1]), "alu": int(mapping[2])})
        elif snapshot:
            group["snapshots"].append({"hlu": int(snapshot[1]), "uid": snapshot[2], "name": snapshot[3]})
        else:
            for key, value in typed(read([line]), "tpgt", "shareable|special|default").items():
                (group["paths"][-1] if key in _OF_PATH and group["paths"] else group)[key] = value
    need(group, "storage_group_uid", "shareable")
    return group
