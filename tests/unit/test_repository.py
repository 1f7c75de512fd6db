"""What a newcomer relies on: every check, parser, role and runbook has everything that belongs to it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, derive, parse, paths
from pacs_rounds.rounds import load_policy

ROOT = paths.ROOT
CHECKS = sorted(catalogue.load())
ROLES = sorted(path.name for path in paths.ROLES.iterdir() if path.is_dir())
HEADINGS = [f"S1-{number:03d}" for number in range(15, 22)]
REQUIREMENTS = re.compile(r"^(S1-0\d\d|S2-0\d\d|DL\d{1,2}|DQ-\d{1,2})$")


@pytest.mark.parametrize("name", CHECKS)
def test_check_has_parser_derivation_clause_runbook_and_both_languages(name: str) -> None:
    check = catalogue.load()[name]
    for collect in check.collect:
        assert collect.parser in parse.names(), f"{name}: no parser {collect.parser}"
    if check.derive:
        assert check.derive in derive.names(), f"{name}: no derivation {check.derive}"
    assert (ROOT / check.remedy).is_file(), f"{name}: no runbook {check.remedy}"
    assert check.clauses[0] in HEADINGS, f"{name}: the first clause is its heading, one of S1-015 to S1-021"
    assert all(REQUIREMENTS.match(clause) for clause in check.clauses)
    assert re.search(r"[\u4e00-\u9fff]", check.title["zh"]), f"{name}: the Chinese title has no Chinese"
    assert not re.search(r"[\u4e00-\u9fff]", check.title["en"])


def test_no_derivation_is_without_a_check() -> None:
    assert {check.derive for check in catalogue.load().values() if check.derive} == set(derive.names())


def test_no_runbook_is_without_a_check() -> None:
    used = {Path(check.remedy).name for check in catalogue.load().values()}
    assert {path.name for path in (ROOT / "docs" / "runbooks").glob("*.md")} - {"README.md"} == used


@pytest.mark.parametrize("command", sorted({c.command for check in catalogue.load().values() for c in check.collect
                                            if check.domain == "catalyst"}))
def test_catalyst_commands_only_read(command: str) -> None:
    assert re.match(r"^(show|dir) ", command)


@pytest.mark.parametrize("command", sorted({c.command for check in catalogue.load().values() for c in check.collect
                                            if check.domain == "brocade"}))
def test_fabric_os_commands_only_read(command: str) -> None:
    words = r"\w+show( -all)?|date|version|uptime|errdump|tsclockserver|snmp(walk|get) -On [0-9. ]+"
    assert re.fullmatch(words, command)


@pytest.mark.parametrize("command", sorted({c.command for check in catalogue.load().values() for c in check.collect
                                            if check.domain == "linux"}))
def test_linux_commands_write_nothing(command: str) -> None:
    assert not re.search(r"(?<![0-9&])>(?!\s*/dev/null)|(?:^|[;&|]\s*)(?:rm|mv|cp|tee|touch|mkdir|kill|sed -i)\b",
                         command.replace("2>/dev/null", "").replace("2>&1", ""))


def specs_of(role: str) -> dict[str, Any]:
    text = (paths.ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    specs: dict[str, Any] = yaml.safe_load(text)["argument_specs"]["main"]
    return specs


@pytest.mark.parametrize("role", ROLES)
def test_role_has_readme_argument_specs_and_scenario(role: str) -> None:
    folder = paths.ROLES / role
    assert (folder / "README.md").is_file()
    specs = specs_of(role)
    assert specs["short_description"]
    assert (ROOT / "molecule" / role).is_dir(), f"molecule/{role} is missing"
    assert list((ROOT / "molecule" / role).rglob("test_*.py")), f"molecule/{role} has no test"


@pytest.mark.parametrize("role", ROLES)
def test_documented_defaults_are_the_real_ones(role: str) -> None:
    folder = paths.ROLES / role
    path = folder / "defaults" / "main.yml"
    defaults: dict[str, Any] = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}
    specs = specs_of(role)
    options = specs.get("options", {})
    assert all(name.startswith(role) for name in {*defaults, *options}), "a role's variables begin with its name"
    documented = {name: option["default"] for name, option in options.items() if "default" in option}
    assert documented == defaults


def plays(playbook: Path) -> list[tuple[str, str]]:
    """(group, role) of each play."""
    found = []
    for play in yaml.safe_load(playbook.read_text(encoding="utf-8")):
        if "ansible.builtin.import_playbook" in play:
            found += plays(playbook.parent / play["ansible.builtin.import_playbook"])
            continue
        for task in play["tasks"]:
            role = task.get("ansible.builtin.import_role") or task["ansible.builtin.include_role"]
            found.append((play["hosts"], role["name"]))
    return found


@pytest.mark.parametrize("name", sorted(path.stem for path in paths.POLICIES.glob("*.yml")))
def test_policy_and_playbook_name_the_same_roles_and_groups(name: str) -> None:
    for round_ in load_policy(name)["rounds"].values():
        said = plays(paths.PLAYBOOKS / round_["playbook"])
        assert said[0] == ("all", "round_open")
        assert said[-1] == ("all", "round_seal")
        assert said[1:-1] == [(part["group"], part["role"]) for part in round_["roles"]]


@pytest.mark.parametrize("name", sorted(path.stem for path in paths.POLICIES.glob("*.yml")))
def test_policy_has_the_seven_headings_in_the_contracts_order(name: str) -> None:
    assert [heading["clause"] for heading in load_policy(name)["headings"]] == HEADINGS


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files", *patterns], capture_output=True, text=True, check=True)
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_documents_link_only_to_what_exists() -> None:
    broken = []
    for document in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (document.parent / target).exists():
                broken.append(f"{document.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_lock_names_every_dependency_with_a_hash_and_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+(.*?)(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 40
    assert all("--hash=sha256:" in rest for _, rest in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {re.split(r"[<>=\[]", name)[0] for name in wanted} <= {name for name, _ in pins}


def test_modules_are_documented() -> None:
    modules = sorted((ROOT / "library").glob("*.py"))
    assert modules
    for module in modules:
        text = module.read_text(encoding="utf-8")
        for part in ("DOCUMENTATION", "EXAMPLES", "RETURN"):
            block = re.search(rf'^{part} = r?"""(.*?)"""', text, re.MULTILINE | re.DOTALL)
            assert block, f"{module.name} has no {part}"
            assert yaml.safe_load(block[1])


def test_generated_documents_are_what_the_catalogue_says() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "generate_docs.py"), "--check"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
