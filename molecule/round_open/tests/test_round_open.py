"""A flawed beginning is refused in words and leaves nothing; a good one makes a plan, and asks no device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import EVIDENCE
from shared import untouched, witness

testinfra_hosts = ["local://"]
SERVERS = ["pacs-a", "pacs-b", "ris-a", "ris-b", "broker-a", "broker-b", "web", "queue", "ims"]


@pytest.fixture(scope="module")
def refusals() -> dict[str, Any]:
    """What converge was told when it tried."""
    data: dict[str, Any] = json.loads((witness.PLACE / "refusals.json").read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def opened() -> Path:
    """The one open run."""
    found = sorted((EVIDENCE / "open").iterdir())
    assert len(found) == 1, "one round was opened in order, and only one folder may be there"
    return found[0]


@pytest.mark.parametrize(("attempt", "words"), [
    ("inventory", ["misspelt.yml", "rounds_platfrom", "rounds_platform"]),
    ("policy", ["contract_1917", "contract_2017"]),
    ("round", ["fortnightly", "quarterly"]),
])
def test_a_flaw_is_named_with_its_remedy(refusals: dict[str, Any], attempt: str, words: list[str]) -> None:
    assert [word for word in words if word not in refusals[attempt]] == []
    assert "Traceback" not in refusals[attempt]


def test_a_refused_round_leaves_no_folder(refusals: dict[str, Any]) -> None:
    assert refusals["left_behind"] == []


def test_the_plan_names_every_role_host_and_check(opened: Path, host: Any) -> None:
    about = json.loads(host.file(str(opened / "run.json")).content_string)
    plan = {part["role"]: part for part in about["plan"]}
    assert sorted(plan["linux_health"]["hosts"]) == sorted(SERVERS)
    assert sorted(plan["dicom_health"]["hosts"]) == ["broker-a", "broker-b", "ims", "pacs-a", "pacs-b"]
    assert "catalyst_health" not in plan
    assert "linux.filesystem_usage" in plan["linux_health"]["checks"]
    assert set(about["limit"]) == set(SERVERS), "what the round leaves out is written down"


def test_every_check_of_the_plan_is_kept_as_it_was(opened: Path, host: Any) -> None:
    about = json.loads((opened / "run.json").read_text(encoding="utf-8"))
    kept = {entry["id"] for entry in json.loads(host.file(str(opened / "checks.json")).content_string)}
    assert kept == {check for part in about["plan"] for check in part["checks"]}


def test_an_open_run_is_not_taken_for_a_sealed_one(opened: Path, verify: Any) -> None:
    said = verify(opened.name)
    assert said.rc == 1
    assert "unsealed" in said.stdout + said.stderr


def test_no_device_was_asked() -> None:
    untouched.nobody_was_asked()
