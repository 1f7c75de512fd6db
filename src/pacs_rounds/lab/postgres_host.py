"""PostgreSQL on a simulated server: a psql that answers the queries by their names, base backups and archived log.

The stand-in does not read SQL: that each query is right is proved against a real server (tests/integration). What a
device has stands in its state under `postgres`; an empty one is a server without PostgreSQL.
"""

from __future__ import annotations

import datetime
from typing import Any

State = dict[str, Any]
TREES = ("/pgbackup",)
DAY = 86400.0
_FIRST = 0x310
"""The log segment at which the oldest backup begins."""
_CONTROL = """\
Database system identifier:           {identifier}
Database cluster state:               in production
Bytes per WAL segment:                16777216
Data page checksum version:           1
"""


def programs(state: State, now: float, root: str) -> dict[str, str]:
    """Name -> script of every program of PostgreSQL that the server has."""
    data = state["postgres"]
    if not data:
        return {}
    found = {name: f"#!/bin/sh\necho 'simulated: {name} does nothing here' >&2\nexit 1\n"
             for name in data.get("tools", []) if name not in {"postgres", "pg_controldata"}}
    if "postgres" in data.get("tools", []):
        found["postgres"] = f"#!/bin/sh\necho 'postgres (PostgreSQL) {data['version']}'\n"
        control = _CONTROL.format(identifier=data["system_identifier"])
        found["pg_controldata"] = f"#!/bin/sh\ncase \"$1\" in {root}/*) printf %s '{control}' ;; *) exit 1 ;; esac\n"
    if data.get("status"):
        found["psql"] = _psql(data, now)
    return found


def _psql(data: State, now: float) -> str:
    """Answers to `\\echo -- query NAME`, whatever SQL stands between; down, it says what psql says."""
    if data["status"] == "down":
        said = 'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: ' \
            "No such file or directory"
        return f"#!/bin/sh\necho '{said}' >&2\nexit 2\n"
    cases = "".join(f"'\\echo -- query {name}') printf %s '-- query {name}\n{text}' ;;\n"
                    for name, text in _answers(data, now).items())
    cases += "".join(f"'\\echo -- table {name}') echo '-- table {name}'; echo '{counts}' ;;\n"
                     for name, counts in data["tables"].items())
    return ("#!/bin/sh\nwhile IFS= read -r line; do case \"$line\" in\n" + cases +
            "'\\echo -- query end') echo '-- query end' ;;\n'\\echo -- query '*) echo \"${line#??????}\"; "
            "echo 'ERROR:  42P01: the laboratory has no answer to this query' ;;\nesac; done\n")


def _moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(number: int) -> str:
    return f"00000001{number >> 8:08X}{number & 0xFF:08X}"


def _table(columns: str, rows: list[list[Any]]) -> str:
    lines = ["|".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([columns, *lines, f"({len(rows)} row{'' if len(rows) == 1 else 's'})", ""])


def _flag(value: bool) -> str:
    return "t" if value else "f"


def _answers(data: State, now: float) -> dict[str, str]:
    """Query -> what psql prints for it."""
    standby = data["in_recovery"]
    last = _last(data)
    archived = last if data["archive_mode"] == "on" else None
    return {
        "production": _table(
            "system_identifier|in_recovery|moment|last_archived_wal|data_directory|version",
            [[data["system_identifier"], _flag(standby), _moment(now), _name(last), "/var/lib/pgsql/15/data",
              data["version"]]]),
        "server": _table(
            "version|in_recovery|started|clock|max_connections|reserved_connections|connections|data_checksums",
            [[data["version"], _flag(standby), _moment(now - data["uptime_days"] * DAY), _moment(now),
              data["max_connections"], 3, data["connections"], "on"]]),
        "archiver": _table(
            "archive_mode|archived_count|failed_count|last_archived_wal|archived_seconds_ago|last_failed_wal|"
            "failed_seconds_ago|current_wal|segment_bytes",
            [[data["archive_mode"], last, 0 if data["failed_seconds_ago"] is None else 7,
              _name(archived) if archived else None, data["archived_seconds_ago"] if archived else None,
              None if data["failed_seconds_ago"] is None else _name(last + 1), data["failed_seconds_ago"],
              None if standby else _name(last + 1 + data["waiting_segments"]), 16777216]]),
        "replication": _table("standby|state|sync_state|lag_seconds",
                              [[name, one["state"], "async", one["lag_seconds"]]
                               for name, one in data["standbys"].items()]),
        "standby": _table("in_recovery|receiver|lag_seconds",
                          [[_flag(standby), "streaming" if standby else None, data["lag_seconds"]]]),
        "databases": _table("database|bytes|frozen_age", [[name, one["bytes"], one["frozen_age"]]
                                                          for name, one in data["databases"].items()]),
        "slots": _table("slot|active|retained_bytes", [[name, _flag(one["active"]), one["retained_bytes"]]
                                                       for name, one in data["slots"].items()])}


def _last(data: State) -> int:
    """The newest segment in the archive."""
    backups = data["backups"]
    return _FIRST + 4 * max(0, len(backups["made"]) - 1) + int(backups["segments_after"])


def files(state: State, now: float) -> list[tuple[str, str, float]]:
    """(path, text, time of its last change) of every file of the backups."""
    data = state["postgres"]
    if not data:
        return []
    backups, found = data["backups"], []
    made = sorted(backups["made"].items(), key=lambda item: -item[1]["days_ago"])
    for number, (name, one) in enumerate(made):
        place, at = f"/pgbackup/base/{name}", now - one["days_ago"] * DAY
        end = "" if one["manifest"] == "cut_off" else '"Manifest-Checksum": "5f1d"}\n'
        texts = {"PG_VERSION": f"{data['version'].split('.')[0]}\n", "base/1/2619": "x" * 1024 * one["kb"],
                 "backup_label": f"START WAL LOCATION: 0/28 (file {_name(_FIRST + 4 * number)})\n"
                                 f"START TIME: {_moment(at)[:10]} {_moment(at)[11:19]} UTC\n",
                 "backup_manifest": '{ "PostgreSQL-Backup-Manifest-Version": 1,\n' + end}
        found += [(f"{place}/{path}", text, at) for path, text in texts.items()]
        if one["verified"]:
            found.append((f"{place}.verify.log", f"{one['verified']}\n", at + 3600))
    for number in range(_FIRST, _last(data) + 1):
        if number - _FIRST not in backups["missing_segments"]:
            found.append((f"/pgbackup/wal/{_name(number)}", "", now - 600))
    return found
