"""Views of tablespaces and files: data files, temporary files, control files, corrupt blocks, disk groups."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pacs_rounds.lab.oracle_views.clock import MB, Now, Row, scn, stamp


def path_of(now: Now, name: str) -> str:
    """The path of a data file or temporary file by its name in the state."""
    return f"{now.state['data']}/{now.state['sid']}/{name}.dbf"


def _blocks(one: dict[str, Any]) -> int:
    return int(one["mb"] * 1024 // one.get("block_kb", 8))


def _number(now: Now, tablespace: str) -> int:
    return int(now.state["tablespaces"][tablespace]["number"])


def tablespaces(now: Now) -> list[Row]:
    """DBA_TABLESPACES."""
    return [{"TABLESPACE_NAME": name, "BLOCK_SIZE": 8192, "INITIAL_EXTENT": 65536, "STATUS": one["status"],
             "CONTENTS": one["contents"], "LOGGING": "NOLOGGING" if one["contents"] == "TEMPORARY" else "LOGGING",
             "FORCE_LOGGING": "NO", "EXTENT_MANAGEMENT": "LOCAL", "ALLOCATION_TYPE": "SYSTEM", "PLUGGED_IN": "NO",
             "SEGMENT_SPACE_MANAGEMENT": "MANUAL" if one["contents"] != "PERMANENT" else "AUTO",
             "RETENTION": "NOGUARANTEE" if one["contents"] == "UNDO" else "NOT APPLY", "BIGFILE": one["bigfile"],
             "ENCRYPTED": "NO"} for name, one in now.state["tablespaces"].items()]


def tablespace_numbers(now: Now) -> list[Row]:
    """V$TABLESPACE."""
    return [{"TS#": one["number"], "NAME": name, "INCLUDED_IN_DATABASE_BACKUP": "YES", "BIGFILE": one["bigfile"],
             "FLASHBACK_ON": "YES"} for name, one in now.state["tablespaces"].items()]


def _created(now: Now, one: dict[str, Any]) -> datetime:
    return now.created + timedelta(seconds=one["creation_change"] % 86400)


def datafiles(now: Now) -> list[Row]:
    """V$DATAFILE."""
    rows = []
    for name, one in now.state["datafiles"].items():
        lost = one["unrecoverable_hours_ago"]
        rows.append({
            "FILE#": one["id"], "CREATION_CHANGE#": one["creation_change"], "CREATION_TIME": _created(now, one),
            "TS#": _number(now, one["tablespace"]), "RFILE#": one["id"], "STATUS": one["status"],
            "ENABLED": one["enabled"],
            "CHECKPOINT_CHANGE#": scn(now.ago(minutes=12)), "CHECKPOINT_TIME": now.ago(minutes=12),
            "UNRECOVERABLE_CHANGE#": 0 if lost is None else scn(now.ago(hours=lost)),
            "UNRECOVERABLE_TIME": None if lost is None else now.ago(hours=lost), "LAST_CHANGE#": None,
            "BYTES": int(one["mb"] * MB), "BLOCKS": _blocks(one), "CREATE_BYTES": 100 * MB,
            "BLOCK_SIZE": one["block_kb"] * 1024,
            "NAME": path_of(now, name)})
    return rows


def tempfiles(now: Now) -> list[Row]:
    """V$TEMPFILE."""
    return [{"FILE#": one["id"], "CREATION_CHANGE#": one["creation_change"], "CREATION_TIME": _created(now, one),
             "TS#": _number(now, one["tablespace"]), "RFILE#": one["id"], "STATUS": one["status"],
             "ENABLED": "READ WRITE",
             "BYTES": int(one["mb"] * MB), "BLOCKS": _blocks(one), "CREATE_BYTES": 20 * MB, "BLOCK_SIZE": 8192,
             "NAME": path_of(now, name)} for name, one in now.state["tempfiles"].items()]


def _file(now: Now, name: str, one: dict[str, Any]) -> Row:
    # A file that does not extend has a maximum of 0.
    most = int(one["max_mb"] * MB) if one["autoextend"] else 0
    return {"FILE_NAME": path_of(now, name), "FILE_ID": one["id"], "TABLESPACE_NAME": one["tablespace"],
            "BYTES": int(one["mb"] * MB), "BLOCKS": _blocks(one), "STATUS": "AVAILABLE", "RELATIVE_FNO": one["id"],
            "AUTOEXTENSIBLE": "YES" if one["autoextend"] else "NO", "MAXBYTES": most, "MAXBLOCKS": most // 8192,
            "INCREMENT_BY": one["next_mb"] * 128 if one["autoextend"] else 0, "USER_BYTES": int(one["mb"] * MB) - MB,
            "USER_BLOCKS": _blocks(one) - 128}


def dba_data_files(now: Now) -> list[Row]:
    """DBA_DATA_FILES. A file that is offline has no size there."""
    rows = []
    for name, one in now.state["datafiles"].items():
        row = {**_file(now, name, one), "ONLINE_STATUS": one["status"]}
        if one["status"] in {"OFFLINE", "RECOVER"}:
            row |= dict.fromkeys(("BYTES", "BLOCKS", "AUTOEXTENSIBLE", "MAXBYTES", "MAXBLOCKS", "INCREMENT_BY",
                                  "USER_BYTES", "USER_BLOCKS"))
        rows.append(row)
    return rows


def dba_temp_files(now: Now) -> list[Row]:
    """DBA_TEMP_FILES."""
    return [_file(now, name, one) for name, one in now.state["tempfiles"].items()]


def free_space(now: Now) -> list[Row]:
    """DBA_FREE_SPACE: none for a full file, which then has no row, nor for one that is offline."""
    return [{"TABLESPACE_NAME": one["tablespace"], "FILE_ID": one["id"], "BLOCK_ID": 4096,
             "BYTES": int(one["free_mb"] * MB),
             "BLOCKS": int(one["free_mb"] * 128), "RELATIVE_FNO": one["id"]}
            for one in now.state["datafiles"].values() if one["free_mb"] > 0 and one["status"] in {"ONLINE", "SYSTEM"}]


def temp_free_space(now: Now) -> list[Row]:
    """DBA_TEMP_FREE_SPACE."""
    rows = []
    for name, one in now.state["tablespaces"].items():
        if one["contents"] == "TEMPORARY":
            files = [file for file in now.state["tempfiles"].values() if file["tablespace"] == name]
            size, used = (int(sum(file[key] for file in files) * MB) for key in ("mb", "used_mb"))
            rows.append({"TABLESPACE_NAME": name, "TABLESPACE_SIZE": size, "ALLOCATED_SPACE": size,
                         "FREE_SPACE": size - used})
    return rows


def usage_metrics(now: Now) -> list[Row]:
    """DBA_TABLESPACE_USAGE_METRICS: in blocks, against what the files may grow to."""
    rows = []
    for name, one in now.state["tablespaces"].items():
        files = [file for file in [*now.state["datafiles"].values(), *now.state["tempfiles"].values()]
                 if file["tablespace"] == name]
        used = sum(file.get("used_mb", file["mb"] - file.get("free_mb", 0)) for file in files)
        size = sum(max(file["max_mb"], file["mb"]) if file["autoextend"] else file["mb"] for file in files)
        if files and one["status"] != "OFFLINE":
            rows.append({"TABLESPACE_NAME": name, "USED_SPACE": used * 128, "TABLESPACE_SIZE": size * 128,
                         "USED_PERCENT": 100 * used / size})
    return rows


def recover_files(now: Now) -> list[Row]:
    """V$RECOVER_FILE."""
    return [{"FILE#": one["id"], "ONLINE": "OFFLINE" if one["status"] in {"RECOVER", "OFFLINE"} else "ONLINE",
             "ONLINE_STATUS": "OFFLINE" if one["status"] in {"RECOVER", "OFFLINE"} else "ONLINE", "ERROR": one["error"]
             or None,
             "CHANGE#": 0, "TIME": now.ago(hours=5)}
            for one in now.state["datafiles"].values() if one["status"] == "RECOVER" or one["error"]]


def control_files(now: Now) -> list[Row]:
    """V$CONTROLFILE."""
    return [{"STATUS": status or None, "NAME": path, "IS_RECOVERY_DEST_FILE": "NO", "BLOCK_SIZE": 16384,
             "FILE_SIZE_BLKS": 720} for path, status in now.state["control_files"].items()]


def corruption(now: Now) -> list[Row]:
    """V$DATABASE_BLOCK_CORRUPTION."""
    return [{"FILE#": one["file"], "BLOCK#": one["block"], "BLOCKS": one["blocks"], "CORRUPTION_CHANGE#": one["change"],
             "CORRUPTION_TYPE": one["type"]} for one in now.state["corrupt_blocks"]]


def backup_corruption(now: Now) -> list[Row]:
    """V$BACKUP_CORRUPTION: the same blocks as the last backup met them."""
    return [{"RECID": number, "STAMP": stamp(now.ago(hours=5)), "PIECE#": 1, "FILE#": one["file"],
             "BLOCK#": one["block"],
             "BLOCKS": one["blocks"], "CORRUPTION_CHANGE#": one["change"], "MARKED_CORRUPT": "YES",
             "CORRUPTION_TYPE": one["type"]} for number, one in enumerate(now.state["corrupt_blocks"], 1)]


def disk_groups(now: Now) -> list[Row]:
    """V$ASM_DISKGROUP and V$ASM_DISKGROUP_STAT."""
    return [{"GROUP_NUMBER": number, "NAME": name, "SECTOR_SIZE": 512, "BLOCK_SIZE": 4096, "ALLOCATION_UNIT_SIZE": MB,
             "STATE": one["state"], "TYPE": {"NORMAL": "NORMAL", "HIGH": "HIGH"}.get(one["redundancy"], "EXTERN"),
             "TOTAL_MB": int(one["total_gb"] * 1024), "FREE_MB": int(one["free_gb"] * 1024),
             "USABLE_FILE_MB": int(one["usable_gb"] * 1024), "OFFLINE_DISKS": one["offline_disks"]}
            for number, (name, one) in enumerate(now.state["asm"].items(), 1)]
