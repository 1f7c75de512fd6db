"""The root file system of a node: Debian with systemd, pacemaker and DCMTK, made by mmdebstrap; nothing is pulled.

As a program it makes it ahead: scripts/test.sh lets it run beside what comes before these tests.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("systemd,systemd-sysv,dbus,pacemaker,corosync,pacemaker-cli-utils,resource-agents,iproute2,openssh-server,"
            "dcmtk,procps,psmisc")
# Debian's packages would start a cluster of one before ours has its configuration.
QUIET = '--customize-hook=chroot "$1" systemctl disable corosync pacemaker'
# A node that is thrown away needs no fsync for each file it unpacks, and nobody reads manuals on it.
LEAN = ("--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*")
CACHE = Path(__file__).resolve().parents[3] / ".cache"


def missing() -> str:
    """Why the pair cannot be had here; empty when it can."""
    if os.geteuid() != 0:
        return "containers with systemd need root"
    absent = [name for name in ("podman", "runc", "mmdebstrap", "nsenter", "unshare") if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def tree(cache: Path = CACHE) -> Path:
    """The folder that holds it. Made when it is not there; who comes meanwhile waits for it."""
    cache.mkdir(parents=True, exist_ok=True)
    made, part = cache / "patch-pair", cache / "patch-pair.part"
    with (cache / "patch-pair.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(part, ignore_errors=True)
            subprocess.run(["mmdebstrap", "--mode=root", "--format=directory", "--variant=minbase",
                            f"--include={PACKAGES}", *LEAN, QUIET, "bookworm", str(part)],
                           check=True, timeout=900, capture_output=True)
            part.rename(made)
    return made


if __name__ == "__main__" and not missing():
    tree()
