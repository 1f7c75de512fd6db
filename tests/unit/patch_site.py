"""A small site with an approved list, as files: for tests of what is done with a plan on the control node."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import paths
from pacs_rounds.patch import approved, desk, plan

PRODUCT = {"title": "PACS core", "owner": "vendor", "kind": "apt", "package": "pacs-core", "versions": ["1", "2", "3"],
           "hosts": ["servers"]}
PAIR = {"nodes": ["pacs-a", "pacs-b"], "cluster": {"kind": "pacemaker", "resource": "pacs"}, "address": "127.0.0.1",
        "port": 104, "ae_title": "PACS"}
CONTENT = {"core_1.deb": b"one", "core_2.deb": b"two"}


def entry(**more: Any) -> dict[str, Any]:
    """An approved patch from 1 to 2."""
    def file(name: str) -> dict[str, Any]:
        return {"name": name, "sha256": hashlib.sha256(CONTENT[name]).hexdigest()}

    row: dict[str, Any] = {
        "id": "P2", "product": "core", "component": "PACS core", "from": ["1"], "to": "2", "state": "approved",
        "document": {"title": "Release notes 2", "sha256": "a" * 64}, "approved": {"by": "Li", "on": "2026-11-01"},
        "files": [file("core_2.deb")], "rollback_files": [file("core_1.deb")], "packages": {"pacs-core": "2"},
        "minutes": 30, "outage_seconds": 60}
    return row | more


class Site:
    """The site `lab` below a folder of the test's own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paths, "INVENTORIES", folder / "inventories")
        monkeypatch.setattr(paths, "STATE", folder / "state")
        monkeypatch.setattr(paths, "EVIDENCE", folder / "evidence")
        self.folder = folder / "inventories" / "lab"
        self.files = desk.files_folder("lab")
        self.files.mkdir(parents=True)
        for name, content in CONTENT.items():
            (self.files / name).write_bytes(content)
        self.write()

    def write(self, *patches: dict[str, Any], **settings: Any) -> None:
        """The inventory and the approved list."""
        for name, data in {
                "hosts.yml": {"all": {"children": {"servers": {"hosts": {"pacs-a": {}, "pacs-b": {}}}}}},
                "group_vars/all/main.yml": {"rounds_site_title": {"en": "Lab Hospital", "zh": "实验医院"},
                                            "rounds_patch": {"pairs": {"pacs": PAIR}} | settings},
                "host_vars/pacs-a/main.yml": {"ansible_host": "127.13.1.1"},
                "host_vars/pacs-b/main.yml": {"ansible_host": "127.13.1.2"},
                "patches/list.yml": {"products": {"core": PRODUCT}, "patches": list(patches or [entry()])}}.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(yaml.safe_dump(data, allow_unicode=True))

    def plan(self, begins: float, ends: float, made: float | None = None) -> str:
        """A signed plan; its hash."""
        found = approved.load("lab")
        data = desk.settings("lab")
        one = plan.build(
            site="lab", patch=found.patches["P2"], approved=found, pair=desk.pair_of(data, "pacs"), active="pacs-a",
            versions={"pacs-a": "1", "pacs-b": "1"}, window=plan.Window(begins, ends),
            made=begins - 86400 if made is None else made, by="Li", list_sha256=desk.list_hash("lab"),
            notice_days=int(data.get("notice_working_days", 5)))
        name = desk.Desk("lab").save(one)
        desk.Desk("lab").sign(name, "Wang Fang", 1.0)
        return name


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site."""
    return Site(tmp_path, monkeypatch)


__all__ = ["Site", "entry", "site"]
