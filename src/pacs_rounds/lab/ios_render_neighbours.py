"""CDP and LLDP: what the other end of each cable says of itself.

State `cabling` says with `to` and `port` what is at the other end; `strangers`: local port -> {device, port} and
whatever such a device says of itself. What a device says of itself is in lab/models/catalyst.yml under `peers`.
"""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, models, shows


def neighbours(device: IosDevice) -> list[tuple[str, dict[str, Any]]]:
    """Local port and everything its neighbour tells; a port that is down hears nobody."""
    cables = {name: {"device": told["to"], "port": told["port"]} for name, told in device.state["cabling"].items()
              if told.get("to")}
    heard = []
    for name, told in {**cables, **device.state["strangers"]}.items():
        local = text.short(name)
        if told and device.interfaces.get(local, {}).get("status") == "connected":
            peer = models()["peers"].get(told["device"], {})
            heard.append((local, {**models()["peers"]["default"], **peer, **told}))
    return sorted(heard, key=lambda pair: text.order(pair[0]))


def _cdp(local: str, told: dict[str, Any], number: int) -> str:
    domain = told.get("domain", "")
    return (
        "-------------------------\n"
        f"Device ID: {told['device']}{domain}\nEntry address(es): \n  IP address: {told['address']}\n"
        f"Platform: {told['platform']},  Capabilities: {told['capabilities']} \n"
        f"Interface: {text.long(local)},  Port ID (outgoing port): {text.long(told['port'])}\n"
        f"Holdtime : {120 + number * 7 % 55} sec\n\n"
        f"Version :\n{told['version']}"
        "Technical Support: http://www.cisco.com/techsupport\n"
        f"Copyright (c) 1986-{told['year']} by Cisco Systems, Inc.\nCompiled {told['compiled']} by prod_rel_team\n\n"
        "advertisement version: 2\n"
        "Protocol Hello:  OUI=0x00000C, Protocol ID=0x0112; payload len=27, value=00000000FFFFFFFF010221FF000000000000"
        "000F23701200FF0000\n"
        "VTP Management Domain: 'PACS'\nNative VLAN: 99\nDuplex: full\n"
        f"Management address(es): \n  IP address: {told['address']}\n\n")


@shows("show cdp neighbors detail")
def cdp_detail(device: IosDevice, _argument: str) -> str:
    """A block per neighbour; newer images count them at the end."""
    if not device.state["cdp"]:
        return "% CDP is not enabled\n"
    seen = neighbours(device)
    told = "".join(_cdp(local, peer, number) for number, (local, peer) in enumerate(seen))
    return told + (f"\nTotal cdp entries displayed : {len(seen)}\n" if device.family == "c2960s" else "")


@shows("show cdp neighbors")
def cdp(device: IosDevice, _argument: str) -> str:
    """One line per neighbour, two where its name is long."""
    if not device.state["cdp"]:
        return "% CDP is not enabled\n"
    told = ("Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge\n"
            "                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone, \n"
            "                  D - Remote, C - CVTA, M - Two-port Mac Relay \n\n"
            "Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID\n")
    for number, (local, peer) in enumerate(neighbours(device)):
        codes = " ".join({"Router": "R", "Switch": "S", "IGMP": "I", "Trans-Bridge": "T"}.get(word, "")
                         for word in peer["capabilities"].split())
        line = (f"{text.three(local):<18}{120 + number * 7 % 55:<12}{codes:>8}   {peer['platform'].split()[-1][:9]:<9} "
                f"{text.three(peer['port'])}\n")
        name = peer["device"] + peer.get("domain", "")
        told += f"{name:<17}{line}" if len(name) < 17 else f"{name}\n{'':<17}{line}"
    return told


def _lldp(local: str, told: dict[str, Any], number: int, with_local: bool) -> str:
    head = f"Local Intf: {local}\n" if with_local else ""
    return (
        "------------------------------------------------\n"
        f"{head}Chassis id: {told['chassis']}\nPort id: {text.short(told['port'])}\n"
        f"Port Description: {told.get('port_description') or text.long(told['port'])}\n"
        f"System Name: {told['device']}{told.get('domain', '')}\n\n"
        f"System Description: \n{told['version']}"
        "Technical Support: http://www.cisco.com/techsupport\n"
        f"Copyright (c) 1986-{told['year']} by Cisco Systems, Inc.\nCompiled {told['compiled'][:13]}\n\n"
        f"Time remaining: {95 + number * 5 % 25} seconds\n"
        "System Capabilities: B,R\nEnabled Capabilities: B\n"
        f"Management Addresses:\n    IP: {told['address']}\n"
        "Auto Negotiation - supported, enabled\nPhysical media capabilities:\n    1000baseT(FD)\n"
        "    100base-TX(FD)\nMedia Attachment Unit type: 30\nVlan ID: 99\n\n")


@shows("show lldp neighbors detail")
def lldp_detail(device: IosDevice, _argument: str) -> str:
    """A block per neighbour."""
    if not device.state["lldp"]:
        return "% LLDP is not enabled\n"
    seen = neighbours(device)
    told = "".join(_lldp(local, peer, number, device.state["lldp_local"])
                   for number, (local, peer) in enumerate(seen))
    return f"\n{told}\nTotal entries displayed: {len(seen)}\n"


@shows("show lldp neighbors")
def lldp(device: IosDevice, _argument: str) -> str:
    """One line per neighbour; a name longer than twenty characters is cut."""
    if not device.state["lldp"]:
        return "% LLDP is not enabled\n"
    seen = neighbours(device)
    rows = "".join(f"{(peer['device'] + peer.get('domain', ''))[:20]:<20}{local:<15}120        B,R             "
                   f"{text.short(peer['port'])}\n" for local, peer in seen)
    return (
        "Capability codes:\n    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device\n"
        "    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other\n\n"
        f"Device ID           Local Intf     Hold-time  Capability      Port ID\n{rows}\n"
        f"Total entries displayed: {len(seen)}\n\n")
