"""SNMP agents for tests: the lab's own, on addresses the test names, without the rest of the hospital."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacs_rounds.lab import snmp
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.lab.snmp_agent import Agent, Row
from pacs_rounds.transports.endpoint import Endpoint

SETTINGS: dict[str, Any] = {
    "port": 0, "versions": ["1", "3"], "community": "test-community", "user": "rounds", "auth_protocol": "SHA",
    "auth_key": "auth-words-1", "priv_protocol": "AES", "priv_key": "priv-words-2", "max_message_bytes": 1472,
    "no_listener": False, "silent": False, "delay_seconds": 0.0, "hang_below": [], "values": {}, "loop_at": "",
    "error_below": [], "not_in_time_window": False, "garbage": False}
FAULTS = {"refuse_connection": False, "black_hole": False, "silent": False, "delay_seconds": 0.0}

ROWS: list[Row] = [
    *snmp.system_group("A test agent\nof two lines, with a \\ and a \"", "1.3.6.1.4.1.2.6.158", 84451.23, name="imm"),
    ("1.3.6.1.4.1.2.3.51.3.1.1.1.0", "integer", -3),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.2.1", "string", "CPU 1"),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.2.2", "string", ""),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.2.10", "string", bytes(range(20))),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.3.1", "counter32", 4294967295),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.4.1", "gauge32", 4294967295),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.5.1", "counter64", 2**64 - 1),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.6.1", "ip_address", "10.1.2.3"),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.7.1", "oid", "1.3.6.1.4.1.2"),
    ("1.3.6.1.4.1.2.3.51.3.1.2.1.8.1", "timeticks", 8640001),
    ("1.3.6.1.4.1.2.3.51.4.1.0", "integer", 7),
]


def settings(**changes: Any) -> dict[str, Any]:
    """An agent's `snmp:` block."""
    return {**SETTINGS, **changes}


@dataclass(frozen=True, slots=True)
class Running:
    """An agent that listens; `agent.seen` tells what it was asked."""

    agent: Agent
    address: str
    port: int

    def endpoint(self, deadline: float = 20.0, connect: float = 4.0, **changes: Any) -> Endpoint:
        """How it is reached with SETTINGS' credentials; None takes a setting away."""
        way = {"address": self.address, "port": self.port, "versions": ["3", "1"], "user": "rounds",
               "auth_protocol": "SHA", "auth_key": "auth-words-1", "priv_protocol": "AES", "priv_key": "priv-words-2",
               "community": "test-community", **changes}
        return Endpoint(f"agent-{self.port}", "127.0.0.1", deadline_seconds=deadline, connect_seconds=connect,
                        ways={"snmp": {key: value for key, value in way.items() if value is not None}})


class Agents:
    """A thread with the agents' event loop; use as a context manager."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.open: list[Closable] = []

    def __enter__(self) -> Agents:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.open:
            self.loop.call_soon_threadsafe(one.close)
        self.loop.call_soon_threadsafe(self.loop.call_later, 0.05, self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    def start(self, rows: Iterable[Row] | Callable[[], Iterable[Row]] = tuple(ROWS), name: str = "agent",
              **changes: Any) -> Running:
        """An agent on a free port. Agents of one name have one engine id."""
        device = Device(name, ("snmp",), "127.66.1.1", {"snmp": settings(**changes), "faults": dict(FAULTS)})
        render = rows if callable(rows) else lambda: rows
        transport: Any = asyncio.run_coroutine_threadsafe(
            snmp.listen(device, Lab(Path("/nonexistent"), time.time(), time.time() - 5000), render),
            self.loop).result(5)
        self.open.append(transport)
        address, port = transport.get_extra_info("sockname")
        return Running(transport.get_protocol().agent, address, port)
