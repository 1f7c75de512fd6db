"""`rounds inspect` and `replay` with input that cannot be used: status 2, a message with file, line or key and a
remedy, and nothing below the evidence folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_cli_text import rounds

from pacs_rounds import paths
from pacs_rounds.cli import inspect
from pacs_rounds.lab import control

CLI = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Copies of what may be broken, an evidence folder that must not appear, and no way to start anything."""
    for name in ("EVIDENCE", "STATE", "REPORTS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    for name, folder in (("INVENTORIES", "inventories"), ("POLICIES", "policies")):
        shutil.copytree(paths.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("known_hosts.txt"))
        monkeypatch.setattr(paths, name, tmp_path / folder)

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("bad input must be found before anything is started")

    monkeypatch.setattr(inspect, "_lab_for", never)
    monkeypatch.setattr(inspect, "_finish", never)
    monkeypatch.setattr(control, "down", never)


def refused(capsys: CLI, tmp_path: Path, *words: str) -> str:
    assert rounds(*words) == 2
    err = capsys.readouterr().err
    assert err.startswith("rounds: ")
    assert "remedy: " in err
    assert "Traceback" not in err
    assert not (tmp_path / "evidence").exists()
    return err


@pytest.mark.parametrize(("file", "text", "words"), [
    ("hosts.yml", "all:\n  children: [\n", ("hosts.yml:3", "not valid YAML")),
    ("hosts.yml", "all: {}\n", ("hosts.yml", "names no host")),
    ("group_vars/all/check_rules.yml",
     "check_rules:\n  - check: linux.nothing\n    reason: agreed\n    levels: {direction: upper, warning: 1}\n",
     ("check_rules.yml:2", "no check 'linux.nothing'")),
    ("group_vars/all/check_rules.yml", "check_rules:\n  - check: linux.cpu_load\n    reason: agreed\n    levels: 7\n",
     ("check_rules.yml:4", "levels")),
    ("group_vars/all/check_rules.yml", "check_rules: many\n", ("check_rules.yml:1", "check_rules", "'array'")),
    ("group_vars/all/waivers.yml",
     "waivers:\n  - {check: linux.*, reason: because, approver: Wang, expires: soon}\n", ("waivers.yml:2", "expires")),
    ("group_vars/all/waivers.yml",
     "waivers:\n  - {check: linux.*, reason: because, approver: Wang, expires: 2026-02-30}\n",
     ("waivers.yml:2", "no day of the calendar")),
    ("group_vars/all/waivers.yml",
     "waivers:\n  - check: linux.*\n    check: linux.*\n", ("waivers.yml:3", "stands twice")),
    ("host_vars/pacs-a/broken.yml", "baseline: {mounts: /}\n", ("baseline.mounts", "'array'")),
    ("host_vars/pacs-a/broken.yml", "a: \"\n", ("broken.yml:2", "not valid YAML")),
    ("host_vars/pacs-z/any.yml", "x: 1\n", ("pacs-z", "no host")),
])
def test_a_broken_site_is_named_before_anything_is_touched(
        capsys: CLI, tmp_path: Path, file: str, text: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "inventories" / "lab" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    err = refused(capsys, tmp_path, "inspect", "--site", "lab")
    for word in words:
        assert word in err


@pytest.mark.parametrize(("words", "said"), [
    (["--site", "nobody"], "known: "), (["--site", "../lab"], "is no site name"),
    (["--site", "lab", "--policy", "nobody"], "contract_2017"), (["--site", "lab", "--round", "weekly"], "quarterly"),
    (["--site", "cancer-hospital", "--scenario", "disk-full"], "is a real site"),
    (["--site", "lab", "--scenario", "no-such-scenario"], "no such scenario"),
])
def test_a_wrong_order_is_named(capsys: CLI, tmp_path: Path, words: list[str], said: str) -> None:
    assert said in refused(capsys, tmp_path, "inspect", *words)


WHOLE = "title: {en: Ex, zh: 示例}\nwhy: because of the test\nexpect: []\n"


@pytest.mark.parametrize(("text", "words"), [
    ("title: [\n", ("x.yml:2", "not valid YAML")), ("why: because of it\n", ("x.yml", "'title'")),
    ("- a\n", ("x.yml", "'object'")), (WHOLE + "pacs-z: {load: 1}\n", ("x.yml:4", "pacs-z")),
    (WHOLE + "pacs-a: {no.such.path: 1}\n", ("x.yml:4", "no.such.path")),
    (WHOLE + "pacs-a: 7\n", ("x.yml:4", "pacs-a")),
])
def test_a_broken_scenario_is_named_and_a_running_lab_stays(
        capsys: CLI, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    err = refused(capsys, tmp_path, "inspect", "--site", "lab", "--scenario", str(path))
    for word in words:
        assert word in err


def test_a_broken_policy_is_named(capsys: CLI, tmp_path: Path) -> None:
    path = tmp_path / "policies" / "contract_2017.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("per_year: 4", "per_year: four"), encoding="utf-8")
    err = refused(capsys, tmp_path, "inspect", "--site", "lab")
    assert "contract_2017.yml:" in err
    assert "per_year" in err


@pytest.mark.parametrize(("name", "said"), [
    ("pacs-a/dff.txt", "no command of any check"), ("nobody/df.txt", "is no host of this site"),
    ("df.txt", "lies beside the folders"), ("pacs-a/df.doc", "is no file with a command's answer"),
])
def test_a_replay_folder_that_cannot_be_meant_is_named(capsys: CLI, tmp_path: Path, name: str, said: str) -> None:
    path = tmp_path / "collected" / name
    path.parent.mkdir(parents=True)
    path.write_text("x")
    assert said in refused(capsys, tmp_path, "replay", str(tmp_path / "collected"), "--site", "cancer-hospital")


def test_a_replay_folder_that_is_missing_is_named(capsys: CLI, tmp_path: Path) -> None:
    assert "no such folder" in refused(capsys, tmp_path, "replay", str(tmp_path / "none"), "--site", "lab")
    assert "which site" in refused(capsys, tmp_path, "replay", str(tmp_path))


@pytest.mark.parametrize(("old", "new", "words"), [
    ("impact: service_down", "impact: terrible", ("filesystem_usage.yml:4", "impact", "'terrible'")),
    ("measure: used_percent", "measure: used_percent\nmeasure: x", ("filesystem_usage.yml", "stands twice")),
    ("levels:", "levles:", ("filesystem_usage.yml", "levles")),
    ("    parser: linux.df\n", "", ("filesystem_usage.yml", "a command without a parser")),
])
def test_a_broken_check_is_named(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for path in paths.ROOT.iterdir():
        if path.name in {"inventories", "policies", "schemas", "roles", "playbooks", "lab", "ansible.cfg"}:
            (root / path.name).symlink_to(path)
    shutil.copytree(paths.CHECKS, root / "checks")
    check = root / "checks" / "linux" / "filesystem_usage.yml"
    text = check.read_text(encoding="utf-8")
    assert old in text
    check.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from pacs_rounds.cli import main; main()", "inspect", "--site", "lab"],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "ROUNDS_ROOT": str(root), "ROUNDS_EVIDENCE": str(tmp_path / "evidence"),
             "ROUNDS_STATE": str(tmp_path / "state")})
    assert done.returncode == 2, done.stderr
    assert "remedy: " in done.stderr
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / "evidence").exists()
