"""What the readers of Oracle's tools share: lines, dates, sizes, elapsed times and stacks of error messages.

Oracle writes dates in the session's language and format (NLS_DATE_FORMAT). A date becomes an ISO string where it can
mean one thing only; `12/08/2013` (12 August or 8 December) does not, and its text is kept beside it.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date
from datetime import datetime, time
from typing import Any, NoReturn

from pacs_rounds.model import ParseError

Fields = dict[str, Any]
_LONGEST = 40000
_MONTHS = {name: number for number, name in enumerate(
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)}
_CHINESE_MONTHS = {name: number for number, name in enumerate(
    ("一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"), 1)}
_MONTH = rf"(?:{'|'.join(_MONTHS)})[A-Z]*|\d{{1,2}}月|[一二三四五六七八九十]{{1,2}}月"
_CLOCK = r"\d{1,2}:\d\d:\d\d(?:\.\d+)?(?: ?[AP]M)?"
_DATES = (
    rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:[ T:_](?P<t>{_CLOCK}))?",
    rf"(?P<d>\d{{1,2}})[- ](?P<m>{_MONTH}) ?[- ](?P<y>\d{{4}}|\d\d)(?:[ :](?P<t>{_CLOCK}))?",
    rf"(?P<m>{_MONTH})[- ](?P<d>\d{{1,2}})[- ](?P<y>\d{{4}})(?:[ :](?P<t>{_CLOCK}))?",
    rf"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{{4}})(?:[ :](?P<t>{_CLOCK}))?",
    rf"(?:[A-Z]{{3,9}},?|星期.) ?(?P<m>{_MONTH}) ?(?P<d>\d{{1,2}})(?: (?P<t>{_CLOCK}))"
    rf"(?: (?P<zone>[A-Z]{{2,5}}))?,? (?P<y>\d{{4}})",
    rf"(?:[A-Z]{{3,9}},?|星期.,?) ?(?P<d>\d{{1,2}}) (?P<m>{_MONTH}),? (?P<y>\d{{4}}),?(?: (?P<t>{_CLOCK}))?",
)
_PATTERNS = tuple(re.compile(form, re.IGNORECASE) for form in _DATES)
_EITHER_WAY = re.compile(rf"(?P<a>\d\d)/(?P<b>\d\d)/(?P<y>\d{{4}})(?: (?P<t>{_CLOCK}))?")
DATE = (rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/. ](?:\d\d|{_MONTH}) ?[-/. ]\d{{2,4}}|"
        rf"(?:{_MONTH})[- ]\d{{1,2}}[- ]\d{{4}})(?:[ T:_]{_CLOCK})?")
"""Any of the forms of date that stand in columns, for use inside other patterns (case is ignored there)."""
ERROR = re.compile(r"^\s*(?P<kind>ORA|RMAN|TNS|PLS|PRVF|PRKR|LRM|EXP|IMP|UDE|UDI|LSX|KUP|SP2|NNC|NL)-"
                   r"(?P<number>\d{3,6})[:：]?\s*(?P<message>.*)$")
OMITTED = re.compile(r"^\s*(?:\.{3,}|…+)\s*$")
"""A line of dots only: whoever published or shortened the text left lines out."""


def fail(what: str, line: str = "") -> NoReturn:
    """Raise ParseError with one line: what was met, and the line it was met in."""
    raise ParseError(f"{what}: {' '.join(line.split())[:120]!r}" if line else what)


def lines_of(text: str) -> list[str]:
    """The lines without trailing blanks; tabs become blanks.

    ParseError for control characters and for text that was decoded from another character set (Chinese Windows hosts
    write GBK): its messages cannot be told apart any more.
    """
    if "\x1b" in text or "\x00" in text:
        fail("control characters in the text")
    if text.count("\ufffd") > 8:
        fail("characters lost in decoding: the text is not UTF-8 (GBK?)")
    lines = [line.expandtabs().rstrip() for line in text.replace("\ufeff", "").splitlines()]
    if any(len(line) > _LONGEST for line in lines):
        fail(f"a line of more than {_LONGEST} characters")
    return lines


def date(written: str) -> str | None:
    """ISO date or local time of a date as Oracle writes it; None where it may mean two things or none.

    Two-digit years follow Oracle's RR format: 00 to 49 belong to this century.
    """
    shown = " ".join(written.split()).strip(" ;,")
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(shown):
            return _iso(match["y"], _month(match["m"]), int(match["d"]), match["t"])
    if match := _EITHER_WAY.fullmatch(shown):
        first, second = int(match["a"]), int(match["b"])
        if first > 12 >= second:
            return _iso(match["y"], second, first, match["t"])
        if second > 12 >= first or first == second:
            return _iso(match["y"], first, second, match["t"])
    return None


def american(written: str) -> str | None:
    """ISO time of MM/DD/YYYY HH:MM:SS, which RMAN's failure messages always use, whatever the session's format."""
    match = _EITHER_WAY.fullmatch(written.strip())
    return _iso(match["y"], int(match["a"]), int(match["b"]), match["t"]) if match else date(written)


def stamp(name: str, written: str | None) -> Fields:
    """{<name>_at: ISO or None, <name>_as_written: text or None}."""
    shown = " ".join(written.split()) if written else None
    return {f"{name}_at": date(shown) if shown else None, f"{name}_as_written": shown}


def _month(written: str) -> int:
    if written[0].isdigit():
        return int(written.rstrip("月"))
    return _CHINESE_MONTHS.get(written) or _MONTHS[written[:3].upper()]


def _iso(year: str, month: int, day: int, clock: str | None) -> str | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 50 else 1900
    try:
        when = calendar_date(number, month, day)
        return datetime.combine(when, _clock(clock)).isoformat() if clock else when.isoformat()
    except ValueError:
        return None


def _clock(written: str) -> time:
    half = written[-2:].upper() if written[-1] in "mM" else ""
    hour, minute, second = (int(part) for part in re.findall(r"\d+", written)[:3])
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a twelve-hour clock")
        hour = hour % 12 + (12 if half == "PM" else 0)
    return time(hour, minute, second)


_UNITS = {"": 1, "BYTES": 1, "B": 1}
for _power, _letter in enumerate("KMGTPE", 1):
    _UNITS |= {_letter: 1024**_power, f"{_letter}B": 1024**_power}


def size(written: str) -> int:
    """Bytes of `365.34M`, `5.031 KB`, `0 KB`, `13.75 GB` (powers of 1024); ParseError for anything else."""
    match = re.fullmatch(r"(\d[\d,]*(?:\.\d+)?|\.\d+) ?([A-Z]*)", written.strip().upper())
    if not match or match[2] not in _UNITS:
        fail("a size expected", written)
    return round(float(match[1].replace(",", "")) * _UNITS[match[2]])


def seconds(written: str) -> int:
    """Seconds of `HH:MM:SS` (more than 24 hours possible) or `MM:SS`; ParseError for anything else."""
    match = re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d\d)", written.strip())
    if not match:
        fail("an elapsed time expected", written)
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])


def message(match: re.Match[str]) -> Fields:
    """{"code": kind and at least five digits, "message"} of a match of ERROR.

    Alert logs write ORA-1652 and ORA-000060 for what is ORA-01652 and ORA-00060 everywhere else.
    """
    width = 4 if match["kind"] == "SP2" else 5
    return {"code": f"{match['kind']}-{int(match['number']):0{width}d}", "message": match["message"].strip()}


def error_in(line: str) -> Fields | None:
    """The error message a line begins with, or None."""
    match = ERROR.match(line)
    return message(match) if match else None
