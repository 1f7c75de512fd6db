"""From data to devices: lab/defaults/<kind>.yml, the entry in lab/hospital.yml, the scenario: merged and checked."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab import overlay, plugged
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import BadInput

State = dict[str, Any]
NETWORK = "ROUNDS_LAB_NETWORK"
"""Environment variable with two other first octets (127.113), for a second lab beside a running one."""
_RANGE = re.compile(r"\[(\d+):(\d+)\]")


def _expand(name: str, entry: State, path: Path) -> list[tuple[str, State]]:
    """`client-[001:130]` with an address `127.13.40.[1:130]` stands for 130 devices."""
    places = _RANGE.search(name)
    if not places:
        return [(name, entry)]
    numbers = range(int(places[1]), int(places[2]) + 1)
    address = _RANGE.search(entry["address"])
    if not address or int(address[2]) - int(address[1]) != len(numbers) - 1:
        raise BadInput(yamlfile.show(path), f"devices.{name}.address: does not count along with the name",
                       "write a range of the same length, such as 127.13.40.[1:130]")
    first, width = int(address[1]), len(places[1])
    return [
        (_RANGE.sub(f"{number:0{width}d}", name),
         {**entry, "address": _RANGE.sub(str(first + step), entry["address"])})
        for step, number in enumerate(numbers)]


def merge(base: State, extra: State) -> State:
    """`extra` over `base`, mapping by mapping; `null` over a mapping or a text takes the key away."""
    merged = dict(base)
    for key, value in extra.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value)
        elif value is None and isinstance(old, dict | str):
            del merged[key]
        else:
            merged[key] = value
    return merged


def _defaults(kind: str, cache: dict[str, State]) -> State:
    if kind not in cache:
        path = paths.LAB / "defaults" / f"{kind}.yml"
        cache[kind] = (yamlfile.load(path) or {}) if path.exists() else {}
    return cache[kind]


def _device(name: str, entry: State, path: Path, cache: dict[str, State]) -> Device:
    kinds = entry["kind"] if isinstance(entry["kind"], list) else [entry["kind"]]
    base: State = _defaults("common", cache)
    for kind in kinds:
        base = merge(base, _defaults(kind, cache))
    own = {key: value for key, value in entry.items() if key not in {"kind", "address"}}
    for key in own:
        if base and key not in base and (paths.LAB / "defaults" / f"{kinds[0]}.yml").exists():
            raise overlay.unknown(path, ["devices", name, key], base)
    return Device(name, tuple(kinds), entry["address"], _unshared(merge(base, own)))


def _unshared(value: Any) -> Any:
    """A copy in which nothing is shared: YAML anchors make devices and parts share mappings, and a scenario must change
    one of them only. (`copy.deepcopy` keeps what is shared within one device shared.)"""
    if isinstance(value, dict):
        return {key: _unshared(below) for key, below in value.items()}
    return [_unshared(below) for below in value] if isinstance(value, list) else value


def _moved(entry: State) -> State:
    network = os.environ.get(NETWORK)
    if not network:
        return entry
    if not re.fullmatch(r"127\.\d{1,3}", network):
        raise BadInput(NETWORK, f"{network!r} is not two octets of 127.0.0.0/8", "write for example 127.113")
    return {**entry, "address": ".".join([network, *entry["address"].split(".")[2:]])}


def _line(path: Path, name: str) -> str:
    return f"{yamlfile.show(path)}:{yamlfile.line_of(path, ['devices', name])}"


def _checked(data: Any, path: Path) -> State:
    if not isinstance(data, dict) or not isinstance(data.get("devices"), dict):
        raise BadInput(yamlfile.show(path), "devices: is missing or no mapping", "write devices: and the entries below")
    for name, entry in data["devices"].items():
        if not isinstance(entry, dict) or not entry.get("kind") or not entry.get("address"):
            raise BadInput(_line(path, name), f"devices.{name}: needs kind and address", "write both")
        plain = _RANGE.sub(lambda match: match[1], str(entry["address"]))
        try:
            loopback = ipaddress.ip_address(plain).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise BadInput(_line(path, name), f"devices.{name}.address: {entry['address']} is not in 127.0.0.0/8",
                           "the lab listens on loopback only")
    return data


def load(scenario: Path | None = None, path: Path = paths.LAB / "hospital.yml") -> dict[str, Device]:
    """All devices by name, with the scenario laid over them. BadInput names file, line, key and remedy."""
    data = _checked(yamlfile.load(path), path)
    cache: dict[str, State] = {}
    devices: dict[str, Device] = {}
    taken: dict[str, str] = {}
    for group, entry in data["devices"].items():
        for name, one in _expand(group, entry, path):
            device = _device(name, _moved(one), path, cache)
            if device.address in taken:
                raise BadInput(yamlfile.show(path), f"devices.{name}.address: {device.address} is already that of "
                               f"{taken[device.address]}", "give each device its own address")
            taken[device.address] = name
            devices[name] = device
    laid = overlay.read(scenario) if scenario else {}
    if scenario:
        overlay.lay(laid, scenario, devices)
    if path == paths.LAB / "hospital.yml":
        plugged.apply(devices, laid.get("cabling"), scenario)
    return devices
