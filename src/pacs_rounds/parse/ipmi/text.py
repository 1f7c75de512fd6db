"""Lines, columns and complaints that all outputs of ipmitool share. Pure."""

from __future__ import annotations

import re

from pacs_rounds.model import ParseError

_COMPLAINT = re.compile(
    r"(?:Error[: ]|Unable to |Could not open|Get .{1,60} failed|.{1,40} command failed|Invalid |Authentication type |"
    r"Activate Session |RAKP |Set Session |ipmitool: |ipmi\w*: |.{1,60}: (?:connection timeout|password invalid|"
    r"username invalid|session timeout|BMC busy))")


def lines_of(text: str) -> list[tuple[int, str]]:
    """(number, line) of all lines that are not blank. A complaint of the program in between is a ParseError: what
    follows it would be a list with holes."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if _COMPLAINT.match(line.strip()) and "|" not in line:
            raise ParseError(f"line {number}: ipmitool complains: {line.strip()[:100]!r}")
        found.append((number, line))
    return found


def columns_of(number: int, line: str, least: int, most: int = 0) -> list[str]:
    """The columns between the bars, without blanks at their ends; ParseError when they are too few or too many."""
    columns = [part.strip() for part in line.split("|")]
    if not least <= len(columns) <= (most or least):
        raise ParseError(f"line {number}: {len(columns)} columns instead of {least}: {line.strip()[:60]!r}")
    return columns


def number_of(number: int, word: str) -> float | None:
    """A decimal number; None for `na`, `N/A` and nothing at all. Anything else is a ParseError."""
    if word.lower() in {"", "na", "n/a"}:
        return None
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d{1,6})?", word):
        raise ParseError(f"line {number}: no number: {word[:40]!r}")
    return float(word)


def pairs_of(text: str) -> list[tuple[int, str, str]]:
    """(line number, key, value) of `Key : value` lines; a line that has no key continues the one above (key empty)."""
    found: list[tuple[int, str, str]] = []
    for number, line in lines_of(text):
        key, colon, value = line.partition(":")
        if colon:
            found.append((number, key.strip(), value.strip()))
        elif found and line[:1].isspace():
            found.append((number, "", line.strip()))
        else:
            raise ParseError(f"line {number}: no 'key : value': {line.strip()[:60]!r}")
    return found
