"""version, firmwareshow, uptime, hashow, licenseshow, ipaddrshow, wwn, configshow."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import WWN, fail, filled, pair, word

_VERSION = {"kernel": "kernel", "fabric os": "fabric_os", "made on": "made_on", "flash": "flash",
            "bootprom": "bootprom"}


# Kernel:     2.6.14.2
# Fabric OS:  v6.2.2f
# Made on:    Wed Mar 7 01:02:03 2012
# Flash:      Tue Jul 3 09:10:11 2012
# BootProm:   4.6.6
@parser("brocade_fos.version")
def version(text: str) -> dict[str, str | None]:
    """Kernel, Fabric OS ("v6.2.2f"), dates as printed, boot PROM; None for a line that is missing."""
    found: dict[str, str | None] = dict.fromkeys(_VERSION.values())
    for line in filled(text):
        name, value = pair(line)
        key = _VERSION.get(name.lower()) or fail("line not understood", line)
        found[key] = value or None
    if not re.fullmatch(r"v?\d+\.\d+\S*", found["fabric_os"] or ""):
        fail("no version of Fabric OS: cut off, or not version")
    return found


_ROW = re.compile(r"^\s*(?:(?P<slot>\d{1,2})\s+(?P<name>\S+)\s+)?(?P<application>[A-Z]{2,5})\s+(?P<primary>\S+)"
                  r"(?:\s+(?P<status>ACTIVE|STANDBY|[A-Z]\w+))?(?P<local>\s*\*)?\s*$")


# Appl     Primary/Secondary Versions
# ------------------------------------------
# FOS      v6.2.2f
#          v6.2.2f
#
# 5.0 and before: "Primary partition:	v5.0.1b", "Secondary Partition:	v5.0.1b" (5.1: version:); a chassis has slots.
@parser("brocade_fos.firmwareshow")
def firmwareshow(text: str) -> list[dict[str, Any]]:
    """Both partitions of each application or control processor: primary, secondary, status where it is printed."""
    rows: list[dict[str, Any]] = []
    waiting = False  # a primary whose secondary is still to come
    processor = None  # 4.x on a chassis names it above its partitions
    for line in filled(text):
        bare = line.strip()
        if re.match(r"^(?:Slot\s+Name\s+)?Appl\s+Primary/Secondary Versions", bare) or set(bare) <= {"-", "="} or \
                bare == "* Local CP":
            continue
        if match := re.match(r"^(?:Local|Remote) CP \(Slot \d{1,2}, (\w+)\)", bare):
            processor = match[1]
        elif match := re.match(r"^(Primary|Secondary) (?:partition|version):\s*(\S+)$", bare, re.I):
            if match[1].lower() == "primary":
                rows.append({**_firmware("FOS", match[2]), "name": processor})
            elif waiting:
                rows[-1]["secondary"] = match[2]
            else:
                fail("a secondary partition without its primary", line)
            waiting = match[1].lower() == "primary"
        elif waiting and re.fullmatch(r"v?\d[\w.]*|Unknown|-+", bare, re.IGNORECASE):
            rows[-1]["secondary"], waiting = bare, False
        elif (match := _ROW.match(line)) and not waiting:
            rows.append({**_firmware(match["application"], match["primary"]), "slot": match["slot"],
                         "name": match["name"], "status": match["status"], "local": match["local"] is not None})
            waiting = True
        else:
            fail("line not understood", line)
    if not rows or waiting:
        fail("no firmware, or a primary without its secondary: cut off")
    return rows


def _firmware(application: str, primary: str) -> dict[str, Any]:
    return {"slot": None, "name": None, "application": application, "primary": primary, "secondary": None,
            "status": None, "local": False}


_STEP = re.compile(r"^\s*\[(?P<number>\d{1,4})\]:\s*(?P<time>\S.*)$")


# [1]: Sun Nov 22 03:04:05 2026
# Firmware is being downloaded to the switch. This step may take up to 30 minutes.
@parser("brocade_fos.firmwaredownloadstatus")
def firmwaredownloadstatus(text: str) -> list[dict[str, Any]]:
    """Steps of the last firmware download: number, time as printed, message."""
    steps: list[dict[str, Any]] = []
    for line in filled(text):
        if match := _STEP.match(line):
            steps.append({"number": int(match["number"]), "time": match["time"], "message": ""})
        elif not steps:
            fail("line before the first step", line)
        else:
            steps[-1]["message"] = f"{steps[-1]['message']} {line.strip()}".strip()
    if not all(step["message"] for step in steps):
        fail("a step without its message: cut off")
    return steps


_UPTIME = re.compile(
    r"(?P<clock>\d{1,2}:\d\d(?::\d\d)?(?:am|pm)?)\s+up\s+(?:(?P<days>\d{1,5}) days?,?\s*)?"
    r"(?:(?P<hours>\d{1,2}):(?P<minutes>\d\d)|(?P<only>\d{1,2}) min(?:ute)?s?|(?P<whole>\d{1,2}) (?:hr|hour)s?)?,?\s*"
    r"(?:(?P<users>\d{1,3}) users?,\s*)?load averages?:\s*"
    r"(?P<load>\d+\.\d+,?\s+\d+\.\d+,?\s+\d+\.\d+)\s*", re.IGNORECASE)
_UP_FOR = re.compile(r"^Up for:\s*(?:(?P<days>\d{1,5}) days?,?\s*)?(?:(?P<hours>\d{1,2}):(?P<minutes>\d\d))?",
                     re.IGNORECASE)


#  10:24:18  up 41 days,  3:12,  1 user,  load average: 0.08, 0.11, 0.09
#
# Up for:         17 days,  2:33        (Fabric OS 3.x; then Powered for, Last up at, Reason)
@parser("brocade_fos.uptime")
def uptime(text: str) -> dict[str, Any]:
    """Seconds since the start (to the minute), users, load averages; the reason of the last start on old images."""
    lines = [line.strip() for line in filled(text)]
    found: dict[str, Any] = {"uptime_seconds": None, "users": None, "load": None, "reason": None}
    if match := _UPTIME.fullmatch(lines[0]):
        found |= {"users": int(match["users"]) if match["users"] else None,
                  "load": [float(part) for part in re.findall(r"\d+\.\d+", match["load"])]}
        rest = lines[1:]
    else:
        match = _UP_FOR.match(lines[0])
        rest = []
        for line in lines[1:]:
            name, value = pair(line)
            if name.lower() not in {"powered for", "last up at", "reason"}:
                fail("line not understood", line)
            found["reason"] = value if name.lower() == "reason" else found["reason"]
    if match is None or rest or not any(value for key, value in match.groupdict().items()
                                        if key in {"days", "hours", "only", "whole"}):
        fail("not what uptime prints", lines[0] if match is None else (rest or lines)[0])
    parts = match.groupdict()
    minutes = int(parts["minutes"] or parts.get("only") or 0)
    hours = int(parts["hours"] or parts.get("whole") or 0)
    found["uptime_seconds"] = int(parts["days"] or 0) * 86400 + hours * 3600 + minutes * 60
    return found


@parser("brocade_fos.switchuptime")
def switchuptime(text: str) -> dict[str, Any]:
    """As `uptime`, which later images call switchuptime."""
    found: dict[str, Any] = uptime(text)
    return found


_KEY = re.compile(r"^(?P<key>[A-Za-z0-9]{10,200}|<redacted:[a-z0-9_]+:[0-9a-f]{12}>)\s*:\s*$")
_EXPIRY = re.compile(r"^(?:Expir(?:y|ation) Date|Expires on)\s*:?\s*(\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4})$", re.IGNORECASE)


# ABcdeFGhijKLmnOp:
#     Zoning license
# QRstuVWxyzABcdEF:
#     Fabric Watch license
#     Expiry Date 2027-01-31
@parser("brocade_fos.licenseshow")
def licenseshow(text: str) -> list[dict[str, Any]]:
    """Licences without their keys: feature, expiry date as printed or None, further lines under `remarks`."""
    rows: list[dict[str, Any]] = []
    fresh = False
    lines = filled(text)
    if re.match(r"^\s*no licen[sc]es?\b", lines[0], re.IGNORECASE):
        return []
    for line in lines:
        if _KEY.match(line):
            if fresh:
                fail("a key without a licence", line)
            fresh = True
        elif not line[0].isspace() or not (fresh or rows):
            fail("line not understood", line)
        elif match := _EXPIRY.match(line.strip()):
            rows[-1]["expires"] = match[1]
        elif fresh or line.lower().rstrip().endswith(("license", "licence")) or " license " in line.lower():
            rows.append({"feature": line.strip(), "expires": None, "remarks": []})
            fresh = False
        else:
            rows[-1]["remarks"].append(line.strip())
    if fresh:
        fail("a key without a licence: cut off")
    return rows


_ADDRESS = {"ethernet ip address": "address", "ethernet subnetmask": "netmask", "gateway address": "gateway",
            "gateway ip address": "gateway", "fibre channel ip address": "fc_address",
            "fibre channel subnetmask": "fc_netmask", "dhcp": "dhcp"}


# SWITCH
# Ethernet IP Address: 127.13.9.1
# Ethernet Subnetmask: 255.255.255.0
# Gateway Address: 127.13.9.254
@parser("brocade_fos.ipaddrshow")
def ipaddrshow(text: str) -> list[dict[str, Any]]:
    """One entry per part (SWITCH, CHASSIS, CP0 …): Ethernet and FC addresses as printed, other lines under `other`."""
    parts: list[dict[str, Any]] = []
    for line in filled(text):
        bare = line.strip()
        if ":" not in bare and re.fullmatch(r"[A-Z][A-Z0-9 /]{1,20}", bare):
            parts.append({"part": bare, **dict.fromkeys(_ADDRESS.values()), "other": {}})
            continue
        if not parts:
            fail("an address before SWITCH, CHASSIS or CP", line)
        name, value = pair(line)
        key = _ADDRESS.get(name.lower())
        if key:
            parts[-1][key] = value or None
        else:
            parts[-1]["other"][name] = value
    if not any(part["address"] for part in parts):
        fail("no Ethernet IP Address: cut off, or not ipaddrshow")
    return parts


# 10:00:00:05:1e:0a:0b:0c
@parser("brocade_fos.wwn")
def wwn(text: str) -> dict[str, str | None]:
    """The switch's world-wide name in lower case, and the serial where `wwn -sn` prints it."""
    found: dict[str, str | None] = {"wwn": None, "serial": None}
    for line in filled(text):
        match = re.fullmatch(rf"\s*(?:(?:WWN|wwn)\s*:?\s*)?(?P<wwn>{WWN})\s*", line)
        serial = re.fullmatch(r"\s*(?:SN|Serial Number)\s*:\s*(\w+)\s*", line)
        if match:
            found["wwn"] = match["wwn"].lower()
        elif serial:
            found["serial"] = serial[1]
        else:
            fail("line not understood", line)
    return found


_CP = re.compile(r"^(?P<which>Local|Remote) CP \(Slot (?P<slot>\d{1,2}), (?P<name>\w+)\)\s*:\s*(?P<state>\w[\w -]*)"
                 r"(?:,\s*(?P<detail>.*))?$")


# Local CP (Slot 5, CP0): Active, Warm Recovered
# Remote CP (Slot 6, CP1): Standby, Healthy
# HA enabled, Heartbeat Up, HA State synchronized
@parser("brocade_fos.hashow")
def hashow(text: str) -> dict[str, Any]:
    """The control processors of a chassis (which, slot, state word, detail) and the words of the HA line."""
    found: dict[str, Any] = {"processors": [], "ha": []}
    for line in filled(text):
        bare = line.strip()
        if match := _CP.match(bare):
            found["processors"].append({
                "which": match["which"].lower(), "slot": int(match["slot"]), "name": match["name"],
                "state": word(match["state"]), "detail": match["detail"]})
        elif bare.lower().startswith("remote cp"):
            found["processors"].append({"which": "remote", "slot": None, "name": None, "detail": None,
                                        "state": word(bare.removeprefix("Remote CP").lstrip(" :"))})
        elif bare.startswith(("HA ", "Heartbeat")):
            found["ha"] += [word(part) for part in bare.split(",")]
        else:
            fail("line not understood", line)
    if not found["processors"] or not found["ha"]:
        fail("no control processor or no HA line: cut off, or not hashow")
    return found


# [Configuration upload Information]
# Configuration Format = 2.0
#
# [Boot Parameters]
# boot.ipa:127.13.9.1
# [End]
@parser("brocade_fos.configshow")
def configshow(text: str) -> dict[str, Any]:
    """The configuration's sections and their numbers of lines; what stands before the first is section ""."""
    sections: dict[str, int] = {}
    name = ""
    named = 0
    for line in filled(text):
        bare = line.strip()
        if re.fullmatch(r"\[[^\]]{1,80}\]", bare):
            name = bare[1:-1].strip()
            sections.setdefault(name, 0)
            continue
        if re.match(r"^[\w .()/-]{1,120}\s*[:=]", bare):
            named += 1
        sections[name] = sections.get(name, 0) + 1
    if not named:
        fail("no line name:value: not configshow")
    return {"sections": sections, "complete": name.lower() == "end" or "end" in (key.lower() for key in sections)}
