"""Listening with the faults a whole address can have: refused, swallowed, silent. For every kind of device."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

from pacs_rounds.lab.kinds import Closable, Device

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Nothing:
    """Stands for a device that does not listen."""

    def close(self) -> None:
        """Nothing to close."""


class BlackHole:
    """Swallows connection attempts: a listening socket whose queue is full makes the kernel drop what arrives."""

    def __init__(self, address: str, port: int) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((address, port))
        self._listener.listen(0)
        self._filler = socket.create_connection((address, port), timeout=2)

    def close(self) -> None:
        """Free the address."""
        self._filler.close()
        self._listener.close()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        await reader.read()
    writer.close()


async def faulty(device: Device, port: int) -> Closable | None:
    """The stand-in for a device that refuses, swallows or never answers; None when it has no such fault."""
    if device.faults["refuse_connection"]:
        return Nothing()
    if device.faults["black_hole"]:
        return BlackHole(device.address, port)
    if device.faults["silent"]:
        return await asyncio.start_server(_say_nothing, device.address, port)
    return None


async def listen(device: Device, port: int, handler: Handler) -> Closable:
    """Serve plain TCP on the device's address, or its fault. OSError when the address is taken."""
    return await faulty(device, port) or await asyncio.start_server(handler, device.address, port, backlog=64)
