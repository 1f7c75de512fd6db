"""Tables as sqlplus and SQLcl print them: a heading, a line of rules, rows in columns, headings again on each page."""

from __future__ import annotations

import re
from itertools import pairwise

from pacs_rounds.parse.oracle_text import OMITTED, Fields, error_in, fail, lines_of

_RULE = re.compile(r"^ *(?:-{1,}|_{1,}|=+)(?: +(?:-+|_+|=+))*$")
_TOLD = re.compile(r"^\s*(?:\d+ rows? selected\.?|已选择 ?\d+ ?行。?|\d+ 行已选择。?|Elapsed: .*|已用时间: .*|"
                   r"SQL\*Plus: .*|Copyright .*|Connected(?: to:?|\.).*|连接到:.*|Disconnected .*|"
                   r"Oracle .*Release .*|With the .* options?|and .* options?|Version [\d.]+)\s*$", re.IGNORECASE)
_NONE = re.compile(r"^\s*(?:no rows selected|未选定行|0 rows selected)\.?\s*$", re.IGNORECASE)
_TYPED = re.compile(r"^\s*(?:SQL>|\w+@\w+>|\d+  ).*$")


class Table:
    """A table: `columns` as headed, `rows` as lists of text ("" for nothing)."""

    def __init__(self, columns: list[str], rows: list[list[str]]) -> None:
        self.columns = columns
        self.rows = rows


def _spans(rule: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"-+|_+|=+", rule)]


def _wide(text: str, begin: int, end: int | None) -> str:
    """Characters of the columns from begin to end, where a Chinese character fills two of them."""
    found, column = [], 0
    for char in text:
        if column >= begin and (end is None or column < end):
            found.append(char)
        column += 2 if ord(char) > 0x2E7F else 1
    return "".join(found)


def _cut(line: str, spans: list[tuple[int, int]]) -> list[str]:
    """The cells of a line. Where a column's border goes through a word, the words are the cells, if as many."""
    for (_, end), (begin, _) in pairwise(spans):
        if _wide(line, end, begin).strip():
            words = line.split()
            if len(words) != len(spans):
                fail("a row does not fit the columns", line)
            return words
    last = len(spans) - 1
    return [_wide(line, begin, None if index == last else end).strip() for index, (begin, end) in enumerate(spans)]


def tables(text: str) -> list[Table]:
    """All tables of the text; [] when the query found no rows. ParseError for ORA- and SP2- errors, for a text without
    a table, and for rows that do not fit their columns."""
    lines = lines_of(text)
    found: list[Table] = []
    none = False
    spans: list[tuple[int, int]] = []
    for error in filter(None, map(error_in, lines)):
        fail("the database answers with an error", f"{error['code']}: {error['message']}")
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if not line.strip() or _TOLD.match(line) or OMITTED.match(line) or (_TYPED.match(line) and not spans):
            continue
        if _NONE.match(line):
            none = True
        elif _RULE.match(line):
            if number == 0 or not lines[number - 1].strip():
                fail("a line of rules without a heading", line)
            spans = _spans(line)
            columns = _cut(lines[number - 1], spans)
            if not found or found[-1].columns != columns:
                found.append(Table(columns, []))
        elif _RULE.match(following):
            continue
        elif re.match(r"^\s*SQL>", line):
            spans = []
        elif spans:
            found[-1].rows.append(_cut(line, spans))
        else:
            fail("a line outside of any table", line)
    if not found and not none:
        fail("no table of sqlplus")
    return found


def only(text: str) -> Table:
    """The one table of the text; without rows and columns when the query found none. ParseError for several."""
    all_ = tables(text)
    if len(all_) > 1:
        fail(f"{len(all_)} tables where one is expected")
    return all_[0] if all_ else Table([], [])


def rows(table: Table, keys: list[str]) -> list[Fields]:
    """The rows by the given keys, values as text, None for nothing."""
    return [dict(zip(keys, (cell or None for cell in row), strict=True)) for row in table.rows]
