"""What was found out about files that have not changed since: reading and checking them again costs more than hashing.

One JSON file per subject in the state folder. It is never needed: what cannot be read or written is worked out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pacs_rounds import paths

_CODE = (Path(__file__).with_name("catalogue.py"), Path(__file__).with_name("inventory.py"),
         Path(__file__).with_name("yamlfile.py"))


def digest(files: Iterable[Path]) -> str:
    """Hex SHA-256 over the names and contents of some files, the schemas and the code that checks against them."""
    total = hashlib.sha256()
    for path in (*files, *sorted(paths.SCHEMAS.glob("*.json")), *_CODE):
        content = path.read_bytes()
        total.update(f"{path}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def recall(subject: str, key: str) -> Any:
    """What was remembered of the subject under this very key, or None."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(_place(subject).read_text(encoding="utf-8"))
        if kept["key"] == key:
            return kept["data"]
    return None


def remember(subject: str, key: str, data: Any) -> None:
    """Keep JSON data, in place of whatever was known of the subject. Data that JSON would change is not kept."""
    place = _place(subject)
    with contextlib.suppress(OSError, ValueError, TypeError):
        text = json.dumps({"data": data, "key": key})
        if json.loads(text)["data"] != data:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(f".{place.name}.{os.getpid()}")
        new.write_text(text, encoding="utf-8")
        new.replace(place)


def _place(subject: str) -> Path:
    return paths.STATE / "cache" / f"{subject}.json"
