"""What is written on the standard input of `sqlplus -S -L -R 3 /nolog`: connect, fix the session, ask, leave. Pure.

Lines `--for 1102 1201` are not SQL*Plus's: the shell that feeds it (shell.py) leaves out what follows them, up to the
next such line, where the release is not in that range; so one text serves 9i to 23ai without a question before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from pacs_rounds.oracle.queries import NEWEST, OLDEST, Query

# Whatever a glogin.sql of the site has set. Several lines: SQL*Plus of 9i takes no more than 240 characters in one.
_SETTINGS = (
    "set define off echo off verify off termout on time off timing off autotrace off serveroutput off",
    "set heading off pagesize 0 newpage none linesize 32767 trimspool on trimout on wrap on tab off recsep off",
    'set feedback 1 long 4000 longchunksize 4000 numwidth 40 numformat "" null "" arraysize 100 sqlprompt ""',
    "set sqlnumber off sqlblanklines off sqlterminator ';' sqlcase mixed flush on",
)
TIME_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS'
SESSION = (
    "alter session set nls_language = 'AMERICAN' nls_territory = 'AMERICA'",
    f"alter session set nls_date_format = '{TIME_FORMAT}' nls_timestamp_format = '{TIME_FORMAT}' "
    f"nls_timestamp_tz_format = '{TIME_FORMAT}' nls_numeric_characters = '.,' nls_calendar = 'GREGORIAN' "
    "nls_sort = 'BINARY' nls_comp = 'BINARY'",
)
"""Dates, decimal marks and order are ours, whatever the instance or the account would have."""
READ_ONLY = "set transaction read only"


def number(release: tuple[int, int]) -> int:
    """A release as the number that the shell compares: (11, 2) -> 1102."""
    return release[0] * 100 + release[1]


def statement(query: Query, text: str) -> str:
    """The query with one column, its own joined by `|`: without the bar and line ends in texts, with ISO times, and
    with one row more than allowed, so that too many are seen."""
    parts = []
    for name, kind in query.columns:
        if kind == "text":
            parts.append(f"translate({name}, '|'||chr(10)||chr(13), '/  ')")
        else:
            parts.append(f"to_char({name}, '{TIME_FORMAT}')" if kind == "time" else f"to_char({name})")
    joined = "||'|'||\n       ".join(parts)
    return f"select {joined} as line\n  from (\n{text}\n) where rownum <= {query.rows + query.strict}"  # noqa: S608


def build(queries: Iterable[Query], nonce: str, connect: str = "/ as sysdba", container: str = "") -> str:
    """The whole text. `connect` is what follows CONNECT (it may hold a password: this text goes nowhere but to standard
    input); `container` the pluggable database of 12.1 and later."""
    lines = [*_SETTINGS, "whenever oserror exit failure rollback", "whenever sqlerror exit failure rollback",
             f"prompt {nonce} C", f"connect {connect}"]
    lines += [f"{one};" for one in SESSION]
    if container:
        lines += [f'alter session set container = "{container}";']
    lines += [f"prompt {nonce} S", "whenever sqlerror continue none", f"{READ_ONLY};"]
    for query in queries:
        lines += _one(query, nonce)
    lines += ["--for 0 9999", f"prompt {nonce} Q", "exit success rollback"]
    return "\n".join(lines) + "\n"


def _one(query: Query, nonce: str) -> list[str]:
    lines = ["--for 0 9999", f"prompt {nonce} B {query.name}"]
    if query.since > OLDEST:
        lines += [f"--for 0 {number(query.since)}", f"prompt {nonce} N since {query.since[0]}.{query.since[1]}"]
    for one in query.variants:
        lines += [f"--for {number(one.since)} {number(one.until)}", statement(query, one.statement) + ";"]
    last = query.variants[-1].until
    if last < NEWEST:
        lines += [f"--for {number(last)} 9999", f"prompt {nonce} N until {last[0]}.{last[1]}"]
    return [*lines, "--for 0 9999", f"prompt {nonce} E {query.name}"]
