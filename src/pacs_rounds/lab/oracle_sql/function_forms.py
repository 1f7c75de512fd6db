"""What functions are made of: forms with places for the arguments as numbers or as texts."""

from __future__ import annotations

from collections.abc import Callable

from pacs_rounds.lab.oracle_sql.errors import OraError
from pacs_rounds.lab.oracle_sql.values import NUMBER, TEXT, Session, Value, joined, number, text

Build = Callable[[Session, list[Value]], Value]
MANY = 255


def a_number(sql: str, args: list[Value]) -> Value:
    """A NUMBER made of the arguments."""
    return joined(sql, NUMBER, args)


def a_text(sql: str, args: list[Value], width: int) -> Value:
    """A text; the empty one is NULL."""
    return joined(f"nullif({sql}, '')", TEXT, args, width)


def whole(session: Session, value: Value) -> str:
    """A whole number for DuckDB: what comes after the point is cut off."""
    if value.literal is not None:
        try:
            return str(int(float(value.literal)))
        except ValueError:
            raise OraError(1722) from None
    return f"CAST(trunc({number(value, session).sql}) AS BIGINT)"


def numeric(form: str) -> Build:
    """`{0}`, `{1}` are the arguments as numbers."""
    def build(session: Session, args: list[Value]) -> Value:
        return a_number(form.format(*(number(one, session).sql for one in args)), args)
    return build


def textual(form: str, width: int | None = None) -> Build:
    """`{0}`, `{1}` are the arguments as texts; as wide as the first one when nothing is said."""
    def build(session: Session, args: list[Value]) -> Value:
        texts = [text(one, session) for one in args]
        return a_text(form.format(*(one.sql for one in texts)), args, texts[0].width if width is None else width)
    return build


def counting(form: str) -> Build:
    """A number made of texts."""
    def build(session: Session, args: list[Value]) -> Value:
        return a_number(f"CAST({form.format(*(text(one, session).sql for one in args))} AS DOUBLE)", args)
    return build
