"""Where a pattern has to be searched for: on the lines with its words, if no match can reach over a line's end. Pure.

A configuration has a thousand lines and a dozen secrets. What a pattern finds on such a line is what it would find
there in the whole text: it is given the text and two bounds, so that it sees what stands before.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pacs_rounds.redact.needs import Needs, folded, may_match, of, shaped

_PARSER: Any = importlib.import_module("re._parser")  # as in needs.py: any surprise means "the whole text"
_NEVER_LINE_END = {"CATEGORY_DIGIT", "CATEGORY_WORD", "CATEGORY_NOT_SPACE"}
_PLACES = {"AT_BEGINNING", "AT_END", "AT_BOUNDARY", "AT_NON_BOUNDARY"}
_LINE_END = ord("\n")
TELLING = 3
"""Characters: shorter words stand on nearly every line, and one search of the whole text is quicker."""
MOST, LONGEST = 20_000, 250
"""How many shapes of lines are remembered, and of how many characters at most."""


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


class Finder:
    """Where each of some patterns has to be searched for in a text.

    What a line's shape (the line in lower case, each digit a 0) may hold is remembered: the lines of configurations
    repeat, in one and from device to device. It is a memory of this process only, and needs no rule but the patterns.
    """

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._patterns = tuple(patterns)
        self._needs = tuple(of(pattern) for pattern in patterns)
        self._shapes = {number: needs for number, pattern in enumerate(patterns)
                        if one_line(pattern) and (needs := of(pattern, shape=True))
                        and min(map(len, needs[0])) >= TELLING}
        self._known: dict[str, tuple[int, ...]] = {}

    def matches(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """What `finditer` of each pattern gives in the text, with the pattern's number; in the patterns' order."""
        lowered = folded(text)
        same_places = len(lowered) == len(text)
        places = self._places(lowered) if same_places else {}
        for number, pattern in enumerate(self._patterns):
            if same_places and number in self._shapes:
                for begin, end in places.get(number, ()):
                    yield from ((number, match) for match in pattern.finditer(text, begin, end))
            elif may_match(self._needs[number], lowered):
                yield from ((number, match) for match in pattern.finditer(text))

    def _places(self, lowered: str) -> dict[int, list[tuple[int, int]]]:
        """For each pattern the lines that may hold a match: begin and end (behind the line feed), in order."""
        lines = shaped(lowered).split("\n")
        known = self._known
        new = self._looked_at([line for line in dict.fromkeys(lines) if line not in known])
        places: dict[int, list[tuple[int, int]]] = {}
        at = 0
        for line in lines:
            end = at + len(line) + 1
            for number in known[line] if line in known else new[line]:
                places.setdefault(number, []).append((at, end))
            at = end
        if len(known) + len(new) > MOST:
            known = self._known = {}
        known.update(one for one in new.items() if len(one[0]) <= LONGEST)
        return places

    def _looked_at(self, lines: list[str]) -> dict[str, tuple[int, ...]]:
        """Which patterns' words these different lines hold; all of them in one text, one search for each word."""
        if not lines:
            return {}
        found: dict[str, list[int]] = {line: [] for line in lines}
        text = "\n".join(lines)
        for number, needs in self._shapes.items():
            for begin, end in _candidates(text, needs):
                found[text[begin:end].removesuffix("\n")].append(number)
        return {line: tuple(numbers) for line, numbers in found.items()}


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
