"""One value, its levels or words, its earlier value: one outcome."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds.catalogue import Check, from_data
from pacs_rounds.judge import by_levels, by_words, judge_rows, run_check
from pacs_rounds.model import Context, NotApplicable, Outcome, ParseError, Reason, gravest

UPPER = {"direction": "upper", "warning": 80, "critical": 90}
LOWER = {"direction": "lower", "warning": 20, "critical": 10}
WORDS = {"ok": ["up"], "warning": ["half"], "critical": ["down", "absent"], "not_applicable": ["none"]}


def check(**more: Any) -> Check:
    if "words" not in more:
        more.setdefault("levels", UPPER)
    return from_data({"id": "linux.example", "title": {"en": "Example", "zh": "示例"}, "why": "because of the test",
                      "impact": "performance", "clauses": ["S1-015"], "item": "name", "measure": "value",
                      "collect": {"command": "c", "parser": "linux.df"}, "remedy": "docs/runbooks/x.md", **more})


def context(**earlier: Any) -> Context:
    return Context("h", "linux", previous={"linux.example": {item: {"observed": value}
                                                             for item, value in earlier.items()}})


def judged(rows: Any, one: Check | None = None, where: Context | None = None) -> list[tuple[Any, ...]]:
    verdicts = run_check(one or check(), lambda: rows, where or context(), [])
    return [(v.item, str(v.outcome), str(v.reason) if v.reason else None) for v in verdicts]


@pytest.mark.parametrize(("value", "levels", "outcome"), [
    (79.999, UPPER, "ok"), (80, UPPER, "warning"), (89.9, UPPER, "warning"), (90, UPPER, "critical"),
    (-5, UPPER, "ok"), (1e300, UPPER, "critical"),
    (20, LOWER, "ok"), (19.999, LOWER, "warning"), (10, LOWER, "warning"), (9.999, LOWER, "critical"),
    (0, LOWER, "critical"),
    (5, {"direction": "upper", "critical": 5}, "critical"), (4, {"direction": "upper", "critical": 5}, "ok"),
    (5, {"direction": "lower", "warning": 5}, "ok"), (4, {"direction": "lower", "warning": 5}, "warning"),
    (0, {"direction": "upper", "warning": 0}, "warning"),
])
def test_upper_begins_at_its_level_and_lower_below_it(value: float, levels: dict[str, Any], outcome: str) -> None:
    assert by_levels(value, levels) == outcome


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_more_is_never_better_under_upper_nor_worse_under_lower(one: float, other: float) -> None:
    gravity = [Outcome.OK, Outcome.WARNING, Outcome.CRITICAL]
    low, high = sorted((one, other))
    assert gravity.index(by_levels(low, UPPER)) <= gravity.index(by_levels(high, UPPER))
    assert gravity.index(by_levels(low, LOWER)) >= gravity.index(by_levels(high, LOWER))


def test_words_map_to_outcomes_and_the_gravest_list_wins() -> None:
    assert [by_words(word, WORDS) for word in ("up", "half", "absent", "none", "UP", "")] == [
        "ok", "warning", "critical", "not_applicable", None, None]
    assert by_words("up", {"ok": ["up"], "critical": ["up"]}) == "critical"


def test_a_word_nobody_listed_is_unknown_and_shown() -> None:
    verdict = run_check(check(words=WORDS), lambda: [{"name": "a", "value": "sideways"}], context(), [])[0]
    assert (verdict.outcome, verdict.reason) == ("unknown", "unlisted_word")
    assert "'sideways'" in verdict.detail
    assert verdict.observed == "sideways"
    assert judged([{"name": "a"}], check(words=WORDS)) == [("a", "unknown", "unlisted_word")]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, True, False, "85", [85], {}])
def test_what_is_no_number_is_unknown_and_never_zero_or_ok(value: Any) -> None:
    verdicts = run_check(check(), lambda: [{"name": "a", "value": value}], context(), [])
    assert [(v.outcome, v.reason, v.observed) for v in verdicts] == [("unknown", "unparsable", None)]
    assert judged([{"name": "a"}]) == [("a", "unknown", "unparsable")]


@pytest.mark.parametrize(("before", "now", "outcome", "delta"), [
    (1000, 1005, "ok", 5), (1000, 1080, "warning", 80), (1000, 1090, "critical", 90),
    (1000, 1000, "ok", 0), (1000, 3, "ok", 3), (1000, 85, "warning", 85), (0, 0, "ok", 0),
])
def test_a_counter_is_judged_by_what_was_added(before: int, now: int, outcome: str, delta: float) -> None:
    verdict = run_check(check(delta=True), lambda: [{"name": "a", "value": now}], context(a=before), [])[0]
    assert (verdict.outcome, verdict.delta, verdict.observed, verdict.previous) == (outcome, delta, now, before)
    assert ("reset" in verdict.detail) == (now < before)


@pytest.mark.parametrize("before", [None, "12", True, math.nan])
def test_a_counter_without_an_earlier_number_is_ok_below_the_level_and_unknown_above(before: Any) -> None:
    for value, expected in ((79, ("ok", None)), (80, ("unknown", "no_previous")), (95, ("unknown", "no_previous"))):
        earlier = context() if before is None else context(a=before)
        verdict = run_check(check(delta=True), lambda v=value: [{"name": "a", "value": v}], earlier, [])[0]
        assert (verdict.outcome, verdict.reason) == expected
        assert verdict.delta is None
        assert "no earlier run" in verdict.detail


def test_a_first_count_says_nothing_about_a_lower_level() -> None:
    """Counted since boot is at most, not at least, what a lower level asks for."""
    one = check(delta=True, levels=LOWER)
    assert judged([{"name": "a", "value": 500}], one) == [("a", "unknown", "no_previous")]
    assert judged([{"name": "a", "value": 505}], one, context(a=500)) == [("a", "critical", None)]


def test_no_rows_are_what_the_check_says() -> None:
    assert judged([]) == [("*", "unknown", "empty")]
    assert judged([], check(none="ok")) == [("*", "ok", None)]
    assert judged([], check(none="not_applicable")) == [("*", "not_applicable", None)]


@pytest.mark.parametrize("rows", [None, 7, "text", {"name": "a", "value": 1}, ["text"], [None], ({"value": 1},)])
def test_a_derivation_that_gives_no_rows_is_at_fault_and_never_ok(rows: Any) -> None:
    assert judged(rows, check(none="ok")) == [("*", "unknown", "fault_in_check")]


def test_items_of_one_name_are_numbered_and_compared_each_with_its_own_past() -> None:
    rows = [{"name": "a", "value": 10}, {"name": "a", "value": 200}, {"name": "a #2", "value": 5},
            {"name": "a", "value": 90}]
    where = Context("h", "linux", previous={"linux.example": {
        "a": {"observed": 10}, "a #2": {"observed": 115}, "a #2 #2": {"observed": 5}, "a #3": {"observed": 0}}})
    verdicts = run_check(check(delta=True), lambda: rows, where, [])
    assert [(v.item, v.delta, str(v.outcome)) for v in verdicts] == [
        ("a", 0, "ok"), ("a #2", 85, "warning"), ("a #2 #2", 0, "ok"), ("a #3", 90, "critical")]


def test_a_rule_for_an_item_speaks_to_all_of_that_name() -> None:
    rules = [{"check": "linux.*", "items": ["a"], "reason": "agreed", "levels": {"direction": "upper", "warning": 5}}]
    rows = [{"name": name, "value": 6} for name in ("a", "a", "b")]
    verdicts = run_check(check(), lambda: rows, context(), rules)
    assert [(v.item, str(v.outcome)) for v in verdicts] == [("a", "warning"), ("a #2", "warning"), ("b", "ok")]


def test_the_row_may_say_itself_that_it_is_unknown() -> None:
    assert judged([{"name": "a", "unknown": "refused", "detail": "why"}]) == [("a", "unknown", "refused")]
    assert judged([{"name": "a", "unknown": "no such reason"}]) == [("*", "unknown", "fault_in_check")]


def test_a_row_without_its_item_goes_by_the_fields_name() -> None:
    assert judged([{"value": 1}]) == [("name", "ok", None)]


@pytest.mark.parametrize("row", [
    {"name": "a", "value": object()}, {"name": "half \ud800", "value": "up"}, {"name": "a", "value": {"x": math.nan}},
    {"name": "a", "value": "up", "previous": math.inf}, {"name": "a", "value": b"bytes"},
    {"name": "a", "value": "up", "detail": "\udfff"},
])
def test_a_value_that_no_record_can_hold_costs_its_item_only(row: dict[str, Any]) -> None:
    found = judged([row, {"name": "b", "value": "up"}], check(words={"ok": ["up"]}))
    assert found[0][1:] in {("unknown", "fault_in_check"), ("unknown", "unlisted_word")}
    assert found[1] == ("b", "ok", None)
    found[0][0].encode("utf-8")


@pytest.mark.parametrize(("error", "outcome", "reason"), [
    (NotApplicable("no such card"), "not_applicable", None), (ParseError("line 3: eh?\nmore"), "unknown", "unparsable"),
    (ZeroDivisionError(), "unknown", "fault_in_check"), (KeyError("x"), "unknown", "fault_in_check"),
    (RecursionError(), "unknown", "fault_in_check"), (MemoryError(), "unknown", "fault_in_check"),
    (ParseError(""), "unknown", "unparsable"), (ParseError("half \ud800"), "unknown", "fault_in_check"),
    (ValueError("half \ud800"), "unknown", "fault_in_check"),
])
def test_whatever_a_check_raises_becomes_its_own_verdict(error: Exception, outcome: str, reason: str | None) -> None:
    def rows() -> Any:
        raise error

    assert [(str(v.outcome), v.reason) for v in run_check(check(), rows, context(), [])] == [(outcome, reason)]


def test_the_levels_and_their_origin_stand_in_the_verdict() -> None:
    rule = {"check": "linux.example", "reason": "agreed with the hospital", "levels": LOWER}
    verdict = judge_rows(check(), [{"name": "a", "value": 5}], context(), [rule])[0]
    assert (verdict.levels, verdict.outcome) == (LOWER, "critical")
    assert verdict.levels_origin == "check_rules #1: agreed with the hospital"
    assert judge_rows(check(), [{"name": "a", "value": 5}], context(), [])[0].levels_origin == "catalogue"


@given(st.lists(st.sampled_from(list(Outcome)), max_size=6))
def test_the_gravest_wins_and_nothing_judged_is_unknown(outcomes: list[Outcome]) -> None:
    order = [Outcome.CRITICAL, Outcome.UNKNOWN, Outcome.WARNING, Outcome.OK, Outcome.NOT_APPLICABLE]
    expected = min(outcomes, key=order.index) if outcomes else Outcome.UNKNOWN
    assert gravest(outcomes) is expected


def test_reasons_are_the_agreed_words() -> None:
    assert {str(reason) for reason in Reason} == {
        "unreachable", "refused", "timed_out", "empty", "truncated", "unparsable", "unlisted_word", "tool_missing",
        "not_run", "fault_in_check", "no_previous"}
