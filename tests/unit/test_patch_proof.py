"""What proves that nothing was lost and that a file is the vendor's, without any peer."""

from __future__ import annotations

import datetime
import itertools
import json
from typing import Any

import pytest
from test_patch import PAIR, made

from pacs_rounds import paths, yamlfile
from pacs_rounds.model import BadInput
from pacs_rounds.patch import desk, find_text
from pacs_rounds.patch.plan import Pair

FIND = {"first_year": 2024, "limit": 500}
DAY = datetime.date(2026, 3, 9)


def test_ranges_cover_every_day_once() -> None:
    listed = find_text.ranges(2024, DAY)
    assert [find_text.written(one) for one in listed] == [
        "1900-01-01..2023-12-31", "2024-01-01..2024-12-31", "2025-01-01..2025-12-31", "2026-01-01..2026-01-31",
        "2026-02-01..2026-02-28", "2026-03-01..later"]
    for before, after in itertools.pairwise(listed):
        assert before[1] is not None
        assert after[0] - before[1] == datetime.timedelta(days=1)
    assert [find_text.read(find_text.written(one)) for one in listed] == listed


@pytest.mark.parametrize(("text", "key"), [
    ("2024-01-01..2024-12-31", "20240101-20241231"), ("2024-02-29..2024-02-29", "20240229"),
    ("2026-03-01..later", "20260301-")])
def test_range_as_dicom_takes_it(text: str, key: str) -> None:
    assert find_text.key_text(find_text.read(text)) == key


def test_halves_end_at_one_day_and_at_the_future() -> None:
    days, waiting = [], [find_text.read("2024-01-01..2024-12-31")]
    while waiting:
        one = waiting.pop()
        parts = find_text.halves(one, DAY)
        waiting += parts
        days += [] if parts else [one]
    assert len(days) == 366
    assert all(begin == end for begin, end in days)
    open_end = find_text.halves(find_text.read("2026-03-01..later"), DAY)
    assert [find_text.written(one) for one in open_end] == ["2026-03-01..2026-03-09", "2026-03-10..later"]
    assert find_text.halves(open_end[1], DAY) == []


def said(*rows: tuple[str, str, int]) -> str:
    """The text for (range, uid, instances)."""
    by_range: dict[str, list[find_text.Row]] = {}
    for name, uid, count in rows:
        by_range.setdefault(name, []).append((uid, {"instances": count}))
    lines = [find_text.line(name, listed, ["studies", "instances"], b"k") for name, listed in by_range.items()]
    return "\n".join([*lines, find_text.totals(lines)])


BEFORE = said(("2024", "1.1", 5), ("2024", "1.2", 7), ("2025", "1.3", 1))


@pytest.mark.parametrize(("after", "word"), [
    (BEFORE, ""),
    (said(("2024", "1.2", 7), ("2024", "1.1", 5), ("2025", "1.3", 1), ("2025", "1.4", 9)), ""),
    (said(("2024", "1.1", 5), ("2025", "1.3", 1), ("2025", "1.4", 9)), "2024: 2 studies before, 1 after"),
    (said(("2024", "1.1", 5), ("2024", "1.9", 7), ("2025", "1.3", 1)), "2024: as many as before, but not the same"),
    (said(("2024", "1.1", 6), ("2024", "1.2", 6), ("2025", "1.3", 1)), "2024: as many as before, but not the same"),
    (said(("2024", "1.1", 5), ("2024", "1.2", 7)), "2025: not told after"),
    ("unknown: no association", "not readable"), ("", "not readable"),
    (BEFORE.rpartition("\n")[0], "not readable")])
def test_counts_by_c_find_before_and_after(after: str, word: str) -> None:
    told = find_text.lost(BEFORE, after)
    assert (word in told) if word else told == ""


def test_plan_asks_the_archive_the_same_before_and_after() -> None:
    pair = Pair(PAIR.name, PAIR.nodes, PAIR.cluster, PAIR.address, PAIR.port, PAIR.ae_title,
                finds=(("archive", FIND), ("studies", FIND | {"levels": ["studies"]})),
                get={"from": "2019-03-01", "to": "2019-03-31"})
    steps = {one["id"]: one for one in made(pair=pair)["steps"]}
    before = [name for name, one in steps.items() if one.get("judge") == "find-before"]
    assert before == ["n1/find-archive-before", "n1/find-studies-before"]
    for name in before:
        ends = name.removeprefix("n1").replace("before", "after")
        after = next(one for key, one in steps.items() if key.endswith(ends))
        assert after["script"] == steps[name]["script"]
        assert after["blame"] == "n2", "what is missing at the end takes everything back, from the first node on"
    assert json.loads(steps["n1/find-studies-before"]["script"])["levels"] == ["studies"]
    assert "n1/get-before" in steps


@pytest.mark.parametrize(("row", "word"), [
    ({"counts": {"archive": {"cfind": FIND}}}, "no address and ae_title"),
    ({"counts": {"a": {"cfind": FIND | {"first_year": 2099}}}, "address": "h", "ae_title": "A"}, "begins in 2099"),
    ({"sample": {"cget": {"from": "2019-03-31", "to": "2019-03-01"}}, "address": "h", "ae_title": "A"}, "no span of"),
    ({"sample": {"cget": {"from": "2019-02-30", "to": "2019-03-01"}}, "address": "h", "ae_title": "A"}, "no span of")])
def test_flaw_in_what_the_archive_is_asked_is_named(row: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        desk.pair_of({"pairs": {"p": {"nodes": ["a"]} | row}}, "p")


@pytest.mark.parametrize("counts", [{"cfind": {"first_year": 2004}}, {"find": {}}, 5,
                                    {"cfind": FIND | {"levels": ["patients"]}}])
def test_inventory_refuses_another_form(counts: Any) -> None:
    row = {"rounds_patch": {"pairs": {"p": {"nodes": ["a"], "counts": {"archive": counts}}}}}
    with pytest.raises(BadInput, match="counts"):
        yamlfile.validate(row, "inventory", paths.INVENTORIES / "lab" / "x.yml")
