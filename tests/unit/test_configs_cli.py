"""`rounds configs` over a small history, and the import of Oxidized's and RANCID's directories."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pyrage
import pytest
from test_cli_text import rounds
from test_configs_gate import CATOS, ios
from test_configs_history import TEXT

from pacs_rounds import paths
from pacs_rounds.cli import configs_site as cli
from pacs_rounds.configs import importing, restore, rules
from pacs_rounds.configs.intake import Reading, take
from pacs_rounds.configs.store import Store
from pacs_rounds.model import BadInput

CLI = pytest.CaptureFixture[str]
IDENTITY = pyrage.x25519.Identity.generate()
ROUTE = "ip route 10.7.0.0 255.255.0.0 Null0"
LATER = TEXT.replace("line con 0", f"{ROUTE}\nline con 0")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    """The lab's store in the test's own folder, with two versions of one switch and one of another."""
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    monkeypatch.setattr(paths, "CONFIGS", tmp_path / "configs")
    told = {"recipients": [str(IDENTITY.to_public()), "{{ lookup('x') }}"]}
    monkeypatch.setattr(cli, "settings_of", lambda site: told)
    (tmp_path / "key.txt").write_text(f"{IDENTITY}\n")
    return Store.of("lab", {"recipients": [str(IDENTITY.to_public())]})


@pytest.fixture
def two(store: Store) -> Store:
    for number, (device, text) in enumerate((("core-1", TEXT), ("core-2", TEXT), ("core-1", LATER)), start=1):
        take(store, Reading(device, "cisco_ios", {"running_config": text, "vlan_brief": ""},
                            round_id=f"20270115T00000{number}Z-daily-abc{number}", moment=1.8e9 + number * 86400))
    return store


def test_log_shows_what_changed_when(two: Store, capsys: CLI) -> None:
    assert rounds("configs", "log", "--site", "lab") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("2027-01-18T08:00Z  20270115T000003Z-daily-abc3  core-1: running_config +1 -0")
    assert rounds("configs", "log", "--site", "lab", "core-1", "--limit", "1", "--json") == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["device"], row["documents"], row["order"]) == ("core-1", ["running_config"], "")
    assert rounds("configs", "log", "--site", "lab", "core-9") == 2
    assert "devices: core-1, core-2" in capsys.readouterr().err


def test_diff_shows_the_newest_change_or_the_one_asked_for(two: Store, capsys: CLI) -> None:
    assert rounds("configs", "diff", "--site", "lab", "core-1") == 0
    out = capsys.readouterr().out
    assert f"+{ROUTE}" in out.splitlines()
    assert "hunter2" not in out
    assert rounds("configs", "diff", "--site", "lab", "core-1", "--from", "2027-01-16", "--to", "2027-01-17") == 0
    assert capsys.readouterr().out == ""
    assert rounds("configs", "diff", "--site", "lab", "core-1", "running_config", "--side-by-side") == 0
    assert any(" > " in line and ROUTE in line for line in capsys.readouterr().out.splitlines())
    assert rounds("configs", "diff", "--site", "lab", "core-2") == 0
    assert "+hostname core-9" in capsys.readouterr().out
    assert rounds("configs", "diff", "--site", "lab", "core-1", "vlan") == 2
    assert rounds("configs", "diff", "--site", "lab", "core-1", "--from", "nonsense") == 2


def test_show_and_blame_of_a_revision(two: Store, capsys: CLI) -> None:
    assert rounds("configs", "show", "--site", "lab", "core-1") == 0
    assert ROUTE in capsys.readouterr().out
    assert rounds("configs", "show", "--site", "lab", "core-1", "running_config", "--at",
                  "20270115T000001Z-daily-abc1") == 0
    assert ROUTE not in capsys.readouterr().out
    assert rounds("configs", "blame", "--site", "lab", "core-1") == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.endswith(ROUTE)]
    assert "20270115T000003Z-daily-abc3" in line
    assert rounds("configs", "show", "--site", "lab", "core-1", "--at", "2020-01-01") == 2


def test_quarantine_lists_what_was_refused(two: Store, capsys: CLI) -> None:
    take(two, Reading("core-2", "cisco_ios", {"running_config": "rbash: show: command not found\n"}, round_id="r",
                      moment=1.9e9))
    assert rounds("configs", "quarantine", "--site", "lab") == 0
    assert "core-2  running_config  cli_error  line 1: rbash: show: command not found" in capsys.readouterr().out
    assert rounds("configs", "quarantine", "--site", "lab", "core-1", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_restore_writes_what_the_device_gave_for_its_owner_only(two: Store, tmp_path: Path, capsys: CLI) -> None:
    target = tmp_path / "core-1.cfg"
    words = ["configs", "restore", "--site", "lab", "core-1", "--identity", str(tmp_path / "key.txt")]
    assert rounds(*words, "-o", str(target), "--lang", "en") == 0
    assert target.read_bytes() == LATER.encode()
    assert target.stat().st_mode & 0o777 == 0o600
    err = capsys.readouterr().err
    assert "configure replace flash:restore.cfg" in err
    assert "hunter2" not in err
    assert rounds(*words, "-o", str(target)) == 2
    assert rounds(*words, "--at", "2027-01-16") == 0
    out, err = capsys.readouterr()
    assert out == TEXT
    assert "变更窗口" in err
    (tmp_path / "other.txt").write_text(str(pyrage.x25519.Identity.generate()))
    assert rounds(*words[:-1], str(tmp_path / "other.txt")) == 2
    assert "does not open this copy" in capsys.readouterr().err


def test_what_is_loaded_begins_with_the_configuration(two: Store, tmp_path: Path, capsys: CLI) -> None:
    words = ["configs", "restore", "--site", "lab", "core-1", "--identity", str(tmp_path / "key.txt")]
    assert rounds(*words, "--for-loading") == 0
    out = capsys.readouterr().out
    assert out == LATER[LATER.index("!\n"):]
    said = (b"Load for five secs: 1%/0%\nTime source is NTP\n\nUsing 9 out of 99 bytes\r\n"
            b"!\nupgrade fpd auto\nversion 12.2\n")
    assert restore.loadable("cisco_ios", "startup_config", said) == b"!\nupgrade fpd auto\nversion 12.2\n"
    assert restore.loadable("cisco_catos", "config", CATOS.encode()).startswith(b"begin\n!\n")
    for text in (b"version 12.2\nx\nversion 3\n", b"x\n"):
        assert restore.loadable("cisco_ios", "running_config", text) == text
    assert restore.loadable("linux", "fstab", b"a\nversion \n") == b"a\nversion \n"


def test_steps_exist_in_both_languages_for_every_main_document() -> None:
    for platform, document in [*restore.MAIN.items(), ("cisco_ios", "startup_config"), ("linux", "anything")]:
        assert restore.how(platform, document, "en") != restore.how(platform, document, "zh")
        assert len(restore.how(platform, document, "en")) == len(restore.how(platform, document, "zh"))
    assert set(restore.MAIN) <= set(rules.platforms())
    with pytest.raises(BadInput, match="which one"):
        restore.main_document("linux", ["a", "b"])
    assert restore.main_document("linux", ["a"]) == "a"


def test_every_command_has_examples(capsys: CLI) -> None:
    for command in ("log", "diff", "show", "blame", "quarantine", "restore", "import"):
        assert rounds("configs", command, "--help") == 0
        assert f"rounds configs {command} --site" in capsys.readouterr().out
    assert rounds("configs", "--help") == 0
    assert rounds("configs", "log", "--site", "../x") == 2


def test_a_site_without_a_folder_or_a_history_is_told(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: CLI) -> None:
    monkeypatch.setattr(paths, "CONFIGS", tmp_path / "none")
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    assert rounds("configs", "log", "--site", "nowhere") == 2
    assert "known sites: cancer-hospital, lab" in capsys.readouterr().err
    assert rounds("configs", "log", "--site", "lab") == 0
    assert capsys.readouterr().out == ""
    assert rounds("configs", "show", "--site", "lab", "core-1") == 2
    assert "there is no history yet" in capsys.readouterr().err


PLATFORMS = {"core-1": "cisco_ios", "core-2": "cisco_catos", "san-1": "brocade_fos", "pacs-a": "linux"}
HEADER = "! Cisco IOS Software, C3750 Software\n!\n! Image: flash:c3750.bin\n!\n"


def _git(folder: Path, *words: str, when: int = 0) -> None:
    stamp = f"{1_700_000_000 + when} +0000"
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=o", "-c", "user.email=o@x", *words], check=True,
                   capture_output=True, env={**os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp})


def test_a_repository_of_oxidized_comes_in_commit_by_commit(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "oxidized"
    (folder / "switches").mkdir(parents=True)
    _git(folder, "init", "-q")
    versions = [HEADER + TEXT, HEADER + LATER, "configshow: command not found\n", HEADER + TEXT]
    for number, text in enumerate(versions):
        (folder / "switches" / "core-1").write_text(text)
        (folder / "unknown-9").write_text(f"x{number}\n")
        _git(folder, "add", "-A")
        _git(folder, "commit", "-qm", "update", when=number * 1000)
    rows = list(importing.bring_in(store, folder, "oxidized", PLATFORMS))
    core = [one for one in rows if one.version.device == "core-1"]
    assert [(one.copy.state, one.copy.reason) for one in core if one.copy] == [
        ("new", ""), ("changed", ""), ("quarantined", "cli_error"), ("changed", "")]
    assert {one.why for one in rows if one.version.device == "unknown-9"} == {"is no host of the site's inventory"}
    log = store.history.log()
    assert [one.moment for one in log] == [1_700_003_000, 1_700_001_000, 1_700_000_000]
    assert {one.round_id for one in log} == {"import-oxidized"}
    shown = store.history.text("core-1", "running_config") or ""
    assert "hunter2" not in shown
    assert "Image:" not in shown
    assert store.seen("core-1")["running_config"]["moment"] == 1_700_003_000
    again = list(importing.bring_in(store, folder, "oxidized", PLATFORMS))
    assert {one.why for one in again if one.version.device == "core-1"} == {
        "has a history here already: an import comes first"}


def test_rancids_plain_files_come_in_and_stripped_ones_are_not_sealed(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "rancid" / "imaging"
    (folder / "configs" / "CVS").mkdir(parents=True)
    (folder / "router.db").write_text("core-1;cisco;up\n")
    stripped = ios().replace("line con 0", "enable secret 5 <removed>\nline con 0")
    (folder / "configs" / "core-1").write_text("!RANCID-CONTENT-TYPE: cisco\n!\n" + stripped)
    (folder / "configs" / "core-2").write_text(CATOS)
    (folder / "configs" / "pacs-a").write_text("x\n")
    (folder / "configs" / "CVS" / "Entries").write_text("x\n")
    rows = {one.version.device: one for one in importing.bring_in(store, folder.parent, "rancid", PLATFORMS)}
    assert set(rows) == {"core-1", "core-2", "pacs-a"}
    first, second = rows["core-1"].copy, rows["core-2"].copy
    assert first is not None
    assert second is not None
    assert (first.state, first.sealed) == ("new", "")
    assert second.state == "new"
    assert second.sealed
    assert "no single configuration" in rows["pacs-a"].why


def test_the_command_says_what_came_in_and_ends_with_1_when_something_did_not(
        store: Store, tmp_path: Path, capsys: CLI, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ox"
    folder.mkdir()
    (folder / "core-1").write_text(TEXT)
    assert rounds("configs", "import", "--site", "lab", str(folder), "--from", "oxidized") == 0
    assert "core-1  new sealed  core-1" in capsys.readouterr().out
    (folder / "nobody").write_text("x\n")
    assert rounds("configs", "import", "--site", "lab", str(folder), "--from", "oxidized") == 1
    out, err = capsys.readouterr()
    assert "nobody  left_out  nobody  is no host of the site's inventory" in out
    assert err == ""
    monkeypatch.setattr(cli, "settings_of", lambda site: {"recipients": ["{{ x }}"]})
    assert rounds("configs", "import", "--site", "lab", str(folder), "--from", "oxidized") == 1
    assert "nothing is sealed now" in capsys.readouterr().err
    for place in (tmp_path / "missing", tmp_path / "state"):
        assert rounds("configs", "import", "--site", "lab", str(place), "--from", "rancid") == 2


def test_settings_are_read_from_the_sites_group_vars(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "INVENTORIES", tmp_path)
    (tmp_path / "lab" / "group_vars" / "all").mkdir(parents=True)
    assert cli.settings_of("lab") == {}
    (tmp_path / "lab" / "group_vars" / "all" / "configs.yml").write_text("rounds_configs:\n  path: /srv/configs\n")
    assert cli.settings_of("lab") == {"path": "/srv/configs"}
    assert Store.of("lab", cli.settings_of("lab")).root == Path("/srv/configs")
