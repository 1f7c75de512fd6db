"""What RMAN read block by block: VALIDATE, BACKUP VALIDATE and RESTORE … VALIDATE, with the tables of blocks."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import Fields, fail
from pacs_rounds.parse.rman.logs import complete, whole
from pacs_rounds.parse.rman.session import Session

_HEADING = re.compile(r"^\s*(?:List of (?:Datafiles|Control File and SPFILE|Archived Logs)|"
                      r"File Status Marked Corrupt Empty Blocks Blocks Examined High SCN|"
                      r"File Type\s+Status Blocks Failing Blocks Examined|"
                      r"Thrd Seq\s+Status Blocks Failing Blocks Examined Name|"
                      r"Block Type Blocks Failing Blocks Processed)\s*$", re.IGNORECASE)
_FILE = re.compile(r"^\s*(?P<number>\d+)\s+(?P<status>OK|FAILED|INCOMPLETE)\s+(?P<marked>\d+)\s+(?P<empty>\d+)\s+"
                   r"(?P<examined>\d+)\s+(?P<scn>\d+)\s*$")
_NAME = re.compile(r"^\s*(?:File Name|文件名)\s*[:：]\s*(?P<name>\S.*)$")
_BLOCKS = re.compile(r"^\s*(?P<type>Data|Index|Other)\s+(?P<failing>\d+)\s+(?P<processed>\d+)\s*$")
_SPECIAL = re.compile(r"^\s*(?P<type>SPFILE|Control File)\s+(?P<status>OK|FAILED|INCOMPLETE)\s+(?P<failing>\d+)\s+"
                      r"(?P<examined>\d+)\s*$")
_LOG = re.compile(r"^\s*(?P<thread>\d+)\s+(?P<sequence>\d+)\s+(?P<status>OK|FAILED|INCOMPLETE)\s+(?P<failing>\d+)\s+"
                  r"(?P<examined>\d+)\s+(?P<name>\S.*)$")


class _Tables:
    """Takes the lines of the tables of blocks out of a session."""

    def __init__(self) -> None:
        self.datafiles: list[Fields] = []
        self.others: list[Fields] = []
        self.logs: list[Fields] = []

    def offer(self, line: str) -> bool:
        """Whether the line was one of a table."""
        if match := _FILE.match(line):
            self.datafiles.append({
                "number": int(match["number"]), "status": match["status"], "name": None,
                "marked_corrupt_blocks": int(match["marked"]), "empty_blocks": int(match["empty"]),
                "examined_blocks": int(match["examined"]), "high_scn": int(match["scn"]), "failing_blocks": {}})
        elif self.datafiles and self.datafiles[-1]["name"] is None and (match := _NAME.match(line)):
            self.datafiles[-1]["name"] = match["name"]
        elif match := _BLOCKS.match(line):
            if not self.datafiles:
                fail("blocks of no datafile", line)
            self.datafiles[-1]["failing_blocks"][match["type"].lower()] = int(match["failing"])
        elif match := _SPECIAL.match(line):
            self.others.append({"type": match["type"].lower(), "status": match["status"],
                                "failing_blocks": int(match["failing"]), "examined_blocks": int(match["examined"])})
        elif match := _LOG.match(line):
            self.logs.append({"thread": int(match["thread"]), "sequence": int(match["sequence"]),
                              "status": match["status"], "failing_blocks": int(match["failing"]),
                              "examined_blocks": int(match["examined"]), "name": match["name"].strip()})
        else:
            return _HEADING.match(line) is not None
        return True


# channel ORA_DISK_1: validation complete, elapsed time: 00:00:07
# List of Datafiles
# File Status Marked Corrupt Empty Blocks Blocks Examined High SCN
# ---- ------ -------------- ------------ --------------- ----------
# 3    OK     0              24517        75529           2698233
#   File Name: /u02/oradata/PACS/sysaux01.dbf
@parser("rman.validate")
def validate(text: str) -> Fields:
    """VALIDATE, BACKUP VALIDATE or RESTORE … VALIDATE: `whole` and {"operations": as in a restore log, with
    "validated": [{"channel", "content": what was read (datafile: the database; datafile backup set, archived log
    backup set: the backup), "files", "pieces": [{"handle", "tag"}], "elapsed_seconds", "complete"}],
    "datafiles": [{"number", "status", "name", "marked_corrupt_blocks", "empty_blocks", "examined_blocks", "high_scn",
    "failing_blocks": {data, index, other}}], "files": control file and spfile, "archived_logs", "corruption_found",
    "complete"}.
    """
    tables = _Tables()
    session = Session(tables.offer).read(text)
    read = [*tables.datafiles, *tables.others, *tables.logs]
    seen = any("validated" in one for one in session.operations)
    if not read and not seen and not session.errors:
        fail("nothing was validated and no error in the text")
    return {**whole(session), "operations": session.operations, "datafiles": tables.datafiles,
            "files": tables.others, "archived_logs": tables.logs,
            "corruption_found": any("corrupt blocks" in note for note in session.notes)
            or any(one["status"] != "OK" for one in read),
            "complete": complete(session)}
