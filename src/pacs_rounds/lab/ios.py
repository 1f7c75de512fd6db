"""A Catalyst switch behind SSH: shell and exec channel, the limits of an old switch, and faults of single commands.

What it says is in `ios_device` and its renderers, how it says it in `ios_cli`; here are only the wire and the time.
What each switch was told stands in `<state>/ios/<switch>.log`, one line per command, `!` before those it refused
because they would have changed it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Any

import asyncssh

from pacs_rounds.lab import ssh
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.lab.kinds import Closable, Device, Lab

_BROKEN = (OSError, asyncssh.Error, asyncio.IncompleteReadError)


def command_log(state: Path, name: str) -> Path:
    """The file that keeps what a switch was told since the lab started."""
    return state / "ios" / f"{name}.log"


class _Log:
    """Writes each received line at once, so that a test or a person can look while the lab runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")

    def keep(self, device: IosDevice, lines: list[str]) -> None:
        for line in lines:
            self._file.write(f"{'! ' if line in device.changes else ''}{line}\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class _Switch:
    """One device: its sessions share state, log and the number of virtual terminals."""

    def __init__(self, device: Device, lab: Lab, switch: IosDevice) -> None:
        self.device, self.switch = device, switch
        self.log = _Log(command_log(lab.state, device.name))
        self.sessions = 0

    async def serve(self, process: Any) -> None:
        """One shell or exec request."""
        if self.sessions >= self.switch.state["session"]["limit"]:
            process.stdout.write("\r\n% Connection refused: all virtual terminals are in use\r\n")
            process.exit(1)
            return
        self.sessions += 1
        try:
            with contextlib.suppress(*_BROKEN):
                await _Session(self, process).run()
        finally:
            self.sessions -= 1

    def close(self) -> None:
        self.log.close()


class _Session:
    """One session: feeds the command line and does to its output what the faults ask for."""

    def __init__(self, owner: _Switch, process: Any) -> None:
        self.owner, self.process = owner, process
        self.cli = IosCli(owner.switch)
        self.sent = 0

    async def run(self) -> None:
        if self.process.command is not None:
            await self._answer(self.cli.run(self.process.command))
            self.process.exit(0)
            return
        self._write(self.cli.greeting())
        while not self.cli.closed:
            try:
                data = await self.process.stdin.read(4096)
            except (asyncssh.TerminalSizeChanged, asyncssh.BreakReceived):
                continue
            if not data:
                break
            await self._answer(self.cli.feed(data))
        self.process.exit(0)

    async def _answer(self, text: str) -> None:
        """Send what a command prints, late, never, or only in part."""
        begun, self.cli.executed = self.cli.executed, []
        if not begun:
            self._write(text)
            return
        self.owner.log.keep(self.owner.switch, begun)
        faults = self.owner.device.faults
        await self.owner.device.pause()
        if any(line in faults["hang"] for line in begun):
            self._write("".join(f"{line}\r\n" for line in begun[-1:]))
            await self._swallow()
            return
        drop = self.owner.switch.state["session"]["drop_during"]
        for line in begun:
            if line in drop:
                await self._lose(text[:len(line) + 2 + int(drop[line])])
                return
        self._write(text)
        await self._drained()

    async def _swallow(self) -> None:
        """Say nothing any more until the other side gives up."""
        while not self.cli.closed:
            with contextlib.suppress(asyncssh.TerminalSizeChanged, asyncssh.BreakReceived):
                self.cli.closed = not await self.process.stdin.read(4096)

    def _write(self, text: str) -> None:
        limit = self.owner.device.faults["cut_connection_after"]
        if limit and self.sent + len(text) > limit:
            self.process.stdout.write(text[:max(limit - self.sent, 0)])
            self.process.channel.get_connection().abort()
            self.cli.closed = True
            return
        self.sent += len(text)
        self.process.stdout.write(text)

    async def _lose(self, text: str) -> None:
        """Send the beginning and lose the connection, as when a switch restarts."""
        self.process.stdout.write(text)
        await self._drained()
        await asyncio.sleep(0.05)
        self.process.channel.get_connection().abort()
        self.cli.closed = True

    async def _drained(self) -> None:
        with contextlib.suppress(*_BROKEN):
            await self.process.stdout.drain()


class _Running:
    """Server and log of one device, closed together."""

    def __init__(self, server: Closable, switch: _Switch) -> None:
        self._server, self._switch = server, switch

    def close(self) -> None:
        self._server.close()
        self._switch.close()


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the switch's command line on its address."""
    switch = _Switch(device, lab, IosDevice(device.name, device.address, device.state, time.time, lab.born or None))
    server = await ssh.listen(device, lab, switch.serve, encoding="utf-8", line_editor=False)
    return _Running(server, switch)
