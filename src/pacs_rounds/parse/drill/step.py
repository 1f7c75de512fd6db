"""What one step of a drill said, what production says of itself, and the counts of its named tables."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser, sql_rows

_MOMENT = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
_BEGAN = re.compile(rf"-- step ([a-z_]+) began {_MOMENT}$")
_ENDED = re.compile(rf"-- step ([a-z_]+) ended {_MOMENT} status (\d{{1,3}})$")
_TABLE = re.compile(r"-- table (\S+)$")
_COUNTS = re.compile(r"(\d{1,18})\|(-?\d{1,40})$")


# -- step verify began 2026-11-22T09:00:00Z
# backup successfully verified
# -- step verify ended 2026-11-22T09:00:04Z status 0
@parser("drill.step")
def step(text: str) -> dict[str, Any]:
    """{step, began, ended, seconds, status, said: [line]}, and where the step says them: opened (the row of the opened
    instance), tables {name: {rows, checksum} or {trouble}}, identifier."""
    lines = [line for line in text.split("\n") if line.strip()]
    began = _BEGAN.match(lines[0]) if lines else None
    ended = _ENDED.match(lines[-1]) if lines else None
    if not began:
        raise ParseError(f"no beginning of a step: {(lines or [''])[0][:60]!r}")
    if not ended or ended[1] != began[1]:
        raise ParseError(f"the step {began[1]} ends in the middle: {lines[-1][:60]!r}")
    said = lines[1:-1]
    data: dict[str, Any] = {
        "step": began[1], "began": began[2], "ended": ended[2], "status": int(ended[3]), "said": said,
        "seconds": round(_seconds(ended[2]) - _seconds(began[2]))}
    if data["seconds"] < 0:
        raise ParseError(f"the step {began[1]} ended before it began")
    if data["status"] == 0:
        data |= _more(began[1], said)
    return data


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _more(name: str, said: list[str]) -> dict[str, Any]:
    if name == "open":
        return {"opened": _opened(said)}
    if name == "read":
        return {"tables": _tables(said)}
    if name == "configure":
        word = next((line for line in said if line.startswith("system identifier ")), "")
        return {"identifier": word.removeprefix("system identifier ")}
    return {}


def _opened(said: list[str]) -> dict[str, Any]:
    if "-- query opened" not in said:
        raise ParseError("the opened instance was not asked")
    part = said[said.index("-- query opened") + 1:said.index("-- query end")]
    part = [f"-- {match[1]} rows" if (match := re.fullmatch(r"\((\d+) rows?\)", line)) else line for line in part]
    (one,) = sql_rows.instances("\n".join(["-- instance restored", *part, ""]))
    if one.reason or len(one.rows) != 1:
        raise ParseError(f"the opened instance does not say who it is: {one.detail}")
    row = one.rows[0]
    return {"in_recovery": sql_rows.yes(row, "in_recovery"), "system_identifier": row["system_identifier"],
            "timeline": sql_rows.whole(row, "timeline", 1), "replayed_lsn": row["replayed_lsn"],
            "last_commit": sql_rows.moment(row, "last_commit"), "archive_mode": row["archive_mode"]}


# -- tables
# -- table pacs.public.study
# 10001|5769054011023428273755
# -- table pacs.public.gone
# ERROR:  42P01: relation "public.gone" does not exist
# -- end of tables
@parser("drill.tables")
def tables(text: str) -> dict[str, Any]:
    """{database.schema.table: {rows, checksum}, or {trouble} where it could not be read}."""
    return _tables([line for line in text.split("\n") if line.strip()])


def _tables(said: list[str]) -> dict[str, Any]:
    if not said or said[0] != "-- tables" or said[-1] != "-- end of tables":
        raise ParseError(f"no whole list of tables: {(said or [''])[-1][:60]!r}")
    found: dict[str, Any] = {}
    name = ""
    for line in said[1:-1]:
        title, counts = _TABLE.match(line), _COUNTS.match(line)
        if title:
            name = title[1]
            found[name] = {}
        elif not name:
            raise ParseError(f"{line[:80]!r} before the first table")
        elif counts and not found[name]:
            found[name] = {"rows": int(counts[1]), "checksum": counts[2]}
        else:
            found[name].setdefault("trouble", line.strip()[:160])
    silent = [name for name, one in found.items() if not one]
    if silent or not found:
        raise ParseError(f"nothing was said of the table {silent[0]}" if silent else "not one table")
    return found


# -- host web
# -- instance web
# SYSTEM_IDENTIFIER|IN_RECOVERY|MOMENT|LAST_ARCHIVED_WAL|DATA_DIRECTORY|VERSION
# 7710917628243219280|f|2026-11-22T09:00:00Z|000000010000000000000003|/var/lib/pgsql/15/data|15.18
# -- 1 rows
@parser("drill.production")
def production(text: str) -> dict[str, Any]:
    """{host, system_identifier, in_recovery, moment, last_archived_wal, data_directory, version} of production."""
    first, _, rest = text.partition("\n")
    host = re.fullmatch(r"-- host (\S+)", first)
    if not host:
        raise ParseError(f"production did not say its name: {first[:80]!r}")
    (one,) = sql_rows.instances(rest)
    if one.reason:
        raise ParseError(f"production did not say who it is: {one.detail}")
    if len(one.rows) != 1:
        raise ParseError(f"{len(one.rows)} rows where production is one")
    row = one.rows[0]
    moment = sql_rows.moment(row, "moment")
    if not row.get("system_identifier") or moment is None:
        raise ParseError("production did not say its identifier and its time")
    return {"host": host[1], "system_identifier": row["system_identifier"],
            "in_recovery": sql_rows.yes(row, "in_recovery"), "moment": moment,
            "last_archived_wal": row.get("last_archived_wal"), "data_directory": row.get("data_directory"),
            "version": row.get("version")}
