"""The tables that all judgements of a survey share, built once; and how a proof is written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pacs_rounds.cabling import names
from pacs_rounds.cabling.identity import Identity, Owner, channel_members
from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.seen import Neighbour, View
from pacs_rounds.cabling.survey import Graded, Proof


@dataclass(slots=True)
class Work:
    """Lookups of one survey."""

    register: Register
    views: Mapping[str, View]
    who: Identity
    graded: list[Graded]
    ends: dict[End, Graded] = field(default_factory=dict)
    heard: dict[End, dict[str, list[Neighbour]]] = field(default_factory=dict)
    """A port -> what it hears, by device (by the name it gives itself, where the register has no such device)."""
    heard_of: set[str] = field(default_factory=set)
    """Devices that somebody hears under their own name."""
    claims: dict[End, list[End]] = field(default_factory=dict)
    """A port -> ports of other devices that hear it, each hearing nobody else."""
    seen_at: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """Switch -> address -> its ports, as the switch writes them (a channel stays a channel)."""
    addresses: dict[End, list[tuple[str, Owner]]] = field(default_factory=dict)
    """A device's port -> the addresses that may show there; port "" for those of no known port."""
    wwns: dict[End, list[str]] = field(default_factory=dict)
    logged_in: dict[str, set[End]] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
    """A Fibre Channel switch's WWN, or its domain as `d1` where only one has it -> its name."""
    modules: dict[str, set[End]] = field(default_factory=dict)
    far_ends: dict[str, set[End]] = field(default_factory=dict)

    def learned_on(self, end: End) -> set[str]:
        """Addresses learned on a switch's port itself (not on its channel)."""
        return self.views[end.device].learned.get(end.port, set())

    def owners_on(self, end: End) -> list[Owner]:
        """Whose they are, as far as known."""
        return [self.who.macs[digits] for digits in self.learned_on(end) if digits in self.who.macs]

    def addresses_of(self, end: End) -> list[tuple[str, Owner]]:
        """Addresses that may show at a device's port."""
        return [*self.addresses.get(end, ()), *self.addresses.get(End(end.device, ""), ())]

    def edges_of(self, digits: str) -> set[End]:
        """Where an address is: edge ports, a channel taken apart into the members that are documented."""
        found: set[End] = set()
        for spot in self.who.edges.get(digits, ()):
            members = channel_members(self.views[spot.device], spot.port)
            known = {End(spot.device, member) for member in members} & set(self.ends) if len(members) > 1 else set()
            found |= known or {spot}
        return found

    def active_member(self, device: str, owner: Owner) -> str:
        """The only port of an active-backup bond that sends, where the owner's ports are such a bond."""
        view = self.views.get(device)
        for bond in view.bonds if view else ():
            if bond.active and owner.ports and owner.ports <= set(bond.members):
                return bond.active
        return ""

    def documented_ends(self, device: str) -> set[End]:
        """The far ends of a device's links."""
        return self.far_ends.get(device, set())


def prepare(register: Register, views: Mapping[str, View], who: Identity, graded: list[Graded]) -> Work:
    """Build the tables."""
    work = Work(register, views, who, graded)
    far: dict[str, set[End]] = defaultdict(set)
    for one in graded:
        for near, other in ((one.link.a, one.link.b), (one.link.b, one.link.a)):
            if near.known:
                work.ends.setdefault(near, one)
                far[near.device].add(other)
    work.far_ends = dict(far)
    _hearing(work)
    _learning(work)
    _fabric(work)
    return work


def _hearing(work: Work) -> None:
    claims: dict[End, list[End]] = defaultdict(list)
    for view in work.views.values():
        for neighbour in view.neighbours:
            if neighbour.port:
                device = work.who.device_of(neighbour)
                if device == view.host:
                    continue  # a loop of its own, or a frame that came back
                work.heard_of.add(device)
                name = device or names.host(neighbour.name) or neighbour.chassis or "?"
                work.heard.setdefault(End(view.host, neighbour.port), {}).setdefault(name, []).append(neighbour)
    for near, devices in work.heard.items():
        if len(devices) == 1:
            (name, neighbours), = devices.items()
            if name in work.register.devices:
                kinds = work.register.devices[name].type.ports
                told = {names.port(one.remote) for one in neighbours} & set(kinds)
                for port in told:
                    claims[End(name, port)].append(near)
    work.claims = dict(claims)


def _learning(work: Work) -> None:
    for view in work.views.values():
        table = work.seen_at.setdefault(view.host, {})
        for port, macs in view.learned.items():
            for digits in macs:
                table.setdefault(digits, set()).add(port)
    for digits, owner in work.who.macs.items():
        for port in owner.ports or {""}:
            work.addresses.setdefault(End(owner.device, port), []).append((digits, owner))


def _fabric(work: Work) -> None:
    domains: dict[str, list[str]] = defaultdict(list)
    for view in work.views.values():
        if view.switch_wwn:
            work.switches[view.switch_wwn] = view.host
        if view.domain is not None:
            domains[f"d{view.domain}"].append(view.host)
        for port, there in view.logins.items():
            for one in there:
                work.logged_in.setdefault(one, set()).add(End(view.host, port))
        for port, serial in view.sfps.items():
            work.modules.setdefault(serial, set()).add(End(view.host, port))
    work.switches |= {domain: hosts[0] for domain, hosts in domains.items() if len(hosts) == 1}
    for digits, owner in work.who.wwns.items():
        for port in owner.ports:
            work.wwns.setdefault(End(owner.device, port), []).append(digits)


def proof(view: View, kind: str, end: str, weight: str, says: str, *answers: str) -> Proof:
    """A proof with the evidence it rests on: the first of the answers that this device gave (default: the kind's)."""
    answer = next((one for one in (*answers, kind) if one in view.sources), (answers or (kind,))[0])
    return Proof(kind, end, weight, says, view.host, answer, view.sources.get(answer, ""))
