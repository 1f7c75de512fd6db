"""FROM: tables, views and inline views with their columns, joined the old way and the new."""

from __future__ import annotations

from sqlglot import exp

from pacs_rounds.lab.oracle_sql import outer_joins
from pacs_rounds.lab.oracle_sql.conditions import condition
from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.expressions import only
from pacs_rounds.lab.oracle_sql.scope import Block, Column, Out, Source, name_of
from pacs_rounds.lab.oracle_sql.syntax import position


def _outs(columns: list[Out], name: str) -> Source:
    source = Source(name, {})
    for number, out in enumerate(columns, 1):
        if out.name in source.columns:
            source.twice.add(out.name)
        source.columns[out.name] = Column(f'"{name}".c{number}', out.type, out.width)
    return source


def _item(node: exp.Expr, block: Block) -> tuple[str, Source]:
    """One item of FROM: DuckDB's text for it, and its columns."""
    if isinstance(node, exp.Subquery):
        only(node, "this", "alias")
        from pacs_rounds.lab.oracle_sql.blocks import query
        inner = query(node.this, block.world, None, block.ctes)
        alias = node.args.get("alias")
        name = name_of(alias.this) if alias is not None and alias.this is not None else block.world.fresh()
        _no_columns(alias)
        return f'({inner.sql}) AS "{name}"', _outs(inner.columns, name)
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        raise unknown("this item of FROM", position(node))
    only(node, "this", "alias", "db", "catalog")
    if node.args.get("catalog"):
        raise OraError(942, at=position(node))
    alias, view = node.args.get("alias"), name_of(node.this)
    _no_columns(alias)
    name = name_of(alias.this) if alias is not None else view
    owner = name_of(node.args["db"]) if node.args.get("db") else None
    if owner is None and view in block.ctes:
        table, columns = block.ctes[view]
        return f'{table} AS "{name}"', _outs(columns, name)
    try:
        table, known = block.world.catalog.view(view, owner)
    except OraError as error:
        error.at = position(node)
        raise
    source = Source(name, {column: Column(f'"{name}"."{column}"', kind, width) for column,
                           (kind, width) in known.items()},
                    view)
    return f'{table} AS "{name}"', source


def _no_columns(alias: exp.Expr | None) -> None:
    if alias is not None and alias.args.get("columns"):
        raise OraError(933, at=position(alias))


def _ansi(node: exp.Join, block: Block, left: str, right: str) -> str:
    only(node, "this", "on", "side", "kind")
    side, kind, on = (str(node.args.get("side") or "")).upper(), str(node.args.get("kind")
                                                                     or "").upper(), node.args.get("on")
    if kind == "CROSS":
        return f"{left} CROSS JOIN {right}"
    if on is None:
        raise OraError(905, at=position(node))
    if outer_joins.marked(on):
        raise OraError(25156, at=position(on))
    word = side if side in {"LEFT", "RIGHT", "FULL"} else ""
    return f"{left} {word} JOIN {right} ON {condition(on, block).sql}"


def joined(node: exp.Select, block: Block) -> tuple[str, list[exp.Expr]]:
    """FROM's text and the conditions that remain for WHERE."""
    if node.args.get("from_") is None:
        return "(SELECT 1)", []
    first, joins = node.args["from_"].this, node.args.get("joins") or []
    items, ansi = [_item(first, block)], False
    block.sources.append(items[0][1])
    texts, comma = items[0][0], [(items[0][0], items[0][1])]
    for join in joins:
        text, source = _item(join.this, block)
        if any(one.name == source.name for one in block.sources):
            raise OraError(918, at=position(join))
        block.sources.append(source)
        if join.args.get("on") is None and not join.args.get("kind") and not join.args.get("side"):
            only(join, "this")
            texts = f"{texts} CROSS JOIN {text}"
            comma.append((text, source))
        else:
            ansi = True
            texts = _ansi(join, block, texts, text)
    where = node.args.get("where")
    if where is None:
        return texts, []
    only(where, "this")
    parts = outer_joins.conjuncts(where.this)
    marked = [one for one in parts if outer_joins.marked(one)]
    if not marked:
        return texts, parts
    if ansi:
        raise OraError(25156, at=position(marked[0]))
    return outer_joins.joins(comma, marked, block), [one for one in parts if one not in marked]
