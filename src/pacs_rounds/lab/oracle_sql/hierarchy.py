"""CONNECT BY as a recursive query: LEVEL, PRIOR, NOCYCLE and ORDER SIBLINGS BY; rows come depth first."""

from __future__ import annotations

from sqlglot import exp

from pacs_rounds.lab.oracle_sql.aggregates import order
from pacs_rounds.lab.oracle_sql.conditions import condition
from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_sql.scope import Block, Column
from pacs_rounds.lab.oracle_sql.syntax import position
from pacs_rounds.lab.oracle_sql.values import NUMBER, Value

ORDER = " ORDER BY h.path"


def connect(node: exp.Select, block: Block, text: str, where: list[exp.Expr]) -> str:
    """FROM's text for a hierarchical block; its columns, LEVEL and PRIOR are then those of `h`."""
    given = node.args["connect"]
    if node.args.get("group") or len(block.sources) > 1:
        raise unknown("CONNECT BY over a join or with GROUP BY", position(given))
    siblings = node.args.get("order")
    sort, _ = order(siblings, block) if siblings is not None and siblings.args.get("siblings") else ("", [])
    source, names = block.sources[0], []
    for number, (column, known) in enumerate(list(source.columns.items()), 1):
        names.append(f"{known.sql} AS x{number}")
        source.columns[column] = Column(f"b.x{number}", known.type, known.width)
    count = len(names)
    base = f"SELECT {', '.join([*names, f'row_number() OVER ({sort}) AS rn'])} FROM {text}"
    columns = ", ".join(f"b.x{number}" for number in range(1, count + 1))
    block.pseudo["LEVEL"] = Value("CAST(1 AS DOUBLE)", NUMBER)
    start = given.args.get("start")
    first = condition(start, block).sql if start is not None else "TRUE"
    block.prior = {f"b.x{number}": f"h.x{number}" for number in range(count, 0, -1)}
    block.pseudo["LEVEL"] = Value("(h.lvl + 1)", NUMBER)
    link = given.args.get("connect")
    if link is None:
        raise OraError(1788)
    step = condition(link, block).sql
    loop = "FALSE"
    if any(True for _ in link.find_all(exp.Prior)):
        again = "list_contains(h.path, b.rn)"
        loop = again if given.args.get("nocycle") else \
            f"CASE WHEN {again} THEN CAST(error('ORA-01436: CONNECT BY loop in user data') AS BOOLEAN) ELSE FALSE END"
    elif not any(isinstance(one, exp.LT | exp.LTE) for one in link.find_all(exp.LT, exp.LTE)):
        raise OraError(1436)
    sql = (f"WITH RECURSIVE b AS MATERIALIZED ({base}), h AS ("
           f"SELECT {columns}, b.rn, CAST(1 AS DOUBLE) AS lvl, [b.rn] AS path FROM b WHERE {first} "
           f"UNION ALL SELECT {columns}, b.rn, h.lvl + 1, list_append(h.path, b.rn) "
           f"FROM b, h WHERE {step} AND NOT {loop}) SELECT * FROM h")
    for column, known in list(source.columns.items()):
        source.columns[column] = Column(known.sql.replace("b.", "h."), known.type, known.width)
    block.pseudo["LEVEL"] = Value("h.lvl", NUMBER, 0, frozenset({"h.lvl"}))
    block.prior = {}
    tests = [condition(one, block).sql for one in where]
    return f"(SELECT * FROM ({sql}) AS h{' WHERE ' + ' AND '.join(tests) if tests else ''}) AS h"
