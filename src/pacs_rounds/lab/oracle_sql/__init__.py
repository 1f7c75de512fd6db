"""SQL as an Oracle database understands it, run in an embedded one: read strictly, refused as Oracle does, rewritten.

sqlglot reads the statement (its functions kept as written), `blocks` and `expressions` check names, types and grouping
and write DuckDB's SQL, `engine` runs it. A construct that is not known here is refused, never dropped.
"""
