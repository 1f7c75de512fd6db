"""One DICOM association with one C-ECHO in it, and the words for how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from pacs_rounds.transports import dicom_pdu as pdu

_NOWHERE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}


@dataclass(slots=True)
class Echo:
    """What became of one C-ECHO. Times in milliseconds, None where the phase was not finished.

    `result` is accepted, unreleased (answered, but the release was not), rejected, aborted, closed (hung up without
    a word), refused (TCP), timed_out, unreachable, no_context, failed_status, protocol_error or not_asked; `phase`
    is where it ended: connect, association, echo or release.
    """

    host: str
    ae_title: str
    address: str
    port: int | None
    calling_ae_title: str
    result: str = "not_asked"
    phase: str = "connect"
    reject_result: int | None = None
    source: int | None = None
    reason_code: int | None = None
    reason_text: str = ""
    status: str | None = None
    connect_ms: float | None = None
    association_ms: float | None = None
    echo_ms: float | None = None
    peer_implementation_uid: str = ""
    peer_implementation_version: str = ""
    started: float = field(default_factory=time.time)
    ended: float = 0.0

    def line(self) -> str:
        """One JSON line without host and clock: what the archive keeps and `dicom.c_echo` reads."""
        data = asdict(self)
        for key in ("host", "started", "ended"):
            del data[key]
        return json.dumps(data, sort_keys=True, ensure_ascii=True)


class Association:
    """One association with one C-ECHO in it. Writes what happened into its Echo."""

    def __init__(self, echo: Echo, addresses: Sequence[str], port: int) -> None:
        self.echo, self.addresses, self.port = echo, addresses, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def run(self, budget: float) -> None:
        """Connect, associate, echo, release within `budget` seconds; abort and hang up whatever happened."""
        echo = self.echo
        try:
            async with asyncio.timeout(budget):
                await self._connect()
                if await self._associate() and await self._echo():
                    await self._release()
        except TimeoutError:
            self._timed_out(budget)
        except pdu.ProtocolError as error:
            self._ended("unreleased" if echo.phase == "release" else "protocol_error", str(error))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self._hung_up(error)
        except OSError as error:
            self._ended("unreachable" if error.errno in _NOWHERE or echo.phase == "connect" else "closed",
                        _os_words(error))
        finally:
            self._hang_up()

    def _ended(self, result: str, words: str) -> None:
        self.echo.result, self.echo.reason_text = result, words

    def _timed_out(self, budget: float) -> None:
        if self.echo.result != "not_asked":  # known already; only the polite goodbye took too long
            return
        phase = self.echo.phase
        words = {"connect": "no answer to the TCP connection", "association": "TCP accepted, then no answer to the "
                 "association request", "echo": "association accepted, then no answer to the C-ECHO",
                 "release": "C-ECHO answered, then no answer to the release"}[phase]
        self._ended("unreleased" if phase == "release" else "timed_out", f"{words} within {budget:.3g} s")

    def _hung_up(self, error: Exception) -> None:
        if self.echo.phase == "connect":
            refused = isinstance(error, ConnectionRefusedError)
            self._ended("refused" if refused else "closed",
                        "nothing listens on this port" if refused else "the connection was reset at once")
        elif self.echo.phase == "release":
            # Many peers close the socket in place of an A-RELEASE-RP: the association is gone all the same.
            self._ended("accepted", "closed the connection in place of a release response")
        else:
            self._ended("closed", f"closed the connection without a word during the {self.echo.phase}")

    async def _connect(self) -> None:
        begun = time.monotonic()
        for number, address in enumerate(self.addresses, start=1):
            try:
                self.reader, self.writer = await asyncio.open_connection(address, self.port)
                break
            except OSError:
                if number == len(self.addresses):
                    raise
        self.echo.connect_ms = _since(begun)
        self.echo.phase = "association"

    async def _associate(self) -> bool:
        echo = self.echo
        begun = time.monotonic()
        kind, body = await self._ask(pdu.associate_rq(echo.ae_title, echo.calling_ae_title))
        echo.association_ms = _since(begun)
        if kind == pdu.ASSOCIATE_RJ:
            echo.reject_result, echo.source, echo.reason_code = pdu.rejected(body)
            words = pdu.REJECT_REASONS.get((echo.source, echo.reason_code), "a reason the standard does not know")
            self._ended("rejected", words)
            return False
        if kind != pdu.ASSOCIATE_AC:
            self._unexpected(kind, body)
            return False
        said = pdu.accepted(body)
        echo.peer_implementation_uid = said.implementation_uid
        echo.peer_implementation_version = said.implementation_version
        if said.contexts.get(pdu.CONTEXT_ID) != 0:
            echo.reason_code = said.contexts.get(pdu.CONTEXT_ID)
            words = "no answer to it" if echo.reason_code is None else ""
            words = words or pdu.CONTEXT_RESULTS.get(echo.reason_code or 0, f"result {echo.reason_code}")
            self._ended("no_context", f"Verification was not accepted: {words}")
            await self._part()
            return False
        echo.phase = "echo"
        return True

    async def _echo(self) -> bool:
        echo = self.echo
        begun = time.monotonic()
        await self._send(pdu.echo_rq())
        command, complete = b"", False
        while not complete:
            kind, body = await self._receive()
            if kind != pdu.DATA_TF:
                self._unexpected(kind, body)
                return False
            for is_command, is_last, data in pdu.fragments(body):
                if is_command:
                    command += data
                    complete = complete or is_last
            if len(command) > pdu.LONGEST_PDU:
                raise pdu.ProtocolError("a command set without end")
        echo.echo_ms = _since(begun)
        status = pdu.echo_status(command)
        echo.status = f"0x{status:04x}"
        if status:
            self._ended("failed_status", pdu.STATUSES.get(status, "not a status of the standard"))
            await self._part()
            return False
        echo.phase = "release"
        return True

    async def _release(self) -> None:
        await self._send(pdu.release_rq())
        while True:
            kind, _ = await self._receive()
            if kind == pdu.RELEASE_RP:
                self.echo.result = "accepted"
                return
            if kind == pdu.RELEASE_RQ:  # both asked at once (PS3.8 section 7.2.2.1)
                await self._send(pdu.release_rp())
            elif kind != pdu.DATA_TF:
                self._ended("unreleased", f"answered the release with {pdu.NAMES[kind]}")
                return

    async def _part(self) -> None:
        """Release an association that is of no use; its outcome is known already, so nothing here changes it."""
        with contextlib.suppress(pdu.ProtocolError, asyncio.IncompleteReadError, OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._ask(pdu.release_rq())

    def _unexpected(self, kind: int, body: bytes) -> None:
        if kind == pdu.ABORT:
            self.echo.source, self.echo.reason_code = pdu.aborted(body)
            self._ended("aborted", f"A-ABORT during the {self.echo.phase}")
        elif kind == pdu.RELEASE_RQ:
            self._ended("aborted", "asked for release in place of answering")
        else:
            raise pdu.ProtocolError(f"{pdu.NAMES[kind]} during the {self.echo.phase}")

    async def _ask(self, message: bytes) -> tuple[int, bytes]:
        await self._send(message)
        return await self._receive()

    async def _send(self, message: bytes) -> None:
        if self.writer is None:
            raise ConnectionError("not connected")
        self.writer.write(message)
        await self.writer.drain()

    async def _receive(self) -> tuple[int, bytes]:
        if self.reader is None:
            raise ConnectionError("not connected")
        kind, length = pdu.header(await self.reader.readexactly(pdu.HEADER_BYTES))
        return kind, await self.reader.readexactly(length)

    def _hang_up(self) -> None:
        """Leave nothing open: a peer with one free association would refuse its real work for minutes."""
        if self.writer is None:
            return
        if self.echo.result not in {"accepted", "rejected", "aborted", "closed", "no_context", "failed_status"}:
            with contextlib.suppress(OSError, RuntimeError):
                self.writer.write(pdu.abort())
        with contextlib.suppress(OSError, RuntimeError):
            self.writer.close()


def _since(begun: float) -> float:
    return round((time.monotonic() - begun) * 1000, 1)


def _os_words(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__)[:120]
