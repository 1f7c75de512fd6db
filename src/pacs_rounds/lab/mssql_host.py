"""SQL Server on a simulated server: a sqlcmd that answers the queries by their names, in sqlcmd's own manner.

The stand-in reads no SQL, and there is no real server to prove the queries against: they keep to documented views.
"""

from __future__ import annotations

import datetime
from typing import Any

State = dict[str, Any]
DAY = 86400.0
_DOWN = """\
Sqlcmd: Error: Microsoft ODBC Driver 17 for SQL Server : Login timeout expired.
Sqlcmd: Error: Microsoft ODBC Driver 17 for SQL Server : TCP Provider: Error code 0x2749.
Sqlcmd: Error: Microsoft ODBC Driver 17 for SQL Server : A network-related or instance-specific error has occurred.
"""


def programs(state: State, now: float) -> dict[str, str]:
    """The script of sqlcmd, where the server has one."""
    data = state["mssql"]
    if not data:
        return {}
    if data["status"] == "down":
        return {"sqlcmd": f"#!/bin/sh\nprintf %s '{_DOWN}' >&2\nexit 1\n"}
    cases = "".join(f"\"print '-- query {name}';\") printf %s '-- query {name}\n{text}' ;;\n"
                    for name, text in _answers(data, now).items())
    return {"sqlcmd": "#!/bin/sh\nwhile IFS= read -r line; do case \"$line\" in\n" + cases +
            "\"print '-- query end';\") echo '-- query end' ;;\nesac; done\n"}


def _moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _table(columns: str, rows: list[list[Any]]) -> str:
    """A header, a ruler, rows and the count, as the session's script asks for them."""
    ruler = "|".join("-" * len(name) for name in columns.split("|"))
    lines = ["|".join("NULL" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([columns, ruler, *lines, f"-- {len(rows)} rows", ""])


def _answers(data: State, now: float) -> dict[str, str]:
    databases = data["databases"]
    backups = [[name, kind, _moment(now - days * DAY), size, 1, int(one["damaged"])]
               for name, one in databases.items()
               for kind, size in (("D", one["bytes"]), ("L", 4194304))
               for days in one["full_days_ago" if kind == "D" else "log_days_ago"]]
    return {
        "server": _table("version|edition|started|clock",
                         [[data["version"], data["edition"], _moment(now - data["uptime_days"] * DAY), _moment(now)]]),
        "databases": _table("database|state|recovery_model|access|page_verify|checkdb_days_ago",
                            [[name, one["state"], one["recovery_model"], "MULTI_USER", "CHECKSUM",
                              one["checkdb_days_ago"]] for name, one in databases.items()]),
        "log_usage": _table("database|used_percent",
                            [[name, one["log_used_percent"]] for name, one in databases.items()]),
        "backups": _table("database|type|finished|bytes|with_checksums|damaged", backups),
        "restores": _table("database|type|restored",
                           [[name, "V", _moment(now - one["verified_days_ago"] * DAY)]
                            for name, one in databases.items() if one["verified_days_ago"] is not None]),
        "jobs": _table("job|status|day", [[name, status, f"{_moment(now)[:10].replace('-', '')}"]
                                          for name, status in data["jobs"].items()])}
