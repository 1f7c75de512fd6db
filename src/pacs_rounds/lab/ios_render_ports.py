"""Interfaces: the long text, the tables, the counters."""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, shows

Port = dict[str, Any]
_KBIT = {"a-10": 10_000, "a-100": 100_000, "a-1000": 1_000_000, "10": 10_000, "100": 100_000, "1000": 1_000_000,
         "10G": 10_000_000}
_DEFAULT_KBIT = {"Fa": 10_000, "Gi": 10_000, "Te": 10_000_000, "Po": 10_000}
_STATUS = {
    "connected": "up, line protocol is up", "notconnect": "down, line protocol is down",
    "err-disabled": "down, line protocol is down", "disabled": "administratively down, line protocol is down",
    "suspended": "down, line protocol is down", "monitoring": "up, line protocol is down",
}


def _address(device: IosDevice, name: str) -> str:
    kind, number = text.split(name)
    parts = [int(part) for part in number.split("/")]
    base = text.number_of(device.state["chassis_mac"])
    offset = {"Vl": 64, "Po": 4096}.get(kind, 256 * parts[0]) + parts[-1] + (48 if kind == "Gi" else 0)
    return text.mac(base, offset)


def _hardware(device: IosDevice, name: str) -> str:
    kind = text.split(name)[0]
    if kind in ("Vl", "Po"):
        return "EtherSVI" if kind == "Vl" else "EtherChannel"
    if device.family == "c6500":
        return "C6k 1000Mb 802.3" if kind == "Gi" else "C6k 10000Mb 802.3"
    return {"Fa": "Fast Ethernet", "Gi": "Gigabit Ethernet"}.get(kind, "Ten Gigabit Ethernet")


def _duplex(name: str, port: Port) -> str:
    """`Full-duplex, 100Mb/s` when the link is up, `Auto-duplex, Auto-speed` when it is not."""
    words = {"full": "Full-duplex", "half": "Half-duplex", "auto": "Auto-duplex"}[port["duplex"].removeprefix("a-")]
    if port["duplex"] == "auto" or port["speed"] == "auto":
        speed = "Auto-speed"
    else:
        rate = port["speed"].removeprefix("a-")
        speed = rate.replace("G", "Gb/s") if rate.endswith("G") else f"{rate}Mb/s"
    media = "" if text.split(name)[0] == "Po" else f", media type is {port['media'] or 'unknown'}"
    return f"  {words}, {speed}{', link type is auto' if port['media'].endswith('SFP') else ''}{media}\n"


def _traffic(device: IosDevice, name: str, port: Port) -> dict[str, int]:
    if port["status"] != "connected":
        return dict.fromkeys(("in_rate", "out_rate", "in", "out", "broadcasts", "multicasts"), 0)

    def draw(word: str, low: int, high: int) -> int:
        return text.draw(device.hostname, name, word, low=low, high=high)

    return {"in_rate": draw("ir", 2, 800) * 1000, "out_rate": draw("or", 2, 800) * 1000,
            "in": draw("in", 10**6, 4 * 10**9), "out": draw("out", 10**6, 4 * 10**9),
            "broadcasts": draw("b", 1000, 900_000), "multicasts": draw("m", 1000, 90_000)}


def _counters(device: IosDevice, name: str, port: Port) -> str:
    seen = _traffic(device, name, port)
    last = "00:00:02, output 00:00:00" if port["status"] == "connected" else "never, output never"
    dribble = "" if device.family == "c6500" else "     0 input packets with dribble condition detected\n"
    wrong = port["input_errors"] or port["crc"] + port["frame"] + port["runts"] + port["giants"]
    return (
        f"  Last input {last}, output hang never\n"
        '  Last clearing of "show interface" counters never\n'
        f"  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: {port['output_drops']}\n"
        "  Queueing strategy: fifo\n  Output queue: 0/40 (size/max)\n"
        f"  5 minute input rate {seen['in_rate']} bits/sec, {seen['in_rate'] // 4000} packets/sec\n"
        f"  5 minute output rate {seen['out_rate']} bits/sec, {seen['out_rate'] // 4000} packets/sec\n"
        f"     {seen['in']} packets input, {seen['in'] * 412} bytes, 0 no buffer\n"
        f"     Received {seen['broadcasts'] + seen['multicasts']} broadcasts ({seen['multicasts']} multicasts)\n"
        f"     {port['runts']} runts, {port['giants']} giants, 0 throttles\n"
        f"     {wrong} input errors, {port['crc']} CRC, {port['frame']} frame, 0 overrun, 0 ignored\n"
        f"     0 watchdog, {seen['multicasts']} multicast, 0 pause input\n{dribble}"
        f"     {seen['out']} packets output, {seen['out'] * 520} bytes, 0 underruns\n"
        f"     {port['output_errors']} output errors, {port['collisions']} collisions, "
        f"{port['resets']} interface resets\n"
        f"     0 babbles, {port['late_collisions']} late collision, 0 deferred\n"
        "     0 lost carrier, 0 no carrier, 0 PAUSE output\n"
        "     0 output buffer failures, 0 output buffers swapped out\n")


def _vlan_interface(device: IosDevice, name: str, port: Port) -> str:
    mac = _address(device, name)
    up = port["status"] == "connected"
    state = "up, line protocol is up" if up else _STATUS.get(port["status"], _STATUS["notconnect"])
    described = f"  Description: {port['description']}\n" if port["description"] else ""
    inet = f"  Internet address is {port['address']}\n" if port["address"] else ""
    seen = _traffic(device, name, port)
    return (
        f"{text.long(name)} is {state} \n  Hardware is EtherSVI, address is {mac} (bia {mac})\n{described}{inet}"
        "  MTU 1500 bytes, BW 1000000 Kbit, DLY 10 usec, \n     reliability 255/255, txload 1/255, rxload 1/255\n"
        "  Encapsulation ARPA, loopback not set\n  Keepalive not supported \n  ARP type: ARPA, ARP Timeout 04:00:00\n"
        f"  Last input {'00:00:00' if up else 'never'}, output {'00:00:00' if up else 'never'}, output hang never\n"
        '  Last clearing of "show interface" counters never\n'
        "  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0\n"
        "  Queueing strategy: fifo\n  Output queue: 0/40 (size/max)\n"
        "  5 minute input rate 1000 bits/sec, 1 packets/sec\n  5 minute output rate 1000 bits/sec, 1 packets/sec\n"
        f"     {seen['in'] // 900} packets input, {seen['in']} bytes, 0 no buffer\n"
        "     Received 0 broadcasts (0 IP multicasts)\n     0 runts, 0 giants, 0 throttles\n"
        "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored\n"
        f"     {seen['out'] // 900} packets output, {seen['out']} bytes, 0 underruns\n"
        "     0 output errors, 2 interface resets\n     0 output buffer failures, 0 output buffers swapped out\n")


def _one(device: IosDevice, name: str, port: Port) -> str:
    kind = text.split(name)[0]
    if kind == "Vl":
        return _vlan_interface(device, name, port)
    mac = _address(device, name)
    kbit = _KBIT.get(port["speed"], _DEFAULT_KBIT.get(kind, 10_000))
    state = f"{_STATUS.get(port['status'], _STATUS['notconnect'])} ({port['status']})"
    described = f"  Description: {port['description']}\n" if port["description"] else ""
    keepalive = "  Keepalive not set\n" if port["media"].endswith("SFP") else "  Keepalive set (10 sec)\n"
    members = [other for other, told in device.interfaces.items() if told["channel"] and f"Po{told['channel']}" == name]
    bundle = f"  Members in this channel: {' '.join(members)} \n" if members else ""
    delay = {10_000: 1000, 100_000: 100}.get(kbit, 10)
    return (
        f"{text.long(name)} is {state}{' ' if device.family != 'c6500' else ''}\n"
        f"  Hardware is {_hardware(device, name)}, address is {mac} (bia {mac})\n{described}"
        f"  MTU 1500 bytes, BW {kbit} Kbit{'/sec' if device.family == 'c2960s' else ''}, DLY {delay} usec, \n"
        "     reliability 255/255, txload 1/255, rxload 1/255\n  Encapsulation ARPA, loopback not set\n"
        f"{keepalive}{_duplex(name, port)}"
        f"  input flow-control is off, output flow-control is unsupported \n{bundle}"
        f"  ARP type: ARPA, ARP Timeout 04:00:00\n{_counters(device, name, port)}")


@shows("show interfaces")
def interfaces(device: IosDevice, _argument: str) -> str:
    """Every interface in full."""
    return "".join(_one(device, name, port) for name, port in device.interfaces.items())


@shows("show interfaces <interface>")
def interface(device: IosDevice, argument: str) -> str:
    """One interface in full."""
    name = text.short(argument)
    port = device.interfaces.get(name)
    return _one(device, name, port) if port else "% Invalid interface type and number\n"


def _layer2(device: IosDevice) -> list[tuple[str, Port]]:
    return [(name, port) for name, port in device.interfaces.items() if text.split(name)[0] != "Vl"]


def _width(device: IosDevice) -> int:
    return 7 if device.family == "c6500" else 9


@shows("show interfaces status")
def status(device: IosDevice, _argument: str) -> str:
    """One line per port."""
    width = _width(device)
    told = f"\n{'Port':<{width}} {'Name':<18} Status       Vlan       Duplex  Speed Type\n"
    for name, port in _layer2(device):
        media = "" if text.split(name)[0] == "Po" else port["media"]
        told += (f"{name:<{width}} {port['description'][:18]:<18} {port['status']:<12} {port['vlan']:<10} "
                 f"{port['duplex']:>6} {port['speed']:>6} {media}\n")
    return told


@shows("show interfaces status err-disabled")
def err_disabled(device: IosDevice, _argument: str) -> str:
    """Only ports that the switch itself has shut; the old images print nothing at all when there are none."""
    width = _width(device)
    rows = "".join(f"{name:<{width}} {port['description'][:18]:<18} {port['status']:<12} {port['reason']:<20}\n"
                   for name, port in _layer2(device) if port["status"] == "err-disabled")
    if not rows and device.family != "c2960s":
        return ""
    return f"\n{'Port':<{width}} {'Name':<18} Status       Reason               Err-disabled Vlans\n{rows}"


@shows("show interfaces description")
def description(device: IosDevice, _argument: str) -> str:
    """Administrative and protocol state beside the description."""
    told = "Interface                      Status         Protocol Description\n"
    for name, port in device.interfaces.items():
        state = "admin down" if port["status"] == "disabled" else ("up" if port["status"] == "connected" else "down")
        told += f"{name:<30} {state:<14} {'up' if state == 'up' else 'down':<8} {port['description']}\n"
    return told


@shows("show interfaces counters errors")
def counters_errors(device: IosDevice, _argument: str) -> str:
    """The first of the two tables that 12.2 prints."""
    width = _width(device)
    told = f"\n{'Port':<{width}} {'Align-Err':>10} {'FCS-Err':>10} {'Xmit-Err':>10} {'Rcv-Err':>10} {'UnderSize':>10}\n"
    for name, port in _layer2(device):
        received = port["input_errors"] or port["crc"] + port["frame"] + port["runts"] + port["giants"]
        told += (f"{name:<{width}} {port['frame']:>10} {port['crc']:>10} {port['output_errors']:>10} {received:>10} "
                 f"{port['runts']:>10}\n")
    told += (f"\n{'Port':<{width}} {'Single-Col':>10} {'Multi-Col':>10} {'Late-Col':>10} {'Excess-Col':>10} "
             f"{'Carri-Sen':>10} {'Runts':>10} {'Giants':>10}\n")
    for name, port in _layer2(device):
        told += (f"{name:<{width}} {port['collisions']:>10} {0:>10} {port['late_collisions']:>10} {0:>10} {0:>10} "
                 f"{port['runts']:>10} {port['giants']:>10}\n")
    return told


@shows("show interfaces trunk")
def trunk(device: IosDevice, _argument: str) -> str:
    """Ports that carry several VLANs."""
    trunks = [(name, port) for name, port in _layer2(device)
              if port["vlan"] == "trunk" and port["status"] == "connected" and not port["channel"]]
    vlans = ",".join(str(number) for number in sorted(int(number) for number in device.state["vlans"]))
    told = "\nPort        Mode             Encapsulation  Status        Native vlan\n"
    told += "".join(f"{name:<11} on               802.1q         trunking      99\n" for name, _ in trunks)
    for title in ("Vlans allowed on trunk", "Vlans allowed and active in management domain",
                  "Vlans in spanning tree forwarding state and not pruned"):
        told += f"\nPort        {title}\n" + "".join(f"{name:<11} {vlans}\n" for name, _ in trunks)
    return told


@shows("show ip interface brief")
def ip_brief(device: IosDevice, _argument: str) -> str:
    """One line per interface."""
    told = "Interface              IP-Address      OK? Method Status                Protocol\n"
    for name, port in device.interfaces.items():
        address = str(port["address"] or "unassigned").partition("/")[0]
        state = {"connected": "up", "disabled": "administratively down"}.get(port["status"], "down")
        method = "NVRAM " if port["address"] else "unset "
        told += (f"{text.long(name):<22} {address:<15} YES {method} {state:<21} "
                 f"{'up' if state == 'up' else 'down':<8}\n")
    return told


@shows("show etherchannel summary")
def etherchannel(device: IosDevice, _argument: str) -> str:
    """Bundles and their members."""
    groups = sorted({port["channel"] for port in device.interfaces.values() if port["channel"]})
    told = ("Flags:  D - down        P - bundled in port-channel\n        I - stand-alone s - suspended\n"
            "        H - Hot-standby (LACP only)\n        R - Layer3      S - Layer2\n"
            "        U - in use      f - failed to allocate aggregator\n\n"
            "        M - not in use, minimum links not met\n        u - unsuitable for bundling\n"
            "        w - waiting to be aggregated\n        d - default port\n\n\n"
            f"Number of channel-groups in use: {len(groups)}\nNumber of aggregators:           {len(groups)}\n\n"
            "Group  Port-channel  Protocol    Ports\n"
            "------+-------------+-----------+-----------------------------------------------\n")
    for group in groups:
        members = [(name, port) for name, port in device.interfaces.items() if port["channel"] == group]
        cells = "".join(f"{f'{name}({_flag(port)})':<16}" for name, port in members)
        up = any(port["status"] == "connected" for _, port in members)
        told += f"{group:<6} {f'Po{group}(S{"U" if up else "D"})':<13}   LACP      {cells}\n"
    return told


def _flag(port: Port) -> str:
    return "P" if port["status"] == "connected" else "D"
