"""Reports of RMAN: REPORT OBSOLETE, REPORT SCHEMA."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import DATE, Fields, fail, stamp
from pacs_rounds.parse.rman.logs import whole
from pacs_rounds.parse.rman.session import Session

_OBSOLETE_HEADING = re.compile(r"^\s*(?:Report of obsolete backups and copies|Type\s+Key\s+Completion Time\s+\S.*)\s*$",
                               re.IGNORECASE)
_OBSOLETE = re.compile(r"^\s*(?P<type>(?:Backup (?:Set|Piece)|(?:Archive|Datafile|Control ?File|Proxy)[A-Za-z ]*?))\s+"
                       rf"(?P<key>\d+)\s+(?P<done>{DATE})(?:\s+(?P<name>\S.*))?\s*$", re.IGNORECASE)


# RMAN retention policy is set to redundancy 1
# Report of obsolete backups and copies
# Type                 Key    Completion Time    Filename/Handle
# -------------------- ------ ------------------ --------------------
# Backup Set           4      2026-10-04 10:09:10
#   Backup Piece       4      2026-10-04 10:09:10 /backup/PACS/0a2h1k3f_1_1
@parser("rman.report_obsolete")
def report_obsolete(text: str) -> Fields:
    """REPORT OBSOLETE: `whole` and {"retention": the policy as RMAN writes it, None when the command named its own,
    "obsolete": [{"type": backup set, backup piece, archive log, datafile copy…, "key", "completed_at",
    "completed_as_written", "name" (None for a set)}]}. [] when RMAN says that there are none."""
    found: list[Fields] = []
    seen: list[str] = []

    def offer(line: str) -> bool:
        if _OBSOLETE_HEADING.match(line):
            seen.append(line)
        elif seen and (match := _OBSOLETE.match(line)):
            found.append({"type": " ".join(match["type"].lower().split()), "key": int(match["key"]),
                          **stamp("completed", match["done"]), "name": match["name"]})
        elif seen and re.match(r"^\s*(?:[A-Z][a-z]+ ){1,3}\s*\d+\s+\S", line):
            fail("no row of this report", line)
        else:
            return False
        return True

    session = Session(offer).read(text)
    none = any(re.match("no obsolete|未找到已废弃", note) for note in session.notes)
    if not seen and not none and not session.errors:
        fail("no report of obsolete backups and no error in the text")
    return {**whole(session), "retention": session.retention, "obsolete": found}


_SCHEMA_HEADING = re.compile(r"^\s*(?:Report of database schema.*|数据库方案报表.*|List of (?:Permanent|Temporary) "
                             r"(?:Datafiles|Files)|File (?:Size\(MB\)|K-bytes|Size) +Tablespace .*)\s*$", re.IGNORECASE)
_DATAFILE = re.compile(r"^\s*(?P<number>\d+)\s+(?P<size>\d+)\s+(?P<tablespace>\S+)\s+(?P<undo>YES|NO|\*{3})\s+"
                       r"(?P<name>\S.*?)\s*$")
_TEMPFILE = re.compile(r"^\s*(?P<number>\d+)\s+(?P<size>\d+)\s+(?P<tablespace>\S+)\s+(?P<maximum>\d+)\s+"
                       r"(?P<name>\S.*?)\s*$")


# Report of database schema for database with db_unique_name PACS
# List of Permanent Datafiles
# File Size(MB) Tablespace           RB segs Datafile Name
# ---- -------- -------------------- ------- ------------------------
# 1    600      SYSTEM               ***     /u02/oradata/PACS/system01.dbf
@parser("rman.report_schema")
def report_schema(text: str) -> Fields:
    """REPORT SCHEMA: `whole` and {"datafiles": [{"number", "size_bytes", "tablespace", "name"}], "tempfiles": [the same
    and "maximum_bytes"]}. Sizes stand in megabytes (10g and later) or kilobytes (9i); another heading is refused."""
    datafiles: list[Fields] = []
    tempfiles: list[Fields] = []
    unit = [0]

    def offer(line: str) -> bool:
        if _SCHEMA_HEADING.match(line):
            unit[0] = 1024 if "K-bytes" in line else 1024**2 if "Size(MB)" in line else unit[0]
        elif unit[0] and (match := _DATAFILE.match(line)):
            datafiles.append({"number": int(match["number"]), "size_bytes": int(match["size"]) * unit[0],
                              "tablespace": match["tablespace"], "name": match["name"]})
        elif unit[0] and (match := _TEMPFILE.match(line)):
            tempfiles.append({"number": int(match["number"]), "size_bytes": int(match["size"]) * unit[0],
                              "maximum_bytes": int(match["maximum"]) * unit[0], "tablespace": match["tablespace"],
                              "name": match["name"]})
        elif unit[0] and re.match(r"^\s*\d+\s+\S", line):
            fail("no row of this report", line)
        else:
            return False
        return True

    session = Session(offer).read(text)
    if not datafiles and not session.errors:
        fail("no datafile and no error in the text")
    return {**whole(session), "datafiles": datafiles, "tempfiles": tempfiles}
