"""An SNMP agent over a sorted table: versions 1 and 3, octets in, octets out. No sockets, no waiting.

A management controller of 2012 in short: whoever asks in a version or with a community it does not know gets no
answer at all; a wrong user, key or time gets a report (RFC 3414, section 3.2); nothing can be set.
"""

from __future__ import annotations

import bisect
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.lab import snmp_ber as ber
from pacs_rounds.lab.snmp_ber import BerError, Oid, Reader
from pacs_rounds.lab.snmp_usm import DIGEST_OCTETS, User

Row = tuple[str, str, object]
"""(OID, type, value), as lab/snmp.py explains."""

TOO_BIG, NO_SUCH_NAME, GEN_ERR, AUTHORIZATION_ERROR, NOT_WRITABLE = 1, 2, 5, 16, 17
_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVEL, NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = 1, 2, 3, 4, 5, 6
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
WINDOW_SECONDS = 150


class Swallowed(Exception):  # noqa: N818  (not an error: agents answer much with silence)
    """No answer is sent."""


def oid_of(written: str) -> Oid:
    """`1.3.6` or `.1.3.6` as numbers."""
    return tuple(int(part) for part in written.strip(".").split("."))


@dataclass(slots=True)
class Table:
    """The rows in the order of their OIDs, each varbind encoded once."""

    oids: list[Oid]
    encoded: list[bytes]
    wide: frozenset[int]

    @classmethod
    def of(cls, rows: Iterable[Row], values: dict[str, Any]) -> Table:
        """From a device's rows and a scenario's values over them; {} in place of a value takes the row away."""
        made = {oid_of(oid): (kind, what) for oid, kind, what in rows}
        for oid, value in values.items():
            made.pop(oid_of(oid), None)
            if value:
                made[oid_of(oid)] = (str(value["type"]), value["value"])
        oids = sorted(made)
        wide = frozenset(place for place, oid in enumerate(oids) if made[oid][0] == "counter64")
        return cls(oids, [ber.sequence(ber.object_id(oid), ber.value(*made[oid])) for oid in oids], wide)


@dataclass(slots=True)
class Agent:
    """One agent. `settings` is the `snmp:` block of the device's state; `render` gives its rows anew, `clock` seconds.

    `seen` counts requests by version and kind, for tests that prove what was never asked.
    """

    settings: dict[str, Any]
    render: Callable[[], Iterable[Row]]
    clock: Callable[[], float]
    engine_id: bytes
    born: float = 0.0
    boots: int = 7
    seen: Counter[str] = field(default_factory=Counter)
    _table: Table | None = None
    _rendered: float = 0.0

    def table(self) -> Table:
        """The rows, at most one second old: a walk must not pay for rendering at each step."""
        if self._table is None or self.clock() - self._rendered > 1.0:
            self._table, self._rendered = Table.of(self.render(), self.settings["values"]), self.clock()
        return self._table

    def answer(self, datagram: bytes) -> bytes | None:
        """The answer to one datagram, or None."""
        try:
            message = Reader(datagram).inside()
            version = message.number()
            named = {0: "1", 1: "2c", 3: "3"}.get(version, "?")
            if named not in self.settings["versions"]:
                self.seen[f"v{named}"] += 1
                return None
            said = self._version_1(message) if version == 0 else self._version_3(datagram, message)
        except (BerError, Swallowed, IndexError):
            return None
        return said[:len(said) // 2] if self.settings["garbage"] else said

    def _version_1(self, message: Reader) -> bytes:
        community = message.octets()
        tag, body = message.next(ber.GET, ber.GETNEXT, ber.SET)
        self.seen[f"v1 {tag:#x}"] += 1
        if community != self.settings["community"].encode():
            raise Swallowed
        head = ber.number(0) + ber.octets(community)
        room = int(self.settings["max_message_bytes"]) - len(head) - 40
        return ber.sequence(head, self._pdu(tag, Reader(body), room, modern=False))

    # ------------------------------------------------------------------------------------------------ version 3

    def _version_3(self, datagram: bytes, message: Reader) -> bytes:
        header = message.inside()
        message_id, most = header.number(), header.number()
        flags, model = header.octets()[0], header.number()
        raw = message.octets()
        security = Reader(raw).inside()
        engine, boots, seconds, name = security.octets(), security.number(), security.number(), security.octets()
        digest, salt = security.octets(), security.octets()
        if model != 3:
            raise Swallowed
        user = self.user
        reply = _Reply(self, message_id, user, name)
        if engine != self.engine_id:
            return reply.report(UNKNOWN_ENGINE, flags)
        if name != user.name.encode():
            return reply.report(UNKNOWN_USER, flags)
        if (flags & _AUTH and user.auth_protocol == "none") or (flags & _PRIV and user.priv_protocol == "none"):
            return reply.report(UNSUPPORTED_LEVEL, flags)
        if flags & _AUTH:
            if len(digest) != DIGEST_OCTETS:
                raise Swallowed
            blank = datagram.replace(digest, bytes(DIGEST_OCTETS), 1)
            if user.digest(self.engine_id, blank) != digest:
                return reply.report(WRONG_DIGEST, flags)
            late = boots != self.boots or abs(seconds - self.seconds) > WINDOW_SECONDS
            if late or self.settings["not_in_time_window"]:
                return reply.report(NOT_IN_TIME, flags, _AUTH)
        if flags & _PRIV:
            try:
                plain = user.decrypt(self.engine_id, boots, seconds, salt, message.octets())
                scoped = Reader(plain).inside()
                scoped.octets()
            except BerError:
                return reply.report(DECRYPTION, flags, _AUTH)
        else:
            scoped = message.inside()
            scoped.octets()
        context = scoped.octets()
        tag, body = scoped.next(ber.GET, ber.GETNEXT, ber.SET, ber.GETBULK)
        self.seen[f"v3 {tag:#x}"] += 1
        needed = (_AUTH if user.auth_protocol != "none" else 0) | (_PRIV if user.priv_protocol != "none" else 0)
        if context or flags & 3 != needed:
            pdu = Reader(body)
            refused = _response(pdu.number(), AUTHORIZATION_ERROR, 0, b"")
            return reply.send(refused, flags & 3)
        room = min(most, int(self.settings["max_message_bytes"])) - len(raw) - 100
        return reply.send(self._pdu(tag, Reader(body), room, modern=True), flags & 3)

    @property
    def user(self) -> User:
        """The one user the agent knows."""
        return User(*(self.settings[key] for key in ("user", "auth_protocol", "auth_key", "priv_protocol", "priv_key")))

    @property
    def seconds(self) -> int:
        """snmpEngineTime."""
        return int(self.clock() - self.born) % 2**31

    # ------------------------------------------------------------------------------------------------ what is asked

    def _pdu(self, tag: int, pdu: Reader, room: int, modern: bool) -> bytes:
        request, first, second = pdu.number(), pdu.number(), pdu.number()
        asked, said = list[Oid](), pdu.inside()
        while said.more:
            asked.append(said.inside().object_id())
        echo = b"".join(ber.sequence(ber.object_id(oid), ber.tlv(ber.NULL, b"")) for oid in asked)
        for place, oid in enumerate(asked, start=1):
            if _below(oid, self.settings["error_below"]):
                return _response(request, GEN_ERR, place, echo)
            self._hang(oid)
        if tag == ber.SET:
            return _response(request, NOT_WRITABLE if modern else NO_SUCH_NAME, 1, echo)
        if tag == ber.GETBULK:
            return _response(request, 0, 0, self._bulk(asked, max(0, first), max(0, second), room))
        varbinds = list[bytes]()
        for place, oid in enumerate(asked, start=1):
            one_said = self._get(oid, modern) if tag == ber.GET else self._after(oid, modern)[1]
            if one_said is None:
                return _response(request, NO_SUCH_NAME, place, echo)
            varbinds.append(one_said)
        body = b"".join(varbinds)
        return _response(request, TOO_BIG, 0, b"" if modern else echo) if len(body) > room else \
            _response(request, 0, 0, body)

    def _hang(self, oid: Oid) -> None:
        if _below(oid, self.settings["hang_below"]):
            raise Swallowed

    def _get(self, oid: Oid, modern: bool) -> bytes | None:
        table = self.table()
        place = bisect.bisect_left(table.oids, oid)
        if place < len(table.oids) and table.oids[place] == oid and (modern or place not in table.wide):
            return table.encoded[place]
        if not modern:
            return None
        parent = oid[:-1]
        near = bisect.bisect_left(table.oids, parent)
        known = near < len(table.oids) and table.oids[near][:-1] == parent
        tag = ber.NO_SUCH_INSTANCE if known else ber.NO_SUCH_OBJECT
        return ber.sequence(ber.object_id(oid), ber.tlv(tag, b""))

    def _after(self, oid: Oid, modern: bool) -> tuple[Oid, bytes | None]:
        """The row that follows; the last one follows itself where a scenario says so."""
        table = self.table()
        if self.settings["loop_at"] and oid == oid_of(self.settings["loop_at"]):
            place = bisect.bisect_left(table.oids, oid)
        else:
            place = bisect.bisect_right(table.oids, oid)
            while not modern and place in table.wide:  # version 1 has no 64-bit counters
                place += 1
        if place >= len(table.oids):
            return oid, ber.sequence(ber.object_id(oid), ber.tlv(ber.END_OF_MIB, b"")) if modern else None
        self._hang(table.oids[place])
        return table.oids[place], table.encoded[place]

    def _bulk(self, asked: list[Oid], once: int, times: int, room: int) -> bytes:
        body = [self._after(oid, True)[1] or b"" for oid in asked[:once]]
        size = sum(map(len, body))
        rest = asked[once:]
        for _ in range(times if rest else 0):
            followed = [self._after(oid, True) for oid in rest]
            for _oid, encoded in followed:
                size += len(encoded or b"")
                if size > room and body:
                    return b"".join(body)
                body.append(encoded or b"")
            if all(oid == before for (oid, _), before in zip(followed, rest, strict=True)) \
                    and not self.settings["loop_at"]:
                break
            rest = [oid for oid, _ in followed]
        return b"".join(body)


def _below(oid: Oid, written: list[str]) -> bool:
    return any(oid[:len(root)] == root for root in map(oid_of, written))


def _response(request: int, status: int, index: int, varbinds: bytes, tag: int = ber.RESPONSE) -> bytes:
    return ber.tlv(tag, ber.number(request) + ber.number(status) + ber.number(index) + ber.sequence(varbinds))


@dataclass(slots=True)
class _Reply:
    """The wrapping of version 3 around an answer."""

    agent: Agent
    message_id: int
    user: User
    name: bytes  # echoed as it came: none while the engine is being discovered

    def report(self, what: int, flags: int, level: int = 0) -> bytes:
        """A report: what the request ran into. Only to whoever is ready to take one."""
        self.agent.seen[f"report {what}"] += 1
        if not flags & _REPORTABLE:
            raise Swallowed
        counter = ber.sequence(ber.object_id((*_STATS, what, 0)), ber.number(self.agent.seen[f"report {what}"], 0x41))
        return self.send(_response(0, 0, 0, counter, ber.REPORT), level)

    def send(self, pdu: bytes, level: int) -> bytes:
        """The message around a PDU, with the security level of the request."""
        agent, user = self.agent, self.user
        boots, seconds = agent.boots, agent.seconds
        scoped = ber.sequence(ber.octets(agent.engine_id), ber.octets(b""), pdu)
        salt = b""
        if level & _PRIV:
            salt = os.urandom(8)
            scoped = ber.octets(user.encrypt(agent.engine_id, boots, seconds, salt, scoped))
        header = ber.sequence(ber.number(self.message_id), ber.number(65507), ber.octets(bytes((level,))),
                              ber.number(3))

        def whole(digest: bytes) -> bytes:
            security = ber.sequence(ber.octets(agent.engine_id), ber.number(boots), ber.number(seconds),
                                    ber.octets(self.name), ber.octets(digest), ber.octets(salt))
            return ber.sequence(ber.number(3), header, ber.octets(security), scoped)

        if not level & _AUTH:
            return whole(b"")
        return whole(user.digest(agent.engine_id, whole(bytes(DIGEST_OCTETS))))
