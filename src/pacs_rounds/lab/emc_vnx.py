"""A VNX block array: two storage processors behind the lab's own `naviseccli`, and faults of single subcommands.

The vendor's tool is licensed and cannot come with a laboratory; `navisphere.sh` stands in for it, beside the key it
logs in with: `<state>/bin/naviseccli`, `<state>/navisphere/`. What each SP was asked stands in
`<state>/vnx/<array>.log`, one line per subcommand (`spa faults -list`), `!` before those it does not answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from pacs_rounds import observations
from pacs_rounds.lab import emc_vnx_parts, emc_vnx_storage, emc_vnx_system
from pacs_rounds.lab.emc_vnx_device import VnxDevice
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.lab.sockets import BlackHole, faulty

STAND_IN = Path(__file__).with_name("navisphere.sh")
KEY_FILES = ("SecuredCLISecurityFile.xml", "SecuredCLIXMLEncrypted.key")
MAX_WORDS = 20

Render = Callable[[VnxDevice, str], str]
ANSWERS: dict[str, Render] = {
    "faults -list": emc_vnx_parts.faults_list, "getcrus -all": emc_vnx_parts.getcrus,
    "getdisk": emc_vnx_parts.getdisk, "getrg": emc_vnx_parts.getrg, "getagent": emc_vnx_system.getagent,
    "getcontrol": emc_vnx_system.getcontrol, "getcache": emc_vnx_system.getcache, "ndu -list": emc_vnx_system.ndu_list,
    "port -list -all": emc_vnx_system.port_list, "getlog": emc_vnx_system.getlog, "arrayname": emc_vnx_system.arrayname,
    "getsp": emc_vnx_system.getsp, "storagepool -list -all": emc_vnx_storage.pool_list,
    "lun -list -all": emc_vnx_storage.lun_list, "getlun": emc_vnx_storage.getlun,
    "mirror -sync -list": partial(emc_vnx_storage.mirror_list, kind="sync"),
    "mirror -async -list": partial(emc_vnx_storage.mirror_list, kind="async"),
    "storagegroup -list -host": emc_vnx_storage.storage_groups,
    "networkadmin -get -sp a -all": partial(emc_vnx_system.network, of="a"),
    "networkadmin -get -sp b -all": partial(emc_vnx_system.network, of="b"),
    "snap -list": emc_vnx_storage.snap_list, "snap -list -detail": emc_vnx_storage.snap_list,
}
"""What the array answers to. `getlun` and `getlog` stand for themselves with any options: they only choose fields."""
ANY_OPTIONS = {"getlun", "getlog"}


def program(state: Path) -> Path:
    """Where the lab's `naviseccli` lies."""
    return state / "bin" / "naviseccli"


def security_directory(state: Path) -> Path:
    """What `-secfilepath` takes."""
    return state / "navisphere"


def command_log(state: Path, name: str) -> Path:
    """The file that keeps what an array was asked since the lab started."""
    return state / "vnx" / f"{name}.log"


def peer_address(address: str) -> str:
    """SP B's address: the one after SP A's."""
    return str(ipaddress.ip_address(address) + 1)


def rendered(words: list[str]) -> Render | None:
    """The function that answers to a subcommand, or None."""
    name = words[0] if words and words[0] in ANY_OPTIONS else " ".join(words)
    return ANSWERS.get(name)


def answer(vnx: VnxDevice, device: Device, sp: str, words: list[str]) -> tuple[int, str]:
    """Exit status and text of one subcommand, faults included. Pure."""
    command, faults = " ".join(words), device.faults
    if faults["refuse_login"]:
        return 255, "Error: Invalid username, password and/or scope.\n"
    if vnx.state["sps"][sp]["timed_out"]:
        return 1, "Timed out\n"
    literal = faults["answers"].get(command, faults["answers"].get(f"sp{sp} {command}"))
    if isinstance(literal, dict):
        return int(literal.get("status", 0)), str(literal.get("text", ""))
    if literal is not None:
        return 0, str(literal)
    if command in faults["flood"]:
        return 0, "x" * int(faults["flood"][command])
    render = None if command in faults["missing"] else rendered(words)
    if render is None:
        return 1, f"Error: {words[0] if words else ''}: Invalid command\n"
    text = render(vnx, sp)
    failed = text.startswith(("Request failed", "Could not retrieve"))
    return int(failed), text[:int(faults["truncate"][command])] if command in faults["truncate"] else text


class _Array:
    """The servers of both SPs, their log and what they share."""

    def __init__(self, device: Device, lab: Lab, token: str) -> None:
        self.device, self.token = device, token
        self.vnx = VnxDevice(device.name, device.state, time.time, lab.born or lab.started)
        path = command_log(lab.state, device.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.log = path.open("w", encoding="utf-8")
        self.running: list[Closable] = []

    async def listen(self, sp: str, address: str) -> None:
        told, port = self.device.state["sps"][sp]["state"], self.device.state["port"]
        if told == "dead":
            return
        if told == "swallowed":
            self.running.append(BlackHole(address, port))
            return
        as_seen = replace(self.device, address=address, state={
            **self.device.state, "faults": {**self.device.faults, "silent": self.device.faults["silent"]
                                            or told == "silent"}})
        self.running.append(await faulty(as_seen, port) or await asyncio.start_server(
            partial(self._serve, sp), address, port, backlog=64))

    async def _serve(self, sp: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call of the tool: count, token, words; back come exit status and text."""
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            count = min(int(await reader.readline()), MAX_WORDS)
            token, *words = [(await reader.readline()).decode(errors="replace").rstrip("\n") for _ in range(count + 1)]
            await self._answer(sp, token, words, reader, writer)
        with contextlib.suppress(OSError):
            writer.close()

    async def _answer(self, sp: str, token: str, words: list[str], reader: asyncio.StreamReader,
                      writer: asyncio.StreamWriter) -> None:
        command = " ".join(words)
        self.log.write(f"{'' if rendered(words) else '! '}sp{sp} {command}\n")
        self.log.flush()
        await self.device.pause()
        if self.device.state["tool"]["certificate_question"]:
            writer.write(b"question\n")
        if {command, f"sp{sp} {command}"} & set(self.device.faults["hang"]):
            await reader.read()
            return
        status, text = answer(self.vnx, self.device, sp, words)
        if token != self.token:
            status, text = 255, "Error: Invalid username, password and/or scope.\n"
        writer.write(f"{status}\n{text}".encode())
        await writer.drain()

    def close(self) -> None:
        for one in self.running:
            one.close()
        self.log.close()


def install(state: Path, wanted: bool) -> str:
    """Put the stand-in and its security file into the lab's state, or take it away; returns the log-in token."""
    place, folder = program(state), security_directory(state)
    for directory in (place.parent, folder):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if wanted:
        beside = place.with_name("naviseccli.new")
        shutil.copyfile(STAND_IN, beside)
        beside.chmod(0o700)
        beside.rename(place)
    else:
        place.unlink(missing_ok=True)
    token = secrets.token_hex(16)
    for name, text in zip(KEY_FILES, ("<SecuredCLI user='rounds' scope='0'/>\n", f"{token}\n"), strict=True):
        (folder / name).write_text(text, encoding="ascii")
        (folder / name).chmod(0o600)
    return token


async def start(device: Device, lab: Lab) -> Closable:
    """Serve both SPs, install the tool that asks them, and keep what the simulated engineer saw of the lamps."""
    observations.plant(lab.state.parent, "lab", device.name, device.state["looks"])
    array = _Array(device, lab, install(lab.state, device.state["tool"]["installed"]))
    try:
        await array.listen("a", device.address)
        await array.listen("b", peer_address(device.address))
    except OSError:
        array.close()
        raise
    return array
