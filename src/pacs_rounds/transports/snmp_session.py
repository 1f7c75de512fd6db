"""What a conversation with an SNMP agent is, whatever its version, and the few ways in which it can fail.

Both kinds of session (snmp_community.py, snmp_usm.py) answer `get` and `following` with (OID, value) pairs. They run on
one event loop (snmp.py); nothing is ever set.
"""

from __future__ import annotations

import errno
import socket
from typing import Any, Protocol

from pacs_rounds.transports.snmp_format import Oid, dotted

REPETITIONS = 25
"""Rows asked for at once; what fits no datagram the agent leaves out. Silence may mean that the answer was too long
for the network, or that the rows reached into a part of the tree that hangs: the next try asks for a fifth."""
TOO_BIG, NO_SUCH_NAME = 1, 2
_STATUS = ("noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
           "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
           "undoFailed", "authorizationError", "notWritable", "inconsistentName")
NOT_ALLOWED = frozenset({"noAccess", "authorizationError"})

VarBinds = list[tuple[Oid, Any]]


class SilentError(Exception):
    """No answer to any try."""


class UnreachableError(Exception):
    """The network says that nobody is there; the message says how."""


_NETWORK = {errno.ECONNREFUSED: "nothing listens", errno.EHOSTUNREACH: "no route to the host",
            errno.ENETUNREACH: "no route to the network"}


def network_words(error: Exception) -> str:
    """What the kernel or the resolver said, for people."""
    if isinstance(error, socket.gaierror):
        return f"the name does not resolve ({error.strerror})"
    return _NETWORK.get(getattr(error, "errno", None) or 0) or getattr(error, "strerror", None) or str(error)


class RefusedError(Exception):
    """The agent answered that it does not let us in; the message says why. `retune` where another engine may help."""

    def __init__(self, words: str, retune: bool = False) -> None:
        super().__init__(words)
        self.retune = retune


class StatusError(Exception):
    """The agent answered with an error status; `index` counts the objects asked for from 1, 0 where it names none."""

    def __init__(self, status: int, index: int) -> None:
        self.status, self.index = status, index
        super().__init__(_STATUS[status] if 0 <= status < len(_STATUS) else f"error {status}")


class OddError(Exception):
    """The agent answered something else than what it was asked; the message says what."""


def asked_for(rows: VarBinds, oids: list[Oid]) -> VarBinds:
    """The rows of a GET, or OddError where they are not those objects: what is left out must not look like absent."""
    missing = [oid for oid in oids if oid not in {row[0] for row in rows}]
    if missing:
        raise OddError(f"the agent was asked for {dotted(missing[0])} and left it out")
    return rows


class Session(Protocol):
    """What a conversation can do. `version` is "1", "2c" or "3"."""

    version: str

    async def get(self, oids: list[Oid]) -> VarBinds:
        """The objects' values, in this order."""

    async def following(self, oid: Oid) -> VarBinds:
        """One or more values that follow an OID, in the agent's order."""

    def close(self) -> None:
        """Let go of sockets and timers."""
