"""Oracle's own programs and files on the database host, as the rounds ask them: per home or per instance."""

from __future__ import annotations

import re

from pacs_rounds.parse import oracle_parts, parser
from pacs_rounds.parse.oracle.alert_log import alert_log
from pacs_rounds.parse.oracle.listener import lsnrctl_status
from pacs_rounds.parse.oracle_text import Fields, fail

_FILE = re.compile(r"\A-- file (?P<path>\S.*)\n")
_FOLDER = re.compile(r"^(?P<count>\d+|-) (?P<path>/\S.*)$")


# -- home /u01/app/oracle/product/11.2.0/db_1
# LSNRCTL for Linux: Version 11.2.0.4.0 - Production on 20-NOV-2026 08:10:00
# …
# The command completed successfully
@parser("oracle.listeners")
def listeners(text: str) -> list[Fields]:
    """`lsnrctl status` per Oracle home: [{"name": the home, "state", "reason", "detail", "said": as
    oracle.lsnrctl_status reads it}]."""
    return oracle_parts.read(text, "home", lsnrctl_status)


def _log(body: str) -> Fields:
    head = _FILE.match(body)
    return {"path": head["path"] if head else None, **alert_log(body[head.end():] if head else body)}


# -- instance PACS
# -- file /u01/app/oracle/diag/rdbms/pacs/PACS/trace/alert_PACS.log
# Fri Nov 20 02:00:11 2026
# ORA-1652: unable to extend temp segment by 128 in tablespace TEMP
@parser("oracle.alert_logs")
def alert_logs(text: str) -> list[Fields]:
    """The alert log per instance, or what of it tells of trouble: [{"name": SID, "state", "reason", "detail", "said":
    as oracle.alert_log reads it, with "path"}]."""
    return oracle_parts.read(text, "instance", _log)


def _folders(body: str) -> list[Fields]:
    lines = body.splitlines()
    if not lines or lines[-1] != "-- end":
        fail("cut off: the list of audit directories ends without '-- end'", lines[-1] if lines else "")
    found = []
    for line in lines[:-1]:
        match = _FOLDER.match(line)
        if not match:
            fail("no count of audit files", line)
        found.append({"path": match["path"], "files": None if match["count"] == "-" else int(match["count"])})
    return found


# -- home /u01/app/oracle/product/11.2.0/db_1
# 412 /u01/app/oracle/admin/PACS/adump
# -- end
@parser("oracle.audit_files")
def audit_files(text: str) -> list[Fields]:
    """Files in the audit directories per home: [{"name": the home, "state", "reason", "detail", "said": [{"path",
    "files": a number, or None where the directory may not be read}]}]."""
    return oracle_parts.read(text, "home", _folders)
