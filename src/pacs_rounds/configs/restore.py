"""Getting a sealed copy back: the text as the device gave it, and how a person loads it there."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from pacs_rounds import yamlfile
from pacs_rounds.configs import sealed
from pacs_rounds.configs.rules import DATA
from pacs_rounds.configs.store import Store
from pacs_rounds.model import BadInput

# Building configuration... / Current configuration : 4711 bytes / Using 4711 out of 524288 bytes / Load for five …
_SAID_BEFORE = re.compile(rb"(?:[ \t\r]*\n|(?:Building configuration|Current configuration|Using \d+ out of|Load for|"
                          rb"Time source is|No time source|Uncompressed configuration)[^\n]*\n)*")
# Which document a person means who names none.
MAIN = {"cisco_ios": "running_config", "cisco_catos": "config", "brocade_fos": "configshow"}


@functools.cache
def _steps() -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, list[str]]] = yamlfile.load(DATA / "restore_steps.yml")
    return data


def how(platform: str, document: str, lang: str = "en") -> list[str]:
    """How a copy is loaded on its platform, in steps."""
    return _steps().get(f"{platform}/{document}", _steps()["*"])[lang]


def main_document(platform: str, documents: list[str]) -> str:
    """The document a person means who names none; BadInput when that is not clear."""
    if MAIN.get(platform) in documents:
        return MAIN[platform]
    if len(documents) == 1:
        return documents[0]
    raise BadInput("document", "which one?", "there are: " + ", ".join(documents) if documents else "there is none")


def loadable(platform: str, document: str, text: bytes) -> bytes:
    """The text without the lines that the device says before its configuration: a device takes them for commands."""
    if (platform, document) == ("cisco_catos", "config"):
        return text if text.startswith(b"begin") else text[text.find(b"\nbegin") + 1:]
    if platform == "cisco_ios" and document in {"running_config", "startup_config"}:
        return text[_SAID_BEFORE.match(text).end():]  # type: ignore[union-attr]  # it matches nothing, at the least
    return text


def plain(store: Store, device: str, document: str, rev: str, identity: Path) -> bytes:
    """The text as the device gave it. BadInput when there is no such copy, or the identity does not open it."""
    told = store.history.manifest(device, rev).get("documents", {}).get(document)
    if told is None:
        raise BadInput(f"{device}/{document}", f"there is no copy in {rev[:12]}", "rounds configs log lists them")
    if not told.get("sealed"):
        raise BadInput(f"{device}/{document}", "was never sealed: only the redacted copy exists",
                       "it was imported without its secrets, or rounds_configs named no recipient then")
    path = store.sealed_path(told["sealed"])
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(str(path), "the sealed copy is missing",
                       "bring the store's sealed/ folder from its backup") from None
    return sealed.opened(data, identity)
