"""All peers of one round: several at once, never two associations to one address and port, none longer than allowed.

pynetdicom works in threads, so this does too. Each wait below it has an end; should one of its threads hang all the
same, its peer is given up here and the round goes on without it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pacs_rounds.transports.dicom_association import Association
from pacs_rounds.transports.dicom_result import Echo
from pacs_rounds.transports.endpoint import UNKNOWN

GRACE_SECONDS = 1.5
"""What the last goodbyes may take beyond a peer's deadline before its thread counts as hanging."""


@dataclass(frozen=True, slots=True)
class Peer:
    """AE titles behind one address and port of one host. Any of them may still be `unknown` in the inventory."""

    host: str
    address: str
    port: int | str
    ae_titles: tuple[str, ...]
    timeout: float | None = None


@dataclass(slots=True)
class _Job:
    """One peer on its way: its echoes in the order of its titles, and by when the current title must be through."""

    peer: Peer
    echoes: list[Echo] = field(default_factory=list)
    give_up_at: float | None = None
    key: tuple[str, int] | None = None
    done: bool = False


class Round:
    """One call of `echo_peers`: a few threads that take peers off a queue, watched by the caller's own."""

    def __init__(self, peers: Sequence[Peer], calling: str, workers: int) -> None:
        self.calling, self.workers = calling, workers
        self.jobs = [_Job(peer) for peer in peers]
        self.waiting = deque(self.jobs)
        self.changed = threading.Condition()
        self.busy: set[tuple[str, int]] = set()
        self.silent: dict[tuple[str, int], str] = {}
        self.failure: BaseException | None = None

    def ask(self) -> list[Echo]:
        """Every echo of every peer, in the order of the question."""
        for _ in range(min(self.workers, len(self.jobs))):
            self._start_worker()
        with self.changed:
            while not all(job.done for job in self.jobs):
                self.changed.wait(self._until_next_deadline())
                if self.failure is not None:
                    raise self.failure
                for job in self.jobs:
                    if not job.done and job.give_up_at is not None and time.monotonic() >= job.give_up_at:
                        self._give_up(job)
            return [echo for job in self.jobs for echo in job.echoes]

    def _start_worker(self) -> None:
        threading.Thread(target=self._work, daemon=True, name="dicom-echo").start()

    def _until_next_deadline(self) -> float:
        ends = [job.give_up_at for job in self.jobs if job.give_up_at is not None and not job.done]
        return max(0.0, min(ends) - time.monotonic()) if ends else 1.0

    def _give_up(self, job: _Job) -> None:
        """A thread that hangs keeps its Echo; the round gets a copy, another thread, and the address back."""
        seconds = float(job.peer.timeout or 0)
        stuck = job.echoes[-1]
        job.echoes[-1] = replace(stuck, result="timed_out", ended=time.time(),
                                 reason_text=f"given up: no end of it within {seconds:.3g} s")
        for title in job.peer.ae_titles[len(job.echoes):]:
            job.echoes.append(self._not_asked(self._echo(job.peer, title), stuck.ae_title))
        if job.key:
            self.silent[job.key] = stuck.ae_title
            self.busy.discard(job.key)
        job.done = True
        self._start_worker()
        self.changed.notify_all()

    def _work(self) -> None:
        try:
            self._work_off()
        except BaseException as error:  # a fault of ours: for the caller, who would wait for ever
            with self.changed:
                self.failure = error
                self.changed.notify_all()

    def _work_off(self) -> None:
        while True:
            with self.changed:
                if not self.waiting:
                    return
                job = self.waiting.popleft()
            for title in job.peer.ae_titles:
                if not self._title(job, title):
                    return  # given up meanwhile: another thread has taken over
            with self.changed:
                job.done = True
                self.changed.notify_all()

    def _title(self, job: _Job, title: str) -> bool:
        """Ask one title; False when nobody waits for it any more."""
        peer = job.peer
        echo = self._echo(peer, title)
        with self.changed:
            if job.done:
                return False
            job.echoes.append(echo)
        gap = _gap(peer, title, self.calling)
        if gap or echo.port is None:
            echo.become("unreachable", gap)
            echo.ended = time.time()
            return True
        budget, begun = float(peer.timeout or 0), time.monotonic()
        found = _resolve(peer.address, echo.port, budget)
        if isinstance(found, str):
            echo.become("unreachable", found)
        else:
            self._in_turn(job, echo, found, budget - (time.monotonic() - begun))
        with self.changed:
            echo.ended = time.time()
            return not job.done

    def _in_turn(self, job: _Job, echo: Echo, addresses: list[str], budget: float) -> None:
        key = (addresses[0], echo.port or 0)
        with self.changed:
            self.changed.wait_for(lambda: key not in self.busy)
            if key in self.silent:
                self._not_asked(echo, self.silent[key])
                return
            self.busy.add(key)
            job.key, job.give_up_at = key, time.monotonic() + budget + GRACE_SECONDS
        echo.started = time.time()
        try:
            Association(echo, addresses, key[1]).run(budget)
        finally:
            with self.changed:
                if not job.done:
                    if echo.result == "timed_out":
                        self.silent[key] = echo.ae_title
                    self.busy.discard(key)
                    job.key = job.give_up_at = None
                self.changed.notify_all()

    def _echo(self, peer: Peer, title: str) -> Echo:
        return Echo(peer.host, title, peer.address, peer.port if isinstance(peer.port, int) else None, self.calling)

    def _not_asked(self, echo: Echo, after: str) -> Echo:
        echo.reason_text = f"not asked: the peer had just let {after} time out"
        echo.ended = time.time()
        return echo


def _gap(peer: Peer, title: str, calling: str) -> str:
    """What the inventory still lacks to ask this title, in words; empty when nothing."""
    open_ends = [name for name, value in (
        ("the address (ansible_host)", peer.address), ("an AE title in dicom_aes", title),
        ("a port in dicom_aes", peer.port)) if value in ("", UNKNOWN)]
    if open_ends:
        verb = "is" if len(open_ends) == 1 else "are"
        return f"{', '.join(open_ends)} of {peer.host} {verb} still 'unknown': fill in in the inventory"
    if calling == UNKNOWN:
        return "rounds_calling_ae_title is still 'unknown': write the title the site's peers know us by"
    return ""


def _resolve(address: str, port: int, timeout: float) -> list[str] | str:
    """Numeric addresses of a name, or why there are none. A resolver that hangs is left behind, not waited for."""
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(address))]
    found: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            infos = []
        found.put(list(dict.fromkeys(str(info[4][0]) for info in infos)))

    threading.Thread(target=look_up, daemon=True, name="dicom-name").start()
    try:
        return found.get(timeout=timeout) or f"the name {address} does not resolve"
    except queue.Empty:
        return f"the name {address} did not resolve within {timeout:g} s"
