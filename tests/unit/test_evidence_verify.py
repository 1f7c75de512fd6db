"""Every way to tamper with an archive is named, with the right kind; an untouched one verifies, also by hand."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785
from rounds_run import Site, isolate

from pacs_rounds.evidence import chain, keys, verify
from pacs_rounds.evidence.verify import Fault, verify_run, verify_site
from pacs_rounds.model import BadInput


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sealed runs, made once."""
    root = tmp_path_factory.mktemp("three")
    with pytest.MonkeyPatch.context() as monkeypatch:
        small = isolate(monkeypatch, root)
        for _ in range(3):
            small.round()
    return root


@pytest.fixture
def three(site: Site, tmp_path: Path, built: Path) -> Site:
    """A copy of the three sealed runs to do harm to."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return site


def kinds(faults: list[Fault]) -> list[str]:
    return sorted({fault.kind for fault in faults})


def run_of(site: Site, seq: int) -> Path:
    return site.evidence.find(chain.links(site.evidence)[seq - 1].run)


def link_path(site: Site, seq: int) -> Path:
    return site.evidence.chain / f"{seq:06d}.json"


def remake_manifests(run_dir: Path) -> None:
    """What an editor who knows BagIt would do: every manifest made anew, so that `sha256sum -c` passes again."""
    def lines(files: list[Path], gap: str) -> str:
        return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}{gap}{path.relative_to(run_dir).as_posix()}\n"
                       for path in files)
    (run_dir / "manifest-sha256.txt").write_text(
        lines(sorted(p for p in (run_dir / "data").rglob("*") if p.is_file()), "  "))
    (run_dir / "tagmanifest-sha256.txt").write_text(
        lines([run_dir / name for name in ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")], " "))


def rewrite_link(site: Site, seq: int, key: Path | None = None, **changed: object) -> None:
    """Change a link's content; sign it with `key` when one is given."""
    path = link_path(site, seq)
    path.write_bytes(rfc8785.dumps(json.loads(path.read_bytes()) | changed))
    if key:
        path.with_name(path.name + ".sig").write_bytes(keys.sign(key, path.read_bytes()))


def foreign_key(folder: Path) -> Path:
    key = folder / "foreign"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=20)
    return key


def test_an_untouched_chain_verifies(three: Site) -> None:
    links = chain.links(three.evidence)
    assert verify_site(three.evidence) == []
    assert verify_site(three.evidence, links[-1].anchor) == []
    assert verify_site(three.evidence, links[0].anchor) == [], "the anchor of an older report is as good"
    assert [verify_run(three.evidence, link.run) for link in links] == [[], [], []]


def test_ordinary_programs_agree(three: Site) -> None:
    for link in chain.links(three.evidence):
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "--quiet", "-c", manifest], cwd=three.evidence.find(link.run), check=True,
                           timeout=20)
        with link.path.open("rb") as text:
            done = subprocess.run(
                ["ssh-keygen", "-Y", "verify", "-f", str(three.evidence.allowed_signers), "-I", "rounds@lab",
                 "-n", "evidence@rounds", "-s", f"{link.path}.sig"], stdin=text, capture_output=True, timeout=20,
                check=False)
        assert done.returncode == 0, done.stderr
    first, second = chain.links(three.evidence)[:2]
    assert second.data["previous_sha256"] == hashlib.sha256(first.path.read_bytes()).hexdigest()


def test_a_link_is_canonical_json(three: Site) -> None:
    raw = link_path(three, 2).read_bytes()
    assert rfc8785.dumps(json.loads(raw)) == raw


def edit_raw(site: Site) -> None:
    path = next((run_of(site, 2) / "data" / "raw").glob("*.txt"))
    path.write_bytes(path.read_bytes() + b" ")


def edit_record(site: Site) -> None:
    path = run_of(site, 2) / "data" / "records" / "pacs-a" / "linux_health.jsonl"
    path.write_text(path.read_text().replace('"outcome":"ok"', '"outcome":"warning"', 1))


def edit_and_remake_manifests(site: Site) -> None:
    edit_record(site)
    remake_manifests(run_of(site, 2))


def edit_down_to_the_link(site: Site) -> None:
    edit_and_remake_manifests(site)
    tag = run_of(site, 2) / "tagmanifest-sha256.txt"
    rewrite_link(site, 2, bag_sha256=hashlib.sha256(tag.read_bytes()).hexdigest())


def remove_file(site: Site) -> None:
    next((run_of(site, 2) / "data" / "raw").glob("*.txt")).unlink()


def add_file(site: Site) -> None:
    (run_of(site, 2) / "data" / "raw" / "late.txt").write_text("an afterthought")


def remove_run(site: Site) -> None:
    shutil.rmtree(run_of(site, 2))


def remove_run_and_link(site: Site) -> None:
    remove_run(site)
    link_path(site, 2).unlink()
    Path(f"{link_path(site, 2)}.sig").unlink()


def remove_first_run_and_link(site: Site) -> None:
    shutil.rmtree(run_of(site, 1))
    link_path(site, 1).unlink()


def swap_links(site: Site) -> None:
    for ending in ("", ".sig"):
        one, two = (Path(f"{link_path(site, seq)}{ending}") for seq in (2, 3))
        aside = one.with_name("aside")
        one.rename(aside)
        two.rename(one)
        aside.rename(two)


def sign_with_another_key(site: Site) -> None:
    path = link_path(site, 3)
    key = foreign_key(site.evidence.root.parent)
    path.with_name(path.name + ".sig").write_bytes(keys.sign(key, path.read_bytes()))


def remove_signature(site: Site) -> None:
    Path(f"{link_path(site, 3)}.sig").unlink()


def remove_signers(site: Site) -> None:
    site.evidence.allowed_signers.unlink()


def add_run(site: Site) -> None:
    folder = site.evidence.root / "20270101T000000Z-quarterly-beef"
    shutil.copytree(run_of(site, 3), folder)


def copy_run_under_a_free_name(site: Site) -> None:
    shutil.copytree(run_of(site, 3), site.evidence.root / "run 3 (copy)")


def rename_run(site: Site) -> None:
    run_of(site, 3).rename(site.evidence.root / "20270101T000000Z-quarterly-beef")


def cut_off_links_only(site: Site) -> None:
    link_path(site, 3).unlink()


def damage_link(site: Site) -> None:
    link_path(site, 3).write_bytes(b"\xff\xfe[")


def seal_an_old_bag_again(site: Site) -> None:
    """With the site's own key: a copy of run 2 sealed as a fourth visit."""
    folder = site.evidence.root / "20270101T000000Z-quarterly-beef"
    shutil.copytree(run_of(site, 2), folder)
    tag = hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    with chain.locked(site.evidence):
        chain.append(site.evidence, folder.name, tag, "2027-01-01T00:00:00.000Z", {"counts": {}})


def hand_in_an_old_visit_again(site: Site) -> None:
    """The same, with the run's name changed in every file: only the devices' clocks still tell."""
    old = run_of(site, 2)
    folder = site.evidence.root / "20270101T000000Z-quarterly-beef"
    shutil.copytree(old, folder)
    for path in folder.rglob("*.json*"):
        path.write_text(path.read_text().replace(old.name, folder.name))
    remake_manifests(folder)
    tag = hashlib.sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    with chain.locked(site.evidence):
        chain.append(site.evidence, folder.name, tag, "2027-01-01T00:00:00.000Z", {"counts": {}})


@pytest.mark.parametrize(("tamper", "expected", "word"), [
    (edit_raw, ["edited"], "raw text"),
    (edit_record, ["edited"], "record"),
    (edit_and_remake_manifests, ["edited"], "tagmanifest"),
    (edit_down_to_the_link, ["reordered", "signature"], "000002.json"),
    (remove_file, ["missing"], "/raw/"),
    (add_file, ["added"], "late.txt"),
    (remove_run, ["missing"], "link 2 seals this run"),
    (remove_run_and_link, ["missing"], "links 2 to 2"),
    (remove_first_run_and_link, ["missing"], "links 1 to 1"),
    (swap_links, ["reordered"], "000002.json"),
    (sign_with_another_key, ["signature"], "000003.json"),
    (remove_signature, ["signature"], "no signature"),
    (remove_signers, ["signature"], "allowed_signers"),
    (add_run, ["unsealed"], "beef"),
    (copy_run_under_a_free_name, ["added"], "(copy)"),
    (rename_run, ["missing", "unsealed"], "beef"),
    (cut_off_links_only, ["unsealed"], "its link removed"),
    (damage_link, ["unreadable", "unsealed"], "000003.json"),
    (seal_an_old_bag_again, ["reused"], "seals again"),
    (hand_in_an_old_visit_again, ["reused"], "the very same clock"),
], ids=lambda one: getattr(one, "__name__", "_"))
def test_tampering_is_named(three: Site, tamper: Callable[[Site], None], expected: list[str], word: str) -> None:
    tamper(three)
    faults = verify_site(three.evidence)
    assert kinds(faults) == expected
    assert any(word in f"{fault.where}: {fault.what}" for fault in faults), faults


@pytest.mark.parametrize("tamper", [edit_raw, edit_record, edit_and_remake_manifests, remove_file, add_file])
def test_verifying_one_run_sees_what_is_wrong_in_it(three: Site, tamper: Callable[[Site], None]) -> None:
    runs = [link.run for link in chain.links(three.evidence)]
    tamper(three)
    assert verify_run(three.evidence, runs[1])
    assert verify_run(three.evidence, runs[0]) == verify_run(three.evidence, runs[2]) == []


def test_verifying_one_run_looks_at_the_link_before(three: Site) -> None:
    runs = [link.run for link in chain.links(three.evidence)]
    rewrite_link(three, 2, counts={})
    assert kinds(verify_run(three.evidence, runs[1])) == ["signature"]
    assert kinds(verify_run(three.evidence, runs[2])) == ["reordered"]
    link_path(three, 2).unlink()
    assert kinds(verify_run(three.evidence, runs[2])) == ["missing"]


def test_verifying_a_run_whose_own_link_is_damaged_says_so(three: Site) -> None:
    run = chain.links(three.evidence)[1].run
    damage_second = link_path(three, 2)
    damage_second.write_text("{")
    assert kinds(verify_run(three.evidence, run)) == ["unreadable", "unsealed"]


def test_a_cut_off_tail_is_seen_with_the_anchor_only(three: Site) -> None:
    anchor = chain.links(three.evidence)[-1].anchor
    shutil.rmtree(run_of(three, 3))
    link_path(three, 3).unlink()
    assert verify_site(three.evidence) == []
    assert kinds(verify_site(three.evidence, anchor)) == ["cut_off"]


def test_everything_cut_off_is_seen_with_the_anchor(three: Site) -> None:
    anchor = chain.links(three.evidence)[-1].anchor
    shutil.rmtree(three.evidence.root)
    assert kinds(verify_site(three.evidence, anchor)) == ["cut_off"]
    with pytest.raises(BadInput, match="no evidence"):
        verify_site(three.evidence)


def test_a_tail_made_anew_is_seen_with_the_anchor(three: Site) -> None:
    """Whoever holds the key can cut off a visit and make another; the printed report gives it away."""
    anchor = chain.links(three.evidence)[-1].anchor
    shutil.rmtree(run_of(three, 3))
    link_path(three, 3).unlink()
    three.round()
    assert verify_site(three.evidence) == []
    assert kinds(verify_site(three.evidence, anchor)) == ["edited"]


@pytest.mark.parametrize("anchor", ["", "3", "3:abc", "x:" + "a" * 64, "3:" + "a" * 63])
def test_a_mistyped_anchor_is_bad_input(three: Site, anchor: str) -> None:
    with pytest.raises(BadInput, match="SEQ:SHA256"):
        verify_site(three.evidence, anchor)


def test_a_damaged_manifest_is_named(three: Site) -> None:
    (run_of(three, 2) / "manifest-sha256.txt").write_text("oneword\n")
    assert "unreadable" in kinds(verify_site(three.evidence))
    (run_of(three, 2) / "manifest-sha256.txt").unlink()
    assert "missing" in kinds(verify_site(three.evidence))


def test_an_interrupted_run_is_no_fault_of_the_site(three: Site) -> None:
    run_dir = three.open()
    assert verify_site(three.evidence) == []
    assert kinds(verify_run(three.evidence, run_dir.name)) == ["unsealed"]
    with pytest.raises(BadInput, match="no such run"):
        verify_run(three.evidence, "20270101T000000Z-quarterly-0000")


def test_two_rounds_at_once_may_hear_the_same_clock(site: Site) -> None:
    first, second = site.open(), site.open()
    for run_dir in (first, second):
        site.record(run_dir, "pacs-a", site.answers(clock=1_790_000_000))
        site.seal(run_dir)
    assert verify_site(site.evidence) == []


def test_a_copy_of_the_first_of_two_rounds_that_heard_one_clock_is_named(site: Site) -> None:
    site.seal(site.open())  # so that the copied run is the second link, as the tampering expects
    for _ in range(2):
        run_dir = site.open()
        site.record(run_dir, "pacs-a", site.answers(clock=1_790_000_000))
        site.seal(run_dir)
    hand_in_an_old_visit_again(site)
    assert kinds(verify_site(site.evidence)) == ["reused"]


@pytest.mark.parametrize(("ended", "expected"), [(1.0, ["reused"]), (1.001, [])])
def test_the_same_clock_from_the_same_millisecond_is_a_copy_only_if_it_ended_together_too(
        ended: float, expected: list[str]) -> None:
    told = {"host": "pacs-a", "clock": "2026-11-22T02:00:00.000Z", "transport": "ssh", "started": 0.0}
    first, again = verify._Told(run="a", ended=1.0, **told), verify._Told(run="b", ended=ended, **told)
    assert ["reused"] * verify._again(first, again) == expected


@pytest.mark.parametrize(("days", "expected"), [(3, []), (80, ["reused"])])
def test_collected_text_may_be_judged_again_soon_but_not_a_quarter_later(
        site: Site, days: int, expected: list[str]) -> None:
    told = {"host": "pacs-a", "clock": "2026-11-22T02:00:00.000Z", "transport": "replay"}
    first, again = (verify._Told(run=run, started=started, ended=started + 1, **told)
                    for run, started in (("a", 0.0), ("b", days * 86400.0)))
    assert ["reused"] * verify._again(first, again) == expected
