"""Planted against found, the whole way: lab, inventory, conductor, sealed run. Nothing missed, nothing invented.

The healthy rounds are of the whole simulated site, one of each kind that a policy names. A scenario's round goes
through the command line over the devices it changes and those it expects something of; scenarios that have none of
these in common share a round, and each is judged by its own devices. Those with `after_healthy: true` follow the
healthy round in the same archive. ROUNDS_WHOLE_SITE=1 makes every scenario a round of its own over the whole site,
which takes twelve times as long.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, paths
from pacs_rounds.inventory import validate_site
from pacs_rounds.lab import overlay
from pacs_rounds.rounds import load_policy

ROUNDS = paths.ROOT / ".venv" / "bin" / "rounds"
SCENARIOS = [path for path in sorted((paths.LAB / "scenarios").glob("*.yml")) if path.stem != "healthy"]
SITE = validate_site(paths.INVENTORIES / "lab")
HOSTS = set(SITE.hosts)
Finding = tuple[str, str, str, str, str | None]
QUARTERLY = "quarterly"
POLICIES = [load_policy(path.stem) for path in sorted(paths.POLICIES.glob("*.yml"))]
pytestmark = pytest.mark.lab


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "ROUNDS_EVIDENCE": str(folder / "evidence"), "ROUNDS_REPORTS": str(folder / "reports"),
            "ROUNDS_CONFIGS": str(folder / "configs")}


def changed(said: dict[str, Any]) -> set[str]:
    """The hosts a scenario changes. A management controller is a device of the lab's own and belongs to its server."""
    return {str(name).removeprefix("imm-") for name in said if name not in overlay.RESERVED}


def concerned(scenario: Path) -> set[str]:
    """The devices a scenario changes, and those it expects something of."""
    said = overlay.read(scenario)
    named = (changed(said) & HOSTS) | {entry["host"] for entry in said.get("expect") or []}
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


@dataclass
class Shared:
    """Scenarios without a device in common: what one of them plants is no business of another's devices."""

    after_healthy: bool
    alone: bool
    hosts: set[str] = field(default_factory=set)
    scenarios: list[Path] = field(default_factory=list)

    def planted(self, folder: Path) -> Path:
        """The scenarios as one file."""
        if len(self.scenarios) == 1:
            return self.scenarios[0]
        texts = [overlay.read(one) for one in self.scenarios]
        names = ", ".join(one.stem for one in self.scenarios)
        whole = {"title": {"en": names, "zh": names}, "why": "Faults without a device in common, in one round.",
                 "expect": [entry for text in texts for entry in text.get("expect") or []]}
        for text in texts:
            whole |= {name: value for name, value in text.items() if name not in overlay.RESERVED}
        file = folder / "shared.yml"
        file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        return file


def shared() -> list[Shared]:
    """All scenarios in as few rounds as go; those with many devices first, as they are the hardest to place."""
    rounds: list[Shared] = []
    hosts = {scenario: concerned(scenario) for scenario in SCENARIOS}
    for scenario in sorted(SCENARIOS, key=lambda one: (-len(hosts[one]), one)):
        said = overlay.read(scenario)
        after = bool(said.get("after_healthy"))
        # What is laid over more than devices goes by itself: over the cable register, or over the inventory.
        more = {*overlay.RESERVED} - {"title", "why", "expect", "after_healthy"}
        alone = bool(more & said.keys() or changed(said) - HOSTS or os.environ.get("ROUNDS_WHOLE_SITE"))
        place = next((one for one in rounds if not one.alone and not alone and one.after_healthy == after
                      and not one.hosts & hosts[scenario]), None)
        if place is None:
            place = Shared(after, alone)
            rounds.append(place)
        place.hosts |= hosts[scenario]
        place.scenarios.append(scenario)
    return rounds


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


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory,
           healthy: tuple[Path, Any]) -> Callable[[Path], tuple[str, set[Finding]]]:
    """What the round that holds the scenario found, and the names of all it holds; each round is made once."""
    places = {scenario: place for place in shared() for scenario in place.scenarios}
    done: dict[int, set[Finding]] = {}

    def of(scenario: Path) -> tuple[str, set[Finding]]:
        place = places[scenario]
        if id(place) not in done:
            folder = tmp_path_factory.mktemp(scenario.stem)
            if place.after_healthy:
                for kept in ("evidence", "configs"):
                    shutil.copytree(healthy[0] / kept, folder / kept)
            limit = set() if os.environ.get("ROUNDS_WHOLE_SITE") else place.hosts
            done[id(place)] = findings(inspect(folder, place.planted(folder), limit))
        return ", ".join(one.stem for one in place.scenarios), done[id(place)]

    return of


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_finds_what_was_planted_and_nothing_else(
        scenario: Path, rounds: Callable[[Path], tuple[str, set[Finding]]], healthy: tuple[Path, Any]) -> None:
    together, found = rounds(scenario)
    whole = os.environ.get("ROUNDS_WHOLE_SITE")
    mine = HOSTS if whole else concerned(scenario)
    expected = {one for one in planted(scenario, planned(healthy[0])) if one[0] in mine}
    found = {one for one in found if one[0] in mine}
    assert found - expected == set(), f"invented, in the round of {together}"
    assert expected - found == set(), f"missed, in the round of {together}"


def test_scenarios_that_share_a_round_have_no_device_in_common() -> None:
    for place in shared():
        together = [concerned(one) for one in place.scenarios]
        assert sum(map(len, together)) == len(place.hosts)
    assert sorted(one for place in shared() for one in place.scenarios) == SCENARIOS
