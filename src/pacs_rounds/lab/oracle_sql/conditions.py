"""Conditions of WHERE, ON, HAVING, CASE WHEN and CONNECT BY."""

from __future__ import annotations

from sqlglot import exp

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.expressions import _COMPARE, only, value
from pacs_rounds.lab.oracle_sql.scope import Block
from pacs_rounds.lab.oracle_sql.syntax import position
from pacs_rounds.lab.oracle_sql.values import TEXT, Value, alike, joined, text


def condition(node: exp.Expr, block: Block) -> Value:
    """A condition as DuckDB's text."""
    if isinstance(node, exp.Paren):
        inner = condition(node.this, block)
        return joined(f"({inner.sql})", "CONDITION", [inner])
    if isinstance(node, exp.And | exp.Or):
        parts = [condition(node.this, block), condition(node.expression, block)]
        word = "AND" if isinstance(node, exp.And) else "OR"
        return joined(f"({parts[0].sql} {word} {parts[1].sql})", "CONDITION", parts)
    if isinstance(node, exp.Not):
        inner = condition(node.this, block)
        return joined(f"(NOT {inner.sql})", "CONDITION", [inner])
    if type(node) in _COMPARE:
        return _compare(node, block)
    if isinstance(node, exp.Is):
        return _null(node, block)
    if isinstance(node, exp.Like | exp.Escape):
        return _like(node, block)
    if isinstance(node, exp.Between):
        return _between(node, block)
    if isinstance(node, exp.In):
        return _in(node, block)
    if isinstance(node, exp.Exists):
        return _exists(node, block)
    if isinstance(node, exp.Anonymous) and str(node.this).upper() == "REGEXP_LIKE":
        return _regexp(node, block)
    raise OraError(920, at=position(node))



def _compare(node: exp.Expr, block: Block) -> Value:
    only(node, "this", "expression")
    sign, right = _COMPARE[type(node)], node.expression
    if isinstance(right, exp.Any | exp.All):
        return _some(node, sign, right, block)
    if isinstance(node.this, exp.Tuple) or isinstance(right, exp.Tuple):
        raise unknown("a comparison of lists", position(node))
    left, other = alike(value(node.this, block), value(right, block), block.session, position(node))
    return joined(f"({left.sql} {sign} {other.sql})", "CONDITION", [left, other])


def _some(node: exp.Expr, sign: str, right: exp.Expr, block: Block) -> Value:
    left = value(node.this, block)
    word = "OR" if isinstance(right, exp.Any) else "AND"
    inner = right.this
    if isinstance(inner, exp.Tuple | exp.Paren) and not isinstance(inner.this, exp.Select):
        listed = inner.expressions if isinstance(inner, exp.Tuple) else [inner.this]
        pairs = [alike(left, value(one, block), block.session, position(node)) for one in listed]
        return joined("(" + f" {word} ".join(f"{a.sql} {sign} {b.sql}" for a, b in pairs) + ")", "CONDITION",
                      [left, *(b for _, b in pairs)])
    rows, kind, width = _rows(inner, block, 1)
    a, b = alike(left, Value("c1", kind, width), block.session, position(node))
    return joined(f"({a.sql} {sign} {'ANY' if word == 'OR' else 'ALL'} (SELECT {b.sql} FROM ({rows})))", "CONDITION",
                  [left])


def _rows(node: exp.Expr, block: Block, count: int) -> tuple[str, str, int]:
    from pacs_rounds.lab.oracle_sql.blocks import query
    inner = query(node, block.world, block, block.ctes)
    if len(inner.columns) != count:
        raise OraError(913 if len(inner.columns) > count else 947, at=position(node))
    return inner.sql, inner.columns[0].type, inner.columns[0].width


def _null(node: exp.Is, block: Block) -> Value:
    if not isinstance(node.expression, exp.Null):
        raise OraError(908, at=position(node))
    inner = value(node.this, block)
    return joined(f"({inner.sql} IS NULL)", "CONDITION", [inner])


def _like(node: exp.Expr, block: Block) -> Value:
    escape = ""
    like = node
    if isinstance(node, exp.Escape):
        like, escape = node.this, f" ESCAPE {text(value(node.expression, block), block.session).sql}"
    if not isinstance(like, exp.Like):
        raise OraError(920, at=position(node))
    only(like, "this", "expression", "negate")
    left, right = (text(value(one, block), block.session, position(like)) for one in (like.this, like.expression))
    word = "NOT LIKE" if like.args.get("negate") else "LIKE"
    return joined(f"({left.sql} {word} {right.sql}{escape})", "CONDITION", [left, right])


def _between(node: exp.Between, block: Block) -> Value:
    only(node, "this", "low", "high")
    subject = value(node.this, block)
    a, low = alike(subject, value(node.args["low"], block), block.session, position(node))
    b, high = alike(subject, value(node.args["high"], block), block.session, position(node))
    return joined(f"({a.sql} >= {low.sql} AND {b.sql} <= {high.sql})", "CONDITION", [subject, low, high])


def _in(node: exp.In, block: Block) -> Value:
    only(node, "this", "expressions", "query")
    lefts = [value(one, block) for one in (
        node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this])]
    listed = node.args.get("expressions") or []
    if node.args.get("query") is None:
        if len(lefts) != 1 or not listed:
            raise OraError(936, at=position(node))
        pairs = [alike(lefts[0], value(one, block), block.session, position(node)) for one in listed]
        return joined("(" + " OR ".join(f"{a.sql} = {b.sql}" for a, b in pairs) + ")", "CONDITION",
                      [lefts[0], *(b for _, b in pairs)])
    from pacs_rounds.lab.oracle_sql.blocks import query
    inner = query(node.args["query"], block.world, block, block.ctes)
    if len(inner.columns) != len(lefts):
        raise OraError(913 if len(inner.columns) > len(lefts) else 947, at=position(node))
    left, right = [], []
    for number, (one, out) in enumerate(zip(lefts, inner.columns, strict=True), 1):
        a, b = alike(one, Value(f"c{number}", out.type, out.width), block.session, position(node))
        left.append(a.sql)
        right.append(b.sql)
    subject = left[0] if len(left) == 1 else f"({', '.join(left)})"
    return joined(f"({subject} IN (SELECT {', '.join(right)} FROM ({inner.sql})))", "CONDITION", lefts)


def _exists(node: exp.Exists, block: Block) -> Value:
    from pacs_rounds.lab.oracle_sql.blocks import query
    inner = query(node.this, block.world, block, block.ctes)
    return Value(f"EXISTS ({inner.sql})", "CONDITION")


def _regexp(node: exp.Anonymous, block: Block) -> Value:
    values = [value(one, block) for one in node.expressions]
    if not 2 <= len(values) <= 3:
        raise OraError(909, at=position(node))
    flags = values[2].sql if len(values) == 3 else "'c'"
    subject, pattern = (text(one, block.session).sql for one in values[:2])
    return joined(f"regexp_matches({subject}, {pattern}, {flags})", TEXT, values)
