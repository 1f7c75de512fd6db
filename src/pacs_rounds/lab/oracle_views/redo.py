"""Views of redo logs, archived logs and the fast recovery area, by the calendar: one log after the other."""

from __future__ import annotations

from datetime import datetime, timedelta

from pacs_rounds.lab.oracle_views.clock import EPOCH, MB, Now, Row, scn, stamp


def period(now: Now) -> timedelta:
    """Between two log switches."""
    return timedelta(minutes=now.state["archived"]["every_minutes"])


def current_sequence(now: Now) -> int:
    """The sequence number of the current log: it counts on however often the lab starts."""
    return int((now.at - EPOCH) / period(now)) + 1


def redo_logs(now: Now) -> list[Row]:
    """V$LOG: the current group, the others archived."""
    groups, current = list(now.state["redo"].values()), current_sequence(now)
    rows = []
    for one in groups:
        sequence = current - (current - one["id"]) % len(groups)
        begin = EPOCH + period(now) * (sequence - 1)
        active = sequence == current
        rows.append({"GROUP#": one["id"], "THREAD#": 1, "SEQUENCE#": sequence, "BYTES": one["mb"] * MB,
                     "BLOCKSIZE": 512,
                     "MEMBERS": len(one["members"]), "ARCHIVED": "NO" if active
                     or now.state["log_mode"] != "ARCHIVELOG" else "YES",
                     "STATUS": "CURRENT" if active else "INACTIVE", "FIRST_CHANGE#": scn(begin), "FIRST_TIME": begin,
                     "NEXT_CHANGE#": 281474976710655 if active else scn(begin + period(now)),
                     "NEXT_TIME": None if active else begin + period(now)})
    return rows


def log_files(now: Now) -> list[Row]:
    """V$LOGFILE."""
    return [{"GROUP#": one["id"], "STATUS": status or None, "TYPE": "ONLINE", "MEMBER": path,
             "IS_RECOVERY_DEST_FILE": "NO"}
            for one in now.state["redo"].values() for path, status in one["members"].items()]


def switches(now: Now, days: float) -> list[tuple[int, datetime, datetime]]:
    """(sequence, first time, next time) of the full logs of the last days, oldest first."""
    if ("switches", days) not in now.kept:
        last, step = current_sequence(now) - 1, period(now)
        count = int(timedelta(days=days) / step)
        now.kept["switches", days] = [(sequence, EPOCH + step * (sequence - 1), EPOCH + step * sequence)
                                      for sequence in range(last - count + 1, last + 1)]
    found: list[tuple[int, datetime, datetime]] = now.kept["switches", days]
    return found


def log_history(now: Now) -> list[Row]:
    """V$LOG_HISTORY; the state can add switches within the last hour."""
    rows: list[Row] = []
    for sequence, begin, end in switches(now, max(30, now.state["archived"]["days"])):
        if begin >= now.created:
            rows.append({"RECID": sequence, "STAMP": stamp(end), "THREAD#": 1, "SEQUENCE#": sequence,
                         "FIRST_CHANGE#": scn(begin),
                         "FIRST_TIME": begin, "NEXT_CHANGE#": scn(end), "RESETLOGS_CHANGE#": 945184,
                         "RESETLOGS_TIME": now.created})
    for number in range(now.state["archived"]["extra_switches_last_hour"]):
        at = now.ago(minutes=70, seconds=-number * 20)
        rows.append({**rows[-1], "RECID": rows[-1]["RECID"] + 1, "FIRST_TIME": at, "STAMP": stamp(at)})
    return rows


def archived_name(now: Now, sequence: int, done: datetime) -> str:
    """The path of an archived log in the fast recovery area, by the names Oracle gives its own files."""
    mark = f"{(sequence * 7919 + 104729) % 36**8:x}".rjust(8, "q")[-8:]
    state = now.state
    return (f"{state['recovery_area']['path']}/{state['unique_name']}/archivelog/{done:%Y_%m_%d}/"
            f"o1_mf_1_{sequence}_{mark}_.arc")


def archived_logs(now: Now) -> list[Row]:
    """V$ARCHIVED_LOG: backed up ones are deleted from disk after `on_disk_days`; `missing` never were archived."""
    state, said = now.state, now.state["archived"]
    if state["log_mode"] != "ARCHIVELOG":
        return []
    listed, rows = switches(now, said["days"]), []
    newest = listed[-1][0] if listed else 0
    for sequence, begin, end in listed:
        back = newest - sequence
        if back in said["missing"]:
            continue
        day = (now.at.date() - end.date()).days
        factor = said["today_factor"] if day == 0 else said["yesterday_factor"] if day == 1 else 1.0
        deleted = end < now.at - timedelta(days=said["on_disk_days"])
        # Backed up by the run that follows: every six hours.
        saved = back not in state["backups"]["without_logs"] and _next_run(end) < now.at
        rows.append({
            "RECID": sequence, "STAMP": stamp(end), "NAME": None if deleted else archived_name(now, sequence, end),
            "DEST_ID": 1,
            "THREAD#": 1, "SEQUENCE#": sequence, "RESETLOGS_CHANGE#": 945184, "RESETLOGS_TIME": now.created,
            "RESETLOGS_ID": stamp(now.created), "FIRST_CHANGE#": scn(begin), "FIRST_TIME": begin,
            "NEXT_CHANGE#": scn(end),
            "NEXT_TIME": end, "BLOCKS": int(said["mb"] * factor * 2048) + sequence % 977, "BLOCK_SIZE": 512,
            "CREATOR": "ARCH",
            "REGISTRAR": "ARCH", "STANDBY_DEST": "NO", "ARCHIVED": "YES", "APPLIED": "NO", "DELETED": "YES" if deleted
            else "NO",
            "STATUS": "D" if deleted else "A", "COMPLETION_TIME": end + timedelta(seconds=3), "END_OF_REDO": "NO",
            "BACKUP_COUNT": 1 if saved else 0, "IS_RECOVERY_DEST_FILE": "YES", "COMPRESSED": "NO", "FAL": "NO"})
    return rows


def _next_run(at: datetime) -> datetime:
    """When the logs complete at `at` are backed up: at one, seven, thirteen and nineteen o'clock."""
    begin = at.replace(hour=1, minute=0, second=0, microsecond=0)
    return next(one for hours in (0, 6, 12, 18, 24)
                if (one := begin + timedelta(hours=hours)) >= at) + timedelta(minutes=30)


def recovery_area(now: Now) -> list[Row]:
    """V$RECOVERY_FILE_DEST."""
    area = now.state["recovery_area"]
    return [{"NAME": area["path"], "SPACE_LIMIT": int(area["limit_gb"] * 1024 * MB),
             "SPACE_USED": int(area["used_gb"] * 1024 * MB),
             "SPACE_RECLAIMABLE": int(area["reclaimable_gb"] * 1024 * MB), "NUMBER_OF_FILES": area["files"]}]


def recovery_usage(now: Now) -> list[Row]:
    """V$RECOVERY_AREA_USAGE, in percent of the limit."""
    area = now.state["recovery_area"]
    used, free = (100 * area[key] / area["limit_gb"] for key in ("used_gb", "reclaimable_gb"))
    shares = {"CONTROL FILE": 0.0, "REDO LOG": 0.05, "ARCHIVED LOG": 0.75, "BACKUP PIECE": 0.2, "IMAGE COPY": 0.0,
              "FLASHBACK LOG": 0.0, "FOREIGN ARCHIVED LOG": 0.0}
    return [{"FILE_TYPE": name, "PERCENT_SPACE_USED": round(used * share, 2),
             "PERCENT_SPACE_RECLAIMABLE": round(free * share, 2), "NUMBER_OF_FILES": int(area["files"] * share)}
            for name, share in shares.items()]


def archive_destinations(now: Now) -> list[Row]:
    """V$ARCHIVE_DEST: thirty-one of them in 11.2, most inactive."""
    said, rows = {one["id"]: (name, one) for name, one in now.state["archive_destinations"].items()}, []
    for number in range(1, 32):
        name, one = said.get(number, (f"LOG_ARCHIVE_DEST_{number}", None))
        failed = one and one["failed_hours_ago"]
        rows.append({"DEST_ID": number, "DEST_NAME": name, "STATUS": one["status"] if one else "INACTIVE",
                     "BINDING": one["binding"] if one else "OPTIONAL", "NAME_SPACE": "SYSTEM",
                     "TARGET": one["target"] if one else "PRIMARY", "ARCHIVER": "ARCH",
                     "SCHEDULE": "ACTIVE" if one else "INACTIVE", "DESTINATION": one["destination"] if one else None,
                     "ERROR": (one["error"] or None) if one else None,
                     "FAIL_DATE": now.ago(hours=failed) if failed else None, "FAIL_SEQUENCE": 0, "FAILURE_COUNT": 0})
    return rows
