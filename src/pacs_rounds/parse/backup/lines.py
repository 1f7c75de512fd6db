"""What our own probe prints (src/pacs_rounds/backup/probe.py), as sections."""

from __future__ import annotations

from typing import NamedTuple

from pacs_rounds.model import ParseError


class Section(NamedTuple):
    """One `== …` line: its first word, the rest of its words, and the lines below it."""

    kind: str
    words: list[str]
    lines: list[str]


def fail(what: str, line: str = "") -> ParseError:
    """The error of a text of another shape, in one line."""
    return ParseError(f"{what}: {line.strip()[:120]!r}" if line else what)


def sections(text: str) -> list[Section]:
    """The sections in their order, without the end. ParseError for text before the first, or without `== end`."""
    found: list[Section] = []
    ended = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("== "):
            if ended:
                raise fail("a section after the end", line)
            kind, *words = line[3:].split(" ")
            ended = kind == "end"
            if not ended:
                found.append(Section(kind, words, []))
        elif not line.strip():
            continue
        elif ended or not found:
            raise fail("a line outside of any section", line)
        else:
            found[-1].lines.append(line)
    if not ended:
        raise fail("cut off: the answer has no end" if found else "no answer of this probe")
    return found


def whole(written: str, line: str) -> int:
    """A whole number, perhaps with a fraction that is dropped (find writes parts of seconds)."""
    number, _, rest = written.partition(".")
    if not number.isdigit() or (rest and not rest.isdigit()) or len(number) > 18:
        raise fail("no number where one belongs", line)
    return int(number)
