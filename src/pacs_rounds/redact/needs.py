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


_DIGITS = str.maketrans("123456789", "000000000")
_DIGIT = re.compile(r"\d")


def of(pattern: re.Pattern[str], shape: bool = False) -> Needs:
    """What a text must hold for the pattern to match, most telling first. Empty when nothing can be told. With `shape`:
    what the text must hold when each of its digits is a 0 (`shaped`); then digits that are not told count, too."""
    try:
        found = set(_sequence(_PARSER.parse(pattern.pattern, pattern.flags), shape))
    except Exception:  # noqa: BLE001, RUF100  (an unknown construct of a later Python: no short cut, nothing else)
        return ()
    return tuple(sorted(found, key=_telling, reverse=True))


def folded(text: str) -> str:
    """The text in lower case as `re.IGNORECASE` sees it: to it, four letters beyond ASCII are i, s and k as well."""
    return text.lower() if text.isascii() else text.translate(_ALSO).lower()


def shaped(lowered: str) -> str:
    """A `folded` text with every digit, of whatever script, as a 0."""
    return lowered.translate(_DIGITS) if lowered.isascii() else _DIGIT.sub("0", lowered)


def may_match(needs: Needs, text: str) -> bool:
    """Whether the pattern with these needs has to be searched for in a text that is `folded`."""
    return all(any(word in text for word in words) for words in needs)


def _telling(words: frozenset[str]) -> tuple[int, int, list[str]]:
    return min(map(len, words)), -len(words), sorted(words)


def _sequence(items: Iterable[tuple[Any, Any]], shape: bool) -> list[frozenset[str]]:
    """The needs of items that follow each other: each run of letters, and what the items between hold."""
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in items:
        name = str(operation)
        if name == "LITERAL":
            run += shaped(chr(argument).lower()) if shape else chr(argument).lower()
            continue
        digits = _digits(name, argument) if shape else (0, False)
        run += "0" * digits[0]
        if digits[1]:
            continue
        found.append(frozenset({run}))
        run = ""
        found += _inside(name, argument, shape)
    found.append(frozenset({run}))
    return [words for words in found if words and all(words)]


def _digits(operation: str, argument: Any) -> tuple[int, bool]:
    """How many digits, at least, an item is that can be nothing but digits; and whether it is just so many."""
    if operation in _REPEATS:
        least, most, (item, *more) = argument
        one = _digits(str(item[0]), item[1]) if not more else (0, False)
        return (least * one[0], one[1] and least == most)
    if operation == "IN" and all(_only_digits(str(kind), one) for kind, one in argument):
        return 1, True
    return 0, False


def _only_digits(kind: str, argument: Any) -> bool:
    return ((kind == "CATEGORY" and str(argument) == "CATEGORY_DIGIT")
            or (kind == "LITERAL" and chr(argument) in "0123456789")
            or (kind == "RANGE" and ord("0") <= argument[0] and argument[1] <= ord("9")))


def _inside(operation: str, argument: Any, shape: bool) -> list[frozenset[str]]:
    if operation == "SUBPATTERN":
        return _sequence(argument[-1], shape)
    if operation == "ATOMIC_GROUP":
        return _sequence(argument, shape)
    if operation in _REPEATS and argument[0] >= 1:
        return _sequence(argument[2], shape)
    if operation == "BRANCH":
        each = [max(_sequence(branch, shape), key=_telling, default=frozenset()) for branch in argument[1]]
        return [frozenset().union(*each)] if all(each) else []
    return []
