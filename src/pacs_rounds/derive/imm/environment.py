"""Temperatures and voltages against their own limits, fans by the words of their speed."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.imm.common import graver, health_word, listed, parts, untold, word
from pacs_rounds.model import Context, Reason, Row

_STEPS = (("fatal", "nonrecoverable"), ("critical", "critical"), ("warning", "warning"))


@derivation("imm.temperature")
def temperature(data: Data, context: Context) -> list[Row]:
    """A row per sensor: its limits, and on an IMM2 its own word; the graver counts."""
    return _sensors(data["ibm_imm.temperatures"], "celsius", "°C", listed(context, "temperatures"))


@derivation("imm.voltage")
def voltage(data: Data, context: Context) -> list[Row]:
    """The same for voltages."""
    return _sensors(data["ibm_imm.voltages"], "volts", "V", listed(context, "voltages"))


def _sensors(found: list[dict[str, Any]], unit: str, sign: str, wanted: list[str] | None) -> list[Row]:
    return untold(parts([_sensor(one, unit, sign) for one in found], wanted, "sensor"))


def _sensor(one: dict[str, Any], unit: str, sign: str) -> Row:
    reading, own = one[unit], health_word(one["health"])
    said = f", the IMM says {one['health']}" if one["health"] else ""
    if reading is None or (reading == 0 and not own and one["health"]):
        if own and own != "ok":
            return {"sensor": one["sensor"], "state": own, "detail": f"no reading{said}"}
        # The sensor of a part that is not fitted reads nothing, too: what should be there the baseline must say.
        return {"sensor": one["sensor"], "state": "not_present", "detail": f"no reading{said}"}
    limits = {f"{step} {way}": one[f"{step}_{way}_{unit}"] for step, _ in _STEPS for way in ("high", "low")}
    known = ", ".join(f"{name.replace('fatal', 'non-recoverable')} {value:g}"
                      for name, value in limits.items() if value is not None)
    detail = f"{reading:g} {sign}; limits: {known or 'none'}{said}"
    if not known and not own:
        return {"sensor": one["sensor"], "unknown": Reason.EMPTY.value, "detail": f"{detail}: nothing to judge it by"}
    return {"sensor": one["sensor"], "state": graver(_by_limits(reading, limits), own), "detail": detail}


def _by_limits(reading: float, limits: dict[str, float | None]) -> str:
    for step, said in _STEPS:
        high, low = limits[f"{step} high"], limits[f"{step} low"]
        if (high is not None and reading >= high) or (low is not None and reading <= low):
            return said
    return "ok"


@derivation("imm.fans")
def fans(data: Data, context: Context) -> list[Row]:
    """A row per fan: a number is a turning fan unless it is 0, Offline is a stopped one; the IMM2's own word may be
    graver. A position without a fan (Unavailable) is a fault where the baseline lists it."""
    rows: list[Row] = []
    for one in data["ibm_imm.fans"]:
        own = health_word(one["health"])
        said = f", the IMM says {one['health']}" if one["health"] else ""
        rows.append({"fan": one["fan"], "state": graver(_speed(one), own) if own != "ok" else _speed(one),
                     "detail": f"{one['speed'] or 'no speed'}{said}"})
    return parts(rows, listed(context, "fans"), "fan")


def _speed(one: dict[str, Any]) -> str:
    number = one["percent"] if one["percent"] is not None else one["rpm"]
    if number is not None:
        return "ok" if number > 0 else "stopped"
    said = word(one["speed"])
    if said in {"offline", "off", "stopped"}:
        return "stopped"
    return "not_present" if said in {"", "unavailable", "not_available", "n_a", "not_present", "absent"} else said
