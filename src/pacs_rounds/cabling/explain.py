"""What a contradiction comes from, and what is there that nobody documented. Pure."""

from __future__ import annotations

from pacs_rounds.cabling import identity, names
from pacs_rounds.cabling.model import NOWHERE, End
from pacs_rounds.cabling.seen import UP, View
from pacs_rounds.cabling.survey import CERTAIN, CONTRADICTED, LIKELY, Graded, Proof, Stray
from pacs_rounds.cabling.work import Work, proof

SWAPPED, MOVED, PANEL, OTHER_PORT, OTHER_DEVICE, DISAGREE, NOT_THERE = (
    "swapped", "moved", "panel", "other_port", "other_device", "ends_disagree", "not_there")


def contradictions(work: Work) -> None:
    """Say of each contradicted link why."""
    wrong = [one for one in work.graded if one.grade == CONTRADICTED]
    for one in wrong:
        one.why = _why(work, one)


def _real(one: Graded) -> list[tuple[End, End]]:
    """(own end, what really is at the other end of it)."""
    return [(one.link.a if side == "a" else one.link.b, far) for side, far in one.found.items() if far.device]


def _why(work: Work, one: Graded) -> str:
    for _, far in _real(one):
        other = work.ends.get(far)
        if other is not None and other is not one and other.grade == CONTRADICTED and any(
                end in (one.link.a, one.link.b) for _, end in _real(other)):
            one.with_ = other.link.name
            return SWAPPED
    for own, far in _real(one):
        other = work.ends.get(far)
        if other is not None and other is not one and _panels(work, one) & _panels(work, other):
            return PANEL
        if other is None and far.port and work.register.devices[own.device].role not in {"lan_switch", "san_switch"}:
            return MOVED
    documented = {one.link.a.device, one.link.b.device}
    for own, far in _real(one):
        if far.device in documented - {own.device}:
            return OTHER_PORT
    if _real(one):
        return OTHER_DEVICE
    return DISAGREE if any(each.weight == CERTAIN for each in one.proofs) else NOT_THERE


def _panels(work: Work, one: Graded) -> set[str]:
    return {end.device for hop in one.link.hops for end in (hop.near, hop.far) if work.register.passive(end.device)}


# Strays --------------------------------------------------------------------------------------------------------------

def strays(work: Work) -> list[Stray]:
    """Links at ports where the register has no cable, each once, in the order of devices and ports."""
    found: dict[frozenset[End], Stray] = {}
    for view in work.views.values():
        for near in sorted(_candidates(view), key=lambda end: names.natural(end.port)):
            if near in work.ends or near in _spoken_for(work, view):
                continue
            far, what, proofs = _what(work, view, near)
            if not proofs:
                continue
            key = frozenset({near, far}) if far.known else frozenset({near})
            if key in found:
                found[key].proofs += proofs
            else:
                found[key] = Stray(near, far, what, proofs, _explains(work, near, far))
    return list(found.values())


def _candidates(view: View) -> set[End]:
    ports = {neighbour.port for neighbour in view.neighbours if neighbour.port} | set(view.logins)
    ports |= {port for port, told in view.ports.items() if told.state == UP and (view.learned or view.logins)}
    ports |= set(view.learned)
    return {End(view.host, port) for port in ports if not port.startswith(("Vl", "Lo", "Tu", "Nu"))}


def _spoken_for(work: Work, view: View) -> set[End]:
    """Channels with a documented member: their addresses belong to that cable."""
    return {End(view.host, channel) for channel, members in view.channels.items()
            if any(End(view.host, member) in work.ends for member in members) or members}


def _what(work: Work, view: View, near: End) -> tuple[End, str, list[Proof]]:
    heard = work.heard.get(near, {})
    if heard:
        name, neighbours = next(iter(sorted(heard.items())))
        known = name in work.register.devices
        port = names.port(neighbours[0].remote)
        if known and port not in work.register.devices[name].type.ports:
            port = ""
        told = f"{', '.join(sorted(heard))}" if len(heard) > 1 else f"{name} {neighbours[0].remote}".strip()
        proofs = [proof(view, each.by, "a", CERTAIN if len(heard) == 1 else LIKELY,
                        f"{each.by.upper()} on {near} hears {each.name} {each.remote}") for each in neighbours]
        return (End(name, port) if known and len(heard) == 1 else NOWHERE), told, proofs
    if near.port in view.logins:
        digits = min(view.logins[near.port])
        wwn = work.who.wwns.get(digits)
        port = next(iter(wwn.ports)) if wwn and len(wwn.ports) == 1 else ""
        says = f"{names.shown_wwn(digits)}{f' of {wwn.device}' if wwn else ''} is logged in on {near}"
        return (End(wwn.device, port) if wwn else NOWHERE), names.shown_wwn(digits), [
            proof(view, "fc_login", "a", CERTAIN, says, "fc_ports", "name_server")]
    return _by_address(work, view, near)


def _by_address(work: Work, view: View, near: End) -> tuple[End, str, list[Proof]]:
    macs = view.learned.get(near.port, set())
    if macs and near.port not in work.who.uplinks.get(view.host, ()):
        owners = {owner.device: owner for digits in macs if (owner := work.who.macs.get(digits))
                  and owner.strength != identity.WEAK}
        shown = ", ".join(names.shown_mac(digits) for digits in sorted(macs)[:3]) + (" …" if len(macs) > 3 else "")
        if len(owners) == 1:
            (owner,) = owners.values()
            port = next(iter(owner.ports)) if len(owner.ports) == 1 else work.active_member(owner.device, owner)
            return End(owner.device, port), shown, [
                proof(view, "mac", "a", CERTAIN if len(macs) == 1 else LIKELY,
                      f"{shown} of {owner.device} is learned on {near}")]
        what = f"{len(macs)} addresses: {shown}" if len(macs) > 1 else f"unknown device {shown}"
        return NOWHERE, what, [proof(view, "mac", "a", LIKELY, f"{shown} is learned on {near}")]
    told = view.ports.get(near.port)
    if told and told.state == UP and not near.port.startswith("Po"):
        return NOWHERE, told.description or "a link, and nobody heard", [
            proof(view, "link", "a", LIKELY, f"{near} has a link", "ports", "fc_ports", "interfaces")]
    return NOWHERE, "", []


def _explains(work: Work, near: End, far: End) -> str:
    """The contradicted link that this one is in truth: it begins at the same end of the device."""
    for one in work.graded:
        if one.grade == CONTRADICTED and any(end in (near, far) and real in (near, far) for end, real in _real(one)):
            return one.link.name
    return ""
