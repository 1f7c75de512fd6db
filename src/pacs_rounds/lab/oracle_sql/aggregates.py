"""Aggregate and analytic functions, LISTAGG and KEEP (DENSE_RANK …)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.scope import Block
from pacs_rounds.lab.oracle_sql.syntax import position
from pacs_rounds.lab.oracle_sql.values import LONG, NUMBER, TEXT, Value, cast, joined, number, text

AGGREGATES = {"COUNT": "count", "SUM": "sum", "AVG": "avg", "MIN": "min", "MAX": "max", "STDDEV": "stddev",
              "VARIANCE": "variance", "MEDIAN": "median"}
WINDOWED = {"ROW_NUMBER": "row_number", "RANK": "rank", "DENSE_RANK": "dense_rank", "LAG": "lag", "LEAD": "lead",
            "FIRST_VALUE": "first_value", "LAST_VALUE": "last_value", "NTILE": "ntile",
            "RATIO_TO_REPORT": "ratio_to_report", "PERCENT_RANK": "percent_rank", "CUME_DIST": "cume_dist"}
_ORDERED = {"ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE", "PERCENT_RANK", "CUME_DIST"}


def _value(node: exp.Expr, block: Block) -> Value:
    from pacs_rounds.lab.oracle_sql.expressions import value
    return value(node, block)


def order(node: exp.Expr | None, block: Block) -> tuple[str, list[Value]]:
    """An ORDER BY inside a call or window: NULLs last when ascending, first when descending."""
    if node is None:
        return "", []
    parts, values = [], []
    for one in node.expressions:
        found = _value(one.this, block)
        values.append(found)
        parts.append(f"{found.sql} {direction(one)}")
    return "ORDER BY " + ", ".join(parts), values


def direction(node: exp.Expr) -> str:
    """ASC or DESC with the place of NULLs."""
    word = "DESC" if node.args.get("desc") else "ASC"
    return f"{word} NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"


def _argument(node: exp.Anonymous, block: Block) -> tuple[str, Value | None]:
    """("DISTINCT " or "", the argument or None for *)."""
    name, at = str(node.this).upper(), position(node)
    if len(node.expressions) != 1:
        raise OraError(909, at=at)
    first = node.expressions[0]
    if isinstance(first, exp.Star):
        if name != "COUNT":
            raise OraError(936, at=at)
        return "", None
    if isinstance(first, exp.Distinct):
        if len(first.expressions) != 1:
            raise OraError(909, at=at)
        return "DISTINCT ", _value(first.expressions[0], block)
    return "", _value(first, block)


def _plain(node: exp.Anonymous, block: Block) -> tuple[str, Value, list[Value]]:
    """An aggregate's text and type, without what it means for grouping."""
    name = str(node.this).upper()
    distinct, inner = _argument(node, block)
    if inner is None:
        return "CAST(count(*) AS DOUBLE)", Value("", NUMBER), []
    if inner.type == LONG:
        raise OraError(997, at=position(node))
    if name == "COUNT":
        return f"CAST(count({distinct}{inner.sql}) AS DOUBLE)", Value("", NUMBER), [inner]
    if name in {"MIN", "MAX"}:
        return f"{AGGREGATES[name]}({distinct}{inner.sql})", Value("", inner.type, inner.width), [inner]
    as_number = number(inner, block.session, position(node))
    return f"{AGGREGATES[name]}({distinct}{as_number.sql})", Value("", NUMBER), [inner]


def aggregate(node: exp.Anonymous, block: Block) -> Value:
    """An aggregate: its columns are free no more. ORA-00934 where none may stand."""
    if not block.aggregates:
        raise OraError(934, at=position(node))
    sql, kind, inside = _plain(node, block)
    if any(one.grouped for one in inside):
        raise unknown("an aggregate in an aggregate", position(node))
    return Value(sql, kind.type, kind.width, frozenset(), True, any(one.windowed for one in inside))


def listagg(node: exp.Expr, block: Block) -> Value:
    """LISTAGG(x, ',') WITHIN GROUP (ORDER BY y), since 11.2."""
    if block.session.version < (11, 2):
        raise OraError(904, '"LISTAGG"', at=position(node))
    if not block.aggregates:
        raise OraError(934, at=position(node))
    sql, width = _listagg(node, block)
    return Value(sql, TEXT, width, frozenset(), True)


def _listagg(node: exp.Expr, block: Block) -> tuple[str, int]:
    if not isinstance(node, exp.GroupConcat) or not isinstance(node.this, exp.Order):
        raise OraError(2000, at=position(node))
    from pacs_rounds.lab.oracle_sql.expressions import only
    only(node, "this", "separator")
    if isinstance(node.this.this, exp.Distinct):
        raise OraError(30482, at=position(node))
    inner = text(_value(node.this.this, block), block.session)
    mark = node.args.get("separator")
    between = text(_value(mark, block), block.session).sql if mark is not None else "''"
    sort, _ = order(node.this, block)
    return f"string_agg({inner.sql}, {between} {sort})", 4000


def window(node: exp.Window, block: Block) -> Value:
    """f(…) OVER (…), and KEEP (DENSE_RANK FIRST|LAST ORDER BY …)."""
    if str(node.args.get("over")).upper() == "KEEP":
        return _keep(node, block)
    if not block.windows:
        raise OraError(30483, at=position(node))
    if node.args.get("alias") or node.args.get("first") is not None:
        raise unknown("a named window", position(node))
    parts = [_value(one, block) for one in node.args.get("partition_by") or []]
    sort, sorted_by = order(node.args.get("order"), block)
    call, kind, inside = _windowed(node.this, block, bool(sort))
    over = " ".join(word for word in (
        "PARTITION BY " + ", ".join(one.sql for one in parts) if parts else "", sort, _frame(node.args.get("spec")))
                    if word)
    found = joined(call.replace("@OVER", f"OVER ({over})"), kind.type, [*parts, *sorted_by, *inside], kind.width)
    return replace(found, windowed=True)


def _windowed(node: Any, block: Block, ordered: bool) -> tuple[str, Value, list[Value]]:
    if isinstance(node, exp.GroupConcat | exp.WithinGroup):
        sql, width = _listagg(node, block)
        return f"{sql} @OVER", Value("", TEXT, width), []
    ignore = ""
    if isinstance(node, exp.IgnoreNulls):
        ignore, node = " IGNORE NULLS", node.this
    if not isinstance(node, exp.Anonymous):
        raise unknown("this analytic function", position(node))
    name = str(node.this).upper()
    if name in AGGREGATES:
        sql, kind, inside = _plain(node, block)
        if sql.startswith("CAST("):
            return f"CAST({sql[5:-len(' AS DOUBLE)')]} @OVER AS DOUBLE)", kind, inside
        return f"{sql} @OVER", kind, inside
    if name not in WINDOWED:
        raise OraError(904, f'"{name}"', at=position(node))
    if name in _ORDERED and not ordered:
        raise OraError(30485, at=position(node))
    given = list(node.expressions)
    if given and isinstance(given[0], exp.IgnoreNulls):
        ignore, given[0] = " IGNORE NULLS", given[0].this
    args = [_value(one, block) for one in given]
    if name == "RATIO_TO_REPORT":
        inner = number(args[0], block.session)
        return f"ora_divide({inner.sql}, sum({inner.sql}) @OVER)", Value("", NUMBER), args
    if not args:
        return f"CAST({WINDOWED[name]}() @OVER AS DOUBLE)", Value("", NUMBER), []
    if name == "NTILE":
        return f"CAST(ntile(CAST({args[0].sql} AS BIGINT)) @OVER AS DOUBLE)", Value("", NUMBER), args
    sqls = [args[0].sql]
    if len(args) > 1:
        sqls.append(f"CAST({args[1].sql} AS BIGINT)")
    if len(args) > 2:
        sqls.append(cast(args[2], args[0].type, block.session).sql)
    return f"{WINDOWED[name]}({', '.join(sqls)}{ignore}) @OVER", Value("", args[0].type, args[0].width), args


def _frame(spec: exp.Expr | None) -> str:
    if spec is None:
        return ""

    def edge(what: object, side: object) -> str:
        word = what if isinstance(what, str) else f"CAST({what.this} AS BIGINT)" if isinstance(what,
            exp.Literal) else None
        if word is None:
            raise unknown("this window frame")
        return f"{word} {side or ''}".strip()

    kind, end = str(spec.args.get("kind")).upper(), spec.args.get("end")
    if kind == "RANGE" and not isinstance(spec.args.get("start"), str):
        raise unknown("RANGE with a distance")
    begin = edge(spec.args.get("start"), spec.args.get("start_side"))
    return f"{kind} {begin}" if end is None else f"{kind} BETWEEN {begin} AND {edge(end, spec.args.get('end_side'))}"


def _keep(node: exp.Window, block: Block) -> Value:
    """MAX(a) KEEP (DENSE_RANK LAST ORDER BY b): the greatest a of those with the greatest b."""
    call, sort = node.this, node.args.get("order")
    name = str(call.this).upper() if isinstance(call, exp.Anonymous) else ""
    if name not in {"MAX", "MIN"} or sort is None or str(node.args.get("alias")).upper() != "DENSE_RANK":
        raise unknown("this KEEP", position(node))
    if not block.aggregates:
        raise OraError(934, at=position(node))
    inner = _value(call.expressions[0], block)
    down = [bool(one.args.get("desc")) for one in sort.expressions]
    if len(set(down)) != 1 or node.args.get("partition_by"):
        raise unknown("a KEEP that orders both ways", position(node))
    greatest = down[0] == bool(node.args.get("first"))
    if greatest != (name == "MAX"):
        raise unknown("this KEEP", position(node))
    keys = ", ".join(_value(one.this, block).sql for one in sort.expressions)
    sql = f"arg_{'max' if greatest else 'min'}({inner.sql}, ({keys}, {inner.sql}))"
    return Value(sql, inner.type, inner.width, frozenset(), True)
