"""`rounds trust`: record SSH host keys on first use, in the inventory, where a change of key is a change under review."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
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
            click.echo(f"{host}: DIFFERS  {key.kind} recorded {recorded.fingerprint}, offered {key.fingerprint}", err=True)
    return lines, differs


def _addresses(folder: Path, hosts: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """Address and port of the hosts that are reached by SSH, as Ansible itself resolves the inventory."""
    program = str(Path(sys.executable).with_name("ansible-inventory"))
    done = subprocess.run([program, "-i", str(folder), "--list"], capture_output=True, text=True, timeout=120,
                          check=False, cwd=paths.ROOT)
    if done.returncode:
        raise BadInput(str(folder), f"Ansible cannot read it: {done.stderr.strip()[-300:]}", "mend the inventory")
    variables: dict[str, dict[str, Any]] = json.loads(done.stdout)["_meta"]["hostvars"]
    unknown = [host for host in hosts if host not in variables]
    if unknown:
        raise BadInput(", ".join(unknown), "no such host in this inventory", "hosts: " + ", ".join(sorted(variables)[:20]))
    chosen = hosts or tuple(host for host, own in variables.items() if own.get("rounds_platform") in {"linux", "cisco_ios"})
    wanted: dict[str, tuple[str, int]] = {}
    for host in chosen:
        address = str(variables[host].get("ansible_host") or "")
        if address in {"", UNKNOWN} or "{{" in address:
            click.echo(f"{host}: ansible_host is {address or 'not set'!r}; fill it in first", err=True)
            continue
        wanted[host] = (address, int(variables[host].get("ansible_port") or 22))
    return wanted


def _offered(address: str, port: int) -> list[HostKey]:
    """The host keys the device offers; old devices only know ssh-rsa and ssh-dss."""
    program = shutil.which("ssh-keyscan")
    if program is None:
        raise BadInput("ssh-keyscan", "is not installed", "install OpenSSH's client: apt-get install openssh-client")
    done = subprocess.run([program, "-T", str(SECONDS), "-p", str(port), "-t", "rsa,ecdsa,ed25519", address],
                          capture_output=True, text=True, timeout=SECONDS * 4, check=False)
    return parse_known_hosts(done.stdout)
