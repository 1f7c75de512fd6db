"""SQL*Plus as it reads a script from its standard input: its commands, its buffer, its substitution, its error texts.

A statement ends with `;` at the end of a line, with `/` alone on a line, or (unless SQLBLANKLINES) is thrown away at a
blank line. What begins with no word it knows is SP2-0734. `&name` asks for a value and takes the next line for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pacs_rounds.lab import oracle_session, sqlplus_format, sqlplus_set
from pacs_rounds.lab.oracle_session import Done, Login
from pacs_rounds.lab.oracle_sql.errors import OraError
from pacs_rounds.lab.sqlplus_format import Column, Settings

if TYPE_CHECKING:
    from pacs_rounds.lab.oracle_views.clock import Now

_SQL = {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "GRANT", "REVOKE", "COMMIT",
        "ROLLBACK",
        "TRUNCATE", "LOCK", "EXPLAIN", "ANALYZE", "CALL", "AUDIT", "PURGE", "FLASHBACK", "SAVEPOINT", "COMMENT",
        "RENAME"}


class SqlPlus:
    """One run of the program. `say` takes what it prints; `run` returns the exit status."""

    def __init__(self, now: Callable[[], Now], say: Callable[[str], None], sid: str | None = None) -> None:
        self.now, self.say, self.sid = now, say, sid
        self.settings = Settings()
        self.login: Login | None = None
        self.defined: dict[str, str] = {}
        self.on_error: tuple[bool, int] = (False, 0)
        self.status: int | None = None
        self._lines: Iterator[str] = iter(())

    def run(self, script: str | Iterator[str]) -> int:
        """Read the script, or its lines as they come, to their end or to EXIT. Hang comes through: what was said until
        then has been said."""
        if isinstance(script, str):
            script = iter(script.split("\n")[:-1] if script.endswith("\n") else script.split("\n"))
        self._lines = script
        try:
            while self.status is None and (line := self._next()) is not None:
                self._command(line)
        finally:
            if self.login:
                self.login.close()
        return self.status or 0

    def _next(self) -> str | None:
        longest = 2499 if self.now().version < (12, 2) else 4999
        for line in self._lines:
            if len(line) <= longest:
                return line.rstrip("\r")
            self.say(f"SP2-0027: Input is too long (> {longest} characters) - line ignored\n")
        return None

    def _substituted(self, line: str) -> str:
        """&name and &&name replaced; a name without a value takes the next line of input for it."""
        if not self.settings.define:
            return line

        def value(match: re.Match[str]) -> str:
            name = match["name"].upper()
            if name in self.defined:
                return self.defined[name]
            self.say(f"Enter value for {match['name'].lower()}: ")
            given = next(self._lines, "")
            if match["signs"] == self.settings.define * 2:
                self.defined[name] = given
            return given

        sign = re.escape(self.settings.define)
        return re.sub(rf"(?P<signs>{sign}{{1,2}})(?P<name>\w+)\.?", value, line)

    def _command(self, line: str) -> None:
        line = line.strip()
        words = line.split(None, 1)
        if not words or line.startswith("--"):
            return
        word = words[0].rstrip(";").upper()
        rest = words[1] if len(words) > 1 else ""
        if word in _SQL or line.startswith("(") or (word == "SET"
                                                    and re.match(r"(?:transaction|role|constraints?)\b", rest,
                                                                 re.IGNORECASE)):
            self._buffer(line)
        elif word in {"BEGIN", "DECLARE"} or word in {"EXECUTE", "EXEC"}:
            self._block(word, line)
        elif word == "/":
            self.say("SP2-0103: Nothing in SQL buffer to run.\n")
        else:
            self._own(word, rest, line)

    def _own(self, word: str, rest: str, line: str) -> None:
        # A command of SQL*Plus may end with a semicolon, which means nothing.
        plain = self._substituted(rest).rstrip().removesuffix(";").rstrip() if word not in {"PROMPT", "PRO", "REM",
            "REMARK"} else rest
        if word in {"REM", "REMARK"}:
            return
        if word in {"PROMPT", "PRO"}:
            self.say(self._substituted(rest) + "\n")
        elif word == "SET":
            self.say(sqlplus_set.change(self.settings, plain, self.now().version))
        elif word in {"CONNECT", "CONN"}:
            self.connect(plain)
        elif word in {"WHENEVER"}:
            self._whenever(plain)
        elif word in {"EXIT", "QUIT"}:
            self._exit(plain)
        elif word in {"COLUMN", "COL"}:
            self._column(plain)
        elif word in {"DEFINE", "DEF"}:
            self._define(plain)
        elif word in {"UNDEFINE", "UNDEF"}:
            self.defined.pop(plain.upper(), None)
        elif word in {"DISCONNECT", "DISC"}:
            self.login = None
        elif word in {"TTITLE", "BTITLE", "BREAK", "CLEAR", "COMPUTE"} and plain.upper() in {"OFF", "COLUMNS", "BREAKS",
            "BUFFER", "SCREEN"}:
            return
        elif word in {"SPOOL", "HOST", "EDIT", "SAVE", "GET", "START", "STORE"} or line.startswith(("!", "@")):
            name = {"!": "host", "@": "@"}.get(line[0], word.lower())
            self.say(f'SP2-0738: Restricted command "{name} {plain}"'.rstrip(' "') + '" not available\n')
        else:
            self._unknown(line)

    def _unknown(self, line: str) -> None:
        shown = line if len(line) <= 10 else line[:10] + "..."
        if re.match(r"\d+\s*$", line):
            self.say("SP2-0226: Invalid line number \n")
        else:
            self.say(f'SP2-0734: unknown command beginning "{shown}" - rest of line ignored.\n')

    def _buffer(self, line: str) -> None:
        kept: list[str] = []
        current: str | None = line
        while current is not None:
            text = current.rstrip()
            if kept and not text.strip() and not self.settings.sqlblanklines:
                return
            if kept and text.strip() == "/":
                break
            if kept and text.strip() == ".":
                return
            mark = self.settings.sqlterminator
            if mark and text.endswith(mark):
                kept.append(self._substituted(text[:-len(mark)]))
                break
            kept.append(self._substituted(text))
            current = self._next()
        else:
            return  # the input ended before the statement did: it is never run
        self._statement("\n".join(kept).strip("\n"))

    def _block(self, word: str, line: str) -> None:
        if word in {"BEGIN", "DECLARE"}:
            while (text := self._next()) is not None and text.strip() not in {"/", "."}:
                line += "\n" + text
        self._failed(OraError(3001, "the laboratory does not know PL/SQL: nothing here may be changed"), line)

    def _statement(self, sql: str) -> None:
        if self.login is None:
            self.say("SP2-0640: Not connected\n")
            self._check(0)
            return
        try:
            result = self.login.run(sql)
        except OraError as error:
            self._failed(error, sql)
            return
        if isinstance(result, Done):
            self.say(f"\n{result.text}\n\n" if self.settings.feedback else "")
            return
        session = self.login.engine.session
        if result.rows:
            printed = sqlplus_format.rows(result, session, self.settings)
            self.say(printed)
            for name, told in self.settings.columns.items():
                if told.new_value and name in [heading.upper() for heading in result.headings]:
                    place = [heading.upper() for heading in result.headings].index(name)
                    last = result.rows[-1][place]
                    self.defined[told.new_value.upper()] = "" if last is None else sqlplus_format._text(
                        last, result.columns[place].type, 10, session, self.settings)
        self.say(self._feedback(len(result.rows)))

    def _feedback(self, count: int) -> str:
        if not self.settings.feedback:
            return ""
        if count == 0:
            return "\nno rows selected\n\n"
        if count < self.settings.feedback:
            return "\n"
        return f"\n{count} row{'s' if count != 1 else ''} selected.\n\n"

    def _failed(self, error: OraError, sql: str) -> None:
        at = error.at
        lines = sql.split("\n")
        line, column = 1, 0
        if at is not None:
            before = sql[:at]
            line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
        shown = lines[min(line, len(lines)) - 1]
        self.say(f"{shown}\n{' ' * column}*\nERROR at line {line}:\n{error.text}\n\n\n")
        self._check(error.number)

    def _check(self, number: int) -> None:
        leaves, status = self.on_error
        if leaves:
            self.status = number % 256 if status < 0 else status

    def connect(self, written: str) -> None:
        """CONNECT. Another ORACLE_SID than the instance's leads to an idle one."""
        self.login = None
        login, said = oracle_session.connect(self.now(), written.strip(), self.sid)
        self.login = login
        self.say(said)
        if said.endswith("New password: "):
            # It reads the new password from the script, twice.
            given = [next(self._lines, ""), next(self._lines, "")]
            self.say("\nRetype new password: ")
            self.say("\n" + ("ERROR:\nORA-00988: missing or invalid password(s)\n\n\n" if given[0] == given[1] else
                             "Passwords do not match\n") + "Password unchanged\n")
        if login is None:
            self.say("Warning: You are no longer connected to ORACLE.\n" if self.on_error[0] else "")
            self._check(1017)

    def _whenever(self, rest: str) -> None:
        match = re.fullmatch(r"(?P<what>SQLERROR|OSERROR)\s+(?P<do>EXIT|CONTINUE)\s*(?P<how>.*)", rest, re.IGNORECASE)
        if not match:
            self.say("SP2-0706: options are SQLERROR and OSERROR\n")
            return
        if match["what"].upper() == "SQLERROR":
            self.on_error = (match["do"].upper() == "EXIT", _status(match["how"]))

    def _exit(self, rest: str) -> None:
        self.status = max(0, _status(rest))

    def _define(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        if value:
            self.defined[name.strip().upper()] = value.strip().strip("'\"")

    def _column(self, rest: str) -> None:
        words = re.findall(r"'[^']*'|\"[^\"]*\"|\S+", rest)
        if not words:
            return
        told = self.settings.columns.setdefault(words[0].strip("\"").upper(), Column())
        place = 1
        while place < len(words):
            word, after = words[place].upper(), words[place + 1] if place + 1 < len(words) else ""
            if word in {"FORMAT", "FOR"}:
                told.width = int(after[1:]) if re.fullmatch(r"[aA]\d+", after) else len(after) + 1
            elif word in {"HEADING", "HEA"}:
                told.heading = after.strip("'\"")
            elif word in {"NEW_VALUE", "NEW_V"}:
                told.new_value = after
            elif word in {"NOPRINT", "NOPRI", "PRINT", "ON", "OFF", "CLEAR"}:
                told.noprint = word.startswith("NOPRI")
                place += 1
                continue
            else:
                self.say(f"SP2-0158: unknown COLUMN option \"{words[place]}\"\n")
                return
            place += 2


def _status(written: str) -> int:
    """The status of EXIT and WHENEVER … EXIT; -1 stands for SQL.SQLCODE."""
    word = written.split()[0].upper() if written.split() else "SUCCESS"
    if word.isdigit():
        return int(word) % 256
    return {"SUCCESS": 0, "FAILURE": 1, "WARNING": 2, "SQL.SQLCODE": -1}.get(word, 0)
