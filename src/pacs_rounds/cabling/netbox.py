"""The register in NetBox's own formats: the columns of its bulk import forms and its device type YAML.

As of release 4.5, where front and rear ports are joined by `port-mappings` (older ones name the rear port in the front
port). To be imported in the order of the file names. What NetBox has no field for (route, dates, tests) travels as one
JSON line in `comments`, so that nothing is lost on the way back (`netbox_in`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

from pacs_rounds.cabling import writer
from pacs_rounds.cabling.model import End, Port, Register, Type
from pacs_rounds.cabling.register import cable_data

MARK = "rounds: "
CABLE_TYPES = {"cat5e": "cat5e", "cat6": "cat6", "cat6a": "cat6a", "om1": "mmf-om1", "om2": "mmf-om2", "om3": "mmf-om3",
          "om4": "mmf-om4", "os2": "smf-os2", "dac": "dac-passive", "power": "power"}
COLOURS = {"blue": "2196f3", "orange": "ff9800", "yellow": "ffeb3b", "green": "4caf50", "grey": "9e9e9e",
           "black": "111111", "red": "f44336", "white": "ffffff", "purple": "9c27b0", "brown": "795548"}
STATUSES = {"connected": "connected", "spare": "decommissioning", "planned": "planned"}
COPPER = {100: "100base-tx", 1000: "1000base-t", 10000: "10gbase-t"}
FIBRE = {("lan", 1000): "1000base-x-sfp", ("lan", 10000): "10gbase-x-sfpp", ("fc", 1000): "1gfc-sfp",
          ("fc", 2000): "2gfc-sfp", ("fc", 4000): "4gfc-sfp", ("fc", 8000): "8gfc-sfpp", ("fc", 16000): "16gfc-sfpp"}
PANELS = {"rj45": "8p8c", "lc": "lc", "sc": "sc", "st": "st"}
CABLES = ("side_a_site", "side_a_device", "side_a_type", "side_a_name", "side_b_site", "side_b_device", "side_b_type",
          "side_b_name", "type", "status", "label", "color", "length", "length_unit", "description", "comments")
DEVICES = ("name", "role", "manufacturer", "device_type", "status", "site", "location", "rack", "position", "face",
           "description", "comments")
RACKS = ("site", "location", "name", "status", "width", "u_height", "description")
Table = tuple[tuple[str, ...], list[dict[str, str]]]


def slug(text: str) -> str:
    """Letters, digits and hyphens; a name without any of them becomes its code points."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain or "x" + "-".join(f"{ord(char):x}" for char in text)


# Out -----------------------------------------------------------------------------------------------------------------

def port_kind(kind: Type, port: Port) -> str:
    """The NetBox component that this port is."""
    if f"{port.name}r" in kind.ports:
        return "frontport"
    if port.name.endswith("r") and port.name[:-1] in kind.ports:
        return "rearport"
    return {"power-in": "powerport", "power-out": "poweroutlet", "console": "consoleport"}.get(
        port.connector, "interface")


def _interface(port: Port) -> str:
    use = "fc" if port.use == "fc" else "lan"
    if port.connector == "rj45":
        return COPPER.get(port.speed, "other")
    return FIBRE.get((use, port.speed), "other")


def type_yaml(kind: Type) -> str:
    """One device type as NetBox's own library writes them."""
    told: dict[str, Any] = {"manufacturer": kind.manufacturer, "model": kind.model,
                            "slug": slug(f"{kind.manufacturer}-{kind.name}"), "u_height": kind.height_u,
                            "is_full_depth": kind.full_depth, "comments": f"{MARK}{json.dumps({'type': kind.name})}"}
    parts: dict[str, list[dict[str, Any]]] = {}
    for port in kind.ports.values():
        what = port_kind(kind, port)
        if what == "interface":
            entry: dict[str, Any] = {"name": port.name, "type": _interface(port)}
            parts.setdefault("interfaces", []).append(
                {**entry, "mgmt_only": True} if port.use == "management" else entry)
        elif what in {"powerport", "poweroutlet", "consoleport"}:
            section, socket = {"powerport": ("power-ports", "iec-60320-c14"),
                               "poweroutlet": ("power-outlets", "iec-60320-c13"),
                               "consoleport": ("console-ports", "rj-45")}[what]
            parts.setdefault(section, []).append({"name": port.name, "type": socket})
        else:
            section = "front-ports" if what == "frontport" else "rear-ports"
            parts.setdefault(section, []).append(
                {"name": port.name, "type": PANELS.get(port.connector, "other"), "positions": 1})
            if what == "frontport":
                parts.setdefault("port-mappings", []).append(
                    {"front_port": port.name, "front_port_position": 1, "rear_port": f"{port.name}r",
                     "rear_port_position": 1})
    text: str = yaml.safe_dump({**told, **parts}, allow_unicode=True, sort_keys=False, width=120)
    return f"---\n{text}"


def _extra(**told: Any) -> str:
    kept = {key: value for key, value in told.items() if value not in ("", [], {}, None)}
    return f"{MARK}{json.dumps(kept, ensure_ascii=False, sort_keys=True)}" if kept else ""


def cables_table(register: Register) -> Table:
    """Cables whose both ends are written down; NetBox has no cable with an unknown end."""
    rows = []
    for cable in register.cables.values():
        if not (cable.a.known and cable.b.known):
            continue
        data = cable_data(cable)
        rows.append({
            **_side("a", register, cable.a), **_side("b", register, cable.b), "type": CABLE_TYPES.get(cable.type, ""),
            "status": STATUSES[cable.status], "label": cable.id, "color": COLOURS.get(cable.colour, ""),
            "length": "" if cable.length_m is None else f"{cable.length_m:g}",
            "length_unit": "" if cable.length_m is None else "m", "description": cable.purpose,
            "comments": _extra(**{key: data.get(key) for key in ("route", "installed", "test", "note")},
                               colour="" if cable.colour in COLOURS else cable.colour,
                               type="" if cable.type in CABLE_TYPES else cable.type)})
    return CABLES, rows


def _side(side: str, register: Register, end: End) -> dict[str, str]:
    device = register.devices[end.device]
    kind = port_kind(device.type, device.type.ports[end.port])
    return {f"side_{side}_site": register.site, f"side_{side}_device": end.device,
            f"side_{side}_type": f"dcim.{kind}", f"side_{side}_name": end.port}


def devices_table(register: Register) -> Table:
    """Every device; one whose place is unknown stands in the site without a rack."""
    rows = []
    for device in register.devices.values():
        rack = register.racks.get(device.rack)
        mounted = rack is not None and device.u is not None and device.type.height_u > 0
        data = writer.device_data(device)
        rows.append({
            "name": device.name, "role": device.role, "manufacturer": device.type.manufacturer,
            "device_type": device.type.model, "status": "active", "site": register.site,
            "location": rack.room if rack else "", "rack": rack.name if rack else "",
            "position": str(device.u) if mounted else "", "face": device.face if mounted else "",
            "description": device.title.get("zh", device.title.get("en", "")),
            "comments": _extra(**{key: data.get(key) for key in ("place", "pair", "feed", "host", "aliases", "known",
                                                                 "title")}, face=data.get("face", ""))})
    return DEVICES, rows


def racks_table(register: Register) -> Table:
    """Racks; one whose height nobody knows is written with NetBox's 42 units and says so."""
    return RACKS, [{"site": register.site, "location": rack.room, "name": rack.name, "status": "active", "width": "19",
                    "u_height": str(rack.height_u or 42),
                    "description": rack.title.get("zh", "") if rack.height_u else "height unknown"}
                   for rack in register.racks.values()]


def named_table(what: Iterable[str], **more: str) -> Table:
    """Things of which NetBox only wants a name: sites, manufacturers, roles, locations."""
    rows = [{"name": one, "slug": slug(one), **more} for one in dict.fromkeys(what)]
    return tuple(rows[0]) if rows else ("name", "slug", *more), rows


def files(register: Register) -> dict[str, str]:
    """File name -> text, numbered in the order in which NetBox can import them. The register must have no errors."""
    kinds = {device.type.name: device.type for device in register.devices.values()}
    site = {"site": register.site}
    plain: dict[str, Table] = {
        "01-sites.csv": named_table([register.site], status="active"),
        "02-locations.csv": named_table(register.rooms, **site, status="active"),
        "03-manufacturers.csv": named_table(sorted({kind.manufacturer for kind in kinds.values()})),
        "04-device-roles.csv": named_table(sorted({one.role for one in register.devices.values()}), color="9e9e9e"),
        "06-racks.csv": racks_table(register), "07-devices.csv": devices_table(register),
        "08-cables.csv": cables_table(register)}
    found = {name: _csv(*table) for name, table in plain.items()}
    found |= {f"05-device-types/{slug(kind.name)}.yaml": type_yaml(kind) for kind in kinds.values()}
    return dict(sorted(found.items()))


def _csv(columns: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()
