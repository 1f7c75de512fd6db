"""Wall, CPU and memory of a command and of everything it starts. Linux only: it reads /proc and reaps orphans."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_TICK = os.sysconf("SC_CLK_TCK")
ORPHAN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and of CPU (user + system, whole process tree); `aside` is the simulation's CPU in that time.

    `peak_mb` is the largest single process of the tree, not their sum.
    """

    wall: float
    cpu: float
    aside: float = 0.0
    peak_mb: float = 0.0


class CommandFailedError(RuntimeError):
    """A measured command did not do its work: its figure would be worthless."""


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent ends first, so that their CPU is counted here.

    Ansible does not wait for its last workers and ssh's ControlPersist masters outlive it: without this their time
    would be charged to nobody.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def cpu_of(pid: int | None) -> float:
    """CPU seconds a living process and its reaped children have used so far; 0.0 for None."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def memory_mb(pid: int) -> float:
    """The largest resident size a living process has had."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children() -> set[int]:
    """Living or dead processes whose parent this one is."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
                if int(fields[1]) == os.getpid():
                    found.add(int(entry.name))
    return found


def _reap(before: set[int]) -> int:
    """Wait for what the command left running; only its own processes are waited for. Returns their peak in kB."""
    give_up, peak = time.monotonic() + ORPHAN_SECONDS, 0
    while (left := _children() - before) and time.monotonic() < give_up:
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                peak = max(peak, os.wait4(pid, os.WNOHANG)[2].ru_maxrss)
        if _children() - before:
            time.sleep(0.02)
    return peak


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, aside: int | None = None,
        stdin: bytes = b"", seconds: float = 300.0, accept: Sequence[int] = (0,)) -> tuple[Cost, str]:
    """Run a command to its end. Returns its cost and what it printed. `aside`: process id of the simulation.

    Raises CommandFailedError with the command's last words when its exit status is not accepted.
    """
    before, cpu, apart = _children(), _children_cpu(), cpu_of(aside)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        began = time.monotonic()
        process = subprocess.Popen(list(command), stdin=given, stdout=output, stderr=subprocess.STDOUT,
                                   env={**os.environ, **(env or {})})
        used = _wait(process, seconds)
        wall = time.monotonic() - began
        peak = max(used.ru_maxrss, _reap(before))
        output.seek(0)
        text = output.read().decode("utf-8", errors="replace")
    if process.returncode not in accept:
        raise CommandFailedError(f"{command[0]} ended with {process.returncode}:\n{text[-3000:]}")
    return Cost(wall, _children_cpu() - cpu, cpu_of(aside) - apart, peak / 1024), text


def _wait(process: subprocess.Popen[bytes], seconds: float) -> resource.struct_rusage:
    give_up = time.monotonic() + seconds
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return used
        if time.monotonic() > give_up:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise CommandFailedError(f"{process.args!r} did not end within {seconds:g} s")
        time.sleep(0.003)


def timed(work: Callable[[], object]) -> Cost:
    """Wall and own CPU of a function of this process."""
    wall, cpu = time.monotonic(), time.process_time()
    work()
    return Cost(time.monotonic() - wall, time.process_time() - cpu)


def alternate(repeat: int, **ways: Callable[[], Cost]) -> dict[str, list[Cost]]:
    """A B A B …: what the machine does meanwhile hits all ways alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(repeat):
        for name, way in ways.items():
            costs[name].append(way())
    return costs


def median(costs: Sequence[Cost]) -> Cost:
    """Field by field."""
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs)
                  for name in ("wall", "cpu", "aside", "peak_mb")))


def spread(costs: Sequence[Cost], name: str = "wall") -> str:
    """`4.1-4.6`: the smallest and the largest, for people to judge how much a median is worth."""
    values = [getattr(cost, name) for cost in costs]
    return f"{min(values):.2f}-{max(values):.2f}"
