"""What a session of SQL*Plus printed, taken apart: one text per query in the form of parse/oracle_rows.py. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pacs_rounds.model import Answer, Reason
from pacs_rounds.oracle.queries import Query
from pacs_rounds.oracle.shell import NOT_RUNNING
from pacs_rounds.parse.oracle_rows import meaning

_SELECTED = re.compile(r"^(?:(?P<count>\d+) rows? selected\.|no rows selected)$")
_HEADLINE = re.compile(r"^ERROR(?: at line \d+)?:\s*")
_WARNINGS = re.compile(r"ORA-(?:28002|28011|28098)\b")
"""The password will expire, or has and may still be used for a while: the session is there."""
_NO_RIGHT = re.compile(r"^(?:sudo|su)\b.{0,200}|.{0,200}permission denied.{0,80}", re.IGNORECASE)


def failed(reason: Reason, words: str) -> str:
    """The line in place of rows that did not come."""
    return f"-- failed {reason}: {' '.join(words.split())[:300]}"


class Session:
    """One instance's session: `part(query)` is the instance's part of that query's text."""

    def __init__(self, sid: str, answer: Answer, nonce: str) -> None:
        self.sid = sid
        self._answer = answer
        self._nonce = nonce
        self._lines = [line.rstrip() for line in answer.text.split("\n")]
        self._marks = {line[len(nonce) + 1:]: number for number, line in reversed(list(enumerate(self._lines)))
                       if line.startswith(nonce + " ")}
        self._why = "" if self._running else NOT_RUNNING
        if self._running:
            self._why = self._refused()

    @property
    def _running(self) -> bool:
        return self._answer.reason is not None or self._answer.text.strip() != NOT_RUNNING

    def part(self, query: Query) -> str:
        """The lines from `-- instance SID` on."""
        body = self._why or self._block(query)
        return f"-- instance {self.sid}\n{body}\n"

    def _refused(self) -> str:
        """Why there was no session, empty when there was one."""
        begin, end = self._marks.get("C"), self._marks.get("S")
        if begin is None:
            return self._not_started()
        said = [line for line in self._lines[begin + 1:end] if line.strip()]
        errors = [(line, found) for line in said if (found := meaning(_HEADLINE.sub("", line)))]
        for line, (reason, words) in errors:
            if not _WARNINGS.search(line):
                return failed(reason, words)
        if end is not None:
            return ""
        if self._answer.reason:
            return failed(self._answer.reason, f"while connecting: {self._answer.detail}")
        if self._answer.status in {124, 137, 143}:
            return failed(Reason.TIMED_OUT, "the instance did not answer to CONNECT")
        return failed(Reason.UNPARSABLE, "no session: " + (said[-1] if said else "CONNECT said nothing"))

    def _not_started(self) -> str:
        said = [line for line in self._lines if line.strip()]
        first = said[0] if said else ""
        for line in said:
            if found := meaning(line):
                return failed(*found)
        if self._answer.reason:
            return failed(self._answer.reason, self._answer.detail)
        if any(map(_NO_RIGHT.match, said)):
            return failed(Reason.REFUSED, next(line for line in said if _NO_RIGHT.match(line)))
        if self._answer.status == 127 or first.endswith("not found"):
            return failed(Reason.TOOL_MISSING, first or "sqlplus: not found")
        return failed(Reason.UNPARSABLE, f"SQL*Plus did not start (status {self._answer.status}): {first}")

    def _block(self, query: Query) -> str:
        begin, end = self._marks.get(f"B {query.name}"), self._marks.get(f"E {query.name}")
        if begin is None or end is None:
            return self._cut(query, begin)
        lines = [line for line in self._lines[begin + 1:end] if line.strip()]
        if lines and lines[0].startswith(f"{self._nonce} N "):
            return failed(Reason.NOT_RUN, f"the query is for releases {' '.join(lines[0].split()[2:])}")
        return _errors(lines) or _rows(query, lines)

    def _cut(self, query: Query, begin: int | None) -> str:
        """The text ended before this query did."""
        last = [name[2:] for name in self._marks if name.startswith("B ")][:1]
        where = "in this query" if begin is not None else f"before this query, in {last[0]}" if last else "at its begin"
        if begin is not None and (said := _errors(self._lines[begin + 1:])):
            return said
        if self._answer.reason:
            return failed(self._answer.reason, f"the session was cut {where}: {self._answer.detail}")
        if self._answer.status in {124, 137, 143}:
            return failed(Reason.TIMED_OUT, f"the session was cut at its time limit {where}")
        return failed(Reason.TRUNCATED, f"the session ended {where}")


def _errors(lines: Sequence[str]) -> str:
    """The lines with Oracle's errors, as they are; empty where rows came instead. SQL*Plus prints its own errors (SP2-)
    anywhere, the database's below a line `ERROR`."""
    found: list[str] = []
    below = False
    for line in lines:
        headline = _HEADLINE.match(line)
        below = below or headline is not None
        shown = line[headline.end():] if headline else line
        if meaning(shown) and (below or shown.startswith("SP2-")):
            found.append(shown)
    return "\n".join(found[:10]) or (failed(Reason.UNPARSABLE, "an error without a number") if below else "")


def _rows(query: Query, lines: list[str]) -> str:
    end = _SELECTED.match(lines[-1]) if lines else None
    if not end:
        return failed(Reason.TRUNCATED, "the rows end without SQL*Plus's count of them")
    rows, count = lines[:-1], int(end["count"] or 0)
    if len(rows) != count:
        return failed(Reason.TRUNCATED, f"SQL*Plus selected {count} rows and {len(rows)} lines came")
    return table(query, rows)


def table(query: Query, rows: Sequence[str]) -> str:
    """The rows, each one line already, under the names of their columns and above their count."""
    more = query.strict and len(rows) > query.rows
    kept = rows[:query.rows]
    return "\n".join([query.head, *kept, f"-- {'more than ' if more else ''}{len(kept)} rows"])
