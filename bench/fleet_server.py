"""Simulated switches that cost almost nothing: one process, one address each, texts rendered before the first caller.

    fleet_server.py FOLDER COUNT

Writes FOLDER/fleet.json (addresses, port, login) and FOLDER/known_hosts.txt, then says `ready`, and serves until it is
ended. The texts are those of the lab's 2960-S; every switch says the same.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import asyncssh

from pacs_rounds import catalogue
from pacs_rounds.lab import hospital
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice

PORT = 2222
USER, PASSWORD = "rounds", "bench-only"
PROMPT = "switch#"


def addresses(count: int) -> dict[str, str]:
    """sw-001 -> 127.14.1.1 and so on, 200 to a network."""
    return {f"sw-{number + 1:03d}": f"127.14.{number // 200 + 1}.{number % 200 + 1}" for number in range(count)}


def texts() -> dict[str, str]:
    """Command -> what the switch prints, with CR LF."""
    device = hospital.load()["access-3"]
    switch = IosDevice(device.name, device.address, device.state, time.time, None)
    cli = IosCli(switch)
    cli.level = 15
    commands = [one.command for one in catalogue.commands(catalogue.select(["catalyst.*"]))]
    return {command: cli.run(command).replace("\r\n", "\n").replace("\n", "\r\n") for command in commands}


class _Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username == USER and password == PASSWORD

    def session_requested(self) -> Any:
        return _Session()


class _Session(asyncssh.SSHServerSession[str]):
    """A privileged command line without pager: what is typed is echoed, a whole line is answered."""

    said: dict[str, str]

    def __init__(self) -> None:
        self._line = ""

    def connection_made(self, chan: Any) -> None:
        self._chan = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        self._chan.write(f"\r\n{PROMPT}")

    def data_received(self, data: str, datatype: Any) -> None:
        *ended, rest = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for typed in ended:
            command, self._line = (self._line + typed).strip(), ""
            if command in {"exit", "logout", "quit"}:
                self._chan.exit(0)
                return
            self._chan.write(f"{typed}\r\n{self.said.get(command, '')}{PROMPT}")
        self._line += rest
        if rest:
            self._chan.write(rest)


async def serve(folder: Path, count: int) -> None:
    """Listen on every address and wait to be ended."""
    _Session.said = texts()
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key("openssh").decode().split()
    fleet = addresses(count)
    for address in fleet.values():
        await asyncssh.listen(address, PORT, server_factory=_Server, server_host_keys=[key], line_editor=False,
                              encoding="utf-8", login_timeout=60, keepalive_interval=0, compression_algs=["none"],
                              backlog=64)
    lines = [f"[{address}]:{PORT} {public[0]} {public[1]}" for address in fleet.values()]
    (folder / "known_hosts.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    said = {"names": fleet, "port": PORT, "login": [USER, PASSWORD]}
    (folder / "fleet.json").write_text(json.dumps(said), encoding="utf-8")
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
