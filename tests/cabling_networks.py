"""Networks made up for tests and measurements: a register, what is really plugged, and what each device would see.

The truth is a graph of ends. Frames travel it as in a switched network without loops (spare uplinks block), through
hubs too. From it come address tables, neighbours and ARP of every switch; the register is the truth before the faults.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field

from pacs_rounds.cabling.model import Cable, Device, End, Port, Register, Type
from pacs_rounds.cabling.seen import UP, Bond, Neighbour, PortState, View

SWITCH = Type("switch", "none", "switch", 1, True, {
    **{f"Gi1/0/{n}": Port(f"Gi1/0/{n}", "rj45", 1000, "lan") for n in range(1, 61)},
    **{f"Te1/{n}": Port(f"Te1/{n}", "sfp", 10000, "lan") for n in range(1, 450)}})
HOST = Type("host", "none", "host", 1, True, {f"eth{n}": Port(f"eth{n}", "rj45", 1000, "lan") for n in (0, 1)})
ONE = Type("one", "none", "one", 0, True, {"eth0": Port("eth0", "rj45", 0, "lan")})


@dataclass
class Network:
    """`joined` maps an end to the end that is really plugged into it (a hub joins several behind one port)."""

    register: Register
    joined: dict[End, End] = field(default_factory=dict)
    hubs: dict[End, list[End]] = field(default_factory=dict)
    macs: dict[End, str] = field(default_factory=dict)
    active: dict[str, str] = field(default_factory=dict)
    quiet: set[str] = field(default_factory=set)
    """Switches that nobody could ask."""
    no_protocol: set[str] = field(default_factory=set)
    strangers: dict[End, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    stale: dict[str, str] = field(default_factory=dict)
    """IP address -> a MAC that is no longer its."""
    number: int = 0

    def plug(self, one: End, two: End) -> None:
        """Join two ends."""
        self.joined[one], self.joined[two] = two, one

    def unplug(self, one: End) -> None:
        """Take a cable out at both ends."""
        two = self.joined.pop(one, None)
        if two is not None:
            self.joined.pop(two, None)

    def document(self, one: End, two: End) -> str:
        """Write a cable down and plug it."""
        self.number += 1
        name = f"L{self.number:05d}"
        self.register.cables[name] = Cable(name, one, two, "cat6")
        self.plug(one, two)
        return name

    def true(self, one: End, two: End) -> bool:
        """Whether these two ends really are joined, directly or through a hub."""
        return self.joined.get(one) == two or any((two in ends and one == near) or (one in ends and two == near)
                                                  for near, ends in self.hubs.items())


def tree(cores: int, access: int, hosts: int, doubled: float = 0.0, seed: int = 0) -> Network:
    """Cores in a row, access switches on the first of them, hosts on the access switches (some with two ports to the
    cores, bonded)."""
    rng = random.Random(seed)  # noqa: S311
    register = Register("made-up")
    net = Network(register)
    for n in range(cores):
        register.devices[f"core-{n}"] = Device(f"core-{n}", "lan_switch", SWITCH, place="x")
        if n:
            net.document(End(f"core-{n - 1}", "Te1/448"), End(f"core-{n}", "Te1/449"))
    for n in range(access):
        name = f"access-{n}"
        register.devices[name] = Device(name, "lan_switch", SWITCH, place="x")
        core = n % cores
        net.document(End(name, "Te1/1"), End(f"core-{core}", f"Te1/{n // cores + 1}"))
        for place in range(hosts):
            host = f"h{n}-{place}"
            register.devices[host] = Device(host, "modality", ONE, place="x")
            net.document(End(name, f"Gi1/0/{place + 1}"), End(host, "eth0"))
            net.addresses[host] = f"10.{n // 200}.{n % 200}.{place + 1}"
    for n in range(round(doubled * access)):
        host = f"srv-{n}"
        register.devices[host] = Device(host, "server", HOST, place="x")
        for port in (0, 1):
            net.document(End(host, f"eth{port}"), End(f"core-{port % cores}", f"Te1/{300 + 2 * n + port}"))
        net.active[host] = rng.choice(["eth0", "eth1"])
    for number, end in enumerate(sorted({end for cable in register.cables.values() for end in cable.ends
                                         if register.devices[end.device].role in {"modality", "server"}})):
        net.macs[end] = f"02{number:010x}"
    register.plug()
    return net


def _behind(net: Network, start: End) -> list[End]:
    """The ends a switch's port reaches at once."""
    found = [net.joined[start]] if start in net.joined else []
    return [*found, *net.hubs.get(start, ())]


def views(net: Network, told: float = 1.0, seed: int = 0) -> dict[str, View]:
    """What every device would answer. `told`: the share of hosts that say their own address."""
    rng = random.Random(seed)  # noqa: S311
    switches = [name for name, device in net.register.devices.items() if device.role == "lan_switch"]
    found = {name: View(name, answered={"mac", "arp", "ports"}) for name in switches if name not in net.quiet}
    near: dict[str, list[tuple[str, End]]] = defaultdict(list)
    for name in switches:
        for port in net.register.devices[name].type.ports:
            end = End(name, port)
            for far in _behind(net, end):
                near[name].append((port, far))
    for name, view in found.items():
        _hear(net, view, near[name])
    _learn(net, found, near)
    own: dict[str, dict[str, str]] = defaultdict(dict)
    for end, mac in net.macs.items():
        own[end.device][end.port] = mac
    for host in sorted(own):
        if rng.random() < told:
            found[host] = _host(net, host, own[host])
    _arp(net, found)
    return found


def _hear(net: Network, view: View, near: list[tuple[str, End]]) -> None:
    protocol = view.host not in net.no_protocol
    if protocol:
        view.answered.add("cdp")
    for port, far in near:
        view.ports[port] = PortState(UP)
        device = net.register.devices.get(far.device)
        if protocol and device and device.role == "lan_switch" and far.device not in net.no_protocol:
            view.neighbours.append(Neighbour(port, f"{far.device}.example", far.port, "cdp", bridge=True))


def _learn(net: Network, found: dict[str, View], near: dict[str, list[tuple[str, End]]]) -> None:
    """Every switch learns every address on the port that leads to it: a walk from each sender."""
    switch_of: dict[End, tuple[str, str]] = {far: (name, port) for name, ends in near.items() for port, far in ends}
    paths = {name: [(port, far) for port, far in ends if far.device in near] for name, ends in near.items()}
    spread: dict[str, list[tuple[str, str]]] = {}
    for end, mac in [*net.macs.items(), *((end, mac) for end, mac in net.strangers.items())]:
        sender = end
        if end.device in net.active:
            if net.active[end.device] != end.port:
                continue
            mac = net.macs[End(end.device, "eth0")]
        start = switch_of.get(sender)
        if start is None:
            continue
        name, port = start
        if name in found:
            found[name].learned.setdefault(port, set()).add(mac)
        if name not in spread:
            spread[name] = [(other, toward) for other, toward in _walk(paths, name)
                            if other in found and (other.startswith("core") or len(near) < 12)]
        for other, toward in spread[name]:
            found[other].learned.setdefault(toward, set()).add(mac)


def _walk(paths: dict[str, list[tuple[str, End]]], start: str) -> list[tuple[str, str]]:
    """(switch, its port that leads back to `start`) for all others."""
    seen, queue, found = {start}, deque([start]), []
    while queue:
        name = queue.popleft()
        for _, far in paths[name]:
            if far.device not in seen:
                seen.add(far.device)
                found.append((far.device, far.port))
                queue.append(far.device)
    return found


def _host(net: Network, host: str, mine: dict[str, str]) -> View:
    view = View(host, own_macs={mac: {port} for port, mac in mine.items()})
    if host in net.active:
        view.bonds = [Bond("bond0", ("eth0", "eth1"), net.active[host])]
        for ports in view.own_macs.values():
            ports |= {"eth0", "eth1"}
    return view


def _arp(net: Network, found: dict[str, View]) -> None:
    core = next((view for name, view in found.items() if name.startswith("core")), None)
    if core is None:
        return
    for host, address in net.addresses.items():
        if address in net.stale:
            core.arp.append((address, net.stale[address], 200))
        elif End(host, "eth0") in net.macs:
            core.arp.append((address, net.macs[End(host, "eth0")], 2))


# Faults --------------------------------------------------------------------------------------------------------------

def swap(net: Network, one: End, two: End) -> None:
    """Exchange two leads at their switch ends."""
    first, second = net.joined.get(one), net.joined.get(two)
    net.unplug(one)
    net.unplug(two)
    if first is not None:
        net.plug(two, first)
    if second is not None:
        net.plug(one, second)


def move(net: Network, host: End, to: End) -> None:
    """Plug a host somewhere else."""
    net.unplug(host)
    net.unplug(to)
    net.plug(host, to)


def hub(net: Network, port: End, guest: End) -> None:
    """Put a hub at a switch port; the guest's own lead is taken out."""
    net.unplug(guest)
    if port in net.joined:
        net.hubs.setdefault(port, []).append(guest)
