"""What every SNMP agent tells (MIB-2): the system group and the interfaces, for the readers of the platforms."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse.snmp_values import VarBind, column, scalar, table

SYSTEM = "1.3.6.1.2.1.1"
_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_STATE = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "not_present", 7: "lower_layer_down"}
_FASTEST = 4294967295
"""What ifSpeed says where the interface is faster than 32 bits can tell."""
_COUNTERS = {13: "in_discards", 14: "in_errors", 19: "out_discards", 20: "out_errors"}


def words(value: VarBind | None) -> str | None:
    """A text in one line, None where it is missing or empty. Chinese Windows agents send GB2312: pairs of bytes above
    A0 throughout. In any other encoding the bytes that are no UTF-8 stay visible: `r\\xe9seau`."""
    if value is None:
        return None
    if isinstance(value.value, bytes):
        raw = value.value.rstrip(b"\0")
        try:
            said = raw.decode("utf-8")
        except UnicodeDecodeError:
            said = _other(raw)
    else:
        said = value.text
    return " ".join(said.split()).strip('"').strip() or None


def _other(raw: bytes) -> str:
    try:
        return raw.decode("gb2312")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def number(value: VarBind | None) -> int | None:
    """A whole number, None where the agent has none."""
    return None if value is None else value.integer


def named(value: VarBind | None, names: dict[int, str]) -> str | None:
    """The word of a number; `other_<n>` for one the MIB does not list."""
    return None if value is None else names.get(value.integer, f"other_{value.integer}")


def system(rows: list[VarBind]) -> dict[str, Any]:
    """{"description", "object_id", "uptime_seconds", "contact", "name", "location"}, None where not told."""
    uptime = scalar(rows, f"{SYSTEM}.3.0")
    return {"description": words(scalar(rows, f"{SYSTEM}.1.0")), "object_id": words(scalar(rows, f"{SYSTEM}.2.0")),
            "uptime_seconds": None if uptime is None else uptime.number,
            "contact": words(scalar(rows, f"{SYSTEM}.4.0")), "name": words(scalar(rows, f"{SYSTEM}.5.0")),
            "location": words(scalar(rows, f"{SYSTEM}.6.0"))}


def refuse_others(rows: list[VarBind], object_ids: tuple[str, ...], product: str) -> None:
    """ParseError where the walk names an object id and it is another product's; a walk without one may be anybody's."""
    told = words(scalar(rows, f"{SYSTEM}.2.0"))
    if told and not any(f"{told}.".startswith(f"{root}.") for root in object_ids):
        raise ParseError(f"the agent's object id is {told}: not {product}")


def octets(value: VarBind | None) -> str | None:
    """A physical address as aa:bb:…; None where it is empty. Also net-snmp's short form `0:1a:64:b:c:d`."""
    if value is None:
        return None
    if isinstance(value.value, str) and re.fullmatch(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5,19}", value.value):
        return ":".join(f"{int(part, 16):02x}" for part in value.value.split(":"))
    return ":".join(f"{octet:02x}" for octet in value.octets) or None


def interfaces(rows: list[VarBind]) -> list[dict[str, Any]]:
    """ifTable and ifXTable by index: {"index", "name", "description", "alias", "type": IANA number, "speed_bps",
    "mac", "admin", "state", "in_octets" … "out_errors"}; None for every cell that the agent does not have."""
    plain = table(rows, _IF, {2: "description", 3: "type", 5: "speed", 6: "mac", 7: "admin", 8: "state",
                              10: "in", 16: "out", **_COUNTERS})
    wide = table(rows, _IFX, {1: "name", 6: "in", 10: "out", 15: "speed", 18: "alias"})
    made = []
    for index in sorted({*plain, *wide}):
        if len(index) != 1:
            raise ParseError(f"an interface with the index {'.'.join(map(str, index))}")
        one, more = plain.get(index, {}), wide.get(index, {})
        made.append({
            "index": index[0], "name": words(more.get("name")), "description": words(one.get("description")),
            "alias": words(more.get("alias")), "type": number(one.get("type")),
            "speed_bps": _speed(one.get("speed"), more.get("speed")), "mac": octets(one.get("mac")),
            "admin": named(one.get("admin"), _STATE), "state": named(one.get("state"), _STATE),
            "in_octets": number(more.get("in") or one.get("in")),
            "out_octets": number(more.get("out") or one.get("out")),
            **{name: number(one.get(name)) for name in _COUNTERS.values()}})
    if not made:
        raise ParseError("no interface in the walk")
    return made


def _speed(plain: VarBind | None, mega: VarBind | None) -> int | None:
    """Bits per second: ifSpeed, or ifHighSpeed (in millions) where that is missing or at its end."""
    if plain is not None and plain.integer < _FASTEST:
        return plain.integer
    return None if mega is None or not mega.integer else mega.integer * 10**6


def entities(rows: list[VarBind]) -> list[dict[str, Any]]:
    """entPhysicalTable: {"index", "description", "inside": the container's index, "name", "software", "serial",
    "model"}, None for what is not told or empty."""
    base = "1.3.6.1.2.1.47.1.1.1.1"
    cells = table(rows, base, {2: "description", 4: "inside", 7: "name", 10: "software", 11: "serial", 13: "model"})
    return [{"index": index[0], "description": words(cell.get("description")), "inside": number(cell.get("inside")),
             "name": words(cell.get("name")), "software": words(cell.get("software")),
             "serial": words(cell.get("serial")), "model": words(cell.get("model"))} for index, cell in cells.items()]


def percents(rows: list[VarBind], base: str) -> dict[int, int]:
    """A column of percentages by the last part of the index. ParseError for one above 100."""
    found = {index[-1]: value.integer for index, value in column(rows, base).items()}
    for index, value in found.items():
        if not 0 <= value <= 100:
            raise ParseError(f"{value} per cent at .{base}.{index}")
    return found
