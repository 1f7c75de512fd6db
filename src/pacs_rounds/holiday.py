"""Public holidays of mainland China as blocks of rest, and the working day by which something before them is due. Pure.

A block is the whole run of days off with the weekends around it; make-up weekends (调休) are working days. The State
Council publishes a year's table in the autumn before and has changed it later. The library answers for a year that is
not published yet with a guess and no make-up day at all: such a year is `provisional` here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import holidays as tables

LEAD_WORKING_DAYS = 3
"""How many working days before a block the inspection is to be done: time to repair, and to tell the departments."""


@dataclass(frozen=True, slots=True)
class Block:
    """Days off in a row, first to last, with the name of the holiday in them."""

    name: str
    first: date
    last: date
    provisional: bool

    @property
    def days(self) -> int:
        """How many days of rest."""
        return (self.last - self.first).days + 1


@functools.cache
def _table(year: int) -> Any:
    """Three years of the table: a block may begin in December, and a lead time reaches back."""
    return tables.country_holidays("CN", years=[year - 1, year, year + 1], language="zh_CN")


def is_provisional(year: int) -> bool:
    """Whether the year's make-up days are not in the table: nobody has published it, or the library is too old."""
    return not any(day.year == year for day in _table(year).weekend_workdays)


def is_workday(day: date) -> bool:
    """Whether people work on that day, make-up weekends included."""
    return bool(_table(day.year).is_working_day(day))


def blocks(year: int) -> list[Block]:
    """The blocks of rest with a public holiday of that year, in their order."""
    table = _table(year)
    found: list[Block] = []
    for day in sorted(one for one in table if one.year == year and not is_workday(one)):
        if found and day <= found[-1].last:
            continue
        first = last = day
        while not is_workday(first - timedelta(days=1)):
            first -= timedelta(days=1)
        while not is_workday(last + timedelta(days=1)):
            last += timedelta(days=1)
        names = (str(table.get(first + timedelta(days=back), "")) for back in range((last - first).days + 1))
        name = next((one for one in names if one and not one.startswith("休息日")), str(table.get(day)))
        found.append(Block(name, first, last, is_provisional(year)))
    return found


def due(block: Block, working_days: int = LEAD_WORKING_DAYS) -> date:
    """The last day on which an inspection before the block may be made: so many working days before its first day."""
    day, left = block.first, working_days
    while left:
        day -= timedelta(days=1)
        left -= is_workday(day)
    return day


def coming(today: date, count: int = 3) -> list[Block]:
    """The next blocks that have not begun yet."""
    ahead = [block for year in (today.year, today.year + 1) for block in blocks(year) if block.first > today]
    return sorted(set(ahead), key=lambda block: block.first)[:count]
