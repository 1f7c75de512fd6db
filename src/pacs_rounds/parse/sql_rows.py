"""What psql and sqlcmd print for one query, as this project keeps it: instances, a header, rows, their count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pacs_rounds.model import ParseError, Reason

_INSTANCE = re.compile(r"-- instance (\S+)$")
_COUNT = re.compile(r"-- (\d+) rows$")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}$")
# psql: SQLSTATE after the level, whatever the language of the words (ERROR, FATAL, 错误, FEHLER).
_STATE = re.compile(r"^(?:psql: )?[^\s:]{2,20}[:：] {1,4}([0-9A-Z]{5}): (.+)$")
_CONNECT = re.compile(r"^(?:psql: (?:error: |fatal: )?|could not connect|Sqlcmd: Error)", re.IGNORECASE)
_MSG = re.compile(r"^Msg (\d+), Level (\d+), State (\d+)")
_STATES = {
    "42501": (Reason.REFUSED, "no privilege"), "28P01": (Reason.REFUSED, "password refused"),
    "28000": (Reason.REFUSED, "login refused"), "3D000": (Reason.REFUSED, "no such database"),
    "57014": (Reason.TIMED_OUT, "cut at its time limit"), "55P03": (Reason.TIMED_OUT, "waited for a lock"),
    "42P01": (Reason.TOOL_MISSING, "no such view"), "42703": (Reason.TOOL_MISSING, "no such column"),
    "42883": (Reason.TOOL_MISSING, "no such function"), "57P03": (Reason.UNREACHABLE, "the server is starting up"),
    "53300": (Reason.REFUSED, "too many connections"), "57P01": (Reason.UNREACHABLE, "ended by the administrator")}
_MESSAGES = {
    "18456": (Reason.REFUSED, "login refused"), "229": (Reason.REFUSED, "no privilege"),
    "297": (Reason.REFUSED, "no privilege"), "300": (Reason.REFUSED, "no privilege"),
    "208": (Reason.TOOL_MISSING, "no such view"), "207": (Reason.TOOL_MISSING, "no such column"),
    "916": (Reason.REFUSED, "no access to the database"), "1222": (Reason.TIMED_OUT, "waited for a lock")}
_WORDS = (
    (re.compile(r"peer authentication failed|password authentication failed|no password supplied|login failed|"
                r"role .* does not exist|no pg_hba\.conf entry|fe_sendauth", re.IGNORECASE), Reason.REFUSED),
    (re.compile(r"no such file or directory|connection refused|not currently accepting|starting up|"
                r"could not open a connection|network-related", re.IGNORECASE), Reason.UNREACHABLE),
    (re.compile(r"time-?out|timed out", re.IGNORECASE), Reason.TIMED_OUT),  # sqlcmd says it of what is not there, too
)

Fields = dict[str, str | None]


@dataclass(slots=True)
class Said:
    """What one instance said to one query: its rows by lower-case column (an empty field is None), or why not."""

    instance: str
    rows: list[Fields] = field(default_factory=list)
    reason: Reason | None = None
    detail: str = ""


# -- instance web
# NAME|SETTING
# max_connections|200
# -- 1 rows
# -- instance ris
# ERROR:  42501: permission denied for function pg_control_system
def instances(text: str) -> list[Said]:
    """One Said per instance, in the text's order. ParseError for a text that is none of ours, ends before its rows are
    complete, or whose rows do not fit their header or their count."""
    said: list[Said] = []
    parts: list[list[str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        begin = _INSTANCE.match(line)
        if begin:
            said.append(Said(begin[1]))
            parts.append([])
        elif parts:
            parts[-1].append(line)
        elif line.strip():
            raise ParseError(f"line {number}: {line.strip()[:80]!r} before the first -- instance")
    if not said:
        raise ParseError("no -- instance line")
    for one, lines in zip(said, parts, strict=True):
        _fill(one, [line for line in lines if line.strip()])
    return said


# -- instance web
# -- query server
# version|in_recovery
# 15.8|f
# (1 row)
# -- query end
def of_query(text: str, query: str) -> list[Said]:
    """The same of a text that holds a whole session of psql per instance: what each said to one of its queries.

    An instance whose session never began says why in place of every query; a part that cannot be read is `unparsable`.
    """
    names: list[str] = []
    bodies: list[list[str]] = []
    for line in text.split("\n"):
        begin = _INSTANCE.match(line)
        if begin:
            names.append(begin[1])
            bodies.append([])
        elif bodies:
            bodies[-1].append(line)
        elif line.strip():
            raise ParseError(f"{line.strip()[:80]!r} before the first -- instance")
    if not names:
        raise ParseError("no -- instance line")
    said = [Said(name) for name in names]
    for one, lines in zip(said, bodies, strict=True):
        try:
            _fill(one, _part(one.instance, [line for line in lines if line.strip()], query))
        except ParseError as error:
            one.reason, one.detail, one.rows = Reason.UNPARSABLE, str(error), []
    return said


def _part(instance: str, lines: list[str], query: str) -> list[str]:
    """The lines of one query, psql's own count of rows turned into ours."""
    marks = [number for number, line in enumerate(lines) if line.startswith("-- query ")]
    if not marks:
        if _trouble(lines) is None:
            raise ParseError(f"{instance}: no session of psql: {(lines or [''])[0][:80]!r}")
        return lines
    begin = next((number for number in marks if lines[number] == f"-- query {query}"), None)
    if begin is None:
        raise ParseError(f"{instance}: the session holds no answer to {query}")
    end = next((number for number in marks if number > begin), None)
    if end is None:
        raise ParseError(f"{instance}: the session ends in the middle of {query}")
    part = lines[begin + 1:end]
    footer = re.fullmatch(r"\((\d+) rows?\)", part[-1]) if part else None
    return [*part[:-1], f"-- {footer[1]} rows"] if footer else part


def _fill(said: Said, lines: list[str]) -> None:
    if lines == ["-- not running"]:
        said.reason, said.detail = Reason.UNREACHABLE, "no such instance runs here"
        return
    trouble = _trouble(lines)
    if trouble:
        said.reason, said.detail = trouble
        return
    count = _COUNT.match(lines[-1]) if lines else None
    if not count:
        raise ParseError(f"{said.instance}: the text ends before its count of rows: {(lines or [''])[-1][:60]!r}")
    columns = [name.strip().lower() for name in lines[0].split("|")]
    if len(lines) < 2 or not all(map(_NAME.match, columns)) or len(set(columns)) < len(columns):
        raise ParseError(f"{said.instance}: {lines[0][:60]!r} is no header of columns")
    rows = lines[1:-1]
    if len(rows) != int(count[1]):
        raise ParseError(f"{said.instance}: {len(rows)} rows where {count[1]} were counted")
    for line in rows:
        values = line.split("|")
        if len(values) != len(columns):
            raise ParseError(f"{said.instance}: {len(values)} fields under {len(columns)} columns: {line[:60]!r}")
        said.rows.append({name: value.strip() or None for name, value in zip(columns, values, strict=True)})


def _trouble(lines: list[str]) -> tuple[Reason, str] | None:
    """Why there are no rows, in the server's or the client's own words; None for lines that are rows.

    Only the beginning of a line is looked at, and a row of such a beginning would not fit its header's columns."""
    for number, line in enumerate(lines):
        state, message = _STATE.match(line), _MSG.match(line)
        if state:
            reason, words = _STATES.get(state[1], (Reason.UNPARSABLE, f"error {state[1]}"))
            return reason, f"{words}: {state[2][:160]}"
        if message and int(message[2]) > 10:
            reason, words = _MESSAGES.get(message[1], (Reason.UNPARSABLE, f"error {message[1]}"))
            return reason, f"{words}: {' '.join(lines[number + 1:number + 2])[:160]}"
        if _CONNECT.match(line):
            whole = " ".join(one.strip() for one in lines[number:number + 3])
            return next((reason for words, reason in _WORDS if words.search(whole)), Reason.UNPARSABLE), whole[:200]
        if number == 0 and re.search(r"not found$|no such file or directory$|permission denied$|unknown user|"
                                     r"does not exist$|a password is required$", line, re.IGNORECASE):
            missing = re.search(r"not found$|no such file", line, re.IGNORECASE)
            return (Reason.TOOL_MISSING if missing else Reason.REFUSED), line.strip()[:200]
        if line.startswith("the session ended before this query"):
            return Reason.TRUNCATED, line
    return None


def whole(row: Fields, name: str, least: int = 0) -> int:
    """A column as a whole number of at least `least`; ParseError for anything else, an empty field too."""
    text = row.get(name)
    if text is None or not re.fullmatch(r"-?\d{1,19}", text) or int(text) < least:
        raise ParseError(f"{name} is {text!r}, not a whole number of at least {least}")
    return int(text)


def optional_whole(row: Fields, name: str, least: int = 0) -> int | None:
    """As `whole`; None for an empty field."""
    return None if row.get(name) is None else whole(row, name, least)


def yes(row: Fields, name: str) -> bool:
    """A column that says t or f, 1 or 0."""
    text = row.get(name)
    if text not in {"t", "f", "1", "0"}:
        raise ParseError(f"{name} is {text!r}, neither true nor false")
    return text in {"t", "1"}


def moment(row: Fields, name: str) -> str | None:
    """A column as 2026-11-22T09:00:00Z; None for an empty field."""
    text = row.get(name)
    if text is not None and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?", text):
        raise ParseError(f"{name} is {text!r}, not a moment")
    return text
