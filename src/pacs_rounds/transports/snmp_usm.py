"""SNMP version 3 by pysnmp's engine: users with MD5 or SHA, DES or AES."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as v3
from pysnmp.proto import errind

from pacs_rounds.transports.snmp_format import Oid
from pacs_rounds.transports.snmp_session import (
    REPETITIONS,
    TOO_BIG,
    OddError,
    RefusedError,
    SilentError,
    StatusError,
    UnreachableError,
    VarBinds,
    asked_for,
)

# pysnmp warns on the terminal about names of its own that it renamed.
warnings.filterwarnings("ignore", module="pysnmp")

TRY_SECONDS = 3.0
"""Longer in version 3: pysnmp gives each try its own number, and old controllers may think for two seconds."""
TRIES = 4

AUTH = {"none": v3.USM_AUTH_NONE, "MD5": v3.USM_AUTH_HMAC96_MD5, "SHA": v3.USM_AUTH_HMAC96_SHA,
        "SHA256": v3.USM_AUTH_HMAC192_SHA256}
PRIV = {"none": v3.USM_PRIV_NONE, "DES": v3.USM_PRIV_CBC56_DES, "AES": v3.USM_PRIV_CFB128_AES}

_REFUSALS: tuple[tuple[Any, str, bool], ...] = (
    (errind.UnknownUserName, "it does not know the user", False),
    (errind.UnknownSecurityName, "it does not know the user", False),
    (errind.WrongDigest, "wrong authentication key or protocol", False),
    (errind.AuthenticationFailure, "wrong authentication key or protocol", False),
    (errind.UnsupportedSecurityLevel, "it does not have this user at this security level", False),
    (errind.DecryptionError, "wrong privacy key or protocol", False),
    (errind.NotInTimeWindow, "its clock or restart counter does not stand still (not in time window)", True),
    (errind.UnknownEngineID, "it does not know its own engine id", True))


@dataclass(frozen=True, slots=True)
class Credentials:
    """A version 3 user; `none` for a protocol that is not used."""

    user: str
    auth_protocol: str = "none"
    auth_key: str = field(default="", repr=False)
    priv_protocol: str = "none"
    priv_key: str = field(default="", repr=False)

    def usm(self) -> Any:
        """pysnmp's form."""
        return v3.UsmUserData(self.user, self.auth_key or None, self.priv_key or None,
                              authProtocol=AUTH[self.auth_protocol], privProtocol=PRIV[self.priv_protocol])


class Engines:
    """pysnmp's engines: each costs 60 ms, so that agents with the same credentials share one while they are asked."""

    def __init__(self) -> None:
        self._open: dict[tuple[Credentials, str], tuple[Any, int]] = {}

    def borrow(self, credentials: Credentials, host: str = "") -> Any:
        """The engine for these credentials, or for this host alone."""
        engine, users = self._open.get((credentials, host)) or (v3.SnmpEngine(), 0)
        self._open[credentials, host] = (engine, users + 1)
        return engine

    def give_back(self, credentials: Credentials, host: str = "") -> None:
        """The last one closes its socket."""
        engine, users = self._open.pop((credentials, host))
        if users > 1:
            self._open[credentials, host] = (engine, users - 1)
        else:
            engine.close_dispatcher()


class Usm:
    """Version 3. Two agents with one engine id (a cloned configuration) disturb each other in a shared engine: the
    one that is refused for its clock is asked again through an engine of its own."""

    version = "3"

    def __init__(self, engines: Engines, credentials: Credentials, host: str) -> None:
        self.engines, self.credentials, self.host = engines, credentials, host
        self.alone = ""
        self.engine = engines.borrow(credentials)
        self.user = credentials.usm()
        self.repetitions = REPETITIONS
        self.target: Any = None

    async def open(self, address: str, port: int) -> Usm:
        """Resolve the address; UnreachableError when it has none."""
        kind = v3.Udp6TransportTarget if ":" in address else v3.UdpTransportTarget
        try:
            self.target = await kind.create((address, port), timeout=TRY_SECONDS, retries=0)
        except Exception as error:  # noqa: BLE001, RUF100  (pysnmp has its own error for each way this can fail)
            raise UnreachableError(f"the name does not resolve ({error})"[:160]) from None
        return self

    async def get(self, oids: list[Oid]) -> VarBinds:
        """GET."""
        return asked_for(await self._patiently(lambda: self._ask(v3.get_cmd, (), oids)), oids)

    async def following(self, oid: Oid) -> VarBinds:
        """GETBULK of one part of the tree; fewer rows at once when the agent finds them too many."""
        return await self._patiently(lambda: self._ask(v3.bulk_cmd, (0, self.repetitions), [oid]))

    async def _patiently(self, question: Callable[[], Awaitable[VarBinds]]) -> VarBinds:
        tries = 0
        while True:
            try:
                return await question()
            except SilentError:
                tries += 1
                if tries == TRIES:
                    raise
            except StatusError as error:
                if error.status != TOO_BIG or self.repetitions == 1:
                    raise
            self.repetitions = max(1, self.repetitions // 5)

    async def _ask(self, command: Any, numbers: tuple[int, ...], oids: list[Oid]) -> VarBinds:
        try:
            return await self._once(command, numbers, oids)
        except RefusedError as error:
            if not error.retune or self.alone:
                raise
        self.alone = self.host
        self.engines.give_back(self.credentials)
        self.engine = self.engines.borrow(self.credentials, self.alone)
        return await self._once(command, numbers, oids)

    async def _once(self, command: Any, numbers: tuple[int, ...], oids: list[Oid]) -> VarBinds:
        asked = [v3.ObjectType(v3.ObjectIdentity(oid)) for oid in oids]
        trouble, status, index, rows = await command(
            self.engine, self.user, self.target, v3.ContextData(), *numbers, *asked, lookupMib=False)
        if trouble is not None:
            if isinstance(trouble, errind.RequestTimedOut):
                raise SilentError
            for kind, words, retune in _REFUSALS:
                if isinstance(trouble, kind):
                    raise RefusedError(words, retune)
            raise OddError(" ".join(str(trouble).split())[:120])
        if int(status):
            raise StatusError(int(status), int(index))
        return [(tuple(row[0]), row[1]) for row in rows]

    def close(self) -> None:
        self.engines.give_back(self.credentials, self.alone)
