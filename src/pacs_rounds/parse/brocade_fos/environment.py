"""sensorshow, fanshow, psshow, tempshow."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled, word

_SENSOR = re.compile(
    r"^\s*sensor\s+(?P<sensor>\d{1,3})\s*:\s*\(?\s*(?P<kind>[A-Za-z][A-Za-z -]*?)\s*\)?\s+is\s+"
    r"(?P<state>[A-Za-z][A-Za-z -]*?)"
    r"(?:\s*,\s*(?:value|speed)\s+is\s+(?P<value>-?\d{1,6})(?:\.\d+)?\s*(?P<unit>[A-Za-z]+))?\s*$", re.IGNORECASE)
_UNITS = {"c": "celsius", "rpm": "rpm"}


# sensor  1: (Temperature) is Ok, value is 31 C
# sensor  2: (Fan        ) is Ok,speed is 5625 RPM
# sensor  5: (Power Supply) is Absent
@parser("brocade_fos.sensorshow")
def sensorshow(text: str) -> list[dict[str, Any]]:
    """Every sensor: its number, kind, name within its kind ("Fan 2"), state word, °C or RPM where it has one."""
    rows: list[dict[str, Any]] = []
    count: dict[str, int] = {}
    for line in filled(text):
        match = _SENSOR.match(line) or fail("line not understood", line)
        kind = " ".join(match["kind"].split())
        count[kind] = count.get(kind, 0) + 1
        row = {"sensor": int(match["sensor"]), "kind": word(kind), "name": f"{kind} {count[kind]}",
               "state": word(match["state"]), "celsius": None, "rpm": None}
        if match["value"]:
            unit = _UNITS.get(match["unit"].lower()) or fail("a value in an unknown unit", line)
            row[unit] = int(match["value"])
        rows.append(row)
    return rows


_FAN = re.compile(r"^\s*Fan\s*#?\s*(?P<fan>\d{1,2})\s+is\s+(?P<state>[A-Za-z][A-Za-z -]*?)"
                  r"(?:\s*,\s*speed\s+is\s+(?P<rpm>\d{1,6})\s*RPM)?(?P<rest>\s*,.*)?\s*\.?$", re.IGNORECASE)


# Fan 1 is Ok, speed is 5625 RPM        Fan 2 is Absent        (5.x prints no speed)
@parser("brocade_fos.fanshow")
def fanshow(text: str) -> list[dict[str, Any]]:
    """Fans by number: name ("Fan 1"), state word, RPM where it is printed."""
    rows = []
    for line in filled(text):
        match = _FAN.match(line) or fail("line not understood", line)
        rows.append({"name": f"Fan {int(match['fan'])}", "state": word(match["state"]),
                     "rpm": int(match["rpm"]) if match["rpm"] else None})
    return rows


_SUPPLY = re.compile(r"^\s*(?:Power Supply|PS)\s*#?\s*(?P<supply>\d{1,2})\s+is\s+"
                     r"(?P<state>[A-Za-z][A-Za-z -]*?)\s*\.?$", re.IGNORECASE)
_IDENTITY = re.compile(r"^\s*[\w.-]*\s*,(?P<serial>[^,]*),(?:[^,]*,){2,8}[^,]*$")


# Power Supply #1 is OK
# V10102,ND2Z9060003   ,60-0000085-01, A,QCS  ,DCJ1002-01P,  A,AB643Y30T
# Power Supply #2 is absent
@parser("brocade_fos.psshow")
def psshow(text: str) -> list[dict[str, Any]]:
    """Power supplies by number: name ("Power Supply 1"), state word, serial where the supply tells it."""
    rows: list[dict[str, Any]] = []
    for line in filled(text):
        if match := _SUPPLY.match(line):
            rows.append({"name": f"Power Supply {int(match['supply'])}", "state": word(match["state"]), "serial": None})
        elif rows and (match := _IDENTITY.match(line)):
            rows[-1]["serial"] = match["serial"].strip() or None
        else:
            fail("line not understood", line)
    return rows


_TEMPERATURE = re.compile(r"^\s*(?P<sensor>\d{1,3})\s+(?:(?P<slot>\d{1,2})\s+)?(?P<state>[A-Za-z][A-Za-z -]*?)"
                          r"(?:\s+(?P<celsius>-?\d{1,3})\s+-?\d{1,3})?\s*$")


# Sensor	State	Centigrade     Fahrenheit
#   ID
# ==============================================
#   1	Ok	    29		   84
#
# A chassis has the column Slot after the first.
@parser("brocade_fos.tempshow")
def tempshow(text: str) -> list[dict[str, Any]]:
    """Temperature sensors: name ("Temperature 1", on a chassis "Slot 5 Temperature 1"), state word, °C or None."""
    lines = filled(text)
    if not re.match(r"^\s*(?:Sensor|Index)\s+(?:Slot\s+)?(?:State|Status)\s+Centigrade\s+Fahrenheit", lines[0], re.I):
        fail("no heading Sensor State Centigrade Fahrenheit: not tempshow", lines[0])
    slotted = "slot" in lines[0].lower()
    rows = []
    for line in lines[1:]:
        if line.strip().lower() == "id" or set(line.strip()) <= {"=", "-", " "}:
            continue
        match = _TEMPERATURE.match(line)
        if match is None or slotted != (match["slot"] is not None):
            fail("line not understood", line)
        if match["celsius"] is None and word(match["state"]) == "ok":
            fail("a sensor without a value is called ok: cut off", line)
        slot = f"Slot {int(match['slot'])} " if slotted else ""
        rows.append({"name": f"{slot}Temperature {int(match['sensor'])}", "state": word(match["state"]),
                     "celsius": int(match["celsius"]) if match["celsius"] else None})
    if not rows:
        fail("the list of sensors is empty: cut off")
    return rows
