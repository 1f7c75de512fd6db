"""A Fabric OS switch behind SSH: shell and exec channel, few sessions, faults of single commands.

What it says is in `fos_device` and its renderers, how it says it in `fos_cli`, the wire in `command_line`. What each
switch was told stands in `<state>/fos/<switch>.log`, one line per command, `!` before those it refused because they
would have changed it.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncssh

from pacs_rounds.lab import ssh
from pacs_rounds.lab.command_line import BROKEN, Log, Running, Session
from pacs_rounds.lab.fos_cli import FULL, FosCli
from pacs_rounds.lab.fos_device import FosDevice
from pacs_rounds.lab.fos_loading import Wanted
from pacs_rounds.lab.kinds import Closable, Device, Lab

FETCH_SECONDS = 10.0


def command_log(state: Path, name: str) -> Path:
    """The file that keeps what a switch was told since the lab started."""
    return state / "fos" / f"{name}.log"


class _Session(Session):
    """One that copies a file by scp where configdownload asks for it: only switches to rehearse a restore on do."""

    async def _answer(self, text: str) -> None:
        await super()._answer(text)
        cli = self.cli
        if isinstance(cli, FosCli) and cli.wanted:
            self._write(cli.fetched(await _copied(cli.wanted, int(self.device.state["session"]["scp_port"]))))
            await self._drained()


async def _copied(wanted: Wanted, port: int) -> str | None:
    """The file's text, or None where it cannot be had. A switch knows no host keys."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with asyncssh.connect(
                    wanted.host, port, username=wanted.user, password=wanted.password, known_hosts=None, config=None,
                    client_keys=None, connect_timeout=FETCH_SECONDS) as server:
                await asyncssh.scp((server, wanted.path), folder)
            return next(Path(folder).iterdir()).read_text(encoding="utf-8")
    except (OSError, asyncssh.Error, StopIteration, UnicodeDecodeError):
        return None


class _Switch:
    """One device: its sessions share state, log and the few places for sessions."""

    def __init__(self, device: Device, lab: Lab) -> None:
        self.device = device
        self.switch = FosDevice(device.name, device.address, device.state, time.time, lab.born or None)
        self.log = Log(command_log(lab.state, device.name))
        self.sessions = 0

    async def serve(self, process: Any) -> None:
        """One shell or exec request; one too many is told so after the log-in, and ended."""
        session = self.device.state["session"]
        if self.sessions + int(session["taken"]) >= int(session["limit"]):
            process.stdout.write(FULL.format(user=self.device.state["ssh"]["user"], limit=session["limit"]))
            process.exit(1)
            return
        self.sessions += 1
        try:
            with contextlib.suppress(*BROKEN):
                await _Session(FosCli(self.switch), process, self.device, self.log, self.switch.changes).run()
        finally:
            self.sessions -= 1


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the switch's command line on its address."""
    switch = _Switch(device, lab)
    server = await ssh.listen(device, lab, switch.serve, encoding="utf-8", line_editor=False)
    return Running(server, switch.log)
