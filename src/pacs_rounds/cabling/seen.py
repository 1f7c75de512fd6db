"""What one device saw, as data: its neighbours, learned addresses, links, logins. Filled by `views`."""

from __future__ import annotations

from dataclasses import dataclass, field

UP, DOWN = "up", "down"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One device heard on a port. `chassis` is its MAC where it tells one; `bridge`: it says that it is a switch."""

    port: str
    name: str
    remote: str
    by: str
    chassis: str = ""
    addresses: tuple[str, ...] = ()
    bridge: bool = False


@dataclass(frozen=True, slots=True)
class PortState:
    """A port as its device describes it; None where it does not say."""

    state: str | None = None
    description: str = ""
    speed: int | None = None
    duplex: str | None = None
    trunk: bool = False


@dataclass(frozen=True, slots=True)
class Bond:
    """A server's bonded ports: who may show which address."""

    name: str
    members: tuple[str, ...]
    active: str = ""
    """The only member that sends, in active-backup mode; empty in the others or where it is not told."""
    down: tuple[str, ...] = ()


@dataclass(slots=True)
class View:
    """Everything one device told. `answered` names the kinds of answers that came and were understood; `sources` maps
    such a kind to the SHA-256 of the text it was read from."""

    host: str
    neighbours: list[Neighbour] = field(default_factory=list)
    learned: dict[str, set[str]] = field(default_factory=dict)
    arp: list[tuple[str, str, int | None]] = field(default_factory=list)
    own_macs: dict[str, set[str]] = field(default_factory=dict)
    """Address -> ports it may stand for; an empty set: the device, whichever port."""
    ports: dict[str, PortState] = field(default_factory=dict)
    channels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bonds: list[Bond] = field(default_factory=list)
    logins: dict[str, set[str]] = field(default_factory=dict)
    own_wwns: dict[str, str] = field(default_factory=dict)
    fabric: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Own WWN -> (the switch's WWN or its domain as `d1`, the switch's port)."""
    seen_wwns: dict[str, set[str]] = field(default_factory=dict)
    """An array's port -> host WWNs that are logged in there."""
    switch_wwn: str = ""
    domain: int | None = None
    sfps: dict[str, str] = field(default_factory=dict)
    light: dict[str, tuple[float, list[float]]] = field(default_factory=dict)
    """Port -> received microwatts and the module's limits (alarm low, high, warning low, high)."""
    counters: dict[str, dict[str, int]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)
