"""Packages of Red Hat's kind against the real rpm: the scripts that a plan holds, on a package database of their own.

Debian's rpm is the same program; a private home gives it a database and a place for the toy's files, so nothing of the
machine is touched. Old yum needs no test here: a plan calls rpm, which is the same on RHEL 5 and 9.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds.model import Answer
from pacs_rounds.patch import approved, journal, plan, steps
from pacs_rounds.patch.engine import Engine, StepFailed

pytestmark = pytest.mark.skipif(not shutil.which("rpmbuild"), reason="no rpm here (Debian's package rpm)")
SPEC = """Name: {name}
Version: {version}
Release: 1
Summary: the application of the patch tests
License: none
BuildArch: noarch
{more}
%description
None.
%install
mkdir -p %{{buildroot}}{opt}/etc
echo "{name} {version}" > %{{buildroot}}{opt}/{name}
echo "as delivered with {version}" > %{{buildroot}}{opt}/etc/{name}.conf
{post}
%files
{opt}/{name}
%config(noreplace) {opt}/etc/{name}.conf
"""
ODD = {"1.0": {}, "2.0": {}, "2.2": {"post": "%post\nexit 1"}, "2.3": {"more": "Requires: pacs-extra"},
       "2.4": {"post": "%post\necho spoilt >> {opt}/pacs-core"}}


@dataclass
class Shop:
    """A home of rpm's own with the toy at 1.0, and the vendor's files. `files`: {version: path}."""

    home: Path
    files: dict[str, Path]

    def run(self, script: str, send: str, limit: float) -> Answer:
        data = (self.files["1.0"].parent / send).read_bytes() if send else b""
        done = subprocess.run(["/bin/sh", "-c", f"exec 2>&1\n{script}\n"], input=data, capture_output=True, check=False,
                              timeout=limit, env=dict(os.environ, HOME=str(self.home)))
        return Answer(script, done.stdout.decode(), done.returncode)

    def state(self) -> str:
        """Every file of the toy with its hash, what rpm knows and what it thinks of it."""
        return self.run(f"rpm -qa | sort; rpm -Va; find {self.home}/opt -type f | sort | xargs sha256sum", "", 60).text


def build(home: Path, name: str, version: str, odd: dict[str, str]) -> Path:
    words = {key: text.format(opt=f"{home}/opt") for key, text in odd.items()}
    spec = home / f"{name}-{version}.spec"
    given = {"name": name, "version": version, "opt": f"{home}/opt", "more": "", "post": ""}
    spec.write_text(SPEC.format(**given | words))
    subprocess.run(["rpmbuild", "-bb", "--quiet", str(spec)], check=True, timeout=60, capture_output=True,
                   env=dict(os.environ, HOME=str(home)))
    return home / f"build/RPMS/noarch/{name}-{version}-1.noarch.rpm"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The packages, built once."""
    home = tmp_path_factory.mktemp("rpm")
    (home / ".rpmmacros").write_text(f"%_dbpath {home}/db\n%_topdir {home}/build\n%_var {home}/var\n")
    files = {version: build(home, "pacs-core", version, odd) for version, odd in ODD.items()}
    shell = build(home, "machine", "1.0", {"more": "Provides: /bin/sh"})  # what a real machine's packages provide
    return Shop(home, files | {"extra": build(home, "pacs-extra", "1.0", {}), "machine": shell})


@pytest.fixture
def shop(made: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """1.0 freshly installed, with a configuration that the hospital changed."""
    monkeypatch.setattr(steps, "STAGING", f"{tmp_path}/staging-")
    for name in ("db", "opt"):
        shutil.rmtree(made.home / name, ignore_errors=True)
    said = made.run(f"rpm -Uvh {made.files['machine']} {made.files['1.0']}", "", 60)
    assert said.status == 0, said.text
    (made.home / "opt/etc/pacs-core.conf").write_text("as the hospital wants it\n")
    return made


Made = Callable[..., tuple[Engine, list[str]]]


@pytest.fixture
def engine(shop: Shop, tmp_path: Path) -> Made:
    """For a version and the files named: an engine with a plan of a single node, and the plan's steps."""
    def make(version: str, *with_them: str) -> tuple[Engine, list[str]]:
        def file(key: str) -> dict[str, str]:
            return {"name": shop.files[key].name, "sha256": hashlib.sha256(shop.files[key].read_bytes()).hexdigest()}

        patch: dict[str, Any] = {
            "id": "P", "product": "core", "component": "core", "from": ["1.0-1"], "to": f"{version}-1",
            "state": "approved", "approved": {"by": "Li Wei", "on": "2026-11-01"},
            "document": {"title": "Notes", "sha256": "0" * 64},
            "files": [file(key) for key in (version, *with_them)], "rollback_files": [file("1.0")],
            "packages": {"pacs-core": f"{version}-1"}, "config": [f"{shop.home}/opt/etc"], "minutes": 1, "free_mb": 1}
        found = approved.Approved()
        approved.parse({"products": {"core": {
            "title": "core", "owner": "vendor", "kind": "rpm", "package": "pacs-core", "hosts": ["n"],
            "versions": [f"{one}-1" for one in ODD]}}, "patches": [patch]}, Path("x.yml"), found)
        one = plan.build(site="lab", patch=found.patches["P"], approved=found, window=plan.Window(1.8e9, 1.8e9 + 9000),
                         pair=plan.Pair("single", ("n",), steps.Cluster("none")), active="n", versions={"n": "1.0-1"},
                         made=0.0, by="Li", list_sha256="0" * 64)
        names = [row["id"] for row in one["steps"] if row["phase"] != "close"]
        return Engine(one, journal.Journal(tmp_path / "journal"), shop.run, lambda service: Answer("", "", 1)), names
    return make


def test_new_version_goes_on_and_back_to_the_same_bytes(shop: Shop, engine: Made) -> None:
    before = shop.state()
    one, names = engine("2.0")
    one.forward(names)
    assert "pacs-core-2.0-1" in shop.state()
    assert (shop.home / "opt/etc/pacs-core.conf").read_text() == "as the hospital wants it\n"
    one.backward(names[::-1])
    assert shop.state() == before


@pytest.mark.parametrize(("version", "step", "why"), [
    ("2.2", "n/apply", "scriptlet failed"), ("2.4", "n/installed", "exit status 1: .*opt/pacs-core")])
def test_bad_package_fails_its_step_and_is_taken_back(shop: Shop, engine: Made, version: str, step: str,
                                                      why: str) -> None:
    before = shop.state()
    one, names = engine(version)
    with pytest.raises(StepFailed, match=f"{step}: .*{why}"):
        one.forward(names)
    one.backward(names[::-1])
    assert shop.state() == before


@pytest.mark.parametrize(("with_them", "why"), [
    ((), "pacs-extra is needed by"), (("extra",), "not the approved one: pacs-extra 1.0-1")])
def test_package_nobody_approved_stops_the_simulated_transaction(shop: Shop, engine: Made, with_them: tuple[str, ...],
                                                                 why: str) -> None:
    before = shop.state()
    one, names = engine("2.3", *with_them)
    with pytest.raises(StepFailed, match=f"n/simulate: .*{why}"):
        one.forward(names)
    assert shop.state() == before
