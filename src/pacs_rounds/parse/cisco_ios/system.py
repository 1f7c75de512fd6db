"""show version, show inventory, show file systems, dir."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios import templates
from pacs_rounds.parse.cisco_ios.text import duration, fail, lines_of, number

_SOFTWARE = re.compile(r"(?:Software|IOS \(tm\))[^(]*\((?P<image>[^)]+)\), Version (?P<version>[^,\s]+)")
_UPTIME = re.compile(r"^(?P<name>\S+) uptime is (?P<uptime>.+)$")
_MODEL = re.compile(r"^[Cc]isco (?P<model>\S.*?) \([^)]*\) (?:processor|with)\b")
_RETURNED = re.compile(r"^System returned to ROM by\s+(?P<reason>.+?)(?: at (?P<at>\d\d:\d\d:\d\d .+?))?"
                       r"(?: \(SP by (?P<sp>.+)\))?$")
_MEMBER = re.compile(r"^(?P<active>\*)?\s+(?P<switch>\d+)\s+(?P<ports>\d+)\s+(?P<model>\S+)\s+(?P<version>\S+)"
                     r"\s+(?P<image>\S+)(?:\s+\S+)?$")


# Cisco IOS Software, C2960S Software (C2960S-UNIVERSALK9-M), Version 15.0(2)SE4, RELEASE SOFTWARE (fc1)
# access-9 uptime is 12 weeks, 1 day, 4 hours, 10 minutes
# System returned to ROM by power-on
# cisco WS-C2960S-24TS-L (PowerPC) processor (revision B0) with 131072K bytes of memory.
# Processor board ID FOC1712W3N1
# CLEI Code Number                : CMMXX00ARA
# Configuration register is 0xF
#
# Own parser: the template knows neither the CLEI code nor where the text ends.
@parser("cisco_ios.show_version")
def show_version(text: str) -> dict[str, Any]:
    """Image, uptime, reload reasons, model, serials and CLEI codes of the chassis (all members of a stack)."""
    lines = lines_of(text)
    found: dict[str, Any] = {
        "hostname": None, "image": None, "version": None, "uptime_seconds": None, "model": None, "serial": None,
        "reload_reason": None, "reload_at": None, "last_reload_reason": None, "image_file": None,
        "configuration_register": None, "system_serials": [], "clei_codes": [], "stack": []}
    for line in lines:
        _version_line(line, found)
    for key in ("version", "uptime_seconds", "configuration_register"):
        if found[key] is None:
            fail(f"no {key.replace('_', ' ')} in the text: cut off, or not show version")
    return found


def _version_line(line: str, found: dict[str, Any]) -> None:
    if found["version"] is None and (match := _SOFTWARE.search(line)):
        found["image"], found["version"] = match["image"], match["version"]
    elif found["uptime_seconds"] is None and (match := _UPTIME.match(line)):
        found["hostname"], found["uptime_seconds"] = match["name"], duration(match["uptime"])
    elif match := _RETURNED.match(line):
        found["reload_reason"] = match["reason"] + (f" (SP by {match['sp']})" if match["sp"] else "")
        found["reload_at"] = match["at"]
    elif line.startswith("Last reload reason:"):
        found["last_reload_reason"] = line.partition(":")[2].strip() or None
    elif line.startswith("System image file is"):
        found["image_file"] = line.partition(" is ")[2].strip().strip('"')
    elif found["model"] is None and (match := _MODEL.match(line)):
        found["model"] = match["model"]
    elif line.startswith("Processor board ID"):
        found["serial"] = line.removeprefix("Processor board ID").strip().rstrip(",").split(",")[0] or None
    elif line.startswith("Configuration register is"):
        found["configuration_register"] = line.split()[3].rstrip(",")
    elif line.lower().startswith("system serial number"):
        found["system_serials"].append(line.partition(":")[2].strip())
    elif line.lower().startswith("clei code number"):
        found["clei_codes"].append(line.partition(":")[2].strip())
    elif match := _MEMBER.match(line):
        found["stack"].append({
            "switch": int(match["switch"]), "active": match["active"] is not None, "ports": int(match["ports"]),
            "model": match["model"], "version": match["version"], "image": match["image"]})


_NAME = re.compile(r'^\s*NAME:\s*"')


# NAME: "1", DESCR: "WS-C2960S-24TS-L"
# PID: WS-C2960S-24TS-L  , VID: V04  , SN: FOC1712W3N1
@parser("cisco_ios.show_inventory")
def show_inventory(text: str) -> list[dict[str, str | None]]:
    """Parts with name, description, PID, VID and serial; None where the switch prints nothing."""
    lines = [line.strip() for line in lines_of(text) if line.strip() and not line.startswith("INFO: ")]
    for line in lines:
        if not _NAME.match(line) and not line.startswith("PID:"):
            fail("line not understood", line)
    names = sum(1 for line in lines if _NAME.match(line))
    if not names or len(lines) != 2 * names:  # at the end of the text TextFSM records half a part as well
        fail(f"{names} parts are named, {len(lines) - names} described: cut off, or not show inventory")
    rows = [row for row in templates.rows("show_inventory", lines) if any(row.values())]
    if len(rows) != names:
        fail(f"{names} parts are named, {len(rows)} were read")
    return [{
        "name": row["name"].strip(), "description": row["descr"].strip() or None, "pid": row["pid"].strip() or None,
        "vid": row["vid"].strip() or None, "serial": row["sn"].strip() or None} for row in rows]


_SYSTEM = re.compile(r"^(?P<default>\*)?\s*(?P<size>\d+|-)\s+(?P<free>\d+|-)\s+(?P<type>\S+)\s+(?P<flags>\S+)"
                     r"\s+(?P<names>\S+:(?:\s+\S+:)*)(?:\s*#)?$")


# File Systems:
#
#      Size(b)     Free(b)      Type  Flags  Prefixes
# *   15998976     5135872     flash    rw   flash: flash1:
#           -           -    opaque    rw   bs:
#
# Own parser: the template passes over a file system with two prefixes, which is every stack's flash.
@parser("cisco_ios.show_file_systems")
def show_file_systems(text: str) -> list[dict[str, Any]]:
    """File systems with their prefixes; sizes in bytes, None where the switch prints a dash."""
    lines = [line for line in lines_of(text) if line.strip()]
    head = next((index for index, line in enumerate(lines) if re.match(r"^\s*Size\(b\)\s+Free\(b\)", line)), None)
    if head is None:
        fail("no heading Size(b) Free(b): not show file systems")
    found = []
    for line in lines[head + 1:]:
        match = _SYSTEM.match(line) or fail("line not understood", line)
        size, free = (None if match[key] == "-" else int(match[key]) for key in ("size", "free"))
        found.append({
            "prefixes": match["names"].split(), "type": match["type"], "flags": match["flags"],
            "default": match["default"] is not None, "size_bytes": size, "free_bytes": free})
    if not found:
        fail("the list of file systems is empty: cut off")
    return found


_TOTAL = re.compile(r"^(\d+) bytes (?:total|available) \((\d+) bytes (?:free|used)\)$")
_FILE = re.compile(r"^\s*(?P<index>\d+)\s+(?P<mode>[d-][rwx -]{2,5}?)\s+(?P<size>\d+|<no size>)\s+"
                   r"(?P<date>(?:\S+ +\d+ \d{4} \d\d:\d\d:\d\d(?: [+-]\d\d:\d\d)?)|<no date>)\s+(?P<name>\S+)$")


# Directory of flash:/
#
#     2  -rwx    11792247  Mar  1 1993 00:14:20 +00:00  c2960s-universalk9-mz.150-2.SE4.bin
#
# 57409536 bytes total (31363072 bytes free)
@parser("cisco_ios.dir")
def dir_(text: str) -> dict[str, Any]:
    """The directory's name, its files (size in bytes) and the space of its file system."""
    found: dict[str, Any] = {"directory": None, "files": [], "total_bytes": None, "free_bytes": None}
    for line in lines_of(text):
        if not line.strip() or line.strip() == "No files in directory":
            continue
        if line.startswith("Directory of "):
            found["directory"] = line.removeprefix("Directory of ").strip()
        elif match := _TOTAL.match(line.strip()):
            total, other = int(match[1]), int(match[2])
            found["total_bytes"], found["free_bytes"] = total, total - other if "used" in line else other
        elif match := _FILE.match(line):
            size = None if match["size"].startswith("<") else number(match["size"], "size")
            found["files"].append({"name": match["name"], "size_bytes": size, "directory": match["mode"][0] == "d"})
        else:
            fail("line not understood", line)
    if found["directory"] is None or found["total_bytes"] is None:
        fail("no line with the total and free bytes: cut off, or not dir")
    return found
