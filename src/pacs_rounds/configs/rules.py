"""What is known of each platform's documents, read from data/<platform>.yml and compiled once."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.model import BadInput

DATA = Path(__file__).with_name("data")
ANY = "*"
_OTHERS = ("golden_", "high_entropy", "restore_")
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]{0,80}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of text of a platform. `errors` anywhere in it mean that it is none; `within` bounds how far down, in
    significant lines, `begin` may stand; `own_count` is where the text says how many bytes it has."""

    platform: str
    name: str
    command: str
    errors: tuple[re.Pattern[str], ...]
    begin: re.Pattern[str] | None
    end: re.Pattern[str] | None
    absent: re.Pattern[str] | None
    own_count: re.Pattern[str] | None
    must: tuple[re.Pattern[str], ...]
    drop: tuple[re.Pattern[str], ...]
    mask: tuple[re.Pattern[str], ...]
    within: int
    least_lines: int
    reader: str


@functools.cache
def platforms() -> list[str]:
    """Platforms whose configurations are kept."""
    return sorted(path.stem for path in DATA.glob("*.yml") if not path.stem.startswith(_OTHERS))


@functools.cache
def _data(platform: str) -> dict[str, Any]:
    path = DATA / f"{platform}.yml"
    data: dict[str, Any] = yamlfile.load(path)
    yamlfile.validate(data, "config_documents", path)
    return data


@functools.cache
def document(platform: str, name: str) -> Document | None:
    """The rules for a document, or None where the platform has none of that name."""
    if platform not in platforms() or not _WORD.match(name):
        return None
    data = _data(platform)
    one = data["documents"].get(name) or data["documents"].get(ANY)
    if one is None:
        return None

    def single(key: str) -> re.Pattern[str] | None:
        return re.compile(one[key], re.MULTILINE) if key in one else None

    def several(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern, re.MULTILINE) for pattern in patterns)

    return Document(
        platform, name, one["command"], several(data["errors"]), single("begin"), single("end"), single("absent"),
        single("own_count"), several(one.get("must", [])), several(one.get("drop", [])), several(one.get("mask", [])),
        one.get("within", 6), one.get("least_lines", 1), one["reader"])


def names(platform: str) -> list[str]:
    """The documents a platform has by name; `*` stands for any word."""
    if platform not in platforms():
        raise BadInput(f"platform {platform!r}", "no configurations of it are kept", "known: " + ", ".join(platforms()))
    return sorted(_data(platform)["documents"])


def safe_word(name: str) -> bool:
    """Whether a device's or document's name can be a file's name."""
    return bool(_NAME.match(name)) and ".." not in name and not name.endswith((".lock", "."))
