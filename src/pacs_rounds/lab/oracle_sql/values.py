"""Values of Oracle's types as DuckDB expressions, and the conversions between them that Oracle makes by itself.

How each type is kept: NUMBER as DOUBLE, VARCHAR2 and RAW (in hex) as VARCHAR with '' as NULL, DATE and TIMESTAMP as
TIMESTAMP in the session's local time, INTERVAL DAY TO SECOND as DOUBLE seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from pacs_rounds.lab.oracle_sql import dates
from pacs_rounds.lab.oracle_sql.errors import OraError

NUMBER, TEXT, DATE, STAMP, ZONED, SPAN, RAW, LONG, NULL = (
    "NUMBER", "CHAR", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "INTERVAL DAY TO SECOND", "BINARY", "LONG",
    "NULL")
TIMES = (DATE, STAMP, ZONED)
DUCK = {NUMBER: "DOUBLE", TEXT: "VARCHAR", DATE: "TIMESTAMP", STAMP: "TIMESTAMP", ZONED: "TIMESTAMP", SPAN: "DOUBLE",
        RAW: "VARCHAR", LONG: "VARCHAR", NULL: "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Value:
    """An expression: DuckDB's text, Oracle's type, the display width of a text, and what grouping must know.

    `free` are the columns outside every aggregate and group key, `grouped` tells of an aggregate in it, `windowed`
    whether an analytic function does, `literal` the text of a constant.
    """

    sql: str
    type: str
    width: int = 0
    free: frozenset[str] = frozenset()
    grouped: bool = False
    windowed: bool = False
    literal: str | None = None


@dataclass(slots=True)
class Session:
    """What of the session changes the meaning of SQL: version, NLS settings, clock and who asks."""

    version: tuple[int, ...] = (11, 2, 0, 4)
    nls: dict[str, str] = field(default_factory=dict)
    now: str = "2026-01-01 00:00:00"
    zone: str = "+08:00"
    context: dict[str, str | None] = field(default_factory=dict)

    def format_of(self, kind: str) -> str:
        """The session's date format for a type."""
        return self.nls[{DATE: "NLS_DATE_FORMAT", STAMP: "NLS_TIMESTAMP_FORMAT"}.get(kind, "NLS_TIMESTAMP_TZ_FORMAT")]


def quote(text: str) -> str:
    """A text as a constant of SQL."""
    return "'" + text.replace("'", "''") + "'"


def text_literal(text: str) -> Value:
    """A text constant; the empty one is NULL."""
    return Value(quote(text) if text else "CAST(NULL AS VARCHAR)", TEXT, len(text), literal=text)


def joined(sql: str, kind: str, parts: list[Value], width: int = 0) -> Value:
    """A value made of others: what they say about grouping holds for it too."""
    free = frozenset().union(*(part.free for part in parts)) if parts else frozenset()
    return Value(sql, kind, width, free, any(part.grouped for part in parts), any(part.windowed for part in parts))


def text(value: Value, session: Session, at: int | None = None) -> Value:
    """As VARCHAR2, by the session's formats."""
    if value.type in (TEXT, RAW):
        return value
    if value.type == NUMBER:
        mark = session.nls["NLS_NUMERIC_CHARACTERS"][0]
        sql = f"ora_text({value.sql})" if mark == "." else f"replace(ora_text({value.sql}), '.', {quote(mark)})"
        return replace(value, sql=sql, type=TEXT, width=40, literal=None)
    if value.type in TIMES:
        model = session.format_of(value.type)
        return replace(value, sql=dates.written(value.sql, model, session), type=TEXT,
                       width=dates.width(model, session))
    if value.type == SPAN:
        return replace(value, sql=f"ora_span({value.sql})", type=TEXT, width=30)
    if value.type == NULL:
        return replace(value, type=TEXT)
    raise OraError(932, "CHAR", value.type, at=at)


def number(value: Value, session: Session, at: int | None = None) -> Value:
    """As NUMBER; a text is read, and what is no number there is ORA-01722."""
    if value.type in (NUMBER, NULL):
        return value if value.type == NUMBER else replace(value, sql="CAST(NULL AS DOUBLE)", type=NUMBER)
    if value.type == TEXT:
        mark = session.nls["NLS_NUMERIC_CHARACTERS"][0]
        return replace(value, sql=f"ora_number({value.sql}, {quote(mark)})", type=NUMBER, literal=None)
    raise OraError(932, "NUMBER", value.type, at=at)


def time(value: Value, session: Session, at: int | None = None) -> Value:
    """As DATE or TIMESTAMP; a text is read by the session's date format."""
    if value.type in TIMES:
        return value
    if value.type == NULL:
        return replace(value, sql="CAST(NULL AS TIMESTAMP)", type=DATE)
    if value.type == TEXT:
        return replace(value, sql=dates.read(value.sql, value.literal, session.format_of(DATE), session), type=DATE)
    raise OraError(932, "DATE", value.type, at=at)


def cast(value: Value, kind: str, session: Session, at: int | None = None) -> Value:
    """As any type, where Oracle converts by itself."""
    if kind == value.type:
        return value
    if value.type == NULL:
        return replace(value, sql=f"CAST(NULL AS {DUCK[kind]})", type=kind)
    if kind == TEXT:
        return text(value, session, at)
    if kind == NUMBER:
        return number(value, session, at)
    if kind in TIMES:
        return replace(time(value, session, at), type=kind)
    if kind == NULL or (kind == RAW and value.type == TEXT):
        return replace(value, type=RAW if kind == RAW else value.type)
    raise OraError(932, kind, value.type, at=at)


def alike(left: Value, right: Value, session: Session, at: int | None = None) -> tuple[Value, Value]:
    """Two values made comparable: a text is converted to the other's type, a number and a date never meet."""
    for one in (left, right):
        if one.type == LONG:
            raise OraError(997, at=at)
    if left.type == right.type or (left.type in TIMES and right.type in TIMES):
        return left, right
    if left.type == NULL:
        return cast(left, right.type, session), right
    if right.type == NULL:
        return left, cast(right, left.type, session)
    if left.type == TEXT:
        return cast(left, right.type, session, at), right
    if right.type == TEXT:
        return left, cast(right, left.type, session, at)
    raise OraError(932, left.type, right.type, at=at)


def same(values: list[Value], session: Session, at: int | None = None) -> tuple[list[Value], str]:
    """Values of CASE, COALESCE or a set operation: all of one type, which Oracle does not convert to."""
    kinds = [value.type for value in values if value.type != NULL]
    kind = kinds[0] if kinds else TEXT
    for value in values:
        if value.type not in (NULL, kind) and not (value.type in TIMES and kind in TIMES):
            raise OraError(932, kind, value.type, at=at)
    return [cast(value, kind, session, at) for value in values], kind


def start(node: exp.Expr) -> int | None:
    """Where a node begins, for the asterisk."""
    from pacs_rounds.lab.oracle_sql.syntax import position
    return position(node)
