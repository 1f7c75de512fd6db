"""Fans, power and temperatures: three families, three layouts.

State: `fans` name -> OK | FAULTY | NOT PRESENT; `power_supplies` number -> {state: ok | failed | off | absent, …};
`temperatures` sensor -> {celsius, yellow, red} (6500: the sensor's path as `module 1 outlet`).
"""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab.ios_device import IosDevice, shows

STACKABLE = ("c3750", "c2960s")
RAISED = " (raised 02:14:40 ago)"


def _level(sensor: dict[str, Any]) -> str:
    if sensor["celsius"] >= sensor["red"]:
        return "RED"
    return "YELLOW" if sensor["celsius"] >= sensor["yellow"] else "GREEN"


def _fans(device: IosDevice) -> str:
    return "".join(f"{name} is {state}\n" for name, state in device.state["fans"].items())


def _degrees(sensor: dict[str, Any], prefix: str = "System ") -> str:
    return (
        f"{prefix}Temperature Value: {sensor['celsius']} Degree Celsius\n"
        f"{prefix}Temperature State: {_level(sensor)}\n"
        f"Yellow Threshold : {sensor['yellow']} Degree Celsius\n"
        f"Red Threshold    : {sensor['red']} Degree Celsius\n")


def _supply(device: IosDevice) -> str:
    supply = device.state["power_supplies"]["1"]["state"]
    return "OK" if supply == "ok" else "FAULTY"


def _rps(device: IosDevice) -> str:
    return str(device.state["power_supplies"].get("RPS", {"state": "NOT PRESENT"})["state"])


@shows("show env all", families=("c3750",))
def env_3750(device: IosDevice, _argument: str) -> str:
    """12.2SE on the first 3750 generation: one sentence per part."""
    sensor = device.state["temperatures"]["SYSTEM"]
    hot = "OK" if _level(sensor) == "GREEN" else "FAULTY"
    return (
        f"{_fans(device)}TEMPERATURE is {hot}\n{_degrees(sensor, '')}"
        f"POWER is {_supply(device)}\nRPS is {_rps(device)}\n\n")


@shows("show env stack", families=("c3750",))
def env_stack(device: IosDevice, _argument: str) -> str:
    """The same per member."""
    body = env_3750(device, "").rstrip("\n")
    members = [number for number, member in device.state["members"].items() if member["state"] == "Ready"]
    return "".join(f"SWITCH: {number}\n{body}\n" for number in members) + "\n"


@shows("show env all", families=("c2960s",))
def env_2960s(device: IosDevice, _argument: str) -> str:
    """15.2(2)E: sentences, then tables for built-in and redundant power."""
    sensor = device.state["temperatures"]["SYSTEM"]
    hot = "OK" if _level(sensor) == "GREEN" else "FAULTY"
    good = "Good" if _supply(device) == "OK" else "Bad"
    rps = "Not Present" if _rps(device) == "NOT PRESENT" else _rps(device)
    return (
        f"{_fans(device)}SYSTEM TEMPERATURE is {hot}\n{_degrees(sensor)}"
        "SW  PID                 Serial#     Status           Sys Pwr  PoE Pwr  Watts\n"
        "--  ------------------  ----------  ---------------  -------  -------  -----\n"
        f" 1  Built-in                                         {good}\n\n"
        "SW  Status          RPS Name          RPS Serial#  RPS Port#\n"
        "--  -------------   ----------------  -----------  ---------\n"
        f" 1  {rps:<15} <>\n\n")


@shows("show env temperature", "show env temperature status",
       families=STACKABLE)
def temperature_stackable(device: IosDevice, _argument: str) -> str:
    """The one sensor of a fixed switch."""
    return _degrees(device.state["temperatures"]["SYSTEM"], "System " if device.family == "c2960s" else "")


@shows("show env fan", families=STACKABLE)
def fan_stackable(device: IosDevice, _argument: str) -> str:
    """The fans alone."""
    return _fans(device)


@shows("show env power", families=STACKABLE)
def power_stackable(device: IosDevice, _argument: str) -> str:
    """The built-in supply alone."""
    return f"POWER is {_supply(device)}\n"


def _sensors(device: IosDevice, part: str) -> dict[str, dict[str, Any]]:
    """`outlet` and `inlet` of one part, from the paths `module 1 outlet`."""
    return {path.removeprefix(part + " "): sensor for path, sensor in device.state["temperatures"].items()
            if path.startswith(part + " ")}


def _warm(device: IosDevice, part: str) -> str:
    return "".join(f"  {part} {name} temperature: {sensor['celsius']}C\n" for name, sensor in
                   _sensors(device, part).items())


def _supply_6500(number: str, supply: dict[str, Any]) -> str:
    if supply["state"] == "absent":
        return ""
    name = f"power-supply {number}"
    works = supply["state"] == "ok"
    fan = supply["fan"] if works else "failed"
    return (
        f"{name}:\n  {name} fan-fail: {fan}\n  {name} power-input: {'AC high' if works else 'none'}\n"
        f"  {name} power-output-mode: {'high' if works else 'none'}\n"
        f"  {name} power-output-fail: {'OK' if works else 'failed'}\n")


@shows("show environment status", families=("c6500",))
def status_6500(device: IosDevice, _argument: str) -> str:
    """Clocks, fan tray, regulators, supplies and modules; what is not there has no block."""
    told = "backplane:\n  operating clock count: 2\n  operating VTT count: 3\n"
    for name, state in device.state["fans"].items():
        if state != "NOT PRESENT":
            told += f"{name}:\n  {name} type: WS-C6K-13SLT-FAN2\n  {name} mode: High-power\n"
            told += f"  {name} fan-fail: {'OK' if state == 'OK' else 'failed'}\n"
    for number in (1, 2, 3):
        told += f"VTT {number}:\n  VTT {number} OK: OK\n{_warm(device, f'VTT {number}')}"
    told += ("clock 1:\n  clock 1 OK: OK, clock 1 clock-inuse: in-use\n"
             "clock 2:\n  clock 2 OK: OK, clock 2 clock-inuse: not-in-use\n")
    for number, supply in device.state["power_supplies"].items():
        told += _supply_6500(number, supply)
    for slot, module in device.state["modules"].items():
        if module["status"] != "absent":
            warm = _warm(device, f"module {slot}") if module["status"] != "PwrDown" else ""
            told += f"module {slot}:\n  module {slot} power-output-fail: OK\n{warm}"
    return told + (
        "chassis connector rating: 4200.00 Watts (100.00 Amps @ 42V)\n"
        "chassis per slot power budget: 504.00 Watts (12.00 Amps @ 42V)\n")


def _alarms(device: IosDevice) -> list[str]:
    alarms = []
    for path, sensor in device.state["temperatures"].items():
        if _level(sensor) != "GREEN":
            grade = "major" if _level(sensor) == "RED" else "minor"
            alarms.append(f"system {grade} alarm on {path} temperature{RAISED}")
    for name, state in device.state["fans"].items():
        if state == "FAULTY":
            alarms.append(f"system minor alarm on {name} fan-fail{RAISED}")
    for number, supply in device.state["power_supplies"].items():
        if supply["state"] == "failed":
            alarms.append(f"system minor alarm on power-supply {number} power-output-fail{RAISED}")
    return alarms


@shows("show environment alarm", "show environment alarm status", families=("c6500",))
def alarm_6500(device: IosDevice, _argument: str) -> str:
    """What is wrong, in one line each; one sentence when nothing is."""
    alarms = _alarms(device)
    return "environmental alarms:\n" + ("".join(f"  {one}\n" for one in alarms) or "  no alarms\n")


@shows("show environment", families=("c6500",))
def environment_6500(device: IosDevice, _argument: str) -> str:
    """Alarms, then the whole status."""
    return alarm_6500(device, "") + "\n" + status_6500(device, "")


@shows("show environment temperature", families=("c6500",))
def temperature_6500(device: IosDevice, _argument: str) -> str:
    """Every sensor in one line."""
    return "".join(f"    {path} temperature: {sensor['celsius']}C\n"
                   for path, sensor in device.state["temperatures"].items())


@shows("show power", families=("c6500",))
def power_6500(device: IosDevice, _argument: str) -> str:
    """Supplies and their output, then the modules' share."""
    state = device.state
    told = ("system power redundancy mode = redundant\nsystem power total =     3795.12 Watts (90.36 Amps @ 42V)\n"
            "system power used =      1262.10 Watts (30.05 Amps @ 42V)\n"
            "system power available = 2533.02 Watts (60.31 Amps @ 42V)\n"
            "                        Power-Capacity PS-Fan Output Oper\n"
            "PS   Type               Watts   A @42V Status Status State\n"
            "---- ------------------ ------- ------ ------ ------ -----\n")
    for number, supply in state["power_supplies"].items():
        if supply["state"] == "absent":
            told += f"{number:<4} none\n"
            continue
        oper = "on" if supply["state"] == "ok" else "off"
        told += (f"{number:<4} {supply['model']:<18} {supply['watts'] * 0.9488:7.2f} {supply['watts'] * 0.02259:6.2f} "
                 f"{supply['fan']:<6} {'OK' if oper == 'on' else 'failed':<6} {oper}\n")
    told += ("                        Pwr-Allocated  Oper\n"
             "Fan  Type               Watts   A @42V State\n"
             "---- ------------------ ------- ------ -----\n"
             "1    WS-C6K-13SLT-FAN2   180.18   4.29 OK\n")
    return told
