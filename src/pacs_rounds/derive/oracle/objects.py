"""Objects of the database: invalid ones, unusable indexes, jobs, optimizer statistics."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.shared import Fields, agreed, days_between, few, now_of, said, told
from pacs_rounds.model import Context, Reason, Row


@derivation("oracle.invalid_objects")
def invalid_objects(data: Data, context: Context) -> list[Row]:
    """Invalid objects of each owner; none listed is a row `none` with nothing counted."""
    answers, rows = told(data, "invalid_objects", "owner")
    for one in answers:
        listed = [row for row in one.rows if row["kind"] == "OBJECT"]
        owners: dict[str, list[Fields]] = {}
        for row in listed:
            owners.setdefault(str(row["owner"]), []).append(row)
        total = listed[0]["total_count"] if listed else 0
        unseen = f"{total} in all, the first {len(listed)} are told" if total > len(listed) else ""
        for owner, own in sorted(owners.items()):
            names = [f"{str(row['object_type']).lower()} {row['object_name']}" for row in own]
            rows.append({"owner": one.name(owner), "invalid_count": len(own), "detail": said(few(names), unseen)})
        if not listed:
            rows.append({"owner": one.sid, "invalid_count": 0, "detail": "every object is valid"})
    return rows


@derivation("oracle.unusable_indexes")
def unusable_indexes(data: Data, context: Context) -> list[Row]:
    """A row per unusable index, with its partitions; where there is none, one row that says so."""
    answers, rows = told(data, "invalid_objects", "index")
    for one in answers:
        indexes: dict[str, list[Fields]] = {}
        for row in one.rows:
            if row["kind"] == "INDEX":
                indexes.setdefault(f"{row['owner']}.{row['object_name']}", []).append(row)
        for name, parts in indexes.items():
            places = [str(row["part_name"]) for row in parts if row["part_name"]]
            rows.append({"index": one.name(name), "state": "unusable",
                         "detail": f"partitions {few(places)}" if places else "the whole index"})
        if not indexes:
            rows.append({"index": one.sid, "state": "all_usable", "detail": ""})
    return rows


@derivation("oracle.jobs")
def jobs(data: Data, context: Context) -> list[Row]:
    """Each job's state, and `absent` or `switched_off` for those the baseline's oracle_jobs (OWNER.JOB) names."""
    answers, rows = told(data, "jobs", "job")
    listed = agreed(context, "oracle_jobs")
    seen: set[str] = set()
    for one in answers:
        for row in one.rows:
            name = f"{row['owner']}.{row['job_name']}"
            seen.add(name.upper())
            rows.append({"job": one.name(name), **_job(row, name.upper() in listed)})
    if answers:
        rows += [{"job": name, "state": "absent", "detail": "listed in the baseline, not in the database"}
                 for name in listed if name not in seen]
    return rows


def _job(row: Fields, demanded: bool) -> Row:
    failures = row["failure_count"] or 0
    if str(row["state"]).upper() == "BROKEN":
        state = "broken"
    elif row["failed_runs"]:
        state = "runs_failed"
    elif row["enabled"] != "TRUE":
        state = "switched_off" if demanded else "disabled"
    elif row["kind"] == "JOB" and failures:
        state = "failing"
    else:
        state = "in_order"
    return {"state": state, "detail": said(
        f"{row['failed_runs']} runs failed in seven days" if row["failed_runs"] else "",
        f"last failed {row['last_failed_at']}" if row["failed_runs"] else "",
        f"{failures} failures in a row" if state in {"failing", "broken"} and failures else "",
        f"last started {row['last_at']}" if row["last_at"] else "never started",
        f"scheduler says {row['state']}" if row["kind"] == "SCHEDULER" else "")}


@derivation("oracle.statistics_stale")
def statistics_stale(data: Data, context: Context) -> list[Row]:
    """Percent of each owner's tables whose statistics are missing or stale."""
    answers, rows = told(data, "statistics", "owner")
    for one in answers:
        for row in one.rows:
            bad = (row["missing_count"] or 0) + (row["stale_count"] or 0)
            stale = "stale ones not told" if row["stale_count"] is None else f"{row['stale_count']} stale"
            rows.append({"owner": one.name(row["owner"]),
                         "stale_percent": round(100 * min(bad, row["table_count"]) / row["table_count"], 1),
                         "detail": f"{row['table_count']} tables, {row['missing_count']} without statistics, {stale}"})
    return rows


@derivation("oracle.statistics_age")
def statistics_age(data: Data, context: Context) -> list[Row]:
    """Days since any table of each owner was analysed last: long ago means the nightly job does not run."""
    answers, rows = told(data, "statistics", "owner")
    for one in answers:
        for row in one.rows:
            name = one.name(row["owner"])
            if row["newest_at"] is None:
                rows.append({"owner": name, "unknown": Reason.EMPTY.value,
                             "detail": f"none of {row['table_count']} tables was ever analysed"})
                continue
            age = max(0.0, days_between(row["newest_at"], now_of(data, one.sid, context)))
            rows.append({"owner": name, "age_days": round(age, 1), "detail": f"last analysed {row['newest_at']}"})
    return rows
