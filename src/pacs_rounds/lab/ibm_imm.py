"""IBM's Integrated Management Module as an SNMP agent: the rows of its MIB, rendered from lab/defaults/ibm_imm.yml.

IMM-MIB 1.45 (1.3.6.1.4.1.2.3.51.3); in the system group net-snmp's object id on an IMM1, IBM's own on an IMM2.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pacs_rounds.lab import ibm_imm_settings, snmp
from pacs_rounds.lab.kinds import Closable, Device, Lab

IMM = "1.3.6.1.4.1.2.3.51.3"
Row = snmp.Row
State = dict[str, Any]

_WORDS = {"ok": "Normal", "warning": "Warning", "critical": "Critical", "fatal": "Non-recoverable"}
_STATUS = {"Non-recoverable": 0, "Critical": 2, "Warning": 4}
_SEVERITIES = {"error": 0, "warning": 1, "information": 2, "other": 3}


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the agent on the device's address."""
    def all_rows() -> list[Row]:
        return [*rows(device.state, time.time() - lab.born),
                *ibm_imm_settings.rows(device.state, device.name, device.address)]

    return await snmp.listen(device, lab, all_rows)


def rows(state: State, age_seconds: float) -> list[Row]:
    """Every object of the agent, `age_seconds` after the lab was first started."""
    uptime = state["uptime_days"] * 86400 + age_seconds
    if state["generation"] == 1:
        who = snmp.system_group("Linux imm 2.6.16.46-358 #1 PREEMPT 2011 mips", "1.3.6.1.4.1.8072.3.2.10", uptime)
    else:
        who = snmp.system_group("Linux imm2 2.6.32 #1 PREEMPT armv6l", IMM, uptime)
    return [*who, *_sensors(state), *_components(state), *_health(state),
            *_machine(state["machine"], state["firmware"]), *(_parts(state) if state["generation"] > 1 else ()),
            *_events(state), *_clock(state)]


def _cells(entry: str, columns: dict[int, tuple[str, Iterable[Any]]], first: int = 1) -> Iterator[Row]:
    """A table: column number -> (type, the column's values from row `first` on)."""
    for number, (kind, values) in columns.items():
        for index, value in enumerate(values, first):
            yield f"{entry}.{number}.{index}", kind, value


def _temperature_word(one: State) -> str:
    if one["health"] is not None:
        return str(one["health"])
    steps = ("fatal", "critical", "warning")
    return _WORDS[next((step for step in steps if one[step] and one["celsius"] >= one[step]), "ok")]


def _voltage_word(one: State) -> str:
    if one["health"] is not None:
        return str(one["health"])
    low, high = one["critical_low"], one["critical_high"]
    return _WORDS["critical" if one["millivolts"] <= low or (high and one["millivolts"] >= high) else "ok"]


def _fan_word(one: State) -> str:
    turning = "Normal" if one["percent"] else "Critical"
    return {"running": turning, "offline": "Critical", "absent": "Unknown"}[one["state"]]


def _speed(one: State, generation: int) -> str:
    if one["state"] != "running":
        return {"offline": "Offline", "absent": "Unavailable"}[one["state"]]
    return f"{one['percent']} %" if generation == 1 else f"{one['percent']:3d}% of maximum"


def _sensors(state: State) -> Iterator[Row]:
    newer = state["generation"] > 1
    names, found = list(state["temperatures"]), list(state["temperatures"].values())
    none = [0] * len(found)
    yield f"{IMM}.1.1.1.0", "gauge32", len(found)
    yield from _cells(f"{IMM}.1.1.2.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", names),
        3: ("integer", [one["celsius"] for one in found]),
        4: ("integer", [one["nominal"] for one in found]), 5: ("integer", [one["fatal"] for one in found]),
        6: ("integer", [one["critical"] for one in found]), 7: ("integer", [one["warning"] for one in found]),
        8: ("integer", none), 9: ("integer", none), 10: ("integer", none),
        **({11: ("string", map(_temperature_word, found))} if newer else {})})
    names, found = list(state["voltages"]), list(state["voltages"].values())
    none = [0] * len(found)
    yield f"{IMM}.1.2.1.0", "gauge32", len(found)
    yield from _cells(f"{IMM}.1.2.2.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", names),
        3: ("integer", [one["millivolts"] for one in found]), 4: ("integer", [one["nominal"] for one in found]),
        5: ("integer", none), 6: ("integer", [one["critical_high"] for one in found]), 7: ("integer", none),
        8: ("integer", none), 9: ("integer", [one["critical_low"] for one in found]), 10: ("integer", none),
        **({11: ("string", map(_voltage_word, found))} if newer else {})})
    names, found = list(state["fans"]), list(state["fans"].values())
    none = [0] * len(found)
    yield f"{IMM}.1.3.1.0", "gauge32", len(found)
    yield from _cells(f"{IMM}.1.3.2.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", names),
        3: ("string", [_speed(one, state["generation"]) for one in found]), 4: ("integer", none), 5: ("integer", none),
        6: ("integer", none), 7: ("integer", none),
        8: ("integer", [0 if one["state"] == "absent" else 480 for one in found]), 9: ("integer", none),
        **({10: ("string", map(_fan_word, found))} if newer else {})})


def _reasons(state: State) -> Iterator[tuple[str, str]]:
    """(severity, text) of everything that is not as it should be."""
    for one in state["reasons"]:
        yield str(one["severity"]), str(one["text"])
    for name, one in state["temperatures"].items():
        if _temperature_word(one) not in {"Normal", "Unknown"}:
            yield _temperature_word(one), f'Numeric sensor "{name}" going high (upper limit) has asserted.'
    for name, one in state["voltages"].items():
        if _voltage_word(one) not in {"Normal", "Unknown"}:
            yield _voltage_word(one), f'Numeric sensor "{name}" is outside of its limits.'
    for name, one in state["fans"].items():
        if _fan_word(one) == "Critical":
            yield "Critical", f'Sensor "{name.removesuffix(" Tach")}" has transitioned to critical: fan failure.'
    if state["generation"] > 1:
        for name, one in [*state["power_supplies"].items(), *state["disks"].items(), *state["processors"].items(),
                          *state["memory"].items()]:
            if one["health"] in _STATUS:
                yield one["health"], f'"{name}" has failed.'


def _health(state: State) -> Iterator[Row]:
    reasons = list(_reasons(state))
    status = min((_STATUS.get(severity, 255) for severity, _ in reasons), default=255)
    yield f"{IMM}.1.4.1.0", "integer", status if state["status"] is None else state["status"]
    yield from _cells(f"{IMM}.1.4.2.1", {
        1: ("integer", range(1, len(reasons) + 1)), 2: ("string", [severity for severity, _ in reasons]),
        3: ("string", [text for _, text in reasons])})


def _machine(machine: State, firmware: State) -> Iterator[Row]:
    yield from _cells(f"{IMM}.1.5.1.1", {
        1: ("integer", range(1, len(firmware) + 1)), 2: ("string", list(firmware)),
        3: ("string", [one["version"] for one in firmware.values()]),
        4: ("string", [one["released"] for one in firmware.values()])})
    for number, name in enumerate(("type", "model", "serial", "uuid", "product"), 1):
        yield f"{IMM}.1.5.2.1.{number}.0", "string", machine[name]


def _components(state: State) -> Iterator[Row]:
    """Processors and memory: in both generations, with their health in the second only."""
    newer = state["generation"] > 1
    found = list(state["processors"].values())
    yield from _cells(f"{IMM}.1.5.20.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", list(state["processors"])),
        3: ("integer", [2600] * len(found)), 7: ("integer", [8] * len(found)),
        **({11: ("string", [one["health"] for one in found])} if newer else {})})
    found = list(state["memory"].values())
    yield from _cells(f"{IMM}.1.5.21.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", list(state["memory"])),
        3: ("string", ["HMT31GR7EFR4C-RD"] * len(found)), 4: ("string", [f"20A1B{n:03d}" for n in range(len(found))]),
        7: ("integer", [one["gigabytes"] for one in found]),
        **({8: ("string", [one["health"] for one in found])} if newer else {})})


def _parts(state: State) -> Iterator[Row]:
    """What only an IMM2 has. Its power system is row 0, its first disk, too."""
    names, found = list(state["power_supplies"]), list(state["power_supplies"].values())
    yield f"{IMM}.1.11.1.0", "gauge32", len(found)
    yield from _cells(f"{IMM}.1.11.2.1", {
        1: ("integer", range(len(found))), 2: ("string", names), 3: ("string", ["Unknown"] * len(found)),
        4: ("string", ["94Y8136"] * len(found)), 5: ("string", [one["serial"] for one in found]),
        6: ("string", [one["health"] for one in found])}, first=0)
    names, found = list(state["disks"]), list(state["disks"].values())
    yield f"{IMM}.1.12.1.0", "gauge32", len(found)
    yield from _cells(f"{IMM}.1.12.2.1", {
        1: ("integer", range(len(found))), 2: ("string", names),
        3: ("string", [one["health"] for one in found])}, first=0)
    yield from _raid(state["raid"])


def _raid(raid: State) -> Iterator[Row]:
    base = f"{IMM}.1.13.1"
    yield f"{base}.1.0", "integer", int(raid["capable"])
    if not raid["capable"]:
        return
    found = list(raid["controllers"].values())
    yield from _cells(f"{base}.2.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", list(raid["controllers"])),
        3: ("string", list(raid["controllers"])), 4: ("string", [one["firmware"] for one in found]),
        5: ("integer", [int(one["battery_installed"]) for one in found]),
        24: ("string", [one["battery_status"] for one in found])})
    found = list(raid["drives"].values())
    yield from _cells(f"{base}.3.1", {
        1: ("integer", range(1, len(found) + 1)), 2: ("string", list(raid["drives"])),
        4: ("string", [one["state"] for one in found]), 11: ("string", [one["health"] for one in found]),
        17: ("string", [one["serial"] for one in found]), 22: ("gauge32", [one["media_errors"] for one in found]),
        23: ("gauge32", [one["other_errors"] for one in found]),
        24: ("gauge32", [one["predicted_failures"] for one in found])})
    for number, key, word in ((6, "pools", "state"), (7, "volumes", "status")):
        yield from _cells(f"{base}.{number}.1", {
            1: ("integer", range(1, len(raid[key]) + 1)), 2: ("string", list(raid[key])),
            4: ("string", [one[word] for one in raid[key].values()])})


def _now(state: State) -> float:
    """Seconds since the epoch by the IMM's own clock, moved by its zone: what it prints as local time."""
    sign, _, rest = state["timezone"].partition(",")[0].partition(":")
    return time.time() + float(state["clock_offset_seconds"]) + (int(sign or 8) * 3600 + int(rest or 0) * 60)


def _events(state: State) -> Iterator[Row]:
    moments = [datetime.fromtimestamp(_now(state) - one["days_ago"] * 86400, UTC) for one in state["events"]]
    yield from _cells(f"{IMM}.2.1.1.1", {
        1: ("integer", range(1, len(moments) + 1)), 2: ("string", [one["text"] for one in state["events"]]),
        3: ("integer", [_SEVERITIES[one["severity"]] for one in state["events"]]),
        4: ("string", [f"{at:%m/%d/%Y}" for at in moments]), 5: ("string", [f"{at:%H:%M:%S}" for at in moments])})


def _clock(state: State) -> Iterator[Row]:
    yield f"{IMM}.3.2.1.0", "string", f"{datetime.fromtimestamp(_now(state), UTC):%m/%d/%Y,%H:%M:%S}"
    if state["timezone"]:
        yield f"{IMM}.3.2.2.0", "string", state["timezone"]
