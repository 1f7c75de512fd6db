"""Answers to queries: tablespaces and their usage, and any table of sqlplus."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle.table import Table, only, rows
from pacs_rounds.parse.oracle_text import Fields, fail

_UNITS = {"B": 1, "BYTE": 1, "BYTES": 1, "字节": 1}
for _power, _letter in enumerate("KMGT", 1):
    _UNITS |= {_letter: 1024**_power, f"{_letter}B": 1024**_power}
_UNIT = re.compile(r"(?:^|[\s(_（\[])(?P<unit>BYTES?|[KMGT]B?|字节)(?=$|[\s)_）\]])", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bPCT\b|PCT_|_PCT|PERCENT|RATE|RATIO|使用比|使用率|百分比", re.IGNORECASE)
_MEANINGS = (
    ("maximum", r"MAX|最大可扩|扩展上限"), ("free", r"FREE|AVAIL|空闲|剩余|可用"),
    ("used", r"USED|OCCUP|USAGE|已使?用|使用"),
    ("size", r"SIZE|ALLOC|TOTAL|SUM|TS_|大小|总"))
_NAME = re.compile(r"^(?:TABLESPACE(?:[_ ]NAME)?|TABLESPACE_N\w*|TS[_ ]?NAME|NAME|表空间名?称?|表空间)$", re.IGNORECASE)


def _key(heading: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "_", heading.lower().replace("%", " percent ")).strip("_")


def number(written: str | None) -> int | float | None:
    """A number as sqlplus writes it (`.5`, `32,768`, `1.2E+10`, `98%`), None for nothing; ParseError otherwise."""
    shown = (written or "").strip().rstrip("%").strip()
    if not shown or shown.upper() == "NULL":
        return None
    if set(shown) == {"#"}:
        fail("a number wider than its column", shown)
    if not re.fullmatch(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:E[+-]?\d+)?", shown, re.IGNORECASE) or \
            not any(char.isdigit() for char in shown):
        fail("a number expected", written or "")
    value = float(shown.replace(",", ""))
    return int(value) if value.is_integer() else value


def _meaning(heading: str) -> tuple[str, int] | None:
    """(key, factor) of a column of numbers; None for a column whose heading tells neither meaning nor unit."""
    for name, pattern in _MEANINGS:
        if re.search(pattern, heading, re.IGNORECASE):
            if _PERCENT.search(heading):
                return f"{name}_percent", 1
            unit = _UNIT.search(heading)
            return (f"{name}_bytes", _UNITS[unit["unit"].upper()]) if unit else None
    return None


def _column(heading: str) -> tuple[str, int]:
    """(key, factor) of any column; factor 0 for a column kept as text."""
    if _NAME.match(heading):
        return "name", 0
    return _meaning(heading) or (f"{_key(heading)}_as_written", 0)


# TABLESPACE_NAME                 TOTAL_MB    USED_MB     PCT_USED
# ------------------------------ ---------- ---------- ----------
# SYSTEM                               1024        870      84.96
@parser("oracle.tablespace_usage")
def tablespace_usage(text: str) -> list[Fields]:
    """A table of tablespaces with their sizes, by whatever query: [{"name", and what the headings tell: "size_bytes",
    "used_bytes", "free_bytes", "maximum_bytes", "used_percent", "free_percent"; every other column as text under its
    heading with `_as_written`, a number whose heading names no unit too}]. ParseError without a name, without any size
    or share, for a number that is none, and for two columns that say the same."""
    table = only(text)
    columns = [_column(heading) for heading in table.columns]
    keys = [key for key, _ in columns]
    if not table.columns:
        return []
    if "name" not in keys or not any(factor for _, factor in columns):
        fail("no table of tablespaces with sizes", " ".join(table.columns))
    if len(set(keys)) != len(keys):
        fail("two columns of the same meaning", " ".join(table.columns))
    found = []
    for row in rows(table, keys):
        if not row["name"]:
            fail("a row without a tablespace", str(row))
        one: Fields = {}
        for key, factor in columns:
            value = number(row[key]) if factor else row[key]
            one[key] = round(value * factor) if factor > 1 and value is not None else value
        found.append(one)
    return found


# TABLESPACE_NAME                STATUS    CONTENTS
# ------------------------------ --------- ---------
# SYSTEM                         ONLINE    PERMANENT
@parser("oracle.tablespaces")
def tablespaces(text: str) -> list[Fields]:
    """A table of tablespaces with their state: [{"name", "status", "contents", further columns as text}]."""
    table = only(text)
    keys = ["name" if _NAME.match(heading) else _key(heading) for heading in table.columns]
    if table.columns and not {"name", "status"} <= set(keys):
        fail("no table of tablespaces with their status", " ".join(table.columns))
    return _whole(table, keys)


# NAME      OPEN_MODE            DATABASE_ROLE
# --------- -------------------- ----------------
# PACS      READ WRITE           PRIMARY
@parser("oracle.query")
def query(text: str) -> list[Fields]:
    """Any one table of sqlplus or SQLcl: its rows, by the headings in lower case, values as text, None for nothing.
    [] when the database says that no rows were selected. ORA- and SP2- errors are refused with their text."""
    table = only(text)
    return _whole(table, [_key(heading) for heading in table.columns])


def _whole(table: Table, keys: list[str]) -> list[Fields]:
    if len(set(keys)) != len(keys) or "" in keys:
        fail("columns without names of their own", " ".join(table.columns))
    return rows(table, keys)
