"""One session of psql per instance with all queries in it: one text, read query by query.

What one query said cannot be read costs that query only: its part has a reason, as one that the server refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pacs_rounds.model import ParseError, Reason
from pacs_rounds.parse import parser, sql_rows
from pacs_rounds.parse.sql_rows import Fields, moment, optional_whole, whole, yes

Row = dict[str, Any]


def _read(text: str, query: str, row: Callable[[Fields], Row], exactly: int | None = None) -> list[dict[str, Any]]:
    found = []
    for said in sql_rows.of_query(text, query):
        try:
            if said.reason is None and exactly is not None and len(said.rows) != exactly:
                raise ParseError(f"{len(said.rows)} rows where {query} has {exactly}")
            rows = [row(one) for one in said.rows]
        except ParseError as error:
            said.reason, said.detail, rows = Reason.UNPARSABLE, str(error), []
        found.append({"instance": said.instance, "reason": said.reason.value if said.reason else None,
                      "detail": said.detail, "rows": rows})
    return found


# -- instance web
# -- query server
# version|in_recovery|started|clock|max_connections|reserved_connections|connections|data_checksums
# 15.8|f|2026-08-02T21:10:33Z|2026-11-22T09:00:00Z|200|3|41|on
# (1 row)
def _server(text: str) -> list[dict[str, Any]]:
    """rows: one {version, in_recovery, started, clock, max_connections, reserved_connections, connections, …}."""
    return _read(text, "server", lambda row: {
        "version": row["version"], "in_recovery": yes(row, "in_recovery"), "started": moment(row, "started"),
        "clock": moment(row, "clock"), "max_connections": whole(row, "max_connections", 1),
        "reserved_connections": whole(row, "reserved_connections"), "connections": whole(row, "connections"),
        "data_checksums": row["data_checksums"]}, exactly=1)


# -- query archiver
# archive_mode|archived_count|failed_count|last_archived_wal|archived_seconds_ago|last_failed_wal|failed_seconds_ago|…
# on|81223|0|0000000100000003000000FE|212|||0000000100000003000000FF|16777216
def _archiver(text: str) -> list[dict[str, Any]]:
    """rows: one {archive_mode, counts, the last archived and failed segment and seconds since, current_wal, …}."""
    return _read(text, "archiver", lambda row: {
        "archive_mode": row["archive_mode"], "archived_count": whole(row, "archived_count"),
        "failed_count": whole(row, "failed_count"), "last_archived_wal": row["last_archived_wal"],
        "archived_seconds_ago": optional_whole(row, "archived_seconds_ago", -3600),
        "last_failed_wal": row["last_failed_wal"],
        "failed_seconds_ago": optional_whole(row, "failed_seconds_ago", -3600),
        "current_wal": row["current_wal"], "segment_bytes": whole(row, "segment_bytes", 1)}, exactly=1)


# -- query replication
# standby|state|sync_state|lag_seconds
# web-b|streaming|async|0
def _replication(text: str) -> list[dict[str, Any]]:
    """rows: {standby, state, sync_state, lag_seconds} of each connected standby; none on a server without."""
    return _read(text, "replication", lambda row: {
        "standby": row["standby"] or "?", "state": row["state"], "sync_state": row["sync_state"],
        "lag_seconds": optional_whole(row, "lag_seconds")})


# -- query standby
# in_recovery|receiver|lag_seconds
# t|streaming|4
def _standby(text: str) -> list[dict[str, Any]]:
    """rows: one {in_recovery, receiver, lag_seconds}; lag_seconds None where nothing was ever replayed."""
    return _read(text, "standby", lambda row: {
        "in_recovery": yes(row, "in_recovery"), "receiver": row["receiver"],
        "lag_seconds": optional_whole(row, "lag_seconds", -3600)}, exactly=1)


# -- query databases
# database|bytes|frozen_age
# portal|8123456789|18234567
def _databases(text: str) -> list[dict[str, Any]]:
    """rows: {database, bytes, frozen_age}: the age in transactions of the oldest row that is not frozen."""
    return _read(text, "databases", lambda row: {
        "database": row["database"] or "?", "bytes": whole(row, "bytes"), "frozen_age": whole(row, "frozen_age")})


# -- query slots
# slot|active|retained_bytes
# web_b|t|16777216
def _slots(text: str) -> list[dict[str, Any]]:
    """rows: {slot, active, retained_bytes}; retained_bytes None on a standby and for a slot that holds nothing."""
    return _read(text, "slots", lambda row: {
        "slot": row["slot"] or "?", "active": yes(row, "active"),
        "retained_bytes": optional_whole(row, "retained_bytes")})


# -- instance web
# -- query server
# version|in_recovery|…
# -- query end
@parser("postgres.health")
def health(text: str) -> dict[str, Any]:
    """{query: [{instance, reason: None or why it did not say, detail, rows}]}; the rows are described above, query by
    query. ParseError where not even the instances can be told."""
    return {"server": _server(text), "archiver": _archiver(text), "replication": _replication(text),
            "standby": _standby(text), "databases": _databases(text), "slots": _slots(text)}
