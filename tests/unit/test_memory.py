"""What is remembered of files holds only while they, the schemas and the checking code are the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pacs_rounds import catalogue, inventory, memory, paths
from pacs_rounds.model import BadInput


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    return tmp_path / "state"


def test_what_was_remembered_is_recalled_under_its_key_only() -> None:
    memory.remember("site", "k1", {"a": [1, "二"]})
    assert memory.recall("site", "k1") == {"a": [1, "二"]}
    assert memory.recall("site", "k2") is None
    assert memory.recall("other", "k1") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "k"}', "\x00"])
def test_a_spoilt_memory_is_no_memory(text: str, state: Path) -> None:
    (state / "cache").mkdir(parents=True)
    (state / "cache" / "site.json").write_text(text)
    assert memory.recall("site", "k") is None


@pytest.mark.parametrize("data", [{1: "a number as key"}, {"tuple": (1, 2)}, {"set": {1}}])
def test_data_that_json_would_change_is_not_kept(data: object) -> None:
    memory.remember("site", "k", data)
    assert memory.recall("site", "k") is None


def test_a_state_folder_that_cannot_be_written_costs_nothing_but_time(state: Path) -> None:
    state.write_text("a file stands where the folder belongs")
    memory.remember("site", "k", "valid")
    assert memory.recall("site", "k") is None
    inventory.ensure_valid(paths.INVENTORIES / "lab")


def test_a_site_that_became_bad_after_it_was_found_valid_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "lab"
    shutil.copytree(paths.INVENTORIES / "lab", site)
    inventory.ensure_valid(site)
    assert json.loads((paths.STATE / "cache" / "site-lab.json").read_text())["data"] == "valid"
    inventory.ensure_valid(site)
    hosts = site / "hosts.yml"
    hosts.write_text(hosts.read_text().replace("pacs-a:", "pacs-a: [", 1))
    with pytest.raises(BadInput, match=r"hosts\.yml"):
        inventory.ensure_valid(site)
    with pytest.raises(BadInput, match="no such site"):
        inventory.ensure_valid(tmp_path / "nowhere")


def test_a_site_whose_rule_names_a_check_that_is_gone_is_refused(tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    checks = tmp_path / "checks"
    shutil.copytree(paths.CHECKS, checks)
    monkeypatch.setattr(paths, "CHECKS", checks)
    inventory.ensure_valid(paths.INVENTORIES / "lab")
    for check in checks.glob("linux/*.yml"):
        check.unlink()
    with pytest.raises(BadInput, match=r"linux\."):
        inventory.ensure_valid(paths.INVENTORIES / "lab")


def test_a_file_that_cannot_be_read_costs_only_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(files: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(memory, "digest", unreadable)
    inventory.ensure_valid(paths.INVENTORIES / "lab")
    with pytest.raises(BadInput, match="no such site"):
        inventory.ensure_valid(tmp_path / "nowhere")


def test_a_catalogue_from_memory_is_the_catalogue(tmp_path: Path) -> None:
    place = tmp_path / "checks" / "linux"
    place.mkdir(parents=True)
    source = paths.CHECKS / "linux" / "filesystem_usage.yml"
    check = place / source.name
    check.write_text(source.read_text())
    first = catalogue.entries.__wrapped__(tmp_path / "checks")
    assert catalogue.entries.__wrapped__(tmp_path / "checks") == first == {
        "linux.filesystem_usage": catalogue.entry(source)}
    check.write_text(source.read_text().replace("levels:", "lewels:"))
    with pytest.raises(BadInput, match="lewels"):
        catalogue.entries.__wrapped__(tmp_path / "checks")
