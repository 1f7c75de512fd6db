"""BER as SNMP uses it (RFC 1157, RFC 3416): just enough for the lab's agents, and not the code of our own client."""

from __future__ import annotations

from dataclasses import dataclass

Oid = tuple[int, ...]

INTEGER, OCTETS, NULL, OBJECT, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82
GET, GETNEXT, RESPONSE, SET, GETBULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8
TAGS = {"integer": 0x02, "string": 0x04, "oid": 0x06, "ip_address": 0x40, "counter32": 0x41, "gauge32": 0x42,
        "timeticks": 0x43, "counter64": 0x46}
COUNTER64 = TAGS["counter64"]


class BerError(ValueError):
    """Octets that are no message of ours; an agent drops them."""


def tlv(tag: int, body: bytes) -> bytes:
    """Tag, length, body."""
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 128 | len(length))) + length + body


def number(value: int, tag: int = INTEGER) -> bytes:
    """An integer in its shortest form."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def octets(value: bytes) -> bytes:
    """An octet string."""
    return tlv(OCTETS, value)


def sequence(*parts: bytes) -> bytes:
    """A sequence of what is encoded already."""
    return tlv(SEQUENCE, b"".join(parts))


def object_id(oid: Oid) -> bytes:
    """An object identifier."""
    body = bytearray()
    for part in (oid[0] * 40 + oid[1], *oid[2:]):
        chunk = [part & 127]
        while part := part >> 7:
            chunk.append(part & 127 | 128)
        body += bytes(reversed(chunk))
    return tlv(OBJECT, bytes(body))


def value(kind: str, what: object) -> bytes:
    """A row's value: `kind` is a key of TAGS. ValueError says what does not fit."""
    if kind == "string":
        return octets(what if isinstance(what, bytes) else str(what).encode("utf-8"))
    if kind == "oid":
        return object_id(tuple(int(part) for part in str(what).strip(".").split(".")))
    if kind == "ip_address":
        return tlv(TAGS[kind], bytes(int(part) for part in str(what).split(".")))
    if kind not in TAGS or not isinstance(what, int):
        raise ValueError(f"no SNMP value: {kind} {what!r}")
    low, high = (-2**31, 2**31) if kind == "integer" else (0, 2**64 if kind == "counter64" else 2**32)
    if not low <= what < high:
        raise ValueError(f"{what} is no {kind}")
    return number(what, TAGS[kind])


@dataclass(slots=True)
class Reader:
    """Reads one value after the other; BerError where there is none."""

    data: bytes
    at: int = 0

    def next(self, *tags: int) -> tuple[int, bytes]:
        """Tag and body of the next value, which must have one of the tags."""
        data, at = self.data, self.at
        if at + 2 > len(data):
            raise BerError("too short")
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 128:
            count = size & 127
            if not 0 < count < 5 or at + count > len(data):
                raise BerError("no length")
            size, at = int.from_bytes(data[at:at + count]), at + count
        if at + size > len(data) or (tags and tag not in tags):
            raise BerError(f"tag {tag:#x}, {size} octets")
        self.at = at + size
        return tag, data[at:at + size]

    def number(self) -> int:
        """The next value, an integer."""
        return int.from_bytes(self.next(INTEGER)[1], signed=True)

    def octets(self) -> bytes:
        """The next value, an octet string."""
        return self.next(OCTETS)[1]

    def inside(self, *tags: int) -> Reader:
        """A reader of what the next value holds."""
        return Reader(self.next(*(tags or (SEQUENCE,)))[1])

    def object_id(self) -> Oid:
        """The next value, an object identifier."""
        parts, part = list[int](), 0
        for octet in self.next(OBJECT)[1]:
            part = part << 7 | octet & 127
            if not octet & 128:
                parts.append(part)
                part = 0
        if not parts:
            return (0, 0)
        top = min(parts[0] // 40, 2)
        return (top, parts[0] - 40 * top, *parts[1:])

    @property
    def more(self) -> bool:
        """Whether anything follows."""
        return self.at < len(self.data)
