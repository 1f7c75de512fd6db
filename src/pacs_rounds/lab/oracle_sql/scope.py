"""What names mean: the sources of a query block with their columns, and the blocks around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from pacs_rounds.lab.oracle_sql.errors import OraError
from pacs_rounds.lab.oracle_sql.values import NUMBER, Session, Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source: DuckDB's text for it, Oracle's type and its width."""

    sql: str
    type: str
    width: int


@dataclass(frozen=True, slots=True)
class Out:
    """A column of a query's result."""

    name: str
    type: str
    width: int


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query: DuckDB's SELECT, whose columns are named c1, c2 …"""

    sql: str
    columns: list[Out]


class Catalog(Protocol):
    """What tables and views there are."""

    def view(self, name: str, owner: str | None) -> tuple[str, dict[str, tuple[str, int]]]:
        """DuckDB's text for a view and its columns with type and width; OraError 942 and others."""

    def read(self, name: str, column: str) -> None:
        """Told of each column that a statement names; refuses those for which there is no value."""


@dataclass(slots=True)
class Source:
    """One item of FROM."""

    name: str
    columns: dict[str, Column]
    view: str | None = None
    twice: set[str] = field(default_factory=set)


@dataclass(slots=True)
class World:
    """What is the same for a whole statement."""

    session: Session
    catalog: Catalog
    count: int = 0

    def fresh(self) -> str:
        """A name nobody else has."""
        self.count += 1
        return f"q{self.count}"


@dataclass(slots=True)
class Block:
    """A query block: where names are looked up. `keys` are the group keys' texts, None where nothing is grouped."""

    world: World
    parent: Block | None = None
    ctes: dict[str, tuple[str, list[Out]]] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    pseudo: dict[str, Value] = field(default_factory=dict)
    prior: dict[str, str] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    aggregates: bool = False
    windows: bool = False

    @property
    def session(self) -> Session:
        """The statement's session."""
        return self.world.session

    def column(self, node: exp.Column) -> Value | None:
        """The column a name means, here or in a block around; None when there is none."""
        name, table = name_of(node.this), node.args.get("table")
        at = _start(node)
        if table is not None:
            return self._qualified(name, name_of(table), at)
        found = [source for source in self.sources if name in source.columns]
        if len(found) > 1 or (found and name in found[0].twice):
            raise OraError(918, at=at)
        if found:
            return self._value(found[0], name)
        if name in self.pseudo:
            return self.pseudo[name]
        return self._outer(node)

    def _outer(self, node: exp.Column) -> Value | None:
        known = self.parent.column(node) if self.parent else None
        return Value(known.sql, known.type, known.width) if known else None

    def _qualified(self, name: str, table: str, at: int | None) -> Value | None:
        source = next((one for one in self.sources if one.name == table), None)
        if source is None:
            if self.parent:
                known = self.parent._qualified(name, table, at)
                return Value(known.sql, known.type, known.width) if known else None
            raise OraError(904, f'"{table}"."{name}"', at=at)
        if name not in source.columns:
            raise OraError(904, f'"{table}"."{name}"', at=at)
        if name in source.twice:
            raise OraError(918, at=at)
        return self._value(source, name)

    def _value(self, source: Source, name: str) -> Value:
        column = source.columns[name]
        if source.view:
            self.world.catalog.read(source.view, name)
        return Value(column.sql, column.type, column.width, frozenset({column.sql}))


def name_of(node: exp.Expr) -> str:
    """An identifier's name: in capitals unless quoted."""
    text = str(node.this)
    return text if node.args.get("quoted") else text.upper()


def _start(node: exp.Expr) -> int | None:
    places = [place for one in node.find_all(exp.Identifier) if isinstance(place := one.meta.get("start"), int)]
    return min(places) if places else None


ROWNUM = Value('"ROWNUM"', NUMBER)
