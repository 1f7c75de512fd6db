"""Conversations with one SNMP agent, by pysnmp: version 3 through its engine, versions 1 and 2c through its codec.

Both kinds of session answer `get` and `following` with (OID, value) pairs and raise the same few errors. Everything
here runs on one event loop (transports/snmp.py); nothing is ever set.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.hlapi.v3arch import asyncio as v3
from pysnmp.proto import api, errind

from pacs_rounds.transports.snmp_format import MISSING, Oid

# pysnmp warns on the terminal about names of its own that it renamed.
warnings.filterwarnings("ignore", module="pysnmp")

TRY_SECONDS = 2.0
"""How long one try waits. A late answer to an earlier try is taken: all tries carry one number."""
TRIES = 6
USM_TRY_SECONDS = 3.0
"""Longer in version 3: pysnmp gives each try its own number, and old controllers may think for two seconds."""
USM_TRIES = 4
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


class Session(Protocol):
    """What a conversation can do. `version` is "1", "2c" or "3"."""

    version: str

    async def get(self, oids: list[Oid]) -> VarBinds:
        """The objects' values, in this order."""

    async def following(self, oid: Oid) -> VarBinds:
        """One or more values that follow an OID, in the agent's order."""

    def close(self) -> None:
        """Let go of sockets and timers."""


# ---------------------------------------------------------------------------------------------------- versions 1 and 2c

class Community(asyncio.DatagramProtocol):
    """Version 1 (or 2c, where the inventory says so): one connected socket, one question at a time."""

    def __init__(self, version: str, community: str) -> None:
        self.version, self.community = version, community
        self.module = api.PROTOCOL_MODULES[0 if version == "1" else 1]
        self.repetitions = REPETITIONS
        self.transport: Any = None
        self.waiting: tuple[int, asyncio.Future[Any]] | None = None

    async def open(self, address: str, port: int) -> Community:
        """Bind a socket; UnreachableError when there is no way to the address."""
        try:
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, remote_addr=(address, port))
        except OSError as error:
            raise UnreachableError(network_words(error)) from None
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def error_received(self, exc: Exception) -> None:
        if self.waiting and not self.waiting[1].done():
            self.waiting[1].set_exception(UnreachableError(network_words(exc)))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            message, _ = decoder.decode(data, asn1Spec=self.module.Message())
            pdu = self.module.apiMessage.get_pdu(message)
            number = int(self.module.apiPDU.get_request_id(pdu))
        except (PyAsn1Error, ValueError, IndexError):
            return  # not for us: the try ends in silence
        if self.waiting and self.waiting[0] == number and not self.waiting[1].done():
            self.waiting[1].set_result(pdu)

    async def _ask(self, pdu: Any, oids: list[Oid]) -> VarBinds:
        module = self.module
        module.apiPDU.set_varbinds(pdu, [(oid, module.Null("")) for oid in oids])
        message = module.Message()
        module.apiMessage.set_defaults(message)
        module.apiMessage.set_community(message, self.community)
        module.apiMessage.set_pdu(message, pdu)
        octets, number = encoder.encode(message), int(module.apiPDU.get_request_id(pdu))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting = (number, answer)
        for _ in range(TRIES):
            self.transport.sendto(octets)
            done, _pending = await asyncio.wait([answer], timeout=TRY_SECONDS)
            if done:
                break
        else:
            raise SilentError
        said = answer.result()
        status, index = int(module.apiPDU.get_error_status(said)), int(module.apiPDU.get_error_index(said))
        if status:
            raise StatusError(status, index)
        return [(tuple(oid), value) for oid, value in module.apiPDU.get_varbinds(said)]

    async def get(self, oids: list[Oid]) -> VarBinds:
        """The values; in version 1 an object the agent lacks spoils the whole answer, so it is asked again without."""
        missing, wanted = set[Oid](), list(dict.fromkeys(oids))
        found = dict[Oid, Any]()
        while wanted:
            pdu = self.module.GetRequestPDU()
            self.module.apiPDU.set_defaults(pdu)
            try:
                found |= dict(await self._ask(pdu, wanted))
                break
            except StatusError as error:
                if error.status != NO_SUCH_NAME or not 0 < error.index <= len(wanted):
                    raise
                missing.add(wanted.pop(error.index - 1))
        return [(oid, found[oid]) if oid in found else (oid, MISSING) for oid in oids
                if oid in found or oid in missing]

    async def following(self, oid: Oid) -> VarBinds:
        """GETNEXT in version 1, GETBULK in 2c."""
        if self.version == "1":
            pdu = self.module.GetNextRequestPDU()
            self.module.apiPDU.set_defaults(pdu)
            return await self._ask(pdu, [oid])
        pdu = self.module.GetBulkRequestPDU()
        self.module.apiBulkPDU.set_defaults(pdu)
        self.module.apiBulkPDU.set_max_repetitions(pdu, self.repetitions)
        return await self._ask(pdu, [oid])

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


# ----------------------------------------------------------------------------------------------------------- version 3

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
            self.target = await kind.create((address, port), timeout=USM_TRY_SECONDS, retries=0)
        except Exception as error:  # noqa: BLE001, RUF100  (pysnmp has its own error for each way this can fail)
            raise UnreachableError(f"the name does not resolve ({error})"[:160]) from None
        return self

    async def get(self, oids: list[Oid]) -> VarBinds:
        """GET."""
        return await self._patiently(lambda: self._ask(v3.get_cmd, (), oids))

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
                if tries == USM_TRIES:
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
            raise RefusedError(" ".join(str(trouble).split())[:120])
        if int(status):
            raise StatusError(int(status), int(index))
        return [(tuple(row[0]), row[1]) for row in rows]

    def close(self) -> None:
        self.engines.give_back(self.credentials, self.alone)
