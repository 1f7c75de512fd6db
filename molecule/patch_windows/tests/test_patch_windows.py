"""The service that stays stopped is named; the hotfix is away again and the host unchanged but for two restarts."""

from __future__ import annotations

import json

from shared.patch_stand import NODE, PLACE

testinfra_hosts = ["local://"]


def test_service_is_named() -> None:
    (path,) = (PLACE / "state" / "patch" / "lab").glob("*/journal.jsonl")
    events = [json.loads(line) for line in path.read_text().splitlines()]
    failed = [event for event in events if event["event"] == "failed"]
    assert [(event["step"], event["why"]) for event in failed] == [
        ("node-1/service/PacsCore", "PacsCore is stopped")]


def test_host_is_unchanged_but_for_its_restarts() -> None:
    state = json.loads((NODE / "state.json").read_text())
    assert state["hotfixes"] == {"KB2999226": "3/21/2017"}
    assert (state["ours"], state["waiting"]) == ([], 0)
    changing = [call.split()[0] for call in state["calls"] if call.startswith(("wusa", "shutdown", "dism"))]
    assert changing == ["wusa", "shutdown", "wusa", "shutdown"]
