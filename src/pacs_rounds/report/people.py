"""Numbers, units, levels and times as people read them. The exact value stays in the record and the CSV. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.report.words import Words

_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
MOST_WORDS = 6
ALIASES = {"s": "seconds"}
"""Units by their symbols, as some checks write them."""


def number(value: float) -> str:
    """Two decimals, thousands grouped; more where rounding would show a whole number that the value is not.

    89.999 must not read as 90 beside a level of 90.
    """
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    for places in (2, 3, 4, 6):
        shown = f"{value:,.{places}f}"
        if float(shown.replace(",", "")) != round(value):
            break
    return shown.rstrip("0").rstrip(".")


def zone_of(name: str) -> tzinfo:
    """The time zone of that name, or UTC where this machine has no such table (times carry their offset)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


class People:
    """Formatting in one language and one time zone."""

    def __init__(self, words: Words, zone: tzinfo) -> None:
        self.words, self.zone = words, zone

    def moment(self, stamp: str | None) -> str:
        """An RFC 3339 time in the run's zone, with its offset; a dash where nothing was sent."""
        if not stamp:
            return "—"
        try:
            at = datetime.fromisoformat(stamp)
        except ValueError:
            return stamp
        if at.year < 1971:  # the epoch stands for "never": the host was not asked
            return "—"
        at = at.astimezone(self.zone)
        offset = at.strftime("%z")
        return f"{at:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"

    def bytes(self, value: float) -> str:
        """Binary multiples."""
        size, step = float(abs(value)), 0
        while size >= 1024 and step < len(_BYTES) - 1:
            size, step = size / 1024, step + 1
        return f"{'-' if value < 0 else ''}{number(round(size, 2)) if step else number(value)} {_BYTES[step]}"

    def seconds(self, value: float) -> str:
        """Milliseconds below one second, then the two largest of days, hours, minutes and seconds."""
        sign, size = ("-" if value < 0 else ""), abs(float(value))
        if size < 1:
            return self.words("units.milliseconds", n=f"{sign}{number(round(size * 1000, 1))}") if size else \
                self.words("units.second", n="0")
        if size < 120:
            return self.words("units.second", n=f"{sign}{number(round(size, 2))}")
        whole = round(size)
        parts = [("units.day", whole // 86400), ("units.hour", whole % 86400 // 3600),
                 ("units.minute", whole % 3600 // 60), ("units.second", whole % 60)]
        while parts[0][1] == 0:
            parts.pop(0)
        return sign + " ".join(self.words(key, n=number(count)) for key, count in parts[:2] if count)

    def value(self, value: Any, unit: str = "") -> str:
        """An observed value with its unit; words in the reader's language with the device's own word beside."""
        unit = ALIASES.get(unit, unit)
        if value is None:
            return "—"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.word(value)
        if not math.isfinite(value):
            return str(value)
        if unit == "bytes":
            return self.bytes(value)
        if unit == "seconds":
            return self.seconds(value)
        if not unit:
            return number(value)
        key = f"units.{unit}"
        if key not in self.words.table:
            return f"{number(value)} {unit}"
        return self.words(key, n=self.bytes(value) if unit.startswith("bytes ") else number(value))

    def word(self, value: Any) -> str:
        """A word of a device; where the house gave it (absent, expired, …) the translation stands before it."""
        said = ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
        known = self.words.get(f"values.{said}", "")
        return f"{known} ({said})" if known and known != said else said

    def plain_word(self, value: str) -> str:
        """The word in the reader's language alone, where the original stands elsewhere."""
        return self.words.get(f"values.{value}", value)

    def change(self, delta: Any, unit: str = "") -> str:
        """A difference with its sign. Percent differ by points."""
        if isinstance(delta, bool) or not isinstance(delta, int | float):
            return "—"
        if delta == 0:
            return "±0"
        shown = self.value(abs(delta), "percentage_points" if unit == "percent" else unit)
        return ("+" if delta > 0 else "−") + shown

    def levels(self, levels: dict[str, Any] | None, unit: str = "", delta: bool = False) -> str:
        """`警告 ≥ 80 %，严重 ≥ 90 %`, or the words that are in order; a dash where nothing was compared."""
        if not levels:
            return "—"
        if "words" in levels:
            fine = [self.plain_word(one) for one in (levels["words"] or {}).get("ok", [])]
            if not fine:
                return "—"
            shown = " / ".join(fine[:MOST_WORDS]) + (" …" if len(fine) > MOST_WORDS else "")
            return self.words("levels.words", words=shown)
        sign = "≥" if levels.get("direction") == "upper" else "<"
        parts = [self.words(f"levels.{name}", sign=sign, value=self.value(levels[name], unit))
                 for name in ("warning", "critical") if name in levels]
        return self.words("levels.growth" if delta else "levels.plain", levels=self.words("levels.and").join(parts))
