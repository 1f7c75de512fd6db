"""Instances, databases, logs, integrity checks and jobs of SQL Server. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row

JOB = {0: "failed", 1: "succeeded", 2: "retrying", 3: "cancelled", 4: "running"}
"""msdb's run_status."""


def _rows(data: Data, query: str, row: Callable[[str, dict[str, Any]], Row]) -> list[Row]:
    """One row per row of a query, `unknown` for an instance that did not say."""
    found: list[Row] = []
    for one in data["mssql.health"][query]:
        if one["reason"]:
            found.append({"item": one["instance"], "unknown": one["reason"], "detail": one["detail"]})
        found += [row(one["instance"], each) for each in one["rows"]]
    return found


@derivation("mssql.instance")
def instance(data: Data, context: Context) -> list[Row]:
    """{item, state: running|down}."""
    found: list[Row] = []
    for one in data["mssql.health"]["server"]:
        if one["reason"] == Reason.UNREACHABLE:
            found.append({"item": one["instance"], "state": "down", "detail": one["detail"]})
        elif one["reason"] or not one["rows"]:
            found.append({"item": one["instance"], "unknown": one["reason"] or Reason.EMPTY.value,
                          "detail": one["detail"]})
        else:
            server = one["rows"][0]
            found.append({"item": one["instance"], "state": "running",
                          "detail": f"version {server['version']}, {server['edition']}, since {server['started']}"})
    return found


@derivation("mssql.databases")
def databases(data: Data, context: Context) -> list[Row]:
    """{item: instance/database, state: the server's own word}."""
    return _rows(data, "databases", lambda name, row: {
        "item": f"{name}/{row['database']}", "state": row["state"],
        "detail": f"recovery {row['recovery_model']}, {row['access']}, page verify {row['page_verify']}"})


@derivation("mssql.checkdb")
def checkdb(data: Data, context: Context) -> list[Row]:
    """Days since DBCC CHECKDB last ended without an error."""
    def row(name: str, one: dict[str, Any]) -> Row:
        item = f"{name}/{one['database']}"
        if one["checkdb_days_ago"] is None:
            why = "no DBCC CHECKDB is known to have ended well, or the version does not tell (before 2016 SP2)"
            return {"item": item, "unknown": Reason.NOT_RUN.value, "detail": why}
        return {"item": item, "days": max(0, one["checkdb_days_ago"])}

    return _rows(data, "databases", row)


@derivation("mssql.log_usage")
def log_usage(data: Data, context: Context) -> list[Row]:
    """Percent of the transaction log that is in use."""
    return _rows(data, "log_usage", lambda name, row: {"item": f"{name}/{row['database']}",
                                                       "percent": row["used_percent"]})


@derivation("mssql.jobs")
def jobs(data: Data, context: Context) -> list[Row]:
    """{item: instance/job, state}: how each enabled job of the agent ended the last time."""
    def row(name: str, one: dict[str, Any]) -> Row:
        return {"item": f"{name}/{one['job']}", "state": JOB.get(one["status"], str(one["status"])),
                "detail": f"last run on {one['day']}"}

    return _rows(data, "jobs", row)
