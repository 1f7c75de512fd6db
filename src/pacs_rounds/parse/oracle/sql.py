"""One parser per query of ours, `oracle.sql_<name>`: its columns and their types stand in oracle/queries/<name>.sql."""

from __future__ import annotations

from pacs_rounds.oracle import queries
from pacs_rounds.parse import Parser, parser
from pacs_rounds.parse.oracle_rows import typed
from pacs_rounds.parse.oracle_text import Fields


# -- instance PACS
# DBID|NAME|OPEN_MODE
# 3405691582|PACS|READ WRITE
# -- 1 rows
def _reader(query: queries.Query) -> Parser:
    def read(text: str) -> list[Fields]:
        return typed(text, query.columns)

    read.__doc__ = (f"Answer to the query `{query.name}`: [{{\"sid\", \"running\", \"reason\", \"detail\", \"rows\": "
                    f"[{{{', '.join(f'{name} ({kind})' for name, kind in query.columns)}}}]}}].")
    return read


for _query in queries.load().values():
    parser(f"oracle.sql_{_query.name}")(_reader(_query))
