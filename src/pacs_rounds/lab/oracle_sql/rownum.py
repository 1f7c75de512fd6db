"""ROWNUM: given to a row as it passes WHERE, before any order; `ROWNUM <= n` cuts there."""

from __future__ import annotations

import math
from typing import Any

from sqlglot import exp

from pacs_rounds.lab.oracle_sql.conditions import condition
from pacs_rounds.lab.oracle_sql.scope import Block, Column, name_of
from pacs_rounds.lab.oracle_sql.values import NUMBER, Value

_ALL = 1e15


def uses(node: exp.Select, name: str) -> bool:
    """Whether a block itself (not a subquery in it) names ROWNUM."""
    def walk(one: Any) -> bool:
        if isinstance(one, exp.Subquery | exp.Select | exp.Union | exp.Except | exp.Intersect):
            return False
        if isinstance(one, exp.Column) and not one.args.get("table") and name_of(one.this) == name:
            return True
        return any(walk(child) for child in one.iter_expressions())

    parts = [node.args.get(key) for key in ("where", "group", "having", "order")]
    return any(walk(child) for child in [*node.expressions, *parts] if child is not None)


def _limit(node: exp.Expr) -> float | None:
    """n of `ROWNUM <= n` and its kin; None for any other condition."""
    number = getattr(node, "expression", None)
    if not isinstance(getattr(node, "this", None), exp.Column) or not isinstance(number, exp.Literal):
        return None
    if name_of(node.this.this) != "ROWNUM" or number.args.get("is_string"):
        return None
    count = float(number.this)
    # A row gets its number when it passes: without a first one there is never a second.
    first = 0.0 if count >= 1 else _ALL
    known: dict[type[exp.Expr], float] = {
        exp.LTE: count, exp.LT: math.ceil(count) - 1.0, exp.EQ: 1.0 if count == 1 else 0.0, exp.GT: first,
        exp.GTE: 0.0 if count > 1 else _ALL, exp.NEQ: count - 1 if count >= 1 else _ALL}
    return known.get(type(node))


def counted(block: Block, text: str, where: list[exp.Expr]) -> str:
    """FROM and WHERE with ROWNUM as a column, cut where WHERE limits it; the sources' columns are renamed."""
    limits = [_limit(one) for one in where]
    rest = [one for one, limit in zip(where, limits, strict=True) if limit is None]
    conditions = [condition(one, block).sql for one in rest]
    names: list[str] = []
    for source in block.sources:
        for column, known in source.columns.items():
            label = f"x{len(names) + 1}"
            names.append(f"{known.sql} AS {label}")
            source.columns[column] = Column(f"r.{label}", known.type, known.width)
    sql = f"SELECT {', '.join([*names, 'CAST(row_number() OVER () AS DOUBLE) AS rownum'])} FROM {text}"
    sql += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    known_limits = [limit for limit in limits if limit is not None]
    sql += f" LIMIT {max(0, int(min(known_limits)))}" if known_limits else ""
    block.pseudo["ROWNUM"] = Value("r.rownum", NUMBER, 0, frozenset({"r.rownum"}))
    return f"({sql}) AS r"
