"""C-ECHO ten times a second through a service address, each try a task of its own: one that hangs hides none after.

Run as a program inside the pair's network, argv: address port file. The file gets the time of every success, one a
line. Written by hand and not with pynetdicom, so that watching costs little of the machine whose gap is measured; for
the same reason only few tries wait at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import struct
import sys
import time
from pathlib import Path

EVERY, CONNECT, PATIENCE, AT_ONCE = 0.1, 1.0, 5.0, 10
ENDINGS = (OSError, TimeoutError, asyncio.IncompleteReadError)
STATUS = struct.pack("<HHIH", 0, 0x0900, 2, 0)  # (0000,0900) Success


def _item(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(body)) + body


def _element(number: int, body: bytes) -> bytes:
    return struct.pack("<HHI", 0, number, len(body)) + body


def request() -> bytes:
    """A-ASSOCIATE-RQ for Verification in Implicit VR Little Endian."""
    context = struct.pack(">BBBB", 1, 0, 0, 0) + _item(0x30, b"1.2.840.10008.1.1") + _item(0x40, b"1.2.840.10008.1.2")
    user = _item(0x51, struct.pack(">I", 16384)) + _item(0x52, b"1.2.3.4")
    body = (struct.pack(">HH", 1, 0) + b"PACS".ljust(16) + b"PROBE".ljust(16) + bytes(32)
            + _item(0x10, b"1.2.840.10008.3.1.1.1") + _item(0x20, context) + _item(0x50, user))
    return struct.pack(">BBI", 1, 0, len(body)) + body


def echo() -> bytes:
    """P-DATA-TF with a C-ECHO-RQ."""
    words = (_element(0x0002, b"1.2.840.10008.1.1\0") + _element(0x0100, struct.pack("<H", 0x0030))
             + _element(0x0110, struct.pack("<H", 1)) + _element(0x0800, struct.pack("<H", 0x0101)))
    command = _element(0x0000, struct.pack("<I", len(words))) + words
    value = struct.pack(">IBB", len(command) + 2, 1, 3) + command
    return struct.pack(">BBI", 4, 0, len(value)) + value


async def _pdu(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readexactly(6)
    return head[0], await reader.readexactly(struct.unpack(">I", head[2:])[0])


async def _try(address: str, port: int) -> bool:
    reader, writer = await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT)
    try:
        writer.write(request())
        if (await _pdu(reader))[0] != 2:
            return False
        writer.write(echo())
        kind, body = await _pdu(reader)
        writer.write(struct.pack(">BBII", 5, 0, 4, 0))
        return kind == 4 and STATUS in body
    finally:
        writer.close()


async def _once(address: str, port: int, out: Path) -> None:
    with contextlib.suppress(*ENDINGS):
        if await asyncio.wait_for(_try(address, port), PATIENCE):
            with out.open("a") as file:
                file.write(f"{time.time():.3f}\n")


async def main(address: str, port: int, out: Path) -> None:
    """Until it is ended."""
    running = set()
    while True:
        if len(running) < AT_ONCE:
            task = asyncio.create_task(_once(address, port, out))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.sleep(EVERY)


def longest(out: Path, begin: float, end: float) -> float:
    """The longest time without a success between two moments."""
    times = [float(line) for line in out.read_text().splitlines()] if out.exists() else []
    inside = [begin, *sorted(one for one in times if begin < one < end), end]
    return round(max(later - sooner for sooner, later in itertools.pairwise(inside)), 2)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
