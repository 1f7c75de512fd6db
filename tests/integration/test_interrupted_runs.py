"""Kills, full disks and rounds at once, in real processes: never mistaken for sealed, no harm to an earlier run.

Each case makes one good run, disturbs the next at a chosen moment, and then asks what a person would ask: does the
archive verify, is the disturbed run told apart, and does the next round work?
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rounds_run import Site, isolate

from pacs_rounds.evidence import chain
from pacs_rounds.evidence.verify import verify_run, verify_site

TESTS = Path(__file__).parents[1]
# A round in a process of its own. `STOP` names a moment; there the process says so and waits to be killed.
ROUND = '''
import os, sys, time
from pathlib import Path
sys.path.insert(0, TESTS)
import pytest, bagit
from rounds_run import HOSTS, Site
from pacs_rounds import rounds
from pacs_rounds.evidence import chain, keys, seal, store

rounds._commit = lambda: ("0" * 40, False)
stop = os.environ.get("STOP", "")

def wait_here(moment):
    if moment == stop:
        print("at", moment, flush=True)
        time.sleep(60)

def before(module, name, moment):
    real = getattr(module, name)
    def wrapped(*args, **more):
        wait_here(moment)
        return real(*args, **more)
    setattr(module, name, wrapped)

def nth(module, name, moment):
    """Moments `<moment>1`, `<moment>2`, …: before each call."""
    real, count = getattr(module, name), [0]
    def wrapped(*args, **more):
        count[0] += 1
        wait_here(f"{moment}{count[0]}")
        return real(*args, **more)
    setattr(module, name, wrapped)

nth(store, "write_new", "record")
nth(os, "rename", "packing")              # bagit moves the files one by one
before(bagit, "make_manifests", "manifests")
before(bagit, "_make_tag_file", "bag-info")
before(bagit, "_make_tagmanifest_file", "tagmanifest")
before(keys, "sign", "signing")
before(chain.os, "link", "link")
real_rename = Path.rename
def rename(self, target):
    wait_here("move")
    return real_rename(self, target)
Path.rename = rename

site = Site()
run_dir = site.open()
print("run", run_dir.name, flush=True)
wait_here("opened")
if os.environ.get("RENDEZVOUS"):
    while time.time() < float(os.environ["RENDEZVOUS"]):
        pass
for host in HOSTS:
    site.record(run_dir, host)
wait_here("recorded")
print("sealed", site.seal(run_dir).run, flush=True)
'''


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An archive with one good run."""
    site = isolate(monkeypatch, tmp_path)
    site.round()
    return site


def start(site: Site, **environment: str) -> subprocess.Popen[str]:
    state = site.evidence.root.parents[1]
    return subprocess.Popen(
        [sys.executable, "-c", f"TESTS = {str(TESTS)!r}\n{ROUND}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "ROUNDS_EVIDENCE": str(state / "evidence"), "ROUNDS_STATE": str(state / "state"),
                        **environment})


def killed_at(site: Site, moment: str) -> str:
    """The id of a run whose process was killed with SIGKILL at a moment."""
    process = start(site, STOP=moment)
    assert process.stdout
    assert process.stderr
    try:
        said = [process.stdout.readline(), process.stdout.readline()]
        assert said[1] == f"at {moment}\n", process.stderr.read() if process.poll() is not None else said
    finally:
        process.kill()
        process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL
    return said[0].split()[1]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cli(site: Site, *words: str) -> tuple[int, str]:
    state = site.evidence.root.parents[1]
    done = subprocess.run([sys.executable, "-c", "from pacs_rounds.cli import main; main()", *words],
                          capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "ROUNDS_EVIDENCE": str(state / "evidence"),
                               "ROUNDS_STATE": str(state / "state")})
    return done.returncode, done.stdout + done.stderr


UNSEALED = ["opened", *(f"record{number}" for number in (1, 3, 4, 6, 9, 10)), "recorded", "packing1", "packing3",
            "manifests", "bag-info", "tagmanifest", "signing", "link"]


@pytest.mark.parametrize("moment", UNSEALED)
def test_a_run_killed_before_its_link_stands_is_not_sealed(archive: Site, moment: str) -> None:
    first = chain.links(archive.evidence)[0]
    before = tree(archive.evidence.root / first.run)
    run = killed_at(archive, moment)
    assert [link.run for link in chain.links(archive.evidence)] == [first.run]
    assert chain.sealed_runs(archive.evidence) == [archive.evidence.root / first.run]
    assert [fault.kind for fault in verify_run(archive.evidence, run)] == ["unsealed"]
    assert verify_site(archive.evidence) == [], "what lies in open/ is no fault of the archive"
    next_run = archive.round()
    assert (next_run.seq, next_run.data["previous_sha256"]) == (2, first.sha256)
    assert verify_site(archive.evidence, next_run.anchor) == []
    assert tree(archive.evidence.root / first.run) == before
    assert (archive.evidence.open / run).is_dir(), "it stays as evidence of the interruption"


def test_what_is_said_of_a_killed_run(archive: Site) -> None:
    run = killed_at(archive, "record4")
    assert cli(archive, "verify", "lab")[0] == 0
    status, said = cli(archive, "verify", run)
    assert (status, "unsealed" in said) == (1, True)
    said = cli(archive, "runs")[1]
    assert f"{run}  open (interrupted, or still running)" in said
    assert cli(archive, "report", run)[0] == 2


def test_a_run_killed_between_link_and_move_is_sealed(archive: Site) -> None:
    run = killed_at(archive, "move")
    assert [link.run for link in chain.links(archive.evidence)][1:] == [run]
    assert (archive.evidence.open / run).is_dir()
    assert verify_site(archive.evidence) == []
    assert verify_run(archive.evidence, run) == []
    assert f"{run}  sealed" in cli(archive, "runs")[1]
    archive.round()
    assert (archive.evidence.root / run).is_dir()
    assert not (archive.evidence.open / run).exists()
    assert verify_site(archive.evidence) == []


@pytest.mark.parametrize("moment", ["record4", "record8", "record10"])
def test_what_a_killed_run_had_recorded_can_still_be_sealed_whole(archive: Site, moment: str) -> None:
    """Killed while recording, not while packing: the playbook's last play may still come (a worker died, not it)."""
    run = killed_at(archive, moment)
    link = archive.seal(archive.evidence.open / run)
    assert verify_site(archive.evidence) == []
    assert sum(link.data["counts"].values()) == 6
    for host in ("pacs-a", "ris-a"):
        for row in archive.rows(run, host):
            assert row["outcome"] == "ok" or row["reason"] == "not_run"
    assert cli(archive, "replay", run)[0] == 0


def test_rounds_of_one_site_at_once_are_all_sealed_one_after_the_other(archive: Site) -> None:
    moment = str(time.time() + 1.2)
    processes = [start(archive, RENDEZVOUS=moment) for _ in range(4)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    links = chain.links(archive.evidence)
    assert [link.seq for link in links] == [1, 2, 3, 4, 5]
    assert len({link.run for link in links}) == 5
    assert verify_site(archive.evidence, links[-1].anchor) == []
    assert list(archive.evidence.open.iterdir()) == []


def test_a_kill_while_holding_the_lock_does_not_stop_the_others(archive: Site) -> None:
    killed_at(archive, "signing")
    began = time.monotonic()
    archive.round()
    assert time.monotonic() - began < 10


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 KB, as root; elsewhere it cannot be had."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)], capture_output=True,
                          timeout=20, check=False)
    if done.returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True, timeout=20)


def fill(place: Path, leave: int) -> Path:
    """Fill the disk but for some bytes."""
    ballast = place / "ballast"
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    ballast.write_bytes(b"x" * max(0, free - leave))
    return ballast


def finish(site: Site, run_dir: Path) -> None:
    for host in ("pacs-a", "ris-a"):
        site.record(run_dir, host)
    site.seal(run_dir)


@pytest.mark.parametrize("leave", [0, 8192, 24576, 40960])
def test_a_full_disk_leaves_nothing_that_looks_sealed(
        small_disk: Path, monkeypatch: pytest.MonkeyPatch, leave: int) -> None:
    site = isolate(monkeypatch, small_disk)
    first = site.round()
    before = tree(site.evidence.root / first.run)
    run_dir = site.open()
    ballast = fill(small_disk, leave)
    with pytest.raises(OSError, match="No space left"):
        finish(site, run_dir)
    assert [link.run for link in chain.links(site.evidence)] == [first.run]
    assert verify_site(site.evidence) == []
    assert tree(site.evidence.root / first.run) == before
    ballast.unlink()
    assert site.round().seq == 2
    assert verify_site(site.evidence) == []


# Without root: a limit on the size of files stands for the disk. The second round's own raw text goes beyond it.
LIMITED = ROUND.replace("site = Site()", '''
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
site = Site()
whole = site.answers
if os.environ["WHERE"] == "recording":
    site.answers = lambda: [type(one)(one.command, one.text + "x" * 9000, 0, one.started, one.ended) for one in whole()]
''').replace('wait_here("opened")', '''
if os.environ["WHERE"] == "recording":
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
''').replace('wait_here("recorded")', '''
if os.environ["WHERE"] == "sealing":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
''')


@pytest.mark.parametrize("where", ["recording", "sealing"])
def test_a_write_that_fails_ends_the_round_unsealed(archive: Site, where: str) -> None:
    first = chain.links(archive.evidence)[0]
    before = tree(archive.evidence.root / first.run)
    state = archive.evidence.root.parents[1]
    done = subprocess.run(
        [sys.executable, "-c", f"TESTS = {str(TESTS)!r}\n{LIMITED}"], capture_output=True, text=True, timeout=60,
        check=False, env={**os.environ, "ROUNDS_EVIDENCE": str(state / "evidence"), "WHERE": where,
                          "ROUNDS_STATE": str(state / "state")})
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "sealed" not in done.stdout
    run = done.stdout.split()[1]
    assert [fault.kind for fault in verify_run(archive.evidence, run)] == ["unsealed"]
    assert len(chain.links(archive.evidence)) == 1
    assert tree(archive.evidence.root / first.run) == before
    assert archive.round().seq == 2
    assert verify_site(archive.evidence) == []


def test_no_half_file_stands_under_a_name_that_is_read(archive: Site) -> None:
    """Whatever a kill leaves half written begins with a dot."""
    for moment in ("record2", "record5", "record6"):
        run_dir = archive.evidence.open / killed_at(archive, moment)
        for path in run_dir.rglob("*.json*"):
            if not path.name.startswith("."):
                for line in path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]:
                    json.loads(line)
