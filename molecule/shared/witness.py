"""What the simulated devices can say about whoever looked at them: files, processes, commands, associations.

The lab's own logs and directories, read from outside; nothing here asks the roles or believes their records.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

from pacs_rounds.lab import control, linux_files
from pacs_rounds.lab.kinds import Lab

PLACE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
BEFORE = PLACE / "before.json"
"""What `servers` said when the lab had just come up."""
MOVING = {name.lstrip("/") for name in linux_files.TREES[:3]}
"""/proc/uptime, loadavg and stat: the lab itself writes them anew several times a second."""
Listing = dict[str, dict[str, Any]]


def overlays() -> Path:
    """The folder with one directory per simulated Linux server: its files, its /tmp, the login's home."""
    return Lab(control.directory(), 0.0).overlays


def listing(root: Path) -> Listing:
    """Everything below a directory: kind, mode, owner, times, inode, and the hash of each file's content."""
    found = {}
    for path in sorted([root, *root.rglob("*")]):
        about = path.lstat()
        found[str(path.relative_to(root))] = {
            "mode": stat.filemode(about.st_mode), "owner": f"{about.st_uid}:{about.st_gid}", "size": about.st_size,
            "modified": about.st_mtime_ns, "inode": about.st_ino,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest() if _has_content(about) else None,
            "target": str(path.readlink()) if stat.S_ISLNK(about.st_mode) else None}
    return found


def _has_content(about: os.stat_result) -> bool:
    """Whether there is anything to hash. A sparse file is all size: reading gigabytes of nothing takes minutes, and
    whoever writes to it changes its time."""
    return stat.S_ISREG(about.st_mode) and (about.st_size < 1 << 20 or about.st_blocks * 512 >= about.st_size // 2)


def servers() -> dict[str, Listing]:
    """The listing of every simulated server. Of what the lab keeps moving, and the folder it lies in, only the mode
    and the owner are compared."""
    found = {}
    for root in sorted(overlays().iterdir()):
        entries = listing(root)
        for name in [*MOVING, "proc"]:
            entries[name] = {key: entries[name][key] for key in ("mode", "owner")}
        found[root.name] = {name: entry for name, entry in entries.items() if name.removesuffix(".new") not in MOVING
                            or name in MOVING}
    return found


def changed_on_servers() -> list[str]:
    """Every file, on any server, that is new, gone or different from what it was when the lab came up."""
    before: dict[str, Listing] = json.loads(BEFORE.read_text(encoding="utf-8"))
    after = servers()
    assert before.keys() == after.keys(), "the set of simulated servers changed"
    assert all(len(files) > 20 for files in before.values()), "a server without files would prove nothing"
    return [f"{host}:/{name}" for host in before for name in sorted(before[host].keys() | after[host].keys())
            if before[host].get(name) != after[host].get(name)]


def sessions() -> list[str]:
    """Processes that a log-in on a simulated server started and that are still there, as their command lines."""
    mark = b"HOME=" + os.fsencode(overlays())
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return found


def switch_commands() -> dict[str, list[str]]:
    """What each switch was told, by name; a line that begins with `!` would have changed the switch."""
    folder = control.directory() / "ios"
    return {path.stem: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.glob("*.log"))}


def san_commands() -> dict[str, list[str]]:
    """The same of each Fibre Channel switch."""
    folder = control.directory() / "fos"
    return {path.stem: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.glob("*.log"))}


def array_commands() -> dict[str, list[str]]:
    """What each array was asked, by name: `spa faults -list`; `!` before what is none of the questions it answers."""
    folder = control.directory() / "vnx"
    return {path.stem: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.glob("*.log"))}


def associations() -> dict[str, list[dict[str, Any]]]:
    """What each DICOM provider was sent, by name: {association, pdu | dimse, called, calling} in order of arrival."""
    folder = control.directory() / "dicom"
    return {path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            for path in sorted(folder.glob("*.log"))}
