"""The register as plain data and as YAML text again: what an import writes. Pure; the same register, the same text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from pacs_rounds.cabling import names
from pacs_rounds.cabling.model import POWER, UNKNOWN, Cable, Device, Port, Register, Type
from pacs_rounds.cabling.register import cable_data

WIDEST = 200
_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)")
Data = dict[str, Any]


def _bare(data: Data) -> Data:
    return {key: value for key, value in data.items() if value not in ("", [], {}, None)}


def port_rows(kind: Type) -> list[Data]:
    """The ports of a type as the fewest entries: neighbours in number with the same properties become a range."""
    rows: list[Data] = []
    run: list[str] = []
    for name, port in kind.ports.items():
        if name.endswith("r") and name[:-1] in kind.ports:
            continue
        entry = _port_data(name, port, f"{name}r" in kind.ports)
        if rows and _follows(run[-1], name) and _same(rows[-1], entry):
            run.append(name)
        else:
            run = [name]
            rows.append(entry)
        rows[-1]["name"] = _range(run)
    return rows


def _port_data(name: str, port: Port, rear: bool) -> Data:
    return _bare({"name": name, "connector": port.connector, "speed": port.speed or None, "use": port.use,
                  "rear": rear or None})


def _same(one: Data, two: Data) -> bool:
    return {**one, "name": ""} == {**two, "name": ""}


def _follows(before: str, name: str) -> bool:
    one, two = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(name)
    return bool(one and two and one[1] == two[1] and one[3] == two[3] and int(two[2]) == int(one[2]) + 1
                and len(str(int(one[2]))) == len(one[2]))


def _range(run: list[str]) -> str:
    if len(run) == 1:
        return run[0]
    first, last = _NUMBERED.fullmatch(run[0]), _NUMBERED.fullmatch(run[-1])
    return f"{first[1]}[{first[2]}:{last[2]}]{first[3]}" if first and last else run[0]


def type_data(kind: Type) -> Data:
    """A type as it is written down."""
    return {"manufacturer": kind.manufacturer, "model": kind.model, "height_u": kind.height_u,
            **({} if kind.full_depth else {"full_depth": False}), "ports": port_rows(kind)}


def device_data(device: Device) -> Data:
    """A device as it is written down."""
    in_rack = bool(device.rack)
    return _bare({
        "role": device.role, "type": device.type.name, "rack": device.rack,
        "u": (device.u if device.u is not None else UNKNOWN) if in_rack else None,
        "face": "" if device.face == "front" else device.face, "place": device.place, "pair": device.pair,
        "feed": device.feed, "host": device.host, "aliases": list(device.aliases), "known": device.known,
        "title": device.title})


def data_of(register: Register) -> dict[str, Data]:
    """The whole register, section by section."""
    return {
        "rules": dict(register.rules), "rooms": {name: dict(one) for name, one in register.rooms.items()},
        "racks": {name: _bare({"room": rack.room, "row": rack.row, "height_u": rack.height_u or UNKNOWN,
                               "title": rack.title}) for name, rack in register.racks.items()},
        "feeds": {name: dict(one) for name, one in register.feeds.items()},
        "trays": {name: dict(one) for name, one in register.trays.items()},
        "types": {name: type_data(kind) for name, kind in register.types.items()},
        "devices": {name: device_data(device) for name, device in register.devices.items()},
        "cables": {name: cable_data(cable) for name, cable in register.cables.items()}}


def files(register: Register) -> dict[str, str]:
    """File name -> text of a register's folder."""
    data = data_of(register)
    by_number = sorted(data["cables"], key=names.natural)
    power = [name for name in by_number if register.cables[name].type in POWER]
    racked = [name for name, device in register.devices.items() if device.rack]
    parts = {
        "room.yml": {section: data[section] for section in ("rules", "rooms", "racks", "feeds", "trays")},
        "types.yml": {"types": data["types"]},
        "devices.yml": {"devices": {name: data["devices"][name] for name in racked}},
        "floors.yml": {"devices": {name: one for name, one in data["devices"].items() if name not in set(racked)}},
        "cables.yml": {"cables": {name: data["cables"][name] for name in by_number if name not in set(power)}},
        "power.yml": {"cables": {name: data["cables"][name] for name in power}}}
    return {name: text for name, sections in parts.items() if (text := _text(sections))}


def _text(sections: dict[str, Data]) -> str:
    lines = []
    for section, entries in sections.items():
        if entries:
            lines.append(f"{section}:")
            for name, entry in entries.items():
                lines += _entry(str(name), entry)
    return "---\n" + "\n".join(lines) + "\n" if lines else ""


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _entry(name: str, entry: Any) -> list[str]:
    """One line where it fits, else a block."""
    line = f"  {_flow(name)}: {_flow(entry)}"
    if len(line) <= WIDEST and not (isinstance(entry, dict) and "ports" in entry):
        return [line]
    lines = [f"  {_flow(name)}:"]
    for key, value in entry.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"    {key}:", *(f"      - {_flow(one)}" for one in value)]
        elif isinstance(value, dict) and len(_flow(value)) > WIDEST // 2:
            lines += [f"    {key}:", *(f"      {_flow(str(one))}: {_flow(below)}" for one, below in value.items())]
        else:
            lines.append(f"    {key}: {_flow(value)}")
    return lines


def changes(before: Register | None, after: Register) -> dict[str, list[str]]:
    """What an import would do: {"added": ["cables.L0001", …], "changed": […], "removed": […]}."""
    old = data_of(before) if before else {}
    new = data_of(after)
    found: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for section, entries in new.items():
        known = old.get(section, {})
        found["added"] += [f"{section}.{name}" for name in entries if name not in known]
        found["changed"] += [f"{section}.{name}" for name in entries if name in known and known[name] != entries[name]]
        found["removed"] += [f"{section}.{name}" for name in known if name not in entries]
    return found


def cable_line(register: Register, cable: Cable) -> str:
    """One cable in one line, for lists on a terminal."""
    length = f"{cable.length_m:g} m" if cable.length_m is not None else "? m"
    return f"{cable.id}  {cable.a or '?'} - {cable.b or '?'}  {cable.type} {length} {cable.colour}".rstrip()
