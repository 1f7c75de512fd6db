"""Sealing: every gap named, nothing sealed that is not whole, what an interruption leaves is finished or left alone."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import bagit
import pytest
from rounds_run import CHECKS, HOSTS, ROLE, Site

from pacs_rounds.evidence import chain, layout, seal, store
from pacs_rounds.evidence.verify import verify_run, verify_site
from pacs_rounds.model import BadInput
from pacs_rounds.rounds import rejudge


def test_a_sealed_run_is_a_bag_with_the_plan_and_the_counts(site: Site) -> None:
    link = site.round()
    folder = site.evidence.root / link.run
    bagit.Bag(str(folder)).validate()
    run = json.loads((folder / "data" / "run.json").read_text())
    assert run["counts"] == link.data["counts"] == {
        "ok": 6, "warning": 0, "critical": 0, "unknown": 0, "not_applicable": 0}
    assert run["plan"] == [{"role": ROLE, "hosts": HOSTS, "checks": CHECKS}]
    assert (run["gaps_filled"], run["engineer"]) == (0, "Zhang")
    assert run["ended"] >= run["started"]
    assert not (site.evidence.open / link.run).exists()


def test_every_expected_check_without_a_record_becomes_not_run(site: Site) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a")
    link = site.seal(run_dir)
    assert [(row["check"], row["outcome"], row["reason"]) for row in site.rows(link.run, "ris-a")] == [
        (check, "unknown", "not_run") for check in CHECKS]
    assert link.data["counts"]["unknown"] == 3
    assert all(row["transport"] == "none" for row in site.rows(link.run, "ris-a"))
    assert verify_site(site.evidence) == []


def test_a_check_that_one_role_left_out_becomes_not_run_beside_the_others(site: Site) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a")
    path = run_dir / "records" / "pacs-a" / f"{ROLE}.jsonl"
    kept = [line for line in path.read_text().splitlines(True) if "link_errors" not in line]
    path.write_text("".join(kept))
    link = site.seal(run_dir)
    rows = {row["check"]: row for row in site.rows(link.run)}
    assert (rows["linux.link_errors"]["reason"], rows["linux.time_offset"]["outcome"]) == ("not_run", "ok")
    assert "wrote no record" in rows["linux.link_errors"]["detail"]


def test_answers_kept_before_a_kill_are_judged_when_the_run_is_sealed(site: Site) -> None:
    run_dir = site.open()
    records = site.record(run_dir, "pacs-a")
    (run_dir / "records" / "pacs-a" / f"{ROLE}.jsonl").unlink()
    link = site.seal(run_dir)
    assert site.rows(link.run) == json.loads(json.dumps(records))
    assert rejudge(site.evidence.find(link.run), "pacs-a", ROLE) == site.rows(link.run)


def test_a_record_whose_raw_text_is_gone_or_changed_is_not_sealed(site: Site) -> None:
    for spoil in (Path.unlink, lambda path: path.write_text("else")):
        run_dir = site.open()
        site.record(run_dir, "pacs-a")
        spoil(next((run_dir / "raw").glob("*.txt")))
        with pytest.raises(BadInput, match="a record rests on this text"):
            site.seal(run_dir)
        assert chain.links(site.evidence) == []
        assert run_dir.is_dir()


def test_half_written_files_of_killed_workers_are_not_sealed(site: Site) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a")
    (run_dir / "raw" / ".abc.txt.77.1f").write_text("half")
    link = site.seal(run_dir)
    assert not list((site.evidence.root / link.run).rglob(".*"))


def test_a_run_is_sealed_once(site: Site) -> None:
    link = site.round()
    with pytest.raises(BadInput, match="sealed already"):
        seal.seal(site.evidence, link.run, {})
    with pytest.raises(BadInput, match="no such open run"):
        seal.seal(site.evidence, "20270101T000000Z-quarterly-0000", {})
    with pytest.raises(BadInput, match="no run id"):
        seal.seal(site.evidence, "../chain", {})
    assert len(chain.links(site.evidence)) == 1


def test_a_folder_in_the_way_is_named_before_anything_is_signed(site: Site) -> None:
    run_dir = site.open()
    (site.evidence.root / run_dir.name).mkdir()
    with pytest.raises(BadInput, match="no link seals it"):
        site.seal(run_dir)
    assert chain.links(site.evidence) == []


def test_a_bag_left_by_a_killed_seal_is_sealed_when_whole_and_refused_when_not(site: Site) -> None:
    whole, half = site.open(), site.open()
    for run_dir in (whole, half):
        site.record(run_dir, "pacs-a")
        seal._pack(run_dir, {**_catalogue(run_dir)})
    tags = half / "tagmanifest-sha256.txt"
    tags.write_text(tags.read_text()[:40])
    assert site.seal(whole).run == whole.name
    with pytest.raises(BadInput, match="half packed"):
        site.seal(half)
    assert len(chain.links(site.evidence)) == 1
    assert verify_site(site.evidence) == []


def _catalogue(run_dir: Path) -> dict[str, Any]:
    from pacs_rounds.rounds import archived_catalogue
    return archived_catalogue(run_dir)


def test_a_kill_between_link_and_move_is_mended_by_the_next_round(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", _no_rename)
        with pytest.raises(KeyboardInterrupt):
            site.seal(run_dir)
    assert run_dir.is_dir()
    assert verify_site(site.evidence) == [], "sealed is sealed: the link stands"
    assert chain.sealed_runs(site.evidence) == [run_dir]
    site.open()
    assert not run_dir.exists()
    assert (site.evidence.root / run_dir.name).is_dir()
    assert verify_site(site.evidence) == []


def _no_rename(self: Path, target: Path) -> None:
    raise KeyboardInterrupt


def test_a_kill_between_signature_and_link_leaves_the_run_unsealed(
        site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dir = site.open()
    site.record(run_dir, "pacs-a")
    with monkeypatch.context() as patch:
        patch.setattr(chain.os, "link", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            site.seal(run_dir)
    assert chain.links(site.evidence) == []
    assert [fault.kind for fault in verify_run(site.evidence, run_dir.name)] == ["unsealed"]
    assert site.round().seq == 1, "the next round takes the number; the stale signature is replaced"
    assert verify_site(site.evidence) == []


@pytest.mark.parametrize("place", ["raw", "answers", "inputs", "records"])
def test_a_full_disk_while_recording_leaves_no_half_file(
        site: Site, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    run_dir = site.open()
    real = layout.write_new

    def full(path: Path, data: bytes, durable: bool = False) -> None:
        if place in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, data, durable)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_new", full)
        with pytest.raises(OSError, match="No space"):
            site.record(run_dir, "pacs-a")
    assert not (run_dir / "records" / "pacs-a").exists()
    link = site.seal(run_dir)
    assert verify_site(site.evidence) == []
    expected = "ok" if place == "records" else "unknown"
    assert {row["outcome"] for row in site.rows(link.run)} == {expected}


@pytest.mark.parametrize("damage", [b"{broken\n", b"\xff\xfe", b'{"observed": 1}\n', b"[1]\n"])
def test_a_damaged_earlier_run_does_not_stop_todays(site: Site, damage: bytes) -> None:
    oldest, newest = site.round(), site.round()
    (site.evidence.find(newest.run) / "data" / "records" / "pacs-a" / f"{ROLE}.jsonl").write_bytes(damage)
    rows = site.rows(site.round().run)
    row = next(one for one in rows if one["check"] == "linux.link_errors")
    assert (row["outcome"], row["previous_run"]) == ("ok", oldest.run)


def test_the_last_seen_value_may_lie_several_runs_back(site: Site) -> None:
    first = site.round()
    site.seal(site.open())  # a round in which nothing could be recorded
    third = site.round()
    row = next(one for one in site.rows(third.run) if one["check"] == "linux.link_errors")
    assert (row["previous"], row["delta"], row["previous_run"]) == (7, 0, first.run)


def test_a_lock_that_is_never_given_back_ends_with_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "LOCK_SECONDS", 0.1)
    with (chain.locked(site.evidence), pytest.raises(BadInput, match=r"another round of lab has been sealing"),
          chain.locked(site.evidence)):
        pass


def test_a_write_that_fails_leaves_neither_the_file_nor_a_half_of_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout.write_new(tmp_path / "a.json", b"old")
    for step in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(*((layout.os, "fsync") if step == "fsync" else (Path, "replace")), _full)
            with pytest.raises(OSError, match="No space"):
                layout.write_new(tmp_path / "a.json", b"new", durable=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"old"


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_damaged_link_stops_the_next_seal_with_a_remedy(site: Site) -> None:
    site.round()
    site.round()
    (site.evidence.chain / "000001.json").write_text("[]")
    with pytest.raises(BadInput, match=r"(?s)000001\.json.*is no link.*restore"):
        site.open()


def test_a_link_cannot_move_what_is_no_run(site: Site) -> None:
    """A forged link whose run is a path must not make the next round rename folders."""
    site.round()
    victim = site.evidence.open / ".." / "chain"
    assert victim.is_dir()
    (site.evidence.chain / "000002.json").write_text('{"run": "../chain"}')
    with chain.locked(site.evidence):
        chain.finish_moves(site.evidence)
    assert victim.is_dir()
    shutil.rmtree(site.evidence.root)
