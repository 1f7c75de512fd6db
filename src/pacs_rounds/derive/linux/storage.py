"""Filesystems: space, inodes, mounts, logs, and how fast they grow."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import DAY_SECONDS, agreed, demanded, human_bytes, number_of, pseudo, seconds_since
from pacs_rounds.model import Context, NotApplicable, Reason, Row

# Growth over less than this says nothing about months to come.
LEAST_DAYS_BETWEEN_RUNS = 0.5
LEAST_SECONDS_FOR_LOGS = 3600.0
NEVER_DAYS = 36500


def _judged(rows: list[dict[str, Any]], context: Context) -> list[dict[str, Any]]:
    """The filesystems to judge: real ones, and whatever the baseline names. The last mount on a directory counts."""
    named = set(agreed(context, "mounts"))
    kept = {row["mount"]: row for row in rows if "error" in row or row["mount"] in named
            or not pseudo(row["type"], row["filesystem"])}
    return list(kept.values())


def _unread(row: dict[str, Any]) -> Row:
    return {"mount": row["mount"], "unknown": Reason.REFUSED.value, "detail": f"df: {row['error']}"}


def _used_percent(row: dict[str, Any]) -> float | None:
    """Used share of what ordinary users can have, as df counts it, but not rounded up: growth needs the decimals."""
    used, free = row["used_bytes"], row["available_bytes"]
    if used is None or free is None or used + max(free, 0) <= 0:
        return None
    return round(100 * float(used) / float(used + max(free, 0)), 2)


@derivation("linux.filesystem_usage")
def filesystem_usage(data: Data, context: Context) -> list[Row]:
    """Used space of each real filesystem."""
    rows: list[Row] = []
    for row in _judged(data["linux.df"], context):
        percent = None if "error" in row else _used_percent(row)
        if "error" in row:
            rows.append(_unread(row))
        elif percent is not None:
            rows.append({"mount": row["mount"], "used_percent": percent,
                         "detail": f"{human_bytes(row['available_bytes'])} free of {human_bytes(row['size_bytes'])}"})
        elif row["size_bytes"] != 0:  # a filesystem of no size (autofs and the like) cannot fill up
            rows.append({"mount": row["mount"], "unknown": Reason.EMPTY.value, "detail": "df prints no sizes"})
    return rows


@derivation("linux.filesystem_inodes")
def filesystem_inodes(data: Data, context: Context) -> list[Row]:
    """Used inodes of each real filesystem that has a fixed number of them (btrfs and vfat have none)."""
    kinds = {row["mount"]: row["type"] for row in data["linux.df"] or [] if "error" not in row}
    listed = [row if "error" in row or row["type"] else {**row, "type": kinds.get(row["mount"])}
              for row in data["linux.df_inodes"]]
    rows: list[Row] = []
    for row in _judged(listed, context):
        if "error" in row:
            rows.append(_unread(row))
        elif row["inode_count"]:
            rows.append({"mount": row["mount"], "used_percent": round(100 * row["used_count"] / row["inode_count"], 2),
                         "detail": f"{row['free_count']} of {row['inode_count']} free"})
    if not rows:
        raise NotApplicable("no filesystem here has a fixed number of inodes")
    return rows


def _days_to_full(mount: str, percent: float, earlier: dict[str, Any], now: float) -> Row | None:
    """Days until full at the growth since an earlier record; None when the two lie too close together."""
    before, seconds = number_of(earlier), seconds_since(earlier, now)
    if before is None or seconds is None:
        return {"mount": mount, "unknown": Reason.NO_PREVIOUS.value, "detail": "the earlier record holds no number"}
    days = seconds / DAY_SECONDS
    if days < LEAST_DAYS_BETWEEN_RUNS:
        return None
    growth = (percent - before) / days
    since = f"{before} % -> {percent} % in {days:.1f} days"
    if growth <= 0:
        return {"mount": mount, "days_to_full": NEVER_DAYS, "detail": f"not growing: {since}"}
    left = min(NEVER_DAYS, round((100 - percent) / growth, 1))
    return {"mount": mount, "days_to_full": left, "detail": since}


@derivation("linux.filesystem_days_to_full")
def filesystem_days_to_full(data: Data, context: Context) -> list[Row]:
    """Days until each filesystem is full, from this run's usage and the last sealed run's linux.filesystem_usage."""
    if not context.previous.get("linux.filesystem_usage"):
        raise NotApplicable("growth needs an earlier run of this host; this is the first")
    rows: list[Row] = []
    for row in filesystem_usage(data, context):
        earlier = context.earlier("linux.filesystem_usage", row["mount"])
        if "unknown" in row:
            rows.append({key: row[key] for key in ("mount", "unknown", "detail")})
        elif earlier is None:
            rows.append({"mount": row["mount"], "unknown": Reason.NO_PREVIOUS.value,
                         "detail": "the last run did not have this filesystem"})
        else:
            judged = _days_to_full(row["mount"], row["used_percent"], earlier, context.collected_at)
            if judged is None:
                raise NotApplicable("the last run is less than half a day old, too short to tell growth")
            rows.append(judged)
    return rows


@derivation("linux.mounts_present")
def mounts_present(data: Data, context: Context) -> list[Row]:
    """Each mount of the baseline: mounted or absent."""
    mounted = {row["mount"]: row for row in data["linux.mounts"]}
    return [{"mount": mount, "state": "mounted",
             "detail": f"{mounted[mount]['filesystem']} ({mounted[mount]['type']})"} if mount in mounted
            else {"mount": mount, "state": "absent", "detail": "listed in the baseline, not mounted"}
            for mount in map(str, demanded(context, "mounts"))]


@derivation("linux.read_only_mounts")
def read_only_mounts(data: Data, context: Context) -> list[Row]:
    """Each real filesystem: rw, ro, or ro_agreed when the baseline's read_only_mounts names it."""
    named, allowed = set(agreed(context, "mounts")), set(agreed(context, "read_only_mounts"))
    rows: dict[str, Row] = {}
    for row in data["linux.mounts"]:
        mount = row["mount"]
        if pseudo(row["type"], row["filesystem"]) and mount not in named:
            rows.pop(mount, None)  # mounted over a real one, it hides it
            continue
        access = "ro" if "ro" in row["options"] else "rw" if "rw" in row["options"] else "unstated"
        rows[mount] = {"mount": mount, "access": "ro_agreed" if access == "ro" and mount in allowed else access,
                       "detail": f"{row['filesystem']} ({row['type']})"}
    return list(rows.values())


@derivation("linux.log_size")
def log_size(data: Data, context: Context) -> list[Row]:
    """Size of each log directory; unknown when du was not let into a part of it."""
    listed = data["linux.du"]
    # A log that is rotated away while du looks at it is no trouble.
    refused = [row for row in listed if "error" in row and "No such file" not in row["error"]]
    if refused:
        return [{"directory": row["directory"], "unknown": Reason.REFUSED.value,
                 "detail": f"{refused[0]['directory']}: {refused[0]['error']}"} for row in listed if "error" not in row]
    return [{"directory": row["directory"], "size_bytes": row["size_bytes"],
             "detail": human_bytes(row["size_bytes"])} for row in listed if "error" not in row]


@derivation("linux.log_growth")
def log_growth(data: Data, context: Context) -> list[Row]:
    """Growth per day since the last sealed run's linux.log_size."""
    rows: list[Row] = []
    for row in log_size(data, context):
        if "unknown" in row:
            rows.append(row)
            continue
        earlier = context.earlier("linux.log_size", row["directory"])
        before, seconds = number_of(earlier), seconds_since(earlier, context.collected_at) if earlier else None
        if before is None or seconds is None:
            continue
        if seconds < LEAST_SECONDS_FOR_LOGS:
            raise NotApplicable("the last run is less than an hour old")
        grown = row["size_bytes"] - before
        rows.append({"directory": row["directory"],
                     "growth_bytes_per_day": max(0, round(grown * DAY_SECONDS / seconds)),
                     "detail": f"{human_bytes(before)} -> {human_bytes(row['size_bytes'])} "
                               f"in {seconds / DAY_SECONDS:.1f} days"})
    if not rows:
        raise NotApplicable("growth needs an earlier run of this host; this is the first")
    return rows
