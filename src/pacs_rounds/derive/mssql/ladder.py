"""The ladder of proof of SQL Server's backups, from what msdb and the server know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pacs_rounds.backup import drills, ladder
from pacs_rounds.backup.ladder import DAY, Proof
from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row

ENGINE = "mssql"
TODO = {
    "exists": "the engineer makes a full backup and finds out why the job did not",
    "complete_set": "the engineer agrees the recovery model in writing, and has the log backed up",
    "readable": "the engineer runs RESTORE VERIFYONLY WITH CHECKSUM in an agreed window",
    "logically_clean": "the engineer runs DBCC CHECKDB in an agreed window",
    "restored_elsewhere": "the engineer restores it under another name on another server, approved",
    "recovered_and_opened": "the engineer restores it WITH RECOVERY on another server, approved",
}


@derivation("mssql.backup_ladder")
def backup_ladder(data: Data, context: Context) -> list[Row]:
    """Eight rows per database: {item: instance/database/rung, state}; `unknown` for an instance that did not say."""
    health = data["mssql.health"]
    site = context.settings.get("rounds_backup") or {}
    restores = {one["instance"]: one for one in health["restores"]}
    found: list[Row] = []
    for databases, backups in zip(health["databases"], health["backups"], strict=True):
        name = databases["instance"]
        silent = next((one for one in (databases, backups) if one["reason"]), None)
        if silent:
            found.append({"item": name, "unknown": silent["reason"], "detail": silent["detail"]})
            continue
        for row in databases["rows"]:
            proofs = [*_history(row, [one for one in backups["rows"] if one["database"] == row["database"]], context),
                      *_restored(row["database"], restores.get(name)),
                      *drills.proofs(data["backup.drill_register"], site.get("drills") or [], ENGINE,
                                     f"{name}.{row['database']}")]
            found += ladder.rows(f"{name}/{row['database']}", proofs, context.collected_at, site.get("max_age_days"),
                                 TODO)
    return found


def _history(row: dict[str, Any], backups: list[dict[str, Any]], context: Context) -> list[Proof]:
    by = "msdb's history"
    full = [one for one in backups if one["type"] == "D"]
    proofs: list[Proof] = []
    days = row["checkdb_days_ago"]
    if days is not None:
        proofs.append(Proof("logically_clean", "proved", context.collected_at - days * DAY,
                            "DBCC CHECKDB of the database ended without an error", "the server"))
    if not full:
        return [*proofs, Proof("exists", "missing", None, "no full backup in the last 100 days", by)]
    newest, at = full[0], _epoch(full[0]["finished"])
    if newest["damaged"]:
        proofs.append(Proof("readable", "broken", at, "the newest full backup was written with damaged pages", by))
    proofs += [Proof("exists", "proved", at, f"full backup, {newest['bytes'] / 1e9:.2f} GB", by),
               _complete(row, backups, at)]
    size = ladder.plausible([one["bytes"] for one in full[1:]], newest["bytes"])
    if size:
        proofs.append(Proof("plausible_size", "proved" if size[0] else "doubtful", at, size[1], by))
    return proofs


def _complete(row: dict[str, Any], backups: list[dict[str, Any]], at: float) -> Proof:
    by, model = "msdb's history", f"recovery model {row['recovery_model']}"
    if row["recovery_model"] == "SIMPLE":
        return Proof("complete_set", "doubtful", at, f"{model}: only a backup's own moment can be restored", by)
    logs = [_epoch(one["finished"]) for one in backups if one["type"] == "L"]
    if not logs:
        return Proof("complete_set", "broken", None, f"{model} and no backup of the log", by)
    return Proof("complete_set", "proved", max(logs), "full backup, and the log backed up", by)


def _restored(database: str, section: dict[str, Any] | None) -> list[Proof]:
    """RESTORE VERIFYONLY leaves a row of type V. A restore on this very server proves no restore elsewhere."""
    if section is None or section["reason"]:
        why = section["detail"] if section else "the history of restores was not told"
        return [Proof("readable", "unknown", None, str(why).replace(";", ","), reason=Reason.REFUSED)]
    return [Proof("readable", "proved", _epoch(row["restored"]), "RESTORE VERIFYONLY read the whole backup",
                  "msdb's history of restores")
            for row in section["rows"] if row["database"] == database and row["type"] == "V"]


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
