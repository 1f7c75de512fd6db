"""A Catalyst switch behind SSH: shell and exec channel, the limits of an old switch, and faults of single commands.

What it says is in `ios_device` and its renderers, how it says it in `ios_cli`, the wire in `command_line`; with
`operating_system: catos` it speaks as `catos_cli` does. What each
switch was told stands in `<state>/ios/<switch>.log`, one line per command, `!` before those it refused because they
would have changed it.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

from pacs_rounds.lab import ssh
from pacs_rounds.lab.catos_cli import CatosCli
from pacs_rounds.lab.command_line import BROKEN, Log, Running, Session
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.lab.kinds import Closable, Device, Lab

SPEAKS = {"ios": IosCli, "catos": CatosCli}


def command_log(state: Path, name: str) -> Path:
    """The file that keeps what a switch was told since the lab started."""
    return state / "ios" / f"{name}.log"


class _Switch:
    """One device: its sessions share state, log and the number of virtual terminals."""

    def __init__(self, device: Device, lab: Lab, switch: IosDevice) -> None:
        self.device, self.switch = device, switch
        self.log = Log(command_log(lab.state, device.name))
        self.sessions = 0
        self._speaks = SPEAKS[device.state["operating_system"]]

    async def serve(self, process: Any) -> None:
        """One shell or exec request."""
        if self.sessions >= self.switch.state["session"]["limit"]:
            process.stdout.write("\r\n% Connection refused: all virtual terminals are in use\r\n")
            process.exit(1)
            return
        self.sessions += 1
        try:
            with contextlib.suppress(*BROKEN):
                await Session(self._speaks(self.switch), process, self.device, self.log, self.switch.changes).run()
        finally:
            self.sessions -= 1


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the switch's command line on its address."""
    switch = _Switch(device, lab, IosDevice(device.name, device.address, device.state, time.time, lab.born or None))
    server = await ssh.listen(device, lab, switch.serve, encoding="utf-8", line_editor=False)
    return Running(server, switch.log)
