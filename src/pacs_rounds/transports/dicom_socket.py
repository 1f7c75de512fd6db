"""The socket under an association, with the one thing pynetdicom's time-outs lack: a deadline over everything.

pynetdicom bounds the connection and the wait for each answer, but reads a message that has begun without a limit of
time or size, and keeps to itself why a connection failed. This socket tells both and ends both.
"""

from __future__ import annotations

import socket
import time
from typing import Any

from pynetdicom.pdu import A_ABORT_RQ

LONGEST_ANSWER = 1 << 20
"""Bytes. No peer needs a megabyte to answer a verification; what sends more is not heard to its end."""


def a_abort() -> bytes:
    """An A-ABORT of the service user: tells the peer to forget the association now."""
    pdu = A_ABORT_RQ()
    pdu.source = pdu.reason_diagnostic = 0
    return bytes(pdu.encode())


class DeadlineSocket(socket.socket):
    """A TCP socket whose every wait ends at one `deadline` (of time.monotonic). Remembers what went wrong."""

    def __init__(self, inner: socket.socket, deadline: float) -> None:
        super().__init__(fileno=inner.detach())
        self.deadline = deadline
        self.failure: OSError | None = None
        self.timed_out = False
        self.received = 0
        self.latest = b""
        self.connect_ms: float | None = None

    def remaining(self) -> float:
        """Seconds left, never quite zero: zero would mean 'do not wait', and that is another error."""
        return max(0.001, self.deadline - time.monotonic())

    def connect(self, address: Any) -> None:
        """As in the library, and `failure` says why not."""
        begun = time.monotonic()
        self.settimeout(self.remaining())
        try:
            super().connect(address)
        except OSError as error:
            self.failure = error
            raise
        self.connect_ms = round((time.monotonic() - begun) * 1000, 1)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As in the library; when the deadline passes within a message, the peer is sent an A-ABORT."""
        if self.received > LONGEST_ANSWER:
            self.abort()
            return b""
        self.settimeout(self.remaining())
        try:
            data = super().recv(size, flags)
        except TimeoutError:
            self.timed_out = True
            self.abort()  # pynetdicom takes this for a connection that was closed, and would only hang up
            raise
        self.received += len(data)
        self.latest = data[:6]
        return data

    def send(self, data: Any, flags: int = 0) -> int:
        """As in the library, within the deadline."""
        self.settimeout(self.remaining())
        return super().send(data, flags)

    def abort(self) -> None:
        """Send an A-ABORT past pynetdicom, where it cannot do so any more."""
        try:
            self.settimeout(0.2)
            super().send(a_abort())
        except OSError:
            pass
