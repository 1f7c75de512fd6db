"""Query blocks: FROM with Oracle's outer joins, WHERE, ROWNUM, grouping, order, set operations and WITH."""

from __future__ import annotations

from sqlglot import exp

from pacs_rounds.lab.oracle_sql import hierarchy, rownum, sources
from pacs_rounds.lab.oracle_sql.aggregates import direction
from pacs_rounds.lab.oracle_sql.conditions import condition
from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.expressions import only, value
from pacs_rounds.lab.oracle_sql.scope import Block, Out, Query, World, name_of
from pacs_rounds.lab.oracle_sql.syntax import position
from pacs_rounds.lab.oracle_sql.values import LONG, NULL, TEXT, TIMES, Value, cast

Ctes = dict[str, tuple[str, list[Out]]]
_SELECT = ("with_", "expressions", "hint", "distinct", "from_", "joins", "connect", "where", "group", "having", "order")
_SET = ("with_", "this", "expression", "distinct", "order")
_WORDS: dict[type[exp.Expr], str] = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}


def query(node: exp.Expr, world: World, parent: Block | None = None, ctes: Ctes | None = None) -> Query:
    """A query or subquery. OraError says what is wrong with it."""
    ctes = dict(ctes or {})
    while isinstance(node, exp.Subquery):
        only(node, "this", "alias", "order", "with_")
        if node.args.get("order") or node.args.get("with_"):
            raise unknown("ORDER BY after a query in parentheses")
        node = node.this
    ahead = _with(node, world, ctes)
    found = _set_operation(node, world, parent, ctes) if type(node) in _WORDS else _select(node, world, parent, ctes)
    return Query(f"{ahead}{found.sql}", found.columns)


def _with(node: exp.Expr, world: World, ctes: Ctes) -> str:
    given = node.args.get("with_")
    if given is None:
        return ""
    only(given, "expressions")
    parts = []
    for one in given.expressions:
        alias = one.args["alias"]
        if alias.args.get("columns"):
            raise unknown("WITH name (columns)", position(alias))
        inner, name = query(one.this, world, None, ctes), world.fresh()
        ctes[name_of(alias.this)] = (name, inner.columns)
        parts.append(f"{name} AS ({inner.sql})")
    return f"WITH {', '.join(parts)} "


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Alias):
        return name_of(node.args["alias"])
    if isinstance(node, exp.Column):
        return name_of(node.this)
    return node.sql(dialect="oracle").replace(" ", "").upper()


def _stars(node: exp.Expr, block: Block, alone: bool) -> list[tuple[str, Value]] | None:
    """The columns of `*` or `t.*`; None for anything else. Columns without a value stay empty there."""
    star = isinstance(node, exp.Star)
    if not star and not (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
        return None
    if star and not alone:
        raise OraError(936)
    chosen = block.sources if star else [one for one in block.sources if one.name == name_of(node.args["table"])]
    if not chosen:
        raise OraError(904, f'"{name_of(node.args["table"])}"', at=position(node))
    return [(name, Value(column.sql, column.type, column.width, frozenset({column.sql})))
            for source in chosen for name, column in source.columns.items()]


def _select(node: exp.Expr, world: World, parent: Block | None, ctes: Ctes) -> Query:
    if not isinstance(node, exp.Select):
        raise OraError(900)
    for word in ("offset", "qualify", "locks", *(() if _first(node, world) else ("limit",))):
        if node.args.get(word):
            raise OraError(933, at=position(node))
    only(node, *_SELECT, "limit")
    if node.args.get("from_") is None and world.session.version < (23,):
        raise OraError(923)
    if not node.expressions:
        raise OraError(936)
    block = Block(world, parent, ctes)
    text, where = sources.joined(node, block)
    if node.args.get("connect"):
        text, where = hierarchy.connect(node, block, text, where), []
    elif rownum.uses(node, "ROWNUM"):
        text, where = rownum.counted(block, text, where), []
    tests = [condition(one, block).sql for one in where]
    sql_where = f" WHERE {' AND '.join(tests)}" if tests else ""
    keys, group = _group(node, block)
    block.keys, block.aggregates, block.windows = keys, True, True
    items: list[tuple[str, Value]] = []
    for one in node.expressions:
        stars = _stars(one, block, len(node.expressions) == 1)
        items += stars if stars is not None else [(_name(one),
                                                   value(one.this if isinstance(one, exp.Alias) else one, block))]
    having = node.args.get("having")
    tail = f" HAVING {condition(having.this, block).sql}" if having is not None else ""
    _check_groups(node, items, bool(keys), tail)
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on"):
        raise OraError(923, at=position(distinct))
    sort = _order(node, block, items, distinct is not None, bool(keys))
    listed = ", ".join(f"{_typed(one)} AS c{number}" for number, (_, one) in enumerate(items, 1))
    sql = f"SELECT {'DISTINCT ' if distinct is not None else ''}{listed} FROM {text}{sql_where}{group}{tail}{sort}"
    sql += _first(node, world)
    return Query(sql, [Out(name, one.type, one.width) for name, one in items])


def _first(node: exp.Select, world: World) -> str:
    """FETCH FIRST n ROWS ONLY, of 12.1 and later; nothing for anything else."""
    fetch = node.args.get("limit")
    if not isinstance(fetch, exp.Fetch) or world.session.version < (12, 1):
        return ""
    count, options = fetch.args.get("count"), fetch.args.get("limit_options")
    more = options is not None and (options.args.get("percent") or options.args.get("with_ties"))
    if more or not isinstance(count, exp.Literal):
        raise unknown("this FETCH")
    return f" LIMIT {int(float(count.this))}"


def _typed(one: Value) -> str:
    return "CAST(NULL AS VARCHAR)" if one.type == NULL else one.sql


def _group(node: exp.Select, block: Block) -> tuple[frozenset[str], str]:
    group = node.args.get("group")
    if group is None:
        return frozenset(), ""
    only(group, "expressions")
    found = [value(one, block) for one in group.expressions]
    for one in found:
        if one.type == LONG:
            raise OraError(997)
    # A number in GROUP BY is a constant, not a column's place.
    texts = [one.sql for one in found]
    return frozenset(texts) or frozenset({""}), " GROUP BY " + ", ".join(texts)


def _check_groups(node: exp.Select, items: list[tuple[str, Value]], grouped: bool, having: str) -> None:
    aggregated = any(one.grouped for _, one in items) or bool(having)
    if not grouped and not aggregated:
        return
    for (_, one), written in zip(items, node.expressions, strict=False):
        if one.free:
            raise OraError(979 if grouped else 937, at=position(written))


def _order(node: exp.Select, block: Block, items: list[tuple[str, Value]], distinct: bool, grouped: bool) -> str:
    order = node.args.get("order")
    if order is None or order.args.get("siblings"):
        return hierarchy.ORDER if node.args.get("connect") else ""
    parts = []
    texts = {one.sql for _, one in items}
    aggregated = grouped or any(one.grouped for _, one in items)
    for one in order.expressions:
        sql, free = _order_key(one.this, block, items)
        if distinct and sql not in texts:
            raise OraError(1791, at=position(one))
        if aggregated and free:
            raise OraError(979 if grouped else 937, at=position(one))
        parts.append(f"{sql} {direction(one)}")
    return " ORDER BY " + ", ".join(parts)


def _order_key(node: exp.Expr, block: Block, items: list[tuple[str, Value]]) -> tuple[str, bool]:
    if isinstance(node, exp.Literal) and not node.args.get("is_string"):
        place = int(float(node.this))
        if not 1 <= place <= len(items):
            raise OraError(1785)
        return items[place - 1][1].sql, False
    if isinstance(node, exp.Column) and not node.args.get("table"):
        named = [one for name, one in items if name == name_of(node.this)]
        if len({one.sql for one in named}) > 1:
            raise OraError(960, at=position(node))
        if named:
            return named[0].sql, False
    found = value(node, block)
    return found.sql, bool(found.free)


def _set_operation(node: exp.Expr, world: World, parent: Block | None, ctes: Ctes) -> Query:
    only(node, *_SET)
    left, right = query(node.this, world, parent, ctes), query(node.expression, world, parent, ctes)
    if len(left.columns) != len(right.columns):
        raise OraError(1789, at=position(node))
    outs: list[Out] = []
    casts: tuple[list[str], list[str]] = ([], [])
    for number, (a, b) in enumerate(zip(left.columns, right.columns, strict=True), 1):
        if NULL not in (a.type, b.type) and a.type != b.type and not (a.type in TIMES and b.type in TIMES):
            raise OraError(1790, at=position(node.this))
        kind = a.type if a.type != NULL else b.type if b.type != NULL else TEXT
        outs.append(Out(a.name, kind, max(a.width, b.width)))
        for side, out in zip(casts, (a, b), strict=True):
            one = Value(f"c{number}", out.type, out.width)
            side.append(f"{cast(one, kind, world.session).sql} AS c{number}")
    word = _WORDS[type(node)] + (" ALL" if node.args.get("distinct") is False else "")
    sql = " ".join([f"(SELECT {', '.join(casts[0])} FROM ({left.sql}))", word,
                    f"(SELECT {', '.join(casts[1])} FROM ({right.sql}))"])
    order = node.args.get("order")
    if order is not None:
        sql = f"SELECT * FROM ({sql}) ORDER BY {', '.join(_set_key(one, outs) for one in order.expressions)}"
    return Query(sql, outs)


def _set_key(node: exp.Expr, outs: list[Out]) -> str:
    one = node.this
    if isinstance(one, exp.Literal) and 1 <= int(float(one.this)) <= len(outs):
        return f"c{int(float(one.this))} {direction(node)}"
    names = [out.name for out in outs]
    if isinstance(one, exp.Column) and name_of(one.this) in names:
        return f"c{names.index(name_of(one.this)) + 1} {direction(node)}"
    if isinstance(one, exp.Column):
        raise OraError(904, f'"{name_of(one.this)}"', at=position(node))
    raise OraError(1785)
