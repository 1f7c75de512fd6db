"""A role's fan-out that goes on while the next play runs: a forked process per role, and a seal that waits for it.

Linear plays would add up the waiting of servers, switches and DICOM peers; side by side they cost the longest. A
process that runs holds the lock on `pending/<role>` in the run's folder; the kernel lets go of it however the process
ends. What it leaves undone the seal names as gaps, like everything else that has no record.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

PENDING = "pending"
POLL_SECONDS = 0.02
NICE = 5
"""Behind the hosts asked over Ansible's connections: these wait for their own sampling, the others work meanwhile."""
WAIT_SECONDS = 180.0
"""Longer than any host's deadline: what is not home by then never will be."""


def start(run_dir: Path, role: str, work: Callable[[], None]) -> int:
    """Do `work` in a process of its own and return its id at once. It ends when the playbook's process is gone."""
    folder = run_dir / PENDING
    folder.mkdir(exist_ok=True)
    master = os.getppid()
    with (folder / role).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # held by the child, too, which shares this open file
        child = os.fork()
        if child:
            file.write(str(child))  # by the parent: the seal must know whom to end, however slowly the child begins
            file.flush()
            return child
        _live(master, work, folder / f"{role}.error")
    raise AssertionError("a child never comes here")


def _live(master: int, work: Callable[[], None], complaint: Path) -> None:
    """The child's whole life: no terminal, no inherited handlers, no way back into Ansible's code."""
    status = 1
    try:
        os.setsid()
        os.nice(NICE)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        threading.Thread(target=_end_with, args=(master,), daemon=True).start()
        work()
        status = 0
    except BaseException:  # noqa: BLE001, RUF100  (whatever it was: it must be told, and the child must end here)
        complaint.write_text(traceback.format_exc(limit=-3), encoding="utf-8")
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end_with(master: int) -> None:
    """Nobody seals what a dead playbook began: end, too."""
    while True:
        time.sleep(0.5)
        try:
            os.kill(master, 0)
        except OSError:
            os._exit(1)


def wait(run_dir: Path, seconds: float) -> dict[str, str]:
    """Wait for every role in the background, end those that are late, and return role -> what went wrong.

    Afterwards nothing of them runs and nothing of them lies in the run's folder.
    """
    folder = run_dir / PENDING
    if not folder.is_dir():
        return {}
    until = time.monotonic() + seconds
    faults: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix != ".error" and not _ended(path, until):
            faults[path.name] = f"was not done after {seconds:g} s"
    for path in sorted(folder.iterdir()):
        if path.suffix == ".error":
            faults[path.stem] = path.read_text(encoding="utf-8").strip().splitlines()[-1]
        path.unlink()
    folder.rmdir()
    return faults


def _ended(path: Path, until: float) -> bool:
    """Whether the process behind this file came to its end by itself. One that did not is killed: it is ours, for it
    still holds the lock of the file in which its id stands."""
    with path.open("r+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > until:
                    break
            time.sleep(POLL_SECONDS)
        words = file.read().strip()
        if words.isdigit():
            os.kill(int(words), signal.SIGKILL)
        fcntl.flock(file, fcntl.LOCK_EX)
        return False
