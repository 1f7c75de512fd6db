"""Runs a statement: checks and rewrites it, fills the tables it reads, asks DuckDB.

duckdb and sqlglot take a while to load: this module is imported when a first statement comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from pacs_rounds.lab.oracle_sql import blocks, syntax
from pacs_rounds.lab.oracle_sql.errors import unknown, worded
from pacs_rounds.lab.oracle_sql.scope import Out, World
from pacs_rounds.lab.oracle_sql.values import DUCK, Session

Row = dict[str, Any]
_MACROS = r"""
CREATE MACRO ora_divide(a, b) AS CASE WHEN b = 0
    THEN CAST(error('ORA-01476: divisor is equal to zero') AS DOUBLE) ELSE a / b END;
CREATE MACRO ora_text(n) AS CASE WHEN n IS NULL THEN NULL WHEN n = trunc(n) AND abs(n) < 1e38
    THEN CAST(CAST(n AS HUGEINT) AS VARCHAR)
    ELSE regexp_replace(regexp_replace(printf('%.15g', n), '^(-?)0\.', '\1.'), 'e([+-])', 'E\1') END;
CREATE MACRO ora_number(s, mark) AS CASE WHEN s IS NULL THEN NULL
    WHEN regexp_full_match(trim(replace(s, mark, '.')), '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?')
    THEN CAST(trim(replace(s, mark, '.')) AS DOUBLE) ELSE CAST(error('ORA-01722: invalid number') AS DOUBLE) END;
CREATE MACRO ora_span(s) AS CASE WHEN s IS NULL THEN NULL ELSE
    (CASE WHEN s < 0 THEN '-' ELSE '+' END) || printf('%09d %02d:%02d:%09.6f', CAST(trunc(abs(s) / 86400) AS BIGINT),
    CAST(trunc(abs(s) / 3600) AS BIGINT) % 24, CAST(trunc(abs(s) / 60) AS BIGINT) % 60, fmod(abs(s), 60)) END;
CREATE MACRO ora_trunc(n, p) AS CASE WHEN p = 0 THEN trunc(n) ELSE trunc(round(n * power(10, p), 6)) / power(10, p) END;
CREATE MACRO ora_substr(s, b, n) AS CASE WHEN n < 1 OR s IS NULL OR b IS NULL OR n IS NULL THEN NULL
    WHEN b < 0 AND -b > length(s) THEN NULL ELSE substr(s, CASE WHEN b = 0 THEN 1 ELSE b END, n) END;
CREATE MACRO ora_last(s, w) AS CASE WHEN strpos(reverse(s), reverse(w)) = 0 THEN 0
    ELSE length(s) - strpos(reverse(s), reverse(w)) - length(w) + 2 END;
CREATE MACRO ora_single(l, n) AS CASE WHEN n > 1 THEN error('ORA-01427: single-row subquery returns more than one row')
    ELSE l[1] END;
"""
_ORA = re.compile(r"ORA-\d{5}: .*")


class Views(Protocol):
    """The tables of a database: their columns, and their rows once somebody asks."""

    def view(self, name: str, owner: str | None) -> tuple[str, dict[str, tuple[str, int]]]:
        """The name under which its rows are kept and its columns; OraError where it cannot be read."""

    def rows(self, name: str) -> list[Row]:
        """Its rows; a column that no row has is one the laboratory has no value for."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a query returned: columns, their headings, and rows of str, float, datetime or None."""

    columns: list[Out]
    headings: list[str]
    rows: list[tuple[Any, ...]]


def _constant(value: Any) -> Any:
    """A value as DuckDB takes it; the empty text is NULL."""
    if isinstance(value, bool):
        raise TypeError("Oracle's views have no Boolean columns")
    return None if value == "" else float(value) if isinstance(value, int) else value


class Engine:
    """One session's database in memory. Tables are made when a statement first names them."""

    def __init__(self, views: Views, session: Session) -> None:
        self.views, self.session = views, session
        self._made: dict[str, set[str]] = {}
        self._database = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "200MB"})
        self._database.execute(_MACROS)
        self._database.execute("PRAGMA disable_optimizer")

    def close(self) -> None:
        """Give back the memory."""
        self._database.close()

    def view(self, name: str, owner: str | None) -> tuple[str, dict[str, tuple[str, int]]]:
        """As scope.Catalog."""
        table, columns = self.views.view(name, owner)
        if table not in self._made:
            self._fill(table, columns)
        return f'"{table}"', columns

    def read(self, name: str, column: str) -> None:
        """As scope.Catalog: a column without values is not NULL, it is something the laboratory cannot tell."""
        table = self.views.view(name, None)[0]
        if column not in self._made[table]:
            raise unknown(f"a value for {name}.{column}")

    def _fill(self, table: str, columns: dict[str, tuple[str, int]]) -> None:
        rows = self.views.rows(table)
        known = {key for row in rows for key in row}
        self._made[table] = known if rows else set(columns)
        shape = ", ".join(f'"{name}" {DUCK[kind]}' for name, (kind, _) in columns.items())
        self._database.execute(f'CREATE TABLE "{table}" ({shape})')
        names = sorted(known)
        listed = ", ".join(f'"{name}"' for name in names)
        if rows:
            given = [{name: _constant(row.get(name)) for name in names} for row in rows]
            self._database.execute(f'INSERT INTO "{table}" ({listed}) SELECT unnest(?, recursive := true)', [given])

    def query(self, sql: str) -> Result:
        """Run one query. OraError says why it was refused or failed."""
        tree, words = syntax.parse(sql, self.session.version)
        compiled = blocks.query(tree, World(self.session, self))
        rows = self._run(compiled.sql)
        names = [out.name for out in compiled.columns]
        heads = syntax.headings(words, sql)
        expressions = getattr(tree, "expressions", [])
        if len(heads) == len(names) == len(expressions):
            names = [name if one.args.get("alias") or type(one).__name__ == "Column" else head
                     for name, head, one in zip(names, heads, expressions, strict=True)]
        return Result(compiled.columns, names, rows)

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return list(self._database.execute(sql).fetchall())
        except duckdb.Error as error:
            said = str(error)
            if found := _ORA.search(said):
                raise worded(found[0].strip()) from error
            raise unknown(f"how to run this: {said.splitlines()[0][:200]}") from error
