"""The ladder of proof of a PostgreSQL instance's base backups: what their directory shows, and what drills proved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pacs_rounds.backup import drills, ladder
from pacs_rounds.backup.ladder import Proof
from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row
from pacs_rounds.postgres.segments import gaps

ENGINE = "postgresql"
TODO = {
    "exists": "the engineer makes a base backup (pg_basebackup) and names its directory in rounds_postgres",
    "complete_set": "the engineer finds the missing files or segments, or makes a new base backup today",
    "readable": "the engineer runs pg_verifybackup in an agreed window and keeps its words as <backup>.verify.log",
    "logically_clean": "a restore drill: it checks every table and index of the restored copy",
}


@derivation("postgres.backup_ladder")
def backup_ladder(data: Data, context: Context) -> list[Row]:
    """Eight rows per instance whose backups have a directory here; see `pacs_rounds.backup.ladder`."""
    settings = context.settings.get("rounds_postgres") or {}
    agreed = [one["name"] for one in settings.get("instances", []) if one.get("backups")]
    if not agreed:
        raise NotApplicable("rounds_postgres names no directory of backups on this host")
    site = context.settings.get("rounds_backup") or {}
    rows: list[Row] = []
    for one in data["postgres.backups"]:
        proofs = [*_seen(one, context), *drills.proofs(data["backup.drill_register"], site.get("drills") or [],
                                                       ENGINE, one["instance"])]
        rows += ladder.rows(one["instance"], proofs, context.collected_at, site.get("max_age_days"), TODO)
    return rows


def _seen(entry: dict[str, Any], context: Context) -> list[Proof]:
    """What the directory itself proves or disproves."""
    if entry["directory"] == "refused":
        why = "its directory cannot be looked into"
        return [Proof("exists", "unknown", None, why, reason=Reason.REFUSED)]
    if entry["directory"] == "absent" or not entry["backups"]:
        said = "its directory is not there" if entry["directory"] == "absent" else "its directory holds no base backup"
        return [Proof("exists", "missing", None, said)]
    newest = max(entry["backups"], key=lambda one: str(one["made"]))
    at = _epoch(newest["made"])
    proofs = [Proof("exists", "proved", at, f"{newest['path']}, {newest['format']}, {newest['kb'] / 1048576:.2f} GiB",
                    "its directory"), _complete(entry, newest, at)]
    size = ladder.plausible([one["kb"] * 1024 for one in entry["backups"] if one is not newest], newest["kb"] * 1024)
    if size:
        proofs.append(Proof("plausible_size", "proved" if size[0] else "doubtful", at, size[1], "its directory"))
    return [*proofs, *(read for one in entry["backups"] if (read := _read(one)))]


def _complete(entry: dict[str, Any], newest: dict[str, Any], at: float) -> Proof:
    if newest["manifest"] == "cut_off":
        return Proof("complete_set", "broken", at, "its manifest ends in the middle", "its directory")
    if newest["manifest"] == "absent":
        return Proof("complete_set", "doubtful", at, "it has no manifest to compare it with", "its directory")
    if entry["archive"] != "present":
        return Proof("complete_set", "doubtful", at, "no archive of the log: only its own moment can be restored",
                     "its directory")
    missing = gaps({"start_segment": newest["start_segment"], "segment_bytes": None, "wal": entry["wal"]})
    if missing is None:
        return Proof("complete_set", "doubtful", at, "it does not say where its log begins", "its directory")
    if missing:
        return Proof("complete_set", "broken", at,
                     f"log segments missing: {len(missing)}, the first is {missing[0]}", "the archive")
    held = sum(name >= newest["start_segment"] for name in entry["wal"])
    return Proof("complete_set", "proved", at, f"manifest whole, {held} log segments without a gap", "its directory")


def _read(backup: dict[str, Any]) -> Proof | None:
    """What pg_verifybackup said of it, where somebody kept that."""
    if not backup["verified_at"]:
        return None
    good = backup["verified"] == "backup successfully verified"
    said = f"pg_verifybackup of {backup['path']}: {str(backup['verified']).replace(';', ',')}"
    return Proof("readable", "proved" if good else "broken", _epoch(backup["verified_at"]), said, "its log")


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
