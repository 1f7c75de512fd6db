"""Register against observation: a grade and its proofs for each link. Pure.

The rule behind all others: nothing is guessed silently. Only what excludes the documented link contradicts it; what can
be explained otherwise (a hub, an address behind an uplink, a stale ARP entry, a port's name cut off, a bond's silent
member) is a note.
"""

from __future__ import annotations

from collections.abc import Mapping

from pacs_rounds.cabling import explain, fibre, identity, names, rules
from pacs_rounds.cabling import trace as tracing
from pacs_rounds.cabling.identity import STRONG, WEAK, Owner
from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.seen import DOWN, UP, View
from pacs_rounds.cabling.survey import (
    AGAINST,
    BOTH,
    CERTAIN,
    CONSISTENT,
    CONTRADICTED,
    DOCUMENTED,
    LIKELY,
    ONE,
    Graded,
    Survey,
)
from pacs_rounds.cabling.work import Work, prepare, proof

SPEAKING = frozenset({"server", "storage", "san_switch", "lan_switch"})
TRANSPARENT = frozenset({"other", "console"})
"""Devices that hand on the frames of others and may say nothing themselves."""
HUB = "a hub, or a device that hands on the frames of others"


def survey(register: Register, views: Mapping[str, View], addresses: Mapping[str, str] | None = None) -> Survey:
    """Grade every link of the register. `views` by the register's device names, `addresses` device -> IP."""
    links = [link for link in tracing.links(register) if link.a.known or link.b.known]
    who = identity.resolve(register, views, links, addresses)
    work = prepare(register, views, who, [Graded(link) for link in links])
    for one in work.graded:
        _judge(work, one)
    explain.contradictions(work)
    silent = sorted({end.device for end in work.ends if end.device not in views and end.device in register.devices
                     and register.devices[end.device].role in SPEAKING}, key=names.natural)
    return Survey(register, work.graded, explain.strays(work), who.doubts, silent)


def _judge(work: Work, one: Graded) -> None:
    link = one.link
    for side, near, far in (("a", link.a, link.b), ("b", link.b, link.a)):
        _state(work, one, side, near)
        if not link.whole:
            continue
        _neighbours(work, one, side, near, far)
        _claims(work, one, side, near, far)
        _addresses(work, one, side, near, far)
        fibre.logins(work, one, side, near, far)
        _described(work, one, side, near, far)
    if link.whole:
        _one_sided(work, one)
        _same_module(work, one)
        one.grade = _grade(one)


def _grade(one: Graded) -> str:
    """Certain from both ends outweighs all; certain from one end outweighs what the same end says otherwise."""
    certain = {proof.end for proof in one.proofs if proof.weight == CERTAIN}
    against = [proof for proof in one.against if proof.end not in certain and len(certain) < 2]
    if against:
        return CONTRADICTED
    one.notes += [f"disregarded: {proof.says}" for proof in one.against]
    if len(certain) == 2:
        return BOTH
    if certain:
        return ONE
    likely = any(proof.weight == LIKELY for proof in one.proofs)
    return CONSISTENT if likely and one.state != DOWN else DOCUMENTED


def _one_sided(work: Work, one: Graded) -> None:
    """A copper cable has a link at both ends or at none. (A fibre can be broken in one direction.)"""
    if any(rules.MEDIUM.get(hop.cable.type) != "copper" for hop in one.link.hops):
        return
    told = {side: view.ports[end.port].state for side, end in (("a", one.link.a), ("b", one.link.b))
            if (view := work.views.get(end.device)) and end.port in view.ports}
    if set(told.values()) == {UP, DOWN}:
        side, end, other = ("a", one.link.a, one.link.b) if told["a"] == UP else ("b", one.link.b, one.link.a)
        one.proofs.append(proof(work.views[other.device], "link", side, AGAINST,
                                f"{end} has a link and {other} has none: they are not on one cable", *_STATES))


_STATES = ("ports", "fc_ports", "array", "bonding", "interfaces", "net_state", "addresses")
"""The answers in which a port's link is told, as a view files them."""


def _state(work: Work, one: Graded, side: str, near: End) -> None:
    view = work.views.get(near.device)
    told = view.ports.get(near.port) if view else None
    if view is None or told is None or told.state is None:
        return
    if told.state == DOWN:
        one.state = DOWN
        one.notes.append(f"{near} has no link")
    elif one.state != DOWN:
        one.state = UP
        one.proofs.append(proof(view, "link", side, LIKELY, f"{near} has a link", *_STATES))


# CDP and LLDP ---------------------------------------------------------------------------------------------------------

def _neighbours(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    heard = work.heard.get(near)
    if not heard:
        return
    view = work.views[near.device]
    alone = len(heard) == 1
    if not alone:
        one.notes.append(f"{near} hears {len(heard)} devices ({', '.join(sorted(heard))}): {HUB}")
    mine = heard.get(far.device)
    if mine is None:
        if alone:
            _somebody_else(work, one, side, near, far)
        return
    kinds = work.register.devices[far.device].type.ports
    for neighbour in mine:
        told = names.port(neighbour.remote)
        verdict = names.same_port(far.port, neighbour.remote)
        says = f"{neighbour.by.upper()} on {near} hears {far.device} {told or '(no port)'}"
        if verdict == names.YES:
            one.proofs.append(proof(view, neighbour.by, side, CERTAIN if alone else LIKELY, says))
        elif verdict == names.MAYBE or told not in kinds:
            one.proofs.append(proof(view, neighbour.by, side, LIKELY, says))
            one.notes.append(f"{near}: {neighbour.remote!r} does not say for certain which port of {far.device} it is")
        elif alone:
            one.proofs.append(proof(view, neighbour.by, side, AGAINST, says))
            one.found.setdefault(side, End(far.device, told))


def _somebody_else(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    """One neighbour, and not the documented one."""
    view = work.views[near.device]
    (name, neighbours), = work.heard[near].items()
    told = names.port(neighbours[0].remote)
    by = " and ".join(sorted({neighbour.by.upper() for neighbour in neighbours}))
    known = name in work.register.devices
    if work.register.devices[far.device].role in TRANSPARENT:
        one.notes.append(f"behind {far.device}, {near} hears {name} {told}")
    elif known or far.device in work.heard_of:
        one.proofs.append(proof(view, neighbours[0].by, side, AGAINST, f"{by} on {near} hears {name} {told}"))
        one.found.setdefault(side, End(name, told) if known else End("", ""))
    else:
        one.notes.append(f"{near} hears a device that calls itself {name}; the register has no such name (is it "
                         f"{far.device}? write it below aliases)")


def _claims(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    """Somebody else hears this port."""
    for other in work.claims.get(near, ()):
        if other == far:
            continue
        if far.device in work.heard.get(near, {}) and other.device != far.device:
            one.notes.append(f"{other} says it hears {near}, which itself hears {far.device}")
            continue
        one.proofs.append(proof(work.views[other.device], "cdp", side, AGAINST, f"{other} hears {near}", "cdp", "lldp"))
        one.found.setdefault(side, other)


# Address tables -------------------------------------------------------------------------------------------------------

def _addresses(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    """A switch's end against the addresses of a device that does not speak itself."""
    view = work.views.get(near.device)
    device = work.register.devices[far.device]
    if view is None or not view.learned or work.register.devices[near.device].role != "lan_switch":
        return
    if device.role == "lan_switch":
        for digits in work.learned_on(near):
            if work.who.switch_macs.get(digits) == far.device:
                one.proofs.append(proof(view, "mac", side, LIKELY,
                                        f"{far.device}'s own address {names.shown_mac(digits)} is learned on {near}"))
        return
    for digits, owner in work.addresses_of(far):
        here = work.seen_at[near.device].get(digits)
        if here is None:
            continue
        mine = [port for port in here if near.port in identity.channel_members(view, port)]
        if mine:
            _at_home(work, one, side, near, far, (digits, owner), others=sorted(set(here) - set(mine)))
        else:
            _elsewhere(work, one, side, near, far, (digits, owner))


def _at_home(work: Work, one: Graded, side: str, near: End, far: End, known: tuple[str, Owner],
             others: list[str]) -> None:
    digits, owner = known
    view = work.views[near.device]
    says = f"{names.shown_mac(digits)} of {far.device} (by {owner.by}) is learned on {near}"
    active = work.active_member(far.device, owner)
    if others:
        one.notes.append(f"{names.shown_mac(digits)} is also learned on {', '.join(others)} of {near.device}")
    if active and active != far.port:
        if not others and owner.strength == STRONG:
            one.proofs.append(proof(view, "mac", side, AGAINST, f"{says}, and only {active} sends there"))
            one.found.setdefault(side, End(far.device, active))
        return
    sure = owner.strength != WEAK and not others and (len(owner.ports) == 1 or active == far.port)
    company = len(work.learned_on(near)) - 1
    if company > 0 and any(other.device != far.device for other in work.owners_on(near)):
        one.notes.append(f"{near} learns {company + 1} addresses: {HUB}")
    direct = near.port in work.seen_at[near.device][digits]
    one.proofs.append(proof(view, "mac" if owner.strength == STRONG else "arp", side,
                            CERTAIN if sure and direct else LIKELY, says, "mac"))


def _elsewhere(work: Work, one: Graded, side: str, near: End, far: End, known: tuple[str, Owner]) -> None:
    """This switch learns the address, but on another port."""
    digits, owner = known
    view = work.views[near.device]
    spots = work.edges_of(digits)
    seen = ", ".join(sorted(str(spot) for spot in spots)) or "behind an uplink"
    says = f"{names.shown_mac(digits)} of {far.device} (by {owner.by}) is learned at {seen}, not on {near}"
    if owner.strength == WEAK:
        one.notes.append(f"{says}: the ARP entry is old, and this alone proves nothing")
        return
    active = work.active_member(far.device, owner)
    mine = owner.ports == {far.port} or (far.port in owner.ports and active == far.port)
    if not mine:
        if not spots & work.documented_ends(far.device):
            one.notes.append(f"{says}; which of its ports that is, is not known")
        return
    if len(spots) > 1 or spots & work.documented_ends(far.device) - {near}:
        one.notes.append(f"{says}: seen in several places, or at the place of another of its cables")
        if not (len(spots) == 1 and owner.ports == {far.port}):
            return
    if spots or owner.strength == STRONG:
        one.proofs.append(proof(view, "mac", side, AGAINST, says))
        if len(spots) == 1:
            one.found.setdefault("b" if side == "a" else "a", next(iter(spots)))


# What agrees without proving -----------------------------------------------------------------------------------------

def _described(work: Work, one: Graded, side: str, near: End, far: End) -> None:
    view = work.views.get(near.device)
    told = view.ports.get(near.port) if view else None
    if view is None or told is None or not told.description:
        return
    words = told.description.lower().replace(",", " ").replace(":", " ").replace("(", " ").replace(")", " ").split()
    if far.device.lower() in words:
        one.proofs.append(proof(view, "description", side, LIKELY, f"{near} is described {told.description!r}",
                                "ports", "interfaces"))
        return
    other = next((word for word in words if word in work.who.by_name and work.who.by_name[word] != far.device), "")
    if other:
        one.notes.append(f"{near} is described {told.description!r}, documented is {far.device}")


def _same_module(work: Work, one: Graded) -> None:
    """A cable with its modules fixed to it (DAC, AOC) shows one serial number at both ends. Documented modules are
    compared too: another serial is a note, since modules are exchanged without moving a cable."""
    serials = []
    for end in (one.link.a, one.link.b):
        view = work.views.get(end.device)
        serial = view.sfps.get(end.port, "") if view else ""
        serials.append(serial)
        written = work.register.devices[end.device].known.get(end.port, {}).get("sfp", "")
        if serial and written and serial != written:
            one.notes.append(f"the module in {end} is {serial}, documented is {written}")
    if serials[0] and serials[0] == serials[1] and len(work.modules.get(serials[0], ())) == 2:
        for side, end in (("a", one.link.a), ("b", one.link.b)):
            one.proofs.append(proof(work.views[end.device], "sfp", side, CERTAIN,
                                    f"the modules at both ends are one part, {serials[0]}", "inventory", "sfp"))
