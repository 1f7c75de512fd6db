"""The daily round of the copies by itself: an unknown neighbour is found, a switch is read over telnet and says so."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pacs_rounds import catalogue, paths
from pacs_rounds.lab import overlay

ROUNDS = paths.ROOT / ".venv" / "bin" / "rounds"
pytestmark = pytest.mark.lab


def test_the_daily_round_finds_a_switch_nobody_wrote_down(tmp_path: Path) -> None:
    words = [str(ROUNDS), "inspect", "--site", "lab", "--round", "configs", "--limit", "access-2,core-1,san-1",
             "--scenario", "neighbour-undocumented"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=180, check=False, env={
        **os.environ, "ROUNDS_EVIDENCE": str(tmp_path / "evidence"), "ROUNDS_REPORTS": str(tmp_path / "reports"),
        "ROUNDS_CONFIGS": str(tmp_path / "configs")})
    assert done.returncode == 0, done.stderr[-2000:]
    files = (tmp_path / "evidence" / "lab" / done.stdout.split()[1] / "data" / "records").glob("*/*.jsonl")
    records = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    found = {(one["host"], one["check"], one["item"], one["outcome"]) for one in records
             if one["outcome"] not in {"ok", "not_applicable"}}
    as_ever = {(one["host"], one["check"], one["item"], one["outcome"])
               for one in overlay.expected(None, list(catalogue.load()))
               if one["check"].startswith("configs.") and one["host"] in {"access-2", "core-1", "san-1"}}
    assert found - as_ever == {("access-2", "configs.unknown_neighbours", "Fa1/0/9 desktop-sw", "warning")}
    assert as_ever <= found
    said = {(one["host"], one["check"]): one["outcome"] for one in records}
    assert said["core-1", "configs.unknown_neighbours"] == "ok"
    assert said["access-2", "configs.telnet"] == "ok"
