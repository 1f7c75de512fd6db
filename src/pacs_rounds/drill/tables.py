"""The named tables of both sides as two numbers each: rows, and a sum of row hashes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pacs_rounds.postgres import session


def read(instance: Mapping[str, Any], tables: list[dict[str, Any]], cutoff: str, seconds: float) -> str:
    """sh text that counts the named tables and sums a hash of every row: only two numbers per table leave the server.

    With `moment`, a column that never changes once it is written, only rows older than `cutoff` (the backup's start)
    count: production has gone on since.
    """
    parts = []
    by_database: dict[str, list[str]] = {}
    for one in tables:
        by_database.setdefault(one["database"], []).append(_count(one, cutoff))
    for database, queries in by_database.items():
        lines = session.prologue(seconds) + "".join(queries)
        parts.append(f"{session.psql(instance, database)} 2>&1 <<'{session.END}'\n{lines}{session.END}\n")
    return "echo '-- tables'\n" + "".join(parts) + "echo '-- end of tables'\n"


def _count(table: Mapping[str, Any], cutoff: str) -> str:
    schema, _, name = str(table["table"]).rpartition(".")
    place = f'"{schema or "public"}"."{name}"'
    only = f" where t.\"{table['moment']}\" < timestamptz '{cutoff}'" if table.get("moment") and cutoff else ""
    title = f"{table['database']}.{schema or 'public'}.{name}"
    checksum = "coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)"
    return (f"\\pset tuples_only on\n\\echo -- table {title}\n"
            f"select count(*), {checksum} from {place} t{only};\n")
