"""The lab's keys: one per device, kept between starts, so that strict host key checking works.

Throw-away keys of a simulation on loopback; they never leave the state directory.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import asyncssh

from pacs_rounds.lab.kinds import Device

IMPOSTOR = "impostor"
"""Owner of the key that `faults.wrong_host_key` shows."""


def _generate(algorithm: str) -> Any:
    if algorithm == "ed25519":
        return asyncssh.generate_private_key("ssh-ed25519")
    return asyncssh.generate_private_key("ssh-rsa", key_size=int(algorithm.removeprefix("rsa-")))


def _kept(path: Path, algorithm: str) -> Any:
    """The key in `path`, made on first use; written beside and renamed, so that a half-written one is never read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = _generate(algorithm)
        beside = path.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_bytes(key.export_private_key("openssh"))
        path.with_suffix(path.suffix + ".pub").write_bytes(key.export_public_key("openssh"))
        beside.rename(path)
    return asyncssh.read_private_key(str(path))


@functools.cache
def host_key(state: Path, owner: str, algorithm: str) -> Any:
    """The host key of a device: `ed25519` or `rsa-<bits>`."""
    return _kept(state / "keys" / f"{owner}.{algorithm}", algorithm)


@functools.cache
def client_public(state: Path) -> Any:
    """The public key the lab's user logs in with; the private one is `id_ed25519` in the state directory."""
    return _kept(state / "id_ed25519", "ed25519").convert_to_public()


def known_hosts(devices: dict[str, Device], state: Path) -> str:
    """The lines of a known_hosts file for every device that speaks SSH."""
    lines = ["# Written by the lab when it starts; throw-away keys of a simulation."]
    for device in devices.values():
        ssh = device.state.get("ssh")
        if ssh:
            public = host_key(state, device.name, ssh["host_key"]).export_public_key("openssh").decode().split()
            lines.append(f"[{device.address}]:{ssh['port']} {public[0]} {public[1]}")
    return "\n".join(lines) + "\n"
