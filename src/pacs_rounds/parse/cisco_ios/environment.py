"""show env all, show env temperature status (3750, 2960-S); show environment status and alarm (6500).

Own parsers: ntc-templates has none for `show env all` and the 6500, and its temperature template knows one layout only.
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail, lines_of

_IS = re.compile(r"^(?:switch:? *(?P<switch>\d+):? +)?(?P<part>\S.*?) is (?P<state>\S.*)$", re.IGNORECASE)
_VALUE = re.compile(r"^(?P<sensor>.*?)\s*Temperature Value *: *(?:(?P<celsius>-?\d+) Degree Celsius|Not Supported)$")
_STATE = re.compile(r"^(?P<sensor>.*?)\s*Temperature State *: *(?P<state>\S.*)$")
_LIMIT = re.compile(r"^(?P<colour>Yellow|Red) Threshold *: *(?:(?P<celsius>-?\d+) Degree Celsius|Not Supported)$")
_SWITCH = re.compile(r"^switch: *(?P<switch>\d+)$", re.IGNORECASE)
_RULE = re.compile(r"^[-\s]+$")
_IGNORED = re.compile(r"^(?:ALARM CONTACT \d+ .*|.* direction is .*|Sensor List: .*|Number of (?:Critical|Major|Minor) "
                      r"alarms: .*)$", re.IGNORECASE)
_HEADS = (
    ("supply", re.compile(r"^SW\s+PID\s+Serial#\s+Status")),
    ("rps", re.compile(r"^SW\s+Status\s+RPS Name")),
    ("fan", re.compile(r"^Switch\s+FAN\s+Speed\s+State")),
    ("sensor", re.compile(r"^Sensor\s+Location\s+State\s+Reading")),
)
_SUPPLY = re.compile(r"^(?P<place>\d+[AB]?)\s+(?:(?P<none>Not Present)|(?P<built>Built-in)\s+(?P<good>\S+)|"
                     r"(?P<pid>\S+)\s+(?P<serial>\S+)\s+(?P<state>\S.*?)\s{2,}\S+\s+\S+(?:\s+\S+)?)$")
_RPS = re.compile(r"^(?P<place>\d+)\s+(?P<state><>|\S+(?: \S+)*)(?:\s{2,}.*)?$")
_FAN = re.compile(r"^(?P<switch>\d+)\s+(?P<fan>\d+)\s+\d+\s+(?P<state>\S+)(?:\s+\S.*)?$")
_SENSOR = re.compile(r"^(?P<sensor>\S.*?)\s{2,}(?P<place>\d+)\s+(?P<state>\S+)\s+(?P<value>-?\d+) "
                     r"(?P<unit>\S+)(?:\s+.*)?$")


class _Environment:
    """Collects fans, temperatures and supplies; a threshold belongs to the sensor named last."""

    def __init__(self) -> None:
        self.fans: list[dict[str, Any]] = []
        self.temperatures: list[dict[str, Any]] = []
        self.supplies: list[dict[str, Any]] = []
        self.switch = ""
        self.table = ""

    def read(self, line: str) -> None:
        """One line without indentation; ParseError when it is none of the known kinds."""
        head = next((name for name, pattern in _HEADS if pattern.match(line)), None)
        if head:
            self.table = head
        elif _RULE.match(line):
            return
        elif match := _SWITCH.match(line):
            self.switch, self.table = f"switch {match['switch']} ", ""
        elif self.table and self._row(line):
            return
        elif match := _VALUE.match(line):
            self._value(match)
        elif match := _STATE.match(line):
            self._last(line)["state"] = match["state"]
        elif match := _LIMIT.match(line):
            celsius = int(match["celsius"]) if match["celsius"] else None
            self._last(line)[f"{match['colour'].lower()}_celsius"] = celsius
        elif _IGNORED.match(line):
            return
        elif match := _IS.match(line):
            self._is(match)
        else:
            fail("line not understood", line)

    def _row(self, line: str) -> bool:
        if self.table == "supply" and (match := _SUPPLY.match(line)):
            state = match["none"] or match["good"] or match["state"]
            self.supplies.append({"supply": f"PS {match['place']}", "state": state,
                                  "model": match["pid"] or match["built"], "serial": match["serial"]})
        elif self.table == "rps" and (match := _RPS.match(line)):
            state = "Not Present" if match["state"] == "<>" else match["state"]
            self.supplies.append({"supply": f"RPS {match['place']}", "state": state, "model": None, "serial": None})
        elif self.table == "fan" and (match := _FAN.match(line)):
            self.fans.append({"fan": f"switch {match['switch']} FAN {match['fan']}", "state": match["state"]})
        elif self.table == "sensor" and (match := _SENSOR.match(line)):
            if match["unit"] == "Celsius":
                self._add(f"switch {match['place']} {match['sensor']}", match["state"], int(match["value"]))
        else:
            return False
        return True

    def _add(self, sensor: str, state: str | None, celsius: int | None) -> None:
        self.temperatures.append({"sensor": sensor, "celsius": celsius, "state": state,
                                  "yellow_celsius": None, "red_celsius": None})

    def _value(self, match: re.Match[str]) -> None:
        celsius = int(match["celsius"]) if match["celsius"] else None
        name = self.switch + (match["sensor"].strip() or "TEMPERATURE")
        known = self.temperatures[-1] if self.temperatures else None
        if known and known["celsius"] is None and known["yellow_celsius"] is None \
                and match["sensor"].strip().upper() in {"", "SYSTEM"}:
            known["celsius"] = celsius  # "TEMPERATURE is OK" just above speaks of the same sensor
        else:
            self._add(name, None, celsius)

    def _last(self, line: str) -> dict[str, Any]:
        if not self.temperatures:
            fail("a limit or state without a temperature", line)
        return self.temperatures[-1]

    def _is(self, match: re.Match[str]) -> None:
        part, state = match["part"].strip(), match["state"].strip()
        if match["switch"]:
            self.switch = f"switch {match['switch']} "
        name, upper = self.switch + part, part.upper()
        if "TEMPERATURE" in upper:
            self._add(name, state, None)
        elif upper.startswith("FAN"):
            self.fans.append({"fan": name, "state": state})
        elif "POWER" in upper or upper.startswith(("RPS", "PS")):
            self.supplies.append({"supply": name, "state": state, "model": None, "serial": None})
        else:
            fail("line not understood", match[0])


# FAN is OK
# TEMPERATURE is OK
# Temperature Value: 36 Degree Celsius
# Temperature State: GREEN
# Yellow Threshold : 65 Degree Celsius
# Red Threshold    : 75 Degree Celsius
# POWER is OK
# SW  PID                 Serial#     Status           Sys Pwr  PoE Pwr  Watts
# --  ------------------  ----------  ---------------  -------  -------  -----
# 1A  C3KX-PWR-350WAC     LIT15080AAA OK              Good     Good     350/0
# 1B  Not Present
@parser("cisco_ios.show_env_all")
def show_env_all(text: str) -> dict[str, list[dict[str, Any]]]:
    """Fans, temperatures (Celsius, None where the model has no sensor) and power supplies, states as printed."""
    found = _Environment()
    for line in lines_of(text):
        if line.strip():
            found.read(line.strip())
    if not found.fans or not found.temperatures:
        fail("no fan or no temperature in the text: cut off, or not show env all")
    return {"fans": found.fans, "temperatures": found.temperatures, "power_supplies": found.supplies}


# Inlet Temperature Value: 31 Degree Celsius
# Temperature State: GREEN
# Yellow Threshold : 46 Degree Celsius
# Red Threshold    : 56 Degree Celsius
@parser("cisco_ios.show_env_temperature_status")
def show_env_temperature_status(text: str) -> list[dict[str, Any]]:
    """The temperature part of `show env all` alone."""
    found = _Environment()
    for line in lines_of(text):
        if line.strip():
            found.read(line.strip())
    if not found.temperatures or found.fans or found.supplies:
        fail("this is not a list of temperatures")
    return found.temperatures


# SW  PID                 Serial#     Status           Sys Pwr  PoE Pwr  Watts
# --  ------------------  ----------  ---------------  -------  -------  -----
# 1A  C3KX-PWR-350WAC     LIT15080AAA OK              Good     Good     350/0
@parser("cisco_ios.show_environment_power_all")
def show_environment_power_all(text: str) -> list[dict[str, Any]]:
    """The power supply part of `show env all` alone."""
    found = _Environment()
    for line in lines_of(text):
        if line.strip():
            found.read(line.strip())
    if not found.supplies or found.fans or found.temperatures:
        fail("this is not a list of power supplies")
    return found.supplies


_SECTION = re.compile(r"^(?P<name>[A-Za-z][\w -]*):$")
_READING = re.compile(r"^(?P<part>\S.*?): (?P<value>\S.*)$")


# fan-tray 1:
#   fan-tray 1 fan-fail: OK
# clock 1:
#   clock 1 OK: OK, clock 1 clock-inuse: in-use
# module 7:
#   module 7 power-output-fail: OK
#   module 7 outlet temperature: 34C
@parser("cisco_ios.show_environment_status")
def show_environment_status(text: str) -> dict[str, Any]:
    """6500: temperatures (Celsius; None where the sensor reads N/O), fans, power supplies, and every other reading."""
    temperatures: list[dict[str, Any]] = []
    fans: list[dict[str, str]] = []
    supplies: list[dict[str, str]] = []
    others: dict[str, str] = {}
    for line in lines_of(text):
        if not line.strip() or _SECTION.match(line.strip()):
            continue
        for reading in line.strip().split(", "):
            match = _READING.match(reading) or fail("line not understood", line)
            part, value = match["part"], match["value"].strip()
            if part.endswith(" temperature"):
                temperatures.append(_reading(part.removesuffix(" temperature"), value, line))
            elif part.endswith(" fan-fail"):
                fans.append({"fan": part.removesuffix("-fail"), "state": value})
            elif part.endswith(" power-output-fail"):
                supplies.append({"supply": part.removesuffix(" power-output-fail"), "state": value})
            else:
                others[part] = value
    if not fans or not supplies:
        fail("no fan or no power supply in the text: cut off, or not show environment status")
    for fan in fans:  # "fan-tray 1 fan" says no more than "fan-tray 1"
        fan["fan"] = re.sub(r"^((?:switch \d+ )?fan-tray \d+) fan$", r"\1", fan["fan"])
    return {"temperatures": temperatures, "fans": fans, "power_supplies": supplies, "others": others}


def _reading(sensor: str, value: str, line: str) -> dict[str, Any]:
    if value == "N/O":
        return {"sensor": sensor, "celsius": None}
    match = re.fullmatch(r"[<>]? ?(-?\d+)C", value) or fail("not a temperature", line)
    return {"sensor": sensor, "celsius": int(match[1])}


_ALARM = re.compile(r"^(?P<scope>\S.*?) (?P<severity>minor|major) alarm on "
                    r"(?P<part>\S.*?)(?: \(raised(?: (?P<age>.*?) ago)?\))?(?:: .*)?$")


# environmental alarms:
#   system minor alarm on fan-tray 2 fan-fail (raised 00:02:56 ago)
@parser("cisco_ios.show_environment_alarm")
def show_environment_alarm(text: str) -> list[dict[str, str | None]]:
    """6500: alarms that are raised now; an empty list where the switch says "no alarms"."""
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    if not lines or not lines[0].startswith("environmental alarms"):
        fail("no line 'environmental alarms': not show environment alarm")
    first = lines[0].partition(":")[2].strip()
    said = ([first] if first else []) + lines[1:]
    if not said:
        fail("neither an alarm nor 'no alarms': cut off")
    if [line.rstrip(".") for line in said] == ["no alarms"]:
        return []
    alarms: list[dict[str, str | None]] = []
    for line in said:
        match = _ALARM.match(line) or fail("line not understood", line)
        alarms.append({"scope": match["scope"], "severity": match["severity"], "part": match["part"],
                       "age": match["age"]})
    return alarms
