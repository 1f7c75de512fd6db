"""Devices, the lab they stand in, and the interface by which a kind of device is served.

A kind is a module of this package, named by `kind:` in lab/hospital.yml, with its defaults in lab/defaults/<kind>.yml
and one function:

    async def start(device: Device, lab: Lab) -> Closable

`start` binds `device.address` and returns what `close()`s it. All state is plain data in `device.state`, already
merged (defaults, entry, scenario) and checked. SSH devices use `ssh.listen`, which takes care of keys, log-in,
algorithms and the connection faults, so that a kind only writes what a session does; others use `sockets.listen`.
A kind must never block the event loop: everything runs in one process.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import os
import re
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pacs_rounds.model import BadInput

NOT_SERVED: frozenset[str] = frozenset()
"""Kinds that stand in lab/hospital.yml so that the site is whole, and have no simulation yet."""


class Closable(Protocol):
    """What `start` returns. `close` is called once, when the lab goes down; an asyncio or asyncssh server will do."""

    def close(self) -> None:
        """Stop listening."""


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated device. `state` is the merge of its kinds' defaults, its entry and the scenario."""

    name: str
    kinds: tuple[str, ...]
    address: str
    state: dict[str, Any]

    @property
    def faults(self) -> dict[str, Any]:
        """The faults every kind has; see lab/defaults/common.yml."""
        faults: dict[str, Any] = self.state["faults"]
        return faults

    async def pause(self) -> None:
        """Wait as long as `faults.delay_seconds` says. A kind calls this before each answer."""
        if self.faults["delay_seconds"]:
            await asyncio.sleep(self.faults["delay_seconds"])

    def recorded(self) -> Path | None:
        """The folder whose files are this device's answers, or None."""
        return Path(self.state["recorded"]) if self.state.get("recorded") else None


@dataclass(slots=True)
class Lab:
    """What all devices share. `state` is the lab's directory, `started` when this process started (epoch seconds).

    `born` is when the lab was first started; it is kept, so that uptimes and counters count from one moment and a
    second start of the lab does not look like a reboot of every device.
    """

    state: Path
    started: float
    born: float = 0.0
    devices: dict[str, Device] = field(default_factory=dict)

    @property
    def overlays(self) -> Path:
        """Where rendered files lie. Their path goes into shell scripts, so it must need no quoting."""
        if re.fullmatch(r"[\w./-]+", str(self.state)):
            return self.state / "hosts"
        mark = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"rounds-lab-{os.getuid()}-{mark}"


Start = Callable[[Device, Lab], Awaitable[Closable]]


def starter(kind: str) -> Start:
    """The `start` of a kind; BadInput when no module of this package has that name."""
    try:
        module = importlib.import_module(f"{__package__}.{kind}")
    except ModuleNotFoundError as error:
        if error.name != f"{__package__}.{kind}":
            raise
        raise BadInput("lab/hospital.yml", f"kind: nothing serves a {kind!r}",
                       f"write src/pacs_rounds/lab/{kind}.py, or correct the word") from None
    start: Start = module.start
    return start
