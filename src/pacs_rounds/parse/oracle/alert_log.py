"""The alert log of an instance, old (to 12.1) and new (12.2 and later) time lines."""

from __future__ import annotations

import re
from datetime import datetime

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import Fields, date, error_in, fail, lines_of

_OLD = re.compile(r"^(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[A-Z]{2,5} )?\d{4}|"
                  r"星期. ?\d{1,2}月 +\d{1,2} \d\d:\d\d:\d\d (?:[A-Z]{2,5} )?\d{4})$")
_NEW = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:?\d\d|Z)?$")
_KINDS = (
    ("instance_start", r"^(?:Starting ORACLE instance|Starting up ORACLE RDBMS|Starting up:?$)"),
    ("instance_stop", r"^(?:Shutting down instance|Instance shutdown complete|Stopping background process)"),
    ("instance_killed", r"^(?:.*: terminating (?:the )?instance due to|Instance terminated by|"
                        r"USER .*terminating the instance)"),
    ("database_mounted", r"^Completed: (?:ALTER DATABASE|alter database)\s+(?:MOUNT|mount)"),
    ("database_opened", r"^Completed: (?:ALTER DATABASE|alter database)\s+(?:OPEN|open)"),
    ("crash_recovery", r"^(?:Beginning crash recovery|Completed crash recovery|Beginning instance recovery)"),
    ("log_switch", r"^Thread \d+ advanced to log sequence \d+"),
    ("log_wait", r"^(?:Thread \d+ cannot allocate new log|Checkpoint not complete|Private strand flush not complete)"),
    ("archive_failed", r"^(?:ARC\w*: (?:Error \d+|Archiv\w+ .*(?:error|fail))|Archiving not possible|"
                       r"ORACLE Instance \S+ - (?:Archival Error|Cannot allocate log))"),
    ("corruption", r"^(?:Corrupt block relative dba|Hex dump of .*corrupt|Bad header found|.*Block corruption)"),
    ("deadlock", r"^(?:ORA-0*60: |Global Enqueue Services Deadlock)"),
    ("space", r"^ORA-0*(?:1652|1653|1654|1658|1688|1691|30036|19815|19809): "),
    ("datafile", r"^(?:Completed: )?(?:ALTER|alter) (?:DATABASE|database) (?:DATAFILE|datafile)|"
                 r"^Resize operation completed"),
    ("connection", r"^Fatal NI connect error|^opiodr aborting process|^WARNING: inbound connection timed out"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _KINDS)


def _time(line: str) -> tuple[str, str | None] | None:
    """(ISO local time, offset or None) of a time line; None for any other line."""
    if _NEW.match(line):
        try:
            at = datetime.fromisoformat(line)
        except ValueError:
            fail("an impossible time", line)
        offset = line[len(line.rstrip("0123456789:")) - 1:] if at.tzinfo else None
        return at.replace(tzinfo=None).isoformat(timespec="seconds"), offset
    if _OLD.match(line):
        at_old = date(line)
        if at_old is None:
            fail("an impossible time", line)
        return at_old, None
    return None


def _kinds(lines: list[str]) -> list[str]:
    return [name for name, pattern in _COMPILED if any(pattern.match(line.strip()) for line in lines)]


# Fri Nov 20 02:00:11 2026
# Thread 1 advanced to log sequence 4711 (LGWR switch)
# 2026-11-20T02:00:12.345678+08:00
# ORA-1652: unable to extend temp segment by 128 in tablespace TEMP
@parser("oracle.alert_log")
def alert_log(text: str) -> Fields:
    """The alert log or its end: {"first_at", "last_at": ISO local time of the host, "offset" (12.2 and later),
    "entries": [{"at" (None for the lines before the first time line, where the text begins inside an entry), "kinds":
    what it tells of (instance_start, instance_stop, instance_killed, database_mounted, database_opened,
    crash_recovery, log_switch, log_wait, archive_failed, corruption, deadlock, space, datafile, connection), "errors":
    [{"code", "message"}], "lines"}], "error_counts": code to number}. Codes have five digits here (ORA-1652 is
    ORA-01652). Every line of the log is in an entry. Text without any time line is refused, log.xml too."""
    lines = lines_of(text)
    if any(line.lstrip().startswith(("<msg ", "<txt>")) for line in lines[:5]):
        fail("the alert log in XML: read the text one, alert_<SID>.log")
    entries: list[Fields] = []
    offset = None
    for line in lines:
        if not line.strip():
            continue
        when = _time(line.strip())
        if when:
            entries.append({"at": when[0], "kinds": [], "errors": [], "lines": []})
            offset = when[1] or offset
        else:
            if not entries:
                entries.append({"at": None, "kinds": [], "errors": [], "lines": []})
            entries[-1]["lines"].append(line)
            if error := error_in(line):
                entries[-1]["errors"].append(error)
    times = [one["at"] for one in entries if one["at"]]
    if not times:
        fail("no time line of an alert log", next(line for line in lines if line.strip()))
    counts: dict[str, int] = {}
    for entry in entries:
        entry["kinds"] = _kinds(entry["lines"])
        for error in entry["errors"]:
            counts[error["code"]] = counts.get(error["code"], 0) + 1
    return {"first_at": times[0], "last_at": times[-1], "offset": offset, "entries": entries, "error_counts": counts}
