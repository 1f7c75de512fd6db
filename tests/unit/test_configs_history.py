"""What becomes of a reading: commits, sealed copies, quarantine; others at work, killed at any point, disk full."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from test_configs_gate import FOS_7, ios

from pacs_rounds import paths
from pacs_rounds.config_round import taking
from pacs_rounds.configs import git, intake, objects, restore, sealed
from pacs_rounds.configs.intake import Reading, Taken, take
from pacs_rounds.configs.redacted import masked, redacted
from pacs_rounds.configs.store import Store
from pacs_rounds.configs.work_orders import Order
from pacs_rounds.model import BadInput

IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())
SECRET = "snmp-server community hunter2hunter RO\n"
TEXT = ios().replace("line con 0", f"{SECRET}line con 0")
DAY = 86_400.0


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    """A store of its own, sealed to one recipient."""
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    return Store.of("lab", {"path": str(tmp_path / "configs"), "recipients": [PUBLIC]})


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """The file of the recipient's identity."""
    path = tmp_path / "key.txt"
    path.write_text(f"# made for a test\n{IDENTITY}\n")
    return path


def read(store: Store, text: str = TEXT, number: int = 1, device: str = "core-9", **more: Any) -> Taken:
    orders = more.pop("orders", [])
    documents = more.pop("documents", {"running_config": text})
    return take(store, Reading(device, more.pop("platform", "cisco_ios"), documents, round_id=f"round-{number}",
                               moment=1.8e9 + number * DAY, **more), orders)


def fsck(store: Store) -> None:
    done = subprocess.run(["git", "-C", str(store.history.repository.path), "fsck", "--strict"], capture_output=True,
                          text=True, check=False, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})
    assert done.returncode == 0, done.stderr
    assert "missing" not in done.stdout + done.stderr


def everything(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def test_a_first_copy_is_sealed_redacted_and_committed(store: Store, identity: Path) -> None:
    taken = read(store)
    copy = taken.documents["running_config"]
    assert (copy.state, taken.commit, taken.before) == ("new", store.history.head(), "")
    assert restore.plain(store, "core-9", "running_config", taken.commit, identity) == TEXT.encode()
    shown = store.history.text("core-9", "running_config")
    assert shown is not None
    assert "hunter2" not in shown
    assert "Current configuration : <noise> bytes" in shown
    [entry] = store.history.log()
    assert (entry.device, entry.round_id, entry.order, entry.documents) == ("core-9", "round-1", "", ["running_config"])
    assert entry.subject == "core-9: first copy of running_config"
    fsck(store)


def test_no_secret_touches_the_disk_in_the_clear(store: Store) -> None:
    read(store)
    read(store, TEXT[:len(TEXT) // 2], 2)
    read(store, "hunter2hunter\n", 3)
    for path in store.root.rglob("*"):
        if path.is_file() and "objects" in path.parts and len(path.name) == 38:
            assert b"hunter2hunter" not in zlib.decompress(path.read_bytes())
    assert b"hunter2" not in everything(store.root)
    assert len(list(store.root.rglob("*.age"))) >= 2


def test_what_is_unchanged_or_differs_by_noise_is_not_committed_and_not_sealed_again(store: Store) -> None:
    first = read(store)
    noisy = TEXT.replace("change at 10:00", "change at 11:00")
    for number, text in ((2, TEXT), (3, noisy)):
        again = read(store, text, number)
        assert (again.commit, again.documents["running_config"].state) == ("", "unchanged")
        assert store.seen("core-9")["running_config"]["round"] == f"round-{number}"
    assert store.history.head() == first.commit
    assert len(list(store.root.rglob("*.age"))) == 1


def test_a_changed_secret_is_a_change_and_both_can_be_had_back(store: Store, identity: Path) -> None:
    first, second = read(store), read(store, TEXT.replace("hunter2hunter", "hunter3hunter"), 2)
    copy = second.documents["running_config"]
    assert (copy.state, copy.added, copy.removed) == ("changed", 1, 1)
    assert store.history.log()[0].subject == "core-9: running_config +1 -1"
    for taken, word in ((first, b"hunter2hunter"), (second, b"hunter3hunter")):
        assert word in restore.plain(store, "core-9", "running_config", taken.commit, identity)
    assert "hunter" not in (store.history.text("core-9", "running_config") or "")


def test_a_changed_secret_stays_visible_where_its_line_is_the_only_difference(store: Store) -> None:
    read(store)
    read(store, TEXT.replace("hunter2hunter", "hunter3hunter"), 2)
    back = read(store, TEXT, 3)
    assert back.documents["running_config"].state == "changed"
    assert store.history.text("core-9", "running_config") == store.history.text(
        "core-9", "running_config", store.history.log()[-1].id)


@pytest.mark.parametrize(("text", "reason"), [
    ("rbash: show: command not found\n", "cli_error"), (TEXT[:len(TEXT) // 2], "no_end"),
    (TEXT.replace("line con 0", " --More-- \nline con 0"), "pager_residue")])
def test_what_is_no_configuration_goes_to_quarantine_and_the_last_good_copy_stays(
        store: Store, identity: Path, text: str, reason: str) -> None:
    first = read(store)
    for number in (2, 3):
        taken = read(store, text, number)
        copy = taken.documents["running_config"]
        assert (copy.state, copy.reason, taken.commit) == ("quarantined", reason, "")
        assert copy.last_good == 1.8e9 + DAY
    assert store.history.head() == first.commit
    [row] = store.quarantined()
    assert (row["device"], row["document"], row["reason"], row["rounds"]) == (
        "core-9", "running_config", reason, ["round-2", "round-3"])
    assert "hunter2" not in str(row)
    assert sealed.opened(Path(row["path"]).with_suffix(".age").read_bytes(), identity) == text.encode()


def test_a_device_that_really_shrank_is_believed_when_two_rounds_read_alike(store: Store) -> None:
    ports = "".join(f"interface Gi1/0/{n}\n description p{n}\n!\n" for n in range(60))
    long = ios(f"hostname core-9\n{ports}" + "".join(f"ip route 10.{n}.0.0 255.255.0.0 Null0\n" for n in range(9)))
    short = ios("hostname core-9\nservice a\nservice b\nservice c\nservice d\nno f\nno g\nno h\nno i\nno j\nno k\n")
    assert read(store, long).documents["running_config"].state == "new"
    assert read(store, short, 2).documents["running_config"].reason == "shrunk"
    assert read(store, short, 2).documents["running_config"].reason == "shrunk", "the same round is no second witness"
    assert read(store, short, 3).documents["running_config"].state == "changed"


def test_absent_empty_and_gaps_are_told_and_change_nothing(store: Store) -> None:
    startup = TEXT.replace("Current configuration :", "Using x:")
    read(store, documents={"running_config": TEXT, "startup_config": startup})
    taken = read(store, number=2, documents={"running_config": "", "startup_config": "startup-config is not present\n"},
                 gaps={"vlan": "timed_out: no prompt within 10 s"})
    states = {word: (copy.state, copy.reason, copy.detail) for word, copy in taken.documents.items()}
    assert states == {"running_config": ("quarantined", "empty", "not one line"),
                      "startup_config": ("absent", "absent", "startup-config is not present"),
                      "vlan": ("gap", "timed_out", "no prompt within 10 s")}
    assert taken.commit == ""
    assert store.history.documents("core-9") == ["running_config", "startup_config"]


def test_one_bad_document_does_not_cost_the_good_ones(store: Store) -> None:
    taken = read(store, documents={"running_config": TEXT, "vtp_status": "% Invalid input detected at '^' marker.\n"})
    assert [taken.documents[word].state for word in ("running_config", "vtp_status")] == ["new", "quarantined"]
    assert store.history.documents("core-9") == ["running_config"]


def test_devices_stand_side_by_side_and_only_what_changed_is_in_a_commit(store: Store) -> None:
    read(store)
    read(store, FOS_7, 1, "san-1", platform="brocade_fos", documents={"configshow": FOS_7})
    read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 2)
    assert store.history.devices() == ["core-9", "san-1"]
    assert [one.device for one in store.history.log()] == ["core-9", "san-1", "core-9"]
    assert [one.device for one in store.history.log("san-1")] == ["san-1"]
    fsck(store)


def test_new_recipients_get_the_copies_of_today_as_well(store: Store, tmp_path: Path) -> None:
    read(store)
    other = pyrage.x25519.Identity.generate()
    both = Store.of("lab", {"path": str(store.root), "recipients": [PUBLIC, str(other.to_public())]})
    taken = read(both, TEXT, 2)
    assert taken.documents["running_config"].state == "unchanged"
    assert taken.commit
    assert store.history.log()[0].subject == "core-9: sealed again"
    (tmp_path / "other.txt").write_text(str(other))
    assert restore.plain(both, "core-9", "running_config", taken.commit, tmp_path / "other.txt") == TEXT.encode()


def test_without_recipients_the_history_goes_on_and_says_that_nothing_is_sealed(store: Store, identity: Path) -> None:
    bare = Store.of("lab", {"path": str(store.root), "recipients": ["unknown"]})
    taken = read(bare)
    assert (taken.documents["running_config"].state, taken.documents["running_config"].sealed) == ("new", "")
    assert not list(store.root.rglob("*.age"))
    read(bare, "rbash: x\n", 2)
    assert not list(store.root.rglob("*.age"))
    with pytest.raises(BadInput, match="never sealed"):
        restore.plain(bare, "core-9", "running_config", taken.commit, identity)
    assert read(store, TEXT, 3).documents["running_config"].sealed, "as soon as there is one, it is sealed"


def test_a_lost_sealed_copy_is_made_again_at_the_next_read(store: Store, identity: Path) -> None:
    commit = read(store).commit
    next(store.root.rglob("*.age")).unlink()
    with pytest.raises(BadInput, match="missing"):
        restore.plain(store, "core-9", "running_config", commit, identity)
    read(store, TEXT, 2)
    assert restore.plain(store, "core-9", "running_config", commit, identity) == TEXT.encode()


def test_other_rules_make_the_copy_for_people_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read(store)
    monkeypatch.setattr(intake, "rules_digest", lambda: "other")
    monkeypatch.setattr(intake, "masked", lambda platform, name, text: text.replace("ip ssh version 2", "<noise>"))
    assert read(store, TEXT, 2).documents["running_config"].state == "changed"


def test_a_change_is_attributed_to_the_work_order_of_its_time(store: Store) -> None:
    def order(name: str, begins: float, ends: float, devices: tuple[str, ...] = ("core-*",)) -> Order:
        return Order(name, "x", devices, 1.8e9 + begins * DAY, 1.8e9 + ends * DAY, "Dr. Wang")

    orders = [order("WO-1", 0.1, 0.5), order("WO-2", 1.2, 1.5), order("WO-3", 1.3, 1.6, ("san-1",)),
              order("WO-4", 5, 6)]
    assert read(store, orders=orders).order == "", "a first copy is no change"
    changed = read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 2, orders=orders)
    assert changed.order == "WO-2"
    assert store.history.log()[0].order == "WO-2"
    assert read(store, TEXT, 4, orders=orders).order == ""


def test_revisions_are_named_as_people_name_them(store: Store) -> None:
    first = read(store)
    second = read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 3)
    history = store.history
    assert history.revision() == second.commit
    assert history.revision(first.commit[:10]) == first.commit
    assert history.revision("2027-01-17") == first.commit
    assert history.revision("2027-01-18T12:00+00:00") == second.commit
    for bad in ("2020-01-01", "nonsense", "--all", "20261122T000000Z-quarterly-aaaa", "2026-99-99"):
        with pytest.raises(BadInput):
            history.revision(bad)
    lines = history.blame("core-9", "running_config", second.commit)
    assert [commit for commit, _, line in lines if line == "ip classless"] == [second.commit]
    assert {commit for commit, _, _ in lines} == {first.commit, second.commit}


@pytest.mark.parametrize("device", ["../x", "a/b", "", "-x", ".hidden", "x.lock"])
def test_a_name_that_could_leave_the_folder_is_refused(store: Store, device: str) -> None:
    with pytest.raises(BadInput):
        read(store, device=device)
    with pytest.raises(BadInput):
        read(store, documents={f"a{device}/": TEXT})


def test_the_users_own_git_settings_change_nothing(
        store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text("[core]\n autocrlf = true\n[commit]\n gpgsign = true\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    read(store, TEXT.replace("\n", "\r\n"))
    assert "\r" not in (store.history.text("core-9", "running_config") or "\r")
    monkeypatch.delenv("GIT_DIR")
    fsck(store)


# Concurrency, death and full disks. Children are forked: they see the store of the test.
_FORK = multiprocessing.get_context("fork")


def _several_rounds(store: Store, device: str, rounds: int) -> None:
    for number in range(rounds):
        line = f"ip route 10.{number}.0.0 255.255.0.0 Null0"
        read(store, TEXT.replace("line con 0", f"{line}\nline con 0"), number, device)


def test_runs_at_the_same_time_lose_nothing(store: Store) -> None:
    children = [_FORK.Process(target=_several_rounds, args=(store, f"sw-{number % 5}", 6)) for number in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
        assert child.exitcode == 0
    fsck(store)
    history = store.history
    assert history.devices() == [f"sw-{number}" for number in range(5)]
    for device in history.devices():
        assert "ip route 10.5.0.0" in (history.text(device, "running_config") or "")
    for one in history.log():
        for word in one.documents:
            assert history.text(one.device, word, one.id) is not None


STEPS = ["blob", "tree", "commit", "flush", "move"]


def _dies(store: Store, step: str, when: str) -> None:
    def dying(original: Callable[..., Any], told: Callable[..., bool]) -> Callable[..., Any]:
        def work(*given: Any) -> Any:
            if told(*given) and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            if told(*given) and when == "within":  # all is written, nothing renamed
                Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,method-assign]
            done = original(*given)
            if told(*given):
                os.kill(os.getpid(), signal.SIGKILL)
            return done
        return work

    if step in {"flush", "move"}:
        setattr(git.Repository, step, dying(getattr(git.Repository, step), lambda *_: True))
    else:
        objects.write = dying(objects.write, lambda folder, kind, data: kind == step)
    read(store, TEXT.replace("hunter2hunter", "hunter3hunter"), 2)


@pytest.mark.parametrize("when", ["before", "within", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_at_any_step_leaves_a_whole_history(store: Store, identity: Path, step: str, when: str) -> None:
    first = read(store)
    child = _FORK.Process(target=_dies, args=(store, step, when))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    fsck(store)
    head = store.history.head()
    assert (head == first.commit) != (step == "move" and when == "after")
    assert restore.plain(store, "core-9", "running_config", first.commit, identity) == TEXT.encode()
    again = read(store, TEXT.replace("hunter2hunter", "hunter3hunter"), 3)
    assert bool(again.commit) == (head == first.commit)
    assert len(store.history.log()) == 2
    assert b"hunter3" in restore.plain(store, "core-9", "running_config", store.history.head(), identity)


def test_what_a_killed_run_left_in_the_repository_goes_after_a_day(store: Store) -> None:
    read(store)
    repository = store.history.repository
    left = next((repository.path / "objects").glob("??"))
    for path, age in ((left / "tmp_obj_old", 2 * DAY), (left / "tmp_obj_new", 60),
                      (repository.path / "incoming-old", 2 * DAY)):
        path.mkdir() if "incoming" in path.name else path.write_text("half")
        os.utime(path, (time.time() - age, time.time() - age))
    taking.desk("lab", "round-2", store.root, {"path": str(store.root), "recipients": [PUBLIC]}, b"k" * 32)
    assert [path.name for path in repository.path.rglob("tmp_obj_*")] == ["tmp_obj_new"]
    assert not list(repository.path.glob("incoming-*"))
    assert store.root.stat().st_mode & 0o777 == 0o700


def _git(store: Store, *words: str) -> str:
    return subprocess.run(["git", "--git-dir", str(store.history.repository.path), *words], capture_output=True,
                          text=True, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}).stdout


def test_what_is_written_here_is_what_git_would_have_written(store: Store) -> None:
    read(store)
    taken = read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 2, "core-1")
    repository = store.history.repository
    assert _git(store, "rev-parse", "refs/heads/main").strip() == taken.commit
    assert _git(store, "log", "--format=%an %ae %at %s", "-1").strip() == (
        f"rounds rounds@localhost {int(1.8e9 + 2 * DAY)} core-1: first copy of running_config")
    for name in ("a", "a.b", "a-b", "z"):  # a folder's name is compared as if a slash ended it
        read(store, TEXT, 3, name)
    root = _git(store, "rev-parse", "main^{tree}").strip()
    rows = _git(store, "ls-tree", "main")
    made = subprocess.run(["git", "--git-dir", str(repository.path), "mktree"], input=rows, capture_output=True,
                          text=True, check=True).stdout.strip()
    assert made == root
    fsck(store)


def test_the_usual_way_needs_no_process_and_a_packed_history_is_read_by_git(
        store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(store)
    other = TEXT.replace("line con 0", "ip classless\nline con 0")
    with monkeypatch.context() as patch:
        patch.setattr(git.Repository, "run", lambda self, *words, **_: pytest.fail(" ".join(words)))
        assert read(store, TEXT, 2).commit == ""
        assert read(store, other, 3).documents["running_config"].state == "changed"
        assert read(store, TEXT, 4, "core-1").commit
    _git(store, "gc", "--quiet", "--prune=now")
    git._ROOTS.clear()
    assert not list((store.history.repository.path / "objects").glob("[0-9a-f][0-9a-f]"))
    assert read(store, other, 5).commit == ""
    assert read(store, TEXT, 6).documents["running_config"].state == "changed"
    assert store.history.devices() == ["core-1", "core-9"]
    assert "hunter" not in (store.history.text("core-9", "running_config", first.commit) or "hunter")
    fsck(store)


def test_an_object_that_is_damaged_is_never_believed(store: Store) -> None:
    """As a lost power supply leaves it: the name is there, the content is not."""
    read(store)
    folder = store.history.repository.path / "objects"
    blob = store.history.folder("core-9")["running_config.txt"]
    for content in (b"", b"x", zlib.compress(b"blob 1\0y")):
        place = objects.place(folder, blob)
        place.chmod(0o644)
        place.write_bytes(content)
        assert objects.read(folder, blob) is None
        with pytest.raises(git.HistoryError):
            store.history.text("core-9", "running_config")
        (store.root / "seen" / "core-9.json").unlink(missing_ok=True)
        read(store, TEXT, 2)
        assert store.history.repository.write("blob", place.read_bytes()) != blob
    shown = masked("cisco_ios", "running_config", redacted("cisco_ios", TEXT, store.key)[0])
    assert store.history.repository.write("blob", shown.encode()) == blob, "written anew, since it is not whole"
    assert store.history.text("core-9", "running_config") == shown
    fsck(store)


def test_a_repository_of_another_format_is_refused(store: Store) -> None:
    store.root.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "--bare", "--object-format=sha256", str(store.root / "history.git")],
                   check=True)
    with pytest.raises(BadInput, match="another format"):
        read(store)


def test_gits_own_lock_left_by_a_dead_run_stops_nobody(store: Store) -> None:
    read(store)
    (store.history.repository.path / f"{git.BRANCH}.lock").write_text("")
    assert read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 2).commit


def test_a_reference_that_somebody_else_moved_is_not_overwritten(store: Store) -> None:
    first = read(store)
    second = read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 2)
    repository = store.history.repository
    with repository.locked(), pytest.raises(git.MovedError):
        repository.move(first.commit, first.commit)
    assert store.history.head() == second.commit


def _with_small_files(store: Store, limit: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        read(store, TEXT.replace("line con 0", "ip route 10.0.0.0 255.0.0.0 Null0\n" * 400 + "line con 0"), 2)
    except OSError:
        os._exit(7)
    os._exit(0)


@pytest.mark.parametrize("limit", [0, 100, 1000])
def test_a_disk_that_takes_no_more_costs_this_copy_only(store: Store, limit: int) -> None:
    first = read(store)
    child = _FORK.Process(target=_with_small_files, args=(store, limit))
    child.start()
    child.join(60)
    assert child.exitcode == 7
    fsck(store)
    assert store.history.head() == first.commit
    assert store.seen("core-9")["running_config"]["round"] == "round-1"
    assert read(store, TEXT.replace("line con 0", "ip classless\nline con 0"), 3).commit


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED for want of root: mounting a tiny file system")
@pytest.mark.parametrize("size", ["60k", "110k", "200k"])
def test_a_full_disk_leaves_no_half_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    place = tmp_path / "tiny"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=False,
                      capture_output=True).returncode:
        pytest.skip("SKIPPED: this root may not mount")
    try:
        store = Store.of("lab", {"path": str(place / "configs"), "recipients": [PUBLIC]})
        good, failed = "", 0
        for number in range(40):
            body = "".join(f"ip route 10.{number}.{n}.0 255.255.255.0 Null0\n" for n in range(40))
            try:
                good = read(store, TEXT.replace("line con 0", body + "line con 0"), number).commit
            except OSError:
                failed += 1
        assert failed > 0
        assert store.history.head() == good
        if good:
            fsck(store)
            number = len(store.history.log()) - 1
            assert f"ip route 10.{number}.1.0" in (store.history.text("core-9", "running_config") or "")
        subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
        assert read(store, TEXT, 99).commit
        fsck(store)
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_sealed_copies_open_with_plain_age(store: Store, identity: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("SKIPPED: Debian's age is not installed")
    read(store)
    done = subprocess.run(["age", "-d", "-i", str(identity), str(next(store.root.rglob("*.age")))], capture_output=True,
                          check=True)
    assert done.stdout == TEXT.encode()


def test_identities_and_recipients_of_the_wrong_kind_are_named(tmp_path: Path) -> None:
    for word, said in (("age1nonsense", "no recipient"), ("ssh-rsa AAAA", "no recipient"),
                       (str(IDENTITY), "secret key")):
        with pytest.raises(BadInput, match=said):
            sealed.recipients([word])
    copy = sealed.seal(b"x", sealed.recipients([PUBLIC]))
    assert copy.startswith(sealed.HEAD)
    path = tmp_path / "k"
    for content, said in (("", "holds no identity"), ("AGE-SECRET-KEY-1NO\n", "no usable identity"),
                          (str(pyrage.x25519.Identity.generate()), "does not open"),
                          ("-----BEGIN OPENSSH PRIVATE KEY-----\nno\n", "no usable identity")):
        path.write_text(content)
        with pytest.raises(BadInput, match=said):
            sealed.opened(copy, path)
    with pytest.raises(BadInput, match="damaged"):
        sealed.opened(b"PK", path)
    with pytest.raises(ValueError, match="no recipient"):
        sealed.seal(b"x", [])
    names = {sealed.name_of(text, to, key) for text in (b"x", b"y") for to in ([], [PUBLIC]) for key in (b"k", b"j")}
    assert len(names) == 8
    assert sealed.name_of(b"x", [PUBLIC], b"k") in names


def test_an_ssh_key_is_a_recipient_as_well(store: Store, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "id")], check=True)
    ours = Store.of("lab", {"path": str(store.root), "recipients": [(tmp_path / "id.pub").read_text()]})
    commit = read(ours).commit
    assert restore.plain(ours, "core-9", "running_config", commit, tmp_path / "id") == TEXT.encode()
