"""Oracle's own outer joins: `a.x = b.y(+)` keeps rows of a without a partner in b."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from pacs_rounds.lab.oracle_sql.conditions import condition
from pacs_rounds.lab.oracle_sql.errors import OraError
from pacs_rounds.lab.oracle_sql.scope import Block, Source, name_of
from pacs_rounds.lab.oracle_sql.syntax import position


def conjuncts(node: exp.Expr) -> list[exp.Expr]:
    """The parts of a condition that AND joins."""
    if isinstance(node, exp.And):
        return [*conjuncts(node.this), *conjuncts(node.expression)]
    if isinstance(node, exp.Paren) and isinstance(node.this, exp.And):
        return conjuncts(node.this)
    return [node]


def _columns(node: Any) -> list[exp.Column]:
    """The columns of a condition, those of subqueries in it left out."""
    if isinstance(node, exp.Select | exp.Union | exp.Except | exp.Intersect):
        return []
    here = [node] if isinstance(node, exp.Column) else []
    return here + [one for child in node.iter_expressions() for one in _columns(child)]


def marked(node: exp.Expr) -> bool:
    """Whether a condition has a (+)."""
    return any(one.args.get("join_mark") for one in _columns(node))


def _source(column: exp.Column, block: Block) -> str | None:
    table = column.args.get("table")
    if table is not None:
        return next((one.name for one in block.sources if one.name == name_of(table)), None)
    return next((one.name for one in block.sources if name_of(column.this) in one.columns), None)


def joins(items: list[tuple[str, Source]], conditions: list[exp.Expr], block: Block) -> str:
    """FROM's text: the tables without a (+) first, then each marked one joined to those before it."""
    texts = {source.name: text for text, source in items}
    ons: dict[str, list[str]] = {}
    needs: dict[str, set[str]] = {}
    for one in conditions:
        if isinstance(one, exp.Or) or any(isinstance(part, exp.Or) for part in one.find_all(exp.Or)) or \
                (isinstance(one, exp.In) and len(one.args.get("expressions") or []) > 1):
            raise OraError(1719, at=position(one))
        if isinstance(one, exp.In) and one.args.get("query") is not None:
            raise OraError(1799, at=position(one))
        columns = _columns(one)
        optional = {_source(column, block) for column in columns if column.args.get("join_mark")}
        if len(optional) > 1:
            raise OraError(1468, at=position(one))
        target = optional.pop()
        if target is None:
            raise OraError(904, f'"{name_of(columns[0].this)}"', at=position(one))
        others = {name for column in columns if not column.args.get("join_mark")
                  and (name := _source(column, block)) is not None and name != target}
        ons.setdefault(target, []).append(condition(one, block).sql)
        needs.setdefault(target, set()).update(others)
    if block.session.version < (12, 1) and any(len(others) > 1 for others in needs.values()):
        raise OraError(1417, at=position(conditions[0]))
    done = [name for name in texts if name not in ons]
    sql = " CROSS JOIN ".join(texts[name] for name in done)
    waiting = [name for name in texts if name in ons]
    while waiting:
        ready = next((name for name in waiting if needs[name] <= set(done)), None)
        if ready is None or not sql:
            raise OraError(1416, at=position(conditions[0]))
        sql = f"{sql} LEFT JOIN {texts[ready]} ON {' AND '.join(ons[ready])}"
        done.append(ready)
        waiting.remove(ready)
    return sql
