"""Text from devices made fit to show: nothing in it acts, nothing in it hides. Pure.

Escaping HTML is the template engine's work (autoescape). What it does not touch is done here: control characters,
escape sequences, bidirectional overrides, invisible and unassigned characters, towers of combining marks.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_SHORT_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Cc control, Cf format (bidi, zero width), Cs surrogate, Co private use, Cn unassigned, Zl/Zp line separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN = re.compile(r"[\x20-\x7e]*\Z")
MOST_MARKS = 2
"""Combining marks in a row that real writing needs; more of them print over the neighbouring lines."""


def _named(char: str) -> str:
    if char in _SHORT_NAMES:
        return _SHORT_NAMES[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@functools.lru_cache(maxsize=16384)
def visible(text: str) -> str:
    """The text on one line, each character that would act or hide written as an escape (ESC as `\\x1b`)."""
    if _PLAIN.match(text):
        return text
    shown: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        shown.append(_named(char) if category in _HIDDEN or marks > MOST_MARKS else char)
    return "".join(shown)


def shorten(text: str, limit: int, note: str) -> str:
    """The text when it has at most `limit` characters, else its beginning and `note` (which may say `{n}`)."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… {note.replace('{n}', f'{len(text):,}')}"
