"""Who the array is: getagent, getsp, arrayname, getarrayuid, getsptime, domain, networkadmin; sysDescr by SNMP."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser, snmp_text
from pacs_rounds.parse.emc_vnx.general import records
from pacs_rounds.parse.emc_vnx.software import packages
from pacs_rounds.parse.emc_vnx.text import Fields, blocks, fail, lines_of, need, pair, read, split, typed, when, word

_NUMBERS = r"sp_memory|scsi_id|signature|peer_signature|memory_size_for_the_sp|sp_scsi_id_if_available"
_PACKAGE = re.compile(r"^\s*Name of the software package:")
_HEADING = re.compile(r"^[-=]{4,}$|^[\w/ ]+ Information$")


# Agent Rev:           7.32.25 (1.56)
# Node:                A-FCN00100000001
# Revision:            05.32.000.5.201
# Model:               VNX5500
# Serial No:           FCN00100000001
# SP Identifier:       A
@parser("emc_vnx.getagent")
def getagent(text: str) -> Fields:
    """Agent, array and SP: {"model", "serial_no", "revision", "sp_identifier", "node", …} by the agent's own names.

    `packages` holds the software where the text goes on with it (getall -host).
    """
    lines = lines_of(text)
    own = next((place for place, line in enumerate(lines) if _PACKAGE.match(line)), len(lines))
    fields = typed(_once(read(lines[:own], skip=_HEADING)), _NUMBERS)
    need(fields, "agent_rev", "serial_no", "model")
    if own < len(lines):
        fields["packages"] = packages(lines[own:])
    return fields


def _once(fields: Fields) -> Fields:
    """getall prints some fields twice; the same value twice is one value."""
    return {key: value[0] if isinstance(value, list) and len(set(value)) == 1 else value
            for key, value in fields.items()}


# SP A
#
# Cabinet:             DPE7
# Serial Number For The SP:      CF2XX110000000
# Memory Size For The SP:        12288
@parser("emc_vnx.getsp")
def getsp(text: str) -> list[Fields]:
    """One per SP: {"sp": "A", "cabinet", "serial_number_for_the_sp", "memory_size_for_the_sp" (MB), …}."""
    found = []
    for match, body in blocks(lines_of(text), re.compile(r"^\s*SP ([AB])\s*$")):
        fields = typed(read(body), _NUMBERS)
        need(fields, "serial_number_for_the_sp", "revision_number_for_the_sp", "signature_for_the_sp", "cabinet")
        found.append({"sp": match[1], **fields})
    return found


# Array Name:  PACS-VNX
@parser("emc_vnx.arrayname")
def arrayname(text: str) -> Fields:
    """{"array_name": str}."""
    fields = read(lines_of(text))
    need(fields, "array_name")
    return typed(fields)


_UID = re.compile(r"^(?:(?P<host>\S+)\s+)?(?P<uid>[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7,15})$")


# Array UID:   50:06:01:60:B6:E0:00:01        or        Host/IP   Array UID  /  127.13.2.1  50:06:…
@parser("emc_vnx.getarrayuid")
def getarrayuid(text: str) -> list[dict[str, Any]]:
    """[{"array_uid", "host" (None where not printed)}]."""
    found = []
    for line in lines_of(text):
        told = pair(line) if re.match(r"^\s*Array UID", line, re.IGNORECASE) else None
        match = _UID.match(told[1] if told else line.strip())
        if match:
            found.append({"host": match["host"], "array_uid": match["uid"].upper()})
        elif line and not re.match(r"^\s*(?:Host|IP|[- ]+$)", line):
            fail("no array UID", line)
    return found or fail("no array UID in the answer")


# Time on SP A:        11/20/26 10:11:12
@parser("emc_vnx.getsptime")
def getsptime(text: str) -> list[dict[str, Any]]:
    """[{"sp": "A", "time": ISO local time}]."""
    found = []
    for line in lines_of(text):
        match = re.match(r"^\s*(?:Time on )?SP ?([AB])\s*:?\s+(\d\d/\d\d/\d{2,4})\s+(\d\d:\d\d:\d\d)$", line)
        if match:
            found.append({"sp": match[1], "time": when(match[2], match[3])})
        elif line:
            fail("no time of an SP", line)
    return found


# Node:                 FCN00100000001
# IP Address:           127.13.2.1 (Master)
# Name:                 spa
# Port:                 80
# Secure Port:          443
@parser("emc_vnx.domain")
def domain(text: str) -> list[dict[str, Any]]:
    """Nodes of the storage domain: [{"node", "members": [{"ip_address", "master", "name", "port", "secure_port"}]}]."""
    nodes: list[dict[str, Any]] = []
    for match, body in blocks(lines_of(text), re.compile(r"^\s*Node:\s*(\S.*)$")):
        head, members = split(body, re.compile(r"^\s*IP Address:\s*(\S+)\s*(\(Master\))?\s*$", re.IGNORECASE))
        if any(head):
            fail("a line before the first address of a node", next(line for line in head if line))
        node: dict[str, Any] = {"node": match[1].strip(), "members": []}
        for address, lines in members:
            master = bool(address[2]) or any(line.strip() == "(Master)" for line in lines)
            fields = typed(read(lines, skip=re.compile(r"^\s*\(Master\)$")), "port|secure_port")
            node["members"].append({"ip_address": address[1], "master": master, **fields})
        nodes.append(node)
    return nodes


# Storage Processor:                  SP A
# Port ID:                            0
# Link Status:                        Link-Up
@parser("emc_vnx.networkadmin")
def networkadmin(text: str) -> list[Fields]:
    """Management network of the SPs, a record per paragraph, by the array's own field names."""
    found = records(lines_of(text), first=r"Storage Processor|SP\b.*")
    return [{key: word(value) if isinstance(value, str) else value for key, value in one.items()} for one in found]


_DESCRIPTION = re.compile(r"^(?P<model>\S+(?: \S+)*?)\s+-\s+(?:Flare|VNX|OE)\s*(?P<revision>[\d.]+)\s*$", re.IGNORECASE)


# .1.3.6.1.2.1.1.1.0 = STRING: "VNX5500 - Flare 5.32.0.5.201"
# .1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.1981.1.1
@parser("emc_vnx.snmp_system")
def snmp_system(text: str) -> dict[str, Any]:
    """What an SP's SNMP agent says of the array: {"description", "model", "revision", "object_id"}."""
    rows = {row.oid: row.value for row in snmp_text.read(text)}
    description = rows.get(snmp_text.oid_of("1.3.6.1.2.1.1.1.0"))
    object_id = rows.get(snmp_text.oid_of("1.3.6.1.2.1.1.2.0"))
    told = _DESCRIPTION.match(str(description or ""))
    if not told:
        fail("sysDescr is not that of a CLARiiON or VNX", str(description))
    return {"description": description, "model": told["model"], "revision": told["revision"], "object_id": object_id}
