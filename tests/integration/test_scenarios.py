"""Planted against found, the whole way: lab, inventory, conductor, sealed run. Nothing missed, nothing invented.

The healthy rounds are of the whole simulated site, one of each kind that a policy names. Each scenario is a round of
its own through the command line over the devices it changes and those it expects something of; those with
`after_healthy: true` follow the healthy round in the same archive. ROUNDS_WHOLE_SITE=1 makes every scenario a round
over the whole site, which takes three times as long.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import catalogue, paths
from pacs_rounds.inventory import validate_site
from pacs_rounds.lab import overlay
from pacs_rounds.rounds import load_policy

ROUNDS = paths.ROOT / ".venv" / "bin" / "rounds"
SCENARIOS = sorted((paths.LAB / "scenarios").glob("*.yml"))
SITE = validate_site(paths.INVENTORIES / "lab")
HOSTS = set(SITE.hosts)
Finding = tuple[str, str, str, str, str | None]
QUARTERLY = "quarterly"
POLICIES = [load_policy(path.stem) for path in sorted(paths.POLICIES.glob("*.yml"))]
pytestmark = pytest.mark.lab


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "ROUNDS_EVIDENCE": str(folder / "evidence"), "ROUNDS_REPORTS": str(folder / "reports"),
            "ROUNDS_CONFIGS": str(folder / "configs")}


def concerned(scenario: Path) -> set[str]:
    """The devices a scenario changes, and those it expects something of; the lab's own names (imm-…) are no hosts."""
    said = overlay.read(scenario)
    named = ({str(name) for name in said} & HOSTS) | {entry["host"] for entry in said.get("expect") or []}
    whole = named.union(*map(originals, named))
    return whole.union(*map(partners, whole))


def originals(host: str) -> set[str]:
    """What the host holds copies of: a copy can only be told with its original."""
    agreed = SITE.host_vars.get(host, {}).get("rounds_backup") or {}
    images = {(agreed.get("images") or {}).get("copy_of")} - {None}
    return images | {one["of"] for one in (agreed.get("copies") or {}).values()}


def partners(host: str) -> set[str]:
    """The other node of the host's database: where it runs can only be told of both."""
    def pairs(of: str) -> set[str]:
        instances = (SITE.host_vars.get(of, {}).get("rounds_oracle") or {}).get("instances") or []
        return {one["pair"] for one in instances if one.get("pair")}

    return {other for other in HOSTS if pairs(other) & pairs(host)}


def inspect(folder: Path, scenario: Path | None, limit: Collection[str] = (),
            round_: str = QUARTERLY) -> list[dict[str, Any]]:
    words = [str(ROUNDS), "inspect", "--site", "lab", "--round", round_]
    words += ["--scenario", str(scenario)] if scenario else []
    words += ["--limit", ",".join(sorted(limit))] if limit else []
    done = subprocess.run(words, env=environment(folder), capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    run = done.stdout.split()[1]
    files = sorted((folder / "evidence" / "lab" / run / "data" / "records").glob("*/*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").split("\n") if line]


def findings(records: list[dict[str, Any]]) -> set[Finding]:
    return {(r["host"], r["check"], r["item"], r["outcome"], r.get("reason")) for r in records
            if r["outcome"] not in {"ok", "not_applicable"}}


def fine(records: list[dict[str, Any]]) -> set[str]:
    return {record["check"] for record in records if record["outcome"] == "ok"}


def planned(folder: Path) -> set[tuple[str, str]]:
    """(host, check) of the plan of the folder's one run."""
    (run,) = (folder / "evidence" / "lab").glob("2*")
    plan = json.loads((run / "data" / "run.json").read_text(encoding="utf-8"))["plan"]
    return {(host, check) for part in plan for host in part["hosts"] for check in part["checks"]}


def planted(scenario: Path | None, plan: set[tuple[str, str]]) -> set[Finding]:
    """What a round of this plan must find.

    Only the healthy hospital's expectations are of several kinds of rounds: what a scenario itself expects must be
    found, planned or not.
    """
    own = {(one["host"], one["check"]) for one in overlay.read(scenario).get("expect") or []} if scenario else set()
    return {one for one in findings(overlay.expected(scenario, list(catalogue.load()))) if one[:2] in plan | own}


def kinds() -> list[str]:
    """Every kind of round of every policy, once; those that look at the same as the quarterly one are that."""
    def looks(policy: dict[str, Any], name: str) -> list[tuple[str, str]]:
        return [(part["role"], part["group"]) for part in policy["rounds"][name]["roles"]]

    others = {name for policy in POLICIES for name in policy["rounds"]
              if looks(policy, name) != looks(policy, QUARTERLY)}
    return [*sorted(others), QUARTERLY]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("healthy")
    return folder, inspect(folder, None)


@pytest.fixture(scope="module")
def each_kind(tmp_path_factory: pytest.TempPathFactory,
              healthy: tuple[Path, Any]) -> dict[str, tuple[Path, list[dict[str, Any]]]]:
    """A healthy round of each kind, every one in an archive of its own."""
    rounds = {QUARTERLY: healthy}
    for name in kinds()[:-1]:
        folder = tmp_path_factory.mktemp(name)
        rounds[name] = folder, inspect(folder, None, round_=name)
    return rounds


def test_healthy_hospital_reports_only_what_the_contract_gets_wrong(healthy: tuple[Path, Any]) -> None:
    found, expected = findings(healthy[1]), planted(None, planned(healthy[0]))
    assert found - expected == set(), "invented"
    assert expected - found == set(), "missed"


@pytest.mark.parametrize("kind", kinds()[:-1])
def test_healthy_rounds_of_other_kinds_report_no_more(kind: str, each_kind: dict[str, tuple[Path, Any]]) -> None:
    folder, records = each_kind[kind]
    assert records
    assert findings(records) == planted(None, planned(folder))


def test_whatever_the_healthy_hospital_is_expected_to_report_some_round_reports(
        each_kind: dict[str, tuple[Path, Any]]) -> None:
    reported = set().union(*(findings(records) for _, records in each_kind.values()))
    assert findings(overlay.expected(None, list(catalogue.load()))) - reported == set()


def test_every_check_is_ok_somewhere_in_the_healthy_hospital(each_kind: dict[str, tuple[Path, Any]]) -> None:
    """A check that nowhere says ok has not been tried, whichever kind of round it belongs to.

    A drill here only looks and plans; that a good one says ok of each of its checks is proved with a real database:
    test_restore_drill.
    """
    records = [record for _, of_kind in each_kind.values() for record in of_kind]
    quiet = {record["check"] for record in records if record["outcome"] == "not_applicable"}
    assert set(catalogue.load()) - fine(records) - quiet == set()
    survey = each_kind["cabling"][1]
    assert {check.id for check in catalogue.select(["cabling.*"])} - fine(survey) == set()


@pytest.mark.parametrize("kind", kinds())
def test_every_planned_host_and_check_has_a_record(kind: str, each_kind: dict[str, tuple[Path, Any]]) -> None:
    folder, records = each_kind[kind]
    assert {(record["host"], record["check"]) for record in records} == planned(folder)


@pytest.mark.parametrize("scenario", [path for path in SCENARIOS if path.stem != "healthy"], ids=lambda path: path.stem)
def test_scenario_finds_what_was_planted_and_nothing_else(
        scenario: Path, tmp_path: Path, healthy: tuple[Path, Any]) -> None:
    if overlay.read(scenario).get("after_healthy"):
        for kept in ("evidence", "configs"):
            shutil.copytree(healthy[0] / kept, tmp_path / kept)
    limit = set() if os.environ.get("ROUNDS_WHOLE_SITE") else concerned(scenario)
    found = findings(inspect(tmp_path, scenario, limit))
    expected = {one for one in planted(scenario, planned(healthy[0])) if not limit or one[0] in limit}
    assert found - expected == set(), "invented"
    assert expected - found == set(), "missed"
