"""`rman target /` of a simulated database: what only looks, told from the same runs as the views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from pacs_rounds.lab.oracle_views import jobs, redo, storage
from pacs_rounds.lab.oracle_views.clock import Now, stamp
from pacs_rounds.lab.oracle_views.jobs import BackupSet, Job, Piece

_STACK = ("RMAN-00571: ===========================================================\n"
          "RMAN-00569: =============== ERROR MESSAGE STACK FOLLOWS ===============\n"
          "RMAN-00571: ===========================================================\n")
_WINDOW = timedelta(days=14)
_CHANNEL = "allocated channel: ORA_DISK_1\nchannel ORA_DISK_1: SID=188 device type=DISK\n"


def _sets(now: Now) -> list[tuple[Job, BackupSet]]:
    return [(job, one) for job in jobs.runs(now) for one in job.sets]


def _pieces(now: Now) -> Iterator[tuple[BackupSet, int, Piece]]:
    for _, one in _sets(now):
        for number, piece in enumerate(one.pieces, 1):
            yield one, one.recid * 10 + number, piece


def _list_summary(now: Now) -> str:
    lines = ["", "List of Backups", "===============",
             "Key     TY LV S Device Type Completion Time     #Pieces #Copies Compressed Tag",
             "------- -- -- - ----------- ------------------- ------- ------- ---------- ---"]
    for _, one in _sets(now):
        level = "A" if one.kind == "L" else "F" if one.level is None else str(one.level)
        status = "A" if all(piece.status == "A" for piece in one.pieces) else "X"
        lines.append(f"{one.recid:<7} B  {level}  {status} DISK        {one.end:%Y-%m-%d %H:%M:%S} "
                     f"{len(one.pieces):<7} 1       YES        {one.tag}")
    return "\n".join(lines) + "\n" if _sets(now) else "specification does not match any backup in the repository\n"


def _report_obsolete(now: Now) -> str:
    begin = ("RMAN retention policy will be applied to the command\n"
             "RMAN retention policy is set to recovery window of 14 days\n")
    old = [(one, key, piece) for one, key, piece in _pieces(now) if one.end < now.at - _WINDOW]
    if not old:
        return f"{begin}no obsolete backups found\n"
    lines = ["Report of obsolete backups and copies", "Type                 Key    Completion Time    Filename/Handle",
             "-------------------- ------ ------------------ --------------------"]
    for one, key, piece in old:
        lines += [f"Backup Set           {one.recid:<6} {one.end:%Y-%m-%d %H:%M:%S}",
                  f"  Backup Piece       {key:<6} {one.end:%Y-%m-%d %H:%M:%S} {piece.handle}"]
    return begin + "\n".join(lines) + "\n"


def _need_backup(now: Now) -> str:
    saved = {name for _, one in _sets(now) if one.level == 0 for name in one.datafiles}
    lines = ["RMAN retention policy will be applied to the command",
             "RMAN retention policy is set to recovery window of 14 days",
             "Report of files that must be backed up to satisfy 14 days "
             "recovery window", "File Days  Name", "---- ----- -----------------------------------------------------"]
    lines += [f"{one['id']:<4} {now.state['backups']['keep_days']:<5} {storage.path_of(now, name)}"
              for name, one in now.state["datafiles"].items() if name not in saved]
    return "\n".join(lines) + "\n"


def _unrecoverable(now: Now) -> str:
    lines = ["Report of files that need backup due to unrecoverable operations", "File Type of Backup Required Name",
             "---- ----------------------- -----------------------------------"]
    lines += [f"{one['id']:<4} full or incremental     {storage.path_of(now, name)}"
              for name, one in now.state["datafiles"].items() if one["unrecoverable_hours_ago"] is not None]
    return "\n".join(lines) + "\n"


def _crosscheck(now: Now) -> str:
    lines = []
    for one, key, piece in _pieces(now):
        lines += [f"crosschecked backup piece: found to be '{'AVAILABLE' if piece.status == 'A' else 'EXPIRED'}'",
                  f"backup piece handle={piece.handle} RECID={key} STAMP={stamp(one.end)}"]
    return f"{_CHANNEL}" + "\n".join([*lines, f"Crosschecked {len(lines) // 2} objects", "", ""])


def _crosscheck_logs(now: Now) -> str:
    lost, lines = {*now.state["archived"]["lost_files"]}, []
    rows = redo.archived_logs(now)
    for row in rows:
        if row["NAME"]:
            gone = rows[-1]["SEQUENCE#"] - row["SEQUENCE#"] in lost
            lines += [f"validation {'failed' if gone else 'succeeded'} for archived log",
                      f"archived log file name={row['NAME']} RECID={row['RECID']} STAMP={row['STAMP']}"]
    return f"{_CHANNEL}" + "\n".join([*lines, f"Crosschecked {len(lines) // 2} objects", "", ""])


def _wanted(now: Now, what: str) -> list[BackupSet]:
    """The newest set that holds what is to be restored; of the archived logs all."""
    holds: dict[str, Callable[[BackupSet], bool]] = {
        "database": lambda one: one.level == 0, "archivelog": lambda one: bool(one.logs),
        "controlfile": lambda one: one.controlfile, "spfile": lambda one: one.spfile}
    found = [one for _, one in _sets(now) if holds[what](one)]
    return found if what == "archivelog" else found[-1:]


def _restore_validate(what: str) -> Callable[[Now], str]:
    def text(now: Now) -> str:
        lines = [f"Starting restore at {now.at:%Y-%m-%d %H:%M:%S}\n{_CHANNEL}"]
        failed = (f"{_STACK}RMAN-03002: failure of restore command at {now.at:%m/%d/%Y %H:%M:%S}\n"
                  "RMAN-06026: some targets not found - aborting restore\n")
        wanted, kind = _wanted(now, what), "archived log" if what == "archivelog" else "datafile"
        for one, piece in [(each, piece) for each in wanted for piece in each.pieces]:
            lines += [f"channel ORA_DISK_1: starting validation of {kind} backup set",
                      f"channel ORA_DISK_1: reading from backup piece {piece.handle}"]
            if piece.status != "A":
                return "\n".join([*lines, f"ORA-19870: error while restoring backup piece {piece.handle}",
                                  f'ORA-19505: failed to identify file "{piece.handle}"', failed])
            lines += [f"channel ORA_DISK_1: piece handle={piece.handle} tag={one.tag}",
                      "channel ORA_DISK_1: restored backup piece 1",
                      "channel ORA_DISK_1: validation complete, elapsed time: 00:00:07"]
        end = f"Finished restore at {now.at:%Y-%m-%d %H:%M:%S}\n" if wanted else failed
        return "\n".join([*lines, end])

    return text


_COMMANDS: list[tuple[str, Callable[[Now], str]]] = [
    (r"list backup summary", _list_summary), (r"report obsolete\b.*", _report_obsolete),
    (r"report need backup\b.*", _need_backup), (r"report unrecoverable\b.*", _unrecoverable),
    (r"crosscheck backup(set)?", _crosscheck), (r"crosscheck archivelog all", _crosscheck_logs),
    (r"restore database validate", _restore_validate("database")),
    (r"restore archivelog all validate", _restore_validate("archivelog")),
    (r"restore controlfile validate", _restore_validate("controlfile")),
    (r"restore spfile validate", _restore_validate("spfile"))]


def rman(now: Now, script: str) -> tuple[int, str]:
    """Exit status and text of a session. What would change anything is refused with RMAN's own syntax error."""
    state = now.state
    begin = (f"\nRecovery Manager: Release {state['version']} - Production on {now.at:%a %b %d %H:%M:%S %Y}\n\n"
             "Copyright (c) 1982, 2011, Oracle and/or its affiliates.  All rights reserved.\n\n")
    if state["status"] in {"DOWN", "STARTED"}:
        word = "not started" if state["status"] == "DOWN" else f"{state['db_name']} (not mounted)"
        begin += f"connected to target database{f': {word}' if state['status'] != 'DOWN' else ' (not started)'}\n\n"
    else:
        begin += f"connected to target database: {state['db_name']} (DBID={state['dbid']})\n\n"
    out = [begin]
    for command in (" ".join(one.split()) for one in script.split(";")):
        if not command or command.lower() in {"exit", "quit"}:
            continue
        out.append(f"RMAN> {command};\n\n")
        found = next((text for form, text in _COMMANDS if re.fullmatch(form, command, re.IGNORECASE)), None)
        if found is None:
            out.append(f"{_STACK}RMAN-00558: error encountered while parsing input commands\nRMAN-01009: syntax error: "
                       f'found "identifier": the laboratory\'s rman only looks, and does not know: {command[:60]}\n')
            return 1, "".join(out)
        if state["status"] in {"DOWN", "STARTED"}:
            out.append(f"{_STACK}RMAN-03002: failure of command at {now.at:%m/%d/%Y %H:%M:%S}\n"
                       "RMAN-06403: could not obtain a fully authorized session\nORA-01034: ORACLE not available\n")
            return 1, "".join(out)
        text = found(now)
        out.append(("using target database control file instead of recovery catalog\n" if len(out) == 2
                    else "") + text + "\n")
        if "RMAN-00569" in text:
            return 1, "".join([*out, "\nRecovery Manager complete.\n"])
    return 0, "".join([*out, "RMAN> exit\n\nRecovery Manager complete.\n"])
