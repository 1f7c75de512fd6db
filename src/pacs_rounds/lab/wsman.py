"""WinRM's server side for the tests and the lab: WS-Management over http or https, nothing of Windows.

One Server is one host; what its shells do is in wsman_shell.py. It knows Basic and NTLM, over http with the message
encryption that goes with NTLM (MS-WSMV 2.2.9.1).
"""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pacs_rounds.lab.wsman_shell import Fault, Shells, Silence, fault_text

LOG = logging.getLogger(__name__)
_ENCRYPTED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_LONGEST_BODY = 2_000_000


@dataclass
class Server:
    """A WS-Man listener. `users` maps names to passwords; without a certificate it is http. Who shows a certificate of
    `client_authority` is the user that it names."""

    address: str
    users: dict[str, str]
    shells: Shells
    certificate: Path | None = None
    key: Path | None = None
    client_authority: Path | None = None
    port: int = 0
    ways: tuple[str, ...] = ("Negotiate", "Basic")
    closing: threading.Event = field(default_factory=threading.Event)
    _http: _Listener | None = None

    def start(self) -> Server:
        """Listen."""
        server = self

        class Handler(_Handler):
            host = server

        self._http = _Listener((self.address, self.port), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
            if self.client_authority:
                context.verify_mode = ssl.CERT_OPTIONAL
                context.load_verify_locations(self.client_authority)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True,
                                                    do_handshake_on_connect=False)
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self) -> None:
        """Stop listening, end all commands."""
        self.closing.set()
        for name in list(self.shells.open):
            self.shells.delete(name)
        if self._http:
            self._http.shutdown()
            self._http.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or does not trust us, is its own affair."""
        LOG.debug("a connection ended", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    host: Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True  # 40 ms for each answer otherwise
    context: Any = None
    user = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""

    def do_POST(self) -> None:
        """One message, or a step of the log-in before it."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _LONGEST_BODY))
        if not self._admitted():
            return
        encrypted = "HTTP-SPNEGO-session-encrypted" in self.headers.get("Content-Type", "")
        try:
            plain = self._opened(body) if encrypted else body
            status, text = (200, self.host.shells.answer(plain, self.user)) if plain else (200, "")
        except Fault as fault:
            status, text = 500, fault_text(fault)
        except Silence as silence:
            if str(silence) == "hang":
                self.host.closing.wait(60)
            self.close_connection = True
            return
        self._send(status, self._sealed(text.encode()) if encrypted else text.encode(), encrypted)

    def _send(self, status: int, body: bytes, encrypted: bool = False, ask: tuple[str, ...] = ()) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            for one in ask:
                self.send_header("WWW-Authenticate", one)
            self.send_header("Content-Type", _ENCRYPTED if encrypted else "application/soap+xml;charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def _admitted(self) -> bool:
        """Whether this message is from somebody; otherwise the answer was 401."""
        way, _, token = self.headers.get("Authorization", "").partition(" ")
        if way == "Basic" and "Basic" in self.host.ways:
            name, _, password = base64.b64decode(token).decode("latin-1").partition(":")
            if self.host.users.get(name) == password:
                self.user = name
                return True
        elif way == _MUTUAL and self.host.client_authority:
            shown = self.connection.getpeercert() or {}
            self.user = next((value for part in shown.get("subject", ()) for key, value in part
                              if key == "commonName"), "")
            if self.user:
                return True
        elif way == "Negotiate" and "Negotiate" in self.host.ways:
            return self._negotiated(base64.b64decode(token))
        elif not way and self.user and self.context:
            return True  # NTLM admits the connection, not the message
        self._send(401, b"", ask=tuple('Basic realm="WSMAN"' if one == "Basic" else one for one in self.host.ways))
        return False

    def _negotiated(self, token: bytes) -> bool:
        import spnego

        if self.context is None or self.user:
            self.context, self.user = spnego.server(protocol="ntlm"), ""
        try:
            answer = self.context.step(token)
        except (spnego.exceptions.SpnegoError, ValueError):
            self.context = None
            self._send(401, b"", ask=self.host.ways)
            return False
        if self.context.complete:
            self.user = str(self.context.client_principal).rpartition("\\")[2]
            return True
        self._send(401, b"", ask=(f"Negotiate {base64.b64encode(answer).decode()}",))
        return False

    def _opened(self, body: bytes) -> bytes:
        data = body.split(b"application/octet-stream\r\n", 1)[1].removesuffix(b"--Encrypted Boundary--\r\n")
        size = int.from_bytes(data[:4], "little")
        return bytes(self.context.unwrap_winrm(data[4:4 + size], data[4 + size:]))

    def _sealed(self, text: bytes) -> bytes:
        sealed = self.context.wrap_winrm(text)
        return bytes(b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
                b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n"
                b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % len(text)
                + len(sealed.header).to_bytes(4, "little") + sealed.header + sealed.data
                + b"--Encrypted Boundary--\r\n")


def ntlm_users(users: dict[str, str], place: Path) -> None:
    """Write the file from which pyspnego's NTLM takes the passwords of this process's servers."""
    place.write_text("".join(f":{name}:{password}\n" for name, password in users.items()), encoding="utf-8")
    place.chmod(0o600)
    os.environ["NTLM_USER_FILE"] = str(place)
