"""VLANs, VTP, spanning tree, MAC and ARP tables.

State `spanning_tree`: mode, bridge (this switch's address), root (the root's address), root_port, blocked (ports),
inconsistent (port -> {vlan, why}), changes (topology changes per VLAN), changed_hours_ago, from_port.
"""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, shows

PRIORITY = 32768


def _vlans(device: IosDevice) -> dict[int, dict[str, Any]]:
    return {int(number): told for number, told in sorted(device.state["vlans"].items(), key=lambda pair: int(pair[0]))
            if told}


def _access_ports(device: IosDevice, number: int) -> list[str]:
    return [name for name, port in device.interfaces.items()
            if port["vlan"] == str(number) and text.split(name)[0] not in ("Vl", "Po")]


def _wrapped(names: list[str], per_line: int = 4) -> list[str]:
    return [", ".join(names[index:index + per_line]) for index in range(0, len(names), per_line)] or [""]


@shows("show vlan brief")
def vlan_brief(device: IosDevice, _argument: str) -> str:
    """VLANs with their access ports, four to a line."""
    told = ("\nVLAN Name                             Status    Ports\n"
            "---- -------------------------------- --------- -------------------------------\n")
    for number, vlan in _vlans(device).items():
        first, *more = _wrapped(_access_ports(device, number))
        told += f"{number:<4} {vlan['name']:<32} {vlan['status']:<9} {first}\n"
        told += "".join(f"{'':<48}{line}\n" for line in more)
    for number, name in ((1002, "fddi-default"), (1003, "token-ring-default"), (1004, "fddinet-default"),
                         (1005, "trnet-default")):
        told += f"{number} {name:<32} act/unsup \n"
    return told


@shows("show vlan")
def vlan(device: IosDevice, _argument: str) -> str:
    """The brief table and the translation table."""
    told = vlan_brief(device, "")
    told += ("\nVLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2\n"
             "---- ----- ---------- ----- ------ ------ -------- ---- -------- ------ ------\n")
    for number in _vlans(device):
        told += f"{number:<4} enet  {100000 + number:<10} 1500  -      -      -        -    -        0      0   \n"
    return told + ("\nRemote SPAN VLANs\n" + "-" * 78 + "\n\n\nPrimary Secondary Type              Ports\n"
                   "------- --------- ----------------- ------------------------------------------\n\n")


@shows("show vtp status", families=("c3750", "c2960s"))
def vtp(device: IosDevice, _argument: str) -> str:
    """The layout of images that know version 3."""
    told, zone = device.state["vtp"], device.state["timezone"]
    when = text.local(device.born - 86400 * 40, zone["hours"])
    return (
        f"VTP Version capable             : 1 to 3\nVTP version running             : {told['version']}\n"
        f"VTP Domain Name                 : {told['domain']}\nVTP Pruning Mode                : Disabled\n"
        "VTP Traps Generation            : Disabled\n"
        f"Device ID                       : {device.state['spanning_tree']['bridge']}\n"
        f"Configuration last modified by {device.address} at {when.month}-{when.day}-{when:%y %H:%M:%S}\n\n"
        "Feature VLAN:\n--------------\n"
        f"VTP Operating Mode                : {told['mode'].capitalize()}\n"
        "Maximum VLANs supported locally   : 1005\n"
        f"Number of existing VLANs          : {len(_vlans(device)) + 4}\n"
        f"Configuration Revision            : {told['revision']}\n"
        "MD5 digest                        : 0x1C 0x5A 0x77 0x02 0x9E 0x41 0xD3 0x68 \n"
        "                                    0xB0 0x2F 0x8D 0x16 0xE4 0x7B 0x33 0xA9 \n")


@shows("show vtp status", families=("c6500",))
def vtp_6500(device: IosDevice, _argument: str) -> str:
    """The older layout, which names what runs and what could."""
    told, zone = device.state["vtp"], device.state["timezone"]
    when = text.local(device.born - 86400 * 40, zone["hours"])
    return (
        f"VTP Version                     : running VTP{told['version']} (VTP2 capable)\n"
        f"Configuration Revision          : {told['revision']}\nMaximum VLANs supported locally : 1005\n"
        f"Number of existing VLANs        : {len(_vlans(device)) + 4}\n"
        f"VTP Operating Mode              : {told['mode'].capitalize()}\n"
        f"VTP Domain Name                 : {told['domain']}\nVTP Pruning Mode                : Disabled\n"
        "VTP V2 Mode                     : Disabled\nVTP Traps Generation            : Disabled\n"
        "MD5 digest                      : 0x1C 0x5A 0x77 0x02 0x9E 0x41 0xD3 0x68 \n"
        f"Configuration last modified by {device.address} at {when.month}-{when.day}-{when:%y %H:%M:%S}\n")


def _root(device: IosDevice) -> bool:
    told = device.state["spanning_tree"]
    return bool(told["root"] == told["bridge"])


def _members(device: IosDevice, number: int) -> list[str]:
    """Ports on which the spanning tree of a VLAN runs."""
    return [name for name, port in device.interfaces.items()
            if port["status"] == "connected" and not port["channel"] and text.split(name)[0] != "Vl"
            and port["vlan"] in ("trunk", str(number))]


def _row(device: IosDevice, number: int) -> tuple[int, int]:
    members = _members(device, number)
    blocked = sum(name in device.state["spanning_tree"]["blocked"] for name in members)
    broken = sum(name in device.state["spanning_tree"]["inconsistent"] for name in members)
    return blocked + broken, len(members)


@shows("show spanning-tree summary")
def stp_summary(device: IosDevice, _argument: str) -> str:
    """Settings, then states counted per VLAN."""
    told = device.state["spanning_tree"]
    if told["mode"] == "off":
        return "No spanning tree instances exist.\n\n"
    running = [number for number in _vlans(device) if _members(device, number)]
    root = ", ".join(f"VLAN{number:04d}" for number in running) if _root(device) else "none"
    edge = "Edge " if device.family == "c2960s" else ""
    pairs = [("Extended system ID", "enabled"), ("Portfast Default", "disabled"),
             (f"PortFast {edge}BPDU Guard Default", "enabled"), (f"Portfast {edge}BPDU Filter Default", "disabled"),
             ("Loopguard Default", "disabled"), ("EtherChannel misconfig guard", "enabled"),
             ("UplinkFast", "disabled"), ("BackboneFast", "disabled")]
    width = 39 if device.family == "c2960s" else 28
    head = f"Switch is in {told['mode']} mode\nRoot bridge for: {root}\n"
    head += "".join(f"{label:<{width}} is {state}\n" for label, state in pairs)
    head += "Configured Pathcost method used is short\n\n"
    rows, total_blocked, total = "", 0, 0
    for number in running:
        blocked, members = _row(device, number)
        total_blocked, total = total_blocked + blocked, total + members
        rows += f"VLAN{number:04d}{'':<14} {blocked:>8} {0:>9} {0:>8} {members - blocked:>10} {members:>10}\n"
    rule = "---------------------- -------- --------- -------- ---------- ----------\n"
    last = f"{len(running)} vlan{'' if len(running) == 1 else 's'}"
    return (
        f"{head}Name                   Blocking Listening Learning Forwarding STP Active\n{rule}{rows}{rule}"
        f"{last:<22} {total_blocked:>8} {0:>9} {0:>8} {total - total_blocked:>10} {total:>10}\n")


@shows("show spanning-tree inconsistentports")
def stp_inconsistent(device: IosDevice, _argument: str) -> str:
    """Ports that a guard has blocked."""
    broken = device.state["spanning_tree"]["inconsistent"]
    rows = "".join(f"{told['vlan']:<20} {text.long(name):<24} {told['why']}\n" for name, told in broken.items())
    return (
        "\nName                 Interface                Inconsistency\n"
        f"-------------------- ------------------------ ------------------\n{rows}\n"
        f"Number of inconsistent ports (segments) in the system : {len(broken)}\n\n")


@shows("show spanning-tree blockedports")
def stp_blocked(device: IosDevice, _argument: str) -> str:
    """Ports that the tree keeps closed."""
    blocked = device.state["spanning_tree"]["blocked"]
    rows, count = "", 0
    for number in _vlans(device):
        here = [name for name in _members(device, number) if name in blocked]
        count += len(here)
        rows += f"VLAN{number:04d}             {', '.join(here)}\n" if here else ""
    return (
        "\nName                 Blocked Interfaces List\n-------------------- ------------------------------------\n"
        f"{rows}\nNumber of blocked ports (segments) in the system : {count}\n\n")


def _states(device: IosDevice, name: str) -> tuple[str, str]:
    told = device.state["spanning_tree"]
    if name in told["inconsistent"]:
        return "Desg", "BKN"
    if name in told["blocked"]:
        return "Altn", "BLK"
    return ("Root" if name == told["root_port"] else "Desg"), "FWD"


def _cost(name: str) -> int:
    return {"Fa": 19, "Gi": 4, "Te": 2, "Po": 3}.get(text.split(name)[0], 19)


def _port_number(device: IosDevice, name: str) -> int:
    return list(device.interfaces).index(name) + 1


@shows("show spanning-tree")
def stp(device: IosDevice, _argument: str) -> str:
    """Root, bridge and ports of each VLAN."""
    told = device.state["spanning_tree"]
    out = ""
    for number in _vlans(device):
        members = _members(device, number)
        if not members:
            continue
        own = told["priority"] + number
        via = "             This bridge is the root\n" if _root(device) else (
            f"             Cost        {_cost(told['root_port'])}\n"
            f"             Port        {_port_number(device, told['root_port'])} ({text.long(told['root_port'])})\n")
        times = "             Hello Time   2 sec  Max Age 20 sec  Forward Delay 15 sec\n"
        out += (
            f"\nVLAN{number:04d}\n  Spanning tree enabled protocol {'rstp' if told['mode'] != 'pvst' else 'ieee'}\n"
            f"  Root ID    Priority    {told['root_priority'] + number}\n             Address     {told['root']}\n"
            f"{via}{times}\n"
            f"  Bridge ID  Priority    {own}  (priority {told['priority']} sys-id-ext {number})\n"
            f"             Address     {told['bridge']}\n{times}             Aging Time  300 sec\n\n"
            "Interface           Role Sts Cost      Prio.Nbr Type\n"
            "------------------- ---- --- --------- -------- --------------------------------\n")
        for name in members:
            role, state = _states(device, name)
            edge = "" if device.interfaces[name]["vlan"] == "trunk" else "Edge "
            out += (f"{name:<19} {role} {state}{'*' if state == 'BKN' else ' '}{_cost(name):<9} "
                    f"128.{_port_number(device, name):<4} P2p {edge}\n")
        out += "\n"
    return out or "\nNo spanning tree instances exist.\n\n"


@shows("show spanning-tree detail", live=True)
def stp_detail(device: IosDevice, _argument: str) -> str:
    """Topology changes with their last time and port, then each port."""
    told = device.state["spanning_tree"]
    ago = text.short_span(float(told["changed_hours_ago"]) * 3600 + device.clock() - device.born)
    out = ""
    for number in _vlans(device):
        members = _members(device, number)
        if not members:
            continue
        root = "  We are the root of the spanning tree\n" if _root(device) else (
            f"  Current root has priority {told['root_priority'] + number}, address {told['root']}\n"
            f"  Root port is {_port_number(device, told['root_port'])} ({text.long(told['root_port'])}), "
            f"cost of root path is {_cost(told['root_port'])}\n")
        protocol = "rstp" if told["mode"] != "pvst" else "ieee"
        out += (
            f"\n VLAN{number:04d} is executing the {protocol} compatible Spanning Tree protocol\n"
            f"  Bridge Identifier has priority {told['priority']}, sysid {number}, address {told['bridge']}\n"
            f"  Configured hello time 2, max age 20, forward delay 15, transmit hold-count 6\n{root}"
            "  Topology change flag not set, detected flag not set\n"
            f"  Number of topology changes {told['changes']} last change occurred {ago} ago\n"
            f"          from {text.long(told['from_port'])}\n"
            "  Times:  hold 1, topology change 35, notification 2\n"
            "          hello 2, max age 20, forward delay 15 \n"
            "  Timers: hello 0, topology change 0, notification 0, aging 300\n\n")
        for name in members:
            role, state = _states(device, name)
            words = {"FWD": "forwarding", "BLK": "alternate blocking", "BKN": "broken"}[state]
            place = _port_number(device, name)
            role_word = {"Root": "root ", "Desg": "designated ", "Altn": ""}[role] if state == "FWD" else ""
            out += (
                f" Port {place} ({text.long(name)}) of VLAN{number:04d} is {role_word}{words} \n"
                f"   Port path cost {_cost(name)}, Port priority 128, Port Identifier 128.{place}.\n"
                f"   BPDU: sent {text.draw(name, 'sent', low=20, high=900_000)}, received "
                f"{text.draw(name, 'got', low=20, high=900_000)}\n\n")
    return out or "\nNo spanning tree instances exist.\n\n"


@shows("show mac address-table", "show mac-address-table", families=("c3750", "c2960s"))
def mac_table(device: IosDevice, _argument: str) -> str:
    """What hangs on which access port."""
    told = ("          Mac Address Table\n-------------------------------------------\n\n"
            "Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n"
            " All    0100.0ccc.cccc    STATIC      CPU\n All    0180.c200.0000    STATIC      CPU\n")
    learned = _learned(device)
    told += "".join(f"{vlan:>4}    {address}    DYNAMIC     {name}\n" for vlan, address, name in learned)
    return told + f"Total Mac Addresses for this criterion: {len(learned) + 2}\n"


@shows("show mac address-table", "show mac-address-table", families=("c6500",))
def mac_table_6500(device: IosDevice, _argument: str) -> str:
    """The wide layout with age."""
    told = ("Legend: * - primary entry\n        age - seconds since last seen\n        n/a - not available\n\n"
            "  vlan   mac address     type    learn     age              ports\n"
            "------+----------------+--------+-----+----------+--------------------------\n")
    return told + "".join(f"* {vlan:>4}  {address}   dynamic  Yes         15   {name}\n"
                          for vlan, address, name in _learned(device))


def _learned(device: IosDevice) -> list[tuple[str, str, str]]:
    """Vlan, address and port, in the order of VLANs and addresses; a port that has gone down has forgotten."""
    def up(port: str) -> bool:
        return device.interfaces.get(port, {}).get("status") == "connected"

    return sorted((vlan, text.dotted(address), port) for vlan, address, port in device.state["learned"] if up(port))


@shows("show ip arp", "show arp")
def arp(device: IosDevice, _argument: str) -> str:
    """Addresses in the switch's own networks; its own have no age."""
    rows = [(name, port["address"].partition("/")[0], "-", text.dotted(device.state["spanning_tree"]["bridge"]))
            for name, port in device.interfaces.items() if port["address"]]
    rows += [(f"Vl{vlan}", address, str(age), text.dotted(mac)) for address, age, mac, vlan in device.state["arp"]]
    told = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
    return told + "".join(f"Internet  {address:<15} {age:>10}  {mac}  ARPA   {text.long(name)}\n"
                          for name, address, age, mac in sorted(rows, key=lambda row: (row[0], row[1])))
