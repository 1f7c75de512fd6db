"""`rounds runs`, `verify`, `report` and `replay RUN` over a small archive, whole and damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from rounds_run import ROLE, Site
from test_cli_text import rounds

from pacs_rounds import paths
from pacs_rounds.evidence import chain

CLI = pytest.CaptureFixture[str]


@pytest.fixture
def two(site: Site) -> Site:
    """Two sealed runs and one that lies open."""
    site.round()
    site.round()
    site.open()
    return site


def test_verify_says_what_was_verified(two: Site, capsys: CLI) -> None:
    links = chain.links(two.evidence)
    assert rounds("verify", "lab") == 0
    out = capsys.readouterr().out
    assert "2 sealed run(s) of lab" in out
    assert links[1].anchor in out
    assert "SHA256:" in out
    for name in (links[0].run, str(two.evidence.root / links[0].run), str(two.evidence.root),
                 str(two.evidence.root) + "/"):
        assert rounds("verify", name) == 0
    assert rounds("verify", "lab", "--anchor", links[0].anchor) == 0


def test_verify_names_each_fault_and_ends_with_1(two: Site, capsys: CLI) -> None:
    link = chain.links(two.evidence)[0]
    raw = next((two.evidence.root / link.run / "data" / "raw").glob("*.txt"))
    raw.write_text("edited")
    for words in (["lab"], [link.run]):
        assert rounds("verify", *words) == 1
        out, err = capsys.readouterr()
        assert out == f"edited: {raw}: this raw text is not what was sealed\n"
        assert err == "NOT verified: 1 fault(s)\n"
    assert rounds("verify", "lab", "--json") == 1
    assert [fault["kind"] for fault in json.loads(capsys.readouterr().out)] == ["edited"]
    assert rounds("verify", chain.links(two.evidence)[1].run) == 0


def test_an_anchor_is_held_against_the_site_also_when_a_run_is_named(two: Site, capsys: CLI) -> None:
    links = chain.links(two.evidence)
    shutil.rmtree(two.evidence.root / links[1].run)
    links[1].path.unlink()
    assert rounds("verify", "lab") == 0
    assert rounds("verify", links[0].run, "--anchor", links[1].anchor) == 1
    assert "cut_off" in capsys.readouterr().out
    assert rounds("verify", "lab", "--anchor", "nonsense") == 2


def test_a_second_signer_is_shown(two: Site, capsys: CLI) -> None:
    line = two.evidence.allowed_signers.read_text()
    two.evidence.allowed_signers.write_text(line + line)
    assert rounds("verify", "lab") == 0
    assert capsys.readouterr().out.count("SHA256:") == 2


@pytest.mark.parametrize("name", ["nobody", "../lab", "/nowhere/lab", "20260101T000000Z-quarterly-0000", "Lab", ""])
def test_what_is_not_there_is_bad_input(two: Site, capsys: CLI, name: str) -> None:
    assert rounds("verify", name) == 2
    assert "remedy" in capsys.readouterr().err


def test_runs_lists_sealed_and_open_ones(two: Site, capsys: CLI) -> None:
    assert rounds("runs") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines] == ["sealed", "sealed", "open"]
    assert "interrupted" in lines[2]
    assert rounds("runs", "--site", "lab", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["run"] for row in rows][:2] == [link.run for link in chain.links(two.evidence)]
    assert rows[0]["counts"]["ok"] == 6


def test_runs_shows_damage_and_goes_on(two: Site, capsys: CLI) -> None:
    links = chain.links(two.evidence)
    links[1].path.write_text("{")
    shutil.rmtree(two.evidence.root / links[0].run)
    assert rounds("runs") == 0
    out = capsys.readouterr().out
    assert "its folder is missing" in out
    assert "000002.json  damaged link" in out
    assert f"{links[1].run}  no link seals it" in out
    assert "open (" in out


def test_no_evidence_yet_is_an_empty_list(site: Site, capsys: CLI) -> None:
    assert rounds("runs") == 0
    assert capsys.readouterr().out == ""


def test_judging_a_sealed_run_again_gives_identical_records(two: Site, capsys: CLI) -> None:
    run = chain.links(two.evidence)[1].run
    assert rounds("replay", run) == 0
    assert capsys.readouterr().out == f"{run}: 6 records judged again from raw text, 0 differ\n"
    assert rounds("replay", str(two.evidence.root / run)) == 0


def test_what_the_seal_filled_in_is_no_difference(site: Site, capsys: CLI) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a")
    path = run_dir / "records" / "pacs-a" / f"{ROLE}.jsonl"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "link_errors" not in line))
    run = site.seal(run_dir).run
    assert rounds("replay", run) == 1, "a record that was taken out comes back"
    assert "linux.link_errors eth0: was absent, is ok" in capsys.readouterr().out
    run = site.seal(site.open()).run
    assert rounds("replay", run) == 0
    assert "0 records" in capsys.readouterr().out


def test_an_edited_archive_shows_when_it_is_judged_again(two: Site, capsys: CLI) -> None:
    run = chain.links(two.evidence)[0].run
    path = two.evidence.root / run / "data" / "records" / "pacs-a" / f"{ROLE}.jsonl"
    path.write_text(path.read_text().replace('"outcome":"ok"', '"outcome":"critical"', 1))
    assert rounds("replay", run) == 1
    assert "pacs-a linux.filesystem_usage /: was critical, is ok" in capsys.readouterr().out


def test_a_damaged_archive_cannot_be_judged_again_and_says_why(two: Site, capsys: CLI) -> None:
    run = chain.links(two.evidence)[0].run
    shutil.rmtree(two.evidence.root / run / "data" / "raw")
    assert rounds("replay", run) == 2
    assert "cannot be judged again" in capsys.readouterr().err
    shutil.rmtree(two.evidence.root / run)
    assert rounds("replay", run) == 2
    assert "rounds verify" in capsys.readouterr().err


def test_reports_are_made_of_sealed_runs_only(two: Site, capsys: CLI, tmp_path: Path) -> None:
    opened = next(two.evidence.open.iterdir())
    assert rounds("report", opened.name) == 2
    assert "was never sealed" in capsys.readouterr().err
    slipped = two.evidence.root / "20270101T000000Z-quarterly-beef"
    shutil.copytree(two.evidence.root / chain.links(two.evidence)[0].run, slipped)
    assert rounds("report", slipped.name) == 2
    assert "was never sealed" in capsys.readouterr().err


def test_a_report_is_written_where_it_was_asked_for(two: Site, capsys: CLI, tmp_path: Path) -> None:
    assert rounds("report", "--site", "lab", "--lang", "en", "--out", str(tmp_path / "out")) == 0
    written = Path(capsys.readouterr().out.strip())
    assert written.parent == tmp_path / "out"
    assert chain.links(two.evidence)[1].run in written.name
    assert chain.links(two.evidence)[1].sha256[:16] in written.read_text(encoding="utf-8")


@pytest.mark.parametrize(("words", "said"), [
    (["report"], "which run?"), (["report", "lab"], "is a site, not a run"),
    (["report", "--site", "lab", "--format", "docx"], "is not a format"),
    (["report", "--site", "nobody"], "has no sealed run"), (["replay", "nowhere"], "--site"),
    (["report", "--site", "lab", "--out", "/dev/null/x"], "/dev/null"),
])
def test_a_wrong_call_is_bad_input(two: Site, capsys: CLI, words: list[str], said: str) -> None:
    assert rounds(*words) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_the_archive_of_a_run_named_by_path_may_lie_anywhere(two: Site, capsys: CLI, tmp_path: Path,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    copy, run = tmp_path / "usb" / "lab", chain.links(two.evidence)[0].run
    shutil.copytree(two.evidence.root, copy)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "gone")
    assert rounds("verify", str(copy)) == 0
    assert rounds("verify", str(copy / run)) == 0
    assert rounds("replay", str(copy / run)) == 0
    assert rounds("verify", run) == 2, "by its name alone it is looked for in this machine's archive"
