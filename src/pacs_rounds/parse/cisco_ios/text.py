"""What every IOS parser does first: cut the session's own lines off, refuse what is no answer."""

from __future__ import annotations

import re
from typing import NoReturn

from pacs_rounds.model import ParseError

_ECHO = re.compile(r"^(?:[\w.()/:-]+[#>]\s*)?(?:sho?w?|dir)\s+\S.*$", re.IGNORECASE)
_BARE_ECHO = re.compile(r"^(?:[\w.()/:-]+[#>]\s*)?dir$", re.IGNORECASE)
_PROMPT = re.compile(r"^[\w.()/:-]+[#>]\s*$")
_EXEC_STAMP = re.compile(r"^(?:Load for (?:five|5) secs?:|Time source is |No time source,)")
_REFUSAL = re.compile(r"^\s*% ?(?:Invalid|Incomplete|Ambiguous|Unknown|Unrecognized|Bad|Authorization|Access|Error)\b",
                      re.IGNORECASE)
_LONGEST = 1000  # no IOS command prints longer lines; the patterns below are quadratic in the length of a line
_WORDS = {"year": 365 * 86400, "week": 7 * 86400, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
_DURATION = re.compile(r"(\d+) (year|week|day|hour|minute|second)s?")


def fail(what: str, line: str = "") -> NoReturn:
    """Raise ParseError with one line: what was met, and the line it was met in."""
    raise ParseError(f"{what}: {line.strip()[:120]!r}" if line else what)


def lines_of(text: str, reads_nothing: bool = False) -> list[str]:
    """The answer's lines without echo, prompt and exec time stamp, trailing blanks off, indentation kept.

    Raises ParseError for pager residue, control characters and for a refusal of the command line itself.
    """
    if "--More--" in text:
        fail("pager residue (--More--): the answer was cut into pages")
    if "\x1b" in text or "\x00" in text:
        fail("control characters in the answer")
    if "\b" in text:
        text = text.replace("\b", "")
    lines = [line.rstrip() for line in text.splitlines()]
    if max(map(len, lines), default=0) > _LONGEST:
        fail(f"a line of more than {_LONGEST} characters: no answer of a switch")
    first = 0
    while first < len(lines) and (not lines[first] or _is_session(lines[first].strip())):
        first += 1
    last = len(lines)
    while last > first and (not lines[last - 1] or _PROMPT.match(lines[last - 1].strip())):
        last -= 1
    lines = lines[first:last]
    for line in lines[:3]:
        if _REFUSAL.match(line):
            fail("the switch refused the command", line)
    if not lines and not reads_nothing:
        fail("no text besides prompt and echo")
    return lines


def _is_session(line: str) -> bool:
    return bool(_ECHO.match(line) or _BARE_ECHO.match(line) or _EXEC_STAMP.match(line) or _PROMPT.match(line))


def duration(text: str) -> int:
    """Seconds of "1 year, 38 weeks, 2 days, 1 hour, 48 minutes"; IOS counts a year as 365 days."""
    parts = _DURATION.findall(text)
    if not parts:
        fail("no duration", text)
    return sum(int(number) * _WORDS[word] for number, word in parts)


def number(text: str, what: str) -> int:
    """An integer, or ParseError naming what it should have been."""
    if not re.fullmatch(r"-?\d+", text):
        fail(f"{what} is no number", text)
    return int(text)


_SHORT = (
    ("TwentyFiveGigE", "Twe"), ("TwoGigabitEthernet", "Tw"), ("FiveGigabitEthernet", "Fi"),
    ("HundredGigE", "Hu"), ("FortyGigabitEthernet", "Fo"), ("TenGigabitEthernet", "Te"), ("GigabitEthernet", "Gi"),
    ("FastEthernet", "Fa"), ("Ethernet", "Et"), ("Port-channel", "Po"), ("Vlan", "Vl"), ("Loopback", "Lo"),
    ("Tunnel", "Tu"),
)
_INTERFACE = re.compile(r"^([A-Za-z][A-Za-z-]*)\s*([\d/.:]+)$")


def short_interface(name: str) -> str:
    """Gi1/0/1 for GigabitEthernet1/0/1, Gig 1/0/1, gi1/0/1 alike; a phone's "Port 1" stays as it is."""
    match = _INTERFACE.match(name.strip())
    if not match:
        return name.strip()
    kind, place = match[1].lower(), match[2]
    for long, short in _SHORT:
        if kind == short.lower() or (len(kind) >= 3 and kind != "port" and long.lower().startswith(kind)):
            return short + place
    return name.strip()
