"""Tablespaces: what is used of what they can have, with autoextend and the storage beneath; ASM; days to full."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import DAY_SECONDS, number_of, seconds_since
from pacs_rounds.derive.oracle.shared import Fields, Told, agreed, beside, human, said, silence, told
from pacs_rounds.model import Context, NotApplicable, Reason, Row

SMALLFILE_BLOCKS = 4194303
BIGFILE_BLOCKS = 4294967293
LEAST_DAYS, NEVER_DAYS = 0.5, 36500.0
_USAGE = "oracle.tablespace_usage"
_ONLINE = frozenset({"ONLINE", "SYSTEM"})


@dataclass(frozen=True, slots=True)
class Storage:
    """What is free where files lie: mount points, drives (`D:\\`), and ASM disk groups as `+DATA`, in bytes."""

    free: dict[str, int]

    def place(self, path: str) -> str | None:
        """The mount point, drive or disk group a file lies on; None where nothing is known of it."""
        if path.startswith("+"):
            group = path.partition("/")[0].upper()
            return group if group in self.free else None
        if re.match(r"[A-Za-z]:\\", path):
            drive = path[:3].upper()
            return drive if drive in self.free else None
        fitting = [mount for mount in self.free if path == mount or path.startswith(mount.rstrip("/") + "/")]
        return max(fitting, key=len, default=None) if path.startswith("/") else None


def storage(data: Data, sid: str) -> Storage:
    """From df (without -T rows it could not read) and the disk groups the instance sees."""
    free = {row["mount"]: row["available_bytes"] for row in data.get("linux.df") or []
            if "error" not in row and row["available_bytes"] is not None}
    for group in beside(data, "asm_diskgroups", sid) or []:
        least = group["usable_bytes"] if group["usable_bytes"] is not None else group["free_bytes"]
        free[f"+{group['name'].upper()}"] = max(0, least or 0)
    return Storage(free)


def limit_of(file: Fields, bigfile: bool) -> int:
    """How large a file can become: MAXBYTES where it extends itself, never beyond what its blocks can be numbered."""
    size, block = int(file["size_bytes"] or 0), int(file["block_size"] or 8192)
    most = (BIGFILE_BLOCKS if bigfile else SMALLFILE_BLOCKS) * block
    if file["autoextensible"] != "YES":
        return size
    return max(size, min(int(file["maximum_bytes"] or 0), most))


def room(files: list[Fields], bigfile: bool, beneath: Storage) -> tuple[int, int, str]:
    """Bytes a tablespace has, bytes it can have, and words on the growth counted.

    Growth counts only as far as the storage beneath has space; where nothing is known of that, not at all.
    """
    size = sum(int(file["size_bytes"] or 0) for file in files)
    growth: dict[str | None, int] = {}
    for file in files:
        more = limit_of(file, bigfile) - int(file["size_bytes"] or 0)
        if more > 0:
            place = beneath.place(str(file["file_name"]))
            growth[place] = growth.get(place, 0) + more
    counted, remarks = 0, []
    for place, more in growth.items():
        if place is None:
            remarks.append("autoextend not counted: nothing is known of the storage beneath")
            continue
        counted += min(more, beneath.free[place])
        if more > beneath.free[place]:
            remarks.append(f"files may grow by {human(more)}, {place} has {human(beneath.free[place])} free")
    if not growth:
        remarks.append("no file extends itself")
    return size, size + counted, said(*remarks)


def _usage(data: Data, context: Context, contents: str, used_key: str) -> list[Row]:
    answers, rows = told(data, "tablespaces", "tablespace")
    for one in answers:
        files = beside(data, "datafiles", one.sid)
        if files is None:
            rows.append({"tablespace": one.sid, **silence(data, "datafiles", one.sid)})
            continue
        rows += _of_instance(one, files, storage(data, one.sid), contents, used_key)
    return rows


def _of_instance(one: Told, files: list[Fields], beneath: Storage, contents: str, used_key: str) -> list[Row]:
    rows: list[Row] = []
    for space in one.rows:
        if space["contents"] != contents or space["status"] != "ONLINE":
            continue  # offline and read-only ones do not grow: oracle.tablespace_state has them
        name = space["tablespace_name"]
        own = [file for file in files if file["tablespace_name"] == name and file["status"] in _ONLINE]
        size, most, remark = room(own, space["bigfile"] == "YES", beneath)
        if most <= 0:
            rows.append({"tablespace": one.name(name), "unknown": Reason.EMPTY.value,
                         "detail": "no file of this tablespace is online"})
            continue
        used = size - int(space["free_bytes"] or 0) if used_key == "" else int(space[used_key] or 0)
        detail = said(f"{human(used)} used of {human(size)}, {human(most)} with growth", remark, _undo(space))
        rows.append({"tablespace": one.name(name), "used_percent": round(100 * used / most, 2), "detail": detail})
    strangers = sum(1 for file in files if file["kind"] == "DATA" and file["tablespace_name"] is None)
    if strangers and contents == "PERMANENT":
        rows.append({"tablespace": one.name("other containers"), "unknown": Reason.NOT_RUN.value,
                     "detail": f"{strangers} data files belong to no tablespace of the container that was asked"})
    return rows


def _undo(space: Fields) -> str:
    if space["contents"] != "UNDO":
        return ""
    return f"{human(space['unexpired_bytes'] or 0)} more are kept for readers"


@derivation("oracle.tablespace_usage")
def tablespace_usage(data: Data, context: Context) -> list[Row]:
    """Percent used of what each permanent tablespace can have."""
    return _usage(data, context, "PERMANENT", "")


@derivation("oracle.temp_usage")
def temp_usage(data: Data, context: Context) -> list[Row]:
    """Percent of each temporary tablespace that sorts use now. What is allocated there says nothing: it is reused."""
    return _usage(data, context, "TEMPORARY", "sort_bytes")


@derivation("oracle.undo_usage")
def undo_usage(data: Data, context: Context) -> list[Row]:
    """Percent of each undo tablespace that transactions under way need; unexpired undo gives way to them."""
    return _usage(data, context, "UNDO", "active_bytes")


@derivation("oracle.undo_errors")
def undo_errors(data: Data, context: Context) -> list[Row]:
    """Statements of the last days that failed for undo: no space for it, and "snapshot too old" (ORA-01555)."""
    answers, rows = told(data, "tablespaces", "error")
    for one in answers:
        if not one.rows:
            rows.append({"error": one.sid, "unknown": Reason.EMPTY.value, "detail": "no tablespace is listed"})
            continue
        for key, name in (("no_space_count", "no space for undo"), ("too_old_count", "snapshot too old")):
            rows.append({"error": one.name(name), "count": int(one.rows[0][key] or 0),
                         "detail": "in four days at most"})
    return rows


@derivation("oracle.tablespace_state")
def tablespace_state(data: Data, context: Context) -> list[Row]:
    """A row per tablespace: online, read_only (read_only_agreed where the baseline's oracle_read_only names it),
    offline."""
    answers, rows = told(data, "tablespaces", "tablespace")
    listed = set(agreed(context, "oracle_read_only"))
    words = {"ONLINE": "online", "OFFLINE": "offline", "READ ONLY": "read_only"}
    for one in answers:
        for space in one.rows:
            state = words.get(str(space["status"]), str(space["status"]).lower())
            if state == "read_only" and {space["tablespace_name"], one.name(space["tablespace_name"])} & listed:
                state = "read_only_agreed"
            rows.append({"tablespace": one.name(space["tablespace_name"]), "state": state,
                         "detail": str(space["contents"]).lower()})
    return rows


@derivation("oracle.smallfile_limit")
def smallfile_limit(data: Data, context: Context) -> list[Row]:
    """How near all files of a tablespace are to the most a file can ever be (4,194,303 blocks of a small one)."""
    answers, rows = told(data, "tablespaces", "tablespace")
    for one in answers:
        files = beside(data, "datafiles", one.sid)
        if files is None:
            rows.append({"tablespace": one.sid, **silence(data, "datafiles", one.sid)})
            continue
        for space in one.rows:
            if space["contents"] != "PERMANENT" or space["status"] != "ONLINE":
                continue  # what is read-only is full for good; undo and sorts are judged by what is in use
            own = [file for file in files if file["tablespace_name"] == space["tablespace_name"]]
            blocks = BIGFILE_BLOCKS if space["bigfile"] == "YES" else SMALLFILE_BLOCKS
            size = sum(int(file["size_bytes"] or 0) for file in own)
            most = sum(blocks * int(file["block_size"] or 8192) for file in own)
            if most:
                rows.append({"tablespace": one.name(space["tablespace_name"]),
                             "used_percent": round(100 * size / most, 2),
                             "detail": f"{len(own)} files, {human(size)} of {human(most)} that they can ever be"})
    return rows


@derivation("oracle.tablespace_days_to_full")
def tablespace_days_to_full(data: Data, context: Context) -> list[Row]:
    """Days until each permanent tablespace is full at the growth since the last sealed run's tablespace_usage."""
    now = tablespace_usage(data, context)
    if any("used_percent" in row for row in now) and not context.previous.get(_USAGE):
        raise NotApplicable("growth needs an earlier run of this host; this is the first")
    return [{key: row[key] for key in ("tablespace", "unknown", "detail")} if "unknown" in row
            else _days(row, context) for row in now]


def _days(row: Row, context: Context) -> Row:
    name, now = row["tablespace"], float(row["used_percent"])
    earlier = context.earlier(_USAGE, name)
    before, seconds = number_of(earlier), seconds_since(earlier, context.collected_at) if earlier else None
    if before is None or seconds is None:
        return {"tablespace": name, "unknown": Reason.NO_PREVIOUS.value,
                "detail": "the last run did not have this tablespace"}
    days = seconds / DAY_SECONDS
    if days < LEAST_DAYS:
        raise NotApplicable("the last run is less than half a day old, too short to tell growth")
    since = f"{before} % -> {now} % in {days:.1f} days"
    if now <= before:
        return {"tablespace": name, "days_to_full": NEVER_DAYS, "detail": f"not growing: {since}"}
    left = max(0.0, (100 - now) / ((now - before) / days))
    return {"tablespace": name, "days_to_full": min(NEVER_DAYS, round(left, 1)), "detail": since}


@derivation("oracle.asm_usage")
def asm_usage(data: Data, context: Context) -> list[Row]:
    """Percent used of each disk group."""
    rows: list[Row] = []
    for one, group in _groups(data, rows, "group"):
        total, free = group["total_bytes"], group["free_bytes"]
        if not total or free is None:
            rows.append({"group": one.name(group["name"]), "unknown": Reason.EMPTY.value,
                         "detail": "the disk group tells no size"})
            continue
        rows.append({"group": one.name(group["name"]), "used_percent": round(100 * (total - free) / total, 2),
                     "detail": f"{human(free)} free of {human(total)}, {group['redundancy']} redundancy"})
    return rows


@derivation("oracle.asm_state")
def asm_state(data: Data, context: Context) -> list[Row]:
    """Each disk group's state, or disks_offline, or too little space left to rebuild a lost disk (no_rebuild_space)."""
    rows: list[Row] = []
    for one, group in _groups(data, rows, "group"):
        state = str(group["state"] or "not_told").lower()
        detail = f"{group['redundancy']} redundancy"
        if group["offline_count"]:
            state, detail = "disks_offline", f"{group['offline_count']} disks offline; {detail}"
        elif group["usable_bytes"] is not None and group["usable_bytes"] < 0:
            state = "no_rebuild_space"
        rows.append({"group": one.name(group["name"]), "state": state, "detail": detail})
    return rows


def _groups(data: Data, rows: list[Row], item: str) -> list[tuple[Told, dict[str, Any]]]:
    answers, gaps = told(data, "asm_diskgroups", item)
    rows += gaps
    return [(one, group) for one in answers for group in one.rows]


