"""SSH for simulated devices: keys, log-in, algorithms per device, and the faults of a connection.

A kind's defaults carry `ssh:` as in lab/defaults/linux.yml: port, user, password, host_key (ed25519 or rsa-<bits>), and
lists of algorithms: kex, encryption, mac, signature (of client keys), host_key_algorithms. An empty list means
asyncssh's own, which are today's.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import asyncssh

from pacs_rounds.lab import keys, sockets
from pacs_rounds.lab.kinds import Closable, Device, Lab

Session = Callable[["asyncssh.SSHServerProcess[Any]"], Awaitable[None]]
_LISTS = {"kex": "kex_algs", "encryption": "encryption_algs", "mac": "mac_algs", "signature": "signature_algs"}


class _Server(asyncssh.SSHServer):
    """Asks for the lab's user with its key or password."""

    def __init__(self, device: Device, lab: Lab) -> None:
        self._device, self._lab = device, lab

    def connection_made(self, conn: Any) -> None:
        banner = self._device.state["ssh"].get("banner")
        if banner:
            conn.send_auth_banner(banner)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return not self._device.state["ssh"].get("keyboard_interactive")

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        return len(responses) == 1 and self.validate_password(username, responses[0])

    def public_key_auth_supported(self) -> bool:
        return True

    def _welcome(self, username: str) -> bool:
        return username == self._device.state["ssh"]["user"] and not self._device.faults["refuse_login"]

    def validate_password(self, username: str, password: str) -> bool:
        right = hmac.compare_digest(password.encode(), self._device.state["ssh"]["password"].encode())
        return right and self._welcome(username)

    def validate_public_key(self, username: str, key: Any) -> bool:
        return self._welcome(username) and key.public_data == keys.client_public(self._lab.state).public_data


def _host_key(key: Any, ssh: dict[str, Any]) -> Any:
    """The key pair, signing only by the algorithms the device knows (an old one knows SHA-1 only)."""
    pair = asyncssh.load_keypairs([key])[0]
    if ssh.get("host_key_algorithms"):
        pair.host_key_algorithms = [name.encode() for name in ssh["host_key_algorithms"]]
    return pair


def options(device: Device, lab: Lab) -> dict[str, Any]:
    """Keyword arguments for `asyncssh.listen` that make the device's own host key, log-in and algorithms."""
    ssh = device.state["ssh"]
    chosen: dict[str, Any] = {_LISTS[word]: ssh[word] for word in _LISTS if ssh.get(word)}
    owner = keys.IMPOSTOR if device.faults["wrong_host_key"] else device.name
    return {
        **chosen,
        "server_host_keys": [_host_key(keys.host_key(lab.state, owner, ssh["host_key"]), ssh)],
        "server_factory": lambda: _Server(device, lab),
        "server_version": ssh.get("version") or (),
        "allow_scp": False, "agent_forwarding": False, "x11_forwarding": False, "login_timeout": 30,
        "keepalive_interval": 0,
    }


async def listen(device: Device, lab: Lab, session: Session, encoding: str | None = None, **more: Any) -> Closable:
    """Serve SSH on the device's address, or its connection fault.

    `session(process)` is called for each shell and exec request; `process.command` is None for a shell. `encoding`
    None gives bytes. `more` goes to `asyncssh.listen` (for example `line_editor=False`).
    """
    port = device.state["ssh"]["port"]
    faulty = await sockets.faulty(device, port)
    if faulty:
        return faulty
    server: Closable = await asyncssh.listen(
        device.address, port, process_factory=session, encoding=encoding, **options(device, lab), **more)
    return server
