"""A site's place for configuration copies, outside the project.

    <root>/history.git                        redacted history (history.py)
    <root>/sealed/<aa>/<name>.age             byte-exact copies, named by a keyed hash of their text and recipients
    <root>/quarantine/<device>/<document>/    what did not pass the gate: <reason>-<hash>.age and .json
    <root>/seen/<device>.json                 when each document was last read well
    <root>/redacted/<device>                  what redaction made of it (remembered.py)
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds import paths
from pacs_rounds.configs import sealed
from pacs_rounds.configs.history import History
from pacs_rounds.configs.rules import safe_word
from pacs_rounds.evidence import keys
from pacs_rounds.evidence.layout import SiteEvidence, json_bytes, write_new
from pacs_rounds.model import BadInput

KEPT = 20
"""How many refused texts of one document are kept; the newest."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where a site's copies lie, whom they are sealed to, and the key of its tokens."""

    site: str
    root: Path
    words: tuple[str, ...] = ()
    key: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, site: str, settings: Mapping[str, Any] | None = None) -> Store:
        """The store of a site by its inventory's `rounds_configs`: {path, recipients}. BadInput for a bad recipient.

        A recipient that is still `unknown` is none: then nothing is sealed, and the copies say so.
        """
        SiteEvidence.of(site)
        settings = settings or {}
        told = str(settings.get("path") or "")
        root = Path(told).expanduser() if told and "{{" not in told else paths.CONFIGS / site
        words = tuple(str(one) for one in settings.get("recipients") or () if str(one) != "unknown")
        sealed.recipients(words)
        return cls(site, root, words, keys.redaction_key(site))

    @property
    def history(self) -> History:
        """The redacted history."""
        return History.at(self.root / "history.git")

    @property
    def to(self) -> str:
        """A word that stands for the recipients."""
        return sealed.name_of(b"", self.words, self.key)

    def sealed_path(self, name: str) -> Path:
        """Where a sealed copy lies; BadInput for a name that is none."""
        if not (len(name) == 40 and all(char in "0123456789abcdef" for char in name)):
            raise BadInput(f"sealed copy {name!r}", "is no name of a copy", "the manifest was changed by hand")
        return self.root / "sealed" / name[:2] / f"{name}.age"

    def seal_name(self, masked: bytes) -> str:
        """The name that `seal` would give, without storing anything."""
        return sealed.name_of(masked, self.words, self.key) if self.words else ""

    def seal(self, plain: bytes, masked: bytes) -> str:
        """Store the text encrypted, once; its name, empty without recipients. `masked` is the text without noise:
        what differs by noise only is the same copy. The caller sees to it that the disk has it before it is named."""
        name = self.seal_name(masked)
        if not name:
            return ""
        path = self.sealed_path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_new(path, sealed.seal(plain, sealed.recipients(self.words)))
        return name

    def fingerprint(self, masked: bytes) -> str:
        """A keyed hash by which a text is known again."""
        return hmac.new(self.key, b"seen\0" + masked, hashlib.sha256).hexdigest()[:32]

    def seen(self, device: str) -> dict[str, dict[str, Any]]:
        """document -> {moment, round, raw, fingerprint, rules, blob, sealed, to} of its last good read: keyed hashes of
        what was read, whole and without noise; what was made of it, by which rules, for whom."""
        try:
            data = json.loads((self.root / "seen" / f"{device}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def remember(self, device: str, news: Mapping[str, Mapping[str, Any]]) -> None:
        """Note good reads. It is written after the commit: what was not committed was not seen."""
        kept = {**self.seen(device), **{name: dict(one) for name, one in news.items()}}
        write_new(self.root / "seen" / f"{device}.json", json_bytes(kept))

    def quarantine(self, device: str, document: str, reason: str, text: str, masked: bytes,
                   told: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a refused text (encrypted, or not at all) with why; what is known of it. The same text is kept once:
        `rounds` says in which rounds it came."""
        folder = self.root / "quarantine" / device / document
        fingerprint = self.fingerprint(masked)
        path = folder / f"{reason}-{fingerprint[:16]}.json"
        try:
            known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        rounds = [*known.get("rounds", []), told["round"]]
        known = {**known, **told, "first": known.get("first", told["moment"]), "rounds": list(dict.fromkeys(rounds))}
        if self.words and not path.with_suffix(".age").exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            plain = text.encode("utf-8", "surrogateescape")
            write_new(path.with_suffix(".age"), sealed.seal(plain, sealed.recipients(self.words)), durable=True)
        write_new(path, json_bytes(known))
        for old in sorted(folder.glob("*.json"), key=_age)[:-KEPT]:
            old.unlink(missing_ok=True)
            old.with_suffix(".age").unlink(missing_ok=True)
        return known

    def quarantined(self, device: str = "*") -> list[dict[str, Any]]:
        """What lies in quarantine, newest first: device, document, reason, detail, moment, rounds, path."""
        rows = []
        for path in (self.root / "quarantine").glob(f"{device}/*/*.json"):
            try:
                rows.append({"device": path.parent.parent.name, "document": path.parent.name, "path": str(path),
                             **json.loads(path.read_text(encoding="utf-8"))})
            except (OSError, ValueError):
                rows.append({"device": path.parent.parent.name, "document": path.parent.name, "path": str(path),
                             "reason": "unreadable", "detail": "", "moment": 0.0, "rounds": []})
        return sorted(rows, key=lambda one: -float(one.get("moment", 0)))


def _age(path: Path) -> float:
    """When a file was written; one that another run has just removed counts as the oldest."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def checked_words(device: str, documents: Sequence[str]) -> None:
    """BadInput unless device and documents can be names of files."""
    for word in (device, *documents):
        if not safe_word(word):
            raise BadInput(f"{word!r}", "cannot be the name of a copy", "letters, digits, dot, underscore and dash")
