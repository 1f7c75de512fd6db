"""The SNMP agent of a Windows host: system, interfaces, drives and memory, load, as `snmpwalk -On` prints them."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.snmp_mib2 import SYSTEM, number, percents, refuse_others, system, words
from pacs_rounds.parse.snmp_mib2 import interfaces as mib2_interfaces
from pacs_rounds.parse.snmp_text import VarBind, read, scalar, table
from pacs_rounds.parse.windows.text import fail

# Microsoft's own agent; net-snmp on Windows.
_OURS = ("1.3.6.1.4.1.311", "1.3.6.1.4.1.8072.3.2.13")
_KINDS = {2: "memory", 3: "virtual_memory", 4: "fixed_disk", 5: "removable_disk", 6: "floppy", 7: "compact_disc",
          8: "ram_disk", 9: "flash", 10: "network_disk", 1: "other"}
_TYPES = "1.3.6.1.2.1.25.2.1"
# Hardware: Intel64 Family 6 Model 58 Stepping 9 AT/AT COMPATIBLE - Software: Windows Version 6.2 (Build 9200 …)
_DESCRIPTION = re.compile(r"Hardware: (?P<hardware>.+?) - Software: Windows.*?Version (?P<version>\d+\.\d+) "
                          r"\(Build (?P<build>\d+) [^)]*\)$")


def _rows(text: str) -> list[VarBind]:
    rows = read(text)
    refuse_others(rows, _OURS, "a Windows host's walk")
    told = words(scalar(rows, f"{SYSTEM}.1.0")) or ""
    if re.match(r"(?:Linux|VMware|FreeBSD|SunOS|AIX|HP-UX)\b|.*\bcisco\b", told, re.IGNORECASE):
        fail("not a Windows host's walk", told)
    return rows


# .1.3.6.1.2.1.1.1.0 = STRING: "Hardware: Intel64 Family 6 Model 44 Stepping 2 AT/AT COMPATIBLE - Software: Windows
#    Version 6.1 (Build 7601 Multiprocessor Free)"
# .1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.311.1.1.3.1.2
@parser("windows.snmp_system")
def snmp_system(text: str) -> dict[str, Any]:
    """The system group, with "hardware", "version" ("6.1") and "build" (7601) of the description. ParseError where
    neither the object id nor the description is that of Windows."""
    rows = _rows(text)
    found = system(rows)
    match = _DESCRIPTION.search(found["description"] or "")
    if match is None and not (found["object_id"] or "").startswith(_OURS):
        fail("neither a description nor an object id of Windows")
    return {**found, "hardware": match["hardware"] if match else None, "version": match["version"] if match else None,
            "build": int(match["build"]) if match else None}


# .1.3.6.1.2.1.2.2.1.2.13 = STRING: "Intel(R) 82574L Gigabit Network Connection"
# .1.3.6.1.2.1.2.2.1.8.13 = INTEGER: 1
# .1.3.6.1.2.1.31.1.1.1.18.13 = STRING: "Ethernet0"
@parser("windows.snmp_interfaces")
def snmp_interfaces(text: str) -> list[dict[str, Any]]:
    """All interfaces, as `interfaces` of MIB-2 reads them; filter drivers repeat the card they sit on."""
    return mib2_interfaces(_rows(text))


# .1.3.6.1.2.1.25.2.3.1.2.1 = OID: .1.3.6.1.2.1.25.2.1.4
# .1.3.6.1.2.1.25.2.3.1.3.1 = STRING: "C:\\ Label:SYSTEM  Serial Number 1a2b3c4d"
# .1.3.6.1.2.1.25.2.3.1.4.1 = INTEGER: 4096
@parser("windows.snmp_storage")
def snmp_storage(text: str) -> list[dict[str, Any]]:
    """hrStorageTable: [{"index", "kind", "description", "size_bytes", "used_bytes"}]. An empty drive (CD) has no size:
    None, not zero. Sizes above 8 TiB that an old agent wraps below zero are refused."""
    cells = table(_rows(text), "1.3.6.1.2.1.25.2.3.1", {2: "kind", 3: "description", 4: "unit", 5: "size", 6: "used"})
    found = []
    for index, cell in cells.items():
        if not {"kind", "description", "unit", "size", "used"} <= set(cell):
            fail(f"storage {index[0]} has no type, name, unit, size or use: the walk is incomplete")
        unit, size, used = (cell[key].integer for key in ("unit", "size", "used"))
        if min(unit, size, used) < 0 or used > size:
            fail(f"storage {index[0]}: {used} of {size} units used")
        there = unit > 0 and size > 0
        found.append({"index": index[0], "kind": _kind(cell["kind"]), "description": words(cell["description"]),
                      "size_bytes": unit * size if there else None, "used_bytes": unit * used if there else None})
    if not found:
        fail("no row of hrStorageTable")
    return found


def _kind(value: VarBind) -> str:
    root, _, last = value.text.strip(".").rpartition(".")
    if root != _TYPES or not last.isdigit():
        fail("no type of storage", value.text)
    return _KINDS.get(int(last), f"other_{last}")


# .1.3.6.1.2.1.25.1.1.0 = Timeticks: (290123456) 33 days, 13:53:54.56
# .1.3.6.1.2.1.25.1.6.0 = Gauge32: 96
# .1.3.6.1.2.1.25.3.3.1.2.5 = INTEGER: 14
@parser("windows.snmp_load")
def snmp_load(text: str) -> dict[str, Any]:
    """{"uptime_seconds" of the host, "users", "processes", "memory_bytes", "cpu_percent": {index: per cent of the last
    minute}}; None where the agent does not say."""
    rows = _rows(text)
    uptime, memory = scalar(rows, "1.3.6.1.2.1.25.1.1.0"), number(scalar(rows, "1.3.6.1.2.1.25.2.2.0"))
    found = {"uptime_seconds": None if uptime is None else uptime.number,
             "users": number(scalar(rows, "1.3.6.1.2.1.25.1.5.0")),
             "processes": number(scalar(rows, "1.3.6.1.2.1.25.1.6.0")),
             "memory_bytes": None if memory is None else memory * 1024,
             "cpu_percent": {str(index): value for index, value in percents(rows, "1.3.6.1.2.1.25.3.3.1.2").items()}}
    if all(value in (None, {}) for value in found.values()):
        fail("nothing of the host resources in the walk")
    return found
