"""Is anybody behind this UDP port? A closed one answers at once with ICMP, which pysnmp's shared socket cannot see."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from pacs_rounds.transports.snmp_session import UnreachableError, network_words

# An SNMPv3 message that asks an agent for its engine id (RFC 3414, section 4): no user, no security, no variable.
DISCOVERY = bytes.fromhex(
    "303a 020103 300f 02024a69 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400"
    "3012 0400 0400 a00c 02023717 020100 020100 3000")


class _Probe(asyncio.DatagramProtocol):
    """A connected socket: the kernel tells it, and only it, what ICMP said."""

    def __init__(self) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.sendto(DISCOVERY)  # type: ignore[attr-defined]

    def error_received(self, exc: Exception) -> None:
        if not self.closed.done():
            self.closed.set_result(network_words(exc))


async def until_closed(work: Coroutine[Any, Any, None], address: str, port: int) -> None:
    """Do `work` unless the network says first that nobody is there: UnreachableError then."""
    loop = asyncio.get_running_loop()
    main = loop.create_task(work)
    transport = None
    try:
        transport, probe = await loop.create_datagram_endpoint(_Probe, remote_addr=(address, port))
        either: list[asyncio.Future[Any]] = [main, probe.closed]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not main.done():
            raise UnreachableError(probe.closed.result())
        await main
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
        raise UnreachableError(network_words(error)) from None
    finally:
        if transport:
            transport.close()
        main.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):  # said above, or no longer wanted
            await main
