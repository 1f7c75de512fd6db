"""RMAN's views, made from its runs (jobs.py)."""

from __future__ import annotations

from datetime import timedelta

from pacs_rounds.lab.oracle_views import jobs
from pacs_rounds.lab.oracle_views.clock import EPOCH, MB, Now, Row, scn, stamp
from pacs_rounds.lab.oracle_views.jobs import BackupSet, Job
from pacs_rounds.lab.oracle_views.redo import switches

_WEIGHTS = {"COMPLETED": 900, "COMPLETED WITH WARNINGS": 800, "FAILED": 700, "RUNNING": 100}


def _shown(size: int) -> str:
    value = float(size)
    for unit in ("B", "K", "M", "G"):
        if value < 1024:
            return f"{value:8.2f}{unit}"
        value /= 1024
    return f"{value:8.2f}T"


def _key(job: Job) -> Row:
    return {"SESSION_KEY": job.recid, "SESSION_RECID": job.recid, "SESSION_STAMP": job.session_stamp}


def job_details(now: Now) -> list[Row]:
    """V$RMAN_BACKUP_JOB_DETAILS."""
    rows = []
    for job in jobs.runs(now):
        seconds = max(1, int((job.end - job.start).total_seconds()))
        rows.append({
            **_key(job), "COMMAND_ID": f"{job.start:%Y-%m-%dT%H:%M:%S}", "START_TIME": job.start, "END_TIME": job.end,
            "INPUT_BYTES": job.input_bytes, "OUTPUT_BYTES": job.output_bytes,
            "STATUS_WEIGHT": _WEIGHTS.get(job.status, 0),
            "OUTPUT_DEVICE_TYPE": "DISK" if job.sets else None,
            "AUTOBACKUP_COUNT": sum(one.controlfile for one in job.sets),
            "BACKED_BY_OSB": "NO", "AUTOBACKUP_DONE": "YES" if any(one.controlfile for one in job.sets) else "NO",
            "STATUS": job.status, "INPUT_TYPE": job.kind, "OPTIMIZED": "NO", "ELAPSED_SECONDS": seconds,
            "COMPRESSION_RATIO": round(job.input_bytes / job.output_bytes, 4) if job.output_bytes else 1,
            "INPUT_BYTES_PER_SEC": job.input_bytes / seconds, "OUTPUT_BYTES_PER_SEC": job.output_bytes / seconds,
            "INPUT_BYTES_DISPLAY": _shown(job.input_bytes), "OUTPUT_BYTES_DISPLAY": _shown(job.output_bytes),
            "TIME_TAKEN_DISPLAY": f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"})
    return rows


def status(now: Now) -> list[Row]:
    """V$RMAN_STATUS: a session row and a command row for each run, and for the last validation."""
    rows = []
    for job in jobs.runs(now):
        base = {"SID": 91, "SESSION_RECID": job.recid, "SESSION_STAMP": job.session_stamp, "START_TIME": job.start,
                "END_TIME": job.end, "STATUS": job.status, "COMMAND_ID": f"{job.start:%Y-%m-%dT%H:%M:%S}",
                "OPTIMIZED": "NO",
                "MBYTES_PROCESSED": job.input_bytes / MB, "INPUT_BYTES": job.input_bytes,
                "OUTPUT_BYTES": job.output_bytes}
        rows.append({**base, "RECID": job.recid, "STAMP": job.session_stamp, "PARENT_RECID": None, "ROW_LEVEL": 0,
                     "ROW_TYPE": "SESSION", "OPERATION": "RMAN", "OBJECT_TYPE": None, "OUTPUT_DEVICE_TYPE": None})
        rows.append({**base, "RECID": job.recid + 1, "STAMP": job.session_stamp + 2, "PARENT_RECID": job.recid,
                     "ROW_LEVEL": 1, "ROW_TYPE": "COMMAND", "OPERATION": "BACKUP", "OBJECT_TYPE": job.kind,
                     "OUTPUT_DEVICE_TYPE": "DISK" if job.sets else None})
    return rows + _validation(now)


def _validation(now: Now) -> list[Row]:
    said = now.state["backups"]
    if said["validated_days_ago"] < 0:
        return []
    begin = now.ago(days=said["validated_days_ago"]).replace(hour=2, minute=0, second=0)
    size = sum(one["mb"] for one in now.state["datafiles"].values())
    rows, recid = [], int((begin - EPOCH).total_seconds() // 600)
    for place, (operation, kind, share, minutes) in enumerate((
            ("RESTORE VALIDATE", "DB FULL", 0.42, 55), ("RESTORE VALIDATE", "ARCHIVELOG", 0.1, 9),
            ("RESTORE VALIDATE", "CONTROLFILE", 0.001, 1), ("RESTORE VALIDATE", "SPFILE", 0.0, 1),
            ("VALIDATE", "DB FULL", 1.0, 40))):
        start = begin + timedelta(minutes=60 * place)
        rows.append({"SID": 88, "RECID": recid + place, "STAMP": stamp(start), "PARENT_RECID": recid - 1,
                     "SESSION_RECID": recid - 1,
                     "SESSION_STAMP": stamp(begin), "ROW_LEVEL": 1, "ROW_TYPE": "COMMAND", "OPERATION": operation,
                     "COMMAND_ID": f"{begin:%Y-%m-%dT%H:%M:%S}", "STATUS": said["validation_status"],
                     "MBYTES_PROCESSED": size * share,
                     "START_TIME": start, "END_TIME": start + timedelta(minutes=minutes),
                     "INPUT_BYTES": size * share * MB,
                     "OUTPUT_BYTES": 0, "OPTIMIZED": "NO", "OBJECT_TYPE": kind, "OUTPUT_DEVICE_TYPE": "DISK"})
    return rows


def _sets(now: Now) -> list[tuple[Job, BackupSet]]:
    return [(job, one) for job in jobs.runs(now) for one in job.sets]


def _set(one: BackupSet) -> Row:
    return {"RECID": one.recid, "STAMP": stamp(one.end), "SET_STAMP": stamp(one.start),
            "SET_COUNT": one.recid % 1000000}


def sets(now: Now) -> list[Row]:
    """V$BACKUP_SET."""
    return [{**_set(one), "BACKUP_TYPE": one.kind, "CONTROLFILE_INCLUDED": "YES" if one.controlfile else "NO",
             "INCREMENTAL_LEVEL": one.level, "PIECES": len(one.pieces), "START_TIME": one.start,
             "COMPLETION_TIME": one.end,
             "ELAPSED_SECONDS": (one.end - one.start).total_seconds(), "BLOCK_SIZE": 512 if one.kind == "L" else 8192,
             "INPUT_FILE_SCAN_ONLY": "NO", "KEEP": "NO", "KEEP_UNTIL": None, "MULTI_SECTION": "NO"} for _,
            one in _sets(now)]


def set_details(now: Now) -> list[Row]:
    """V$BACKUP_SET_DETAILS."""
    rows = []
    for job, one in _sets(now):
        size = sum(piece.bytes for piece in one.pieces)
        seconds = (one.end - one.start).total_seconds()
        rows.append({**_key(job), **_set(one), "BS_KEY": one.recid, "BACKUP_TYPE": one.kind,
                     "CONTROLFILE_INCLUDED": "YES" if one.controlfile else "NO", "INCREMENTAL_LEVEL": one.level,
                     "PIECES": len(one.pieces), "START_TIME": one.start, "COMPLETION_TIME": one.end,
                     "ELAPSED_SECONDS": seconds,
                     "KEEP": "NO", "DEVICE_TYPE": "DISK", "COMPRESSED": "YES", "NUM_COPIES": 1, "OUTPUT_BYTES": size,
                     "STATUS": "A" if all(piece.status == "A" for piece in one.pieces) else "X", "ENCRYPTED": "NO"})
    return rows


def pieces(now: Now) -> list[Row]:
    """V$BACKUP_PIECE."""
    return [{**_set(one), "RECID": one.recid * 10 + number, "PIECE#": number, "COPY#": 1, "DEVICE_TYPE": "DISK",
             "HANDLE": piece.handle, "COMMENTS": None, "MEDIA": None, "TAG": one.tag, "STATUS": piece.status,
             "START_TIME": one.start, "COMPLETION_TIME": one.end,
             "ELAPSED_SECONDS": (one.end - one.start).total_seconds(),
             "DELETED": "YES" if piece.status == "D" else "NO", "BYTES": piece.bytes, "IS_RECOVERY_DEST_FILE": "NO",
             "COMPRESSED": "YES", "BACKED_BY_OSB": "NO", "ENCRYPTED": "NO"}
            for _, one in _sets(now) for number, piece in enumerate(one.pieces, 1)]


def datafiles(now: Now) -> list[Row]:
    """V$BACKUP_DATAFILE; file 0 is the control file."""
    rows = []
    bad = {one["file"]: one["blocks"] for one in now.state["corrupt_blocks"]}
    for _, one in _sets(now):
        base = {**_set(one), "RESETLOGS_CHANGE#": 945184, "RESETLOGS_TIME": now.created,
                "CHECKPOINT_CHANGE#": scn(one.start),
                "CHECKPOINT_TIME": one.start, "COMPLETION_TIME": one.end, "BLOCK_SIZE": 8192,
                "USED_CHANGE_TRACKING": "NO"}
        for name in one.datafiles:
            file = now.state["datafiles"][name]
            rows.append({**base, "RECID": one.recid * 100 + file["id"], "FILE#": file["id"],
                         "CREATION_CHANGE#": file["creation_change"], "INCREMENTAL_LEVEL": one.level,
                         "MARKED_CORRUPT": 0,
                         "INCREMENTAL_CHANGE#": 0, "MEDIA_CORRUPT": bad.get(file["id"], 0), "LOGICALLY_CORRUPT": 0,
                         "DATAFILE_BLOCKS": int(file["mb"] * 128), "BLOCKS": int((file["mb"] - file["free_mb"]) * 60),
                         "CONTROLFILE_TYPE": None})
        if one.controlfile:
            rows.append({**base, "RECID": one.recid * 100, "FILE#": 0, "CREATION_CHANGE#": 0, "INCREMENTAL_LEVEL": None,
                         "MARKED_CORRUPT": 0, "INCREMENTAL_CHANGE#": 0, "MEDIA_CORRUPT": 0, "LOGICALLY_CORRUPT": 0,
                         "DATAFILE_BLOCKS": 720, "BLOCKS": 720, "CONTROLFILE_TYPE": "B"})
    return rows


def spfiles(now: Now) -> list[Row]:
    """V$BACKUP_SPFILE."""
    return [{**_set(one), "MODIFICATION_TIME": now.started, "BYTES": 131072, "COMPLETION_TIME": one.end,
             "DB_UNIQUE_NAME": now.state["unique_name"]} for _, one in _sets(now) if one.spfile]


def redologs(now: Now) -> list[Row]:
    """V$BACKUP_REDOLOG."""
    times = {sequence: (begin, end) for sequence, begin, end in switches(now, now.state["backups"]["keep_days"] + 3)}
    rows = []
    for _, one in _sets(now):
        for sequence in one.logs:
            begin, end = times[sequence]
            rows.append({**_set(one), "RECID": sequence, "THREAD#": 1, "SEQUENCE#": sequence,
                         "RESETLOGS_CHANGE#": 945184,
                         "RESETLOGS_TIME": now.created, "FIRST_CHANGE#": scn(begin), "FIRST_TIME": begin,
                         "NEXT_CHANGE#": scn(end),
                         "NEXT_TIME": end, "BLOCKS": now.state["archived"]["mb"] * 2048, "BLOCK_SIZE": 512})
    return rows


def nothing(now: Now) -> list[Row]:
    """A view without rows."""
    return []


def configuration(now: Now) -> list[Row]:
    """V$RMAN_CONFIGURATION."""
    said = now.state["backups"]
    where = f"{said['directory']}/{now.state['sid']}"
    rows = [("RETENTION POLICY", "TO RECOVERY WINDOW OF 14 DAYS"),
            ("CONTROLFILE AUTOBACKUP", "ON" if said["controlfile"] else "OFF"),
            ("CONTROLFILE AUTOBACKUP FORMAT FOR DEVICE TYPE", f"DISK TO '{where}/%F'"),
            ("DEVICE TYPE", "DISK BACKUP TYPE TO COMPRESSED BACKUPSET PARALLELISM 1")]
    return [{"CONF#": number, "NAME": name, "VALUE": value} for number, (name, value) in enumerate(rows, 1)]
