"""The cable register as data: racks, devices with their ports, cables, feeds and trays. No reading, no judging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pacs_rounds.cabling import names
from pacs_rounds.model import BadInput

UNKNOWN = "unknown"
"""What nobody has looked up yet: legal for a place, a length, a date, an end; never a value to compute with."""
ROLES = ("server", "storage", "san_switch", "lan_switch", "panel", "outlet", "pdu", "ups", "modality", "client",
         "console", "other")
PASSIVE = frozenset({"panel", "outlet"})
"""Devices that hand a path on from front to rear and can say nothing themselves."""
POWER = frozenset({"power"})


class End(NamedTuple):
    """One end of a cable."""

    device: str
    port: str

    def __str__(self) -> str:
        return f"{self.device}:{self.port}"

    @property
    def known(self) -> bool:
        """Whether somebody has written down which port it is."""
        return bool(self.device) and bool(self.port)


NOWHERE = End("", "")


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a type. `connector`: rj45, sfp, lc, sc, st, power-in, power-out, console, or unknown; `speed` in
    Mbit/s (fc: line rate), 0 where open; `label` what stands printed beside it."""

    name: str
    connector: str = UNKNOWN
    speed: int = 0
    use: str = ""
    """lan, fc, power, management, console; empty: as the connector suggests."""


@dataclass(frozen=True, slots=True)
class Type:
    """A device type: what every unit of this model has."""

    name: str
    manufacturer: str
    model: str
    height_u: int
    full_depth: bool
    ports: dict[str, Port]


@dataclass(frozen=True, slots=True)
class Rack:
    """A cabinet. Units are counted from the bottom, 1 first."""

    name: str
    room: str
    height_u: int
    title: dict[str, str]
    row: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `u` is its lowest unit, None where unknown or not in a rack; `place` is where it stands then.

    `known` maps a port to what identifies it: {"mac": …, "wwn": …, "sfp": serial}; `pair` names the HA pair it is one
    half of; `host` is its name in the inventory where that differs.
    """

    name: str
    role: str
    type: Type
    rack: str = ""
    u: int | None = None
    face: str = "front"
    place: str = ""
    pair: str = ""
    feed: str = ""
    host: str = ""
    aliases: tuple[str, ...] = ()
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    title: dict[str, str] = field(default_factory=dict)

    @property
    def inventory_name(self) -> str:
        """The host of the inventory that this device is."""
        return self.host or self.name


@dataclass(frozen=True, slots=True)
class Cable:
    """One cable. `length_m` None is unknown; `status`: connected, spare, planned; `test` {on, result, by, file}."""

    id: str
    a: End
    b: End
    type: str
    length_m: float | None = None
    colour: str = ""
    purpose: str = ""
    route: tuple[str, ...] = ()
    status: str = "connected"
    installed: str = ""
    test: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def ends(self) -> tuple[End, End]:
        """Both."""
        return self.a, self.b

    def other(self, end: End) -> End:
        """The far end of this one."""
        return self.b if end == self.a else self.a


@dataclass(slots=True)
class Register:
    """A site's whole cabling. `sources` maps (kind, name) to its file and the keys to it, for messages."""

    site: str
    rules: dict[str, Any] = field(default_factory=dict)
    rooms: dict[str, dict[str, str]] = field(default_factory=dict)
    racks: dict[str, Rack] = field(default_factory=dict)
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)
    trays: dict[str, dict[str, Any]] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    cables: dict[str, Cable] = field(default_factory=dict)
    sources: dict[tuple[str, str], tuple[Path, list[Any]]] = field(default_factory=dict)
    plugged: dict[End, Cable] = field(default_factory=dict)
    """Which cable stands at an end; the first where two claim it (a fault that `rules` names)."""

    def plug(self) -> None:
        """Fill `plugged` from the cables that are in place."""
        self.plugged = {}
        for cable in self.cables.values():
            if cable.status != "planned":
                for end in cable.ends:
                    if end.known:
                        self.plugged.setdefault(end, cable)

    def port(self, end: End) -> Port | None:
        """What the type says of this port; None for a port it does not have. A panel's rear port is `7r`."""
        device = self.devices.get(end.device)
        return device.type.ports.get(end.port) if device else None

    def passive(self, name: str) -> bool:
        """Whether the device only hands a path on."""
        device = self.devices.get(name)
        return device is not None and device.role in PASSIVE

    def in_rack(self, rack: str) -> Iterator[Device]:
        """Its devices, top first; those whose unit is unknown last."""
        inside = [device for device in self.devices.values() if device.rack == rack]
        yield from sorted(inside, key=lambda one: (one.u is None, -(one.u or 0), one.face, one.name))

    def where(self, end: End) -> str:
        """`R1 U24 core-1 Gi9/1` for people."""
        device = self.devices.get(end.device)
        if device is None:
            return str(end) if end.known else "?"
        if device.rack:
            return f"{device.rack} U{device.u if device.u is not None else '?'} {device.name} {end.port}"
        return f"{device.place or '?'} {device.name} {end.port}"


def end_of(text: str, where: str) -> End:
    """An End from `device:port`; `unknown` and nothing are NOWHERE. BadInput for anything else without a colon."""
    if not text or text == UNKNOWN:
        return NOWHERE
    device, port = names.end(text)
    if not device:
        raise BadInput(where, f"{text!r} is no end of a cable", "write device:port, such as core-1:Gi9/1, or unknown")
    return End(device, port)
