"""How long the service did not answer while a node was worked on: a C-ECHO each second through its address. I/O.

`<state>/patch/<site>/outages.jsonl` holds, beside what was booked as planned, one line when a watch begins, when the
service falls silent (the time of its last answer), when it answers again, and when the watch ends. A watch that was
killed has no end: what it saw is then a lower bound and no measurement. outages.py reads the lines.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from pacs_rounds.patch.journal import Journal
from pacs_rounds.patch.plan import iso

PAUSE = 1.0
WATCHED = frozenset({"drain", "apply", "reboot", "return"})
"""Phases during which the service may fall silent. Copying and counting are not watched."""


def probe(service: Mapping[str, Any]) -> Callable[[], bool]:
    """One C-ECHO: whether the service answered with Success within some seconds."""
    from pynetdicom import AE

    from pacs_rounds.transports import dicom_association

    def ask() -> bool:
        ae = AE(ae_title="ROUNDS")
        ae.connection_timeout = 1
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 3
        ae.add_requested_context(dicom_association.VERIFICATION)
        association = ae.associate(service["address"], int(service["port"]), ae_title=service["ae_title"])
        if not association.is_established:
            return False
        status = association.send_c_echo()
        association.release()
        return getattr(status, "Status", None) == 0
    return ask


class Watch:
    """A context in which a thread watches the service. `facts` stand in every line: plan, service, node, direction."""

    def __init__(self, ledger: Journal, facts: Mapping[str, Any], ask: Callable[[], bool], pause: float = PAUSE,
                 clock: Callable[[], float] = time.time) -> None:
        self.ledger, self.facts, self.ask, self.pause, self.clock = ledger, dict(facts), ask, pause, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._began = self._answered = 0.0
        self._down: bool | None = None
        self._blind = False

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._began = self._answered = self.clock()
        self._enter("begin", self._began)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """End with a last look, so that a service that just came back is not left silent. A watch that could not look
        or write has no end, as one that was killed: it does not disturb the patch, and measures nothing."""
        self._stop.set()
        self._thread.join(30)
        if not self._thread.is_alive() and not self._blind:
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                self._look()
                self._enter("end", self.clock())

    def _loop(self) -> None:
        try:
            while not self._stop.is_set():
                self._look()
                self._stop.wait(self.pause)
        except Exception:  # whatever it was: from here on nobody looks
            self._blind = True

    def _look(self) -> None:
        up = self.ask()
        now = self.clock()
        if up and self._down is not False:
            # The first look says "up" too: it ends a silence that an earlier watch saw begin.
            self._enter("up", now if self._down else self._began)
        elif not up and not self._down:
            self._enter("down", self._answered)
        self._down = not up
        if up:
            self._answered = now

    def _enter(self, event: str, at: float) -> None:
        self.ledger.add(self.facts | {"kind": "watch", "event": event, "at": iso(at), "time": round(at, 3)})
