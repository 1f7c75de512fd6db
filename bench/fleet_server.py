"""Simulated switches that cost almost nothing: one process, one address each, texts rendered before the first caller.

    fleet_server.py FOLDER COUNT [--lines N] [--delay SECONDS] [--hang NAME]

Writes FOLDER/fleet.json (addresses, port, login) and FOLDER/known_hosts.txt, then says `ready`, and serves until it is
ended. The texts are those of the lab's 2960-S. `--lines` gives it configurations of so many lines, which differ between
switches by their name; `--delay` is how long each command takes; the switch `--hang` never answers one.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import re
import time
from pathlib import Path
from typing import Any

import asyncssh

from pacs_rounds import catalogue
from pacs_rounds.config_round.plan import plans
from pacs_rounds.lab import hospital
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice

PORT = 2222
USER, PASSWORD = "rounds", "bench-only"
PROMPT = "switch#"
OWN = "\0"
"""Where in a configuration the switch's own name stands: no two switches say the same."""
_SIZE = re.compile(r"(?<=^Current configuration : )\d+|(?<=^Using )\d+", re.MULTILINE)


def addresses(count: int) -> dict[str, str]:
    """sw-001 -> 127.14.1.1 and so on, 200 to a network."""
    return {f"sw-{number + 1:03d}": f"127.14.{number // 200 + 1}.{number % 200 + 1}" for number in range(count)}


def texts(lines: int = 0) -> dict[str, str]:
    """Command -> what the switch prints, with CR LF; both configurations with so many lines, if any are asked for."""
    device = hospital.load()["access-3"]
    switch = IosDevice(device.name, device.address, device.state, time.time, None)
    cli = IosCli(switch)
    cli.level = 15
    commands = [one.command for one in (*catalogue.commands(catalogue.select(["catalyst.*"])),
                                        *plans()["cisco_ios"].commands())]
    said = {command: cli.run(command).replace("\r\n", "\n") for command in dict.fromkeys(commands)}
    if lines:
        for command in ("show running-config", "show startup-config"):
            said[command] = longer(said[command], lines)
        said["write term"] = said["show running-config"]  # RANCID asks both, and needs both answered
    return {command: text.replace("\n", "\r\n") for command, text in said.items()}


def longer(text: str, lines: int) -> str:
    """A configuration with an access list that makes it so many lines, and the size it tells of itself corrected. Every
    fourth line is a remark with the switch's name: no memory of other switches' lines helps with those."""
    more = lines - text.count("\n")
    rules = "".join(f"access-list 150 remark {OWN} rule {number}\n" if number % 4 == 0 else
                    f"access-list 150 permit tcp host 192.0.2.{number % 250 + 1} any eq {1024 + number}\n"
                    for number in range(max(0, more)))
    text = re.sub(r"(?<=^hostname )\S+", OWN, text, count=1, flags=re.MULTILINE)
    return _SIZE.sub(lambda size: str(int(size[0]) + len(rules.replace(OWN, "sw-001"))), text, count=1).replace(
        "control-plane\n", f"{rules}control-plane\n", 1)


class _Server(asyncssh.SSHServer):
    def __init__(self, name: str, mute: bool) -> None:
        self._name, self._mute = name, mute

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username == USER and password == PASSWORD

    def session_requested(self) -> Any:
        return _Session(self._name, self._mute)


class _Session(asyncssh.SSHServerSession[str]):
    """A privileged command line without pager: what is typed is echoed, a whole line is answered."""

    said: dict[str, str]
    delay = 0.0

    def __init__(self, name: str, mute: bool) -> None:
        self._line, self._name, self._mute = "", name, mute

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
                self._chan.write(f"{typed}\r\n")
                self._chan.exit(0)
                return
            self._answer(typed, command)
        self._line += rest
        if rest:
            self._chan.write(rest)


    def _answer(self, typed: str, command: str) -> None:
        said = f"{typed}\r\n{self.said.get(command, '').replace(OWN, self._name)}{PROMPT}"
        if command in self.said and self._mute:
            return
        if command in self.said and self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._write, said)
        else:
            self._chan.write(said)

    def _write(self, said: str) -> None:
        if not self._chan.is_closing():
            self._chan.write(said)


async def serve(folder: Path, count: int, lines: int, delay: float, hang: str) -> None:
    """Listen on every address and wait to be ended."""
    _Session.said, _Session.delay = texts(lines), delay
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key("openssh").decode().split()
    fleet = addresses(count)
    for name, address in fleet.items():
        await asyncssh.listen(
            address, PORT, server_factory=functools.partial(_Server, name, name == hang), server_host_keys=[key],
            line_editor=False, encoding="utf-8", login_timeout=60, keepalive_interval=0, compression_algs=["none"],
            backlog=64)
    known = [f"[{address}]:{PORT} {public[0]} {public[1]}" for address in fleet.values()]
    (folder / "known_hosts.txt").write_text("\n".join(known) + "\n", encoding="ascii")
    said = {"names": fleet, "port": PORT, "login": [USER, PASSWORD]}
    (folder / "fleet.json").write_text(json.dumps(said), encoding="utf-8")
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="fleet_server.py")
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--lines", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--hang", default="")
    given = parser.parse_args()
    asyncio.run(serve(given.folder, given.count, given.lines, given.delay, given.hang))
