"""Differences for people: unified lines, and rows for two columns, each with the headings of its section. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from pacs_rounds.configs import imm_lists
from pacs_rounds.configs.sections import Line, tree


@dataclass(frozen=True, slots=True)
class SideRow:
    """One row of two columns. `kind`: same | changed | added | removed. A number is None where a side has no line."""

    kind: str
    left_no: int | None
    left: str
    right_no: int | None
    right: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring changes. `parents`: the headings above its first change, outermost first, where they are not among
    its rows."""

    parents: list[str] = field(default_factory=list)
    rows: list[SideRow] = field(default_factory=list)


def unified(before: str, after: str, context: int = 3, names: tuple[str, str] = ("before", "after"),
            platform: str = "") -> list[str]:
    """The lines of a unified diff, without line feeds; none when the texts are equal. Where the platform's lines are
    numbers, each says what it is about."""
    lines = difflib.unified_diff(_lines(before), _lines(after), *names, n=context, lineterm="")
    return [imm_lists.named(line) for line in lines] if platform == "ibm_imm" else list(lines)


def side_by_side(platform: str, before: str, after: str, context: int = 3) -> list[Hunk]:
    """The changes as hunks of rows; none when the texts are equal."""
    left, right = _lines(before), _lines(after)
    left_tree, right_tree = tree(platform, before), tree(platform, after)
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    hunks = []
    for group in matcher.get_grouped_opcodes(context):
        rows: list[SideRow] = []
        for tag, left_from, left_to, right_from, right_to in group:
            rows += _rows(tag, left, right, (left_from, left_to), (right_from, right_to))
        hunks.append(Hunk(_parents(rows, left_tree, right_tree), rows))
    return hunks


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _rows(tag: str, left: list[str], right: list[str], ours: tuple[int, int], theirs: tuple[int, int]) -> list[SideRow]:
    kind = {"equal": "same", "replace": "changed", "delete": "removed", "insert": "added"}[tag]
    rows = []
    for number in range(max(ours[1] - ours[0], theirs[1] - theirs[0])):
        one, other = ours[0] + number, theirs[0] + number
        has_left, has_right = one < ours[1], other < theirs[1]
        shown = kind if has_left and has_right else "removed" if has_left else "added"
        rows.append(SideRow(shown, one + 1 if has_left else None, left[one] if has_left else "",
                            other + 1 if has_right else None, right[other] if has_right else ""))
    return rows


def _parents(rows: list[SideRow], left: list[Line], right: list[Line]) -> list[str]:
    first = next(row for row in rows if row.kind != "same")
    line = right[first.right_no - 1] if first.right_no else left[(first.left_no or 1) - 1]
    above = rows[:rows.index(first)]
    shown = {row.right.strip() for row in above} | {row.left.strip() for row in above}
    return [parent for parent in line.parents if parent not in shown]


def sections_of(platform: str, before: str, after: str) -> list[str]:
    """The sections in which something changed, each once, in order: for one line about a change."""
    found: dict[str, None] = {}
    for hunk in side_by_side(platform, before, after, context=0):
        row = hunk.rows[0]
        found[hunk.parents[0] if hunk.parents else (row.right or row.left).strip()] = None
    return list(found)
