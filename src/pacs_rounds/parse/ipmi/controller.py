"""The controller and its chassis: mc info, lan print, chassis status, FRU inventory, event log."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ipmi.text import columns_of, lines_of, pairs_of


# Firmware Revision         : 1.35
# Manufacturer ID           : 2
# Additional Device Support :
#     Sensor Device
@parser("ipmi.mc_info")
def mc_info(text: str) -> dict[str, Any]:
    """{device_id, device_revision, firmware, ipmi_version, manufacturer_id, manufacturer, product_id, product,
    available: bool, supports: [words], aux_firmware: [hex words]}. Source: lib/ipmi_mc.c."""
    said: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    heading = ""
    for number, key, value in pairs_of(text):
        if not key:
            if heading not in lists:
                raise ParseError(f"line {number}: belongs to no list: {value[:60]!r}")
            lists[heading].append(value)
        elif value:
            said[key] = value
        else:
            heading = key
            lists[key] = []
    for key in ("Firmware Revision", "IPMI Version", "Manufacturer ID"):
        if key not in said:
            raise ParseError(f"no line {key!r}")
    return {
        "device_id": _integer(said.get("Device ID")), "device_revision": _integer(said.get("Device Revision")),
        "firmware": said["Firmware Revision"], "ipmi_version": said["IPMI Version"],
        "manufacturer_id": _integer(said["Manufacturer ID"]), "manufacturer": said.get("Manufacturer Name"),
        "product_id": _integer((said.get("Product ID") or "").partition(" ")[0] or None),
        "product": said.get("Product Name"), "available": _yes(said.get("Device Available")),
        "supports": lists.get("Additional Device Support", []), "aux_firmware": lists.get("Aux Firmware Rev Info", [])}


def _integer(word: str | None) -> int | None:
    if word is None:
        return None
    if not re.fullmatch(r"\d{1,9}|0x[0-9A-Fa-f]{1,8}", word):
        raise ParseError(f"no number: {word[:40]!r}")
    return int(word, 0) if word.startswith("0x") else int(word)


def _yes(word: str | None) -> bool | None:
    known = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False, None: None}
    low = word.lower() if word is not None else None
    if low not in known:
        raise ParseError(f"neither yes nor no: {word!r}"[:80])
    return known[low]


# IP Address              : 10.13.5.1
# RMCP+ Cipher Suites     : 1,2,3
# Cipher Suite Priv Max   : XaaaXXXXXXXXXXX
#                         :     X=Cipher Suite Unused
@parser("ipmi.lan_print")
def lan_print(text: str) -> dict[str, Any]:
    """{address, address_source, netmask, mac, gateway, vlan, snmp_community, cipher_suites: [numbers],
    cipher_privileges: {suite: letter}, bad_password_threshold}; None for what is not printed. The letters: X unused,
    c callback, u user, o operator, a administrator, O OEM. Source: lib/ipmi_lanp.c."""
    said: dict[str, str] = {}
    for number, key, value in pairs_of(text):
        if not key and not said:
            raise ParseError(f"line {number}: continues nothing: {value[:60]!r}")
        if key:
            said.setdefault(key, value)
    if "IP Address" not in said:
        raise ParseError("no line 'IP Address'")
    suites = _suites(said.get("RMCP+ Cipher Suites"))
    letters = said.get("Cipher Suite Priv Max")
    return {
        "address": said["IP Address"], "address_source": said.get("IP Address Source"),
        "netmask": said.get("Subnet Mask"), "mac": said.get("MAC Address"), "gateway": said.get("Default Gateway IP"),
        "vlan": said.get("802.1q VLAN ID"), "snmp_community": said.get("SNMP Community String"),
        "cipher_suites": suites, "cipher_privileges": _privileges(letters, suites),
        "bad_password_threshold": said.get("Bad Password Threshold")}


def _suites(words: str | None) -> list[int] | None:
    if words is None or words.lower() in {"not available", "none", ""}:
        return None
    if not re.fullmatch(r"\d{1,2}(?:, ?\d{1,2})*", words):
        raise ParseError(f"no list of cipher suites: {words[:60]!r}")
    return [int(word) for word in words.split(",")]


def _privileges(letters: str | None, suites: list[int] | None) -> dict[int, str] | None:
    """One letter for each suite of the list, in the list's order."""
    if letters is None or letters.lower() == "not available" or suites is None:
        return None
    if not re.fullmatch(r"[XcuoaO]{15}", letters):
        raise ParseError(f"no privileges of cipher suites: {letters[:40]!r}")
    return dict(zip(suites, letters, strict=False))


# System Power         : on
# Main Power Fault     : false
# Chassis Intrusion    : inactive
@parser("ipmi.chassis_status")
def chassis_status(text: str) -> dict[str, Any]:
    """{power_on, overload, interlock_active, main_fault, control_fault, restore_policy, last_power_event, intrusion,
    drive_fault, cooling_fault, front_panel_lockout}; None for what is not printed. Source: lib/ipmi_chassis.c."""
    said = {key: value for _, key, value in pairs_of(text)}
    if "System Power" not in said:
        raise ParseError("no line 'System Power'")

    def active(key: str) -> bool | None:
        word = said.get(key)
        if word not in {None, "active", "inactive"}:
            raise ParseError(f"{key}: neither active nor inactive: {word!r}"[:100])
        return None if word is None else word == "active"

    return {
        "power_on": _yes(said["System Power"]), "overload": _yes(said.get("Power Overload")),
        "interlock_active": active("Power Interlock"), "main_fault": _yes(said.get("Main Power Fault")),
        "control_fault": _yes(said.get("Power Control Fault")), "restore_policy": said.get("Power Restore Policy"),
        "last_power_event": said.get("Last Power Event") or None, "intrusion": active("Chassis Intrusion"),
        "drive_fault": _yes(said.get("Drive Fault")), "cooling_fault": _yes(said.get("Cooling/Fan Fault")),
        "front_panel_lockout": active("Front-Panel Lockout")}


_NO_FRU = re.compile(r"\s*(?:Device not present|Unknown FRU header|FRU Read failed|No FRU data|Timeout)")


# FRU Device Description : Builtin FRU Device (ID 0)
#  Product Serial        : 06ZZZ01
# FRU Device Description : Power Supply 2 (ID 5)
#  Device not present (Requested sensor, data, or record not found)
@parser("ipmi.fru")
def fru(text: str) -> list[dict[str, Any]]:
    """{device, id, present: bool, fields: {name: value}}; a name printed twice holds all values, joined by "; ".
    Source: lib/ipmi_fru.c."""
    result: list[dict[str, Any]] = []
    for number, line in lines_of(text):
        head = re.fullmatch(r"FRU Device Description\s*: (.*?)\s*\(ID (\d{1,3})\)\s*", line)
        if head:
            result.append({"device": head[1], "id": int(head[2]), "present": True, "fields": {}})
            continue
        if not result:
            raise ParseError(f"line {number}: no FRU device before it: {line.strip()[:60]!r}")
        if _NO_FRU.match(line):
            result[-1]["present"] = False
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise ParseError(f"line {number}: no 'name : value': {line.strip()[:60]!r}")
        fields = result[-1]["fields"]
        name = key.strip()
        fields[name] = f"{fields[name]}; {value.strip()}" if name in fields else value.strip()
    if not result:
        raise ParseError("no FRU device in the text")
    return result


#    1 | 11/20/2026 | 08:14:55 | Power Supply #0x70 | Power Supply AC lost | Asserted
#    2 |  Pre-Init  |0000000035| Event Logging Disabled #0x9 | Log area reset/cleared | Asserted
@parser("ipmi.sel")
def sel(text: str) -> list[dict[str, Any]]:
    """{id, local: ISO time of the controller's clock or None before it was set, sensor, event, asserted: bool or None};
    an empty list when the log says that it is empty. Source: lib/ipmi_sel.c, sel list and sel elist."""
    result: list[dict[str, Any]] = []
    for number, line in lines_of(text):
        if line.strip() == "SEL has no entries":
            return []
        mark, *columns = columns_of(number, line, 4, 7)
        if not re.fullmatch(r"[0-9a-fA-F]{1,4}", mark):
            raise ParseError(f"line {number}: no record number: {mark[:20]!r}")
        if columns[0].startswith("OEM record"):  # one without a time: kind, maker, data
            result.append({"id": int(mark, 16), "local": None, "sensor": columns[0], "event": " ".join(columns[1:]),
                           "asserted": None})
            continue
        if len(columns) < 4:
            raise ParseError(f"line {number}: 4 columns instead of 5: {line.strip()[:60]!r}")
        date, time, name, *rest = columns
        asserted = {"asserted": True, "deasserted": False}.get(rest[1].lower()) if len(rest) > 1 else None
        result.append({"id": int(mark, 16), "local": _moment(number, date, time), "sensor": name, "event": rest[0],
                       "asserted": asserted})
    return result


def _moment(number: int, date: str, time: str) -> str | None:
    if date.lower() in {"pre-init", "unspecified", ""}:
        return None
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2}) (\d{1,2}):(\d{2}):(\d{2})(?: (AM|PM))?(?: [A-Z]{2,5})?",
                         f"{date} {time}")
    try:
        if match is None:
            raise ValueError
        month, day, year, hour, minute, second = (int(part) for part in match.groups()[:6])
        if match[7]:
            hour = hour % 12 + (12 if match[7] == "PM" else 0)
        return datetime(year if year > 99 else 2000 + year, month, day, hour, minute, second).isoformat()
    except ValueError:
        raise ParseError(f"line {number}: no date and time: {date[:20]!r} {time[:20]!r}") from None
