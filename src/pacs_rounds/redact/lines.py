"""Where a pattern has to be searched for: on the lines with its words, if no match can reach over a line's end. Pure.

A configuration has a thousand lines and a dozen secrets. What a pattern finds on such a line is what it would find
there in the whole text: it is given the text and two bounds, so that it sees what stands before.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pacs_rounds.redact.needs import Needs

_PARSER: Any = importlib.import_module("re._parser")  # as in needs.py: any surprise means "the whole text"
_NEVER_LINE_END = {"CATEGORY_DIGIT", "CATEGORY_WORD", "CATEGORY_NOT_SPACE"}
_PLACES = {"AT_BEGINNING", "AT_END", "AT_BOUNDARY", "AT_NON_BOUNDARY"}
_LINE_END = ord("\n")
TELLING = 3
"""Characters: shorter words stand on nearly every line, and one search of the whole text is quicker."""


def one_line(pattern: re.Pattern[str]) -> bool:
    """Whether nothing that the pattern matches or looks at ahead can hold a line feed, and it matches something."""
    if not pattern.flags & re.MULTILINE or pattern.flags & re.DOTALL:
        return False
    try:
        parsed = _PARSER.parse(pattern.pattern, pattern.flags)
        return bool(parsed.getwidth()[0]) and _within(parsed)
    except Exception:  # noqa: BLE001, RUF100  (an unknown construct of a later Python: no short cut, nothing else)
        return False


def _within(items: Iterable[tuple[Any, Any]]) -> bool:
    return all(_one(str(operation), argument) for operation, argument in items)


def _one(operation: str, argument: Any) -> bool:
    """Whether one item stays on its line; False for whatever is not known here."""
    match operation:
        case "LITERAL":
            return bool(argument != _LINE_END)
        case "NOT_LITERAL":
            return bool(argument == _LINE_END)
        case "ANY":
            return True
        case "AT":
            return str(argument) in _PLACES
        case "IN":
            return _set(argument)
        case "SUBPATTERN":
            return not argument[1] & (re.DOTALL | re.MULTILINE) and _within(argument[-1])
        case "ATOMIC_GROUP":
            return _within(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _within(argument[2])
        case "BRANCH":
            return all(_within(branch) for branch in argument[1])
        case "ASSERT" | "ASSERT_NOT":  # what lies behind is there to be seen
            return argument[0] < 0 or _within(argument[1])
    return False


def _set(items: list[tuple[Any, Any]]) -> bool:
    """Whether `[...]` leaves out the line feed."""
    named = [(str(operation), argument) for operation, argument in items]
    if named[0][0] == "NEGATE":
        return any((operation == "LITERAL" and argument == _LINE_END)
                   or (operation == "RANGE" and argument[0] <= _LINE_END <= argument[1])
                   or (operation == "CATEGORY" and str(argument) == "CATEGORY_SPACE") for operation, argument in named)
    return all((operation == "LITERAL" and argument != _LINE_END)
               or (operation == "RANGE" and not argument[0] <= _LINE_END <= argument[1])
               or (operation == "CATEGORY" and str(argument) in _NEVER_LINE_END) for operation, argument in named)


def matches(pattern: re.Pattern[str], text: str, lowered: str, needs: Needs) -> Iterator[re.Match[str]]:
    """What `pattern.finditer(text)` gives, for a pattern that is `one_line`. `lowered` is the text `folded`."""
    if not needs or min(map(len, needs[0])) < TELLING or len(lowered) != len(text):
        yield from pattern.finditer(text)
        return
    for begin, end in _candidates(lowered, needs):
        yield from pattern.finditer(text, begin, end)


def _candidates(lowered: str, needs: Needs) -> Iterator[tuple[int, int]]:
    """Begin and end (behind its line feed) of the lines that hold a word of each set, in order."""
    first, *others = needs
    next_of = {word: lowered.find(word) for word in first}
    while places := [at for at in next_of.values() if at >= 0]:
        at = min(places)
        begin, end = lowered.rfind("\n", 0, at) + 1, lowered.find("\n", at) + 1 or len(lowered)
        for word, place in next_of.items():
            if 0 <= place < end:
                next_of[word] = lowered.find(word, end)
        if not others or all(any(lowered.find(word, begin, end) >= 0 for word in words) for words in others):
            yield begin, end
