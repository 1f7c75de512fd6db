"""Holidays as blocks of rest: make-up weekends are work, an unpublished year is a guess and says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from rounds_run import Site

from pacs_rounds import cli, holiday


@pytest.mark.parametrize(("first", "last", "due"), [
    (date(2026, 2, 15), date(2026, 2, 23), date(2026, 2, 12)),  # Saturday the 14th is a working day
    (date(2026, 10, 1), date(2026, 10, 7), date(2026, 9, 28)),
    (date(2026, 1, 1), date(2026, 1, 3), date(2025, 12, 29)),  # Sunday the 4th is one, and the year before reached into
])
def test_blocks_of_2026_and_when_their_inspection_is_due(first: date, last: date, due: date) -> None:
    block = next(one for one in holiday.blocks(2026) if one.first == first)
    assert (block.last, block.provisional) == (last, False)
    assert holiday.due(block) == due


def test_a_block_is_named_after_its_holiday() -> None:
    names = {one.first: one.name for one in holiday.blocks(2026)}
    assert "国庆节" in names[date(2026, 10, 1)]
    assert not any(name.startswith("休息日") for name in names.values())


def test_every_day_of_a_block_is_free_and_its_neighbours_are_not() -> None:
    for block in holiday.blocks(2026):
        assert not any(holiday.is_workday(block.first + timedelta(days=step)) for step in range(block.days))
        assert holiday.is_workday(block.first - timedelta(days=1))
        assert holiday.is_workday(block.last + timedelta(days=1))


def test_a_year_that_nobody_has_published_is_provisional() -> None:
    assert holiday.is_provisional(2041)
    assert all(block.provisional for block in holiday.blocks(2041))
    assert not holiday.is_provisional(2026)


def test_the_year_ends_without_an_error_and_without_a_block_twice() -> None:
    ahead = holiday.coming(date(2026, 12, 31), 4)
    assert len({block.first for block in ahead}) == 4
    assert ahead[0].first > date(2026, 12, 31)


@pytest.mark.parametrize(("today", "status", "said"), [
    (date(2026, 9, 20), 0, "due by 2026-09-28"), (date(2026, 9, 28), 1, "due by 2026-09-28, today"),
    (date(2026, 9, 30), 1, "OVERDUE since 2026-09-28")])
def test_the_command_reminds(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                             today: date, status: int, said: str) -> None:
    monkeypatch.setattr(holiday, "coming", lambda _today, _count: [one for one in holiday.blocks(2026)
                                                                  if one.first == date(2026, 10, 1)])
    monkeypatch.setattr("pacs_rounds.cli.holidays.datetime", _Clock(today))
    with pytest.raises(SystemExit) as end:
        cli.main(["holidays", "--site", site.name])
    assert end.value.code == status
    assert said in capsys.readouterr().out


class _Clock:
    """A clock that stands still; what else is asked of it is answered by the real one."""

    def __init__(self, today: date) -> None:
        self._today = today

    def now(self, _zone: object) -> _Clock:
        return self

    def date(self) -> date:
        return self._today
