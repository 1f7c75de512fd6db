"""Temperatures, voltages and fans."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ibm_imm.mib import IMM, Cells, entries, limit_of, need, number_of, rows_of, text_of
from pacs_rounds.parse.snmp_text import Oid

_SENSOR = {2: "name", 3: "reading", 4: "nominal", 5: "fatal_high", 6: "critical_high", 7: "warning_high",
           8: "fatal_low", 9: "critical_low", 10: "warning_low", 11: "health"}
_LIMITS = ("fatal_high", "critical_high", "warning_high", "fatal_low", "critical_low", "warning_low")
_FAN = {2: "name", 3: "speed", 4: "fatal_high", 5: "critical_high", 6: "warning_high", 7: "fatal_low",
        8: "critical_low", 9: "warning_low", 10: "health"}


# .1.3.6.1.4.1.2.3.51.3.1.1.2.1.2.1 = STRING: "Ambient Temp"
# .1.3.6.1.4.1.2.3.51.3.1.1.2.1.3.1 = INTEGER: 24
# .1.3.6.1.4.1.2.3.51.3.1.1.2.1.6.1 = INTEGER: 43          critical above; 0 stands for no limit
# .1.3.6.1.4.1.2.3.51.3.1.1.2.1.11.1 = STRING: "Normal"    IMM2 only
@parser("ibm_imm.temperatures")
def temperatures(text: str) -> list[dict[str, Any]]:
    """{sensor, celsius, nominal_celsius, <limit>_celsius for fatal|critical|warning × high|low, health}; None for what
    the sensor does not have. tempTable of the IMM-MIB."""
    return _sensors(text, f"{IMM}.1.1", "temperature", "celsius", 1)


# .1.3.6.1.4.1.2.3.51.3.1.2.2.1.2.3 = STRING: "Planar 12V"
# .1.3.6.1.4.1.2.3.51.3.1.2.2.1.3.3 = INTEGER: 12150       millivolts
@parser("ibm_imm.voltages")
def voltages(text: str) -> list[dict[str, Any]]:
    """Like temperatures, in volts: {sensor, volts, nominal_volts, …_volts, health}. voltTable of the IMM-MIB."""
    return _sensors(text, f"{IMM}.1.2", "voltage", "volts", 1000)


def _sensors(text: str, base: str, what: str, unit: str, divisor: int) -> list[dict[str, Any]]:
    rows = rows_of(text, base, what)
    return [_sensor(cells, index, unit, divisor)
            for index, cells in entries(rows, f"{base}.2.1", _SENSOR, f"{base}.1.0").items()]


def _sensor(cells: Cells, index: Oid, unit: str, divisor: int) -> dict[str, Any]:
    def scaled(value: int | None) -> float | None:
        return value if value is None or divisor == 1 else value / divisor

    nominal = limit_of(cells, "nominal")
    return {"sensor": need(cells, "name", index).text.strip(), unit: scaled(number_of(need(cells, "reading", index))),
            f"nominal_{unit}": scaled(nominal), **{f"{name}_{unit}": scaled(limit_of(cells, name)) for name in _LIMITS},
            "health": text_of(cells, "health")}


# .1.3.6.1.4.1.2.3.51.3.1.3.2.1.2.1 = STRING: "Fan 1A Tach"
# .1.3.6.1.4.1.2.3.51.3.1.3.2.1.3.1 = STRING: " 42% of maximum"     or "Offline", "Unavailable", "56 %"
# .1.3.6.1.4.1.2.3.51.3.1.3.2.1.8.1 = INTEGER: 530                  critical below, in RPM
@parser("ibm_imm.fans")
def fans(text: str) -> list[dict[str, Any]]:
    """{fan, speed (the words), percent (of its maximum) or rpm where the words hold one, critical_low_rpm, health}.

    Source: fanTable of the IMM-MIB. Words without a number (Offline) are left to whoever judges them.
    """
    rows = rows_of(text, f"{IMM}.1.3", "fan")
    result: list[dict[str, Any]] = []
    for index, cells in entries(rows, f"{IMM}.1.3.2.1", _FAN, f"{IMM}.1.3.1.0").items():
        speed = need(cells, "speed", index).text.strip()
        result.append({"fan": need(cells, "name", index).text.strip(), "speed": speed, **_speed(speed),
                       "critical_low_rpm": limit_of(cells, "critical_low"), "health": text_of(cells, "health")})
    return result


def _speed(words: str) -> dict[str, int | None]:
    percent = re.fullmatch(r"(\d{1,3})\s*%(?:\s*of maximum)?", words, re.IGNORECASE)
    rpm = re.fullmatch(r"(\d{1,6})\s*RPM", words, re.IGNORECASE)
    if percent is None and rpm is None and re.search(r"\d", words):
        raise ParseError(f"no fan speed: {words[:40]!r}")
    return {"percent": int(percent[1]) if percent else None, "rpm": int(rpm[1]) if rpm else None}
