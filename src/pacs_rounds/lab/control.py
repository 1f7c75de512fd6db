"""Switching the lab on and off: `up`, `down`, `status`. One process, known by its id and its start time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab import overlay
from pacs_rounds.model import BadInput

READY_SECONDS = 30.0
END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Status:
    """A running lab. `ticks` is the process's start in the kernel's clock ticks: an id that was given away again to
    another process has another one. `scenario` is the file's path or None, `seconds` what the start took."""

    pid: int
    ticks: int
    started: float
    scenario: str | None
    devices: int
    not_served: list[str]
    seconds: float
    memory_mb: float = 0.0


def directory() -> Path:
    """The lab's state directory."""
    return paths.STATE / "lab"


def private_key() -> Path:
    """The key the lab's user `rounds` logs in with; it exists once the lab has been up."""
    return directory() / "id_ed25519"


def _ticks(pid: int) -> int | None:
    """Start time of a living process that is a lab of ours; None for anything else."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    ours = b"pacs_rounds.lab" in words and fields[0] != "Z"
    return int(fields[19]) if ours else None


def _memory_mb(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return round(int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
                     * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    return 0.0


def status() -> Status | None:
    """The running lab, or None. What a killed lab left behind counts as not running."""
    try:
        kept = json.loads((directory() / "lab.json").read_text(encoding="utf-8"))
        known = Status(**kept)
    except (OSError, ValueError, TypeError):
        return None
    if _ticks(known.pid) != known.ticks:
        return None
    return Status(**{**asdict(known), "memory_mb": _memory_mb(known.pid)})


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One `up` or `down` at a time."""
    directory().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _told(reader: int, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The one line the new process says, or why there is none."""
    deadline = time.monotonic() + READY_SECONDS
    text = b""
    while b"\n" not in text:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(reader, 65536) if ready else b""
        if not piece:
            why = f"it ended with status {process.wait()}" if ready else f"not ready within {READY_SECONDS:g} s"
            return {"error": ["lab", why, f"look at {yamlfile.show(directory() / 'lab.log')}"]}
        text += piece
    said: dict[str, Any] = json.loads(text.partition(b"\n")[0])
    return said


def _spawn(scenario: Path | None) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "pacs_rounds.lab", "serve", "--state", str(directory()), "--tell", str(writer)]
    command += ["--scenario", str(scenario)] if scenario else []
    with (directory() / "lab.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                   pass_fds=[writer], cwd=paths.ROOT)
    os.close(writer)
    try:
        return process, _told(reader, process)
    finally:
        os.close(reader)


def up(scenario: Path | None = None) -> Status:
    """Start the lab, with a scenario by path or by its name in lab/scenarios/, and wait until every device listens.

    A lab that already runs with the same scenario is left alone. BadInput says why it cannot start: a scenario or
    hospital.yml that is wrong (file, key, remedy), an address that is taken, a lab running with another scenario.
    """
    wanted = str(overlay.find(str(scenario)).resolve()) if scenario else None
    with _alone():
        running = status()
        if running and running.scenario == wanted:
            return running
        if running:
            raise BadInput("lab", f"already running with {_named(running.scenario)} (process {running.pid})",
                           "rounds lab down, then up again")
        process, said = _spawn(Path(wanted) if wanted else None)
        if "error" in said:
            if process.poll() is None:
                process.kill()
                process.wait()
            raise BadInput(*said["error"])
        ticks = _ticks(process.pid)
        if ticks is None:
            raise BadInput("lab", "ended right after its start", f"look at {yamlfile.show(directory() / 'lab.log')}")
        known = Status(process.pid, ticks, time.time(), wanted, said["devices"], said["not_served"], said["seconds"])
        beside = directory() / "lab.json.new"
        beside.write_text(json.dumps(asdict(known), indent=1), encoding="utf-8")
        beside.rename(directory() / "lab.json")
        return Status(**{**asdict(known), "memory_mb": _memory_mb(process.pid)})


def _named(scenario: str | None) -> str:
    return f"the scenario {yamlfile.show(Path(scenario))}" if scenario else "the healthy hospital"


def down() -> bool:
    """End the lab; True when one was running. Only the process that `up` started is ever ended."""
    with _alone():
        running = status()
        if running:
            _end(running)
        (directory() / "lab.json").unlink(missing_ok=True)
        return running is not None


def _end(running: Status) -> None:
    for word, seconds in ((signal.SIGTERM, END_SECONDS), (signal.SIGKILL, END_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, word)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(running.pid, os.WNOHANG)  # ours when the same program started it
            if _ticks(running.pid) != running.ticks:
                return
            time.sleep(0.02)
    raise BadInput("lab", f"process {running.pid} does not end", f"look at it: ps -fp {running.pid}")
