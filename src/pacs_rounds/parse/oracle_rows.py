"""The text in which answers to Oracle queries are kept, whichever way they were asked: one part per instance. Pure.

    -- instance PACS
    TABLESPACE_NAME|CONTENTS|USED_BYTES
    SYSTEM|PERMANENT|734003200
    UNDOTBS1|UNDO|
    -- 2 rows

    -- instance RIS
    -- not running

    -- instance OLD
    ORA-00942: table or view does not exist

An empty field is NULL. In place of the rows may also stand `-- failed <reason>: <words>` (no answer came, with one of
the reasons of the rounds), and in place of the count `-- more than 500 rows`. Values hold neither `|` nor line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError, Reason
from pacs_rounds.parse.oracle_text import Fields, fail

_BEGIN = re.compile(r"^-- instance (?P<sid>[A-Za-z][A-Za-z0-9_$#]{0,29})$")
_COUNT = re.compile(r"^-- (?P<more>more than )?(?P<count>\d{1,6}) rows?$")
_FAILED = re.compile(r"^-- failed (?P<reason>[a-z_]+): (?P<words>.*)$")
_NOT_RUNNING = "-- not running"
_ERROR = re.compile(r"^(?:ERROR: ?)?(?P<code>(?:ORA|SP2|TNS|CPY|DPY)-\d{4,5})(?:: ?(?P<words>.*))?$")
_NOISE = re.compile(r"^(?:ERROR(?: at line \d+)?:|Help: https://docs\.oracle\.com/\S*)$")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,3})?", re.IGNORECASE)
_MEANINGS: tuple[tuple[Reason, str, str], ...] = (
    (Reason.REFUSED, "ORA-01031 ORA-01039 ORA-01720 ORA-41900 ORA-01045 ORA-06564", "no privilege"),
    (Reason.REFUSED, "ORA-00942", "no such view in this release, or no privilege on it"),
    (Reason.TOOL_MISSING, "ORA-00904 ORA-02003 ORA-00923 ORA-00907", "this release does not know what was asked"),
    (Reason.REFUSED, "ORA-28001", "the account's password has expired"),
    (Reason.REFUSED, "ORA-28000", "the account is locked"),
    (Reason.REFUSED, "ORA-01017 ORA-01005 ORA-12638 ORA-28009", "login refused: user, password or the group of the "
     "operating system's user"),
    (Reason.REFUSED, "ORA-00018 ORA-00020 ORA-12516 ORA-12519 ORA-12520 ORA-12526 ORA-12528", "no session or process "
     "is free for us"),
    (Reason.UNREACHABLE, "ORA-01034 ORA-27101 ORA-12547 ORA-12560 ORA-01012 ORA-01092", "the instance is down"),
    (Reason.UNREACHABLE, "ORA-01033 ORA-01089 ORA-01090", "the instance is starting or stopping"),
    (Reason.UNREACHABLE, "ORA-01507 ORA-01219 ORA-01109 ORA-16000", "the database is not open"),
    (Reason.UNREACHABLE, "ORA-03113 ORA-03114 ORA-03135 ORA-00028 ORA-02396 ORA-12537 ORA-12541 ORA-12514 ORA-12505 "
     "ORA-12545 ORA-12154 DPY-6005 DPY-6001 DPY-6003 DPY-4011", "the connection was lost or not made"),
    (Reason.TIMED_OUT, "ORA-01013 ORA-12170 ORA-12535 ORA-04021 ORA-00054 DPY-4024", "no answer in time"),
    (Reason.TOOL_MISSING, "SP2-0667 SP2-0750 SP2-1503 SP2-0152", "SQL*Plus does not start with this ORACLE_HOME"),
    (Reason.REFUSED, "SP2-0640", "not connected"),
    (Reason.TOOL_MISSING, "DPY-3010 DPY-3015", "the thin driver cannot speak with this release or account"),
    (Reason.FAULT_IN_CHECK, "SP2-0734 SP2-0042 SP2-0158 SP2-0027 SP2-0552 ORA-00900 ORA-00933 ORA-00936 ORA-01489",
     "the query is wrong"),
)
_BY_CODE = {code: (reason, words) for reason, codes, words in _MEANINGS for code in codes.split()}


@dataclass(slots=True)
class Section:
    """One instance's part. `reason` says why there are no rows (None when there are: they may be none in number);
    `running` is False where the instance does not run on this host."""

    sid: str
    running: bool = True
    reason: Reason | None = None
    detail: str = ""
    columns: tuple[str, ...] = ()
    rows: list[dict[str, str | None]] = field(default_factory=list)


def meaning(line: str) -> tuple[Reason, str] | None:
    """Reason and words for a line with an error of Oracle's, or None for another line. An error nobody listed is
    `unparsable`, with its own words."""
    match = _ERROR.match(line.strip())
    if not match:
        return None
    reason, words = _BY_CODE.get(match["code"], (Reason.UNPARSABLE, "the database answers with an error"))
    return reason, f"{words} ({match['code']}{': ' + match['words'] if match['words'] else ''})"[:300]


def parts(text: str) -> list[tuple[str, list[str]]]:
    """(SID, lines) of each instance's part; ParseError for text before the first one, or none."""
    found: list[tuple[str, list[str]]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if match := _BEGIN.match(line.rstrip()):
            if match["sid"] in {sid for sid, _ in found}:
                fail("an instance that is there twice", line)
            found.append((match["sid"], []))
        elif found:
            found[-1][1].append(line.rstrip())
        elif line.strip():
            fail("no '-- instance SID' above the answer", line)
    if not found:
        fail("no '-- instance SID' in the text")
    return found


def sections(text: str) -> list[Section]:
    """All parts of the text. ParseError for what is cut off, miscounted or of another shape."""
    return [_section(sid, [line for line in lines if line.strip()]) for sid, lines in parts(text)]


def _section(sid: str, lines: list[str]) -> Section:
    if not lines:
        fail(f"cut off: nothing below '-- instance {sid}'")
    if lines[0] == _NOT_RUNNING:
        if len(lines) > 1:
            fail("an answer of an instance that does not run", lines[1])
        return Section(sid, running=False)
    for line in lines:
        if match := _FAILED.match(line):
            if match["reason"] not in set(Reason):
                fail("no reason of the rounds", line)
            return Section(sid, reason=Reason(match["reason"]), detail=match["words"])
    # A value of a row may be an error's text: only where no rows are counted does an error stand in their place.
    if not _COUNT.match(lines[-1]):
        for said in filter(None, (meaning(line) for line in lines if not line.startswith("--"))):
            return Section(sid, reason=said[0], detail=said[1])
    return _rows(sid, [line for line in lines if not _NOISE.match(line)])


def _rows(sid: str, lines: list[str]) -> Section:
    end = _COUNT.match(lines[-1]) if lines else None
    if not end:
        fail(f"cut off: the rows of {sid} end without their count", lines[-1] if lines else "")
    columns = tuple(name.strip().lower() for name in lines[0].split("|"))
    if len(lines) < 2 or not all(re.fullmatch(r"[a-z][a-z0-9_$#]{0,29}", name) for name in columns) or \
            len(set(columns)) != len(columns):
        fail("no line of column names", lines[0])
    rows = []
    for line in lines[1:-1]:
        if line.startswith("-- "):
            fail("a remark among the rows", line)
        cells = line.split("|")
        if len(cells) != len(columns):
            fail(f"{len(cells)} fields in a row of {len(columns)} columns", line)
        rows.append({name: cell.strip() or None for name, cell in zip(columns, cells, strict=True)})
    if len(rows) != int(end["count"]):
        fail(f"{end['count']} rows counted and {len(rows)} there: cut off or put together")
    if end["more"]:
        return Section(sid, True, Reason.TRUNCATED, f"more than {end['count']} rows", columns, rows)
    return Section(sid, columns=columns, rows=rows)


def rows(text: str) -> dict[str, list[dict[str, str | None]]]:
    """{SID: rows as text by lower-case column} of the instances that run here. ParseError where one gave an error."""
    found = {}
    for section in sections(text):
        if section.reason:
            fail(f"{section.sid}: {section.detail}")
        if section.running:
            found[section.sid] = section.rows
    return found


def value(kind: str, written: str | None) -> Any:
    """A field as its column's type: `text`; `int`; `number` (`.5` and `1.2E+10` too); `time`, checked and kept as ISO
    text of the database host's local time. None for NULL, ParseError for what is not of the type."""
    if written is None or kind == "text":
        return written
    if kind == "time":
        try:
            return datetime.strptime(written, "%Y-%m-%dT%H:%M:%S").isoformat()
        except ValueError:
            fail("a time expected", written)
    if not _NUMBER.fullmatch(written):
        fail("a number expected", written)
    exact = float(written)
    if kind == "int":
        whole = int(written) if re.fullmatch(r"[+-]?\d+", written) else int(exact) if exact.is_integer() else None
        if whole is None:
            fail("a whole number expected", written)
        return whole
    return int(exact) if exact.is_integer() and abs(exact) < 2**53 else exact


def typed(text: str, columns: Iterable[tuple[str, str]]) -> list[Fields]:
    """What every parser `oracle.sql_<query>` returns: one entry per instance, in the order of the text:

    {"sid", "running": bool, "reason": None or why there are no rows, "detail", "rows": [{column: typed value}]}

    ParseError where the columns are not those of the query (name, type), or a value is not of its type.
    """
    wanted = list(columns)
    found = []
    for one in sections(text):
        if one.columns and sorted(one.columns) != sorted(name for name, _ in wanted):
            fail("these are not the columns of this query", "|".join(one.columns))
        kept = [] if one.reason else [{name: value(kind, row[name]) for name, kind in wanted} for row in one.rows]
        found.append({"sid": one.sid, "running": one.running, "reason": str(one.reason) if one.reason else None,
                      "detail": one.detail, "rows": kept})
    return found


def verdict(text: str) -> tuple[Reason, str] | None:
    """Why the whole text is no answer: every instance that runs here failed. None when at least one answered, when none
    runs here, where the query was not sent (`not_run`: it is for other releases, which the check may know how to
    take), and for text that is not of this form (its parser says so)."""
    try:
        found = [one for one in sections(text) if one.running]
    except ParseError:
        return None
    if not found or any(one.reason in {None, Reason.NOT_RUN} for one in found):
        return None
    first = found[0].reason
    words = "; ".join(f"{one.sid}: {one.detail}" if len(found) > 1 else one.detail for one in found)
    return (first, words[:400]) if first else None
