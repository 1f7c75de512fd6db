"""Redundant block devices: /proc/mdstat and multipath -ll."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser, reads_empty
from pacs_rounds.parse.linux import lines, refuse

_ARRAY = re.compile(r"(md[\w/.-]{0,60}) : (active|inactive)(?: \((auto-read-only|read-only)\))?((?: \S+)*)")
_MEMBER = re.compile(r"([^\s\[\]]{1,64})\[(\d{1,6})\]((?:\([A-Z]\))*)")
_BLOCKS = re.compile(r"\s*(\d{1,20}) blocks\b(.*)")
_COUNT = re.compile(r"\[(\d+)/(\d+)\]")
_MAP = re.compile(r"\[([U_]+)\]")
_PROGRESS = re.compile(r"\s*(?:\[[=>.]*\]\s+)?(recovery|resync|reshape|check|repair)\s*=\s*"
                       r"(?:(\d{1,3}\.\d+)%\s*\(\d+/\d+\)(?:\s+finish=([\d.]+)min)?(?:\s+speed=(\d+)K/sec)?|"
                       r"(DELAYED|PENDING|REMOTE))\s*")
_NO_MD = "/proc/mdstat: No such file or directory"


def _array(number: int, line: str) -> dict[str, Any]:
    match = _ARRAY.fullmatch(line) if len(line) < 8192 else None
    if not match:
        refuse(number, line, "expected 'mdN : active <level> <members>'")
    tokens = match[4].split()
    level = tokens.pop(0) if tokens and "[" not in tokens[0] else None  # an inactive array names no level
    members = []
    for token in tokens:
        one = _MEMBER.fullmatch(token)
        if not one:
            refuse(number, line, "expected members like sda1[0]")
        members.append({"device": one[1], "index": int(one[2]), "flags": re.findall(r"[A-Z]", one[3])})
    return {"name": match[1], "active": match[2] == "active", "read_only": match[3], "level": level,
            "members": members, "size_bytes": None, "disks_wanted": None, "disks_active": None, "disk_map": None,
            "operation": None}


def _array_detail(array: dict[str, Any], line: str) -> bool:
    """Take what an indented line says about its array; False when it says nothing known."""
    plain = line.strip()
    blocks = _BLOCKS.fullmatch(line) if len(line) < 2000 else None
    if blocks:
        array["size_bytes"] = int(blocks[1]) * 1024
        count, disks = _COUNT.search(blocks[2]), _MAP.search(blocks[2])
        if count:
            array["disks_wanted"], array["disks_active"] = int(count[1]), int(count[2])
        array["disk_map"] = disks[1] if disks else None
        return True
    progress = _PROGRESS.fullmatch(line) if len(line) < 2000 else None
    if progress:
        array["operation"] = {
            "kind": progress[1], "percent": float(progress[2]) if progress[2] else None,
            "finish_seconds": round(float(progress[3]) * 60) if progress[3] else None,
            "speed_bytes_per_second": int(progress[4]) * 1024 if progress[4] else None,
            "waiting": progress[5].lower() if progress[5] else None}
        return True
    return plain.startswith(("bitmap:", "journal:", "super "))


# Personalities : [raid1] [raid6] [raid5] [raid4]
# md0 : active raid1 sdb1[1] sda1[0]
#       1048512 blocks super 1.2 [2/2] [UU]
#
# unused devices: <none>
@parser("linux.mdstat")
def mdstat(text: str) -> dict[str, Any]:
    """`cat /proc/mdstat`: personalities, arrays, unused. A kernel without the md driver has no such file: no arrays.

    Arrays: name, active, read_only, level, members (device, index, flags such as F = faulty, S = spare), size_bytes,
    disks_wanted, disks_active, disk_map ("UU"; None for levels without redundancy), operation (kind, percent,
    finish_seconds, speed_bytes_per_second, waiting) or None.
    """
    result: dict[str, Any] = {"personalities": [], "arrays": [], "unused": []}
    started = ended = False
    for number, line in lines(text):
        if line.endswith(_NO_MD) and not started:
            return result
        if line.startswith("Personalities :") and not started:
            started = True
            result["personalities"] = re.findall(r"\[([\w-]+)\]", line)
        elif not started:
            refuse(number, line, "expected 'Personalities :'")
        elif line.startswith("unused devices:"):
            ended = True
            result["unused"] = [word for word in line.partition(":")[2].split() if word != "<none>"]
        elif line.startswith("md"):
            result["arrays"].append(_array(number, line))
        elif not re.match(r"(?:read_ahead |Event: )", line) and not (
                result["arrays"] and line[0].isspace() and _array_detail(result["arrays"][-1], line)):
            refuse(number, line, "expected an array, its details or 'unused devices:'")
    if not ended:
        raise ParseError("/proc/mdstat: cut off, the line 'unused devices:' is missing")
    return result


_HEADER = re.compile(r"(?:(?:create|reload|switchpg|rename|resize|reject|undef|remove|unchanged): )?"
                     r"(?:(\S+) \((.{1,128})\)|(\S.{0,127}?)) (dm-\d+)(?: (.*))?")
# RHEL 4 printed no dm device; the WWID in parentheses ends the line.
_OLD_HEADER = re.compile(r"(\S+) \(([0-9a-zA-Z_.: -]{1,128})\)(?: (\S.*,.*))?")
_SIZE_NEW = re.compile(r"size=(\S+) features='([^']*)' hwhandler='([^']*)'(?: wp=(\w+))?")
_SIZE_OLD = re.compile(r"\[size=([^\]]+)\]\s*\[features=([^\]]*)\]\s*\[hwhandler=([^\]]*)\](?:\[(\w+)\s*\])?")
_GROUP_NEW = re.compile(r"[|`]-\+?-? policy='([^']*)' prio=(-?\d+) status=(\w+)")
_GROUP_OLD = re.compile(r"\\_ ([\w-]+ \d+) (?:\[prio=(-?\d+)\])?\s?\[(\w+)\](?:\[first\])?")
_PATH_NEW = re.compile(r"[|` ]+[-_ ]*(\d+:\d+:\d+:\d+|#:#:#:#|\d+:\d+)\s+(\S+)\s+(\d+:\d+|#:#)\s+"
                       r"(\w+)\s+(\w+)(?:\s+(\w+))?\s*")
_PATH_OLD = re.compile(r"\s*\\_ (\d+:\d+:\d+:\d+|#:#:#:#)\s+(\S+)\s+(\d+:\d+|#:#)\s+"
                       r"\[(\w+)\s*\]\[(\w+)\s*\](?:\[(\w+)\s*\])?")
_MESSAGE = re.compile(r"(?:\w{3} +\d+ \d\d:\d\d:\d\d \| |error calling out |DM multipath kernel driver|"
                      r"libdevmapper: ).*")
# `multipath -v3 -ll` and louder begin with a table of paths that -ll repeats map by map.
_TABLE = re.compile(r"===== paths list =====|uuid\s+hcil\s+dev\s+dev_t\s.*|"
                    r"\S{0,128}\s+\d+:\d+:\d+:\d+\s+\w+\s+\d+:\d+\s.*")


def _map_line(maps: list[dict[str, Any]], line: str) -> bool:
    """Add one line to the maps read so far; False when it fits nowhere."""
    latest = maps[-1] if maps else None
    size = _SIZE_NEW.fullmatch(line) or _SIZE_OLD.fullmatch(line)
    if size and latest:
        latest["size_as_printed"], latest["features"] = size[1], size[2].strip('"')
        latest["hardware_handler"], latest["write_protect"] = size[3].strip('"'), size[4]
        return True
    group = _GROUP_NEW.fullmatch(line) or _GROUP_OLD.fullmatch(line.strip())
    if group and latest:
        latest["groups"].append({"policy": group[1], "priority": int(group[2]) if group[2] else None,
                                 "state": group[3], "paths": []})
        return True
    path = _PATH_NEW.fullmatch(line) or _PATH_OLD.fullmatch(line)
    if path and latest and latest["groups"]:
        latest["groups"][-1]["paths"].append(
            {"address": path[1], "device": path[2], "device_number": path[3], "dm_state": path[4],
             "checker_state": path[5], "device_state": path[6]})
        return True
    header = _HEADER.fullmatch(line)
    old = None if header else _OLD_HEADER.fullmatch(line)
    if not header and not old:
        return False
    name, wwid, device, vendor = ((header[1] or header[3], header[2] or header[3], header[4], header[5]) if header
                                  else (old[1], old[2], None, old[3]) if old else ("", "", None, None))
    maps.append({"name": name, "wwid": wwid, "dm_device": device, "vendor_product": vendor, "size_as_printed": None,
                 "features": None, "hardware_handler": None, "write_protect": None, "groups": []})
    return True


# mpatha (360060160a1b22c00d4e5f60718293a4b) dm-2 DGC,VRAID
# size=500G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw
# |-+- policy='service-time 0' prio=50 status=active
# | |- 1:0:0:0 sdb 8:16 active ready running
# `-+- policy='service-time 0' prio=10 status=enabled
#   `- 2:0:1:0 sdd 8:48 active ready running
@parser("linux.multipath")
@reads_empty
def multipath(text: str) -> list[dict[str, Any]]:
    """`multipath -ll` of device-mapper-multipath 0.4.5 (RHEL 4) and later. No text, or only log lines: no maps.

    Maps: name, wwid, dm_device, vendor_product, size_as_printed, features, hardware_handler, write_protect, groups
    (policy, priority, state, paths: address, device, device_number, dm_state, checker_state, device_state).
    """
    maps: list[dict[str, Any]] = []
    for number, line in lines(text):
        if len(line) > 1000:
            refuse(number, line, "expected a shorter line of multipath -ll")
        known = _MESSAGE.fullmatch(line) or (not maps and _TABLE.fullmatch(line))
        if not known and not _map_line(maps, line):
            refuse(number, line, "expected a multipath map, its size, a path group or a path")
    if maps and maps[-1]["size_as_printed"] is None:
        raise ParseError(f"multipath: cut off after the heading of {maps[-1]['name'][:60]!r}")
    return maps
