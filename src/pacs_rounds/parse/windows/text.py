"""What every reader of Windows commands does first: cut the session's own lines off, refuse what is no answer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NoReturn

from pacs_rounds.model import ParseError

_LONGEST = 1000
_PROMPT = re.compile(r"^(?:PS )?[A-Za-z]:\\[^<>|]*>.*$")
_BANNER = re.compile(r"^(?:Microsoft Windows \[|\(c\) |Copyright \(c\)|版权所有)")
_REFUSAL = re.compile(
    r"is not recognized as|不是内部或外部命令|无法将.*识别为|^Access is denied|^拒绝访问|^(?:ERROR|错误)[:：]|"
    r"^The following error occurred|^发生下列错误|^The service has not been started|^服务尚未启动", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")
_NAMED = re.compile(rf"(?:(?P<m>{'|'.join(_MONTHS)}) (?P<d>\d{{1,2}}),?|(?P<d2>\d{{1,2}}) (?P<m2>{'|'.join(_MONTHS)})) "
                    r"(?P<y>\d{4})")
_EITHER_WAY = re.compile(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})")
_CLOCK = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d\d):(?P<s>\d\d)(?: ?(?P<half>[AP]M))?", re.IGNORECASE)


def fail(what: str, line: str = "") -> NoReturn:
    """Raise ParseError with one line: what was met, and the line it was met in."""
    raise ParseError(f"{what}: {' '.join(line.split())[:120]!r}" if line else what)


def lines_of(text: str) -> list[str]:
    """The answer's lines without prompt and banner, trailing blanks off, indentation kept.

    ParseError for control characters, for a refusal of the command, and for text that lost its characters in decoding
    (a Chinese host writes GBK: what is left of it cannot be told apart any more).
    """
    if "\x1b" in text or "\x00" in text:
        fail("control characters in the text")
    if text.count("\ufffd") > 3:
        fail("characters lost in decoding: the text is not UTF-8 (GBK?)")
    lines = [line.expandtabs().rstrip() for line in text.replace("\ufeff", "").splitlines()]
    if any(len(line) > _LONGEST for line in lines):
        fail(f"a line of more than {_LONGEST} characters")
    lines = [line for line in lines if not _PROMPT.match(line) and not _BANNER.match(line)]
    for line in [line for line in lines if line.strip()][:3]:
        if _REFUSAL.search(line.strip()):
            fail("Windows refused the command", line)
    if not any(line.strip() for line in lines):
        fail("no text besides prompt and echo")
    return lines


def when(written: str) -> str | None:
    """ISO local time of a date as the host's region writes it; None where it may mean two days, or none.

    `2026/11/20, 9:05:38`, `Friday, November 20, 2026 9:05:38 AM` and `3/19/2026, 9:25:03 AM` mean one day;
    `5/6/2026` is 6 May or 5 June.
    """
    clock = _CLOCK.search(written)
    if clock is None:
        return None
    if found := _YEAR_FIRST.search(written):
        month, day = int(found["m"]), int(found["d"])
    elif found := _NAMED.search(written):
        month, day = _MONTHS.index(found["m"] or found["m2"]) + 1, int(found["d"] or found["d2"])
    elif found := _EITHER_WAY.search(written):
        month, day = int(found["a"]), int(found["b"])
        if month > 12:
            month, day = day, month
        elif day <= 12 and day != month:
            return None
    else:
        return None
    hour = int(clock["h"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["half"].upper() == "PM" else 0)
    try:
        return datetime(int(found["y"]), month, day, hour, int(clock["m"]), int(clock["s"])).isoformat()
    except ValueError:
        return None


def stamp(name: str, written: str | None) -> dict[str, Any]:
    """{<name>_at: ISO or None, <name>_as_written: text or None}."""
    return {f"{name}_at": when(written) if written else None, f"{name}_as_written": written or None}
