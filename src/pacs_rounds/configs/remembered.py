"""What redaction made of a device's long texts, remembered for the next round: most are read again unchanged.

    <root>/redacted/<device>      32 bytes of keyed hash; deflated JSON {keyed hash of what was read: redacted text}

Nothing in it is secret, and nothing depends on it: without the file, or with one that is damaged, made with another
key, by other rules or by other code, the texts are redacted anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from pacs_rounds import redact
from pacs_rounds.configs import redacted
from pacs_rounds.configs.rules import DATA
from pacs_rounds.evidence.layout import write_new

LONG = 4000
"""Characters: shorter texts are redacted as quickly as they are remembered."""


@functools.cache
def made_by() -> bytes:
    """A hash of everything that redaction depends on besides text and key: rules and code."""
    total = hashlib.sha256()
    for path in (redact.RULES, *sorted(DATA.glob("*.yml")), *sorted(redact.RULES.parent.glob("*.py")),
                 *sorted(Path(__file__).parent.glob("*.py"))):
        total.update(path.read_bytes())
    return total.digest()


@dataclass(slots=True)
class Memory:
    """One device's. `used` is what this round has asked for: what is kept."""

    place: Path
    key: bytes = field(repr=False)
    known: dict[str, str] = field(default_factory=dict, repr=False)
    used: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, place: Path, key: bytes) -> Memory:
        """The memory of a place, empty where there is none that can be believed."""
        memory = cls(place, key)
        with contextlib.suppress(OSError, ValueError, zlib.error):
            data = place.read_bytes()
            if hmac.compare_digest(data[:32], memory._mark(b"kept", data[32:])):
                memory.known = json.loads(zlib.decompress(data[32:]))
        return memory

    def redacted(self, platform: str, text: str) -> str:
        """What `redacted.redacted` makes of a text."""
        if len(text) < LONG:
            return redacted.redacted(platform, text, self.key)[0]
        name = self._mark(b"read", f"{platform}\0{text}".encode("utf-8", "surrogatepass")).hex()
        out = self.known.get(name)
        self.used[name] = redacted.redacted(platform, text, self.key)[0] if out is None else out
        return self.used[name]

    def keep(self) -> None:
        """Note what this round has asked for. A disk that takes nothing costs the next round some work, no more."""
        if self.used == self.known or not self.used:
            return
        body = zlib.compress(json.dumps(self.used).encode(), 1)
        with contextlib.suppress(OSError):
            write_new(self.place, self._mark(b"kept", body) + body)

    def _mark(self, what: bytes, data: bytes) -> bytes:
        return hmac.digest(self.key, what + b"\0" + made_by() + data, "sha256")
