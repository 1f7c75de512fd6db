"""What every Fabric OS parser does first: cut the session's own lines off, refuse what is no answer."""

from __future__ import annotations

import re
from typing import NoReturn

from pacs_rounds.model import ParseError

# san-1:admin> switchshow     san-1:FID128:admin> switchshow
_PROMPT = re.compile(r"^(?:[\w.-]{1,64}(?::FID\d{1,3})?:[\w.@-]{1,64})?>(?:\s+|$)(?P<command>.*)$")
# switchshow      sfpshow -all      porterrshow        :        (the last is how supportshow names its commands)
_ECHO = re.compile(r"^(?:[a-z]{2,20}show|version|uptime|switchuptime|errdump|date|tsclockserver|wwn|switchname|timeout|"
                   r"firmwaredownloadstatus|"
                   r"portcfgpersistent(?:en|dis)able)(?:\s+-{0,2}[\w/,-]{1,20}){0,3}\s*:?$")
# Each telling by itself: a shell's word, a role without the right, a command's own usage.
_REFUSAL = re.compile(
    r"^\s*(?:-?\w{0,5}sh: |.{0,60}\bcommand not found\b|RBAC permission denied|.{0,60}\bpermission denied\b|usage: |"
    r"error: |invalid (?:command|argument|option|port|slot)|% ?invalid|unknown command|command not found|"
    r".{0,80}\bnot supported on this (?:platform|switch)|max(?:imum|\.)? remote sessions)", re.IGNORECASE)
_PAGER = re.compile(r"^\s*Type <CR> (?:or <SPACE BAR> )?to continue, Q<CR> to stop:?\s*$")
_LONGEST = 2000  # no Fabric OS command prints longer lines; the patterns are quadratic in the length of a line
WWN = r"[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){7}"


def fail(what: str, line: str = "") -> NoReturn:
    """Raise ParseError with one line: what was met, and the line it was met in."""
    raise ParseError(f"{what}: {line.strip()[:120]!r}" if line else what)


def lines_of(text: str) -> list[str]:
    """The answer's lines without echo, prompt and pager words; trailing blanks off, indentation kept.

    Raises ParseError for what the pager cut, for control characters, for a refusal and for a second command's answer.
    """
    if "\x1b" in text or "\x00" in text:
        fail("control characters in the answer")
    lines = [line.replace("\b", "").rstrip() for line in text.splitlines()]
    if any(len(line) > _LONGEST for line in lines):
        fail(f"a line of more than {_LONGEST} characters: no answer of a switch")
    first = 0
    while first < len(lines) and (not lines[first] or _PROMPT.match(lines[first].strip())
                                  or _ECHO.match(lines[first].strip().lower())):
        first += 1
    last = len(lines)
    while last > first and (not lines[last - 1] or _is_empty_prompt(lines[last - 1])):
        last -= 1
    lines = lines[first:last]
    if lines and (_PAGER.match(lines[-1]) or "--More--" in lines[-1]):
        fail("the pager waits for a key: the answer was cut off")
    for line in lines[:3]:
        if _REFUSAL.match(line):
            fail("the switch refused the command", line)
    lines = [line for line in lines if not _PAGER.match(line)]
    for line in lines:
        prompt = _PROMPT.match(line)
        if prompt and prompt["command"] and _ECHO.match(prompt["command"].lower()):
            fail("another command's answer follows", line)
    if not lines:
        fail("no text besides prompt and echo")
    return lines


def _is_empty_prompt(line: str) -> bool:
    prompt = _PROMPT.match(line.strip())
    return prompt is not None and not prompt["command"].strip()


def filled(text: str) -> list[str]:
    """`lines_of` without the empty lines."""
    return [line for line in lines_of(text) if line]


def word(text: str) -> str:
    """A state as a word of a catalogue entry: "Predicting failure" becomes predicting_failure."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def pair(line: str) -> tuple[str, str]:
    """Name and value of "name: value", both without blanks at the ends; ParseError for another line."""
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        fail("line not understood", line)
    return name.strip(), value.strip()


_SCALE = {"": 1, "k": 1000, "m": 1000_000, "g": 1000_000_000, "t": 1000_000_000_000}
_COUNTER = re.compile(r"(?P<whole>\d{1,20})(?:\.(?P<part>\d{1,3}))?(?P<scale>[kmgt]?)", re.IGNORECASE)


def counter(text: str, what: str) -> tuple[int, bool]:
    """A counter and whether the switch rounded it: "463.2m" is (463200000, True), "17" is (17, False)."""
    match = _COUNTER.fullmatch(text)
    if match is None or (match["part"] and not match["scale"]):
        fail(f"{what} is no counter", text)
    part, scale = match["part"] or "", _SCALE[match["scale"].lower()]
    return int(match["whole"]) * scale + (int(part) * scale // 10 ** len(part) if part else 0), scale > 1
