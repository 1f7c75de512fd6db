"""What the scenarios' tests share: the sealed runs of this scenario, and the command line that verifies them.

Tests run on the control node (`testinfra_hosts = ["local://"]`): the evidence is there, and so are the simulated
targets' files. Nothing here uses the package's own reader of runs; verification is `rounds verify` and `sha256sum`.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("shared.untouched", "shared.witness")

from shared import stand  # noqa: E402

from pacs_rounds import catalogue  # noqa: E402
from pacs_rounds.lab import overlay  # noqa: E402

Finding = tuple[str, str, str, str, str | None]
(SITE,) = (path.name for path in (stand.PLACE / "inventories").iterdir())  # the scenario's only one
EVIDENCE = Path(os.environ["ROUNDS_EVIDENCE"]) / SITE
ROUNDS = str(Path(sys.executable).with_name("rounds"))


@dataclass(frozen=True)
class Run:
    """One sealed run."""

    folder: Path
    about: dict[str, Any]
    records: list[dict[str, Any]]

    def of(self, role: str) -> list[dict[str, Any]]:
        """The records of one role."""
        return [record for record in self.records if record["role"] == role]

    def gaps(self, role: str) -> set[tuple[str, str]]:
        """(host, check) of the plan without a record; the seal must have left none."""
        part = next(part for part in self.about["plan"] if part["role"] == role)
        recorded = {(one["host"], one["check"]) for one in self.of(role)}
        return {(host, check) for host in part["hosts"] for check in part["checks"]} - recorded


def read_run(folder: Path) -> Run:
    """A run's folder as plain data; every line of every records file."""
    records = [json.loads(line) for file in sorted((folder / "data" / "records").rglob("*.jsonl"))
               for line in file.read_text(encoding="utf-8").split("\n") if line]
    return Run(folder, json.loads((folder / "data" / "run.json").read_text(encoding="utf-8")), records)


def findings(records: list[dict[str, Any]]) -> set[Finding]:
    """Everything that is neither ok nor not applicable."""
    return {(one["host"], one["check"], one["item"], one["outcome"], one.get("reason")) for one in records
            if one["outcome"] not in {"ok", "not_applicable"}}


def planted(domain: str) -> set[Finding]:
    """What fault.yml and the healthy hospital say must be found, of one domain of checks."""
    ids = [check.id for check in catalogue.select([f"{domain}.*"])]
    return findings([one for one in overlay.expected(stand.fault_file(), ids) if one["check"] in ids])


@pytest.fixture(scope="session")
def runs() -> list[Run]:
    """The scenario's sealed runs, oldest first."""
    assert EVIDENCE.is_relative_to(stand.PLACE), "the scenario must keep its evidence to itself"
    found = [read_run(folder.parent) for folder in sorted(EVIDENCE.glob("*/bagit.txt"))]
    assert found, f"converge left no sealed run below {EVIDENCE}"
    return sorted(found, key=lambda run: run.about["started"])


@pytest.fixture(scope="session")
def run(runs: list[Run]) -> Run:
    """The last run."""
    return runs[-1]


@pytest.fixture
def verify(host: Any) -> Any:
    """`verify("lab")`: the command's result, by the same program a customer would use."""
    def call(name: str) -> Any:
        return host.run(f"{shlex.quote(ROUNDS)} verify {shlex.quote(name)}")

    return call


@pytest.fixture
def sealed(run: Run, host: Any, verify: Any) -> Run:
    """The last run, once `rounds verify` and `sha256sum -c` have nothing to say against it."""
    for name in (SITE, run.folder.name):
        said = verify(name)
        assert said.rc == 0, said.stdout + said.stderr
    assert host.run(f"cd {shlex.quote(str(run.folder))} && sha256sum --quiet -c manifest-sha256.txt").rc == 0
    return run
