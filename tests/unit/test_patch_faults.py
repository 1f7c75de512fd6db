"""The table of faults in docs/patching.md says what the cases on the pair of containers try, no more and no less."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from patch_pair import probe, table, watch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "patching.md"


def test_table_of_faults_is_that_of_the_cases() -> None:
    rows = [line for line in table.part(PAGE.read_text()).splitlines() if line.startswith("| ")][1:]
    assert [row.rsplit(" | ", 2)[0].removeprefix("| ") for row in rows] == list(table.cases().values())
    assert all(re.search(r"\| \d+\.\d s \| \d+ \|$", row) for row in rows), "every case has its figures"


def test_every_case_says_its_fault_and_its_end() -> None:
    assert len(table.cases()) >= 12
    assert [name for name, words in table.cases().items() if words.count(" | ") != 1] == []


def test_table_is_written_only_with_every_case(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}{table.END}after\n")
    results = dict.fromkeys(table.cases(), (1.25, 1))
    for _ in range(2):
        table.write(page, results)
        assert page.read_text().count("| 1.2 s | 1 |") == len(results)
        assert page.read_text().startswith("before\n")
        assert page.read_text().endswith("after\n")
    results.popitem()
    with pytest.raises(KeyError):
        table.write(page, results)


def test_both_down_is_found_and_only_where_it_was() -> None:
    one = watch.downs(["1 up", "5 down", "6 down", "9 up", "20 killed"], 0, 30)
    assert one == [(5, 9), (20, 30)]
    assert watch.overlap(one, watch.downs(["1 down", "5 up", "9 down", "20 up"], 0, 30)) == []
    assert watch.overlap(one, watch.downs(["1 up", "8 down", "21 up"], 0, 30)) == [(8, 9), (20, 21)]
    assert watch.downs(["1 down", "2 up"], 3, 30) == []


def test_longest_gap_counts_the_ends_too(tmp_path: Path) -> None:
    out = tmp_path / "echoes"
    assert probe.longest(out, 10, 14) == 4
    out.write_text("9\n11\n11.5\n13\n")
    assert probe.longest(out, 10, 14) == 1.5
    assert probe.longest(out, 10, 20) == 7
