"""The rows under one of the seven headings: what is wrong one by one, what is in order folded. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.model import Outcome
from pacs_rounds.report.findings import Finding
from pacs_rounds.report.view import Heading, Record, RunView, count, heading_verdict

MOST_SINGLE = 10
"""More items of one finding than this become one line here; the finding itself lists them."""


@dataclass(slots=True)
class Line:
    """One table row: one record (`kind` single), or several told together (many, silent, ok, not_applicable)."""

    kind: str
    outcome: Outcome
    records: list[Record]
    check: str | None = None
    finding: Finding | None = None

    @property
    def hosts(self) -> list[str]:
        """The devices concerned, each once."""
        return list(dict.fromkeys(record.host for record in self.records))

    @property
    def waived(self) -> int:
        """How many of the records have a waiver beside them."""
        return sum(1 for record in self.records if record.waiver)

    @property
    def span(self) -> tuple[Any, Any] | None:
        """Smallest and largest number observed, when every record has one."""
        values = [record.observed for record in self.records]
        if not values or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
            return None
        return min(values), max(values)


@dataclass(slots=True)
class Chapter:
    """One heading with everything reported under it. Without records it is `unknown`: nothing was looked at."""

    heading: Heading
    outcome: Outcome
    records: list[Record]
    lines: list[Line]
    counts: dict[str, int]
    worst: Finding | None = None
    hosts: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


OTHER = Heading("", {"zh": "其他检查", "en": "Other checks"})
_ORDER = {Outcome.CRITICAL: 0, Outcome.UNKNOWN: 1, Outcome.WARNING: 2, Outcome.OK: 3, Outcome.NOT_APPLICABLE: 4}


def chapters(view: RunView, found: list[Finding]) -> list[Chapter]:
    """The seven in their order, and an eighth only where a check names none of them: nothing is dropped."""
    finding_of = {id(record): finding for finding in found for record in finding.records}
    by_clause: dict[str, list[Record]] = defaultdict(list)
    for record in view.records:
        by_clause[view.heading_of(record.check)].append(record)
    headings = [*view.headings, OTHER] if by_clause.get("") else view.headings
    return [_chapter(heading, by_clause[heading.clause], finding_of, list(view.checks)) for heading in headings]


def _chapter(heading: Heading, records: list[Record], finding_of: dict[int, Finding], order: list[str]) -> Chapter:
    lines = _bad(records, finding_of) + _folded(records)
    place = {name: index for index, name in enumerate(order)}
    lines.sort(key=lambda line: (
        _ORDER[line.outcome], line.finding.number if line.finding else 0, place.get(line.check or "", -1)))
    mine = [finding_of[id(record)] for record in records if id(record) in finding_of]
    return Chapter(
        heading, heading_verdict(records), records, lines, count(records),
        min(mine, key=lambda one: one.number, default=None),
        list(dict.fromkeys(record.host for record in records)), list(dict.fromkeys(one.check for one in records)))


def _bad(records: list[Record], finding_of: dict[int, Finding]) -> list[Line]:
    groups: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        if id(record) in finding_of:
            groups[finding_of[id(record)].number].append(record)
    lines = []
    for group in groups.values():
        finding = finding_of[id(group[0])]
        if finding.check is None:
            lines.append(Line("silent", finding.outcome, group, None, finding))
        elif len(group) > MOST_SINGLE:
            lines.append(Line("many", finding.outcome, group, finding.check, finding))
        else:
            lines += [Line("single", finding.outcome, [record], finding.check, finding) for record in group]
    return lines


def _folded(records: list[Record]) -> list[Line]:
    """One line per check and level for what is in order; one per check for what does not apply."""
    groups: dict[tuple[str, Outcome, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.outcome is Outcome.OK:
            groups[record.check, record.outcome, repr(record.levels) + record.levels_origin].append(record)
        elif record.outcome is Outcome.NOT_APPLICABLE:
            groups[record.check, record.outcome, ""].append(record)
    return [Line(str(outcome), outcome, group, check) for (check, outcome, _), group in groups.items()]
