"""Jobs of RMAN's: how the newest ended, how many failed, how far apart they are, and whether the history has holes."""

from __future__ import annotations

from typing import Any

from pacs_rounds.backup.history import covered
from pacs_rounds.backup.ladder import DAY, moment
from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.backup.common import (
    DATA_TYPES,
    QUARTER,
    Gap,
    Instance,
    Job,
    day,
    instances,
    jobs_of,
    listed,
    or_silent,
)
from pacs_rounds.model import Context, Row

HARMLESS = frozenset({"RMAN-08120", "RMAN-08137", "RMAN-08138", "RMAN-08139", "RMAN-08591"})
"""Warnings that an archived log was kept because a standby or another consumer still needs it."""
_STATES = {"COMPLETED": "completed", "FAILED": "failed", "COMPLETED WITH ERRORS": "completed_with_errors",
           "RUNNING WITH WARNINGS": "running_with_warnings", "RUNNING WITH ERRORS": "running_with_errors"}
LONGEST_RUN = 24 * 3600.0


@derivation("backup.last_jobs")
@or_silent
def last_jobs(data: Data, context: Context) -> list[Row]:
    """A row per instance and kind of job: how the newest one ended. "With warnings" is read up in its log."""
    rows: list[Row] = []
    for one in instances(data, context, ["backup_jobs"]):
        jobs = jobs_of(one, None)
        if isinstance(jobs, Gap):
            rows.append(jobs.row(one.sid))
            continue
        newest = {job.input_type: job for job in jobs}
        if not any(kind in newest for kind in DATA_TYPES):
            rows.append({"item": f"{one.sid}/data", "state": "no_job",
                         "detail": "the control file remembers no job that backed up data files"})
        rows += [_job_row(one, job, data.get("backup.logs")) for job in newest.values()]
    return rows


def _job_row(one: Instance, job: Job, logs: dict[str, Any] | None) -> Row:
    item = f"{one.sid}/{job.input_type}"
    told = f"began {day(job.start)}"
    if job.status == "RUNNING":
        long = one.now - job.start > LONGEST_RUN
        return {"item": item, "state": "running_long" if long else "running", "detail": told}
    if job.status != "COMPLETED WITH WARNINGS":
        return {"item": item, "state": _STATES.get(job.status, job.status.lower()), "detail": told}
    log = _log_of(one, job, logs)
    if log is None:
        return {"item": item, "state": "completed_with_unread_warnings",
                "detail": f"{told}; no log of this job was found: its warnings are not known"}
    warnings = [*log["said"]["warnings"], *log["said"]["errors"]]
    codes = {text.partition(":")[0] for text in warnings}
    harmless = bool(codes) and codes <= HARMLESS and log["said"]["complete"]
    why = "; ".join(text.replace(";", ",")[:160] for text in warnings[:3]) or "its log names no warning"
    return {"item": item, "state": "completed_with_harmless_warnings" if harmless else "completed_with_warnings",
            "detail": f"{told}; {why}; log {log['path']}"}


def _log_of(one: Instance, job: Job, logs: dict[str, Any] | None) -> dict[str, Any] | None:
    """The log that was last written while the job ran or soon after its end."""
    until = (job.end or one.now) + 1800
    found = [log for log in (logs or {}).get("logs", [])
             if log["kind"] == "rman" and log["database"] == one.sid and log["said"]
             and job.start <= log["modified"] <= until]
    return min(found, key=lambda log: log["modified"], default=None)


@derivation("backup.jobs_failed")
@or_silent
def jobs_failed(data: Data, context: Context) -> list[Row]:
    """A row per instance: jobs of the last quarter that failed or ended with errors, as far as the history reaches."""
    rows: list[Row] = []
    for one in instances(data, context, ["backup_jobs"]):
        jobs = jobs_of(one, data.get("backup.history"))
        if isinstance(jobs, Gap):
            rows.append(jobs.row(one.sid))
            continue
        recent = [job for job in jobs if one.now - job.start <= QUARTER]
        bad = [job for job in recent if job.status in ("FAILED", "COMPLETED WITH ERRORS", "RUNNING WITH ERRORS")]
        told = f"{len(recent)} jobs known since {day(recent[0].start)}" if recent else "no job known"
        if bad:
            told += f"; failed: {listed([f'{job.input_type} {day(job.start)}' for job in reversed(bad)], 3)}"
        rows.append({"item": one.sid, "failed": len(bad), "detail": told})
    return rows


@derivation("backup.longest_interval")
@or_silent
def longest_interval(data: Data, context: Context) -> list[Row]:
    """A row per instance: the longest time of the last quarter without a finished backup of the data, in hours. Spans
    of which nobody can know anything are left to backup.history_complete."""
    rows: list[Row] = []
    for one in instances(data, context, ["backup_jobs"]):
        jobs = jobs_of(one, data.get("backup.history"))
        if isinstance(jobs, Gap):
            rows.append(jobs.row(one.sid))
            continue
        since, harvests = one.now - QUARTER, _harvests(one, data)
        gaps = covered(harvests, since, one.now)
        ends = sorted({job.end for job in jobs if job.done and job.end and job.input_type in DATA_TYPES
                       and job.end >= since})
        known = max([since, *(gap[1] for gap in gaps if gap[0] <= since + 1)])
        spans = list(zip([known, *ends], [*ends, one.now], strict=True))
        whole = [(end - begin, begin) for begin, end in spans
                 if not any(gap[0] < end - 1 and gap[1] > begin + 1 for gap in gaps) and end > begin]
        longest, begun = max(whole, default=(one.now - known, known))
        rows.append({"item": one.sid, "hours": round(longest / 3600, 1),
                     "detail": f"from {day(begun)}; {len(ends)} finished backups of the data known since {day(known)}"})
    return rows


def _harvests(one: Instance, data: Data) -> list[dict[str, Any]]:
    """Every moment at which this database told its jobs: the sealed ones, and today."""
    sealed = [row for row in (data.get("backup.history") or {}).get("harvests", []) if row["sid"] == one.sid]
    rows = one.rows("backup_jobs")
    starts = [at for row in rows if (at := one.epoch(row["start_time"]))] if isinstance(rows, list) else []
    keep = one.database.get("keep_days")
    today = {"at": one.now, "keep_days": int(keep) if keep and str(keep).isdigit() else 0,
             "oldest": min(starts, default=None)}
    return [*sealed, today]


@derivation("backup.history_complete")
@or_silent
def history_complete(data: Data, context: Context) -> list[Row]:
    """A row per instance: whether the jobs of the last quarter are known without a hole: complete, young (the history
    begins within it), gap."""
    rows: list[Row] = []
    for one in instances(data, context, ["backup_jobs"]):
        jobs = one.rows("backup_jobs")
        if isinstance(jobs, Gap):
            rows.append(jobs.row(one.sid))
            continue
        since = one.now - QUARTER
        gaps = covered(_harvests(one, data), since, one.now)
        count = len([row for row in (data.get("backup.history") or {}).get("harvests", []) if row["sid"] == one.sid])
        told = [f"{count} sealed harvests", f"the control file keeps {one.database.get('keep_days') or '?'} days"]
        told += [f"run {row['run']} cannot be used: {row['why'].replace(';', ',')}"
                 for row in (data.get("backup.history") or {}).get("unusable", []) if row["sid"] in (one.sid, "*")][:3]
        young = gaps[:1] if gaps and gaps[0][0] <= since + 1 else []
        holes = gaps[len(young):]
        if holes:
            spans = [f"{moment(begin)} to {moment(end)} ({(end - begin) / DAY:.1f} days)" for begin, end in holes]
            said = "; ".join([f"nobody knows {listed(spans, 3)}", *told])
            rows.append({"item": one.sid, "state": "gap", "detail": said})
        elif young:
            rows.append({"item": one.sid, "state": "young",
                         "detail": "; ".join([f"the history begins {moment(young[0][1])}", *told])})
        else:
            rows.append({"item": one.sid, "state": "complete", "detail": "; ".join(told)})
    return rows
