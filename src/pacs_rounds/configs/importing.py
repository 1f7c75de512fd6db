"""An existing Oxidized or RANCID directory as the first history: gate and redaction as for every read.

A Git repository is imported commit by commit with its dates, plain files with the date of their last change. What such
a tool has already taken the secrets out of is no restorable copy, and is not sealed as if it were.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pacs_rounds.configs.git import Repository
from pacs_rounds.configs.intake import Copy, Reading, take
from pacs_rounds.configs.restore import MAIN
from pacs_rounds.configs.store import Store
from pacs_rounds.model import BadInput

FORMS = ("oxidized", "rancid")
_STRIPPED = re.compile(r"<(?:secret hidden|configuration removed|removed|stripped|community removed)>|<\*+>")
_NOT_DEVICES = {"router.db", "README", "README.md"}


@dataclass(frozen=True, slots=True)
class Version:
    """One text of one device at one moment."""

    device: str
    moment: float
    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one version. `copy` is None for a device that was left out, `why` then says so."""

    version: Version
    copy: Copy | None
    why: str = ""


def versions(directory: Path, form: str) -> Iterator[Version]:
    """Every version in the directory, oldest first. BadInput when it holds none."""
    if not directory.is_dir():
        raise BadInput(str(directory), "is no directory", "name Oxidized's output or RANCID's BASEDIR")
    place = next((one for one in (directory, directory / ".git") if (one / "objects").is_dir()), None)
    found = _commits(place, form) if place else iter(sorted(_files(directory, form), key=lambda one: one.moment))
    empty = True
    for version in found:
        empty = False
        yield version
    if empty:
        raise BadInput(str(directory), f"holds no configuration of {form}", "RANCID keeps them in GROUP/configs/")


def _is_device(path: str, form: str) -> bool:
    parts = path.split("/")
    if parts[-1] in _NOT_DEVICES or any(part.startswith(".") for part in parts) or parts[-1].endswith((".new", ",v")):
        return False
    return form == "oxidized" or "configs" in parts[:-1]


def _files(directory: Path, form: str) -> Iterator[Version]:
    for path in directory.rglob("*"):
        name = path.relative_to(directory).as_posix()
        if path.is_file() and _is_device(name, form) and "CVS" not in path.parts:
            yield Version(path.name, path.stat().st_mtime, path.read_bytes().decode("utf-8", "replace"), name)


def _commits(place: Path, form: str) -> Iterator[Version]:
    repository = Repository(place)
    for row in repository.run("log", "--reverse", "--format=%H %ct", "HEAD").decode().splitlines():
        commit, moment = row.split()
        changed = repository.run("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-only", "--diff-filter=AM",
                                 commit).decode("utf-8", "replace")
        for path in changed.split("\0"):
            if path and _is_device(path, form):
                text = repository.run("cat-file", "blob", f"{commit}:{path}").decode("utf-8", "replace")
                yield Version(path.rpartition("/")[2], float(moment), text, f"{path}@{commit[:12]}")


def without_header(text: str) -> str:
    """The text without the comments that the tool put before it: they are its own, and would be a change later."""
    lines = text.replace("\r\n", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith(("!", "#"))), 0)
    return "\n".join(lines[first:])


def bring_in(store: Store, directory: Path, form: str, platforms: Mapping[str, str]) -> Iterator[Imported]:
    """Import version by version. `platforms`: device -> platform, of the site's inventory. A device that has a history
    already, is unknown, or has no single main document is left out, with why."""
    already = set(store.history.devices())
    for version in versions(directory, form):
        why = _left_out(version.device, already, platforms)
        if why:
            yield Imported(version, None, why)
            continue
        platform = platforms[version.device]
        text = without_header(version.text)
        into = dataclasses.replace(store, words=()) if _STRIPPED.search(text) else store
        reading = Reading(version.device, platform, {MAIN[platform]: text}, round_id=f"import-{form}",
                          moment=version.moment, size_known=False)
        yield Imported(version, take(into, reading).documents[MAIN[platform]])


def _left_out(device: str, already: set[str], platforms: Mapping[str, str]) -> str:
    if device in already:
        return "has a history here already: an import comes first"
    if device not in platforms:
        return "is no host of the site's inventory"
    if platforms[device] not in MAIN:
        return f"{platforms[device]} has no single configuration to import"
    return ""
