r"""One psql session on the host: its script, and the reading of what it prints. Pure.

Everything goes to psql on standard input. The session cannot write (`default_transaction_read_only`), waits for no lock
and ends a query at its limit; dates, zone, bytes and floats are fixed, so that the same row reads the same everywhere.
What one query says becomes the text that is kept and parsed::

    -- instance web
    NAME|SETTING
    max_connections|200
    -- 1 rows

An error stands in place of the rows with its SQLSTATE (`ERROR:  42501: permission denied for function …`): the words
come in the server's language, the five characters do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

END = "ROUNDS_END_OF_SCRIPT"
"""Ends the here-documents; stands in no query of ours."""
_QUERY = re.compile(r"^-- query (\S+)$", re.MULTILINE)
_FOOTER = re.compile(r"^\((\d+) rows?\)$")
_PROLOGUE = r"""
\set VERBOSITY verbose
\pset pager off
\pset format unaligned
\pset fieldsep '|'
\pset null ''
\pset footer on
\pset tuples_only off
set client_encoding = 'UTF8';
set search_path = pg_catalog;
set default_transaction_read_only = on;
set statement_timeout = '{statement_ms}ms';
set lock_timeout = '2s';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set timezone = 'UTC';
set bytea_output = 'hex';
set extra_float_digits = 1;
"""


def prologue(statement_seconds: float = 8.0) -> str:
    """The session's own settings; each of them works from version 9.1 on and needs no right."""
    return _PROLOGUE.format(statement_ms=round(statement_seconds * 1000))


def script(queries: Mapping[str, str], statement_seconds: float = 8.0) -> str:
    """The whole script: each query after a line that names it. One that fails costs only itself."""
    parts = [prologue(statement_seconds)]
    parts += [f"\\echo -- query {name}\n{sql.strip()}\n" for name, sql in queries.items()]
    return "".join(parts) + "\\echo -- query end\n"


def as_user(user: str, body: str) -> str:
    """A piece of sh for the account that owns the database, whoever has logged in: itself, root, or one whom sudo lets.
    The word `none` stays whoever has logged in.

    The body goes to that account's shell on standard input: no argument tells anybody what it is.
    """
    if user == "none":
        return f"cd /\n{body.rstrip()}\n"
    return (f"cd /\n"
            f"if [ \"$(id -un)\" = '{user}' ]; then set -- sh -s\n"
            f"elif [ \"$(id -u)\" = 0 ]; then set -- su -s /bin/sh '{user}' -c 'exec sh -s'\n"
            f"else set -- sudo -n -u '{user}' sh -s; fi\n"
            f"\"$@\" <<'{END}_SH'\n{body.rstrip()}\n{END}_SH\n")


def psql(instance: Mapping[str, Any], database: str = "") -> str:
    """The psql command of an instance: no start file, no password prompt, and no word of a password.

    `instance` is one entry of `rounds_postgres.instances`: name, and where it differs from the usual socket, port,
    user, database, passfile (a password file on the host), program.
    """
    words = [f"PGPASSFILE='{instance['passfile']}'"] if instance.get("passfile") else []
    words += [f"PGAPPNAME=rounds PGCONNECT_TIMEOUT=5 '{instance.get('program', 'psql')}' -X -q -w"]
    for option, key in (("-h", "socket"), ("-p", "port"), ("-U", "user")):
        if instance.get(key):
            words.append(f"{option} '{instance[key]}'")
    words.append(f"-d '{database or instance.get('database', 'postgres')}'")
    return " ".join(words)


def ask(instance: Mapping[str, Any], queries: Mapping[str, str], statement_seconds: float = 8.0) -> str:
    """The sh text that asks one instance all queries in one session, as the account that owns it."""
    body = f"{psql(instance)} 2>&1 <<'{END}'\n{script(queries, statement_seconds)}{END}\n"
    return as_user(str(instance.get("os_user", "postgres")), body)


def split(text: str, names: list[str], instance: str) -> dict[str, str]:
    """Query name -> its text as it is kept. Without a single mark no session began: each query gets its words."""
    parts = _QUERY.split(text)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    if not found:
        return {name: f"-- instance {instance}\n{text.strip()}\n" for name in names}
    return {name: f"-- instance {instance}\n{_rows(found.get(name, ''), name in found)}" for name in names}


def _rows(part: str, asked: bool) -> str:
    """psql's own count of rows as our last line; whatever else it says is left as it is."""
    lines = [line for line in part.strip("\n").split("\n") if line]
    footer = _FOOTER.match(lines[-1]) if lines else None
    if footer:
        lines[-1] = f"-- {footer[1]} rows"
    elif not asked:
        lines.append("the session ended before this query")
    return "".join(f"{line}\n" for line in lines)
