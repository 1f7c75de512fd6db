"""One session of sqlcmd per instance with all queries in it: one text, read query by query.

What one query said cannot be read costs that query only: its part has a reason, as one that the server refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pacs_rounds.model import ParseError, Reason
from pacs_rounds.parse import parser, sql_rows
from pacs_rounds.parse.sql_rows import Fields, moment, optional_whole, whole, yes

_RULER = re.compile(r"-+(?:\|-+)*$")
"""What sqlcmd draws between the header and the rows."""
Row = dict[str, Any]


def _tidy(text: str) -> str:
    """Without rulers and trailing spaces; NULL is an empty field."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.rstrip()
        if not _RULER.match(bare):
            lines.append("|".join("" if cell == "NULL" else cell for cell in bare.split("|")))
    return "\n".join(lines)


def _read(text: str, query: str, row: Callable[[Fields], Row]) -> list[dict[str, Any]]:
    found = []
    for said in sql_rows.of_query(text, query):
        try:
            rows = [row(one) for one in said.rows]
        except ParseError as error:
            said.reason, said.detail, rows = Reason.UNPARSABLE, str(error), []
        found.append({"instance": said.instance, "reason": said.reason.value if said.reason else None,
                      "detail": said.detail, "rows": rows})
    return found


# version|edition|started|clock
# -------|-------|-------|-----
# 13.0.6300.2|Standard Edition (64-bit)|2026-08-02T21:10:33Z|2026-11-22T09:00:00Z
# -- 1 rows
def _server(row: Fields) -> Row:
    return {"version": row["version"], "edition": row["edition"], "started": moment(row, "started"),
            "clock": moment(row, "clock")}


# database|state|recovery_model|access|page_verify|checkdb_days_ago
# RISDB|ONLINE|FULL|MULTI_USER|CHECKSUM|6
def _database(row: Fields) -> Row:
    days = optional_whole(row, "checkdb_days_ago", -1)
    return {"database": row["database"] or "?", "state": row["state"], "recovery_model": row["recovery_model"],
            "access": row["access"], "page_verify": row["page_verify"],
            "checkdb_days_ago": None if days is not None and days > 36500 else days}  # 1900-01-01 means never


# database|type|finished|bytes|with_checksums|damaged
# RISDB|D|2026-11-21T17:00:12Z|8123456789|1|0
def _backup(row: Fields) -> Row:
    if row["type"] not in {"D", "I", "L"}:
        raise ParseError(f"type is {row['type']!r}, none of D, I, L")
    return {"database": row["database"] or "?", "type": row["type"], "finished": moment(row, "finished"),
            "bytes": whole(row, "bytes"), "with_checksums": yes(row, "with_checksums"), "damaged": yes(row, "damaged")}


# -- instance ris
# -- query server
# …
# -- 1 rows
# -- query end
@parser("mssql.health")
def health(text: str) -> dict[str, Any]:
    """{query: [{instance, reason: None or why it did not say, detail, rows}]} for server, databases, log_usage, backups
    (newest first, at most eight of a kind), restores ({database, type, restored}; V is VERIFYONLY) and jobs.
    `checkdb_days_ago` is None where DBCC CHECKDB never ended well, or the version does not tell."""
    tidy = _tidy(text)
    return {
        "server": _read(tidy, "server", _server), "databases": _read(tidy, "databases", _database),
        "log_usage": _read(tidy, "log_usage", lambda row: {"database": row["database"] or "?",
                                                           "used_percent": whole(row, "used_percent")}),
        "backups": _read(tidy, "backups", _backup),
        "restores": _read(tidy, "restores", lambda row: {"database": row["database"] or "?", "type": row["type"],
                                                         "restored": moment(row, "restored")}),
        "jobs": _read(tidy, "jobs", lambda row: {"job": row["job"] or "?", "status": whole(row, "status"),
                                                 "day": whole(row, "day")})}
