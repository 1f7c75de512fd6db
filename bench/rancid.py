"""RANCID on the simulated switches, where Debian's package is installed: as its own runner starts it, N at a time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fleet import WORKERS, Fleet
from measure import CommandFailedError, Cost, run

BIN = Path("/usr/lib/rancid/bin")


def there() -> bool:
    """Whether RANCID and the Expect it needs are installed."""
    return (BIN / "rancid").exists() and shutil.which("expect") is not None


def rancid(fleet: Fleet, count: int, least: int) -> Cost:
    """Collect `count` switches, each by an Expect and an ssh of its own, into filtered texts; every one must have so
    many lines at least. Nothing is committed: that would be one `git commit` for all."""
    home = fleet.folder / f"rancid-{count}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    ssh = home / "ssh"  # OpenSSH asks the password file, not HOME, where somebody's known_hosts is
    ssh.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -o UserKnownHostsFile="{fleet.folder}/known_hosts.txt" "$@"\n',
                   encoding="utf-8")
    ssh.chmod(0o700)
    login = home / ".cloginrc"
    login.write_text(f"add method * {{ssh:{fleet.port}}}\nadd user * {{{fleet.login[0]}}}\n"
                     f"add password * {{{fleet.login[1]}}} {{none}}\nadd autoenable * 1\n", encoding="ascii")
    login.chmod(0o600)
    addresses = list(fleet.names.values())[:count]
    told = home / "addresses"
    told.write_text("\n".join(addresses) + "\n", encoding="ascii")
    cost, said = run(["sh", "-c", f"cd '{home}' && xargs -P {WORKERS} -n 1 rancid -t cisco <addresses"],
                     env={"HOME": str(home), "PATH": f"{home}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"},
                     aside=fleet.process.pid, seconds=900.0)
    for address in addresses:
        path = home / f"{address}.new"
        if not path.exists() or path.read_text(encoding="utf-8", errors="replace").count("\n") < least:
            raise CommandFailedError(f"rancid has no whole copy of {address}\n{said[-1500:]}")
    return cost
