"""A role in the background is waited for, told of, or ended; it never writes after the seal has begun."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pacs_rounds import background


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    """A killed process lets go of its files a moment before it is gone."""
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_seal_waits_until_the_work_is_done(tmp_path: Path) -> None:
    def work() -> None:
        time.sleep(0.3)
        (tmp_path / "done").touch()

    background.start(tmp_path, "role_a", work)
    assert not (tmp_path / "done").exists()
    assert background.wait(tmp_path, 10) == {}
    assert (tmp_path / "done").exists()
    assert not (tmp_path / "pending").exists()


def test_fault_of_the_work_is_told_by_its_last_line(tmp_path: Path) -> None:
    def work() -> None:
        raise ValueError("no such thing")

    background.start(tmp_path, "role_a", work)
    background.start(tmp_path, "role_b", lambda: None)
    assert background.wait(tmp_path, 10) == {"role_a": "ValueError: no such thing"}
    assert list(tmp_path.iterdir()) == []


def test_late_work_is_ended_before_the_seal_goes_on(tmp_path: Path) -> None:
    pid = background.start(tmp_path, "role_a", lambda: time.sleep(60))
    assert background.wait(tmp_path, 0.2) == {"role_a": "was not done after 0.2 s"}
    assert gone_within(pid, 5)
    assert not (tmp_path / "pending").exists()


def test_killed_work_is_no_reason_to_wait(tmp_path: Path) -> None:
    pid = background.start(tmp_path, "role_a", lambda: time.sleep(60))
    os.kill(pid, 9)
    began = time.monotonic()
    background.wait(tmp_path, 30)
    assert time.monotonic() - began < 10


def test_work_ends_when_the_playbook_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = os.fork()
    if gone == 0:
        os._exit(0)
    os.waitpid(gone, 0)
    monkeypatch.setattr(os, "getppid", lambda: gone)
    pid = background.start(tmp_path, "role_a", lambda: time.sleep(60))
    monkeypatch.undo()
    assert gone_within(pid, 10)


def test_nothing_in_the_background_is_nothing_to_wait_for(tmp_path: Path) -> None:
    assert background.wait(tmp_path, 1) == {}
