"""A step that fails takes the node back byte for byte; a good bundle is installed, and closed leaves no folder."""

from __future__ import annotations

import json
from pathlib import Path

from shared.patch_stand import NODE, PLACE

testinfra_hosts = ["local://"]
STATE = PLACE / "state"


def files(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


def journals() -> list[list[dict[str, object]]]:
    found = sorted((STATE / "patch" / "lab").glob("*/journal.jsonl"), key=lambda path: path.stat().st_mtime)
    return [[json.loads(line) for line in path.read_text().splitlines()] for path in found]


def test_failed_step_is_named_and_the_node_is_unchanged() -> None:
    failed = [event for event in journals()[0] if event["event"] == "failed"]
    assert [event["step"] for event in failed] == ["node-1/apply/3"]
    assert "no room to convert" in str(failed[0]["why"])
    assert files(STATE / "after-failure") == {"VERSION": "1\n", "etc/core.conf": "as the hospital set it\n"}


def test_undo_went_back_last_step_first() -> None:
    undone = [event["step"] for event in journals()[0] if event["direction"] == "undo" and event["event"] == "begin"]
    assert undone[:3] == ["node-1/apply/3", "node-1/apply/2", "node-1/apply/1"]


def test_good_bundle_is_installed() -> None:
    assert (NODE / "VERSION").read_text() == "2\n"
    assert {event["event"] for event in journals()[1] if "step" in event} == {"begin", "done"}
    assert (NODE / "etc/core.conf").read_text().endswith("changed\n")
