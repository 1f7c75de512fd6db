"""A Linux server over SSH: what is sent runs in a real POSIX /bin/sh, in sight of the device's own files and programs.

Both ways of sending work: a command line (`ssh host 'df -P'`) and a script on the standard input of a shell
(`ssh host sh -s`, `ssh host /bin/sh`, `ssh host <script`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import time
from typing import Any

from pacs_rounds.lab import backup_files, ssh
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.lab.linux_overlay import Overlay

LOG = logging.getLogger(__name__)
READS_SCRIPT = re.compile(
    r"^(?:[^|;&<>]*[^|;&<>\w.-])?(?:ba|da)?sh(?:\s+-[es]+)*\s*['\"]?\s*(?:&&\s*sleep\s+0)?\s*['\"]?\s*$"
    r"|if timeout 1 true 2>/dev/null; then exec timeout [^;]* /bin/sh; else exec /bin/sh; fi")
_REFRESH_SECONDS = 0.2
_CHUNK = 1 << 16


class _Host:
    """One server: its overlay, and the count of sessions that keeps its clock files moving."""

    def __init__(self, device: Device, overlay: Overlay) -> None:
        self.device, self.overlay = device, overlay
        self._sessions = 0
        self._ticker: asyncio.Task[None] | None = None

    async def session(self, process: Any) -> None:
        """Serve one exec or shell request."""
        await self.device.pause()
        self._sessions += 1
        if self._ticker is None:
            self.overlay.refresh(time.time())
            self._ticker = asyncio.create_task(self._tick())
        try:
            await self._run(process)
        except (OSError, ConnectionError) as error:
            LOG.info("%s: session ended: %s", self.device.name, error)
        finally:
            self._sessions -= 1
            if not self._sessions and self._ticker:
                self._ticker.cancel()
                self._ticker = None

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            self.overlay.refresh(time.time())

    async def _run(self, process: Any) -> None:
        command = process.command or "/bin/sh"
        if process.command is None and process.get_terminal_type():
            process.stderr.write(b"This simulated server runs commands: ssh host 'df -P', ssh host sh < FILE\r\n")
            process.exit(1)
            return
        script = None
        if READS_SCRIPT.search(command):
            script = self.overlay.rewrite((await process.stdin.read()).decode("utf-8", "surrogateescape"))
        child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", self.overlay.rewrite(command), env=self.overlay.environment(), start_new_session=True,
            cwd=self.overlay.root / "home", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE)
        relays = [asyncio.create_task(self._feed(process, child, script)),
                  asyncio.create_task(self._relay(process, child.stdout, process.stdout)),
                  asyncio.create_task(self._relay(process, child.stderr, process.stderr))]
        gone = asyncio.create_task(process.channel.wait_closed())
        done = asyncio.gather(*relays[1:])
        await asyncio.wait([done, gone], return_when=asyncio.FIRST_COMPLETED)
        if gone.done():  # whoever asked has left: nothing may go on running in the background
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        status = await child.wait()
        for task in (*relays, gone):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await done
        process.exit(status if status >= 0 else 128 - status)

    async def _feed(self, process: Any, child: asyncio.subprocess.Process, script: str | None) -> None:
        """The script, or whatever comes in, to the child's standard input."""
        assert child.stdin  # noqa: S101  (a pipe was asked for)
        with contextlib.suppress(OSError):
            if script is not None:
                child.stdin.write(script.encode("utf-8", "surrogateescape"))
                await child.stdin.drain()
            else:
                while data := await process.stdin.read(_CHUNK):
                    child.stdin.write(data)
                    await child.stdin.drain()
        child.stdin.close()

    async def _relay(self, process: Any, source: asyncio.StreamReader | None, target: Any) -> None:
        """The child's output to the client, with the device's own paths; a path may lie across two pieces."""
        assert source  # noqa: S101  (a pipe was asked for)
        limit = self.device.faults["cut_connection_after"]
        root = os.fsencode(self.overlay.root)
        held, sent = b"", 0
        while data := await source.read(_CHUNK):
            whole = self.overlay.restore(held + data)
            keep = next((size for size in range(min(len(root) - 1, len(whole)), 0, -1)
                         if root.startswith(whole[-size:])), 0)
            whole, held = whole[:len(whole) - keep], whole[len(whole) - keep:]
            if limit and sent + len(whole) >= limit:
                target.write(whole[:limit - sent])
                await target.drain()
                process.channel.get_connection().abort()
                return
            sent += len(whole)
            target.write(whole)
            await target.drain()
        target.write(held)


async def start(device: Device, lab: Lab) -> Closable:
    """Lay out the overlay and listen."""
    overlay = Overlay(device, lab.overlays / device.name, lab.started, lab.born)
    backup_files.lay(device, lab, overlay.root)
    return await ssh.listen(device, lab, _Host(device, overlay).session)
