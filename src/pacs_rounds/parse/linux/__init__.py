"""Linux: /proc, /sys and the plain tools every distribution has. Helpers shared by the modules of this package."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NoReturn

from pacs_rounds.model import ParseError

# Only \n ends a line: splitlines() would also split at form feeds and at U+2028 inside a value.
_LINE = re.compile(r"[^\n]+")


def lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with something visible on them, counted from 1 (blank lines do not count), without line ends."""
    number = 0
    for match in _LINE.finditer(text):
        line = match.group().rstrip()
        if line:
            number += 1
            yield number, line


def one_line(text: str, what: str) -> str:
    """The only line of an answer that must have exactly one."""
    found = [line for _, line in itertools.islice(lines(text), 2)]
    if len(found) != 1:
        raise ParseError(f"{what}: expected one line" + (f", a second one reads {shown(found[1])}" if found else ""))
    return found[0].strip()


def shown(line: str) -> str:
    """A short, safe rendering of a line for a message: escape sequences stay visible instead of taking effect."""
    return ascii(line.strip()[:80])


def refuse(number: int, line: str, what: str) -> NoReturn:
    """Raise the ParseError for one line: where it stands, what was expected, what was met."""
    raise ParseError(f"line {number}: {what}, not {shown(line)}")


def whole(token: str) -> int | None:
    """A non-negative decimal integer, or None. int() alone would also take '1_000', ' 7 ' and other scripts' digits."""
    return int(token) if token.isascii() and token.isdigit() and len(token) <= 30 else None
