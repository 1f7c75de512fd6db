"""Translations: words.<lang>.yml, one file per language with the same keys (a test compares them)."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.model import BadInput

HERE = Path(__file__).parent
LANGUAGES = ("zh", "en")
LONGEST_PHRASE = 500
"""Longer remarks are no phrases of ours; matching them would only cost time."""


def flatten(tree: Any, prefix: str = "") -> dict[str, Any]:
    """`{"a": {"b": "c"}}` as `{"a.b": "c"}`. Lists and one/other pairs are leaves."""
    if not isinstance(tree, dict) or set(tree) == {"one", "other"}:
        return {prefix: tree}
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat.update(flatten(value, f"{prefix}.{key}" if prefix else str(key)))
    return flat


class Words:
    """One language. Calling it with a key and values gives the sentence; a key nobody wrote is a KeyError."""

    def __init__(self, lang: str, table: dict[str, Any]) -> None:
        self.lang = lang
        self.phrases = [(_pattern(one["en"]), one["say"]) for one in table.pop("phrases", None) or []]
        self.table = flatten(table)

    def __call__(self, key: str, **values: Any) -> str:
        found = self.table[key]
        if isinstance(found, dict):
            found = found["one" if values.get("n") == 1 else "other"]
        shown = {name: f"{value:,}" if type(value) is int else value for name, value in values.items()}
        return str(found).format(**shown) if shown else str(found)

    def get(self, key: str, default: str) -> str:
        """A plain word, or the default where the language has none (names that sites or devices choose)."""
        found = self.table.get(key, default)
        return str(found)

    def phrase(self, text: str) -> str:
        """A remark written by a derivation, translated where the language knows the phrase; else as it stands."""
        if not self.phrases or len(text) > LONGEST_PHRASE:
            return text
        return "; ".join(self._one_phrase(part) for part in text.split("; "))

    def _one_phrase(self, part: str) -> str:
        for pattern, say in self.phrases:
            found = pattern.fullmatch(part)
            if found:
                return str(say).format(*found.groups())
        return part


def _pattern(english: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{\d#?\})", english)
    places = {True: r"(\d.*?)", False: "(.*?)"}
    return re.compile("".join(places["#" in piece] if number % 2 else re.escape(piece)
                              for number, piece in enumerate(pieces)), re.DOTALL)


@functools.cache
def advice(lang: str) -> dict[str, Any]:
    """`why` by check and `remedies` by runbook, where the originals are in another language; else empty."""
    path = HERE / f"advice.{lang}.yml"
    return dict(yamlfile.load(path)) if path.is_file() else {"why": {}, "remedies": {}}


@functools.cache
def load(lang: str) -> Words:
    """The words of one language; BadInput for a language that does not exist."""
    if lang not in LANGUAGES:
        raise BadInput("--lang", f"no language is called {lang!r}", "one of: " + ", ".join(LANGUAGES))
    return Words(lang, dict(yamlfile.load(HERE / f"words.{lang}.yml")))
