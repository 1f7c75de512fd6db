"""The history of a site's configurations, for people: redacted texts, one commit per round and device.

    <device>/<document>.txt    redacted, noise masked
    <device>/manifest.json     platform, and for each document the name of its sealed copy
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds.configs import objects
from pacs_rounds.configs.git import Repository
from pacs_rounds.evidence.layout import json_bytes
from pacs_rounds.model import BadInput

MANIFEST = "manifest.json"
_TRAILER = re.compile(r"^(?P<name>Round|Device|Work-order|Documents): (?P<value>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Commit:
    """One entry of the history. `moment` in epoch seconds; `order` is the work order a change belongs to, or empty."""

    id: str
    moment: float
    subject: str
    device: str
    round_id: str
    order: str
    documents: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class History:
    """A site's repository, read and written."""

    repository: Repository

    @classmethod
    def at(cls, path: Path) -> History:
        """The history in a bare repository; it need not exist to be read."""
        return cls(Repository(path))

    def head(self) -> str:
        """The newest commit, or an empty string."""
        return self.repository.head()

    def folder(self, device: str, rev: str = "") -> dict[str, str]:
        """File name -> blob of a device's folder; empty where there is none."""
        rev = rev or self.head()
        if not rev:
            return {}
        entries = self.repository.trees(f"{rev}:{device}")[0]
        return {name: one for name, (kind, one) in entries.items() if kind == "blob"}

    def devices(self, rev: str = "") -> list[str]:
        """Devices with copies."""
        rev = rev or self.head()
        if not rev:
            return []
        return sorted(name for name, (kind, _) in self.repository.trees(f"{rev}:")[0].items() if kind == "tree")

    def documents(self, device: str, rev: str = "") -> list[str]:
        """The documents of a device."""
        return sorted(name.removesuffix(".txt") for name in self.folder(device, rev) if name.endswith(".txt"))

    def text(self, device: str, document: str, rev: str = "") -> str | None:
        """A document's redacted text, or None where there is none."""
        blob = self.folder(device, rev).get(f"{document}.txt")
        return None if blob is None else self.read(blob).decode("utf-8")

    def read(self, blob: str) -> bytes:
        """A blob's content."""
        return self.repository.blob(blob)

    def manifest(self, device: str, rev: str = "") -> dict[str, Any]:
        """Platform and documents of a device; empty where there is none."""
        blob = self.folder(device, rev).get(MANIFEST)
        data: dict[str, Any] = json.loads(self.read(blob)) if blob else {}
        return data

    def standing(self, device: str, rev: str) -> tuple[dict[str, str], dict[str, Any]]:
        """What `folder` and `manifest` say, by one process."""
        if not rev:
            return {}, {}
        tree, manifest = self.repository.objects(f"{rev}:{device}", f"{rev}:{device}/{MANIFEST}")
        return ({name: one for name, (kind, one) in objects.entries_of(tree).items() if kind == "blob"},
                json.loads(manifest) if manifest else {})

    def write(self, device: str, files: Mapping[str, bytes], message: str, moment: float,
              beside: Sequence[Path] = ()) -> str:
        """Commit files of one device, leaving its other files as they are; the commit, or empty when nothing changed.

        Blobs first, then trees and a commit that nothing names; when the disk has them and what lies `beside`, the
        reference: a death at any point leaves the history as it was. Raises HistoryError (an OSError) when the disk is
        full or the repository is damaged.
        """
        repository = self.repository
        repository.ensure()
        repository.usable()
        names = {name: repository.write("blob", data) for name, data in files.items()}
        with repository.locked():
            head = repository.head()
            root = repository.root(head) if head else {}
            folder = repository.trees(f"{head}:{device}")[0] if head else {}
            new = {**folder, **{name: ("blob", blob) for name, blob in names.items()}}
            if new == folder:
                return ""
            inner = repository.write("tree", objects.tree_bytes(new))
            root = {**root, device: ("tree", inner)}
            outer = repository.write("tree", objects.tree_bytes(root))
            commit = repository.commit((outer, root), head, message, moment)
            repository.flush([*names.values(), inner, outer, commit], beside)
            repository.move(commit, head)
        return commit

    def log(self, device: str = "", limit: int = 0, document: str = "") -> list[Commit]:
        """The history, newest first; of one device or document where named."""
        if not self.head():
            return []
        path = "/".join(filter(None, [device, f"{document}.txt" if document else ""]))
        said = self.repository.run(
            "log", "--format=%H%x00%ct%x00%s%x00%b%x00%x01", *([f"--max-count={limit}"] if limit else []),
            "refs/heads/main", "--", *([path] if path else [])).decode("utf-8", "replace")
        return [_commit(row) for row in said.split("\x01") if row.strip()]

    def revision(self, spec: str = "", device: str = "") -> str:
        """The commit that a person means: nothing (the newest), a commit, a round's id, or a day or moment (what stood
        then). BadInput when there is none."""
        if not spec:
            if not self.head():
                raise BadInput("configs", "there is no history yet", "rounds inspect with the role config_backup first")
            return self.head()
        if re.fullmatch(r"[0-9]{8}T[0-9]{6}Z-[a-z0-9-]+", spec):
            found = next((one.id for one in self.log(device) if one.round_id == spec), "")
            if found:
                return found
            raise BadInput(spec, "no commit of this round" + (f" for {device}" if device else ""),
                           "a round that found no change has none: rounds configs log")
        if re.match(r"\d{4}-\d\d-\d\d", spec):
            return self._stood(spec)
        found = self.repository.resolve(spec)
        if not found:
            raise BadInput(spec, "is no revision of this history", "rounds configs log lists them")
        return found

    def _stood(self, spec: str) -> str:
        try:
            when = datetime.datetime.fromisoformat(spec)
        except ValueError:
            raise BadInput(spec, "is no moment", "write 2026-11-22 or 2026-11-22T10:30") from None
        if len(spec) == 10:
            when = when.replace(hour=23, minute=59, second=59)
        until = when.timestamp()
        found = next((one.id for one in self.log() if one.moment <= until), "")
        if not found:
            raise BadInput(spec, "the history begins later", "rounds configs log shows its first entry")
        return found

    def blame(self, device: str, document: str, rev: str) -> list[tuple[str, float, str]]:
        """(commit, epoch seconds, line) for each line of a document."""
        said = self.repository.run("blame", "--line-porcelain", rev, "--", f"{device}/{document}.txt")
        rows: list[tuple[str, float, str]] = []
        commit, moment = "", 0.0
        for line in said.decode("utf-8", "replace").split("\n"):
            if line.startswith("\t"):
                rows.append((commit, moment, line[1:]))
            elif re.match(r"[0-9a-f]{40} ", line):
                commit = line[:40]
            elif line.startswith("committer-time "):
                moment = float(line.split()[1])
        return rows


def _commit(row: str) -> Commit:
    name, moment, subject, body, *_ = row.strip("\n").split("\0")
    told = {match["name"]: match["value"].strip() for match in _TRAILER.finditer(body)}
    return Commit(name, float(moment), subject, told.get("Device", ""), told.get("Round", ""),
                  told.get("Work-order", "").replace("none", ""), told.get("Documents", "").split())


def manifest_bytes(device: str, platform: str, documents: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The manifest as it is committed; it holds nothing that changes by itself."""
    return json_bytes({"device": device, "platform": platform,
                       "documents": {name: dict(documents[name]) for name in sorted(documents)}})
