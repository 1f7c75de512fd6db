"""A register from NetBox: from files of its import format, or from the JSON of its REST API (`/api/dcim/cables/`, also
what pynetbox hands out). Read only."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

from pacs_rounds.cabling import writer
from pacs_rounds.cabling.model import UNKNOWN, Register
from pacs_rounds.cabling.netbox import CABLE_TYPES, COLOURS, COPPER, FIBRE, MARK, PANELS, STATUSES
from pacs_rounds.cabling.register import from_data
from pacs_rounds.model import BadInput

_KEPT = ("pair", "host", "aliases", "known", "title")
"""Of a device; NetBox models power feeds otherwise, the register's stay where they are."""


def _comment(text: Any) -> dict[str, Any]:
    for line in str(text or "").splitlines():
        if line.startswith(MARK):
            try:
                told = json.loads(line.removeprefix(MARK))
            except ValueError:
                return {}
            return told if isinstance(told, dict) else {}
    return {}


def _back(table: dict[str, str], word: str, otherwise: str) -> str:
    return next((ours for ours, theirs in table.items() if theirs == word), otherwise)


def read_files(site: str, texts: dict[str, str], before: Register | None = None) -> Register:
    """A register from the files that `netbox.files` writes (or NetBox's own exports with these columns). What NetBox
    does not know (rules, feeds, trays, titles) and types of the same name stay as in `before`."""
    tables = {re.sub(r"^\d+-|\.csv$", "", name): list(csv.DictReader(io.StringIO(text)))
              for name, text in texts.items() if name.endswith(".csv")}
    types = [yaml.safe_load(text) for name, text in texts.items() if name.endswith((".yaml", ".yml"))]
    for needed in ("racks", "devices", "cables"):
        if needed not in tables:
            raise BadInput(f"{needed}.csv", "is not among the files", "export racks, devices and cables")
    data: dict[str, dict[str, Any]] = {"rules": {}, "feeds": {}, "trays": {}, "racks": {}, "devices": {}, "cables": {}}
    data["rooms"] = {row["location"]: {} for row in tables["racks"] if row.get("location")}
    data["types"] = {_type_name(one): _type_in(one) for one in types}
    by_model = {(str(one["manufacturer"]), str(one["model"])): _type_name(one) for one in types}
    for number, row in enumerate(tables["racks"], start=2):
        height = row.get("u_height") or "42"
        if not height.isdecimal():
            raise BadInput("racks.csv", f"row {number}, column u_height: {height!r} is no number", "write 42")
        data["racks"][row["name"]] = {"room": row.get("location") or site, "height_u": int(height)}
        data["rooms"].setdefault(row.get("location") or site, {})
    for number, row in enumerate(tables["devices"], start=2):
        kind = by_model.get((row["manufacturer"], row["device_type"]))
        if kind is None:
            raise BadInput("devices.csv", f"row {number}: no type {row['manufacturer']} {row['device_type']}",
                           "export the device types too")
        data["devices"][row["name"]] = _device_in(row, kind)
    for number, row in enumerate(tables["cables"], start=2):
        name = row.get("label") or f"NB{number:05d}"
        if name in data["cables"]:
            raise BadInput("cables.csv", f"row {number}, column label: {name!r} stands twice", "labels are ids here")
        data["cables"][name] = _cable_in(row)
    if before:
        _keep(data, writer.data_of(before))
    return from_data(site, data)


def _keep(data: dict[str, dict[str, Any]], before: dict[str, dict[str, Any]]) -> None:
    """Take over from the register what NetBox has no place for."""
    for section in ("rules", "feeds", "trays"):
        data[section] = before[section]
    for section in ("types", "rooms"):
        data[section] |= {name: one for name, one in before[section].items() if name in data[section]}
    for section, keys in (("racks", ("title", "row")), ("devices", ("feed",))):
        for name, one in data[section].items():
            one |= {key: before[section][name][key] for key in keys if key in before[section].get(name, {})}


def _type_name(one: dict[str, Any]) -> str:
    return str(_comment(one.get("comments")).get("type") or one["slug"])


def _type_in(one: dict[str, Any]) -> dict[str, Any]:
    ports: list[dict[str, Any]] = []
    for entry in one.get("interfaces", ()):
        ports.append({"name": str(entry["name"]), **_interface_in(str(entry.get("type", ""))),
                      **({"use": "management"} if entry.get("mgmt_only") else {})})
    ports += [{"name": str(entry["name"]), "connector": _back(PANELS, str(entry.get("type")), UNKNOWN), "rear": True}
              for entry in one.get("front-ports", ())]
    for section, connector in (("power-ports", "power-in"), ("power-outlets", "power-out"),
                               ("console-ports", "console")):
        ports += [{"name": str(entry["name"]), "connector": connector} for entry in one.get(section, ())]
    return {"manufacturer": one["manufacturer"], "model": one["model"], "height_u": int(one.get("u_height", 1)),
            "full_depth": bool(one.get("is_full_depth", True)), "ports": ports}


def _interface_in(kind: str) -> dict[str, Any]:
    for speed, word in COPPER.items():
        if kind == word:
            return {"connector": "rj45", "speed": speed, "use": "lan"}
    for (use, speed), word in FIBRE.items():
        if kind == word:
            return {"connector": "sfp", "speed": speed, "use": use}
    return {"connector": UNKNOWN}


def _device_in(row: dict[str, str], kind: str) -> dict[str, Any]:
    told = _comment(row.get("comments"))
    position = row.get("position") or ""
    place = {"rack": row["rack"], "u": int(float(position)) if position else UNKNOWN} if row.get("rack") else \
        {"place": told.get("place") or row.get("location") or UNKNOWN}
    face = {"face": row.get("face") or told.get("face")} if (row.get("face") or told.get("face")) in {"rear"} else {}
    kept: dict[str, Any] = {key: told[key] for key in _KEPT if key in told}
    return {"role": row["role"] or "other", "type": kind, **place, **face, **kept}


def _cable_in(row: dict[str, str]) -> dict[str, Any]:
    told = _comment(row.get("comments"))
    length = row.get("length") or ""
    metres = {"m": 1.0, "cm": 0.01, "km": 1000.0, "ft": 0.3048, "in": 0.0254}.get(row.get("length_unit") or "m", 1.0)
    return {"a": f"{row['side_a_device']}:{row['side_a_name']}", "b": f"{row['side_b_device']}:{row['side_b_name']}",
            "type": told.get("type") or _back(CABLE_TYPES, row.get("type", ""), UNKNOWN),
            "length_m": round(float(length) * metres, 3) if length else UNKNOWN,
            "colour": told.get("colour") or _back(COLOURS, row.get("color", ""), ""),
            "purpose": row.get("description", ""), "status": _back(STATUSES, row.get("status", ""), "connected"),
            **{key: told[key] for key in ("route", "installed", "test", "note") if key in told}}


def api_rows(cables: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Cables of the REST API as rows of the import format. A cable with several terminations on a side (a breakout) has
    no row of its own here and is a BadInput: it would be a guess."""
    rows = []
    for one in cables:
        row = {"label": str(one.get("label") or f"NB{one.get('id', 0):05d}"), "type": _word(one.get("type")),
               "status": _word(one.get("status")), "color": str(one.get("color") or ""),
               "length": "" if one.get("length") is None else str(one["length"]),
               "length_unit": _word(one.get("length_unit")), "description": str(one.get("description") or ""),
               "comments": str(one.get("comments") or "")}
        for side in ("a", "b"):
            ends = one.get(f"{side}_terminations") or []
            if len(ends) != 1:
                raise BadInput(f"NetBox cable {row['label']}", f"side {side} has {len(ends)} terminations",
                               "the register knows cables with one end on each side")
            told = ends[0]["object"]
            row |= {f"side_{side}_device": str((told.get("device") or {}).get("name", "")),
                    f"side_{side}_name": str(told.get("name", "")), f"side_{side}_type": ends[0]["object_type"]}
        rows.append(row)
    return rows


def _word(value: Any) -> str:
    """`{"value": "cat6", "label": "CAT6"}` or the plain word."""
    return str(value.get("value") or "") if isinstance(value, dict) else str(value or "")


def cables_from_api(register: Register, cables: Iterable[dict[str, Any]]) -> Register:
    """The register with NetBox's cables in place of its own; devices and types stay those of the register."""
    data = writer.data_of(register)
    data["cables"] = {row["label"]: _cable_in(row) for row in api_rows(cables)}
    return from_data(register.site, data)


def live_cables(url: str, token: str) -> list[dict[str, Any]]:
    """Every cable of a running NetBox, read only. Needs the optional package pynetbox; BadInput where it is absent or
    the server does not answer."""
    try:
        import pynetbox
    except ImportError:
        raise BadInput("pynetbox", "is not installed", "pip install 'pacs-rounds[netbox]'") from None
    server = pynetbox.api(url, token=token)
    server.http_session.request = _with_limit(server.http_session.request)
    try:
        return [dict(one) for one in server.dcim.cables.all()]
    except Exception as error:
        raise BadInput(url, f"NetBox did not answer: {type(error).__name__}: {error}"[:200],
                       "address, token and permission to read dcim.cable") from error


def _with_limit(request: Any) -> Any:
    """Every call with a time-out; pynetbox sets none of its own."""
    def call(*args: Any, **kwargs: Any) -> Any:
        return request(*args, **{"timeout": 20, **kwargs})
    return call
