"""SNMP agents of the lab: one UDP socket per device in the lab's one process, answering from rows its kind renders.

A kind's `start` calls `listen(device, lab, rows)`; its defaults carry the `snmp:` block that lab/defaults/ibm_imm.yml
explains. `rows()` gives (oid, type, value) in any order: "integer", "counter32", "gauge32", "counter64", "timeticks"
(hundredths of a second) with an int, "string" with str or bytes, "oid" and "ip_address" with their dotted text.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable
from typing import Any

from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.lab.snmp_agent import Agent, Row
from pacs_rounds.lab.sockets import Nothing

__all__ = ["Row", "listen", "system_group"]


class _Endpoint(asyncio.DatagramProtocol):
    """One agent's socket; late, mute or forthcoming as the faults say."""

    def __init__(self, device: Device, agent: Agent) -> None:
        self.device, self.agent = device, agent
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        faults, settings = self.device.faults, self.device.state["snmp"]
        if settings["silent"] or faults["silent"] or faults["black_hole"]:
            return
        answer = self.agent.answer(data)
        if answer is None:
            return
        delay = settings["delay_seconds"] or faults["delay_seconds"]
        if delay:
            asyncio.get_running_loop().call_later(delay, self._send, answer, addr)
        else:
            self._send(answer, addr)

    def _send(self, answer: bytes, addr: Any) -> None:
        if not self.transport.is_closing():
            self.transport.sendto(answer, addr)


async def listen(device: Device, lab: Lab, rows: Callable[[], Iterable[Row]]) -> Closable:
    """Answer on the device's address; OSError when it is taken, ValueError when a row is no SNMP value."""
    settings = device.state["snmp"]
    agent = Agent(settings, rows, time.time, engine_id(device.name), lab.born)
    agent.table()  # what cannot be rendered must show when the lab starts, not in silence later
    if settings["no_listener"] or device.faults["refuse_connection"]:
        return Nothing()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Endpoint(device, agent), local_addr=(device.address, int(settings["port"])))
    return transport


def engine_id(name: str) -> bytes:
    """An engine's id (RFC 3411: IBM's enterprise number, format 5, eight octets), the same at each start."""
    return b"\x80\x00\x00\x02\x05" + hashlib.sha256(name.encode()).digest()[:8]


def system_group(description: str, object_id: str, uptime_seconds: float, contact: str = "", name: str = "",
                 location: str = "") -> list[Row]:
    """1.3.6.1.2.1.1: who the device says it is."""
    base = "1.3.6.1.2.1.1"
    return [(f"{base}.1.0", "string", description), (f"{base}.2.0", "oid", object_id),
            (f"{base}.3.0", "timeticks", int(uptime_seconds * 100) % 2**32), (f"{base}.4.0", "string", contact),
            (f"{base}.5.0", "string", name), (f"{base}.6.0", "string", location), (f"{base}.7.0", "integer", 72)]
