"""Sensor readings: ipmitool sdr, ipmitool sensor, ipmimonitoring."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ipmi.text import columns_of, lines_of, number_of

_STATES = {"ok", "ns", "nc", "cr", "nr", "us", "uc", "unc", "ucr", "unr", "lnc", "lcr", "lnr", "na", "lc"}
_LIMITS = ("lower_fatal", "lower_critical", "lower_warning", "upper_warning", "upper_critical", "upper_fatal")


# Ambient Temp     | 23 degrees C      | ok                       sdr, sdr list
# DASD Backplane 3 | Not Readable      | ns
# Power Supply 1   | 70h | ok  | 10.1 | Presence detected         sdr elist, sdr type
@parser("ipmi.sdr")
def sdr(text: str) -> list[dict[str, Any]]:
    """{sensor, id, entity, reading (the words), value, unit, state}; id and entity None in the short form, value and
    unit None where the words hold no measured number. Source: ipmitool's lib/ipmi_sdr.c."""
    result: list[dict[str, Any]] = []
    for number, line in lines_of(text):
        columns = columns_of(number, line, 3, 5)
        if len(columns) == 5:
            name, mark, state, entity, reading = columns
            if not re.fullmatch(r"[0-9A-Fa-f]{2}h", mark):
                raise ParseError(f"line {number}: no sensor number: {mark[:20]!r}")
            sensor: int | None = int(mark[:2], 16)
        elif len(columns) == 3:
            (name, reading, state), sensor, entity = columns, None, None
        else:
            raise ParseError(f"line {number}: four columns, neither sdr list nor sdr elist: {line.strip()[:60]!r}")
        if not name or state.lower() not in _STATES:
            raise ParseError(f"line {number}: no sensor with a state: {line.strip()[:60]!r}")
        measured = re.fullmatch(r"(-?\d{1,12}(?:\.\d{1,6})?) (\S.{0,40})", reading)
        result.append({"sensor": name, "id": sensor, "entity": entity, "reading": reading,
                       "value": float(measured[1]) if measured else None, "unit": measured[2] if measured else None,
                       "state": state.lower()})
    return _some(result)


# Ambient Temp     | 23.000     | degrees C  | ok    | na   | na   | na   | 38.000    | 41.000    | 45.000
# Power Supply 1   | 0x0        | discrete   | 0x0180| na   | na   | na   | na        | na        | na
@parser("ipmi.sensor")
def sensor(text: str) -> list[dict[str, Any]]:
    """{sensor, value, unit, state, discrete, lower_fatal … upper_fatal}. `discrete` holds the asserted states of a
    discrete sensor as bits (bit 0 is the first state), its value and state are None. Source: lib/ipmi_sensor.c."""
    result: list[dict[str, Any]] = []
    for number, line in lines_of(text):
        name, reading, unit, state, *limits = columns_of(number, line, 10)
        if not name:
            raise ParseError(f"line {number}: no sensor name: {line.strip()[:60]!r}")
        discrete = unit == "discrete"
        if not discrete and state.lower() not in _STATES:
            raise ParseError(f"line {number}: no state: {state[:20]!r}")
        result.append({
            "sensor": name, "value": None if discrete else number_of(number, reading), "unit": unit,
            "state": None if discrete else state.lower(), "discrete": _bits(number, state) if discrete else None,
            **{key: number_of(number, limit) for key, limit in zip(_LIMITS, limits, strict=True)}})
    return _some(result)


def _bits(number: int, word: str) -> int | None:
    """`0x0980`: the first octet holds states 0 to 7, the second 8 to 14; its highest bit is reserved and reads 1."""
    if word.lower() == "na":
        return None
    match = re.fullmatch(r"0x([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})", word)
    if match is None:
        raise ParseError(f"line {number}: no states of a discrete sensor: {word[:20]!r}")
    return int(match[1], 16) | (int(match[2], 16) & 0x7F) << 8


_HEADINGS = {"id": "id", "record id": "id", "name": "sensor", "sensor name": "sensor", "type": "type",
             "sensor group": "type", "sensor type": "type", "state": "state", "monitoring status": "state",
             "reading": "value", "sensor reading": "value", "units": "unit", "sensor units": "unit",
             "event": "event", "sensor event": "event"}


# ID  | Name             | Type                     | State    | Reading    | Units | Event
# 1   | Ambient Temp     | Temperature              | Nominal  | 24.00      | C     | 'OK'
@parser("ipmi.ipmimonitoring")
def ipmimonitoring(text: str) -> list[dict[str, Any]]:
    """{id, sensor, type, state, value, unit, event}; None for what the sensor or the program's version does not print.
    Source: FreeIPMI's ipmimonitoring and ipmi-sensors."""
    names: list[str] = []
    result: list[dict[str, Any]] = []
    for number, line in lines_of(text):
        if not names:
            names = [_HEADINGS.get(part.strip().lower(), "") for part in line.split("|")]
            if "sensor" not in names or "" in names:
                raise ParseError(f"line {number}: no heading of ipmimonitoring: {line.strip()[:60]!r}")
            continue
        cells = dict(zip(names, columns_of(number, line, len(names)), strict=True))
        if not cells.get("id", "0").isdigit() or not cells["sensor"]:
            raise ParseError(f"line {number}: no record: {line.strip()[:60]!r}")
        # Old releases print what a discrete sensor says in place of its reading: 'OK'
        if cells.get("value", "").startswith("'"):
            cells["event"], cells["value"] = cells.get("event") or cells["value"], ""
        result.append({
            "id": int(cells["id"]) if "id" in cells else None, "sensor": cells["sensor"], "type": cells.get("type"),
            "state": _word(cells.get("state")), "value": number_of(number, cells.get("value", "")),
            "unit": _word(cells.get("unit")), "event": (_word(cells.get("event")) or "").strip("'") or None})
    return _some(result)


def _word(said: str | None) -> str | None:
    return None if said is None or said.upper() in {"N/A", ""} else said


def _some(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        raise ParseError("no sensor in the text")
    return rows
