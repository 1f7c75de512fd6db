"""Every check against its cases: tests/fixtures/checks/<domain>/<check>/<verdict>_<situation>.yml.

A case: `answers:` maps a command to text (or `{file: path below tests/fixtures}`, `status`, `reason`), optional
`baseline`, `contract`, `settings`, `previous`, `collected_at`; `expect:` lists what must come out, whole:
item, outcome, and reason where it is unknown. The first word of the file's name is the gravest outcome.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds.catalogue import load
from pacs_rounds.conductor import Inputs, judge_host
from pacs_rounds.model import Answer, Outcome, Reason, gravest

FIXTURES = Path(__file__).parents[1] / "fixtures"
CASES = sorted((FIXTURES / "checks").glob("*/*/*.yml"))
VERDICTS = ("not_applicable", "ok", "warning", "critical", "unknown")


def _name(path: Path) -> str:
    return f"{path.parts[-3]}.{path.parts[-2]}/{path.stem}"


def _answer(command: str, given: Any, at: float) -> Answer:
    if not isinstance(given, dict):
        given = {"text": given}
    text = given.get("text", "")
    if "file" in given:
        text = (FIXTURES / given["file"]).read_bytes().decode("utf-8", errors="replace")
    reason = Reason(given["reason"]) if "reason" in given else None
    return Answer(command, text, given.get("status", 0), at - 1, at, reason, given.get("detail", ""))


@pytest.mark.parametrize("path", CASES, ids=_name)
def test_check_gives_the_verdict_its_case_is_named_after(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    name = f"{path.parts[-3]}.{path.parts[-2]}"
    at = float(case.get("collected_at", 1_790_000_000))
    answers = [_answer(command, given, at) for command, given in case["answers"].items()]
    known = {one.command for one in load()[name].collect}
    assert {answer.command for answer in answers} <= known, f"{name} asks only for {sorted(known)}"
    inputs = Inputs(
        run="r", site="s", host=case.get("host", "h"), role="role", platform=case.get("platform", "linux"),
        transport="replay", checks=[name], baseline=case.get("baseline", {}), contract=case.get("contract", {}),
        settings=case.get("settings", {}), previous=case.get("previous", {}), rules=case.get("rules", []))
    records = judge_host(inputs, answers, load())
    found = [{key: record[key] for key in ("item", "outcome", "reason") if record[key] is not None}
             for record in records]
    expected = [{key: one[key] for key in ("item", "outcome", "reason") if key in one} for one in case["expect"]]
    assert found == expected
    for record, one in zip(records, case["expect"], strict=True):
        for key in set(one) - {"item", "outcome", "reason"}:
            assert record[key] == one[key], (record["item"], key)
    verdict = next(word for word in VERDICTS if path.stem.startswith(word))
    assert gravest([Outcome(record["outcome"]) for record in records]) == verdict


@pytest.mark.parametrize("name", sorted(load()))
def test_every_check_has_a_good_a_bad_and_a_broken_case(name: str) -> None:
    stems = [path.stem for path in (FIXTURES / "checks" / name.replace(".", "/")).glob("*.yml")]
    assert any(stem.startswith("ok_") for stem in stems), f"{name}: no ok_ case"
    words = load()[name].words or {"warning": []}
    if {"warning", "critical"} & set(words):  # a check whose words know nothing bad can only be ok or unknown
        assert any(stem.startswith(("warning_", "critical_")) for stem in stems), f"{name}: no warning_, no critical_"
    assert any(stem.startswith("unknown_") for stem in stems), f"{name}: no unknown_ case"
