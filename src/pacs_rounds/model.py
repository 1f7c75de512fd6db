"""The words everything else speaks: outcomes, reasons, answers, rows and the errors of bad input."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Row = dict[str, Any]
"""One thing a check looks at: at least what the check names as `item` and `measure`; `detail` may add words."""


PAPERWORK_ROLES = frozenset({"contract_register", "asset_register", "cabling_survey", "backup_copies", "oracle_pairs"})
"""Roles that compare what is written and ask no device."""


class Outcome(StrEnum):
    """What was found. A plain string enum on purpose: comparing outcomes by number would hide the fold order."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


GRAVEST_FIRST = (Outcome.CRITICAL, Outcome.UNKNOWN, Outcome.WARNING, Outcome.OK)


def gravest(outcomes: list[Outcome]) -> Outcome:
    """Fold outcomes into one. Nothing judged is `unknown`; only `not_applicable` stays `not_applicable`."""
    for outcome in GRAVEST_FIRST:
        if outcome in outcomes:
            return outcome
    return Outcome.NOT_APPLICABLE if outcomes else Outcome.UNKNOWN


class Reason(StrEnum):
    """Why something is `unknown`."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    UNPARSABLE = "unparsable"
    UNLISTED_WORD = "unlisted_word"
    TOOL_MISSING = "tool_missing"
    NOT_RUN = "not_run"
    FAULT_IN_CHECK = "fault_in_check"
    NO_PREVIOUS = "no_previous"


class Impact(StrEnum):
    """What a finding means for the hospital; belongs to the check, not to the measured value."""

    SERVICE_DOWN = "service_down"
    PERFORMANCE = "performance"
    REDUNDANCY_LOST = "redundancy_lost"
    SECURITY = "security"
    PAPERWORK = "paperwork"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command said.

    `text` is redacted text (nothing else is ever kept), `status` the exit status where the transport has one,
    `started`/`ended` seconds since the epoch on the control node. `reason` is set when there is no answer to
    parse; `text` may then still hold what was said instead.
    """

    command: str
    text: str = ""
    status: int | None = None
    started: float = 0.0
    ended: float = 0.0
    reason: Reason | None = None
    detail: str = ""


class ParseError(ValueError):
    """The text is not what this parser reads. The message is one line and says what was met where."""


class NotApplicable(Exception):  # noqa: N818  (not an error: the check has nothing to judge here)
    """Raised by a derivation when the host has no such thing and its baseline demands none."""


class BadInput(Exception):  # noqa: N818  (the house name for what ends a command with exit status 2)
    """Inventory, policy, check, scenario, waiver or capture that cannot be used: where, what, and the remedy."""

    def __init__(self, where: str, problem: str, remedy: str = "") -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(f"{where}: {problem}" + (f"\n  remedy: {remedy}" if remedy else ""))


@dataclass(slots=True)
class Context:
    """What a derivation may know besides the parsed text. All of it is kept in the run's `inputs/`.

    `baseline` is what must exist (host_vars/<host>/baseline.yml), `contract` the contract's row for the device,
    `settings` further agreed values, `previous` maps check -> item -> record of the last sealed run that has one,
    `collected_at` is when the answers came in (epoch seconds).
    """

    host: str
    platform: str
    baseline: dict[str, Any] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    previous: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    collected_at: float = 0.0
    answers: dict[str, Answer] = field(default_factory=dict)

    def earlier(self, check: str, item: str) -> dict[str, Any] | None:
        """The record of this check and item in the last sealed run, or None."""
        return self.previous.get(check, {}).get(item)
