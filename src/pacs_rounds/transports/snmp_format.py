r"""SNMP values as net-snmp's `-On` prints them, so that what we keep and what a person collects by hand are one text.

    .1.3.6.1.2.1.1.3.0 = Timeticks: (8445123) 23:27:31.23
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from pysnmp.proto import rfc1905

Oid = tuple[int, ...]

NO_OBJECT = "No Such Object available on this agent at this OID"
NO_INSTANCE = "No Such Instance currently exists at this OID"
END_OF_MIB = "No more variables left in this MIB View (It is past the end of the MIB tree)"
VERSION_1_END = "End of MIB"
_HEX_OCTETS_A_LINE = 16
_PLAIN = frozenset(range(32, 127)) | frozenset(b"\t\n\v\f\r")


def dotted(oid: Oid) -> str:
    """With a leading dot."""
    return "".join(f".{part}" for part in oid)


def line(oid: Oid, value: Any) -> str:
    """One value as it is printed; strings and hex strings may take several lines. Ends without a newline."""
    return f"{dotted(oid)} = {printed(value)}"


def printed(value: Any) -> str:
    """What stands behind the equals sign, for a value of pysnmp."""
    writer = _WRITERS.get(type(value).__name__)
    if writer is None:
        raise TypeError(f"no SNMP value: {type(value).__name__}")
    return writer(value)


def is_end(value: Any) -> bool:
    """Whether an agent said that nothing follows."""
    return isinstance(value, rfc1905.EndOfMibView)


def _hex(octets: bytes) -> str:
    rows = [octets[at:at + _HEX_OCTETS_A_LINE] for at in range(0, len(octets), _HEX_OCTETS_A_LINE)]
    return "\n".join("".join(f"{octet:02X} " for octet in row) for row in rows)


def _string(value: Any) -> str:
    octets = bytes(value)
    if not octets:
        return '""'
    if not _PLAIN.issuperset(octets):
        return f"Hex-STRING: {_hex(octets)}"
    return 'STRING: "' + octets.decode("ascii").replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ticks(value: Any) -> str:
    ticks = int(value)
    days, rest = divmod(ticks, 8_640_000)
    hours, rest = divmod(rest, 360_000)
    minutes, rest = divmod(rest, 6_000)
    named = {0: "", 1: "1 day, "}.get(days, f"{days} days, ")
    return f"Timeticks: ({ticks}) {named}{hours}:{minutes:02}:{rest // 100:02}.{rest % 100:02}"


def _opaque(value: Any) -> str:
    octets = bytes(value)
    if octets[:3] == b"\x9f\x78\x04" and len(octets) == 7:
        return f"Opaque: Float: {struct.unpack('>f', octets[3:])[0]:f}"
    if octets[:3] == b"\x9f\x79\x08" and len(octets) == 11:
        return f"Opaque: Double: {struct.unpack('>d', octets[3:])[0]:f}"
    return f"OPAQUE: {_hex(octets)}"


def _named(word: str) -> Callable[[Any], str]:
    return lambda value: f"{word}: {int(value)}"


def _said(words: str) -> Callable[[Any], str]:
    return lambda value: words


_WRITERS: dict[str, Callable[[Any], str]] = {
    "Integer": _named("INTEGER"), "Integer32": _named("INTEGER"), "Counter": _named("Counter32"),
    "Counter32": _named("Counter32"), "Gauge": _named("Gauge32"), "Gauge32": _named("Gauge32"),
    "Unsigned32": _named("Gauge32"), "Counter64": _named("Counter64"), "TimeTicks": _ticks,
    "OctetString": _string, "Bits": _string, "Opaque": _opaque, "Null": _said("NULL"),
    "ObjectIdentifier": lambda value: f"OID: {dotted(tuple(value))}",
    "ObjectName": lambda value: f"OID: {dotted(tuple(value))}",
    "ObjectIdentity": lambda value: f"OID: {dotted(tuple(value))}",
    "IpAddress": lambda value: "IpAddress: " + ".".join(map(str, bytes(value))),
    "NetworkAddress": lambda value: "IpAddress: " + ".".join(map(str, bytes(value[0]))),
    "NoSuchObject": _said(NO_OBJECT), "NoSuchInstance": _said(NO_INSTANCE), "EndOfMibView": _said(END_OF_MIB)}

MISSING = rfc1905.NoSuchObject("")
"""What version 3 says of an object an agent lacks; put in where version 1 only says noSuchName."""
