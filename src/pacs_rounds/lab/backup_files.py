"""Real files of backups on a simulated server: logs of RMAN and Data Pump, the image store, its copy, copied pieces.

They tell of the very runs that the database's views tell of (oracle_views/jobs.py). Names of image folders look like
patients' names on purpose: a test looks for them in the evidence, where they must not be.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pacs_rounds.lab import oracle
from pacs_rounds.lab.kinds import Device, Lab
from pacs_rounds.lab.oracle_views import jobs
from pacs_rounds.lab.oracle_views.clock import Now

State = dict[str, Any]
TREES = ("/backup", "/archive")
IMAGES_A_DAY, IMAGE_DAYS, IMAGE_BYTES = 24, 9, 2048
LOGS = 3
_BANNER = "Recovery Manager: Release {version} - Production on {at:%a %b %d %H:%M:%S %Y}\n"
_STACK = "RMAN-00571: ===========================================================\n"


def trees(state: State) -> tuple[str, ...]:
    """The path prefixes that are this device's own: none where it has no such files."""
    return TREES if any(state["backup_files"][name] for name in ("rman_logs", "dumps", "images", "copies")) else ()


def lay(device: Device, lab: Lab, root: Path) -> None:
    """Write them all below the overlay's root."""
    said = device.state["backup_files"]
    here = oracle.local(device, lab.started)
    if said["rman_logs"]:
        _rman(said, oracle.now_of(device, lab), root, lab.started, here)
    if said["dumps"]:
        at = lab.started - said["dump_hours_ago"] * 3600
        _write(root, f"{said['dumps']}/{said['dump_of'].lower()}_export.log", _dump(said, here), at)
    if said["images"]:
        _images(said, root, lab.started, here)
    for origin, folder in said["copies"].items():
        _pieces(said, oracle.now_of(lab.devices[origin], lab), root / folder.lstrip("/"), lab.started)


def _write(root: Path, name: str, text: str | bytes, at: float) -> None:
    path = root / name.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (at, at))


def _rman(said: State, now: Now, root: Path, started: float, here: datetime) -> None:
    (root / said["rman_logs"].lstrip("/")).mkdir(parents=True, exist_ok=True)
    whole = [job for job in jobs.runs(now, 8) if job.place is not None][-LOGS:]
    for number, job in enumerate(reversed(whole)):
        text = _backup(now, job, said["rman_fault"] if number == 0 else "")
        at = started - (here - job.end).total_seconds()
        if number == 0 and said["rman_fault"] == "cut_off":
            at -= 6.5 * 3600  # so long ago that nobody takes it for a job still running
        _write(root, f"{said['rman_logs']}/level_{job.start:%Y%m%d}.log", text, at)
    days = now.state["backups"]["validated_days_ago"]
    if days >= 0 and said["check_logical"]:
        _write(root, f"{said['rman_logs']}/validate.log", _validation(now, now.ago(days=days)), started - days * 86400)


def _backup(now: Now, job: jobs.Job, fault: str) -> str:
    """The log of one run; `fault` is one of those in lab/defaults/linux.yml."""
    lines = [_BANNER.format(version=now.state["version"], at=job.start),
             f"connected to target database: {now.state['db_name']} (DBID={now.state['dbid']})\n\n"]
    if fault == "nothing_written":
        return "".join([*lines, "RMAN> exit\n\n", "Recovery Manager complete.\n"])
    lines += ["RMAN> backup incremental level 1 database;\n\n", f"Starting backup at {job.start:%Y-%m-%d %H:%M:%S}\n",
              "using channel ORA_DISK_1\n"]
    data = next((one for one in job.sets if one.datafiles), None)
    if job.status == "FAILED" or fault == "failed" or data is None:
        return "".join([*lines, "channel ORA_DISK_1: starting incremental level 1 datafile backup set\n", _STACK,
                        "RMAN-00569: =============== ERROR MESSAGE STACK FOLLOWS ===============\n", _STACK,
                        f"RMAN-03009: failure of backup command on ORA_DISK_1 channel at {job.end:%m/%d/%Y %H:%M:%S}\n",
                        'ORA-19502: write error on file "/backup/PACS/inc1", block number 1281 (block size=8192)\n',
                        "ORA-27072: File I/O error\n\n", "Recovery Manager complete.\n"])
    lines += [f"channel ORA_DISK_1: starting incremental level {data.level or 0} datafile backup set\n",
              "channel ORA_DISK_1: specifying datafile(s) in backup set\n"]
    lines += [f"input datafile file number={number:05d} name={now.state['data']}/{now.state['sid']}/{name}.dbf\n"
              for number, name in enumerate(data.datafiles, 1)]
    lines += [f"channel ORA_DISK_1: starting piece 1 at {data.start:%Y-%m-%d %H:%M:%S}\n"]
    if fault == "cut_off":
        return "".join(lines)
    lines += [f"channel ORA_DISK_1: finished piece 1 at {data.end:%Y-%m-%d %H:%M:%S}\n",
              f"piece handle={data.pieces[0].handle} tag={data.tag} comment=NONE\n",
              f"channel ORA_DISK_1: backup set complete, elapsed time: {data.end - data.start}\n",
              f"Finished backup at {job.end:%Y-%m-%d %H:%M:%S}\n"]
    warning = {"harmless": "RMAN-08137: WARNING: archived log not deleted, needed for standby or upstream capture "
                           "process\n",
               "warnings": "RMAN-06497: WARNING: control file is not current, control file AUTOBACKUP skipped\n"}
    return "".join([*lines, warning.get(fault, ""), "\n", "Recovery Manager complete.\n"])


def _validation(now: Now, at: datetime) -> str:
    end = at + timedelta(minutes=48, seconds=11)
    return (f"RMAN> restore database validate check logical;\n\nStarting restore at {at:%Y-%m-%d %H:%M:%S}\n"
            "using channel ORA_DISK_1\n\nchannel ORA_DISK_1: starting validation of datafile backup set\n"
            f"channel ORA_DISK_1: reading from backup piece /backup/{now.state['sid']}/inc0\n"
            f"channel ORA_DISK_1: piece handle=/backup/{now.state['sid']}/inc0 tag=WEEKLY\n"
            "channel ORA_DISK_1: restored backup piece 1\n"
            "channel ORA_DISK_1: validation complete, elapsed time: 00:48:11\n"
            f"Finished restore at {end:%Y-%m-%d %H:%M:%S}\n")


def _dump(said: State, here: datetime) -> str:
    at, name = here - timedelta(hours=said["dump_hours_ago"]), said["dump_of"]
    lines = [f"Export: Release 11.2.0.4.0 - Production on {at:%a %b %d %H:%M:%S %Y}\n\n",
             f'Starting "SYSTEM"."SYS_EXPORT_SCHEMA_01":  system/******** schemas={name} dumpfile={name.lower()}.dmp\n',
             f'. . exported "{name}"."ORDERS"                              425.6 MB  396612 rows\n']
    if said["dump_fault"] == "unfinished":
        return "".join(lines)
    errors = {"errors": [f'ORA-31693: Table data object "{name}"."REPORTS" failed to load/unload and is being skipped '
                         "due to error:\n", "ORA-01555: snapshot too old: rollback segment number 9 too small\n"],
              "harmless": [f'ORA-31684: Object type USER:"{name}" already exists\n']}.get(said["dump_fault"], [])
    done = f"completed with {len(errors)} error(s)" if errors else "successfully completed"
    end = at + timedelta(minutes=2)
    return "".join([*lines, *errors, 'Master table "SYSTEM"."SYS_EXPORT_SCHEMA_01" successfully loaded/unloaded\n',
                    "Dump file set for SYSTEM.SYS_EXPORT_SCHEMA_01 is:\n", f"  {said['dumps']}/{name.lower()}.dmp\n",
                    f'Job "SYSTEM"."SYS_EXPORT_SCHEMA_01" {done} at {end:%H:%M:%S}\n'])


def _images(said: State, root: Path, started: float, here: datetime) -> None:
    """One file every half hour from seven o'clock on; the copy ends where its lag begins."""
    (root / said["images"].lstrip("/")).mkdir(parents=True, exist_ok=True)
    for back in range(IMAGE_DAYS):
        day = (here - timedelta(days=back)).replace(hour=7, minute=0, second=0, microsecond=0)
        for number in range(IMAGES_A_DAY):
            at = day + timedelta(minutes=30 * number)
            if at > here - timedelta(hours=said["images_lag_hours"]):
                continue
            if back == 2 and number < said["images_missing"]:
                continue
            name = f"{said['images']}/{day:%Y/%m/%d}/ZHANG^XIAOMING^{number:03d}/1.dcm"
            content = f"{day:%Y%m%d} {number} ".encode() * (IMAGE_BYTES // 12)
            if number < said["images_changed"]:
                content = content[:-1] + b"!"  # as long as it was
            _write(root, name, content, started - (here - at).total_seconds())


def _pieces(said: State, now: Now, folder: Path, started: float) -> None:
    """The pieces of another host's database as files of their full size that take no room."""
    folder.mkdir(parents=True, exist_ok=True)
    for job in jobs.runs(now):
        at = started - (now.at - job.end).total_seconds() + 5400  # arrived an hour and a half later
        if at > started - said["copies_behind_days"] * 86400:
            continue
        for piece in (piece for one in job.sets for piece in one.pieces):
            path = folder / piece.handle.rpartition("/")[2]
            path.touch()
            os.truncate(path, max(1, int(piece.bytes * said["copies_factor"])))
            os.utime(path, (at, at))
