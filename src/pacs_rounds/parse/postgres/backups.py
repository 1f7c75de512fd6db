"""Base backups and archived log as they lie in their directories: names, sizes and the lines that say what they are."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser

_BEGIN = re.compile(r"-- instance (\S+)$")
_FIELDS = {"format", "kb", "manifest", "made", "start_segment", "verified_at", "verified"}
_ABOUT = {"directory", "clock", "archive"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


# -- instance web
# directory /backup/postgres/base
# clock 2026-11-22T09:00:00Z
# -- backup /backup/postgres/base/20261121
# format plain
# kb 41234567
# manifest whole
# made 2026-11-21T16:09:12Z
# start_segment 0000000100000003000000FE
# verified_at 2026-11-21T17:02:40Z
# verified backup successfully verified
# -- wal
# segment 0000000100000003000000FE
# archive present
# -- end web
@parser("postgres.backups")
def backups(text: str) -> list[dict[str, Any]]:
    """One entry per instance: {instance, directory (a path, absent or refused), clock, archive, wal: [name],
    backups: [{path, format, kb, manifest, made, start_segment, verified_at, verified}]}, newest first."""
    found: list[dict[str, Any]] = []
    open_: dict[str, Any] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        begin = _BEGIN.match(line)
        if not line.strip():
            continue
        if begin and open_ is None:
            open_ = {"instance": begin[1], "directory": None, "clock": None, "archive": None, "wal": [], "backups": []}
            found.append(open_)
        elif open_ is None:
            raise ParseError(f"line {number}: {line[:80]!r} before an instance")
        elif line == f"-- end {open_['instance']}":
            _whole(open_)
            open_ = None
        else:
            _line(open_, line, number)
    if open_ is not None:
        raise ParseError(f"{open_['instance']}: the text ends in the middle")
    if not found:
        raise ParseError("no -- instance line")
    return found


def _line(open_: dict[str, Any], line: str, number: int) -> None:
    word, _, value = line.partition(" ")
    if line.startswith("-- backup "):
        open_["backups"].append({"path": line.removeprefix("-- backup "), **dict.fromkeys(sorted(_FIELDS))})
    elif line == "-- wal":
        open_["at_log"] = True
    elif word == "segment" and open_.get("at_log") and re.fullmatch(r"[0-9A-F]{24}", value):
        open_["wal"].append(value)
    elif word in _ABOUT:
        open_[word] = value or None
    elif word in _FIELDS and open_["backups"] and not open_.get("at_log"):
        open_["backups"][-1][word] = _value(word, value.strip(), number)
    else:
        raise ParseError(f"line {number}: {line[:80]!r} is nothing that is told of a backup")


def _value(word: str, value: str, number: int) -> Any:
    if word == "kb":
        if not re.fullmatch(r"\d{1,15}", value):
            raise ParseError(f"line {number}: the size is {value[:40]!r}, not a number")
        return int(value)
    if word in {"made", "verified_at"} and not _MOMENT.match(value):
        raise ParseError(f"line {number}: {word} is {value[:40]!r}, not a moment")
    return value or None


def _whole(entry: dict[str, Any]) -> None:
    entry.pop("at_log", None)
    if entry["directory"] is None:
        raise ParseError(f"{entry['instance']}: nothing was told of its directory")
    for one in entry["backups"]:
        if one["kb"] is None or one["manifest"] is None or one["made"] is None:
            raise ParseError(f"{entry['instance']}: {one['path']} without size, manifest or time")
