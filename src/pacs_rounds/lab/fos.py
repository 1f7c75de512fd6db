"""A Fabric OS switch behind SSH: shell and exec channel, few sessions, faults of single commands.

What it says is in `fos_device` and its renderers, how it says it in `fos_cli`, the wire in `command_line`. What each
switch was told stands in `<state>/fos/<switch>.log`, one line per command, `!` before those it refused because they
would have changed it.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

from pacs_rounds.lab import ssh
from pacs_rounds.lab.command_line import BROKEN, Log, Running, Session
from pacs_rounds.lab.fos_cli import FULL, FosCli
from pacs_rounds.lab.fos_device import FosDevice
from pacs_rounds.lab.kinds import Closable, Device, Lab


def command_log(state: Path, name: str) -> Path:
    """The file that keeps what a switch was told since the lab started."""
    return state / "fos" / f"{name}.log"


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
                await Session(FosCli(self.switch), process, self.device, self.log, self.switch.changes).run()
        finally:
            self.sessions -= 1


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the switch's command line on its address."""
    switch = _Switch(device, lab)
    server = await ssh.listen(device, lab, switch.serve, encoding="utf-8", line_editor=False)
    return Running(server, switch.log)
