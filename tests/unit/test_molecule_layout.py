"""Every role has a molecule scenario of its name, with a converge that runs the role and tests that testinfra finds."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, paths
from pacs_rounds.lab import hospital, overlay

MOLECULE = paths.ROOT / "molecule"
ROLES = sorted(path.name for path in paths.ROLES.iterdir() if (path / "tasks").is_dir())
SCENARIOS = sorted(path.parent for path in MOLECULE.glob("*/molecule.yml"))


def names_of_tests(scenario: Path) -> list[str]:
    """Names of the test functions in the files that molecule hands to pytest."""
    return [node.name for file in sorted((scenario / "tests").glob("test_*.py"))
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def imported_roles(node: Any) -> set[str]:
    """Every role that a playbook imports or includes, in blocks too."""
    if isinstance(node, list):
        return set().union(*(imported_roles(one) for one in node))
    if not isinstance(node, dict):
        return set()
    named = {value["name"] for key, value in node.items()
             if key.removeprefix("ansible.builtin.") in {"import_role", "include_role"}}
    return named.union(*(imported_roles(value) for value in node.values()))


def test_there_are_roles_and_scenarios() -> None:
    assert ROLES
    assert SCENARIOS


@pytest.mark.parametrize("role", ROLES)
def test_role_has_a_scenario_with_a_test(role: str) -> None:
    assert (MOLECULE / role / "molecule.yml").is_file(), f"write molecule/{role}/"
    assert names_of_tests(MOLECULE / role), f"molecule/{role}/tests/test_{role}.py holds no test"


@pytest.mark.parametrize("role", ROLES)
def test_converge_runs_the_role(role: str) -> None:
    playbook = yaml.safe_load((MOLECULE / role / "converge.yml").read_text(encoding="utf-8"))
    assert role in imported_roles(playbook)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_scenario_runs_on_the_control_node_and_looks_at_the_targets(scenario: Path) -> None:
    """Without testinfra_hosts a test would run once for each of the 190 hosts; the second side is what it is for."""
    texts = "".join(file.read_text(encoding="utf-8") for file in (scenario / "tests").glob("test_*.py"))
    assert names_of_tests(scenario)
    assert re.search(r"^testinfra_hosts = \[", texts, re.MULTILINE)
    assert re.search(r"untouched|unchanged|nobody_was_asked", texts), "no test looks at what became of the targets"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_sequence_cleans_up_before_and_after(scenario: Path) -> None:
    base = yaml.safe_load((paths.ROOT / ".config/molecule/config.yml").read_text(encoding="utf-8"))
    own = yaml.safe_load((scenario / "molecule.yml").read_text(encoding="utf-8")) or {}
    sequence = own.get("scenario", base["scenario"])["test_sequence"]
    assert sequence[0] == sequence[-1] == "destroy"
    assert "converge" in sequence
    assert sequence[-2] == "verify"


@pytest.mark.parametrize("path", sorted(MOLECULE.glob("*/fault.yml")), ids=lambda path: path.parent.name)
def test_planted_faults_fit_the_hospital(path: Path) -> None:
    """A renamed device or check shows here, in a second, and not when molecule has started everything."""
    hospital.load(path)
    ids = sorted(catalogue.load())
    assert [one["check"] for one in overlay.expected(path, ids) if one["check"] not in ids] == []
    assert overlay.read(path)["expect"], "a scenario that expects nothing proves nothing"
