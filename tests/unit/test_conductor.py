"""One role on one host: answers in, records out; the same again, and nothing that one check does costs another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rounds_run import ROLE, Site

from pacs_rounds import derive, parse, yamlfile
from pacs_rounds.catalogue import Check, Collect, from_data, load
from pacs_rounds.conductor import Inputs, judge_host, timestamp, unanswered
from pacs_rounds.evidence.layout import jsonl_bytes
from pacs_rounds.model import Answer, Context, NotApplicable, Outcome, Reason
from pacs_rounds.paths import SCHEMAS

AT = 1_790_000_000.0


@pytest.fixture(autouse=True)
def parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform `test`: `test.lines` reads `name value` lines, `test.none` takes no text for an answer."""
    parse.names(), derive.names()  # all that are loaded on first use, before the registries are copied
    monkeypatch.setattr(parse, "_REGISTRY", dict(parse._REGISTRY))
    monkeypatch.setattr(derive, "_REGISTRY", dict(derive._REGISTRY))
    monkeypatch.setattr(derive, "_IDENTITY", dict(derive._IDENTITY))

    def lines(text: str) -> list[dict[str, Any]]:
        return [{"name": line.split()[0], "value": float(line.split()[1])} for line in text.splitlines()]

    parse.parser("test.lines")(lines)
    parse.parser("test.none")(parse.reads_empty(lambda text: lines(text)))
    parse.parser("test.one")(lambda text: lines(text)[0])
    parse.parser("test.broken")(lambda text: 1 / 0)


def check(name: str = "one", parser: str = "test.lines", command: str | None = None, **more: Any) -> Check:
    collect = more.pop("collect", {"command": command or f"show {name}", "parser": parser})
    if "words" not in more:
        more.setdefault("levels", {"direction": "upper", "warning": 80, "critical": 90})
    return from_data({"id": f"test.{name}", "title": {"en": "Example", "zh": "示例"}, "why": "because of the test",
                      "impact": "performance", "clauses": ["S1-015"], "item": "name", "measure": "value",
                      "collect": collect, "remedy": "docs/runbooks/x.md", **more})


def answer(text: str = "a 1\n", command: str = "show one", **more: Any) -> Answer:
    return Answer(command, text, **{"status": 0, "started": AT - 1, "ended": AT, **more})


def judged(answers: list[Answer], *checks: Check, **inputs: Any) -> list[dict[str, Any]]:
    catalogue = {one.id: one for one in checks or (check(),)}
    given = Inputs(**{"run": "r", "site": "s", "host": "h", "role": "x", "platform": "test", "transport": "ssh",
                      "checks": list(catalogue)} | inputs)
    records = judge_host(given, answers, catalogue)
    jsonl_bytes(records)
    return records


def brief(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["check"].partition(".")[2], one["item"], one["outcome"], one["reason"]) for one in records]


def test_rows_become_records_in_order() -> None:
    records = judged([answer("a 1\nb 85\nc 95\n")])
    assert brief(records) == [("one", "a", "ok", None), ("one", "b", "warning", None), ("one", "c", "critical", None)]


@pytest.mark.parametrize(("given", "reason"), [
    (answer("sh: show: not found\n", status=127), "tool_missing"),
    (answer("", status=127), "tool_missing"),
    (answer("Permission denied", status=126), "refused"),
    (answer("cat: /x: Permission denied\n", status=1), "refused"),
    (answer("Usage: show [-x]\n", status=2), "unparsable"),
    (answer("", status=2), "unparsable"),
    (answer("", status=0), "empty"), (answer(" \n\t\n", status=0), "empty"), (answer("", status=None), "empty"),
    (answer("half a l", status=None, reason=Reason.TRUNCATED, detail="cut"), "truncated"),
    (answer("", status=None, reason=Reason.TIMED_OUT, detail="no end"), "timed_out"),
    (answer("one word per line\nonly\n"), "unparsable"),
    (answer("a NaN\n"), "unparsable"),
])
def test_what_is_no_answer_is_unknown_with_its_reason(given: Answer, reason: str) -> None:
    records = judged([given])
    assert [(one["outcome"], one["reason"]) for one in records] == [("unknown", reason)]
    assert records[0]["detail"]


def test_the_first_line_of_a_refusal_is_told() -> None:
    assert judged([answer("\n  df: no file systems processed\nx\n", status=1)])[0]["detail"] == \
        "exit status 1: df: no file systems processed"


def test_a_status_the_check_accepts_carries_an_answer() -> None:
    one = check(collect={"command": "show one", "parser": "test.lines", "accept": [0, 1]})
    assert brief(judged([answer("a 1\n", status=1)], one)) == [("one", "a", "ok", None)]
    assert brief(judged([answer("a 1\n", status=2)], one)) == [("one", "*", "unknown", "unparsable")]


def test_no_text_is_an_answer_only_to_a_parser_that_says_so() -> None:
    one = check(parser="test.none", none="ok")
    assert brief(judged([answer("")], one)) == [("one", "*", "ok", None)]
    assert brief(judged([answer("", status=1)], one)) == [("one", "*", "unknown", "unparsable")]
    assert brief(judged([answer("")], check(none="ok"))) == [("one", "*", "unknown", "empty")]


def test_a_missing_tool_may_mean_that_a_check_does_not_apply() -> None:
    one = check(runs_without=["tool_missing"])
    assert brief(judged([answer("not found", status=127)], one)) == [("one", "*", "not_applicable", None)]
    assert brief(judged([answer("", status=1)], one)) == [("one", "*", "unknown", "unparsable")]


def test_an_optional_command_reaches_the_derivation_as_none() -> None:
    seen: list[Any] = []

    def both(data: Any, context: Context) -> list[Any]:
        seen.append(dict(data))
        return [{"name": "x", "value": 1}]

    derive.derivation("test.both")(both)
    one = check(derive="test.both", collect=[{"command": "show one", "parser": "test.lines"},
                                             {"command": "show two", "parser": "test.one", "optional": True}])
    assert brief(judged([answer(), answer("", "show two", status=127)], one)) == [("one", "x", "ok", None)]
    assert seen == [{"test.lines": [{"name": "a", "value": 1.0}], "test.one": None}]
    assert brief(judged([answer("", status=127), answer("b 2", "show two")], one))[0][3] == "tool_missing"


def test_one_broken_check_costs_no_other() -> None:
    def raises(data: Any, context: Context) -> list[Any]:
        raise AttributeError("'NoneType' object has no attribute 'x'")

    def absent(data: Any, context: Context) -> list[Any]:
        raise NotApplicable("no such card")

    derive.derivation("test.raises")(raises)
    derive.derivation("test.absent")(absent)
    checks = [check("one"), check("two", derive="test.raises"), check("three", derive="test.absent"),
              check("four", parser="test.broken"), check("five", derive="test.nobody_wrote_it"),
              check("six", parser="test.gone"), check("seven", parser="gone.too"), check("eight")]
    records = judged([answer(command=f"show {one.id[5:]}") for one in checks], *checks)
    assert brief(records) == [
        ("one", "a", "ok", None), ("two", "*", "unknown", "fault_in_check"), ("three", "*", "not_applicable", None),
        ("four", "*", "unknown", "fault_in_check"), ("five", "*", "unknown", "fault_in_check"),
        ("six", "*", "unknown", "fault_in_check"), ("seven", "*", "unknown", "fault_in_check"),
        ("eight", "a", "ok", None)]


def test_an_answer_is_parsed_once_however_many_checks_read_it() -> None:
    count: list[str] = []
    parse.parser("test.counted")(lambda text: count.append(text) or [{"name": "a", "value": 1}])
    checks = [check(name, parser="test.counted", command="show all") for name in ("one", "two", "three")]
    assert len(judged([answer(command="show all")], *checks)) == 3
    assert len(count) == 1


def test_a_command_nobody_asked_is_not_run() -> None:
    record = judged([])[0]
    assert (record["outcome"], record["reason"]) == ("unknown", "not_run")
    assert record["sources"] == []


@pytest.mark.parametrize("outcome_text", ["a 1", "a 85", "a 95", "oops"])
def test_a_waiver_stands_beside_the_outcome_and_never_changes_it(outcome_text: str) -> None:
    waiver = {"check": "test.*", "reason": "awaiting delivery", "approver": "Wang", "expires": "2099-01-01"}
    plain = judged([answer(outcome_text)])[0]
    waived = judged([answer(outcome_text)], waivers=[waiver])[0]
    assert waived.pop("waiver") == {"reason": "awaiting delivery", "approver": "Wang", "expires": "2099-01-01"}
    assert plain.pop("waiver") is None
    assert waived == plain


def test_an_expired_waiver_does_not_come_back_where_an_answer_is_missing() -> None:
    waiver = {"check": "test.*", "reason": "long ago", "approver": "Wang", "expires": "2020-01-01"}
    records = judged([answer()], check("one"), check("two"), waivers=[waiver])
    assert [one["waiver"] for one in records] == [None, None]
    assert records[1]["started"] == timestamp(AT), "not the year 1970"


def test_a_deltas_previous_run_is_named_only_where_there_was_one() -> None:
    one = check(delta=True)
    previous = {"test.one": {"a": {"observed": 5.0}}}
    records = judged([answer("a 9\nb 9\n")], one, previous=previous, previous_run="earlier")
    assert [(r["item"], r["previous"], r["delta"], r["previous_run"]) for r in records] == [
        ("a", 5.0, 4.0, "earlier"), ("b", None, None, None)]


@pytest.mark.parametrize("said", [
    {"clock": 9e18}, {"clock": -9e18}, {"clock": "noon"}, {"clock": float("nan")}, None, "text", {"serial": None},
])
def test_a_device_that_lies_about_itself_keeps_its_records(said: Any) -> None:
    derive.identity("test")(lambda data, context: said)
    record = judged([answer()])[0]
    assert record["outcome"] == "ok"
    assert record["device"] == {"serial": None, "clock": None, "clock_offset_seconds": None}


def test_a_device_whose_identity_cannot_be_read_keeps_its_records() -> None:
    derive.identity("test")(lambda data, context: 1 / 0)
    assert brief(judged([answer(), answer("x", "show two")], check(), check("two", parser="test.broken")))[0][2] == "ok"


def test_serial_and_clock_stand_in_every_record() -> None:
    derive.identity("test")(lambda data, context: {
        "serial": data["test.lines"][0]["name"], "clock": AT + 3, "clock_offset_seconds": 3.0})
    assert judged([answer("SN7 1\n")])[0]["device"] == {
        "serial": "SN7", "clock": timestamp(AT + 3), "clock_offset_seconds": 3.0}


def test_every_command_of_a_host_that_gave_no_answer_ends_with_the_same_reason() -> None:
    catalogue = {one.id: one for one in (check("one"), check("two", command="show one"), check("three"))}
    inputs = Inputs("r", "s", "h", "x", "test", "ssh", list(catalogue))
    answers = unanswered(inputs, catalogue, Reason.UNREACHABLE, "no route", 1.0, 2.0)
    assert [one.command for one in answers] == ["show one", "show three"]
    assert {one["reason"] for one in judge_host(inputs, answers, catalogue)} == {"unreachable"}


def test_the_same_inputs_and_answers_give_the_same_records(site: Site) -> None:
    run_dir = site.open()
    records = site.record(run_dir, "pacs-a")
    from pacs_rounds.rounds import rejudge
    assert rejudge(run_dir, "pacs-a", ROLE) == records
    link = site.seal(run_dir)
    assert rejudge(site.evidence.find(link.run), "pacs-a", ROLE) == site.rows(link.run)


def records_for_the_schema(site: Site) -> list[dict[str, Any]]:
    """Real records of every sort: healthy, waived, delta, unknown, filled in at the seal."""
    site.round()
    run_dir = site.open()
    waiver = {"check": "*", "reason": "awaiting delivery", "approver": "Wang", "expires": "2099-01-01", "index": 1}
    answers = [*site.answers(used=95, errors=500)[:2], Answer("date '+%s %z'", "", None, AT, AT, Reason.TIMED_OUT, "x")]
    site.record(run_dir, "pacs-a", answers, waivers=[waiver])
    run = site.seal(run_dir).run
    return [*site.rows(run, "pacs-a"), *site.rows(run, "ris-a"), *judged([answer("a 1\n")]), *judged([])]


def test_real_records_fit_the_schema(site: Site) -> None:
    records = records_for_the_schema(site)
    assert {record["outcome"] for record in records} >= {"ok", "critical", "unknown"}
    assert any(record["waiver"] for record in records)
    assert any(record["delta"] for record in records)
    for record in records:
        yamlfile.validate(record, "record", SCHEMAS / "record.json")


def test_the_schema_tells_a_wrong_record(site: Site) -> None:
    validator = yamlfile._validator("record")
    good = records_for_the_schema(site)[0]
    assert validator.is_valid(good)
    assert set(good) == set(json.loads((SCHEMAS / "record.json").read_text())["properties"])
    for changed in ({"outcome": "fine"}, {"outcome": "unknown", "reason": None}, {"outcome": "ok", "reason": "empty"},
                    {"started": "yesterday"}, {"clauses": []}, {"extra": 1}, {"run": ""}, {"delta": "5"},
                    {"sources": [{"command": "x", "sha256": "abc"}]}, {"waiver": {"reason": "x"}}):
        assert not validator.is_valid(good | changed), changed
    for key in good:
        assert not validator.is_valid({name: value for name, value in good.items() if name != key}), key


def test_the_outcomes_are_the_agreed_words() -> None:
    assert {str(outcome) for outcome in Outcome} == {"ok", "warning", "critical", "unknown", "not_applicable"}
    assert Collect("c", "p").accept == (0,)
    assert load()
