"""Gates that nobody can answer hold, each is in the journal, and the node is untouched."""

from __future__ import annotations

import json

import pytest
from shared.patch_stand import NODE, PLACE

testinfra_hosts = ["local://"]


@pytest.fixture(scope="module")
def gates() -> dict[str, str]:
    (path,) = (PLACE / "state" / "patch" / "lab").glob("*/journal.jsonl")
    (event,) = [json.loads(line) for line in path.read_text().splitlines()]
    return {one["gate"]: one["state"] for one in event["gates"]}


def test_gates_nobody_can_answer_hold(gates: dict[str, str]) -> None:
    assert gates == {"signed_off": "passed", "window": "passed", "freeze": "passed", "holiday": "passed",
                     "backup": "unknown", "inspection": "unknown", "snapshot": "passed",
                     "notice": "passed"}


def test_refusal_says_what_to_do() -> None:
    said = (PLACE / "state" / "said.txt").read_text()
    assert "gate backup" in said
    assert "rounds inspect" in said
    assert "no sealed inspection" in said


def test_node_is_untouched() -> None:
    assert sorted(path.name for path in NODE.iterdir()) == ["VERSION"]
    assert (NODE / "VERSION").read_text() == "1\n"
