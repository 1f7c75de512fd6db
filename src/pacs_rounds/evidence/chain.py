"""The chain of a site: one signed link per sealed run, each holding the hash of the link before."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785

from pacs_rounds.evidence import keys
from pacs_rounds.evidence.layout import SiteEvidence, is_run_id, write_new
from pacs_rounds.model import BadInput

_LINK = re.compile(r"[0-9]{6}\.json\Z")
LOCK_SECONDS = 60.0
"""How long to wait for another round of the same site that is being opened or sealed; it takes a second or two."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it stands on disk. `sha256` is over the file's bytes and is what the next link and reports carry."""

    path: Path
    seq: int
    sha256: str
    data: dict[str, Any]

    @property
    def run(self) -> str:
        """The run this link seals."""
        return str(self.data.get("run"))

    @property
    def anchor(self) -> str:
        """What a printed report carries, so that a cut-off tail can be seen later."""
        return f"{self.seq}:{self.sha256}"


def link_files(evidence: SiteEvidence) -> list[Path]:
    """The link files by number."""
    if not evidence.chain.is_dir():
        return []
    return sorted(path for path in evidence.chain.iterdir() if _LINK.match(path.name))


def read_link(path: Path) -> Link:
    """A link from its file; ValueError when it is no JSON object. The number is the file's, not the content's."""
    raw = path.read_bytes()
    data = json.loads(raw)
    if not isinstance(data, dict):
        raise ValueError("no JSON object")
    return Link(path, int(path.name[:6]), sha256(raw).hexdigest(), data)


def scan(evidence: SiteEvidence) -> tuple[list[Link], dict[Path, str]]:
    """The links that can be read, in order, and why the others cannot. For looking; `links` is for relying on."""
    found, broken = [], {}
    for path in link_files(evidence):
        try:
            found.append(read_link(path))
        except (ValueError, OSError, RecursionError) as error:
            broken[path] = f"is no link: {error}"
    return found, broken


def links(evidence: SiteEvidence) -> list[Link]:
    """All links in order; BadInput for one that cannot be read."""
    found, broken = scan(evidence)
    for path, why in broken.items():
        raise BadInput(str(path), why, f"restore this file from a copy; rounds verify {evidence.site} names all damage")
    return found


@contextlib.contextmanager
def locked(evidence: SiteEvidence) -> Iterator[None]:
    """Only one seal per site at a time; the lock goes with the process, also when it is killed.

    Raises BadInput when somebody else keeps it for longer than any seal takes.
    """
    evidence.root.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + LOCK_SECONDS
    with (evidence.root / ".lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise BadInput(str(evidence.root), f"another round of {evidence.site} has been sealing for "
                                   f"{LOCK_SECONDS:g} s", f"see who holds {evidence.root / '.lock'} (fuser)") from None
                time.sleep(0.05)
        yield


def append(evidence: SiteEvidence, run: str, bag_sha256: str, sealed_at: str, facts: dict[str, Any]) -> Link:
    """Sign and publish the next link. The caller holds the lock. Appearing under its name is the moment of sealing."""
    before = links(evidence)
    seq = before[-1].seq + 1 if before else 1
    data = {
        **facts, "bag_sha256": bag_sha256, "previous_sha256": before[-1].sha256 if before else None,
        "run": run, "sealed_at": sealed_at, "seq": seq, "site": evidence.site,
    }
    raw = rfc8785.dumps(data)
    signature = keys.sign(keys.signing_key(evidence), raw)
    path = evidence.chain / f"{seq:06d}.json"
    write_new(path.with_name(path.name + ".sig"), signature, durable=True)
    temporary = evidence.chain / f".{path.name}.{os.getpid()}"
    try:
        with temporary.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # fails when the name is taken; a rename would overwrite
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return read_link(path)


def _sync_folder(folder: Path) -> None:
    """The folder's own entries onto the disk: only then does the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def finish_moves(evidence: SiteEvidence) -> None:
    """Move runs out of open/ whose link stands already: a kill between the two steps of a seal is mended here.

    The caller holds the lock.
    """
    for link in links(evidence):
        opened, sealed = evidence.open / link.run, evidence.root / link.run
        if is_run_id(link.run) and opened.is_dir() and not sealed.exists():
            opened.rename(sealed)


def sealed_runs(evidence: SiteEvidence) -> list[Path]:
    """Folders of sealed runs, newest first, in the chain's order. A link without its folder is left out here;
    `verify` names it."""
    folders = [evidence.find(link.run) for link in reversed(links(evidence)) if is_run_id(link.run)]
    return [folder for folder in folders if (folder / "bagit.txt").exists()]


def newest_of_each_round(evidence: SiteEvidence, count: int) -> list[str]:
    """Ids of sealed runs, newest first, at most `count` of each kind of round: thirteen weekly harvests must not hide
    the last quarter's inspection."""
    seen: dict[str, int] = {}
    names = []
    for folder in sealed_runs(evidence):
        kind = folder.name.split("-", 1)[1].rpartition("-")[0]
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= count:
            names.append(folder.name)
    return names


def link_of(evidence: SiteEvidence, run: str) -> Link | None:
    """The link that seals a run, or None. Links that cannot be read are passed over: they seal nothing."""
    return next((link for link in scan(evidence)[0] if link.run == run), None)
