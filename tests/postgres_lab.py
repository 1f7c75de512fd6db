"""A real PostgreSQL for the tests: one cluster with an archive and a base backup, below a folder of its own.

PostgreSQL refuses to run as root: as root everything belongs to the account `postgres` (Debian makes it), else to the
user who runs the tests. It listens on a socket in its own folder and nowhere else.
"""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer
from pacs_rounds.transports import sh_probe

PROGRAMS = next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
                 if (path / "pg_verifybackup").exists()), "")
PORT = 55432
ROWS = 20_000


def missing() -> str:
    """Why there is no real server here; empty when there is."""
    if not PROGRAMS:
        return "no PostgreSQL here (Debian: postgresql, by scripts/system-packages.sh)"
    return "" if account() else "run as root, and there is no account postgres"


def account() -> str:
    """Who owns the cluster."""
    if os.geteuid() != 0:
        return getpass.getuser()
    return "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else ""


class Cluster:
    """Production: tables in a database `pacs`, an archive, a base backup, and more log after it."""

    def __init__(self, root: Path | None = None) -> None:
        """A new one, or the one that stands in `root`."""
        self.root = root or Path(tempfile.mkdtemp(prefix="rounds-pg-", dir="/tmp"))  # a socket's path is short
        self.data, self.archive, self.backups = (self.root / name for name in ("prod", "archive", "backups"))
        self.backup = self.backups / "20261121"
        self.settings: dict[str, Any] = {"name": "pacsdb", "socket": str(self.root), "port": PORT, "user": "postgres",
                                         "os_user": account(), "program": f"{PROGRAMS}/psql"}

    def sh(self, text: str, check: bool = True) -> str:
        """One piece of sh as the cluster's owner."""
        words = ["sh", "-c", text] if os.geteuid() != 0 else ["su", "-s", "/bin/sh", account(), "-c", text]
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60, cwd="/",
                              env={"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "LC_ALL": "C"})
        if check and done.returncode:
            raise AssertionError(f"{text}: {done.stdout} {done.stderr}")
        return done.stdout

    def sql(self, text: str, database: str = "pacs") -> str:
        """psql's bare answer."""
        return self.sh(f"psql -X -q -A -t -h {self.root} -p {PORT} -U postgres -d {database} -v ON_ERROR_STOP=1 <<'E'\n"
                       f"{text}\nE").strip()

    def up(self) -> Cluster:
        """Make it, fill it, back it up, and go on working."""
        if os.geteuid() == 0:
            shutil.chown(self.root, account())
        self.root.chmod(0o755)
        self.sh(f"mkdir {self.archive} {self.backups}; "
                f"initdb -D {self.data} -U postgres -A trust -k -E UTF8 --locale=C --no-sync >/dev/null")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"listen_addresses = ''\nport = {PORT}\nunix_socket_directories = '{self.root}'\nfsync = off\n"
                       f"archive_mode = on\narchive_command = 'cp %p {self.archive}/%f'\nshared_buffers = 16MB\n")
        self.start()
        self.sql("create database pacs;", "postgres")
        self.sql("create table study (id int primary key, made timestamptz not null, uid text);"  # noqa: S608
                 "create table site (id int primary key, name text); insert into site values (1, 'hospital');"
                 f"insert into study select g, now() - interval '1 day', md5(g::text) "
                 f"from generate_series(1, {ROWS}) g;")
        self.sh(f"pg_basebackup -h {self.root} -p {PORT} -U postgres -D {self.backup} -c fast -X stream --no-sync")
        for number in range(4):
            self.sql(f"insert into study values ({10 ** 6 + number}, now() + interval '1 second', 'after');")  # noqa: S608
            self.switch()
        return self

    def switch(self) -> None:
        """The current log segment into the archive."""
        name = self.sql("select pg_walfile_name(pg_current_wal_lsn());")
        self.sql("select pg_switch_wal();")
        deadline = time.monotonic() + 10
        while not (self.archive / name).exists():
            assert time.monotonic() < deadline, f"{name} was not archived"
            time.sleep(0.05)
        self.sql("checkpoint;")

    def start(self) -> None:
        """Start the server."""
        self.sh(f"pg_ctl -D {self.data} -l {self.root}/log -w start >/dev/null")

    def down(self) -> None:
        """End it, and remove everything of it."""
        for place in (self.data, *self.root.glob("drill*")):
            if (place / "postmaster.pid").exists():
                self.sh(f"pg_ctl -D {place} -m immediate -w stop >/dev/null", check=False)
        shutil.rmtree(self.root, ignore_errors=True)

    def drill(self, **more: Any) -> dict[str, Any]:
        """rounds_drill: approved, at any time, to a folder beside production."""
        return {"engine": "postgresql", "name": "pacsdb", "source": "prod-1", "backup": str(self.backups),
                "wal_archive": str(self.archive), "target": str(self.root / "drill"), "port": PORT + 1,
                "bin": PROGRAMS, "os_user": account(), "space_factor": 1,
                "tables": [{"database": "pacs", "table": "study", "moment": "made"},
                           {"database": "pacs", "table": "public.site"}],
                "approval": {"by": "Director Wang", "expires": "2099-12-31"},
                "window": {"from": "00:00", "until": "23:59"}} | more


def other_host(name: str, folder: Path, hidden: Path | None) -> None:
    """Programs by which this machine is a host of that name: `uname`, and a `ps` that leaves out what works in
    `hidden`, which is production's on another host; beside them those of PostgreSQL."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    for path in Path(PROGRAMS).iterdir():
        if not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    (folder / "uname").write_text(f"#!/bin/sh\necho {name}\n")
    (folder / "ps").write_text(f"#!/bin/sh\n/bin/ps \"$@\" | grep -v -- '{hidden or '/nowhere'}'\n")
    for program in ("uname", "ps"):
        (folder / program).chmod(0o755)


def asker(name: str, folder: Path, hidden: Path | None = None) -> Any:
    """Asks this machine as if it were another host: see `other_host`."""
    other_host(name, folder, hidden)

    def ask(collect: Collect) -> Answer:
        nonce, now = secrets.token_hex(8), time.time()
        script = sh_probe.build([collect], nonce)
        done = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, check=False, timeout=120,
                              env={"PATH": f"{folder}:/usr/bin:/bin:/usr/sbin:/sbin"})
        return sh_probe.read(done.stdout, [collect], nonce, now, time.time())[0]

    return ask
