"""Files a database writes on its host: alert log, audit files, archived logs. Pure: texts and sizes by path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pacs_rounds.lab.oracle_views import redo
from pacs_rounds.lab.oracle_views.clock import Now

ALERT_DAYS = 14
SHOWN = 65536
"""Bytes of an archived log on disk: a log as large as the views say would be copied along with the lab's state."""


def _when(at: datetime) -> str:
    return f"{at:%a %b %d %H:%M:%S %Y}"


def _started(now: Now) -> list[tuple[datetime, list[str]]]:
    """What the start of the instance left in the alert log."""
    at, state = now.started, now.state
    return [
        (at, ["Starting ORACLE instance (normal)", "LICENSE_MAX_SESSION = 0", "LICENSE_SESSIONS_WARNING = 0",
              f"Starting up:\nOracle Database {now.version[0]}g {state['edition']} Release {state['version']} - 64bit "
              "Production",
              f"Using parameter settings in server-side spfile {state['home']}/dbs/spfile{state['sid']}.ora"]),
        (at + timedelta(seconds=9), ["ALTER DATABASE   MOUNT"]),
        (at + timedelta(seconds=14), ["Completed: ALTER DATABASE   MOUNT"]),
        (at + timedelta(seconds=15), ["ALTER DATABASE OPEN"]),
        (at + timedelta(seconds=23), ["QMNC started with pid=34, OS id=2288", "Completed: ALTER DATABASE OPEN"])]


def _switched(now: Now) -> list[tuple[datetime, list[str]]]:
    groups = list(now.state["redo"].values())
    entries = []
    for sequence, _, end in redo.switches(now, ALERT_DAYS):
        one = groups[sequence % len(groups)]
        lines = [f"Thread 1 advanced to log sequence {sequence + 1} (LGWR switch)"]
        lines += [f"  Current log# {one['id']} seq# {sequence + 1} mem# {place}: {path}"
                  for place, path in enumerate(one["members"])]
        entries.append((end, lines))
        if now.state["log_mode"] == "ARCHIVELOG":
            entries.append((end + timedelta(seconds=3), [
                f"Archived Log entry {sequence} added for thread 1 sequence {sequence} "
                f"ID 0x{now.state['dbid']:x} dest 1:"]))
    return entries


def alert_log(now: Now) -> tuple[str, str]:
    """Path and text of the alert log, of the last two weeks: the start where it is in them, log switches, and the
    state's own lines at their age. A database that does not run here wrote nothing of late."""
    state = now.state
    path = (f"{state['base']}/diag/rdbms/{state['unique_name'].lower()}/{state['sid']}/trace/"
            f"alert_{state['sid']}.log")
    entries = _started(now) + [one for one in _switched(now) if one[0] > now.started]
    entries += [(now.ago(hours=one["hours_ago"]), list(one["text"])) for one in state["alert"]["lines"]]
    if state["status"] == "DOWN":
        entries = [one for one in entries if one[0] < now.ago(days=ALERT_DAYS - 1)]
    text = "".join(f"{_when(at)}\n" + "".join(f"{line}\n" for line in lines)
                   for at, lines in sorted(entries, key=lambda one: one[0]))
    return path, text


def audit_files(now: Now) -> Iterator[tuple[str, int, datetime]]:
    """Path, size and time of the audit files: one for each connection as SYSDBA."""
    state, said = now.state, now.state["adump"]
    folder = f"{state['base']}/admin/{state['sid']}/adump"
    for number in range(said["files"]):
        at = now.ago(hours=said["newest_hours_ago"] + number * 6)
        yield f"{folder}/{state['sid']}_ora_{2311 + number * 13}_{at:%Y%m%d%H%M%S}143795.aud", 0, at


def archived_logs(now: Now) -> Iterator[tuple[str, int, datetime]]:
    """Path, size and time of the archived logs on disk; those in `lost_files` (counted from the newest) are gone
    although the views still have them."""
    lost = {*now.state["archived"]["lost_files"]}
    rows = redo.archived_logs(now) if now.state["status"] != "DOWN" else []
    newest = rows[-1]["SEQUENCE#"] if rows else 0
    for row in rows:
        if row["NAME"] and newest - row["SEQUENCE#"] not in lost:
            yield row["NAME"], SHOWN, row["COMPLETION_TIME"]
