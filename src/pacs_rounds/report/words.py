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
        phrases = table.pop("phrases", None) or []
        self.phrases = _patterns(phrases)
        self.literal = {one["en"]: one["say"] for one in phrases if "{" not in one["en"]}
        self.items = _patterns(table.pop("items", None) or [])
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
        return str(self.table.get("remarks.join", "; ")).join(self._one_phrase(part) for part in text.split("; "))

    def item(self, name: str) -> str:
        """What an item is called, before the name the record has: `序列号 (serial number)`; else the name alone.

        Of `PACS/log mode` the last part is looked up: what stands before it is a name of the device.
        """
        said = _first(self.items, name) or ("" if name.startswith("/") else _first(self.items, name.rpartition("/")[2]))
        return f"{said} ({name})" if said else name

    def _one_phrase(self, part: str) -> str:
        found = self.literal.get(part)
        return found if found is not None else _first(self.phrases, part, self.literal) or part


Patterns = list[tuple[re.Pattern[str], str]]


def _patterns(rows: list[dict[str, str]]) -> Patterns:
    """The phrases with most words of their own first: `{0} of {1}` must not take what a longer one says better."""
    own = sorted(rows, key=lambda one: len(re.sub(r"\{\d#?\}", "", one["en"])), reverse=True)
    return [(_pattern(one["en"]), one["say"]) for one in own]


def _first(patterns: Patterns, text: str, known: dict[str, str] | None = None) -> str:
    """The text in the words of the first pattern that takes it whole, or ''; what fills it in may itself be known."""
    for pattern, say in patterns:
        found = pattern.fullmatch(text)
        if found:
            return str(say).format(*((known or {}).get(one, one) for one in found.groups()))
    return ""


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
