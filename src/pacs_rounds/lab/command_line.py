"""What every simulated command line shares: its log, its sessions over SSH, and the faults of single commands.

A kind brings its own `Cli` (prompt, echo, pager, answers: pure) and its own device; here are only the wire and time.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Any, Protocol

import asyncssh

from pacs_rounds.lab.kinds import Closable, Device

BROKEN = (OSError, asyncssh.Error, asyncio.IncompleteReadError)


class Cli(Protocol):
    """One session without a network. After each `feed` the server looks at `closed` (the session ended) and `executed`
    (command lines begun since the last look, for faults that belong to a command)."""

    closed: bool
    executed: list[str]

    def greeting(self) -> str:
        """What a new session prints first."""

    def feed(self, data: str) -> str:
        """Take characters from the terminal and give back what the device writes, with CR LF."""

    def run(self, command: str) -> str:
        """The exec channel: one command, no pager, no echo."""


class Log:
    """Writes each received line at once, so that a test or a person can look while the lab runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")

    def keep(self, changes: list[str], lines: list[str]) -> None:
        """One line per command, `!` before those the device refused because they would have changed it."""
        for line in lines:
            self._file.write(f"{'! ' if line in changes else ''}{line}\n")
        self._file.flush()

    def close(self) -> None:
        """End the file."""
        self._file.close()


class Session:
    """One session: feeds the command line and does to its output what the faults ask for. `changes` is the device's own
    list of what it refused, `drop_during` maps a command to the characters after which the session is lost."""

    def __init__(self, cli: Cli, process: Any, device: Device, log: Log, changes: list[str]) -> None:
        self.cli, self.process, self.device, self.log, self.changes = cli, process, device, log, changes
        self.drop_during: dict[str, Any] = device.state["session"]["drop_during"]
        self.sent = 0

    async def run(self) -> None:
        """Until the client or the device ends it."""
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
        self.log.keep(self.changes, begun)
        await self.device.pause()
        if any(line in self.device.faults["hang"] for line in begun):
            self._write("".join(f"{line}\r\n" for line in begun[-1:]))
            await self._swallow()
            return
        for line in begun:
            if line in self.drop_during:
                await self._lose(text[:len(line) + 2 + int(self.drop_during[line])])
                return
        self._write(text)
        await self._drained()

    async def _swallow(self) -> None:
        """Say nothing any more until the other side gives up."""
        while not self.cli.closed:
            with contextlib.suppress(asyncssh.TerminalSizeChanged, asyncssh.BreakReceived):
                self.cli.closed = not await self.process.stdin.read(4096)

    def _write(self, text: str) -> None:
        limit = self.device.faults["cut_connection_after"]
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
        with contextlib.suppress(*BROKEN):
            await self.process.stdout.drain()


class Running:
    """Server and log of one device, closed together."""

    def __init__(self, server: Closable, log: Log) -> None:
        self._server, self._log = server, log

    def close(self) -> None:
        """Stop listening and end the log."""
        self._server.close()
        self._log.close()


def substitute(state: dict[str, Any], line: str, unknown: str, flood: str) -> str | None:
    """What a fault or a recording prints for a command line exactly as it was sent, or None. `unknown` is what the
    device says to a command it does not have, `flood` the line of which a flooding one has no end."""
    faults = state["faults"]
    if line in faults["missing"]:
        return unknown
    if line in faults["flood"]:
        return flood * (int(faults["flood"][line]) // len(flood) + 1)
    literal = faults["answers"].get(line)
    if literal is None:
        return _recorded(state, line)
    said = str(literal.get("text", "") if isinstance(literal, dict) else literal)
    return said if not said or said.endswith("\n") else f"{said}\n"


def _recorded(state: dict[str, Any], line: str) -> str | None:
    """The text of `<command with underscores>.txt` in the folder of recorded outputs, where there is one."""
    if not state.get("recorded"):
        return None
    file = Path(state["recorded"]) / (re.sub(r"[^A-Za-z0-9]+", "_", line).strip("_") + ".txt")
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None


def shortened(state: dict[str, Any], line: str, text: str) -> str:
    """The text up to where `faults.truncate` breaks it off."""
    limit = state["faults"]["truncate"].get(line)
    return text if limit is None else text[:int(limit)] + "\n"
