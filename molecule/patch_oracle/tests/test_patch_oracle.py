"""A conflict stops the plan although OPatch ended with 0; the home is untouched."""

from __future__ import annotations

import json

from shared.patch_stand import NODE, PLACE

testinfra_hosts = ["local://"]


def test_conflict_is_named() -> None:
    (path,) = (PLACE / "state" / "patch" / "lab").glob("*/journal.jsonl")
    events = [json.loads(line) for line in path.read_text().splitlines()]
    failed = [event for event in events if event["event"] == "failed"]
    assert [event["step"] for event in failed] == ["node-1/simulate"]
    assert "Conflict with 28790634" in failed[0]["why"]


def test_home_is_untouched() -> None:
    calls = (NODE / "calls").read_text().split("\n")
    assert {call.split(" ")[0] for call in calls if call} == {"lspatches", "prereq"}
