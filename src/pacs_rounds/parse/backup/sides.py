"""Both sides of a copy, as src/pacs_rounds/backup/sides.py puts them together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pacs_rounds import parse
from pacs_rounds.model import ParseError, Reason
from pacs_rounds.parse import parser
from pacs_rounds.parse.backup.lines import Section, fail, sections
from pacs_rounds.parse.oracle_text import Fields

_PARSERS = {"images here": "backup.images", "images there": "backup.images", "copies here": "backup.copies",
            "pieces of": "oracle.sql_backup_pieces", "database of": "oracle.sql_backup_database"}


# == side images here ims 2026-11-22T02:00:15.123Z
# | == images /archive 20261122 sha256sum
# | == end
# == unanswered images there unreachable no route to host
# == end
@parser("backup.sides")
def sides(text: str) -> Fields:
    """{"images here" | "images there" | "copies here" | "pieces of <host>" | "database of <host>": {"host", "at": epoch
    seconds, "said": as its own parser reads it, "reason": None or why nothing was said, "detail"}}."""
    found: Fields = {}
    for one in sections(text):
        if one.kind not in ("side", "unanswered") or len(one.words) < 4:
            raise fail("no side of a copy", " ".join([one.kind, *one.words]))
        named = one.words[0] in ("pieces", "database")
        what = " ".join(one.words[:3] if named else one.words[:2])
        rest = one.words[3:] if named else one.words[2:]
        name = " ".join(one.words[:2])
        if name not in _PARSERS or not rest:
            raise fail("no side known here", " ".join(one.words))
        found[what] = _answered(one, _PARSERS[name], rest) if one.kind == "side" else _silent(rest)
    return found


def _silent(rest: list[str]) -> dict[str, Any]:
    if rest[0] not in set(Reason):
        raise fail("no reason of the rounds", rest[0])
    return {"host": None, "at": None, "said": None, "reason": rest[0], "detail": " ".join(rest[1:])}


def _answered(one: Section, name: str, rest: list[str]) -> dict[str, Any]:
    if len(rest) != 2 or any(not line.startswith("|") for line in one.lines):
        raise fail("a side of another shape", " ".join(one.words))
    try:
        at = datetime.fromisoformat(rest[1]).timestamp()
    except ValueError:
        raise fail("no time", rest[1]) from None
    body = "\n".join(line[2:] for line in one.lines)
    try:
        return {"host": rest[0], "at": at, "said": parse.parse(name, body), "reason": None, "detail": ""}
    except ParseError as error:
        return {"host": rest[0], "at": at, "said": None, "reason": "unparsable", "detail": str(error)}
