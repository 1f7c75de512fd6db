"""An Oracle database on a simulated server: kind `oracle`, beside kind `linux`.

The programs in its home are small clients (oracle_client.sh) of this server, which runs them in a thread: SQL takes
time, and the lab's one process must go on answering others. What each was told stands in `<state>/oracle/<host>.log`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pacs_rounds.lab import oracle_programs
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.lab.oracle_session import Hang
from pacs_rounds.lab.oracle_views.clock import Now

LOG = logging.getLogger(__name__)
MAX_WORDS, MAX_SCRIPT = 40, 4_000_000


def _zone_hours(device: Device) -> float:
    return -float(device.state["timezone"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0)


def local(device: Device, at: float) -> datetime:
    """Local time on the host at a moment of the control node's clock; `CST-8` is eight hours east."""
    seconds = at + device.state["clock_offset_seconds"] + _zone_hours(device) * 3600
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def now_of(device: Device, lab: Lab) -> Now:
    """The database's present."""
    return moment(device, time.time(), lab.started, lab.born)


def moment(device: Device, at: float, started: float, born: float) -> Now:
    """The database at a moment: `started` is this start of the lab, `born` its first one, in epoch seconds."""
    state, zone = device.state["oracle"], _zone_hours(device)
    since = started if state["restarted"] else born or started
    return Now(device.name, state, local(device, at), local(device, since),
               f"{'-' if zone < 0 else '+'}{abs(int(zone)):02d}:{int(abs(zone) * 60) % 60:02d}")


def command_log(state: Path, name: str) -> Path:
    """The file that keeps what a host's Oracle programs were told since the lab started."""
    return state / "oracle" / f"{name}.log"


class _Speaker:
    """What a program prints, on its way to the client: whole lines as `o…`, an unfinished one as `p…`."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send

    def __call__(self, text: str) -> None:
        *lines, rest = text.split("\n")
        said = "".join(f"o{line}\n" for line in lines) + (f"p{rest}\n" if rest else "")
        if said:
            self._send(said.encode())


class _Database:
    def __init__(self, device: Device, lab: Lab) -> None:
        self.device, self.lab = device, lab
        path = command_log(lab.state, device.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.log = path.open("w", encoding="utf-8")
        self.server: asyncio.Server | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One run of a program: its name, arguments, environment and standard input; back come lines and a status."""
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            program = await self._line(reader)
            words = [await self._line(reader) for _ in range(min(int(await self._line(reader)), MAX_WORDS))]
            sid, home = await self._line(reader), await self._line(reader)
            script = (await reader.readexactly(min(int(await self._line(reader)), MAX_SCRIPT))).decode("utf-8",
                "replace")
            self.log.write(f"{' '.join([program, *words])}\n")
            self.log.flush()
            await self._run(oracle_programs.Call(program, words, sid, home, script), reader, writer)
        with contextlib.suppress(OSError):
            writer.close()

    async def _line(self, reader: asyncio.StreamReader) -> str:
        line = await reader.readline()
        if not line:
            raise ValueError("the client left")
        return line.decode("utf-8", "replace").rstrip("\n")

    async def _run(self, call: oracle_programs.Call, reader: asyncio.StreamReader,
                   writer: asyncio.StreamWriter) -> None:
        await self.device.pause()
        loop = asyncio.get_running_loop()
        say = _Speaker(lambda data: loop.call_soon_threadsafe(writer.write, data))
        try:
            status = await asyncio.to_thread(oracle_programs.run, call, lambda: now_of(self.device, self.lab), say)
        except Hang:
            await reader.read()  # nothing more comes; the client leaves when it has had enough
            return
        except Exception:
            LOG.exception("%s: %s", self.device.name, call.program)
            say("ORA-00600: internal error code, arguments: [the laboratory failed; its log says more], [], [], []\n")
            status = 1
        await asyncio.sleep(0)
        writer.write(f"x{status}\n".encode())
        await writer.drain()

    def close(self) -> None:
        if self.server:
            self.server.close()
        self.log.close()


async def start(device: Device, lab: Lab) -> Closable:
    """Answer the host's Oracle programs."""
    database = _Database(device, lab)
    try:
        database.server = await asyncio.start_server(
            database.serve, device.address, device.state["oracle"]["port"], backlog=32, limit=MAX_SCRIPT)
    except OSError:
        database.close()
        raise
    return database
