"""Logs of RMAN's work: backups, restores and recoveries, crosschecks."""

from __future__ import annotations

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import Fields, fail
from pacs_rounds.parse.rman.session import Session

_AUTOBACKUP = "autobackup"


def whole(session: Session) -> Fields:
    """What every reading of a session says.

    {"release", "started_at", "database", "dbid", "database_state", "catalog": True, False or None, "devices": channel
    to device, "ended": whether RMAN said it was done, "commands", "errors" and "warnings": [{"code", "message"}],
    "failures": [{"command", "channel", "at"}], "states": what the database and instance became, "notes",
    "other_lines": lines that are no message known here, as written, "omitted_lines": how many lines of dots stand for
    lines left out by whoever shortened the text}.
    """
    return {**session.facts, "devices": session.devices, "commands": session.commands, "errors": session.errors,
            "failures": session.failures,
            "warnings": session.warnings, "states": session.states, "notes": session.notes,
            "other_lines": session.other, "omitted_lines": session.omitted}


def complete(session: Session) -> bool:
    """Whether all operations that began came to their end and nothing failed."""
    return bool(session.operations) and not session.errors and all(one["complete"] for one in session.operations)


def _log(text: str, wanted: tuple[str, ...]) -> Fields:
    session = Session().read(text)
    if not session.errors and not any(word in one["operation"] for one in session.operations for word in wanted):
        fail(f"no {' or '.join(wanted)} and no error in the text")
    for one in session.operations:
        if one["operation"] == "backup":
            one["wrote"] = any(made.get("pieces") or made.get("copies") for made in (one, *one.get("sets", ())))
    found = {**whole(session), "operations": session.operations, "complete": complete(session)}
    return found | {"deleted": session.deleted} if session.deleted else found


# Recovery Manager: Release 11.2.0.4.0 - Production on Fri Nov 20 22:00:01 2026
# connected to target database: PACS (DBID=2711530091)
# Starting backup at 2026-11-20 22:00:05
# channel ORA_DISK_1: starting compressed full datafile backup set
# input datafile file number=00001 name=/u02/oradata/PACS/system01.dbf
# piece handle=/backup/PACS/0a2h1k3f_1_1 tag=NIGHTLY comment=NONE
# channel ORA_DISK_1: backup set complete, elapsed time: 00:12:31
# Finished backup at 2026-11-20 22:12:40
# Recovery Manager complete.
@parser("rman.backup_log")
def backup_log(text: str) -> Fields:
    """The log of a session that made backups: `whole` and {"operations": [{"operation": "backup", "control file and
    spfile autobackup", …, "started_at", "started_as_written", "finished_at", …, "complete", "failed", "sets":
    [{"channel", "content", "level", "compressed", "datafiles": [{"number", "name"}], "archived_logs": [{"thread",
    "sequence", …}], "control_file", "spfile", "pieces": [{"handle", "tag", …}], "elapsed_seconds", "complete"}],
    "copies", "pieces", "skipped", "wrote": False when it wrote no piece (BACKUP VALIDATE only reads)}], "deleted",
    "complete"}.

    A log without its end is no error of reading but the finding itself (a backup that was killed, hangs, or filled its
    disk): `complete` and `ended` are False then. Text in which nothing was backed up and nothing failed is refused.
    """
    return _log(text, ("backup", _AUTOBACKUP))


# RMAN> restore datafile 5;
# Starting restore at 2026-11-20 23:10:02
# channel ORA_DISK_1: restoring datafile 00005 to /u03/drill/PACS/tools01.dbf
# channel ORA_DISK_1: reading from backup piece /backup/PACS/0a2h1k3f_1_1
# channel ORA_DISK_1: restore complete, elapsed time: 00:00:15
# Finished restore at 2026-11-20 23:10:19
@parser("rman.restore_log")
def restore_log(text: str) -> Fields:
    """The log of a session that restored or recovered: `whole` and {"operations": [{"operation": "restore",
    "recover", …, "restored": [{"channel", "content", "incremental", "files": [{"number", "name"}], "pieces":
    [{"handle", "tag"}], "elapsed_seconds", "complete"}], "outputs", "read", "control_file", "applied_logs",
    "media_recovery_complete", …}], "complete"}. As with backups, a log without its end has complete False.
    """
    return _log(text, ("restore", "recover", "duplicate", "flashback"))


# RMAN> startup
# Oracle instance started
# RMAN-03002: failure of startup command at 11/20/2026 23:01:12
# ORA-01157: cannot identify/lock data file 5 - see DBWR trace file
@parser("rman.session")
def session_log(text: str) -> Fields:
    """The log of any session, whatever was done in it: as `rman.backup_log`, and "crosschecked"."""
    session = Session().read(text)
    return {**whole(session), "operations": session.operations, "crosschecked": session.checked,
            "deleted": session.deleted, "complete": complete(session)}


# crosschecked backup piece: found to be 'AVAILABLE'
# backup piece handle=/backup/PACS/0a2h1k3f_1_1 RECID=11 STAMP=1245751741
# Crosschecked 1 objects
@parser("rman.crosscheck")
def crosscheck(text: str) -> Fields:
    """CROSSCHECK of backups, copies and archived logs: `whole` and {"items": [{"kind", "name", "recid", "stamp",
    "status": AVAILABLE or EXPIRED (what RMAN marks an archived log whose validation failed)}], "counted": what RMAN
    says it looked at, None without that line, "complete": whether that is the number of items listed}.

    RMAN prints its count when it is through; without it the crosscheck was cut off.
    """
    session = Session().read(text)
    if not session.checked and not session.counted and not session.errors and not session.notes:
        fail("no crosscheck and no error in the text")
    counted = sum(session.counted) if session.counted else None
    nothing = not session.checked and not session.counted and not session.errors
    return {**whole(session), "items": session.checked, "counted": counted,
            "complete": not session.errors and (nothing or counted == len(session.checked))}
