"""A Windows host's command shell over WinRM: one command at a time, its input fed in steps, cut at a limit, no trace.

Below it is pywinrm (WS-Management, log-ins, message encryption). Every request has a time-out; a command that is not
done at its limit gets the signal `terminate`, and a shell is deleted whatever happened in it. Where even that cannot be
said any more (the connection is gone), Windows ends the shell by itself after three idle minutes, the shortest default.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacs_rounds.model import Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.winrm_settings import WAY
from pacs_rounds.transports.winrm_words import decode, failure

POLL_SECONDS = 2
"""How long WinRM may keep one request for output open; the time limit of a command is kept this exactly."""
CLEAN_UP_SECONDS = 5
_IDLE = "PT180S"

Feed = Sequence[tuple[bytes, str]]
"""Standard input in pieces, each with the words that the output must hold before the next piece is sent. A program
that prints much while nobody receives would stop, and with it who sends to it."""


class ShellError(Exception):
    """No shell could be opened: reason and detail."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Said:
    """What one command wrote (standard output and error as they came), its exit code, and why that is no whole
    answer."""

    text: str
    status: int | None = None
    reason: Reason | None = None
    detail: str = ""


class Client:
    """One host. Not for several threads. `lost` says that the connection has failed: nothing more will be answered."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._way = endpoint.ways[WAY]
        self.lost: tuple[Reason, str] | None = None

    @contextlib.contextmanager
    def shell(self, environment: dict[str, str], directory: str = "") -> Iterator[Shell]:
        """A shell with these variables, deleted at the end. ShellError says why there is none."""
        if self.lost:
            raise ShellError(*self.lost)
        try:
            protocol = self._protocol()
            name = protocol.open_shell(env_vars=environment, working_directory=directory or None,
                                       codepage=self._way["codepage"], idle_timeout=_IDLE)
        except Exception as error:  # noqa: BLE001, RUF100  (requests', pywinrm's and its helpers' own classes)
            self.lost = failure(error)
            raise ShellError(*self.lost) from None
        shell = Shell(self, protocol, name)
        try:
            yield shell
        finally:
            protocol.transport.read_timeout_sec = CLEAN_UP_SECONDS
            with contextlib.suppress(Exception):
                protocol.close_shell(name)

    def decoded(self, raw: bytes, whole: bool) -> str:
        """Text of this host's programs."""
        return decode(raw, self._way["codepage"], whole)

    def _protocol(self) -> Any:
        from winrm.protocol import Protocol

        way, one = self._way, self._endpoint
        address = f"[{one.address}]" if ":" in one.address else one.address
        https, pinned = way["scheme"] == "https", way["certificate_sha256"]
        protocol = Protocol(
            f"{way['scheme']}://{address}:{one.port}{way['path']}", transport=way["transport"], username=one.user,
            password=one.password, cert_pem=_path(way.get("cert_pem")), cert_key_pem=_path(way.get("cert_key_pem")),
            ca_trust_path=_path(way.get("ca_trust_path")) or None,  # type: ignore[arg-type]
            server_cert_validation="ignore" if pinned else "validate",
            message_encryption="auto" if https else "always",
            kerberos_delegation=str(way.get("kerberos_delegation", "")).lower() in {"true", "yes", "1"},
            kerberos_hostname_override=way.get("kerberos_hostname_override"), proxy=None,
            operation_timeout_sec=POLL_SECONDS, read_timeout_sec=POLL_SECONDS + max(1, round(one.connect_seconds)))
        transport = protocol.transport
        # Over http this sends the first message: not before redirections are off, which could lead a log-in elsewhere.
        encrypt, transport.setup_encryption = transport.setup_encryption, lambda session: None  # type: ignore[method-assign]
        session = transport.build_session()
        session.max_redirects = 0
        if pinned:
            session.mount("https://", _pinned(pinned))
        if not https:
            encrypt(session)
        return protocol


def _path(written: Any) -> str | None:
    return str(Path(str(written)).expanduser()) if written else None


def _pinned(sha256: str) -> Any:
    """An adapter that takes exactly this certificate, whoever signed it."""
    from requests.adapters import HTTPAdapter

    class Pinned(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options, assert_fingerprint=sha256)

    return Pinned()


class Shell:
    """An open shell."""

    def __init__(self, client: Client, protocol: Any, name: str) -> None:
        self._client, self._protocol, self._name = client, protocol, name

    def run(self, line: str, limit: float, feed: Feed = ()) -> Said:
        """The command line, through cmd.exe. Never raises for what the host does."""
        if self._client.lost:
            return Said("", None, *self._client.lost)
        until = time.monotonic() + limit
        try:
            command = self._protocol.run_command(self._name, line, console_mode_stdin=not feed)
        except Exception as error:  # noqa: BLE001, RUF100
            return Said("", None, *self._lost(error))
        raw = bytearray()
        try:
            return self._received(command, raw, deque(feed), until, limit)
        except Exception as error:  # noqa: BLE001, RUF100
            return Said(self._client.decoded(bytes(raw), False), None, *self._lost(error))
        finally:
            self._end(command)

    def _received(self, command: str, raw: bytearray, pieces: deque[tuple[bytes, str]], until: float,
                  limit: float) -> Said:
        from winrm.exceptions import WinRMOperationTimeoutError

        awaited, seen = b"", 0
        while True:
            if pieces and raw.find(awaited, max(0, seen - len(awaited))) >= 0:
                data, words = pieces.popleft()
                awaited, seen = words.encode(), len(raw)
                self._send(command, data, not pieces)
            try:
                out, err, status, done = self._protocol.get_command_output_raw(self._name, command)
            except WinRMOperationTimeoutError:
                out, err, status, done = b"", b"", None, False
            raw += out + err
            if done:
                return Said(self._client.decoded(bytes(raw), True), status)
            if len(raw) > MAX_BYTES:
                return Said(self._client.decoded(bytes(raw[:MAX_BYTES]), False), None, Reason.TRUNCATED,
                            f"cut after {MAX_BYTES} bytes")
            if time.monotonic() > until:
                return Said(self._client.decoded(bytes(raw), False), None, Reason.TIMED_OUT,
                            f"no end within {limit:g} s")

    def _send(self, command: str, data: bytes, last: bool) -> None:
        """A program that has ended takes no input any more: what it said at its end comes with the next answer. Where
        only the time of the request passed, the data were taken."""
        from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

        with contextlib.suppress(WinRMOperationTimeoutError, WSManFaultError):
            self._protocol.send_command_input(self._name, command, data, end=last)

    def _lost(self, error: Exception) -> tuple[Reason, str]:
        from winrm.exceptions import WSManFaultError

        told = failure(error)
        if not isinstance(error, WSManFaultError):
            self._client.lost = told
        return told

    def _end(self, command: str) -> None:
        """WinRM wants the signal also for a command that is done; whoever does not hear it is ended with the shell."""
        if self._client.lost:
            return
        with contextlib.suppress(Exception):
            self._protocol.cleanup_command(self._name, command)
