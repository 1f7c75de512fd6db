"""The few bytes of DICOM that a C-ECHO needs: PS3.8 upper-layer PDUs and the PS3.7 command set. Pure.

Written out here because the whole protocol of a verification is five messages: loading a complete DICOM library for
them costs each run half a second (docs/adr/0040-c-echo-from-its-own-pdus.md). The tests speak with pynetdicom, and
with DCMTK where Debian has installed it, on the other side.

Every integer of a PDU is big-endian; the command set inside is Implicit VR Little Endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, DATA_TF, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
NAMES = {ASSOCIATE_RQ: "A-ASSOCIATE-RQ", ASSOCIATE_AC: "A-ASSOCIATE-AC", ASSOCIATE_RJ: "A-ASSOCIATE-RJ",
         DATA_TF: "P-DATA-TF", RELEASE_RQ: "A-RELEASE-RQ", RELEASE_RP: "A-RELEASE-RP", ABORT: "A-ABORT"}
HEADER_BYTES = 6
LONGEST_PDU = 1 << 20
"""No answer to a C-ECHO is a megabyte long; what claims to be is not DICOM."""

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
VERIFICATION = "1.2.840.10008.1.1"
# The default transfer syntax: every SCP must know it (PS3.5 section 10.1), so nothing else is offered.
IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
IMPLEMENTATION_UID = "2.25.265686814222333516936474170750768443798"
IMPLEMENTATION_VERSION = "PACS_ROUNDS_1"
CONTEXT_ID = 1
MESSAGE_ID = 1
MAX_PDU_BYTES = 16384

# PS3.8 table 9-21, by source and reason.
REJECT_REASONS = {
    (1, 1): "no reason given", (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognised", (1, 7): "called AE title not recognised",
    (2, 1): "no reason given by its association service", (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion", (3, 2): "local limit exceeded",
}
# PS3.8 table 9-18.
CONTEXT_RESULTS = {1: "rejected by the user", 2: "no reason given", 3: "abstract syntax not supported",
                   4: "transfer syntaxes not supported"}
# PS3.7 annex C, and section 9.1.5 for what a verification may answer.
STATUSES = {0x0000: "success", 0x0110: "processing failure", 0x0122: "SOP class not supported",
            0x0124: "not authorised", 0x0210: "duplicate invocation", 0x0211: "unrecognised operation",
            0x0212: "mistyped argument"}

ECHO_RQ, ECHO_RSP, NO_DATA_SET = 0x0030, 0x8030, 0x0101


class ProtocolError(ValueError):
    """The bytes are not what DICOM lets a peer send here; the text says why in a few words."""


@dataclass(slots=True)
class Accepted:
    """What an A-ASSOCIATE-AC says. `contexts` maps presentation context id to its result (0 is acceptance)."""

    contexts: dict[int, int] = field(default_factory=dict)
    implementation_uid: str = ""
    implementation_version: str = ""


def _item(kind: int, body: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(body)) + body


def _pdu(kind: int, body: bytes) -> bytes:
    return struct.pack(">BxI", kind, len(body)) + body


def associate_rq(called: str, calling: str) -> bytes:
    """A-ASSOCIATE-RQ proposing one presentation context, Verification. Titles are at most 16 ASCII characters."""
    context = struct.pack(">Bxxx", CONTEXT_ID) + _item(0x30, VERIFICATION.encode())
    context += _item(0x40, IMPLICIT_VR_LITTLE_ENDIAN.encode())
    user = _item(0x51, struct.pack(">I", MAX_PDU_BYTES)) + _item(0x52, IMPLEMENTATION_UID.encode())
    user += _item(0x55, IMPLEMENTATION_VERSION.encode())
    fixed = struct.pack(">Hxx16s16s32x", 1, called.ljust(16).encode("ascii"), calling.ljust(16).encode("ascii"))
    return _pdu(ASSOCIATE_RQ, fixed + _item(0x10, APPLICATION_CONTEXT.encode()) + _item(0x20, context)
                + _item(0x50, user))


def echo_rq() -> bytes:
    """P-DATA-TF with the C-ECHO-RQ command set (PS3.7 table 9.3-12); a verification has no data set."""
    sop_class = VERIFICATION.encode()
    elements = b"".join((
        _element(0x0002, sop_class + b"\0" * (len(sop_class) % 2)),
        _element(0x0100, struct.pack("<H", ECHO_RQ)),
        _element(0x0110, struct.pack("<H", MESSAGE_ID)),
        _element(0x0800, struct.pack("<H", NO_DATA_SET))))
    command = _element(0x0000, struct.pack("<I", len(elements))) + elements
    return _pdu(DATA_TF, struct.pack(">IBB", len(command) + 2, CONTEXT_ID, 0x03) + command)


def _element(number: int, value: bytes) -> bytes:
    return struct.pack("<HHI", 0x0000, number, len(value)) + value


def release_rq() -> bytes:
    """A-RELEASE-RQ."""
    return _pdu(RELEASE_RQ, bytes(4))


def release_rp() -> bytes:
    """A-RELEASE-RP, for a peer that asks for release itself."""
    return _pdu(RELEASE_RP, bytes(4))


def abort() -> bytes:
    """A-ABORT from the service user: tells the peer to forget the association now."""
    return _pdu(ABORT, bytes(4))


def header(data: bytes) -> tuple[int, int]:
    """PDU type and length of what follows. Raises ProtocolError for a type or length no DICOM peer sends."""
    kind, length = struct.unpack(">BxI", data)
    if kind not in NAMES:
        raise ProtocolError(f"no DICOM: the first byte of its answer is {kind:#04x}")
    if length > LONGEST_PDU:
        raise ProtocolError(f"no DICOM: a {NAMES[kind]} that claims {length} bytes")
    return kind, length


def _items(body: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(body):
        if place + 4 > len(body):
            raise ProtocolError("an item of the A-ASSOCIATE-AC is cut off")
        kind, length = struct.unpack_from(">BxH", body, place)
        place += 4
        if place + length > len(body):
            raise ProtocolError("an item of the A-ASSOCIATE-AC is longer than the message")
        yield kind, body[place:place + length]
        place += length


def _words(raw: bytes, limit: int) -> str:
    """Printable ASCII only: what a device says about itself goes into a record."""
    return "".join(chr(byte) for byte in raw[:limit] if 32 <= byte < 127).strip()


def accepted(body: bytes) -> Accepted:
    """Read the body of an A-ASSOCIATE-AC (PS3.8 table 9-17). Raises ProtocolError when its items do not add up."""
    if len(body) < 68:
        raise ProtocolError(f"an A-ASSOCIATE-AC of {len(body)} bytes")
    said = Accepted()
    for kind, value in _items(body[68:]):
        if kind == 0x21:
            if len(value) < 4:
                raise ProtocolError("a presentation context without result")
            said.contexts[value[0]] = value[2]
        elif kind == 0x50:
            for inner, words in _items(value):
                if inner == 0x52:
                    said.implementation_uid = _words(words, 64)
                elif inner == 0x55:
                    said.implementation_version = _words(words, 16)
    return said


def rejected(body: bytes) -> tuple[int, int, int]:
    """Result, source and reason of an A-ASSOCIATE-RJ."""
    if len(body) < 4:
        raise ProtocolError(f"an A-ASSOCIATE-RJ of {len(body)} bytes")
    return body[1], body[2], body[3]


def aborted(body: bytes) -> tuple[int, int]:
    """Source and reason of an A-ABORT."""
    if len(body) < 4:
        raise ProtocolError(f"an A-ABORT of {len(body)} bytes")
    return body[2], body[3]


def fragments(body: bytes) -> Iterator[tuple[bool, bool, bytes]]:
    """The presentation data values of a P-DATA-TF: (is command, is last, bytes)."""
    place = 0
    while place < len(body):
        if place + 6 > len(body):
            raise ProtocolError("a P-DATA-TF that is cut off")
        length, _, control = struct.unpack_from(">IBB", body, place)
        if length < 2 or place + 4 + length > len(body):
            raise ProtocolError("a P-DATA-TF whose parts are longer than the message")
        yield bool(control & 1), bool(control & 2), body[place + 6:place + 4 + length]
        place += 4 + length


def echo_status(command: bytes) -> int:
    """The status of a C-ECHO-RSP command set. Raises ProtocolError when it is another message or has no status."""
    values: dict[int, int] = {}
    place = 0
    while place < len(command):
        if place + 8 > len(command):
            raise ProtocolError("a command set that is cut off")
        group, number, length = struct.unpack_from("<HHI", command, place)
        place += 8
        if group != 0 or place + length > len(command):
            raise ProtocolError("a command set whose elements do not add up")
        if length == 2:
            values[number] = struct.unpack_from("<H", command, place)[0]
        place += length
    if values.get(0x0100) != ECHO_RSP:
        raise ProtocolError(f"command {values.get(0x0100, 0):#06x} in place of a C-ECHO response")
    if values.get(0x0120) != MESSAGE_ID:
        raise ProtocolError(f"a response to message {values.get(0x0120)}, which nobody sent")
    if 0x0900 not in values:
        raise ProtocolError("a C-ECHO response without status")
    return values[0x0900]
