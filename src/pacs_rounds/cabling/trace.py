"""Following a path: from one port through leads, panels and outlets to the device at the far end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pacs_rounds.cabling.model import NOWHERE, POWER, Cable, End, Register


@dataclass(frozen=True, slots=True)
class Hop:
    """One cable of a path, in the direction of walking."""

    near: End
    cable: Cable
    far: End


@dataclass(frozen=True, slots=True)
class Link:
    """A path from end to end. `a` and `b` are ports of devices that can speak, or where the path is lost (a panel's
    port with nothing behind it, or NOWHERE)."""

    hops: tuple[Hop, ...]
    whole: bool
    """Both ends are ports of active devices."""

    @property
    def a(self) -> End:
        """Where it begins."""
        return self.hops[0].near

    @property
    def b(self) -> End:
        """Where it ends."""
        return self.hops[-1].far

    @property
    def cables(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(hop.cable.id for hop in self.hops)

    @property
    def direct(self) -> bool:
        """One cable, nothing between."""
        return len(self.hops) == 1

    @property
    def name(self) -> str:
        """`L0001` or `L0001+P0007+L0042`."""
        return "+".join(self.cables)


def through(register: Register, end: End) -> End:
    """The other side of a panel's port (`7` and `7r`); NOWHERE for a port of an active device."""
    if not register.passive(end.device):
        return NOWHERE
    other = End(end.device, end.port[:-1] if end.port.endswith("r") else f"{end.port}r")
    return other if register.port(other) is not None else NOWHERE


def walk(register: Register, start: End) -> list[Hop]:
    """The hops from a port on; empty where nothing is plugged in. A circle of panels ends where it began."""
    hops: list[Hop] = []
    seen: set[str] = set()
    end = start
    while end.known and (cable := register.plugged.get(end)) is not None and cable.id not in seen:
        seen.add(cable.id)
        far = cable.other(end)
        hops.append(Hop(end, cable, far))
        end = through(register, far)
    return hops


def _active(register: Register, end: End) -> bool:
    return end.known and end.device in register.devices and not register.passive(end.device)


def links(register: Register, power: bool = False) -> list[Link]:
    """Every path of the register, each once, in the order of the cables. Power cords only where asked for."""
    found: list[Link] = []
    seen: set[str] = set()
    for cable in register.cables.values():
        if cable.id in seen or cable.status == "planned" or (cable.type in POWER) != power:
            continue
        found.append(_link(register, cable))
        seen.update(found[-1].cables)
    return found


def _link(register: Register, cable: Cable) -> Link:
    """The whole path that this cable is a part of, beginning where one gets walking back from its end a."""
    back = through(register, cable.a)
    before = [hop for hop in (walk(register, back) if back.known else []) if hop.cable.id != cable.id]
    turned = [Hop(hop.far, hop.cable, hop.near) for hop in reversed(before)]
    return _made(register, [*turned, *_forwards(register, cable)])


def _forwards(register: Register, cable: Cable) -> list[Hop]:
    first = Hop(cable.a, cable, cable.b)
    onwards = through(register, cable.b)
    after = walk(register, onwards) if onwards.known else []
    return [first, *(hop for hop in after if hop.cable.id != cable.id)]


def _made(register: Register, hops: list[Hop]) -> Link:
    return Link(tuple(hops), _active(register, hops[0].near) and _active(register, hops[-1].far))


def text(register: Register, start: End) -> list[str]:
    """A technician's trace from a port: one line per hop, at most 60 characters wide where names allow it."""
    hops = walk(register, start)
    return _told(register, hops) if hops else [f"{register.where(start)}: nothing documented here"]


def text_of(register: Register, cable: Cable) -> list[str]:
    """The same of the whole path a cable is a part of, from device to device; its own hop has a star."""
    hops = _link(register, cable).hops
    lines = _told(register, hops)
    own = 1 + next(number for number, hop in enumerate(hops) if hop.cable.id == cable.id)
    return [*lines[:own], f"{lines[own]} *", *lines[own + 1:]]


def _told(register: Register, hops: Sequence[Hop]) -> list[str]:
    first, last = hops[0].near, hops[-1].far
    lines = [f"from {register.where(first) if first.known else 'an end that is not documented'}"]
    if first.known and not _active(register, first):
        lines[0] += ": nothing documented behind it"
    for number, hop in enumerate(hops, start=1):
        cable = hop.cable
        length = f"{cable.length_m:g} m" if cable.length_m is not None else "? m"
        about = " ".join(word for word in (cable.type, length, cable.colour) if word)
        where = register.where(hop.far) if hop.far.known else "end not documented"
        lines.append(f"{number}. {cable.id} ({about}) -> {where}")
    if not _active(register, last) and last.known:
        lines.append(f"   ends here: nothing documented behind {last}")
    return lines
