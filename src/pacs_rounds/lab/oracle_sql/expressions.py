"""Expressions and conditions: sqlglot's tree to DuckDB's text, checked against names, types and grouping.

Each kind of node is listed; one that is not is refused. Oracle (before 23ai) has no Boolean values: a condition and a
value are two things, and neither stands in the other's place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlglot import exp

from pacs_rounds.lab.oracle_sql import aggregates, functions, literals
from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.scope import Block, name_of
from pacs_rounds.lab.oracle_sql.syntax import position
from pacs_rounds.lab.oracle_sql.values import (
    DATE,
    LONG,
    NULL,
    NUMBER,
    SPAN,
    STAMP,
    TEXT,
    TIMES,
    ZONED,
    Value,
    alike,
    cast,
    joined,
    number,
    quote,
    same,
    text,
    text_literal,
)

_COMPARE: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<",
                                       exp.LTE: "<="}
_CONDITIONS: tuple[type[exp.Expr], ...] = (
    exp.And, exp.Or, exp.Not, exp.Is, exp.Like, exp.Escape, exp.Between, exp.In, exp.Exists, *_COMPARE)


def only(node: exp.Expr, *names: str) -> None:
    """Refuse a node that carries anything but the named arguments: nothing may be dropped."""
    for key, given in node.args.items():
        if given and key not in names:
            raise unknown(f"{key.rstrip('_').upper()} of {type(node).__name__.upper()}", position(node))


def value(node: exp.Expr, block: Block) -> Value:
    """A value. Where it is a group key as a whole, its columns are no longer free."""
    if isinstance(node, _CONDITIONS) or (isinstance(node, exp.Anonymous) and node.name.upper() == "REGEXP_LIKE"):
        raise OraError(923 if isinstance(node.parent, exp.Select | exp.Alias) else 907, at=position(node))
    handler = _VALUES.get(type(node))
    if handler is None:
        raise unknown(type(node).__name__.upper(), position(node))
    found = handler(node, block)
    return replace(found, free=frozenset()) if found.sql in block.keys else found


def _literal(node: exp.Literal, block: Block) -> Value:
    if node.args.get("is_string"):
        return text_literal(node.this)
    return Value(f"CAST({node.this} AS DOUBLE)", NUMBER, literal=node.this)


def _raw(node: exp.RawString, block: Block) -> Value:
    return text_literal(node.this)


def _boolean(node: exp.Boolean, block: Block) -> Value:
    raise OraError(904, '"TRUE"' if node.this else '"FALSE"')


def _column(node: exp.Column, block: Block) -> Value:
    only(node, "this", "table", "join_mark")
    if isinstance(node.this, exp.Star):
        raise OraError(936, at=position(node))
    found = block.column(node)
    if found is not None:
        return found
    name = name_of(node.this)
    session = block.session
    known = {
        "SYSDATE": Value(f"CAST('{session.now}' AS TIMESTAMP)", DATE),
        "USER": Value(quote(session.context["SESSION_USER"] or ""), TEXT, 30),
        "UID": Value("CAST(0 AS DOUBLE)", NUMBER),
        "SESSIONTIMEZONE": Value(quote(session.zone), TEXT, 75), "DBTIMEZONE": Value("'+00:00'", TEXT, 6)}
    if name in known and not node.args.get("table"):
        return known[name]
    if name in {"ROWNUM", "LEVEL", "PRIOR"}:
        raise OraError(1788 if name == "LEVEL" else 976, at=position(node))
    raise OraError(904, f'"{name}"', at=position(node))


def _paren(node: exp.Paren, block: Block) -> Value:
    inner = value(node.this, block)
    return replace(inner, sql=f"({inner.sql})") if not inner.sql.startswith("(") else inner


def _negative(node: exp.Neg, block: Block) -> Value:
    inner = number(value(node.this, block), block.session, position(node))
    literal = f"-{inner.literal}" if inner.literal else None
    return replace(inner, sql=f"(-{inner.sql})", literal=literal)


def _days(days: str) -> str:
    return f"to_microseconds(CAST(round({days} * 86400) AS BIGINT) * 1000000)"


def _add(node: exp.Expr, block: Block) -> Value:
    only(node, "this", "expression")
    minus = isinstance(node, exp.Sub)
    sign, at, session = "-" if minus else "+", position(node), block.session
    left, right = value(node.this, block), value(node.expression, block)
    both = [left, right]
    if left.type in TIMES or right.type in TIMES:
        if left.type in TIMES and right.type in TIMES:
            if not minus:
                raise OraError(975, at=at)
            if left.type == right.type == DATE:
                return joined(f"((epoch({left.sql}) - epoch({right.sql})) / 86400.0)", NUMBER, both)
            return joined(f"(epoch({left.sql}) - epoch({right.sql}))", SPAN, both)
        if right.type in TIMES and minus:
            raise OraError(932, right.type, left.type, at=at)
        moment, by = (left, right) if left.type in TIMES else (right, left)
        if by.type == SPAN:
            return joined(f"({moment.sql} {sign} to_microseconds(CAST({by.sql} * 1000000 AS BIGINT)))", moment.type,
                          both)
        return joined(f"({moment.sql} {sign} {_days(number(by, session, at).sql)})", DATE, both)
    if SPAN in (left.type, right.type):
        if left.type != right.type:
            raise OraError(932, SPAN, right.type if left.type == SPAN else left.type, at=at)
        return joined(f"({left.sql} {sign} {right.sql})", SPAN, both)
    return joined(f"({number(left, session, at).sql} {sign} {number(right, session, at).sql})", NUMBER, both)


def _times(node: exp.Expr, block: Block) -> Value:
    at, session = position(node), block.session
    left, right = value(node.this, block), value(node.expression, block)
    both, divide = [left, right], isinstance(node, exp.Div)
    if left.type == SPAN or (right.type == SPAN and not divide):
        span, by = (left, right) if left.type == SPAN else (right, left)
        return joined(f"({span.sql} {'/' if divide else '*'} {number(by, session, at).sql})", SPAN, both)
    a, b = number(left, session, at).sql, number(right, session, at).sql
    return joined(f"ora_divide({a}, {b})" if divide else f"({a} * {b})", NUMBER, both)


def _concat(node: exp.DPipe, block: Block) -> Value:
    parts: list[exp.Expr] = []
    rest: exp.Expr = node
    while isinstance(rest, exp.DPipe):
        parts.insert(0, rest.expression)
        rest = rest.this
    values = [value(one, block) for one in [rest, *parts]]
    if any(one.type == LONG for one in values):
        raise OraError(932, "CHAR", "LONG", at=position(node))
    return functions.concat(block.session, values)


def _case(node: exp.Case, block: Block) -> Value:
    only(node, "this", "ifs", "default")
    session, subject = block.session, node.args.get("this")
    base = value(subject, block) if subject is not None else None
    tests, results, parts = [], [], [] if base is None else [base]
    for one in node.args["ifs"]:
        if base is None:
            test = condition(one.this, block)
            tests.append(test.sql)
        else:
            test = value(one.this, block)
            left, right = alike(base, test, session, position(one))
            tests.append(f"{left.sql} = {right.sql}")
        parts.append(test)
        results.append(value(one.args["true"], block))
    default = node.args.get("default")
    results.append(value(default, block) if default is not None else Value("NULL", NULL))
    values, kind = same(results, session, position(node))
    whens = " ".join(f"WHEN {test} THEN {one.sql}" for test, one in zip(tests, values, strict=False))
    return joined(f"CASE {whens} ELSE {values[-1].sql} END", kind, [*parts, *results],
                  max(one.width for one in results))


def _cast(node: exp.Cast, block: Block) -> Value:
    only(node, "this", "to")
    target, inner, session = node.args["to"], value(node.this, block), block.session
    word, sizes = target.this.name, [int(one.this.this) for one in target.expressions]
    if word in {"VARCHAR", "CHAR", "NVARCHAR", "NCHAR"}:
        if not sizes:
            raise OraError(906, at=position(node))
        return joined(f"left({text(inner, session).sql}, {sizes[0]})", TEXT, [inner], sizes[0])
    if word in {"DECIMAL", "INT", "BIGINT", "FLOAT", "DOUBLE", "SMALLINT"}:
        sql = number(inner, session, position(node)).sql
        places = 0 if word in {"INT", "BIGINT", "SMALLINT"} else sizes[1] if len(sizes) > 1 else 0 if sizes else None
        return joined(sql if places is None else f"round({sql}, {places})", NUMBER, [inner])
    if word == "DATE" and not sizes:
        return replace(cast(inner, DATE, session, position(node)),
                       sql=f"date_trunc('second', {cast(inner, DATE, session).sql})")
    if word in {"TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPLTZ"}:
        return cast(inner, STAMP if word == "TIMESTAMP" else ZONED, session, position(node))
    raise OraError(902 if word not in {"CLOB", "BLOB"} else 932, "-", word, at=position(node))


def _extract(node: exp.Extract, block: Block) -> Value:
    inner, unit = value(node.expression, block), node.this.name.upper()
    if inner.type == SPAN and unit in literals.SECONDS:
        size = {"DAY": None, "HOUR": 24, "MINUTE": 60, "SECOND": 60}[unit]
        whole = f"trunc({inner.sql} / {literals.SECONDS[unit]})" if unit != "SECOND" else inner.sql
        return joined(whole if size is None else f"({whole} - {size} * trunc({whole} / {size}))", NUMBER, [inner])
    if inner.type in TIMES and unit in {"YEAR", "MONTH", "DAY"}:
        return joined(f"CAST(extract({unit.lower()} FROM {inner.sql}) AS DOUBLE)", NUMBER, [inner])
    if inner.type in (STAMP, ZONED) and unit in {"HOUR", "MINUTE", "SECOND"}:
        return joined(f"CAST(extract({unit.lower()} FROM {inner.sql}) AS DOUBLE)", NUMBER, [inner])
    raise OraError(30076, at=position(node))


def _trim(node: exp.Trim, block: Block) -> Value:
    only(node, "this", "position", "expression")
    inner, chars = text(value(node.this, block), block.session), node.args.get("expression")
    word = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or ""), "trim")
    sign = text(value(chars, block), block.session).sql if chars is not None else "' '"
    return joined(f"nullif({word}({inner.sql}, {sign}), '')", TEXT, [inner], inner.width)


def _subquery(node: exp.Subquery, block: Block) -> Value:
    from pacs_rounds.lab.oracle_sql.blocks import query
    only(node, "this")
    inner = query(node.this, block.world, block, block.ctes)
    if len(inner.columns) != 1:
        raise OraError(913 if len(inner.columns) > 1 else 947, at=position(node))
    out = inner.columns[0]
    return Value(f"(SELECT ora_single(list(c1), count(*)) FROM ({inner.sql}))", out.type, out.width)


def _zone(node: exp.AtTimeZone, block: Block) -> Value:
    inner, zone = value(node.this, block), getattr(node.args.get("zone"), "this", "")
    if inner.type not in TIMES or zone not in {"UTC", "GMT", "+00:00"}:
        raise unknown("AT TIME ZONE other than UTC", position(node))
    return functions.call("SYS_EXTRACT_UTC", [inner], block.session, position(node))


def _prior(node: exp.Expr, block: Block) -> Value:
    if not block.prior:
        raise OraError(976, at=position(node))
    inner = value(node.this, block)
    sql = inner.sql
    for old, new in block.prior.items():
        sql = sql.replace(old, new)
    return replace(inner, sql=sql)


def _call(node: exp.Anonymous, block: Block) -> Value:
    name, at = str(node.this).upper(), position(node)
    if name in aggregates.AGGREGATES:
        return aggregates.aggregate(node, block)
    if name in aggregates.WINDOWED:
        raise OraError(30484, at=at)
    args = [value(one, block) for one in node.expressions]
    return functions.call(name, args, block.session, at)


_VALUES: dict[type[exp.Expr], Callable[[Any, Block], Value]] = {
    exp.Literal: _literal, exp.RawString: _raw, exp.National: _raw, exp.Boolean: _boolean, exp.Column: _column,
    exp.Paren: _paren, exp.Neg: _negative, exp.Add: _add, exp.Sub: _add, exp.Mul: _times, exp.Div: _times,
    exp.DPipe: _concat, exp.Case: _case, exp.Cast: _cast, exp.Extract: _extract, exp.Interval: literals.interval,
    exp.DateStrToDate: literals.date, exp.StrToTime: literals.stamp, exp.Trim: _trim, exp.Subquery: _subquery,
    exp.AtTimeZone: _zone, exp.Prior: _prior, exp.Anonymous: _call, exp.Window: aggregates.window,
    exp.GroupConcat: aggregates.listagg, exp.WithinGroup: aggregates.listagg, exp.Null: lambda node,
    block: Value("NULL", NULL),
    exp.Systimestamp: literals.now, exp.CurrentDate: literals.now, exp.CurrentTimestamp: literals.now,
    exp.Localtimestamp: literals.now,
}


def condition(node: exp.Expr, block: Block) -> Value:
    """A condition; its type means nothing."""
    from pacs_rounds.lab.oracle_sql import conditions
    return conditions.condition(node, block)
