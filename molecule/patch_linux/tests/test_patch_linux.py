"""A package nobody approved stops the plan before anything is installed; the node is untouched."""

from __future__ import annotations

import json
from pathlib import Path

from shared.patch_stand import NODE, PLACE

testinfra_hosts = ["local://"]


def test_unapproved_package_is_named() -> None:
    (path,) = (PLACE / "state" / "patch" / "lab").glob("*/journal.jsonl")
    events = [json.loads(line) for line in path.read_text().splitlines()]
    failed = [event for event in events if event["event"] == "failed"]
    assert [event["step"] for event in failed] == ["node-1/simulate"]
    assert failed[0]["why"] == "the transaction is not the approved one: openssl 3.0.9"


def test_node_is_untouched_only_a_simulation_was_asked_for() -> None:
    calls = (NODE / "calls").read_text().splitlines()
    assert calls
    assert [call for call in calls if not call.startswith("install -s ")] == []


def test_staging_folder_is_gone() -> None:
    (path,) = (PLACE / "state" / "patch" / "lab").glob("*/plan.json")
    assert not Path(json.loads(path.read_text())["folder"]).exists()
