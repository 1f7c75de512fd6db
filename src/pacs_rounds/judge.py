"""Judging: one value, its levels or word map, its previous value: one outcome. Pure.

The only place that compares. `upper` means value >= level, `lower` means value < level.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from pacs_rounds.catalogue import Check
from pacs_rounds.model import Context, NotApplicable, Outcome, ParseError, Reason, Row
from pacs_rounds.policy import Resolved, resolve


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item: the outcome and everything a reader needs to follow it."""

    item: str
    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    observed: Any = None
    previous: Any = None
    delta: float | None = None
    levels: dict[str, Any] | None = None
    levels_origin: str = ""


def by_levels(value: float, levels: dict[str, Any]) -> Outcome:
    """Compare a number with its levels; critical is looked at first."""
    def beyond(limit: float) -> bool:
        return value >= limit if levels["direction"] == "upper" else value < limit

    if "critical" in levels and beyond(levels["critical"]):
        return Outcome.CRITICAL
    if "warning" in levels and beyond(levels["warning"]):
        return Outcome.WARNING
    return Outcome.OK


def by_words(word: str, words: dict[str, list[str]]) -> Outcome | None:
    """The outcome a word maps to, gravest first; None for a word nobody listed."""
    for outcome in (Outcome.CRITICAL, Outcome.WARNING, Outcome.OK, Outcome.NOT_APPLICABLE):
        if word in words.get(outcome, ()):
            return outcome
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _delta(check: Check, row: Row, item: str, context: Context) -> tuple[Any, float | None, str]:
    """Previous value, difference and a remark. A counter below its last value was reset: it counts since then only."""
    value = float(row[check.measure])
    earlier = context.earlier(check.id, item)
    before = _number(earlier.get("observed")) if earlier else None
    if before is None:
        return None, None, "no earlier run has this item"
    if value < before:
        return before, value, "the counter was reset since the last run"
    return before, value - before, ""


def _judge_number(check: Check, row: Row, item: str, resolved: Resolved, context: Context) -> Verdict:
    levels = resolved.levels or {}
    detail = str(row.get("detail", ""))
    value = _number(row.get(check.measure))
    common: dict[str, Any] = {"levels": levels, "levels_origin": resolved.origin}
    if value is None:
        return Verdict(item, Outcome.UNKNOWN, Reason.UNPARSABLE, f"{check.measure} is no number: "
                       f"{str(row.get(check.measure))[:80]}", **common)
    observed = row[check.measure]
    if not check.delta:
        return Verdict(item, by_levels(value, levels), None, detail, observed, row.get("previous"),
                       row.get("delta"), **common)
    before, delta, remark = _delta(check, row, item, context)
    detail = "; ".join(part for part in (detail, remark) if part)
    if delta is None:
        # Everything counted so far is at least what was added since the last visit: below the level it is fine.
        outcome = by_levels(value, levels)
        if outcome is Outcome.OK and levels["direction"] == "upper":
            return Verdict(item, outcome, None, detail, observed, **common)
        return Verdict(item, Outcome.UNKNOWN, Reason.NO_PREVIOUS, detail, observed, **common)
    return Verdict(item, by_levels(delta, levels), None, detail, observed, before, delta, **common)


def _judge_row(check: Check, row: Row, item: str, context: Context, rules: list[dict[str, Any]]) -> Verdict:
    if "unknown" in row:
        detail = str(row.get("detail", ""))
        return Verdict(item, Outcome.UNKNOWN, Reason(row["unknown"]), detail, row.get(check.measure))
    resolved = resolve(check, context.host, _name(check, row), rules)
    if resolved.levels is not None:
        return _judge_number(check, row, item, resolved, context)
    words = resolved.words or {}
    word = row.get(check.measure)
    outcome = by_words(str(word), words) if word is not None else None
    detail = str(row.get("detail", ""))
    # What is kept for the next run may be more than the word: a file's size, a parameter's value.
    common: dict[str, Any] = {"observed": row.get("observed", word), "previous": row.get("previous"),
                              "delta": row.get("delta"), "levels": {"words": words}, "levels_origin": resolved.origin}
    if outcome is None:
        said = "; ".join(part for part in (f"the word {str(word)[:80]!r} is not listed", detail) if part)
        return Verdict(item, Outcome.UNKNOWN, Reason.UNLISTED_WORD, said, **common)
    return Verdict(item, outcome, None, detail, **common)


def judge_rows(check: Check, rows: list[Row], context: Context, rules: list[dict[str, Any]]) -> list[Verdict]:
    """One verdict per row. No rows is `unknown: empty` unless the check says what none means."""
    if not rows:
        if check.none == "ok":
            return [Verdict("*", Outcome.OK, detail="none found")]
        if check.none == "not_applicable":
            return [Verdict("*", Outcome.NOT_APPLICABLE, detail="none present")]
        return [Verdict("*", Outcome.UNKNOWN, Reason.EMPTY, "the answer lists nothing to judge")]
    return [_storable(_judge_row(check, row, item, context, rules))
            for row, item in zip(rows, _items(check, rows), strict=True)]


def _name(check: Check, row: Row) -> str:
    return str(row[check.item]) if check.item in row else check.item


def _items(check: Check, rows: list[Row]) -> list[str]:
    """One name per row. Two rows of one name would be compared with the same earlier value and overwrite each other in
    the next run: the later ones are numbered."""
    items: dict[str, None] = {}
    for row in rows:
        name = item = _name(check, row)
        number = 1
        while item in items:
            number += 1
            item = f"{name} #{number}"
        items[item] = None
    return list(items)


def _storable(verdict: Verdict) -> Verdict:
    """The verdict, or `fault_in_check` when it holds what no record can: a number that is none, an object, half a
    character. It would otherwise cost the whole host its records."""
    try:
        json.dumps([verdict.item, verdict.detail, verdict.observed, verdict.previous, verdict.delta],
                   ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        item = verdict.item.encode("utf-8", "backslashreplace").decode("utf-8")
        return Verdict(item, Outcome.UNKNOWN, Reason.FAULT_IN_CHECK, f"a value that no record can hold: {error}"[:300])
    return verdict


def run_check(check: Check, rows_of: Any, context: Context, rules: list[dict[str, Any]]) -> list[Verdict]:
    """Judge one check; whatever goes wrong inside it becomes its own `unknown` and nobody else's."""
    try:
        rows = rows_of()
        if not isinstance(rows, list):
            raise TypeError(f"{type(rows).__name__} instead of a list of rows")
        return judge_rows(check, rows, context, rules)
    except NotApplicable as why:
        return [Verdict("*", Outcome.NOT_APPLICABLE, detail=str(why))]
    except ParseError as error:
        said = (str(error).splitlines() or ["not what this parser reads"])[0][:300]
        return [_storable(Verdict("*", Outcome.UNKNOWN, Reason.UNPARSABLE, said))]
    except Exception as error:  # noqa: BLE001, RUF100  (one broken check must not cost the others)
        said = f"{type(error).__name__}: {error}"[:300]
        return [_storable(Verdict("*", Outcome.UNKNOWN, Reason.FAULT_IN_CHECK, said))]
