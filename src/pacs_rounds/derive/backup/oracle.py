"""The ladder of proof of an Oracle database's backups, from the control file, RMAN's logs and sealed drills."""

from __future__ import annotations

from typing import Any

from pacs_rounds.backup import drills, ladder
from pacs_rounds.backup.ladder import DAY, Proof, moment, plausible
from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.backup.common import (
    DATA_TYPES,
    Gap,
    Instance,
    Job,
    agreed,
    instances,
    jobs_of,
    limits,
    listed,
    or_silent,
)
from pacs_rounds.derive.backup.redo import threads
from pacs_rounds.model import Context, Reason, Row

QUERIES = ("backup_jobs", "backup_sets", "backup_pieces", "backup_datafiles", "backup_redo", "backup_reads")
COVERS = {"database": "data files", "archivelog": "archived logs", "controlfile": "control file", "spfile": "spfile"}
"""RESTORE DATABASE VALIDATE reads data files only: the other three are commands of their own."""
_OBJECTS = {"DB FULL": "database", "DB INCR": "database", "DATAFILE FULL": "database", "ARCHIVELOG": "archivelog",
            "CONTROLFILE": "controlfile", "SPFILE": "spfile"}
NEW_FILE = 1.5 * DAY
TODO = {
    "readable": "the DBA runs RESTORE … VALIDATE for database, archivelog, controlfile and spfile in an agreed window "
                "with a rate limit",
    "logically_clean": "the DBA runs RESTORE DATABASE VALIDATE CHECK LOGICAL in an agreed window with a rate limit"}


@derivation("backup.oracle_ladder")
@or_silent
def oracle_ladder(data: Data, context: Context) -> list[Row]:
    """Eight rows per running instance; see backup/ladder.py."""
    rows: list[Row] = []
    for one in instances(data, context, QUERIES):
        logs = [log for log in (data.get("backup.logs") or {}).get("logs", [])
                if log["kind"] == "rman" and log["database"] == one.sid and log["said"]]
        proofs = [*_exists(one), *_complete(one), *_size(one, data.get("backup.history")), *_read(one, logs),
                  *_clean(one, logs),
                  *drills.proofs(data.get("backup.drill_register"), agreed(context).get("drills") or [], "oracle",
                                 one.sid)]
        rows += ladder.rows(one.sid, proofs, context.collected_at, limits(context), TODO)
    return rows


def _unknown(rung: str, gap: Gap) -> Proof:
    return Proof(rung, "unknown", None, gap.detail.replace(";", ","), reason=gap.reason)


def _exists(one: Instance) -> list[Proof]:
    """The newest set of data files, and whether all its pieces were there when RMAN last looked."""
    sets, pieces = one.rows("backup_sets"), one.rows("backup_pieces")
    if isinstance(sets, Gap) or isinstance(pieces, Gap):
        return [_unknown("exists", gap) for gap in (sets, pieces) if isinstance(gap, Gap)][:1]
    data_sets = [row for row in sets if row["backup_type"] in ("D", "I") and row["controlfile"] != "YES"] \
        or [row for row in sets if row["backup_type"] in ("D", "I")]
    if not data_sets:
        copies = one.rows("backup_datafiles")
        times = [at for row in copies if (at := one.epoch(row["newest"]))] if isinstance(copies, list) else []
        if times:
            return [Proof("exists", "proved", max(times), "image copies of the data files", "v$datafile_copy")]
        return [Proof("exists", "missing", None, "the control file knows no backup of any data file")]
    newest = max(data_sets, key=lambda row: row["completion_time"] or "")
    mine = [row for row in pieces if (row["set_stamp"], row["set_count"]) == (newest["set_stamp"], newest["set_count"])]
    at = one.epoch(newest["completion_time"])
    gone = [row["handle"] for row in mine if row["status"] != "A"]
    if gone:
        return [Proof("exists", "broken", at, f"the last crosscheck did not find {listed(gone, 2)}", "v$backup_piece")]
    present = {row["piece_number"] for row in mine}
    if len(present) < (newest["pieces"] or 1):
        return [Proof("exists", "broken", at, f"{len(present)} of {newest['pieces']} pieces are listed",
                      "v$backup_piece")]
    return [Proof("exists", "proved", at, f"backup set {newest['set_count']} with {len(present)} pieces",
                  "v$backup_set")]


def _complete(one: Instance) -> list[Proof]:
    """Every data file with a full backup, the logs since then without a hole, control file and spfile."""
    files = one.rows("backup_datafiles")
    if isinstance(files, Gap):
        return [_unknown("complete_set", files)]
    lacking, young, times = [], [], []
    for row in files:
        full, created = one.epoch(row["newest_full"]), one.epoch(row["creation_time"])
        if full is not None:
            times.append(full)
        elif created is not None and one.now - created < NEW_FILE:
            young.append(row["file_number"])
        else:
            lacking.append(row["file_number"])
    missing = [f"data file {listed(lacking)}"] if lacking or not files else []
    control, spfile = one.epoch(one.database.get("controlfile_at")), one.epoch(one.database.get("spfile_at"))
    if control is None:
        missing.append("the control file")
    else:
        times.append(control)
    if one.database.get("spfile") and spfile is None:
        missing.append("the spfile")
    doubts = [f"data file {listed(young)} is newer than the last backup"] if young else []
    redo = _redo(one, min(times, default=one.now), doubts)
    if isinstance(redo, Gap):
        return [_unknown("complete_set", redo)]
    missing += redo
    if missing:
        return [Proof("complete_set", "missing", None, f"no backup of {', '.join(missing)}", "control file")]
    state = "doubtful" if doubts else "proved"
    what = ", ".join([f"{len(files)} data files, logs, control file" + (" and spfile" if spfile else ""), *doubts])
    return [Proof("complete_set", state, min(times), what, "control file")]


def _redo(one: Instance, since: float, doubts: list[str]) -> list[str] | Gap:
    """What is missing of the archived logs since the oldest full backup; doubts are added to."""
    if one.database.get("log_mode") == "NOARCHIVELOG":
        doubts.append("the database does not archive: nothing after the backup can be recovered")
        return []
    found = threads(one, since)
    if isinstance(found, Gap):
        return found
    return [f"archived log {listed([*thread.holes, *thread.lost])} of thread {thread.number}" for thread in found
            if thread.holes or thread.lost]


def _size(one: Instance, history: dict[str, Any] | None) -> list[Proof]:
    """The newest finished job of data files against those of its own kind before it."""
    jobs = jobs_of(one, history)
    if isinstance(jobs, Gap):
        return [_unknown("plausible_size", jobs)]
    done = [job for job in jobs if job.done and job.end and job.output_bytes and job.input_type in DATA_TYPES]
    if not done:
        return [Proof("plausible_size", "unknown", None, "no finished job of data files is known",
                      reason=Reason.EMPTY)]
    alone = ""
    for place in range(len(done) - 1, -1, -1):
        job = done[place]
        same = _alike(one, job, done[:place])
        found = plausible([float(other.output_bytes or 0) for other in same], float(job.output_bytes or 0))
        if found:
            return [Proof("plausible_size", "proved" if found[0] else "broken", job.end,
                          f"{job.input_type} {found[1]}{alone}", "v$rman_backup_job_details")]
        # The week's one level 0 has few like it within the control file's memory: the night before is judged, and said.
        alone = alone or f", the newest of {moment(job.start)[:10]} has only {len(same)} earlier ones of its kind"
    return [Proof("plausible_size", "unknown", None, "fewer than three earlier backups of one kind are known",
                  reason=Reason.NO_PREVIOUS)]


def _alike(one: Instance, job: Job, before: list[Job]) -> list[Job]:
    """Earlier jobs of the same kind. Level 0 and level 1 are one kind to RMAN, of very different sizes."""
    same = [other for other in before if other.input_type == job.input_type]
    if not job.input_type.endswith("INCR"):
        return same
    level = _level(one, job.start, job.end or one.now)
    return [other for other in same if level is not None and _level(one, other.start, other.end or 0.0) == level]


def _level(one: Instance, start: float, end: float) -> int | None:
    """The lowest level of the sets that were made while a job ran; None where the control file has forgotten them."""
    sets = one.rows("backup_sets")
    if isinstance(sets, Gap):
        return None
    mine = [row["incremental_level"] for row in sets if row["backup_type"] in ("D", "I")
            and start - 60 <= (one.epoch(row["completion_time"]) or 0.0) <= end + 60]
    # A set without a level is a full one, or the autobackup that follows: that one says nothing of the job.
    return min((level for level in mine if level is not None), default=0 if mine else None)


def _read(one: Instance, logs: list[dict[str, Any]]) -> list[Proof]:
    """What was read to its end, by the control file's memory of RMAN's operations and by logs; nothing is run."""
    reads = one.rows("backup_reads")
    good: dict[str, tuple[float, str]] = {}
    bad: list[tuple[float, str, str]] = []
    for row in reads if isinstance(reads, list) else []:
        at, part = one.epoch(row["end_time"]) or one.epoch(row["start_time"]), _OBJECTS.get(row["object_type"] or "")
        if at is None or part is None or "VALIDATE" not in (row["operation"] or "") \
                or (row["operation"] or "").startswith("BACKUP"):  # BACKUP VALIDATE reads the database, not the backup
            continue
        if row["status"] == "COMPLETED":
            good[part] = max(good.get(part, (0.0, "")), (at, "v$rman_status"))
        elif row["status"] not in ("RUNNING",):
            bad.append((at, part, f"{row['operation']} {row['object_type']} {row['status']}"))
    for log in logs:
        said = log["said"]
        for part in said["covers"]:
            if said["complete"] and not said["corruption"]:
                good[part] = max(good.get(part, (0.0, "")), (float(log["modified"]), log["path"]))
        if said["read"] and (said["corruption"] or not said["complete"]):
            why = "corrupt blocks" if said["corruption"] else (said["errors"] or ["it did not come to its end"])[0]
            bad.append((float(log["modified"]), "database", f"{why} in {log['path']}".replace(";", ",")))
    worse = [one_bad for one_bad in bad if one_bad[0] >= good.get(one_bad[1], (0.0, ""))[0]]
    if worse:
        at, part, why = max(worse)
        return [Proof("readable", "broken", at, f"reading the {COVERS[part]} failed: {why}", "RMAN")]
    if not good:
        return [_unknown("readable", reads)] if isinstance(reads, Gap) else []
    at, by = min(good.values())
    lacking = [words for part, words in COVERS.items() if part not in good
               and not (part == "archivelog" and one.database.get("log_mode") == "NOARCHIVELOG")
               and not (part == "spfile" and not one.database.get("spfile"))]
    have = ", ".join(words for part, words in COVERS.items() if part in good)
    what = f"read to the end: {have}" + (f", not read: {', '.join(lacking)}" if lacking else "")
    return [Proof("readable", "doubtful" if lacking else "proved", at, what, by)]


def _clean(one: Instance, logs: list[dict[str, Any]]) -> list[Proof]:
    """Logical checks tell only their logs; the view of corrupt blocks is filled by such runs alone, so that no rows
    there prove nothing."""
    corrupt = one.database.get("corrupt_blocks")
    if corrupt:
        what = f"v$database_block_corruption lists {corrupt} ranges of blocks"
        return [Proof("logically_clean", "broken", None, what, "an earlier run of RMAN")]
    checked = [log for log in logs if log["said"]["check_logical"] and log["said"]["read"]]
    if not checked:
        return []
    newest = max(checked, key=lambda log: log["modified"])
    said = newest["said"]
    good = said["complete"] and not said["corruption"]
    return [Proof("logically_clean", "proved" if good else "broken", float(newest["modified"]),
                  "read with logical checks" if good else "the run with logical checks found corruption or failed",
                  newest["path"])]
