"""Whose address is this, and which switch ports lead to other switches: what must be known before a cable is judged.

An owner is STRONG where the device itself or the register names the address, WEAK where only ARP does (an ARP entry
outlives its device by hours). What two sources name differently is nobody's, and is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pacs_rounds.cabling import names
from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.seen import Neighbour, View
from pacs_rounds.cabling.trace import Link

STRONG, FRESH, WEAK = "strong", "fresh", "weak"
FRESH_MINUTES = 5
"""An ARP entry younger than the address table's own ageing time (300 s) is of the present."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A device, the ports that may show the address (empty: not known which), how sure, and who says so."""

    device: str
    ports: frozenset[str]
    strength: str
    by: str
    told_by: str = ""
    """The device whose answer says so; empty for the register."""


@dataclass(slots=True)
class Identity:
    """Lookups over a whole survey. `doubts` are sentences for people: what was told twice and differently."""

    register: Register
    views: Mapping[str, View]
    by_name: dict[str, str] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)
    port_at: dict[str, str] = field(default_factory=dict)
    """An IP address that the register gives to one port, such as a management controller's."""
    macs: dict[str, Owner] = field(default_factory=dict)
    wwns: dict[str, Owner] = field(default_factory=dict)
    switch_macs: dict[str, str] = field(default_factory=dict)
    uplinks: dict[str, set[str]] = field(default_factory=dict)
    edges: dict[str, set[End]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def device_of(self, neighbour: Neighbour) -> str:
        """The register's device that a neighbour is, or nothing."""
        found = self.by_name.get(names.host(neighbour.name))
        if found is None and neighbour.chassis:
            found = self.switch_macs.get(neighbour.chassis)
            owner = self.macs.get(neighbour.chassis)
            found = found or (owner.device if owner and owner.strength == STRONG else None)
        if found is None:
            told = {self.by_address[one] for one in neighbour.addresses if one in self.by_address}
            found = told.pop() if len(told) == 1 else None
        return found or ""


def channel_members(view: View, port: str) -> tuple[str, ...]:
    """The ports behind a port's name: a channel's members, or itself."""
    return view.channels.get(port) or (port,)


def resolve(register: Register, views: Mapping[str, View], links: list[Link],
            addresses: Mapping[str, str] | None = None) -> Identity:
    """Build every lookup. `addresses` maps device names to their IP addresses as the inventory has them."""
    found = Identity(register, views)
    _names(found, addresses or {})
    _strong(found)
    _arp(found)
    _wwns(found)
    _uplinks(found, links)
    _edges(found)
    return found


def _names(found: Identity, addresses: Mapping[str, str]) -> None:
    for device in found.register.devices.values():
        for one in dict.fromkeys(names.host(name) for name in (device.name, device.host, *device.aliases) if name):
            if found.by_name.setdefault(one, device.name) != device.name:
                found.doubts.append(f"the name {one} is that of {found.by_name[one]} and of {device.name}")
                found.by_name[one] = ""
    written = [(name, address) for name, address in addresses.items() if name in found.register.devices]
    for device in found.register.devices.values():
        for port, told in device.known.items():
            if "ip" in told:
                found.port_at[told["ip"]] = port
                written.append((device.name, told["ip"]))
    for name, address in written:
        if found.by_address.setdefault(address, name) != name:
            found.by_address[address] = ""
            found.doubts.append(f"the address {address} is written for two devices")
    found.by_address = {address: name for address, name in found.by_address.items() if name}


def _strong(found: Identity) -> None:
    """Addresses that a device tells of itself, then those of the register; LLDP's chassis names switches."""
    claims: dict[str, dict[str, tuple[set[str], str, str]]] = defaultdict(dict)
    for view in found.views.values():
        for digits, ports in view.own_macs.items():
            claims[digits].setdefault(view.host, (set(), "the device itself", view.host))[0].update(ports)
    for device in found.register.devices.values():
        for port, written in device.known.items():
            if digits := names.mac(written.get("mac", "")):
                claims[digits].setdefault(device.name, (set(), "the register", ""))[0].add(port)
    for digits, owners in claims.items():
        if len(owners) > 1:
            told = " and ".join(sorted(owners))
            switches = all(found.register.devices[one].role == "lan_switch" for one in owners
                           if one in found.register.devices)
            if not switches:  # two routers of a pair may share a virtual address
                found.doubts.append(f"{names.shown_mac(digits)} is claimed by {told}: used for neither")
            continue
        name, (ports, by, told_by) = next(iter(owners.items()))
        owner = found.register.devices.get(name)
        if owner and owner.role == "lan_switch":
            found.switch_macs[digits] = name
        elif owner:
            found.macs[digits] = Owner(name, frozenset(ports), STRONG, by, told_by)
    for view in found.views.values():
        for neighbour in view.neighbours:
            near = found.by_name.get(names.host(neighbour.name))
            if neighbour.chassis and near and found.register.devices[near].role == "lan_switch":
                found.switch_macs.setdefault(neighbour.chassis, near)


def _arp(found: Identity) -> None:
    """Weak owners: the freshest entry of each known IP address, unless the MAC is known better or is several's."""
    newest: dict[str, tuple[int, str, str]] = {}
    for view in found.views.values():
        for address, digits, age in view.arp:
            minutes = age if age is not None else 0
            if address in found.by_address and (address not in newest or minutes < newest[address][0]):
                newest[address] = minutes, digits, view.host
    holders: dict[str, set[str]] = defaultdict(set)
    for address, (_, digits, _) in newest.items():
        holders[digits].add(found.by_address[address])
    for address, (minutes, digits, told_by) in newest.items():
        name = found.by_address[address]
        known = found.macs.get(digits)
        if known or digits in found.switch_macs:
            holder = known.device if known else found.switch_macs[digits]
            if holder != name:
                found.doubts.append(f"ARP of {told_by} gives {address} ({name}) the address of {holder}: stale")
        elif len(holders[digits]) > 1:
            found.doubts.append(f"ARP of {told_by} gives {names.shown_mac(digits)} to "
                                f"{', '.join(sorted(holders[digits]))}: not used")
        else:
            _weak(found, address, minutes, digits, told_by)


def _weak(found: Identity, address: str, minutes: int, digits: str, told_by: str) -> None:
    """An owner by ARP alone, where the device's or port's address is not known better."""
    name, port = found.by_address[address], found.port_at.get(address, "")
    better = [owner for owner in _of(found, name) if owner.strength == STRONG
              and (not port or port in owner.ports or not owner.ports)]
    if not better:
        ports = frozenset({port}) if port else _only_port(found.register, name)
        strength = FRESH if minutes <= FRESH_MINUTES else WEAK
        found.macs[digits] = Owner(name, ports, strength, f"ARP ({minutes} minutes old)", told_by)


def _of(found: Identity, name: str) -> list[Owner]:
    view = found.views.get(name)
    mine = [found.macs[digits] for digits in (view.own_macs if view else ()) if digits in found.macs]
    for told in found.register.devices[name].known.values():
        digits = names.mac(told.get("mac", ""))
        if digits in found.macs:
            mine.append(found.macs[digits])
    return mine


def _only_port(register: Register, name: str) -> frozenset[str]:
    """The port of a device that has just one for a network, else nothing."""
    lan = [port.name for port in register.devices[name].type.ports.values()
           if port.connector not in {"power-in", "power-out", "console"} and port.use != "fc"]
    return frozenset(lan) if len(lan) == 1 else frozenset()


def _wwns(found: Identity) -> None:
    known: dict[str, tuple[str, str]] = {}
    for device in found.register.devices.values():
        for port, told in device.known.items():
            if digits := names.wwn(told.get("wwn", "")):
                known[digits] = device.name, port
    for digits, (name, port) in known.items():
        found.wwns[digits] = Owner(name, frozenset({port}), STRONG, "the register")
    for view in found.views.values():
        for digits, port in view.own_wwns.items():
            before = known.get(digits)
            if before and before[0] != view.host:
                found.doubts.append(f"{names.shown_wwn(digits)} is {before[0]}'s in the register and {view.host}'s by "
                                    "its own word: the device is believed")
            ports = frozenset({port} if port else {before[1]} if before and before[0] == view.host else ())
            found.wwns[digits] = Owner(view.host, ports, STRONG, "the device itself", view.host)
    _unnamed(found)


def _unnamed(found: Identity) -> None:
    """Linux numbers its FC ports by host number and not by slot: where the register names no WWN, they stay "one of"
    the device's FC ports."""
    taken: dict[str, set[str]] = defaultdict(set)
    for owner in found.wwns.values():
        taken[owner.device] |= owner.ports
    for digits, owner in list(found.wwns.items()):
        if not owner.ports and owner.device in found.register.devices:
            kind = found.register.devices[owner.device].type
            free = {port.name for port in kind.ports.values() if port.use == "fc"} - taken[owner.device]
            found.wwns[digits] = Owner(owner.device, frozenset(free), owner.strength, owner.by, owner.told_by)


# Which ports lead to other switches ----------------------------------------------------------------------------------

def _uplinks(found: Identity, links: list[Link]) -> None:
    """Ports behind which other switches are: by their neighbours' word, by a switch's own address learned there, by the
    register where nobody spoke; and whole channels with any such member."""
    documented: dict[str, set[str]] = defaultdict(set)
    for link in links:
        for near, far in ((link.a, link.b), (link.b, link.a)):
            device = found.register.devices.get(far.device)
            if device and device.role == "lan_switch":
                documented[near.device].add(near.port)
    for view in found.views.values():
        if not view.learned:
            continue
        up = {one.port for one in view.neighbours if _is_switch(found, one)}
        up |= {port for port, macs in view.learned.items()
               if any(found.switch_macs.get(digits, view.host) != view.host for digits in macs)}
        if not view.answered & {"cdp", "lldp"}:
            up |= documented[view.host]
        else:  # a documented uplink whose neighbour is silent, and behind which is more than one address
            up |= {port for port in documented[view.host] if len(view.learned.get(port, ())) > 1}
        for channel, members in view.channels.items():
            if channel in up or up & set(members):
                up |= {channel, *members}
        found.uplinks[view.host] = up
    _inferred(found)


def _is_switch(found: Identity, neighbour: Neighbour) -> bool:
    device = found.register.devices.get(found.device_of(neighbour))
    return device.role == "lan_switch" if device else neighbour.bridge


def _inferred(found: Identity) -> None:
    """A port where several addresses are learned, one of them alone on a port of another switch, leads there."""
    alone: dict[str, set[str]] = defaultdict(set)
    for view in found.views.values():
        for port, macs in view.learned.items():
            if len(macs) == 1 and port not in found.uplinks.get(view.host, ()):
                alone[next(iter(macs))].add(view.host)
    for view in found.views.values():
        for port, macs in view.learned.items():
            if len(macs) > 1 and any(alone[digits] - {view.host} for digits in macs if digits in alone):
                found.uplinks.setdefault(view.host, set()).add(port)


def _edges(found: Identity) -> None:
    """Where each address really is: ports that lead to no other switch. A channel's member stands for the channel."""
    for view in found.views.values():
        up = found.uplinks.get(view.host, set())
        for port, macs in view.learned.items():
            if port not in up:
                for digits in macs:
                    found.edges.setdefault(digits, set()).add(End(view.host, port))
