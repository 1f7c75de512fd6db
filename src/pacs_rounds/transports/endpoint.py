"""Where and how a device is reached; what every transport from the control node needs. Secrets never leave it."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "unknown"
"""The word an inventory uses for what nobody has filled in yet."""


@dataclass(slots=True)
class Endpoint:
    """One device. Times in seconds; `deadline_seconds` bounds everything that is done with it in one round.
    `fault` says why the inventory's words about it cannot be used; port 0 is one that is still unknown. `ways` are the
    settings (secrets among them) of transports that need their own: {"snmp": {...}, "naviseccli": {...}}."""

    host: str
    address: str
    port: int = 22
    user: str = ""
    password: str | None = field(default=None, repr=False)
    enable_secret: str | None = field(default=None, repr=False)
    key_file: str | None = None
    known_hosts: str = ""
    platform: str = ""
    netmiko_type: str = "cisco_ios"
    legacy_ssh: dict[str, Any] = field(default_factory=dict)
    connect_seconds: float = 10.0
    deadline_seconds: float = 120.0
    fault: str = ""
    ways: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def gap(self) -> str:
        """What the inventory still lacks to reach this device, in words; empty when nothing."""
        if self.fault:
            return self.fault
        for name, value in (("ansible_host", self.address), ("ansible_port", self.port or UNKNOWN),
                            ("ansible_user", self.user), ("ansible_password", self.password)):
            if value == UNKNOWN:
                return f"{name} is still 'unknown': fill it in in the inventory (host_vars/{self.host})"
        return "" if self.address else f"no ansible_host for {self.host} in the inventory"


def open_socket(endpoint: Endpoint) -> socket.socket:
    """A TCP connection to the device; OSError says why there is none.

    Without TCP_NODELAY each of SSH's small packets would wait for the answer to the one before: 40 ms, twice.
    """
    connection = socket.create_connection((endpoint.address, endpoint.port), endpoint.connect_seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


# Every algorithm below rests on SHA-1, MD5, CBC or a broken group. They are off unless a host's inventory names them
# with a reason and an expiry; the lists are paramiko 4's own names.
LEGACY = {
    "kex": ["diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1"],
    "ciphers": ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc"],
    "macs": ["hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"],
    "keys": ["ssh-rsa"],
    "pubkeys": ["ssh-rsa"],
}


def disabled_algorithms(legacy: dict[str, Any]) -> dict[str, list[str]]:
    """paramiko's `disabled_algorithms`: all legacy ones but those the host's inventory allows."""
    allowed = {
        "kex": legacy.get("kex", []), "ciphers": legacy.get("ciphers", []), "macs": legacy.get("macs", []),
        "keys": legacy.get("host_key_types", []), "pubkeys": legacy.get("host_key_types", []),
    }
    return {kind: [name for name in names if name not in allowed[kind]] for kind, names in LEGACY.items()}
