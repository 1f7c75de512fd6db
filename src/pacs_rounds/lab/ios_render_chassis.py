"""Stack members, modules and supervisor redundancy."""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, shows

STACKABLE = ("c3750", "c2960s")


def _members(device: IosDevice) -> dict[int, dict[str, Any]]:
    return {int(number): member for number, member in device.state["members"].items()}


def _member_rows(device: IosDevice) -> str:
    rows = ""
    for number, member in _members(device).items():
        gone = member["state"] in ("Removed", "Provisioned")
        address = text.mac(0 if gone else text.number_of(member["mac"]))
        role = "Master" if number == 1 else "Member"
        star = "*" if number == 1 else " "
        priority, version = (0, 0) if gone else (member["priority"], member["hardware"])
        rows += f"{star}{number:<2}      {role:<6} {address}     {priority:<6} {version:<7} {member['state']:<20}\n"
    return rows


@shows("show switch", families=STACKABLE)
def stack(device: IosDevice, _argument: str) -> str:
    """The members' table."""
    master = text.mac(text.number_of(_members(device)[1]["mac"]))
    return (
        f"Switch/Stack Mac Address : {master}\n"
        "                                           H/W   Current\n"
        "Switch#  Role   Mac Address     Priority Version  State \n"
        "----------------------------------------------------------\n"
        f"{_member_rows(device)}\n\n\n")


def _ring(device: IosDevice) -> str:
    """A two-member ring: each port sees the other member; without it both are down."""
    present = [number for number, member in _members(device).items() if member["state"] == "Ready"]
    rows = ""
    for number in present:
        others = [other for other in present if other != number]
        if others:
            port_two = device.state["stack_port_2"]
            seen = others[0] if port_two == "Ok" else "None"
            rows += f"  {number}        Ok         {port_two:<4}             {others[-1]:>2}      {seen:>4}\n"
        else:
            rows += f"  {number}       Down       Down             None     None\n"
    return (
        "         Stack Port Status             Neighbors     \n"
        "Switch#  Port 1     Port 2           Port 1   Port 2 \n"
        f"--------------------------------------------------------\n{rows}\n")


@shows("show switch detail", families=STACKABLE)
def stack_detail(device: IosDevice, _argument: str) -> str:
    """The members' table and the state of the stack cables."""
    return stack(device, "") + _ring(device)


def _present(device: IosDevice) -> dict[int, dict[str, Any]]:
    return {int(slot): module for slot, module in device.state["modules"].items() if module["status"] != "absent"}


def _card(device: IosDevice, slot: int, module: dict[str, Any]) -> str:
    if not module["supervisor"]:
        return str(module["card"])
    return f"{module['card']} ({_role(device, slot)})"


def _role(device: IosDevice, slot: int) -> str:
    redundancy = device.state["redundancy"]
    if slot == int(redundancy["active_slot"]):
        return "Active"
    return {"STANDBY HOT": "Hot", "STANDBY COLD": "Cold"}.get(redundancy["standby"], "Warm")


@shows("show module", "show module all", families=("c6500",))
def module(device: IosDevice, _argument: str) -> str:
    """Cards, addresses with status, daughter cards, result of the power-on diagnosis."""
    cards = addresses = subs = diagnosis = ""
    for slot, told in _present(device).items():
        first = text.number_of(told["mac"])
        last = text.mac(first, max(told["ports"] - 1, 0))
        status, ok = told["status"], told["status"] == "Ok"
        cards += (f"{slot:>3}  {told['ports']:>3}  {_card(device, slot, told)[:38]:<38} {told['model']:<18} "
                  f"{told['serial']}\n")
        firmware, software = (told["fw"], told["sw"]) if ok else ("Unknown", "Unknown")
        addresses += (f"{slot:>3}  {text.mac(first)} to {last} {told['hw']:>5}   {firmware:<12} "
                      f"{software:<12} {status}\n")
        for sub in told["sub_modules"]:
            subs += (f"{slot:>3}  {sub['name']:<27} {sub['model']:<18} {sub['serial']:<11} {sub['hw']:>4}    "
                     f"{'Ok' if ok else status}\n")
        diagnosis += f"{slot:>3}  {told['diagnosis'] if ok else 'Unknown'}\n"
    return (
        "Mod Ports Card Type                              Model              Serial No.\n"
        f"--- ----- -------------------------------------- ------------------ -----------\n{cards}\n"
        "Mod MAC addresses                       Hw    Fw           Sw           Status\n"
        f"--- ---------------------------------- ------ ------------ ------------ -------\n{addresses}\n"
        "Mod  Sub-Module                  Model              Serial       Hw     Status \n"
        f"---- --------------------------- ------------------ ----------- ------- -------\n{subs}\n"
        "Mod  Online Diag Status \n"
        f"---- -------------------\n{diagnosis}\n")


def _image(device: IosDevice) -> str:
    software = device.state["software"]
    return (
        f"Cisco IOS Software, {software['name']} Software ({software['feature_set']}), Version {software['version']}, "
        f"RELEASE SOFTWARE ({software['build']})\n"
        "Technical Support: http://www.cisco.com/techsupport\n"
        f"Copyright (c) 1986-{software['year']} by Cisco Systems, Inc.\n"
        f"Compiled {software['compiled']} by prod_rel_team\n")


def _right(pairs: list[tuple[str, str]], width: int = 30) -> str:
    return "".join(f"{label:>{width}} = {value}\n" for label, value in pairs)


@shows("show redundancy", families=("c6500",), live=True)
def redundancy(device: IosDevice, _argument: str) -> str:
    """Two supervisors in stateful switchover, or what is left of that."""
    told = device.state["redundancy"]
    duplex = told["standby"] != "DISABLED"
    mode = told["mode"] if duplex else "rpr"
    link = [("Communications", "Up" if duplex else "Down      Reason: Failure")]
    system = _right([
        ("Available system uptime", text.span(device.uptime)),
        ("Switchovers system experienced", str(told["switchovers"])),
        ("Standby failures", str(told["standby_failures"])), ("Last switchover reason", told["last_reason"])])
    modes = _right([
        ("Hardware Mode", "Duplex" if duplex else "Simplex"), ("Configured Redundancy Mode", told["mode"]),
        ("Operating Redundancy Mode", mode), ("Maintenance Mode", "Disabled"), *link])
    boot = _right([("BOOT", device.state["software"]["image_file"] + ",12;"), ("CONFIG_FILE", ""), ("BOOTLDR", ""),
                   ("Configuration register", "0x2102")])
    active = _right([("Active Location", f"slot {told['active_slot']}"), ("Current Software state", "ACTIVE"),
                     ("Uptime in current state", text.span(max(device.uptime - 61, 0)))])
    image = f"{'Image Version':>30} = {_image(device)}"
    peer = "Peer (slot: unavailable) information is not available because it is in 'DISABLED' state\n"
    if duplex:
        standby = _right([("Standby Location", f"slot {told['standby_slot']}"),
                          ("Current Software state", told["standby"]),
                          ("Uptime in current state", text.span(max(device.uptime - 290, 0)))])
        peer = f"Peer Processor Information :\n----------------------------\n{standby}{image}{boot}"
    return (
        f"Redundant System Information :\n------------------------------\n{system}\n{modes}\n"
        f"Current Processor Information :\n-------------------------------\n{active}{image}{boot}\n{peer}\n")
