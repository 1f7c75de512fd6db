"""Temperatures, fans and power supplies, of stackable switches and of the 6500."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import missing_beside, parts, said, unanswered, word
from pacs_rounds.model import Context, Row

_COMMANDS = ["show env all", "show environment status"]
_TEMPERATURE = {
    "ok": "ok", "green": "ok", "normal": "ok", "yellow": "warning", "warning": "warning", "red": "critical",
    "critical": "critical", "shutdown": "critical", "not_ok": "critical", "faulty": "faulty",
    "not_supported": "no_reading", "not_present": "no_reading",
}
_PART = {"ok": "ok", "good": "ok", "green": "ok", "normal": "ok", "not_present": "not_present", "empty": "not_present",
         "none": "not_present", "faulty": "faulty", "failed": "faulty", "failure": "faulty", "fail": "faulty",
         "bad": "faulty", "not_ok": "faulty", "no_input_power": "no_input_power", "no_input": "no_input_power",
         "off": "no_input_power"}
_GRAVITY = ("no_reading", "ok", "warning", "critical", "faulty")


@derivation("catalyst.temperature")
def temperature(data: Data, context: Context) -> list[Row]:
    """A row per sensor; alarms of a 6500 that concern neither fans nor power become rows of their own."""
    stackable, chassis = said(data, "show_env_all"), said(data, "show_environment_status")
    if stackable is None and chassis is None:
        return unanswered(context, [*_COMMANDS, "show environment alarm"], False, "temperature sensor")
    rows = [_sensor(one) for one in stackable["temperatures"]] if stackable else []
    if chassis:
        rows += _chassis_sensors(chassis["temperatures"], said(data, "show_environment_alarm"), context)
    return rows


def _sensor(one: dict[str, Any]) -> Row:
    state = _TEMPERATURE.get(word(one["state"]), word(one["state"]) or "no_reading")
    celsius, yellow, red = one["celsius"], one["yellow_celsius"], one["red_celsius"]
    measured = "no_reading"
    if celsius is not None and red is not None and celsius >= red:
        measured = "critical"
    elif celsius is not None and yellow is not None and celsius >= yellow:
        measured = "warning"
    if state in _GRAVITY and _GRAVITY.index(measured) > _GRAVITY.index(state):
        state = measured
    shown = [f"{celsius} °C" if celsius is not None else "no value"]
    shown += [f"{name} from {limit} °C" for name, limit in (("yellow", yellow), ("red", red)) if limit is not None]
    return {"sensor": one["sensor"], "state": state, "detail": ", ".join(shown)}


def _chassis_sensors(sensors: list[dict[str, Any]], alarms: list[dict[str, Any]] | None, context: Context) -> list[Row]:
    """The 6500 prints values here and its limits nowhere: whether one is passed is what the alarms say."""
    rows: list[Row] = []
    raised = {str(alarm["part"]).removesuffix(" temperature"): alarm for alarm in alarms or []}
    for one in sensors:
        shown = f"{one['celsius']} °C" if one["celsius"] is not None else "the sensor reads N/O"
        if one["celsius"] is None:
            rows.append({"sensor": one["sensor"], "state": "no_reading", "detail": shown})
        elif alarms is None:
            reason, why = missing_beside(context, "show environment alarm") or ("tool_missing", "no alarms to judge by")
            rows.append({"sensor": one["sensor"], "state": None, "unknown": reason, "detail": f"{shown}; {why}"})
        else:
            alarm = raised.pop(one["sensor"], None)
            rows.append({"sensor": one["sensor"], "state": _severity(alarm), "detail": shown + _age(alarm)})
    for part, alarm in raised.items():
        if "fan" not in part and "power" not in part:
            rows.append({"sensor": part, "state": _severity(alarm), "detail": f"alarm{_age(alarm)}"})
    return rows


def _severity(alarm: dict[str, Any] | None) -> str:
    return "ok" if alarm is None else {"minor": "warning", "major": "critical"}[alarm["severity"]]


def _age(alarm: dict[str, Any] | None) -> str:
    if alarm is None:
        return ""
    raised = f", raised {alarm['age']} ago" if alarm["age"] else ""
    return f"; {alarm['severity']} alarm of the {alarm['scope']}{raised}"


def _collected(data: Data, kind: str, item: str, alarm_word: str) -> list[Row] | None:
    """Fans or supplies of whichever command answered, with the alarms about them that no part admits."""
    stackable, chassis = said(data, "show_env_all"), said(data, "show_environment_status")
    if stackable is None and chassis is None:
        return None
    found = [*(stackable or {}).get(kind, []), *(chassis or {}).get(kind, [])]
    rows: list[Row] = [
        {item: one[item], "state": _PART.get(word(one["state"]), word(one["state"])),
         "detail": " ".join([f"says {one['state']}", *(one[key] for key in ("model", "serial") if one.get(key))])}
        for one in found]
    for alarm in said(data, "show_environment_alarm") or []:
        part = str(alarm["part"])
        if alarm_word not in part or "temperature" in part or (alarm_word == "power" and "fan" in part):
            continue
        row = next((one for one in rows if part.startswith(str(one[item]))), None)
        if row is None:
            name = re.sub(r"(?: fan| power-output)?-fail$", "", part)
            rows.append({item: name, "state": "faulty", "detail": f"alarm{_age(alarm)}"})
        elif row["state"] == "ok":
            row.update(state="faulty", detail=f"alarm{_age(alarm)}")
    return rows


@derivation("catalyst.fans")
def fans(data: Data, context: Context) -> list[Row]:
    """A row per fan, and one for each fan of the baseline that is not there."""
    rows = _collected(data, "fans", "fan", "fan")
    if rows is None:
        return unanswered(context, _COMMANDS, bool(context.baseline.get("fans")), "fans")
    return parts(rows, context, "fans", "fan")


@derivation("catalyst.power_supplies")
def power_supplies(data: Data, context: Context) -> list[Row]:
    """A row per power supply; an external RPS (redundant power system) that nobody listed is never demanded."""
    rows = _collected(data, "power_supplies", "supply", "power")
    if rows is None:
        return unanswered(context, _COMMANDS, bool(context.baseline.get("power_supplies")), "power supplies")
    listed = {str(name).strip().lower() for name in context.baseline.get("power_supplies") or []}
    for row in rows:
        name = str(row["supply"])
        if row["state"] == "not_present" and "RPS" in name and name.lower() not in listed:
            row.update(state="not_in_baseline", detail="no external power system is connected, none is in the baseline")
    return parts(rows, context, "power_supplies", "supply")
