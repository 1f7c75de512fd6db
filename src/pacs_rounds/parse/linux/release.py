"""What the machine is and what runs on it: DMI strings, os-release or the distribution's older files."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, refuse, shown

_DMI = re.compile(r"/sys/(?:class/dmi|devices/virtual/dmi)/id/(?P<field>[a-z_]+):(?P<value>.*)")
_COMPLAINT = re.compile(r"grep: (?P<path>/\S+): (?P<why>.+)")
_FIELDS = ("sys_vendor", "product_name", "bios_version", "bios_date")
# What board makers leave in a field when nobody wrote anything into it.
_PLACEHOLDER = re.compile(r"(?:not (?:specified|available|applicable)|none|n/?a|to be filled by o\.?e\.?m\.?|"
                          r"default string|system (?:product name|manufacturer|version)|unknown|invalid|empty|"
                          r"0+|\.+|-+)?", re.IGNORECASE)


# /sys/class/dmi/id/sys_vendor:IBM
# /sys/class/dmi/id/product_name:System x3650 M4: -[7915AC1]-
# /sys/class/dmi/id/bios_version:-[VVE148AUS-1.80]-
# /sys/class/dmi/id/bios_date:02/26/2014
# grep: /sys/class/dmi/id/product_version: No such file or directory
@parser("linux.dmi")
def dmi(text: str) -> dict[str, Any]:
    """`grep -H . /sys/class/dmi/id/…`: sys_vendor, product_name, bios_version, bios_date (None for a placeholder or a
    file that is not there), and complaints: what grep said of the files it could not read."""
    found: dict[str, Any] = dict.fromkeys(_FIELDS)
    complaints: list[str] = []
    told = 0
    for number, line in lines(text):
        match = _DMI.fullmatch(line)
        if match and match["field"] in _FIELDS:
            value = " ".join(match["value"].split())
            if len(value) > 128 or not value.isprintable():
                refuse(number, line, "expected a short printable text")
            found[match["field"]] = None if _PLACEHOLDER.fullmatch(value) else value
            told += 1
        elif complaint := _COMPLAINT.fullmatch(line):
            complaints.append(f"{complaint['path']}: {complaint['why']}")
        else:
            refuse(number, line, "expected '/sys/class/dmi/id/<field>:<text>'")
    if not told and not complaints:
        raise ParseError("no field of /sys/class/dmi/id in the text")
    return {**found, "complaints": complaints}


_ASSIGNMENT = re.compile(r"(?P<key>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")
_OLD = re.compile(r"(?P<name>[A-Z][\w .()/&+-]*?)(?: Linux)?(?: release| Linux)? (?P<version>\d+(?:\.\d+)*)\b.*")
_BARE = re.compile(r"\d+(?:\.\d+)+|[a-z]+/sid")


# NAME="Red Hat Enterprise Linux Server"
# VERSION="7.9 (Maipo)"
# VERSION_ID="7.9"
# PRETTY_NAME="Red Hat Enterprise Linux Server 7.9 (Maipo)"
#
# or, before os-release existed:
# Red Hat Enterprise Linux Server release 6.5 (Santiago)
# or:
# SUSE Linux Enterprise Server 11 (x86_64)
# VERSION = 11
# PATCHLEVEL = 3
@parser("linux.os_release")
def os_release(text: str) -> dict[str, Any]:
    """name (as a person would write it), version (None where the file does not tell one) and id ("rhel", "sles" …,
    None in the older files)."""
    rows = [line.strip() for _, line in lines(text)]
    values: dict[str, str] = {}
    for row in rows:
        match = _ASSIGNMENT.fullmatch(row.replace(" = ", "=", 1))
        if match:
            values[match["key"]] = _unquoted(match["value"])
    if "PRETTY_NAME" in values or {"NAME", "ID"} <= set(values):
        name = values.get("PRETTY_NAME") or f"{values['NAME']} {values.get('VERSION', '')}".strip()
        return _told(name, values.get("VERSION_ID"), values.get("ID"))
    first = rows[0] if rows else ""
    if _BARE.fullmatch(first) and len(rows) == 1:  # /etc/debian_version
        return _told(f"Debian GNU/Linux {first}", first if first[0].isdigit() else None, "debian")
    old = _OLD.fullmatch(first)
    if not old or any(not _ASSIGNMENT.fullmatch(row.replace(" = ", "=", 1)) for row in rows[1:] if row != first):
        raise ParseError(f"neither os-release nor a distribution's release file: {shown(first)}")
    version = old["version"]
    if values.get("PATCHLEVEL", "").isdigit():  # SUSE 9 to 11 tell the service pack apart
        version = f"{version}.{values['PATCHLEVEL']}"
        return _told(f"{old['name'].strip()} {old['version']} SP{values['PATCHLEVEL']}", version, None)
    return _told(first, version, None)


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return re.sub(r"\\([\\\"'`$])", r"\1", value)


def _told(name: str, version: str | None, identifier: str | None) -> dict[str, Any]:
    if not name or len(name) > 160 or not name.isprintable():
        raise ParseError(f"the release's name is no short printable text: {shown(name)}")
    return {"name": name, "version": version or None, "id": identifier or None}
