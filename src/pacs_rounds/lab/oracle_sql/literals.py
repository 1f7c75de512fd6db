"""Constants of time, and the moment the session takes for now."""

from __future__ import annotations

from sqlglot import exp

from pacs_rounds.lab.oracle_sql import dates
from pacs_rounds.lab.oracle_sql.errors import unknown
from pacs_rounds.lab.oracle_sql.scope import Block
from pacs_rounds.lab.oracle_sql.values import DATE, SPAN, STAMP, ZONED, Value, quote

SECONDS = {"DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}


def interval(node: exp.Interval, block: Block) -> Value:
    """INTERVAL '1' DAY."""
    unit = node.args.get("unit")
    word = unit.name.upper() if isinstance(unit, exp.Var) else ""
    if word not in SECONDS:
        raise unknown("this INTERVAL")
    return Value(f"CAST({float(node.this.this) * SECONDS[word]} AS DOUBLE)", SPAN)


def date(node: exp.DateStrToDate, block: Block) -> Value:
    """DATE '2026-01-31'."""
    return Value(dates.read(quote(node.this.this), node.this.this, "YYYY-MM-DD", block.session), DATE)


def stamp(node: exp.StrToTime, block: Block) -> Value:
    """TIMESTAMP '2026-01-31 00:00:00'."""
    written = node.this.this
    model = "YYYY-MM-DD HH24:MI:SS.FF" if "." in written else "YYYY-MM-DD HH24:MI:SS"
    return Value(dates.read(quote(written), written, model, block.session), STAMP)


def now(node: exp.Expr, block: Block) -> Value:
    """SYSTIMESTAMP and its kin: the session's clock."""
    kind = DATE if isinstance(node, exp.CurrentDate) else STAMP if isinstance(node, exp.Localtimestamp) else ZONED
    return Value(f"CAST('{block.session.now}' AS TIMESTAMP)", kind)
