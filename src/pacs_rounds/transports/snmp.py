"""SNMP: management controllers and switches, version 3 and then 1, all agents on one event loop.

Commands are written as a person would type them (`snmpwalk -On 1.3.6.1.2.1.1`, `snmpget -On 1.3.6.1.2.1.1.3.0`), and
the answer is the text net-snmp would print: whoever reads the archive can ask the device again by hand. One
difference: for a subtree or object the agent lacks, version 1 prints nothing there; here it is the same
`No Such Object` line as in version 3, for "it has none" must not look like "it said nothing".
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent import futures

from pysnmp.error import PySnmpError

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint
from pacs_rounds.transports.snmp_contact import NoSessionError, address_of, contact, versions_of
from pacs_rounds.transports.snmp_format import VERSION_1_END, Oid, dotted, is_end, line
from pacs_rounds.transports.snmp_session import (
    NO_SUCH_NAME,
    NOT_ALLOWED,
    OddError,
    RefusedError,
    Session,
    SilentError,
    StatusError,
    UnreachableError,
)
from pacs_rounds.transports.snmp_usm import AUTH, PRIV, Engines

SHORTEST_KEY = 8
_COMMAND = re.compile(r"snmp(?P<what>walk|bulkwalk|get) -On(?P<oids>(?: \.?\d{1,10}(?:\.\d{1,10}){1,127})+)")


# ------------------------------------------------------------------------------------------------------ the inventory

def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks or has wrong for SNMP, in words; empty when nothing."""
    way = endpoint.ways.get("snmp") or {}
    where = f"fill it in in the inventory (host_vars/{endpoint.host})"
    if not way:
        return f"no rounds_snmp for {endpoint.host} in the inventory"
    for key, value in way.items():
        if value == UNKNOWN:
            return f"rounds_snmp.{key} is still 'unknown': {where}"
    if address_of(endpoint) in ("", UNKNOWN):
        return f"neither rounds_snmp.address nor ansible_host is known: {where}"
    versions = versions_of(way)
    if not versions:
        return f"rounds_snmp has neither a user (version 3) nor a community (version 1): {where}"
    if "3" in versions:
        for kind, known in (("auth", AUTH), ("priv", PRIV)):
            protocol, key = str(way.get(f"{kind}_protocol", "none")), str(way.get(f"{kind}_key", ""))
            if protocol not in known:
                return f"rounds_snmp.{kind}_protocol: {protocol!r} is none of {', '.join(known)}"
            if protocol != "none" and len(key) < SHORTEST_KEY:
                return f"rounds_snmp.{kind}_key has fewer than {SHORTEST_KEY} characters: {where}"
    return ""


# ------------------------------------------------------------------------------------------------------------ the loop

class _Loop:
    """One thread with one event loop for all agents of this process; a fork has its own."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.engines = Engines()
        threading.Thread(target=self._run, name="snmp", daemon=True).start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)  # pysnmp asks for the thread's own
        self.loop.run_forever()


_lock = threading.Lock()
_current: list[_Loop] = []


def _shared() -> _Loop:
    with _lock:
        if not _current or _current[0].process != os.getpid():
            _current[:] = [_Loop()]
        return _current[0]


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """All answers of one agent. Never raises for what it does; every command gets its reason."""
    shared, started = _shared(), time.time()
    done: list[Answer] = []
    work = asyncio.run_coroutine_threadsafe(_host(shared.engines, endpoint, commands, done.append), shared.loop)
    try:
        work.result(endpoint.deadline_seconds + 1.0)
    except futures.TimeoutError:
        work.cancel()
    answers = list(done)
    detail = f"no end within the device's deadline of {endpoint.deadline_seconds:g} s"
    return answers + [Answer(one.command, "", None, started, time.time(), Reason.TIMED_OUT, detail)
                      for one in commands[len(answers):]]


async def _host(engines: Engines, endpoint: Endpoint, commands: Sequence[Collect],
                keep: Callable[[Answer], None]) -> None:
    """Ask everything of one agent, an answer at a time; two silences on end mean that it is gone."""
    give_up, started = time.monotonic() + endpoint.deadline_seconds, time.time()
    try:
        found = await contact(engines, endpoint)
    except NoSessionError as error:
        for one in commands:
            keep(Answer(one.command, "", None, started, time.time(), error.reason, error.detail))
        return
    silences = 0
    session, remark = found
    try:
        for one in commands:
            if silences == 2:
                now = time.time()
                keep(Answer(one.command, "", None, now, now, Reason.TIMED_OUT, "the agent fell silent before"))
                continue
            answer = await _command(session, one, give_up, remark)
            silences = silences + 1 if answer.reason is Reason.TIMED_OUT else 0
            keep(answer)
    finally:
        session.close()


# ----------------------------------------------------------------------------------------------------------- a command

async def _command(session: Session, one: Collect, give_up: float, remark: str) -> Answer:
    started = time.time()
    match = _COMMAND.fullmatch(one.command)
    if match is None:
        return Answer(one.command, "", None, started, started, Reason.TOOL_MISSING, "no SNMP command this reads with")
    limit = min(one.limit_seconds, give_up - time.monotonic())
    if limit <= 0:
        return Answer(one.command, "", None, started, started, Reason.TIMED_OUT, "the device's deadline passed")
    oids = [tuple(map(int, written.strip(".").split("."))) for written in match["oids"].split()]
    text = _Text()
    reason, detail = None, remark
    try:
        async with asyncio.timeout(limit):
            if match["what"] == "get":
                for oid, value in await session.get(oids):
                    text.add(line(oid, value))
            else:
                for oid in oids:
                    await _walk(session, oid, text)
    except (SilentError, TimeoutError):
        reason, detail = Reason.TIMED_OUT, f"no end within {limit:g} s, after {text.count} values"
    except (_EndlessError, OddError) as error:
        reason, detail = Reason.TRUNCATED, str(error)
    except RefusedError as error:
        reason, detail = Reason.REFUSED, f"version {session.version}: {error}"
    except UnreachableError as error:
        reason, detail = Reason.UNREACHABLE, f"{error}, after {text.count} values"
    except PySnmpError as error:
        reason, detail = Reason.FAULT_IN_CHECK, " ".join(f"{type(error).__name__}: {error}".split())[:200]
    except StatusError as error:
        denied = str(error) in NOT_ALLOWED
        reason = Reason.REFUSED if denied else Reason.TRUNCATED
        detail = f"the agent answered {error}" + ("" if denied else f" after {text.count} values")
    return Answer(one.command, text.said, None, started, time.time(), reason, detail)


class _EndlessError(Exception):
    """A walk that does not end by itself; the message says why it was ended."""


class _Text:
    """The lines of an answer, as long as they fit."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0

    def add(self, words: str) -> None:
        self._size += len(words) + 1
        if self._size > MAX_BYTES:
            raise _EndlessError("longer than any answer")
        self._lines.append(words)

    @property
    def count(self) -> int:
        return len(self._lines)

    @property
    def said(self) -> str:
        return "".join(f"{one}\n" for one in self._lines)


async def _walk(session: Session, root: Oid, text: _Text) -> None:
    """Everything below an OID; where nothing is, the object itself, as net-snmp's walk does."""
    at, found = root, 0
    while True:
        try:
            rows = await session.following(at)
        except StatusError as error:
            if session.version != "1" or error.status != NO_SUCH_NAME:
                raise
            if found:
                text.add(VERSION_1_END)
            break
        if not rows:
            raise OddError(f"the agent answered without any value, after {found} of them")
        for oid, value in rows:
            if is_end(value):
                text.add(line(oid if found else root, value))
                return
            if oid[:len(root)] != root:
                rows = []
                break
            if oid <= at:
                raise _EndlessError(f"OID not increasing: {dotted(at)} is followed by {dotted(oid)}")
            text.add(line(oid, value))
            at, found = oid, found + 1
        if not rows:
            break
    if found:
        return
    for oid, value in await session.get([root]):
        text.add(line(oid, value))
