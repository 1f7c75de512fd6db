"""Findings: records that are not in order, grouped into what one person would do one thing about. Pure.

Two kinds: a check that found something on one or several devices, and devices that gave no answer at all (one
finding, not one for each check that therefore could not be judged).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pacs_rounds.model import Impact, Outcome, Reason
from pacs_rounds.report.view import Record, RunView

WHOLE_DEVICE = 3
"""From so many checks of one role on, the same reason is taken for the device's, not for the checks'."""
_GRAVITY = (Outcome.CRITICAL, Outcome.UNKNOWN, Outcome.WARNING)
_DEVICE_REASONS = frozenset({Reason.UNREACHABLE, Reason.REFUSED, Reason.TIMED_OUT, Reason.NOT_RUN})


@dataclass(slots=True)
class Finding:
    """`check` is None for devices without answers. `records` keep the order of the run."""

    outcome: Outcome
    check: str | None
    reason: Reason | None
    impact: Impact
    records: list[Record]
    number: int = 0
    clauses: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> list[str]:
        """The devices concerned, each once."""
        return list(dict.fromkeys(record.host for record in self.records))

    @property
    def by_device(self) -> list[list[Record]]:
        """The records by host and role, for findings about whole devices."""
        groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in self.records:
            groups[record.host, record.role].append(record)
        return list(groups.values())


def _whole_devices(records: list[Record]) -> dict[int, Reason]:
    """Records (by id) that are unknown because their device as a whole gave nothing."""
    groups: dict[tuple[str, str, Reason], list[Record]] = defaultdict(list)
    for record in records:
        if record.reason in _DEVICE_REASONS:
            groups[record.host, record.role, record.reason].append(record)
    return {id(record): reason for (_, _, reason), group in groups.items()
            if len({record.check for record in group}) >= WHOLE_DEVICE for record in group}


def findings(view: RunView) -> list[Finding]:
    """All findings, gravest first: by outcome, then impact, then the number of devices; numbered from 1."""
    bad = [record for record in view.records if record.outcome in _GRAVITY]
    silent = _whole_devices(bad)
    groups: dict[tuple[Outcome, str | None, Reason | None], list[Record]] = defaultdict(list)
    for record in bad:
        check = None if id(record) in silent else record.check
        groups[record.outcome, check, record.reason].append(record)
    impacts = list(Impact)
    found = []
    for (outcome, check, reason), records in groups.items():
        impact = min((record.impact for record in records), key=impacts.index)
        clauses = sorted({clause for record in records for clause in record.clauses})
        found.append(Finding(outcome, check, reason, impact, records, clauses=clauses))
    found.sort(key=lambda one: (_GRAVITY.index(one.outcome), impacts.index(one.impact), -len(one.hosts),
                                one.check or ""))
    for number, finding in enumerate(found, start=1):
        finding.number = number
    return found


def numbers(found: list[Finding]) -> dict[int, int]:
    """The finding's number of each record, by the record's id()."""
    return {id(record): finding.number for finding in found for record in finding.records}
