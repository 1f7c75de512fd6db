"""What a Catalyst 6500 with CatOS prints: the same chassis, ports and VLANs as with IOS, in the words of the other.

State `catos`: release, config_mode (binary, or text: then nothing is kept before `write memory`), msfc (what the
routing card's own IOS is called, as CDP tells it; empty without one), prompt, extra (lines of the configuration).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.lab.ios_render_neighbours import neighbours

MSFC_PORT = "15/1"
_PRIVILEGED = frozenset({"show config"})


def shown(device: IosDevice, words: list[str], privileged: bool) -> str:
    """The text of a command, whose words may be shortened as long as they are clear; empty for none that is known."""
    fits = [name for name in _RENDERERS if len(name.split()) == len(words) and all(
        whole.startswith(part) for whole, part in zip(name.split(), words, strict=True))]
    if len(fits) != 1 or (fits[0] in _PRIVILEGED and not privileged):
        return ""
    return _RENDERERS[fits[0]](device)


def _release(device: IosDevice) -> str:
    return str(device.state["catos"]["release"])


def _modules(device: IosDevice) -> list[tuple[int, dict[str, Any]]]:
    return sorted((int(slot), told) for slot, told in device.state["modules"].items() if told["status"] != "absent")


def _number(name: str) -> str:
    """Gi1/23 is 1/23 here: CatOS knows no kinds of ports."""
    return text.split(name)[1]


def _ports(device: IosDevice) -> list[tuple[str, dict[str, Any]]]:
    return [(_number(name), port) for name, port in device.interfaces.items()
            if text.split(name)[0] not in ("Vl", "Po")]


def _version(device: IosDevice) -> str:
    told = (
        f"{device.state['pid']} Software, Version NmpSW: {_release(device)}\n"
        "Copyright (c) 1995-2009 by Cisco Systems\nNMP S/W compiled on Sep  8 2009, 21:05:38\n\n"
        "System Bootstrap Version: 8.5(4)\nSystem Boot Image File is 'bootdisk:cat6000-sup720k8.8-7-3.bin'\n"
        "System Configuration register is 0x2102\n\n"
        f"Hardware Version: 1.1  Model: {device.state['pid']}  Serial #: {device.state['serial']}\n\n")
    for number, supply in device.state["power_supplies"].items():
        if supply["state"] != "absent":
            told += f"PS{number}  Module: {supply['model']}    Serial #: {supply['serial']}\n"
    told += ("\nMod Port Model               Serial #    Versions\n"
             "--- ---- ------------------- ----------- --------------------------------------\n")
    for slot, card in _modules(device):
        told += (f"{slot:<3} {card['ports']:<4} {card['model']:<19} {card['serial']:<11} Hw : {card['hw']}\n"
                 f"{'':<40} Fw : {card['fw']}\n{'':<40} Sw : {_release(device)}\n")
        told += "".join(f"{'':<8} {sub['model']:<19} {sub['serial']:<11} Hw : {sub['hw']}\n"
                        for sub in card["sub_modules"])
    slot = int(device.state["redundancy"]["active_slot"])
    days, rest = divmod(int(device.uptime), 86400)
    return told + (
        "\n       DRAM                    FLASH                   NVRAM\n"
        "Module Total   Used    Free    Total   Used    Free    Total Used  Free\n"
        "------ ------- ------- ------- ------- ------- ------- ----- ----- -----\n"
        f"{slot:<6} 524288K  {201000 + rest // 97}K  {323288 - rest // 97}K  65536K  33119K  32417K 2048K  351K 1697K\n"
        f"\nUptime is {days} days, {rest // 3600} hours, {rest % 3600 // 60} minutes\n")


def _module(device: IosDevice) -> str:
    cards = serials = subs = ""
    for slot, card in _modules(device):
        status = "ok" if card["status"] == "Ok" else "faulty"
        has = "yes" if card["sub_modules"] else "no"
        cards += (f"{slot:<3} {slot:<4} {card['ports']:<5} {card['card'][:25]:<25} {card['model']:<19} "
                  f"{has:<3} {status}\n")
        first = text.colon_mac(text.number_of(card["mac"])).replace(":", "-").lower()
        serials += f"{slot:<3} {first:<38} {card['hw']:<6} {card['fw']:<10} {_release(device)}\n"
        subs += "".join(f"{slot:<3} {sub['name'][:23]:<23} {sub['model']:<19} {sub['serial']:<11} {sub['hw']:<6}\n"
                        for sub in card["sub_modules"])
    if device.state["catos"]["msfc"]:
        slot = int(device.state["redundancy"]["active_slot"])
        cards += f"{15:<3} {slot:<4} {1:<5} {'Multilayer Switch Feature':<25} {'WS-SUP720':<19} {'no':<3} ok\n"
    return (
        "Mod Slot Ports Module-Type               Model               Sub Status\n"
        f"--- ---- ----- ------------------------- ------------------- --- --------\n{cards}\n"
        "Mod MAC-Address(es)                        Hw     Fw         Sw\n"
        f"--- -------------------------------------- ------ ---------- -----------------\n{serials}\n"
        "Mod Sub-Type                Sub-Model           Sub-Serial  Sub-Hw Sub-Sw\n"
        f"--- ----------------------- ------------------- ----------- ------ ------\n{subs}")


def _vlans(device: IosDevice) -> list[tuple[int, dict[str, Any]]]:
    return sorted((int(number), told) for number, told in device.state["vlans"].items() if told)


def _members(device: IosDevice, number: int) -> str:
    return ",".join(name for name, port in _ports(device) if port["vlan"] == str(number))


def _vlan(device: IosDevice) -> str:
    told = ("VLAN Name                             Status    IfIndex Mod/Ports, Vlans\n"
            "---- -------------------------------- --------- ------- ------------------------\n")
    for number, vlan in _vlans(device):
        told += f"{number:<4} {vlan['name']:<32} {vlan['status']:<9} {140 + number:<7} {_members(device, number)}\n"
    told += ("\nVLAN Type  SAID       MTU   Parent RingNo BrdgNo Stp  BrdgMode Trans1 Trans2\n"
             "---- ----- ---------- ----- ------ ------ ------ ---- -------- ------ ------\n")
    return told + "".join(f"{number:<4} enet  {100000 + number:<10} 1500  -      -      -      -    -        0      0\n"
                          for number, _ in _vlans(device))


def _vtp(device: IosDevice) -> str:
    vtp = device.state["vtp"]
    return (
        f"Version      : running VTP{vtp['version']} (VTP3 capable)\n"
        f"Domain Name  : {vtp['domain']:<32} Password  : configured (hidden)\n"
        "Notifications: disabled                         Updater ID: 0.0.0.0\n\n"
        "Feature        Mode           Revision\n-------------- -------------- -----------\n"
        f"VLAN           {vtp['mode'].capitalize():<14} {vtp['revision']}\n\n"
        "Pruning             : disabled\nVLANs prune eligible: 2-1000\n")


def _neighbours(device: IosDevice) -> str:
    """A block per neighbour; the routing card of the same chassis is one of them."""
    if not device.state["cdp"]:
        return "CDP is disabled on this switch.\n"
    blocks = [_block(_number(local), f"{told['device']}{told.get('domain', '')}", told["address"], told["platform"],
                     text.long(told["port"])) for local, told in neighbours(device)]
    msfc = device.state["catos"]["msfc"]
    if msfc:
        blocks.append(_block(MSFC_PORT, msfc, "127.13.4.204", "cisco Cat6k-MSFC3", "Vlan99"))
    return "\n".join(blocks)


def _block(local: str, name: str, address: str, platform: str, remote: str) -> str:
    return (
        f"Port (Our Port): {local}\nDevice-ID: {name}\nDevice Addresses:\n  IP Address: {address}\n"
        "Holdtime: 153 sec\nCapabilities: ROUTER SWITCH IGMP\nVersion:\n"
        "  Cisco IOS Software, made for a simulated hospital\n  Copyright (c) 1986-2015 by Cisco Systems, Inc.\n"
        f"Platform: {platform}\nPort-ID (Port on Neighbors's Device): {remote}\n"
        "VTP Management Domain: PACS\nNative VLAN: 99\nDuplex: full\nSystem Name: unknown\n"
        "System Object ID: unknown\nManagement Addresses: unknown\nPhysical Location: unknown\n")


def _config_mode(device: IosDevice) -> str:
    return f"System configuration mode set to {device.state['catos']['config_mode']}.\n"


def _config(device: IosDevice) -> str:
    """Secrets of every shape among it, all of them throw-away."""
    zone = device.state["timezone"]
    when = text.local(device.now, zone["hours"])
    head = ("This command shows non-default configurations only.\n"
            "Use 'show config all' to show both default and non-default configurations.\n"
            ".........\n..................\n..\n\n")
    lines = [
        "begin", "!", "# ***** NON-DEFAULT CONFIGURATION *****", "!", "!",
        f"#time: {when:%a %b %d %Y, %H:%M:%S} {zone['name']}", "!", f"#version {_release(device)}", "!"]
    body = device.catos_typed if device.catos_typed is not None else _settings(device)
    whole = "\n".join([*lines, *body, "end", ""])
    return head + (whole[:len(whole) * 2 // 3] + "\n" if device.state["config"]["truncated"] else whole)


def _settings(device: IosDevice) -> list[str]:
    state = device.state
    servers = [f"set ntp server {server}" for server in state["ntp"]["servers"]]
    vlans = [f"set vlan {number} name {vlan['name']} type ethernet mtu 1500 said {100000 + number} state active"
             for number, vlan in _vlans(device)]
    return [
        "set password $2$lAbX$0nLyF0rTheL4bNotReal00", "set enablepass $2$rNdS$Th1sIsAThr0wAwayHash0",
        f"set prompt {device.hostname}>", "!", "#system", f"set system name  {device.hostname}",
        "set system location Imaging centre", "!", "#!", "#snmp",
        "set snmp community read-only      lab-r3ad-0nly", "set snmp community read-write     lab-wr1te",
        "set snmp trap 127.13.0.5 lab-trap-word port 162 owner CLI index 1", "!", "#tacacs+",
        "set tacacs server 127.13.0.6 primary", "set tacacs key lab-tacacs-w0rd", "!", "#localuser",
        "set localuser user admin password $2$aDmN$An0therThr0wAwayHash1 privilege 15", "!", "#vtp",
        f"set vtp domain {state['vtp']['domain']}", f"set vtp mode {state['vtp']['mode']} vlan", *vlans, "!", "#ip",
        f"set interface sc0 99 {device.address}/255.255.255.0 127.13.4.255",
        "set ip route 0.0.0.0/0.0.0.0         127.13.4.254", "!", "#spantree", "set spantree mode rapid-pvst+", "!",
        "#syslog", *(f"set logging server {host}" for host in state["logging"]["hosts"]), "!", "#ntp",
        f"set timezone {state['timezone']['name']} {state['timezone']['hours']} 0", *servers, "!", "#banner",
        "set banner motd ^C", "Imaging network. Authorised maintenance only.", "^C", "!",
        *state["catos"]["extra"], *_slots(device)]


def _slots(device: IosDevice) -> list[str]:
    lines: list[str] = []
    for slot, card in _modules(device):
        lines += [f"#module {slot} : {card['ports']}-port {card['card']}"]
        mine = [(name, port) for name, port in _ports(device) if name.partition("/")[0] == str(slot)]
        by_vlan: dict[str, list[str]] = {}
        for name, port in mine:
            if port["vlan"] not in ("1", "trunk"):
                by_vlan.setdefault(port["vlan"], []).append(name)
        lines += [f"set vlan {vlan:<4} {','.join(names)}" for vlan, names in by_vlan.items()]
        lines += [f"set port disable    {name}" for name, port in mine if port["status"] == "disabled"]
        lines += [f"set port name       {name} {port['description']}" for name, port in mine if port["description"]]
        lines += [f"set trunk {name:<6} on dot1q 1-1005" for name, port in mine if port["vlan"] == "trunk"]
        lines.append("!")
    return lines[:-1]


_RENDERERS: dict[str, Callable[[IosDevice], str]] = {
    "show version": _version, "show module": _module, "show vlan": _vlan, "show vtp domain": _vtp,
    "show cdp neighbors detail": _neighbours, "show config": _config, "show config mode": _config_mode,
}
