"""What is wrong in a register, and what hangs on one cable. Pure; all faults at once, each with its place and remedy.

An `error` contradicts itself or the room (two cables in one port): such a register is not imported and not printed. A
`finding` is true and dangerous (both supplies on one feed): it is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pacs_rounds import yamlfile
from pacs_rounds.cabling import names
from pacs_rounds.cabling.model import POWER, UNKNOWN, Cable, Device, End, Register
from pacs_rounds.cabling.register import place_of

MEDIUM = {"cat5e": "copper", "cat6": "copper", "cat6a": "copper", "om1": "fibre", "om2": "fibre", "om3": "fibre",
          "om4": "fibre", "os2": "fibre", "dac": "twinax", "power": "power", "console": "console", "stack": "stack"}
FITS = {
    "rj45": {"copper", "console"}, "sfp": {"fibre", "twinax", "copper", "stack"}, "lc": {"fibre"}, "sc": {"fibre"},
    "st": {"fibre"}, "power-in": {"power"}, "power-out": {"power"}, "console": {"console", "copper"}}
# Metres a channel may have: ISO/IEC 11801 for copper, IEEE 802.3 clause 38 (1000BASE-SX) for multimode, FC-PI-4 for
# Fibre Channel at 4.25 GBd, by cable and line rate (Mbit/s; 0 for any).
LONGEST = {
    ("cat5e", 0): 100, ("cat6", 0): 100, ("cat6a", 0): 100, ("dac", 0): 7, ("power", 0): 10, ("console", 0): 100,
    ("om1", 0): 275, ("om2", 0): 550, ("om3", 0): 1000, ("om4", 0): 1000, ("os2", 0): 10000,
    ("om1", 4000): 70, ("om2", 4000): 150, ("om3", 4000): 380, ("om4", 4000): 400,
    ("om1", 8000): 21, ("om2", 8000): 50, ("om3", 8000): 150, ("om4", 8000): 190,
    ("om1", 10000): 33, ("om2", 10000): 82, ("om3", 10000): 300, ("om4", 10000): 400}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `where` is file, line and key; `about` the devices and cables concerned."""

    kind: str
    where: str
    problem: str
    remedy: str
    about: tuple[str, ...] = ()
    error: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}\n  remedy: {self.remedy}"


def check(register: Register, hosts: list[str] | None = None) -> list[Fault]:
    """Every fault and finding, errors first, in the order of the register. `hosts` are the inventory's."""
    found = [*_racks(register), *_devices(register, hosts), *_units(register), *_known(register), *_ends(register),
             *_media(register), *_lengths(register), *_site_rules(register)]
    from pacs_rounds.cabling import single

    return [*found, *single.findings(register)]


def where(register: Register, section: str, name: str, *below: str) -> str:
    """`inventories/lab/cabling/cables.yml:12: cables.L0001.a`."""
    path, keys = place_of(register, section, name, *below)
    key = ".".join(map(str, keys))
    if path is None:
        return key
    line = yamlfile.line_of(path, keys)
    return f"{yamlfile.show(path)}{f':{line}' if line else ''}: {key}"


def _racks(register: Register) -> Iterator[Fault]:
    for name, rack in register.racks.items():
        if rack.room not in register.rooms:
            yield Fault("no_such_room", where(register, "racks", name, "room"), f"no room is called {rack.room!r}",
                        "known: " + (", ".join(register.rooms) or "none; add it below rooms:"), (name,))


def _devices(register: Register, hosts: list[str] | None) -> Iterator[Fault]:
    for name, device in register.devices.items():
        if device.rack and device.rack not in register.racks and device.rack != UNKNOWN:
            yield Fault("no_such_rack", where(register, "devices", name, "rack"), f"no rack is called {device.rack!r}",
                        "known: " + ", ".join(register.racks), (name,))
        if not device.rack and not device.place:
            yield Fault("no_place", where(register, "devices", name), "stands nowhere",
                        "write rack: and u:, or place: in words; unknown is a word too", (name,))
        if device.feed and device.feed not in register.feeds:
            yield Fault("no_such_feed", where(register, "devices", name, "feed"), f"no feed is called {device.feed!r}",
                        "known: " + ", ".join(register.feeds), (name,))
        if hosts is not None and device.host and device.host not in hosts:
            yield Fault("no_such_host", where(register, "devices", name, "host"),
                        f"hosts.yml has no host {device.host!r}", "write its name there, or leave host: out", (name,))
        for port in device.known:
            if port not in device.type.ports:
                yield Fault("no_such_port", where(register, "devices", name, "known", port),
                            f"{device.type.name} has no port {port!r}", _near(port, device), (name,))


def _near(port: str, device: Device) -> str:
    listed = sorted(device.type.ports, key=names.natural)
    first = [one for one in listed if one[:2].lower() == port[:2].lower()] or listed
    return "its ports: " + ", ".join(first[:8]) + (" …" if len(first) > 8 else "") if first else "its type has no ports"


def _units(register: Register) -> Iterator[Fault]:
    taken: dict[tuple[str, str, int], str] = {}
    for name, device in register.devices.items():
        rack = register.racks.get(device.rack)
        if rack is None or device.u is None or device.type.height_u == 0:
            continue
        top = device.u + device.type.height_u - 1
        if rack.height_u and top > rack.height_u:
            yield Fault("beyond_rack", where(register, "devices", name, "u"),
                        f"reaches U{top}, and {rack.name} has {rack.height_u} units",
                        "u: is the lowest unit, counted from the bottom", (name,))
        for unit in range(device.u, top + 1):
            for face in ("front", "rear") if device.type.full_depth else (device.face,):
                other = taken.setdefault((rack.name, face, unit), name)
                if other != name:
                    yield Fault("unit_taken", where(register, "devices", name, "u"),
                                f"U{unit} of {rack.name} ({face}) is taken by {other}",
                                "look at the rack; a device of half depth has full_depth: false in its type",
                                (name, other))
                    break
            else:
                continue
            break


def _known(register: Register) -> Iterator[Fault]:
    """What identifies a port must be well written and one port's only."""
    first: dict[tuple[str, str], str] = {}
    for name, device in register.devices.items():
        for port, told in device.known.items():
            for kind, read in (("mac", names.mac), ("wwn", names.wwn)):
                if kind not in told:
                    continue
                value = read(told[kind])
                if value and first.setdefault((kind, value), f"{name}:{port}") == f"{name}:{port}":
                    continue
                spot = where(register, "devices", name, "known", port, kind)
                if not value:
                    yield Fault(f"bad_{kind}", spot,
                                f"{told[kind]!r} is no {'MAC address' if kind == 'mac' else 'WWN'}",
                                "00:1a:64:01:02:03" if kind == "mac" else "10:00:00:00:c9:01:02:03", (name,))
                else:
                    yield Fault("same_identity", spot, f"is also that of {first[kind, value]}",
                                "one of the two was copied: read it off the device", (name,))


def _ends(register: Register) -> Iterator[Fault]:
    first: dict[End, str] = {}
    for name, cable in register.cables.items():
        for key, end in (("a", cable.a), ("b", cable.b)):
            if not end.known:
                continue
            device = register.devices.get(end.device)
            if device is None:
                yield Fault("no_such_device", where(register, "cables", name, key),
                            f"no device is called {end.device!r}",
                            "add it below devices:, or correct the name", (name,))
            elif end.port not in device.type.ports:
                yield Fault("no_such_port", where(register, "cables", name, key),
                            f"{end.device} ({device.type.name}) has no port {end.port!r}",
                            _near(end.port, device), (name, end.device))
            if cable.status != "planned":
                other = first.setdefault(end, name)
                if other != name or cable.a == cable.b:
                    yield Fault("port_used_twice", where(register, "cables", name, key),
                                f"{end} is already the end of {other}" if other != name else
                                "both ends are the same port",
                                f"look at the port; {register.where(end)}", (name, other, end.device))
        for number, tray in enumerate(cable.route):
            if tray not in register.trays:
                yield Fault("no_such_tray", where(register, "cables", name, "route"),
                            f"route #{number + 1}: no tray is called {tray!r}",
                            "known: " + (", ".join(register.trays) or "none; add it below trays:"), (name,))


def _media(register: Register) -> Iterator[Fault]:
    for name, cable in register.cables.items():
        medium = MEDIUM.get(cable.type)
        for key, end in (("a", cable.a), ("b", cable.b)):
            port = register.port(end)
            if medium and port and medium not in FITS.get(port.connector, {medium}):
                yield Fault("wrong_medium", where(register, "cables", name, key),
                            f"a {cable.type} cable ({medium}) does not fit {end}, which is {port.connector}",
                            "correct type: of the cable or connector: of the port", (name, end.device))


def _lengths(register: Register) -> Iterator[Fault]:
    """No cable longer than its kind carries, alone or as a part of its path."""
    from pacs_rounds.cabling.trace import links

    for link in [*links(register), *links(register, power=True)]:
        speeds = [port.speed for end in (link.a, link.b) if (port := register.port(end)) and port.speed]
        speed = min(speeds) if speeds else 0
        kinds = {hop.cable.type for hop in link.hops}
        lengths = [hop.cable.length_m for hop in link.hops]
        known = sum(length for length in lengths if length is not None)
        limits = [LONGEST.get((kind, speed), LONGEST.get((kind, 0), 0)) for kind in kinds]
        limit = min((one for one in limits if one), default=0)
        if limit and known > limit:
            first = link.hops[0].cable
            yield Fault("too_long", where(register, "cables", first.id, "length_m"),
                        f"{link.a} to {link.b} is {known:g} m long; {'/'.join(sorted(kinds))} carries "
                        f"{f'{speed} Mbit/s ' if speed else ''}at most {limit} m",
                        "measure again; a longer way needs another kind of cable", link.cables)


def _site_rules(register: Register) -> Iterator[Fault]:
    pattern, colours = register.rules.get("id"), register.rules.get("colours") or {}
    for name, cable in register.cables.items():
        if pattern and not re.fullmatch(pattern, name):
            yield Fault("id_rule", where(register, "cables", name), f"does not follow the site's rule {pattern!r}",
                        "rename it, or change rules.id", (name,))
        allowed = colours.get(cable.purpose)
        if allowed and cable.colour and cable.colour not in allowed:
            yield Fault("colour_rule", where(register, "cables", name, "colour"),
                        f"{cable.colour} is not agreed for {cable.purpose}", "agreed: " + ", ".join(allowed), (name,),
                        error=False)


def use_of(register: Register, cable: Cable) -> str:
    """lan, fc, power, management, console: what the ports are for."""
    for end in cable.ends:
        port = register.port(end)
        if port and port.use:
            return port.use
    return "power" if cable.type in POWER else "lan"
