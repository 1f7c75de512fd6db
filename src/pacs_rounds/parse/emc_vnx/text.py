"""What every parser of this platform does first: refuse what is no answer of the array, read `key: value` lines.

naviseccli's exit status says little; its errors come as text where the answer should stand. Sources of the layouts:
EMC VNX Series Command Line Interface Reference for Block, and recorded outputs of OE 05.31, 05.32 and 05.33.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NoReturn

from pacs_rounds.model import ParseError

_LONGEST = 20000  # "Type:" of a disk names each of its LUNs; nothing else comes near
_BLANKS = " " * 200  # the patterns below are quadratic in the length of such a run
_ECHO = re.compile(r"^(?:\S*[>#$]\s*)?(?:\S*[/\\])?navi(?:sec)?cli(?:\.exe)?\s+-?\w", re.IGNORECASE)
_REFUSALS = re.compile(
    r"^\s*(?:Security file not found|Error (?:returned|occurred|connecting)|Error\s*[:-]|Authentication failed|"
    r"Caller not privileged|Could not connect to|A network error occurred|Unable to (?:validate|connect|reach|locate)|"
    r"Request (?:failed|timed out|not allowed)|(?:The )?(?:operation|connection|request)? ?(?:has )?timed out|"
    r"Connection (?:refused|reset)|Invalid\s+(?:user|password|scope|option|switch|command|CLI|argument|input)|"
    r"Management Server is not running|CLI commands are not supported|"
    r"Usage:(?:\s*$|.*[\[<])|Access (?:is )?denied|Permission denied|"
    r"(?:-?(?:ba|z|k|da)?sh|/bin/\w*sh)(?:\[\d+\])?:\s|.*command not found|.*: No such file or directory|"
    r"The (?:specified )?(?:server|host|command)\b.* (?:not be found|not found|not supported|not recognized)|"
    r"%\s|Message ?: ?Error)", re.IGNORECASE)
_NONE = re.compile(
    r"^(?:No (?:current |such )?[\w -]*(?:exist|found|configured|defined|available)|There (?:are|is) no\b|None\.?$|"
    r"Could not retrieve the specified \(.*may not exist|The file does not exist|"
    r"(?:Getting|Listing) .*failed\.? .*(?:does not exist|not found))", re.IGNORECASE)
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z][^:]{0,99}?|-)\s*:(?P<value>.*)$")
_EQUALS = re.compile(r"^\s*(?P<key>[A-Za-z][^:=]{0,99}?)\s*=(?P<value>.*)$")
_NOTHING = {"", "n/a", "not available", "not applicable"}
Fields = dict[str, Any]


def fail(what: str, line: str = "") -> NoReturn:
    """Raise ParseError with one line: what was met, and the line it was met in."""
    raise ParseError(f"{what}: {' '.join(line.split())[:120]!r}" if line else what)


def lines_of(text: str, answers: re.Pattern[str] | None = None) -> list[str]:
    """The answer's lines, trailing blanks off, indentation kept, without the echo of the command line.

    ParseError for control characters and for an error text, unless its line matches `answers` (a feature that is not
    installed is an answer).
    """
    if "\x1b" in text or "\x00" in text:
        fail("control characters in the answer")
    lines = [line.expandtabs().rstrip(" \r\f\v\u00a0·\ufeff").lstrip("\ufeff") for line in text.splitlines()]
    if any(len(line) > _LONGEST for line in lines):
        fail(f"a line of more than {_LONGEST} characters: no answer of an array")
    if any(_BLANKS in line for line in lines):
        fail(f"{len(_BLANKS)} blanks in a row: no answer of an array")
    while lines and (not lines[0] or _ECHO.match(lines[0])):
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        fail("no text besides the command line")
    shown = [line for line in lines if line]
    for line in shown[:12] + shown[12:][-2:]:  # an answer that began well may end in "Timed out"
        if _REFUSALS.match(line) and not (answers and answers.match(line)):
            fail("naviseccli answers with an error", line)
    return lines


def says_none(lines: list[str]) -> bool:
    """Whether the answer is one of the sentences that mean: there is no such thing on this array."""
    return bool(lines) and all(not line or _NONE.match(line.strip()) for line in lines)


def snake(key: str) -> str:
    """A device's field name as an identifier: "Percent Full Threshold" becomes percent_full_threshold."""
    return re.sub(r"[^a-z0-9]+", "_", key.lower().replace("%", " percent ").replace("#", " number ")).strip("_")


def split(lines: list[str], start: re.Pattern[str]) -> tuple[list[str], list[tuple[re.Match[str], list[str]]]]:
    """The lines before the first block, and each block as (match of its first line, the lines after it)."""
    head: list[str] = []
    found: list[tuple[re.Match[str], list[str]]] = []
    for line in lines:
        match = start.match(line)
        if match:
            found.append((match, []))
        elif found:
            found[-1][1].append(line)
        else:
            head.append(line)
    return head, found


_PREAMBLE = re.compile(r"^(?:Server IP Address|Agent Rev):|^[-=]{4,}$|^(?:All )?[\w/ ]* Information$", re.IGNORECASE)


def blocks(lines: list[str], start: re.Pattern[str]) -> list[tuple[re.Match[str], list[str]]]:
    """Blocks of a listing; before the first only what getall prints as a heading. ParseError for any other line."""
    head, found = split(lines, start)
    for line in head:
        if line and not _PREAMBLE.match(line.strip()):
            fail("a line before the first entry", line)
    if not found:
        fail("no entry in the answer", next(line for line in lines if line))
    return found


def pair(line: str, gap: re.Pattern[str] | None = None) -> tuple[str, str] | None:
    """(key, value) of `key: value`, `key = value`, or `key   value` where `gap` (one group: the key) fits."""
    if gap and (match := gap.match(line)):
        return match.group(1).strip(), line[match.end(1):].lstrip(" :=").strip()
    match = _KEY.match(line) or _EQUALS.match(line)
    return (match["key"].strip(), match["value"].strip()) if match else None


def read(lines: Iterable[str], gap: re.Pattern[str] | None = None, skip: re.Pattern[str] | None = None) -> Fields:
    """Fields of one block, keys in snake case, values as printed. A field goes on in lines without a colon (or with a
    hyphen for a key) where its value is empty or indented text follows; it is a list then. A key met twice too.

    ParseError for a line that is none of these and does not match `skip`.
    """
    fields: Fields = {}
    last = ""
    for line in lines:
        if not line or (skip and skip.match(line)):
            continue
        found = pair(line, gap)
        if found and found[0] != "-":
            last = snake(found[0])
            _add(fields, last, found[1])
        elif last and (found or fields[last] in ("", []) or isinstance(fields[last], list) or line.startswith("   ")):
            _add(fields, last, found[1] if found else line.strip())
        else:
            fail("a line that is no field", line)
    return fields


def _add(fields: Fields, key: str, value: str) -> None:
    if key not in fields:
        fields[key] = value
    elif fields[key] == "":
        fields[key] = [value]
    else:
        fields[key] = [*(fields[key] if isinstance(fields[key], list) else [fields[key]]), value]


def number(value: str) -> int | float | None:
    """The number a field holds, None for N/A; ParseError for anything else."""
    shown = value.strip().rstrip("%").strip()
    if shown.lower() in _NOTHING:
        return None
    if re.fullmatch(r"-?\d+", shown):
        return int(shown)
    if re.fullmatch(r"-?\d+\.\d+", shown):
        return float(shown)
    fail("a number expected", value)


def flag(value: str) -> bool | str | None:
    """True, False, None for N/A; another word stays what it is."""
    known = {"yes": True, "true": True, "no": False, "false": False}
    return known.get(value.lower(), word(value))


def word(value: str) -> str | None:
    """The text, or None for N/A and for nothing; a date with a time as ISO local time."""
    shown = value.strip()
    stamp = re.fullmatch(r"(\d\d/\d\d/\d{2,4}) (\d\d:\d\d:\d\d)", shown)
    return when(stamp[1], stamp[2]) if stamp else None if shown.lower() in _NOTHING else shown


def typed(fields: Fields, numbers: str = "(?!)", flags: str = "(?!)") -> Fields:
    """Fields with numbers and yes/no turned into values, by patterns of their keys; N/A becomes None."""
    def convert(key: str) -> Callable[[str], Any]:
        return number if re.fullmatch(numbers, key) else flag if re.fullmatch(flags, key) else word

    return {key: [one for one in map(convert(key), value) if one is not None] if isinstance(value, list)
            else convert(key)(value) for key, value in fields.items()}


def need(fields: Fields, *keys: str) -> None:
    """ParseError unless the block has one of the fields it cannot do without."""
    if not any(key in fields for key in keys):
        fail(f"no field {' or '.join(keys)} in the answer", ", ".join(fields))


def when(date: str, time: str) -> str:
    """ISO local time of MM/DD/YY or MM/DD/YYYY and HH:MM:SS; ParseError for an impossible one."""
    for form in ("%m/%d/%Y", "%m/%d/%y"):
        try:
            return datetime.strptime(f"{date} {time}", f"{form} %H:%M:%S").isoformat()
        except ValueError:
            continue
    fail("no date and time", f"{date} {time}")
