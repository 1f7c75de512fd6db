"""From the sparse description of a switch to its whole state. Pure.

Three layers: the model (lab/models/catalyst.yml), the device (defaults and entry), and its open mappings, in which a
scenario names single parts of the model. A name that the model does not have is refused: a misspelt fault must not
pass as a healthy switch.
"""

from __future__ import annotations

import copy
from typing import Any

from pacs_rounds.lab import ios_text
from pacs_rounds.model import BadInput

State = dict[str, Any]

PORT: State = {
    "description": "", "status": "disabled", "vlan": "1", "duplex": "auto", "speed": "auto", "media": "",
    "reason": "", "channel": 0, "address": "", "optic": "", "optic_serial": "", "input_errors": 0, "crc": 0,
    "frame": 0, "runts": 0, "giants": 0, "output_errors": 0, "collisions": 0, "late_collisions": 0,
    "output_drops": 0, "resets": 1,
}
OPEN = ("fans", "power_supplies", "temperatures", "modules", "vlans", "memory", "file_systems", "members")
"""Mappings in which a device or a scenario changes what the model has, part by part."""


def serial(device: str, part: str, plant: str = "CAT", year_week: str = "0812") -> str:
    """A made-up serial of Cisco's shape for a part of a device; the same in every run."""
    letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    drawn = ios_text.draw(device, part, low=0, high=len(letters) ** 4 - 1)
    tail = ""
    for _ in range(4):
        drawn, place = divmod(drawn, len(letters))
        tail = letters[place] + tail
    return f"{plant}{year_week}{tail}"


def _over(beneath: State, above: State, where: str) -> State:
    """Change single parts; null takes a part away. BadInput for a part or a field that is not there."""
    merged = copy.deepcopy(beneath)
    for raw, change in above.items():
        key = str(raw)
        if key not in merged:
            raise BadInput(where, f"{key}: the model has no such part", "known: " + ", ".join(merged))
        if change is None:
            del merged[key]
        elif isinstance(merged[key], dict) and isinstance(change, dict):
            merged[key] = _over(merged[key], change, f"{where}.{key}")
        elif isinstance(merged[key], dict) or isinstance(change, dict):
            raise BadInput(where, f"{key}: is {change!r}", f"it is {merged[key]!r} in the model")
        else:
            merged[key] = change
    return merged


def _texts(mapping: State) -> State:
    return {str(key): copy.deepcopy(value) for key, value in mapping.items()}


def _members(name: str, model: State, entry: State, base: int) -> State:
    """The stack's members: number 1 is the device itself."""
    parts = {}
    for number in range(1, int(entry["stack_size"]) + 1) if model["stackable"] else ():
        parts[str(number)] = {
            "state": "Ready", "priority": 15 if number == 1 else 1, "hardware": model["hardware"],
            "mac": ios_text.mac(base, 0x8000 * (number - 1)),
            "serial": entry["serial"] if number == 1 else serial(name, f"member {number}"),
            "motherboard_serial": serial(name, f"motherboard {number}"),
            "power_supply_serial": serial(name, f"supply {number}", "DTH")}
    return parts


def _modules(name: str, model: State, base: int) -> State:
    modules = {}
    for slot, told in model["modules"].items():
        subs = [{"serial": serial(name, f"sub {slot} {sub['name']}", "SAL", "0947"), **sub}
                for sub in told.get("sub_modules", [])]
        modules[str(slot)] = {
            "status": "Ok", "diagnosis": "Pass", "supervisor": False, "mac": ios_text.mac(base, 0x100 * int(slot)),
            "serial": serial(name, f"slot {slot}", "SAL", "0947"), **told, "sub_modules": subs}
    return modules


def complete(name: str, model: State, entry: State) -> State:
    """The whole state of a device: what its entry leaves open comes from the model."""
    base = ios_text.number_of(model["oui"]) + ios_text.draw(name, "mac", low=1, high=0x7FFF) * 0x200
    state: State = {key: copy.deepcopy(value) for key, value in model.items() if key not in entry}
    state.update(copy.deepcopy({key: value for key, value in entry.items() if key not in OPEN}))
    for key in ("software", "parts"):
        state[key] = _over(model[key], entry[key], f"{name}.{key}")
    beneath = {key: _texts(model.get(key, {})) for key in OPEN}
    beneath["members"], beneath["modules"] = _members(name, model, entry, base), _modules(name, model, base)
    for key in OPEN:
        state[key] = _over(beneath[key], entry[key], f"{name}.{key}")
    state["chassis_mac"] = ios_text.mac(base)
    return state


def _block(block: State) -> dict[str, State]:
    """The ports a model brings along: `{prefix: Fa1/0/, count: 24, media: 10/100BaseTX}`."""
    first = int(block.get("first", 1))
    return {f"{block['prefix']}{number}": {**PORT, "media": block["media"]}
            for number in range(first, first + int(block["count"]))}


def _blocks(state: State) -> dict[str, State]:
    """All physical ports; a stack has the model's blocks once per member, a missing module takes its ports along."""
    found: dict[str, State] = {}
    members = [int(number) for number, told in state["members"].items() if told["state"] == "Ready"] or [1]
    for member in members:
        for block in state["port_blocks"]:
            slot = str(block.get("slot", ""))
            if not slot or slot not in state["modules"] or state["modules"][slot]["status"] != "absent":
                prefix = block["prefix"].replace("{member}", str(member))
                found.update(_block({**block, "prefix": prefix}))
    return found


def ports(name: str, state: State) -> dict[str, State]:
    """All interfaces with every field, in the order the device lists them.

    `cabling` says what is plugged in where and is taken to be connected at the speed of its kind; `interfaces` is what
    a scenario changes about it. A port whose stack member or module is gone is gone with it, and the ports of a module
    that does not work have no link.
    """
    found = _blocks(state)
    for raw, told in state["cabling"].items():
        port = ios_text.short(raw)
        if port in found or ios_text.split(port)[0] in ("Vl", "Po"):
            known = {key: value for key, value in told.items() if key in PORT}
            found[port] = {**PORT, **found.get(port, {}), **_connected(port, known), **known}
            if told.get("optic"):
                found[port]["optic_serial"] = serial(name, port, "AGM", "0951")
    for port in found:
        module = state["modules"].get(ios_text.split(port)[1].partition("/")[0])
        if module and module["status"] != "Ok" and found[port]["status"] == "connected":
            found[port].update(status="notconnect", duplex="auto", speed="auto")
    for raw, change in state["interfaces"].items():
        port = ios_text.short(raw)
        if port not in found:
            raise BadInput(f"{name}.interfaces", f"{raw}: the switch has no such port",
                           "known: " + ", ".join(found)[:200])
        found[port] = _over(found[port], change, f"{name}.interfaces.{raw}")
    return {port: found[port] for port in sorted(found, key=ios_text.order)}


def _connected(name: str, told: State) -> State:
    """What a described port looks like when its link is up."""
    if told.get("status", "connected") != "connected":
        return {}
    speed = {"Fa": "a-100", "Gi": "a-1000", "Te": "10G", "Po": "a-1000"}.get(ios_text.split(name)[0], "auto")
    return {"status": "connected", "duplex": "a-full", "speed": speed}
