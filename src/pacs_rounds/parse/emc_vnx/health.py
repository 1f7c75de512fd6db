"""Health in the array's own words: faults, getcrus, getcontrol, getcache, getsniffer."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import Fields, fail, lines_of, need, read, typed, when

_NORMAL = re.compile(r"^The array is operating normally\.?$", re.IGNORECASE)
_PART = re.compile(r"^\(?((?:Bus|Enclosure|SP|SPS|SPE|DPE|DAE|Disk|Power|Fan|LCC|BBU|Storage|Array|LUN|Pool|Cache|CPU|"
                   r"DIMM|I/O|Mgmt|Management|Blower|xPE|FAST|Raid ?Group|Hot ?Spare|Write|Battery|Cable|Cabling|Peer)"
                   r"\b.*?)\s*:\s*(.*?)\)?$", re.IGNORECASE)


# The array is operating normally.
#
# Faulted Subsystem: FCN00100000001
# Bus 0 Enclosure 0 Power A : Faulted
# SPS A : Removed
@parser("emc_vnx.faults")
def faults(text: str) -> dict[str, Any]:
    """faults -list: {"normal": bool, "subsystem", "faults": [{"part", "state" (as printed)}]}."""
    found: dict[str, Any] = {"normal": False, "subsystem": None, "faults": []}
    for line in (line.strip() for line in lines_of(text)):
        subsystem = re.match(r"^Faulted Subsystem\s*:\s*(.*)$", line, re.IGNORECASE)
        part = _PART.match(line)
        if _NORMAL.match(line):
            found["normal"] = True
        elif subsystem:
            found["subsystem"] = subsystem[1] or None
        elif part:
            found["faults"].append({"part": part[1].strip(), "state": part[2].strip()})
        elif line and found["subsystem"]:
            found["faults"].append({"part": line, "state": ""})
        elif line:
            fail("neither the sentence that all is well nor a fault", line)
    if found["normal"] == bool(found["subsystem"] or found["faults"]):
        fail("the array says both that it is normal and that it is not" if found["normal"] else "no fault is named")
    return found


_ENCLOSURE = re.compile(r"^(\w*(?:PE|AE|AX)\w*)\s+((?:Bus \d+ )?Enclosure \w+)\s*(\*?[\w* ]*\*?)$")
_WORD = re.compile(r"^(.+?) State\s*:\s*(.*)$")
_FACT = re.compile(r"^(.+?) (Revision|Serial #|Serial Number|Part Number|[A-Z][\w/#-]*)\s*:\s*(.*)$")
_REMARK = re.compile(r"^\((.+)\)$")


# DPE7 Bus 0 Enclosure 0
# SP A State:                 Present
# Bus 0 Enclosure 0 Power A State: Present
# Bus 0 Enclosure 0 SPS A Cabling State: Valid
# (Bus 0 Enclosure 0 : Faulted; Bus 0 Enclosure 0 Disk 8 : Removed)
@parser("emc_vnx.getcrus")
def getcrus(text: str) -> dict[str, list[dict[str, Any]]]:
    """{"enclosures": [{"type", "location", "mark"}], "parts": [{"part", "state", "enclosure"}], "facts": [{"part",
    "name", "value"}], "remarks": [str]}. A part is named as printed before " State"; states are as printed."""
    found: dict[str, list[Any]] = {"enclosures": [], "parts": [], "facts": [], "remarks": []}
    where = None
    for line in (line.strip() for line in lines_of(text)):
        enclosure, state, fact, remark = (one.match(line) for one in (_ENCLOSURE, _WORD, _FACT, _REMARK))
        if not line:
            continue
        if enclosure:
            where = enclosure[2]
            found["enclosures"].append({"type": enclosure[1], "location": where, "mark": enclosure[3].strip(" *")})
        elif remark:
            found["remarks"].append(remark[1])
        elif state:
            found["parts"].append({"part": " ".join(state[1].split()), "state": state[2], "enclosure": where})
        elif fact:
            name = fact[2].lower().replace("serial #", "serial").strip()
            found["facts"].append({"part": fact[1], "name": name, "value": fact[3]})
        else:
            fail("a line that is no part of an enclosure", line)
    if not found["parts"]:
        fail("no part with a state in the answer")
    return found


_GAP = re.compile(r"^\s*(SP[AB]? (?:Read|Write) Cache State)\b(?=[\s:])", re.IGNORECASE)
_CONTROL = (r"total_(?:reads|writes)|prct_(?:busy|idle)|(?:read|write)_requests|blocks_(?:read|written)|.*_ticks|"
            r"sum_queue.*|arrivals_.*|hw_flush_on|idle_flush_on|lw_flush_off|write_cache_.*|hard_errors|\w+_requests")


# System Fault LED:              OFF
# SP Write Cache State           Enabled
# System Date:                   11/20/2026
# System Time:                   09:59:16
# Controller busy ticks:         46703
@parser("emc_vnx.getcontrol")
def getcontrol(text: str) -> Fields:
    """Fields of getcontrol by its own names; `clock` is the SP's local time in ISO (None where not printed)."""
    fields = typed(read(lines_of(text), _GAP), _CONTROL)
    need(fields, "system_fault_led", "controller_busy_ticks", "prct_busy", "sp_write_cache_state", "system_time")
    date, time = fields.get("system_date"), fields.get("system_time")
    fields["clock"] = when(date, time) if date and time else None
    return fields


# SP Read Cache State                 Enabled
# SP Write Cache State                Enabled
# Write Cache Mirrored:               YES
# Prct Dirty Cache Pages =            12
@parser("emc_vnx.getcache")
def getcache(text: str) -> Fields:
    """Fields of getcache by its own names, the states as printed: {"sp_write_cache_state", "write_cache_mirrored":
    bool, …}."""
    fields = typed(read(lines_of(text), _GAP), r"prct_.*|.*_pages|.*watermark|.*_size(?:_\w+)?", "write_cache_mirrored")
    need(fields, "sp_write_cache_state", "sp_read_cache_state", "write_cache_mirrored", "spa_write_cache_state",
         "prct_dirty_cache_pages")
    return fields


_UNIT = re.compile(r"^VERIFY RESULTS FOR UNIT (\d+)$", re.IGNORECASE)
_VERIFY = re.compile(r"^(?P<name>[A-Za-z][\w ]*?)\s{2,}(?P<corrected>\d+)\s+(?P<uncorrectable>\d+)$")
_REPORT = re.compile(r"^(?P<name>[A-Za-z][\w ,/()-]*?)\s*(?:\((?P<passes>\d+) passes\))?$")
_COLUMNS = re.compile(r"^Corrected\s+Uncorrectable$", re.IGNORECASE)


# VERIFY RESULTS FOR UNIT 1
# Sniffing state:ENABLED
# Historical Total of all Non-Volatile Recovery Verifies(0 passes)
#                               Corrected  Uncorrectable
#    Checksum errors                0          0
@parser("emc_vnx.getsniffer")
def getsniffer(text: str) -> list[dict[str, Any]]:
    """Background verify: [{"lun", "settings": {…}, "reports": [{"report", "passes", "errors": {name: {"corrected",
    "uncorrectable"}}}]}]."""
    found: list[dict[str, Any]] = []
    for line in (line.strip() for line in lines_of(text)):
        unit, errors, report = _UNIT.match(line), _VERIFY.match(line), _REPORT.match(line)
        if not line or _COLUMNS.match(line):
            continue
        if unit:
            found.append({"lun": int(unit[1]), "settings": {}, "reports": []})
        elif not found:
            fail("a line before the first unit", line)
        elif errors and found[-1]["reports"]:
            found[-1]["reports"][-1]["errors"][errors["name"]] = {
                "corrected": int(errors["corrected"]), "uncorrectable": int(errors["uncorrectable"])}
        elif ":" in line:
            found[-1]["settings"].update(read([line]))
        elif report:
            passes = int(report["passes"]) if report["passes"] else None
            found[-1]["reports"].append({"report": report["name"], "passes": passes, "errors": {}})
        else:
            fail("a line that is no result of a verify", line)
    return found
