"""An archive's studies, series and instances as C-FIND tells them: what is asked, its lines, what was lost. Pure.

Only numbers and a keyed digest per range of study dates leave memory. The ranges stand in the plan, so that what is
counted after the patch is what was counted before it. One line per range:

    range 2025-01-01..2025-12-31 studies 812 series 2410 instances 98211 digest 3fa9…
    total studies 9120 series 25110 instances 1002341
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LEVELS = ("studies", "series", "instances")
FIRST_DAY = datetime.date(1900, 1, 1)
OPEN = "later"
"""The end of the last range: studies of tomorrow, too."""
UNDATED = "undated"
Range = tuple[datetime.date, datetime.date | None]
Row = tuple[str, Mapping[str, int]]
"""(UID of a study, how many series and instances it has)."""
_LINE = re.compile(r"(?:range (?P<range>\S+)|(?P<total>total))(?P<numbers>(?: (?:studies|series|instances) \d+)+)"
                   r"(?: digest (?P<digest>[0-9a-f]{64}))?")


def ranges(first_year: int, today: datetime.date) -> list[Range]:
    """Before the first year, each year, each month of this year, and from this month on without an end."""
    out: list[Range] = [(FIRST_DAY, datetime.date(first_year - 1, 12, 31))]
    out += [(datetime.date(year, 1, 1), datetime.date(year, 12, 31)) for year in range(first_year, today.year)]
    for month in range(1, today.month):
        begin = datetime.date(today.year, month, 1)
        out.append((begin, datetime.date(today.year, month + 1, 1) - datetime.timedelta(days=1)))
    return [*out, (today.replace(day=1), None)]


def written(one: Range) -> str:
    """A range as a plan and a line have it."""
    return f"{one[0].isoformat()}..{one[1].isoformat() if one[1] else OPEN}"


def read(text: str) -> Range:
    """The range of a plan; ValueError for anything else."""
    begin, _, end = text.partition("..")
    return datetime.date.fromisoformat(begin), None if end == OPEN else datetime.date.fromisoformat(end)


def key_text(one: Range) -> str:
    """The range as DICOM's StudyDate takes it (PS3.4 C.2.2.2.5): a day, or begin-end, or one open end."""
    begin, end = one
    if end is None:
        return f"{begin:%Y%m%d}-"
    return f"{begin:%Y%m%d}" if begin == end else f"{begin:%Y%m%d}-{end:%Y%m%d}"


def halves(one: Range, today: datetime.date) -> list[Range]:
    """Two shorter ranges, or none when it is one day or all of the future."""
    begin, end = one
    if end is None:
        return [] if begin > today else [(begin, today), (today + datetime.timedelta(days=1), None)]
    if begin >= end:
        return []
    middle = begin + (end - begin) // 2
    return [(begin, middle), (middle + datetime.timedelta(days=1), end)]


def inside(one: Range, day: datetime.date) -> bool:
    """Whether a day lies in a range."""
    return one[0] <= day and (one[1] is None or day <= one[1])


def line(name: str, rows: Sequence[Row], levels: Sequence[str], key: bytes) -> str:
    """One range's numbers and the digest of its sorted UIDs with their numbers."""
    listed = sorted(" ".join([uid, *(str(numbers[level]) for level in levels if level in numbers)])
                    for uid, numbers in rows)
    digest = hmac.new(key, "\n".join(["rounds.cfind", *listed]).encode(), hashlib.sha256).hexdigest()
    return f"range {name} {_numbers(rows, levels)} digest {digest}"


def _numbers(rows: Iterable[Row], levels: Sequence[str]) -> str:
    listed = list(rows)
    sums = {"studies": len(listed)} | {level: sum(row[1][level] for row in listed)
                                       for level in levels if level != "studies"}
    return " ".join(f"{level} {sums[level]}" for level in LEVELS if level in sums)


def totals(lines: Iterable[str]) -> str:
    """The last line: the sums of all ranges."""
    sums: dict[str, int] = {}
    for numbers, _ in (told("\n".join(lines)) or {}).values():
        for level, count in numbers.items():
            sums[level] = sums.get(level, 0) + count
    return "total " + " ".join(f"{level} {count}" for level, count in sums.items())


def told(text: str) -> dict[str, tuple[dict[str, int], str]] | None:
    """{range: (numbers, digest)}, the total under `total`; None when a line is of another shape."""
    out: dict[str, tuple[dict[str, int], str]] = {}
    for one in text.splitlines():
        if not one.strip():
            continue
        match = _LINE.fullmatch(one.strip())
        if not match:
            return None
        words = match["numbers"].split()
        out[match["range"] or "total"] = (
            {level: int(count) for level, count in zip(words[::2], words[1::2], strict=True)}, match["digest"] or "")
    return out or None


def whole(text: str) -> bool:
    """Whether the text is a count from its first range to its total."""
    found = told(text)
    return bool(found) and "total" in (found or {}) and len(found or {}) > 1


def lost(before: str, after: str) -> str:
    """Why the counts stop the roll-out; empty when nothing is missing. More is no loss: the site works meanwhile."""
    one, two = told(before), told(after)
    if one is None or two is None or not whole(before) or not whole(after):
        return "the counts by C-FIND cannot be compared: one of the two was not readable"
    wrong = []
    for name, (numbers, digest) in one.items():
        now = two.get(name)
        if now is None:
            wrong.append(f"{name}: not told after")
            continue
        fewer = [f"{name}: {count} {level} before, {now[0].get(level, 'not told')} after"
                 for level, count in numbers.items() if now[0].get(level, -1) < count]
        # The same number of others: something went and something came.
        others = [f"{name}: as many as before, but not the same"] if now[0] == numbers and now[1] != digest else []
        wrong += fewer or others
    return "C-FIND tells fewer than before: " + "; ".join(wrong[:8]) if wrong else ""


def spec(name: str, row: Mapping[str, Any], today: datetime.date) -> dict[str, Any]:
    """What a plan holds of `counts.<name>.cfind`: everything that is asked, ranges in full."""
    return {"cfind": name, "levels": [level for level in LEVELS if level in {"studies", *row.get("levels", LEVELS)}],
            "limit": int(row["limit"]), "walk": bool(row.get("walk", False)),
            "undated": bool(row.get("undated", False)), "calling_ae_title": row.get("calling_ae_title", "ROUNDS"),
            "ranges": [written(one) for one in ranges(int(row["first_year"]), today)]}


def get_spec(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan holds of `sample.cget`."""
    return {"cget": "objects", "range": f"{row['from']}..{row['to']}", "objects": int(row.get("objects", 5)),
            "modality": row.get("modality", ""), "calling_ae_title": row.get("calling_ae_title", "ROUNDS")}
