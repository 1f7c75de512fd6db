"""Many devices side by side from one process: one deadline per device, one thread per device, no Ansible.

Threads, not asyncio: netmiko and paramiko are blocking, and threads were measured faster than asyncssh here.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.endpoint import Endpoint

Ask = Callable[[Endpoint, Sequence[Collect]], list[Answer]]
Commands = Sequence[Collect] | Mapping[str, Sequence[Collect]]
"""The same for every device, or each host's own."""
GRACE_SECONDS = 2.0
"""How long after its deadline a device's own thread may still bring its answers home."""


@dataclass(slots=True)
class _Work:
    endpoint: Endpoint
    began: float | None = None


def side_by_side(endpoints: Sequence[Endpoint], commands: Commands, ask: Ask,
                 workers: int) -> Iterator[tuple[str, list[Answer]]]:
    """(host, answers) as each device comes home. A device that keeps its thread past its deadline is given up:
    its thread is a daemon and ends with the process, its answers are `timed_out`."""
    waiting: queue.SimpleQueue[_Work] = queue.SimpleQueue()
    home: queue.SimpleQueue[tuple[str, list[Answer]]] = queue.SimpleQueue()
    open_work = {endpoint.host: _Work(endpoint) for endpoint in endpoints}
    for work in open_work.values():
        waiting.put(work)

    def worker() -> None:
        while True:
            try:
                work = waiting.get_nowait()
            except queue.Empty:
                return
            work.began = time.monotonic()
            home.put((work.endpoint.host, _asked(work.endpoint, _of(commands, work.endpoint), ask)))

    def hire(count: int) -> None:
        for _ in range(count):
            threading.Thread(target=worker, daemon=True).start()

    hire(min(max(1, workers), len(open_work)))
    while open_work:
        try:
            host, answers = home.get(timeout=0.2)
        except queue.Empty:
            for host in _overdue(open_work):
                work = open_work.pop(host)
                yield host, given_up(work.endpoint, _of(commands, work.endpoint))
                hire(1)  # its thread is lost; another takes the next device
            continue
        if open_work.pop(host, None):
            yield host, answers


def _of(commands: Commands, endpoint: Endpoint) -> Sequence[Collect]:
    return commands[endpoint.host] if isinstance(commands, Mapping) else commands


def _asked(endpoint: Endpoint, commands: Sequence[Collect], ask: Ask) -> list[Answer]:
    started = time.time()
    try:
        return ask(endpoint, commands)
    except Exception as error:  # noqa: BLE001, RUF100  (a fault of ours with one device must not cost the others)
        detail = f"{type(error).__name__}: {error}"[:200]
        return [Answer(one.command, "", None, started, time.time(), Reason.FAULT_IN_CHECK, detail) for one in commands]


def _overdue(open_work: dict[str, _Work]) -> list[str]:
    now = time.monotonic()
    return [host for host, work in open_work.items()
            if work.began is not None and now - work.began > work.endpoint.deadline_seconds + GRACE_SECONDS]


def given_up(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """The answers of a device that did not come home in time."""
    now = time.time()
    detail = f"no end within the device's deadline of {endpoint.deadline_seconds:g} s"
    return [Answer(one.command, "", None, now - endpoint.deadline_seconds, now, Reason.TIMED_OUT, detail)
            for one in commands]
