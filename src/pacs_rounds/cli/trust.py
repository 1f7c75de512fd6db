"""`rounds trust`: record SSH host keys on first use, in the inventory, where a changed key is a change under review."""

from __future__ import annotations

import base64
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pacs_rounds import paths
from pacs_rounds.evidence.layout import SiteEvidence, write_new
from pacs_rounds.model import BadInput
from pacs_rounds.transports.endpoint import UNKNOWN

SECONDS = 10
KEY_TYPES = (("ssh-ed25519",), ("ecdsa-sha2-nistp256",), ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"))
SSH_PLATFORMS = {"linux", "cisco_ios", "cisco_catos", "brocade_fos"}


@dataclass(frozen=True, slots=True)
class HostKey:
    """One line of known_hosts: `[address]:port` or address, type, and the key in base64."""

    name: str
    kind: str
    blob: str

    @property
    def line(self) -> str:
        """As OpenSSH writes it."""
        return f"{self.name} {self.kind} {self.blob}"

    @property
    def fingerprint(self) -> str:
        """SHA256:…, as ssh shows it and as the engineer compares it at the device's console."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def parse_known_hosts(text: str) -> list[HostKey]:
    """The keys of a known_hosts text; comments, hashed names and markers are left alone by the caller."""
    keys = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and not line.startswith(("#", "@", "|")):
            keys.append(HostKey(words[0], words[1], words[2]))
    return keys


@click.command()
@click.option("--site", required=True)
@click.option("--replace", is_flag=True, help="Replace a recorded key that differs. Find out first why it changed.")
@click.argument("hosts", nargs=-1)
def trust(site: str, replace: bool, hosts: tuple[str, ...]) -> None:
    """Ask HOSTS (default: every host with an SSH address) for their keys and record those not yet known.

    The keys go to inventories/SITE/known_hosts.txt in OpenSSH's format. Compare the fingerprints at the devices'
    consoles before you commit the file. Exit status 1 when a recorded key differs.

    \b
    Example:
      rounds trust --site cancer-hospital core-1 core-2
    """
    SiteEvidence.of(site)
    folder = paths.INVENTORIES / site
    if not folder.is_dir():
        raise BadInput(f"site {site!r}", "has no folder under inventories/", "check the name")
    wanted = _addresses(folder, hosts)
    path = folder / "known_hosts.txt"
    before = path.read_text(encoding="ascii") if path.exists() else ""
    lines, changed = before.splitlines(), 0
    for host, (address, port) in wanted.items():
        offered = _offered(address, port)
        if not offered:
            click.echo(f"{host}: no SSH host key within {SECONDS} s from {address} port {port}", err=True)
            continue
        lines, differs = _merge(host, lines, offered, replace)
        changed += differs
    text = "".join(line + "\n" for line in lines)
    if text != before:
        write_new(path, text.encode("ascii"))
    sys.exit(1 if changed else 0)


def _merge(host: str, lines: list[str], offered: list[HostKey], replace: bool) -> tuple[list[str], int]:
    """The lines with new keys added; how many recorded ones differ from what the device offers now."""
    known = {(key.name, key.kind): key for key in parse_known_hosts("\n".join(lines))}
    differs = 0
    for key in offered:
        recorded = known.get((key.name, key.kind))
        if recorded is None:
            lines = [*lines, key.line]
            click.echo(f"{host}: recorded {key.kind} {key.fingerprint}")
        elif recorded.blob == key.blob:
            click.echo(f"{host}: known    {key.kind} {key.fingerprint}")
        elif replace:
            lines = [key.line if line.split()[:2] == [key.name, key.kind] else line for line in lines]
            click.echo(f"{host}: replaced {key.kind} {recorded.fingerprint} by {key.fingerprint}")
        else:
            differs += 1
            click.echo(f"{host}: DIFFERS  {key.kind} recorded {recorded.fingerprint}, now {key.fingerprint}", err=True)
    return lines, differs


def _addresses(folder: Path, hosts: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """Address and port of the hosts that are reached by SSH, as Ansible itself resolves the inventory."""
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar
    from ansible.vars.manager import VariableManager

    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(folder)])
    manager = VariableManager(loader=loader, inventory=inventory)
    unknown = [host for host in hosts if inventory.get_host(host) is None]
    if unknown:
        raise BadInput(", ".join(unknown), "no such host in this inventory", f"see {folder.name}/hosts.yml")
    wanted: dict[str, tuple[str, int]] = {}
    for host in [inventory.get_host(name) for name in hosts] or inventory.get_hosts():
        variables = manager.get_vars(host=host)
        templar = Templar(loader=loader, variables=variables)

        def value(name: str, variables: Any = variables, templar: Any = templar) -> str:
            return str(templar.template(variables.get(name)) or "")

        if not hosts and value("rounds_platform") not in SSH_PLATFORMS:
            continue
        address = value("ansible_host")
        if address in {"", UNKNOWN}:
            click.echo(f"{host}: ansible_host is {address or 'not set'}; fill it in first", err=True)
            continue
        wanted[str(host)] = (address, int(value("ansible_port") or 22))
    return wanted


def _offered(address: str, port: int) -> list[HostKey]:
    """The host keys the device offers, one handshake per type. ssh-keyscan cannot: old servers speak only SHA-1."""
    import logging
    import socket

    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints each missing key type as a traceback
    name = address if port == 22 else f"[{address}]:{port}"
    found: dict[str, HostKey] = {}
    for kinds in KEY_TYPES:
        try:
            with socket.create_connection((address, port), SECONDS) as connection:
                transport = paramiko.Transport(connection)
                transport.banner_timeout = SECONDS
                transport.get_security_options().key_types = kinds
                try:
                    transport.start_client(timeout=SECONDS)
                    key = transport.get_remote_server_key()
                finally:
                    transport.close()
        except paramiko.SSHException:
            continue  # it has no key of this type
        except OSError:
            break
        found[key.get_name()] = HostKey(name, key.get_name(), key.get_base64())
    return list(found.values())
