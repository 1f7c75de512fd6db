"""Reading a site's cable register: inventories/<site>/cabling/*.yml, every file with any of the same sections.

The first fault of shape is a BadInput with file, line, key and remedy. What the register says about the room (a port
used twice, a unit taken twice, one feed for both supplies) is judged by `rules`, all of it at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.cabling import names
from pacs_rounds.cabling.model import NOWHERE, UNKNOWN, Cable, Device, End, Port, Rack, Register, Type, end_of
from pacs_rounds.inventory import expand
from pacs_rounds.model import BadInput

SECTIONS = ("rules", "rooms", "racks", "feeds", "trays", "types", "devices", "cables")
FOLDER = "cabling"


def folder(site: str) -> Path:
    """Where a site's register lies."""
    return paths.INVENTORIES / site / FOLDER


def load(site: str) -> Register:
    """The register of a site. BadInput where there is none or a file cannot be used."""
    place = folder(site)
    files = sorted(place.glob("*.yml"))
    if not files:
        if not place.parent.is_dir():
            known = sorted(path.name for path in paths.INVENTORIES.iterdir() if path.is_dir())
            raise BadInput(f"site {site!r}", "there is no such site", "known sites: " + ", ".join(known))
        raise BadInput(yamlfile.show(place), "this site has no cable register",
                       "see inventories/lab/cabling/ for one, or rounds cabling import")
    return read(site, files)


def read(site: str, files: list[Path]) -> Register:
    """One register from several files; a name that stands in two of them is refused."""
    data: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    sources: dict[tuple[str, str], tuple[Path, list[Any]]] = {}
    for path in files:
        told = yamlfile.load(path)
        if told is None:
            continue
        yamlfile.validate(told, "cabling", path)
        for section, entries in told.items():
            for raw, entry in (entries or {}).items():
                name = str(raw)
                if (section, name) in sources:
                    first = sources[section, name][0]
                    raise at(path, [section, raw], f"stands in {yamlfile.show(first)} too", "keep one of them")
                sources[section, name] = path, [section, raw]
                data[section][name] = entry
    return from_data(site, data, sources)


def at(path: Path, keys: list[Any], problem: str, remedy: str) -> BadInput:
    """A BadInput that names file, line and key."""
    line = yamlfile.line_of(path, keys)
    return BadInput(f"{yamlfile.show(path)}{f':{line}' if line else ''}", f"{'.'.join(map(str, keys))}: {problem}",
                    remedy)


def from_data(site: str, data: dict[str, dict[str, Any]],
              sources: dict[tuple[str, str], tuple[Path, list[Any]]] | None = None) -> Register:
    """A register from validated data. References are resolved; BadInput for a type that is not there."""
    register = Register(site, rules=data.get("rules") or {}, sources=sources or {})
    register.rooms = {name: dict(one or {}) for name, one in (data.get("rooms") or {}).items()}
    register.feeds = {name: dict(one) for name, one in (data.get("feeds") or {}).items()}
    register.trays = {name: dict(one or {}) for name, one in (data.get("trays") or {}).items()}
    register.racks = {name: _rack(name, one) for name, one in (data.get("racks") or {}).items()}
    register.types = {name: _type(name, one) for name, one in (data.get("types") or {}).items()}
    for name, one in (data.get("devices") or {}).items():
        for each, entry in _devices(name, one):
            register.devices[each] = _device(register, each, entry)
    for name, one in (data.get("cables") or {}).items():
        register.cables[name] = _cable(register, name, one)
    register.plug()
    return register


def place_of(register: Register, section: str, name: str, *below: str) -> tuple[Path | None, list[Any]]:
    """File and keys of an entry; (None, keys) for one that came from elsewhere."""
    path, keys = register.sources.get((section, name), (None, [section, name]))
    return path, [*keys, *below]


def fault(register: Register, section: str, name: str, key: str, problem: str, remedy: str) -> BadInput:
    """A BadInput about one entry."""
    path, keys = place_of(register, section, name, *([key] if key else []))
    return at(path, keys, problem, remedy) if path else BadInput(".".join(map(str, keys)), problem, remedy)


def _rack(name: str, one: dict[str, Any]) -> Rack:
    height = one["height_u"]
    return Rack(name, one["room"], 0 if height == UNKNOWN else int(height), one.get("title") or {}, one.get("row", ""))


def ports_of(entries: list[dict[str, Any]]) -> dict[str, Port]:
    """The ports of a type, ranges expanded; a panel's port has a second one behind it."""
    found: dict[str, Port] = {}
    for entry in entries:
        for name in expand(entry["name"]):
            short = names.port(name)
            for each in (short, f"{short}r") if entry.get("rear") else (short,):
                found[each] = Port(each, entry["connector"], int(entry.get("speed", 0)), entry.get("use", ""))
    return found


def _type(name: str, one: dict[str, Any]) -> Type:
    return Type(name, one["manufacturer"], one["model"], int(one["height_u"]), bool(one.get("full_depth", True)),
                ports_of(one["ports"]))


def _devices(name: str, entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """`outlet-[01:24]` is 24 devices; the others are one."""
    for each in expand(name):
        yield each, entry


def _device(register: Register, name: str, one: dict[str, Any]) -> Device:
    kind = register.types.get(one["type"])
    if kind is None:
        raise fault(register, "devices", name, "type", f"no type is called {one['type']!r}",
                    "known: " + ", ".join(register.types) if register.types else "describe it below types:")
    known = {names.port(str(port)): {key: str(value) for key, value in told.items()}
             for port, told in (one.get("known") or {}).items()}
    unit = one.get("u")
    return Device(name, one["role"], kind, one.get("rack", ""), None if unit in (None, UNKNOWN) else int(unit),
                  one.get("face", "front"), one.get("place", ""), one.get("pair", ""), one.get("feed", ""),
                  one.get("host", ""), tuple(one.get("aliases") or ()), known, one.get("title") or {})


def _end(register: Register, name: str, key: str, text: str) -> End:
    try:
        return end_of(text, "")
    except BadInput as error:
        raise fault(register, "cables", name, key, error.problem, error.remedy) from None


def _cable(register: Register, name: str, one: dict[str, Any]) -> Cable:
    for key, day in (("installed", one.get("installed")), ("test", (one.get("test") or {}).get("on"))):
        if day and day != UNKNOWN:
            try:
                datetime.date.fromisoformat(day)
            except ValueError:
                raise fault(register, "cables", name, key, f"{day} is no day of the calendar",
                            "write YYYY-MM-DD") from None
    length = one.get("length_m")
    return Cable(
        name, _end(register, name, "a", one["a"]), _end(register, name, "b", one["b"]), one["type"],
        None if length in (None, UNKNOWN) else float(length), one.get("colour", ""), one.get("purpose", ""),
        tuple(one.get("route") or ()), one.get("status", "connected"), one.get("installed", ""),
        {key: str(value) for key, value in (one.get("test") or {}).items()}, one.get("note", ""))


def cable_data(cable: Cable) -> dict[str, Any]:
    """A cable as it is written down, keys in the register's order, nothing that only repeats a default."""
    data: dict[str, Any] = {
        "a": str(cable.a) if cable.a != NOWHERE else UNKNOWN, "b": str(cable.b) if cable.b != NOWHERE else UNKNOWN,
        "type": cable.type, "length_m": number(cable.length_m), "colour": cable.colour, "purpose": cable.purpose,
        "route": list(cable.route), "status": "" if cable.status == "connected" else cable.status,
        "installed": cable.installed, "test": cable.test, "note": cable.note}
    return {key: value for key, value in data.items() if value not in ("", [], {}, None)}


def number(value: float | None) -> float | int | str:
    """3 for 3.0, unknown for None."""
    if value is None:
        return UNKNOWN
    return int(value) if float(value).is_integer() else value
