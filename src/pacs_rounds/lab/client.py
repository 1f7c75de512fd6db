"""A client PC: accepts a TCP connection and closes it."""

from __future__ import annotations

import asyncio

from pacs_rounds.lab import sockets
from pacs_rounds.lab.kinds import Closable, Device, Lab


async def _close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def start(device: Device, lab: Lab) -> Closable:
    """Listen on the client's port."""
    return await sockets.listen(device, device.state["port"], _close)
