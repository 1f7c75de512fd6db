"""`show version` and `show inventory` of each family."""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, shows

NOTICE = """

This product contains cryptographic features. Import, export, transfer and
use may be subject to the law of the country it stands in.

"""


def _head(device: IosDevice) -> str:
    software = device.state["software"]
    return (
        f"Cisco IOS Software, {software['name']} Software ({software['feature_set']}), Version {software['version']}, "
        f"RELEASE SOFTWARE ({software['build']})\n"
        "Technical Support: http://www.cisco.com/techsupport\n"
        f"Copyright (c) 1986-{software['year']} by Cisco Systems, Inc.\n"
        f"Compiled {software['compiled']} by prod_rel_team\n")


def _restarted(device: IosDevice) -> str:
    zone = device.state["timezone"]
    return text.moment(device.now - device.uptime, zone["name"], zone["hours"], milliseconds=False)


def _counts(device: IosDevice) -> str:
    kinds = {"Vl": "Virtual Ethernet", "Fa": "FastEthernet", "Gi": "Gigabit Ethernet", "Te": "Ten Gigabit Ethernet"}
    lines = ""
    for kind, words in kinds.items():
        count = sum(text.split(name)[0] == kind for name in device.interfaces)
        if count:
            lines += f"{count} {words} interface{'' if count == 1 else 's'}\n"
    return lines


def _labels(pairs: list[tuple[str, str]]) -> str:
    return "".join(f"{label:<32}: {value}\n" for label, value in pairs)


def _member_labels(device: IosDevice, number: int, member: dict[str, Any]) -> str:
    parts = device.state["parts"]
    base = text.number_of(member["mac"])
    serial = member["serial"]
    pairs = [
        ("Base ethernet MAC Address", text.colon_mac(base)),
        ("Motherboard assembly number", parts["motherboard_assembly"]),
        ("Power supply part number", parts["power_supply_part"]),
        ("Motherboard serial number", member["motherboard_serial"]),
        ("Power supply serial number", member["power_supply_serial"]),
        ("Model revision number", parts["revision"]),
        ("Motherboard revision number", parts["motherboard_revision"]),
        ("Model number", parts["model_number"]),
        ("System serial number", serial)]
    if device.state["clei"] or parts["clei"]:
        pairs += [("Top Assembly Part Number", parts["top_assembly"]),
                  ("Version ID", parts["version_id"]),
                  ("CLEI Code Number", device.state["clei"] or parts["clei"])]
    return _labels([*pairs, ("Hardware Board Revision Number", parts["board_revision"])])


def _stack_table(device: IosDevice) -> str:
    software = device.state["software"]
    width = 22 if device.family == "c2960s" else 18
    text_ = (f"Switch Ports {'Model':<{width}} SW Version            SW Image                 \n"
             f"------ ----- {'-----':<{width}} ----------            ----------               \n")
    for number, member in device.state["members"].items():
        if member["state"] != "Ready":
            continue
        ports = sum(text.split(name)[1].startswith(f"{number}/") for name in device.interfaces)
        star = "*" if int(number) == 1 else " "
        text_ += (f"{star}{number:>5} {ports:<5} {device.state['pid']:<{width}} {software['version']:<21} "
                  f"{software['feature_set']:<25}\n")
    return text_


@shows("show version", families=("c3750", "c2960s"), live=True)
def stackable(device: IosDevice, _argument: str) -> str:
    """A 3750 or 2960-S: the stack table, and a block per further member."""
    state, software = device.state, device.state["software"]
    members = state["members"]
    reason = state["reload_reason"]
    told = _head(device)
    if device.family == "c3750":
        told += f"Image text-base: {software['text_base']}, data-base: {software['data_base']}\n"
    told += f"\nROM: {software['rom']}\nBOOTLDR: {software['bootldr']}\n\n"
    told += f"{device.hostname} uptime is {text.span(device.uptime)}\nSystem returned to ROM by {reason}\n"
    told += f"System restarted at {_restarted(device)}\nSystem image file is \"{software['image_file']}\"\n"
    if device.family == "c2960s":
        told += f"Last reload reason: {reason}\n"
    told += NOTICE + (
        f"cisco {state['pid']} ({software['processor']}) processor (revision {state['parts']['revision']}) with "
        f"{software['memory_kilobytes']}K bytes of memory.\nProcessor board ID {state['serial']}\n"
        f"Last reset from power-on\n{_counts(device)}The password-recovery mechanism is enabled.\n\n"
        "512K bytes of flash-simulated non-volatile configuration memory.\n")
    told += _member_labels(device, 1, next(iter(members.values()))) + "\n\n" + _stack_table(device) + "\n"
    for number, member in list(members.items())[1:]:
        if member["state"] == "Ready":
            head = f"Switch {int(number):02d}\n---------\n" + _labels([("Switch Uptime", text.span(device.uptime))])
            told += f"\n{head}{_member_labels(device, int(number), member)}\n"
    return told + "\nConfiguration register is 0xF\n\n"


@shows("show version", families=("c6500",), live=True)
def chassis(device: IosDevice, _argument: str) -> str:
    """A 6513 with a Supervisor 720."""
    state, software = device.state, device.state["software"]
    reason = state["reload_reason"]
    clei = _labels([("CLEI Code Number", state["clei"])]) if state["clei"] else ""
    return _head(device) + (
        f"\nROM: {software['rom']}\n\n"
        f"{device.hostname} uptime is {text.span(device.uptime)}\n"
        f"Uptime for this control processor is {text.span(max(device.uptime - 61, 0))}\n"
        f"Time since {device.hostname} switched to active is {text.span(max(device.uptime - 120, 0))}\n"
        f"System returned to ROM by {reason} at {_restarted(device)} (SP by {reason})\n"
        f"System restarted at {_restarted(device)}\n"
        f"System image file is \"{software['image_file']}\"\n"
        f"Last reload reason: {reason}\n{NOTICE}"
        f"cisco {state['pid']} ({software['processor']}) processor (revision {state['parts']['revision']}) with "
        f"{software['memory_kilobytes']}K/65536K bytes of memory.\nProcessor board ID {state['serial']}\n"
        f"{software['cpu']}\nLast reset from s/w reset\n{_counts(device)}"
        "1917K bytes of non-volatile configuration memory.\n8192K bytes of packet buffer memory.\n\n"
        "65536K bytes of Flash internal SIMM (Sector size 512K).\n"
        f"{clei}Configuration register is 0x2102\n\n")


def _part(name: str, description: str, pid: str, version: str, serial: str) -> str:
    return f'NAME: "{name}", DESCR: "{description}"\nPID: {pid:<18}, VID: {version:<4}, SN: {serial}\n\n'


@shows("show inventory", families=("c3750", "c2960s"))
def stack_inventory(device: IosDevice, _argument: str) -> str:
    """One entry per member and per pluggable optic."""
    state = device.state
    told = ""
    for number, member in state["members"].items():
        if member["state"] == "Ready":
            told += _part(str(number), state["pid"], state["parts"]["model_number"], state["parts"]["version_id"],
                          member["serial"])
    return told + _optics(device, "{long}") + "\n"


def _optics(device: IosDevice, name: str) -> str:
    told = ""
    for port, told_of in device.interfaces.items():
        if told_of["optic_serial"]:
            called = name.format(long=text.long(port), short=port)
            told += _part(called, told_of["media"], told_of["optic"], "V01", told_of["optic_serial"])
    return told


@shows("show inventory", families=("c6500",))
def chassis_inventory(device: IosDevice, _argument: str) -> str:
    """Chassis, clocks, modules with their daughter cards, optics, fan tray, power supplies."""
    state, parts = device.state, device.state["parts"]
    told = _part(state["pid"], "Cisco Systems Catalyst 6500 13-slot Chassis System", state["pid"], "", state["serial"])
    for number in (1, 2):
        told += _part(f"CLK-7600 {number}", f"OSR-7600 Clock FRU {number}", "CLK-7600", "", parts["clock_serial"])
    for slot, module in state["modules"].items():
        if module["status"] == "absent":
            continue
        told += _part(str(slot), f"{module['model']} {module['card']} Rev. {module['hw']}", module["model"], "V02",
                      module["serial"])
        for sub in module["sub_modules"]:
            told += _part(f"{sub['role']} sub-module of {slot}", f"{sub['model']} {sub['name']} Rev. {sub['hw']}",
                          sub["model"], "", sub["serial"])
    told += _optics(device, "Transceiver {short}")
    told += _part("WS-C6K-13SLT-FAN2 1", "High Speed Fan Module for CISCO Systems Catalyst 6513 1",
                  "WS-C6K-13SLT-FAN2", "V01", parts["fan_serial"])
    for number, supply in state["power_supplies"].items():
        if supply["state"] != "absent":
            told += _part(f"PS {number} {supply['model']}", f"AC power supply, {supply['watts']} watt {number}",
                          supply["model"], "V02", supply["serial"])
    return told
