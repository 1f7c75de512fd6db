"""Which words a text must hold for a pattern to match at all: most texts hold none, and need no search. Pure."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from typing import Any

_PARSER: Any = importlib.import_module("re._parser")  # the parser behind re.compile; not public, so any surprise is "?"
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_ALSO = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})
Needs = tuple[frozenset[str], ...]
"""Sets of lower-case words; every match holds at least one word of each set."""


def of(pattern: re.Pattern[str]) -> Needs:
    """What a text must hold for the pattern to match, most telling first. Empty when nothing can be told."""
    try:
        found = set(_sequence(_PARSER.parse(pattern.pattern, pattern.flags)))
    except Exception:  # noqa: BLE001, RUF100  (an unknown construct of a later Python: no short cut, nothing else)
        return ()
    return tuple(sorted(found, key=_telling, reverse=True))


def folded(text: str) -> str:
    """The text in lower case as `re.IGNORECASE` sees it: to it, four letters beyond ASCII are i, s and k as well."""
    return text.lower() if text.isascii() else text.translate(_ALSO).lower()


def may_match(needs: Needs, text: str) -> bool:
    """Whether the pattern with these needs has to be searched for in a text that is `folded`."""
    return all(any(word in text for word in words) for words in needs)


def _telling(words: frozenset[str]) -> tuple[int, int, list[str]]:
    return min(map(len, words)), -len(words), sorted(words)


def _sequence(items: Iterable[tuple[Any, Any]]) -> list[frozenset[str]]:
    """The needs of items that follow each other: each run of letters, and what the items between hold."""
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in items:
        if str(operation) == "LITERAL":
            run += chr(argument).lower()
            continue
        found.append(frozenset({run}))
        run = ""
        found += _inside(str(operation), argument)
    found.append(frozenset({run}))
    return [words for words in found if words and all(words)]


def _inside(operation: str, argument: Any) -> list[frozenset[str]]:
    if operation == "SUBPATTERN":
        return _sequence(argument[-1])
    if operation == "ATOMIC_GROUP":
        return _sequence(argument)
    if operation in _REPEATS and argument[0] >= 1:
        return _sequence(argument[2])
    if operation == "BRANCH":
        each = [max(_sequence(branch), key=_telling, default=frozenset()) for branch in argument[1]]
        return [frozenset().union(*each)] if all(each) else []
    return []
