"""Copies of settings through whole rounds of `rounds inspect`, at a small site of its own: read over telnet, with a
secret of a shape nobody knows, on a disk that is full, and killed between writing and committing."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
import yaml
from test_config_telnet import PASSWORD, USER, _Line, _Server

from pacs_rounds import paths
from pacs_rounds.configs.git import Repository
from pacs_rounds.configs.history import History
from pacs_rounds.lab import hospital
from pacs_rounds.lab.ios_device import IosDevice

ROUNDS = paths.ROOT / ".venv" / "bin" / "rounds"
pytestmark = pytest.mark.lab
STRANGE = "Zq8vLr2Xk9TbWm4Hs7Nd3Pc"
LINE = f"imaging-fabric join-token {STRANGE}"
SWITCHES: dict[str, dict[str, Any]] = {
    "agreed": {"rounds_telnet": {"reason": "an image without SSH", "expires": "2099-12-31"}},
    "expired": {"rounds_telnet": {"reason": "an image without SSH", "expires": "2020-12-31"}},
    "nobody": {}}


class Site:
    """Three names for one switch without SSH, below a project root made of links."""

    def __init__(self, folder: Path, port: int, enable_secret: str) -> None:
        self.folder, self.root = folder, folder / "root"
        self.identity = pyrage.x25519.Identity.generate()
        site = self.root / "inventories" / "small"
        site.mkdir(parents=True)
        for path in paths.ROOT.iterdir():
            if path.name not in {"inventories", ".rounds", "evidence", "reports", ".git"}:
                (self.root / path.name).symlink_to(path)
        self.keep(site / "hosts.yml", {"all": {"children": {"contract_devices": {"children": {
            "lan_switches": {"hosts": dict.fromkeys(SWITCHES)}}}}}})
        self.keep(site / "group_vars" / "all" / "main.yml", {
            "rounds_site_title": {"en": "Small", "zh": "小院"}, "rounds_platform": "cisco_ios",
            "rounds_netmiko_type": "cisco_ios_telnet", "ansible_host": "127.0.0.1", "ansible_port": port,
            "ansible_user": USER, "ansible_password": PASSWORD, "rounds_enable_secret": enable_secret,
            "rounds_configs": {"recipients": [str(self.identity.to_public())]}})
        for name, variables in SWITCHES.items():
            self.keep(site / "host_vars" / name / "main.yml", variables)

    @staticmethod
    def keep(path: Path, data: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    def environment(self, configs: Path) -> dict[str, str]:
        return {**os.environ, "ROUNDS_ROOT": str(self.root), "ROUNDS_STATE": str(self.folder / "state"),
                "ROUNDS_EVIDENCE": str(self.folder / "evidence"), "ROUNDS_REPORTS": str(self.folder / "reports"),
                "ROUNDS_CONFIGS": str(configs), "ANSIBLE_CONFIG": str(paths.ROOT / "ansible.cfg"),
                "PYTHONPATH": str(paths.ROOT / "src")}

    def words(self, limit: str) -> list[str]:
        return [str(ROUNDS), "inspect", "--site", "small", "--round", "configs", *(["--limit", limit] if limit else [])]

    def round(self, configs: Path, limit: str = "") -> dict[tuple[str, str, str], dict[str, Any]]:
        """One whole round; its records by host, check and item."""
        done = subprocess.run(self.words(limit), env=self.environment(configs), capture_output=True, text=True,
                              timeout=180, check=False)
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        records = (self.folder / "evidence" / "small" / done.stdout.split()[1] / "data" / "records").glob("*/*.jsonl")
        rows = [json.loads(line) for path in records for line in path.read_text(encoding="utf-8").splitlines()]
        return {(row["host"], row["check"], row["item"]): row for row in rows}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    state = hospital.load()["access-1"].state
    plain = IosDevice("access-1", "127.0.0.1", state, time.time, None).output("show running-config", "")
    state["faults"]["answers"]["show running-config"] = plain.replace("\nend\n", f"\n{LINE}\nend\n")
    switch = IosDevice("access-1", "127.0.0.1", state, time.time, None)
    with _Server(("127.0.0.1", 0), type("Line", (_Line,), {"switch": switch})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(tmp_path_factory.mktemp("small"), server.server_address[1], state["session"]["enable_secret"])
        server.shutdown()


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield str(path), zlib.decompress(data[32:]) if path.parent.name == "redacted" else data


def test_telnet_is_found_and_a_secret_of_an_unknown_shape_is_in_no_file(site: Site, tmp_path: Path) -> None:
    records = site.round(tmp_path / "configs")
    assert {host: (records[host, "configs.telnet", "telnet"]["outcome"], records[host, "configs.backup",
                                                                             "running_config"]["outcome"])
            for host in SWITCHES} == {
        "agreed": ("warning", "ok"), "expired": ("critical", "ok"), "nobody": ("critical", "ok")}
    detail = records["agreed", "configs.telnet", "telnet"]["detail"]
    assert detail == "passwords in clear; until 2099-12-31: an image without SSH"

    store = tmp_path / "configs" / "small"
    shown = subprocess.run(["git", "-C", str(store / "history.git"), "log", "-p", "--all"], capture_output=True,
                           check=True).stdout
    assert b"imaging-fabric join-token <redacted:unknown_shape:" in shown
    kept = [("history", shown), *everything(tmp_path), *((name, data) for name, data in everything(site.folder)
                                                         if not name.startswith(str(site.root)))]
    assert len(kept) > 50
    for secret in (STRANGE.encode(), PASSWORD.encode()):
        assert [name for name, data in kept if secret in data] == []
    opened = [pyrage.decrypt(data, [site.identity]) for name, data in everything(store) if name.endswith(".age")]
    assert any(LINE.encode() in text for text in opened), "the sealed copy has it, or nothing could be restored"


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED for want of root: mounting a tiny file system")
def test_a_full_disk_is_told_by_the_round_and_the_next_one_keeps_the_copies(site: Site, tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(place)], check=False,
                      capture_output=True).returncode:
        pytest.skip("SKIPPED: this root may not mount")
    try:
        full = site.round(place, "agreed")["agreed", "configs.backup", "*"]
        assert (full["outcome"], full["reason"]) == ("unknown", "not_run")
        assert "No space left" in full["detail"]
        assert not History.at(place / "small" / "history.git").head()
        subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
        kept = site.round(place, "agreed")
        assert kept["agreed", "configs.backup", "running_config"]["outcome"] == "ok"
        fsck(place / "small" / "history.git")
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_round_killed_between_writing_and_committing_leaves_no_half_copy(site: Site, tmp_path: Path) -> None:
    configs = tmp_path / "configs"
    store = configs / "small"
    Repository(store / "history.git").ensure()
    with (store / "history.git" / "rounds.lock").open("a") as lock:  # what is written is written, nothing can commit
        fcntl.flock(lock, fcntl.LOCK_EX)
        round_ = subprocess.Popen(site.words("agreed"), env=site.environment(configs), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while not awaited(os.fstat(lock.fileno()).st_ino) and round_.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        came = awaited(os.fstat(lock.fileno()).st_ino)
        killed(round_.pid)
        round_.wait(30)
    assert came, "the round never came to its commit"

    assert list((store / "sealed").rglob("*.age")), "killed after the sealed copies were written"
    assert History.at(store / "history.git").head() == "", "and before anything named them"
    assert not list(store.glob("seen/*.json"))
    fsck(store / "history.git")
    again = site.round(configs, "agreed")
    assert again["agreed", "configs.backup", "running_config"]["outcome"] == "ok"
    assert [one.device for one in History.at(store / "history.git").log()] == ["agreed"]
    fsck(store / "history.git")


def awaited(inode: int) -> bool:
    """Whether somebody waits for a lock of the kernel's on this file."""
    return any(" -> " in line and f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())


def killed(pid: int) -> None:
    """End a process and all that came from it: what goes on in the background would commit after all."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = path.read_text().rpartition(")")[2].split()
            children.setdefault(int(words[1]), []).append(int(path.parent.name))
    tree = [pid]
    for one in tree:
        tree += children.get(one, [])
    for one in tree:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def fsck(repository: Path) -> None:
    """Nothing is missing or damaged; what nobody names may lie about."""
    done = subprocess.run(["git", "-C", str(repository), "fsck", "--full", "--strict"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
