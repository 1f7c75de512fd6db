"""cluster.exe of Windows Server 2003 to 2008 R2: nodes, groups and resources."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle.table import tables
from pacs_rounds.parse.oracle_text import Fields, fail, lines_of

_TITLE = re.compile(r"^\s*(?:Listing status for (?:all available (?:nodes|resources|resource groups)|.+)|"
                    r"列出.*状态.*)\s*[:：]\s*$")
_ERROR = re.compile(r"^\s*(?:System error \d+ has occurred.*|发生系统错误.*|The cluster service is not running.*|"
                    r"Could not .*|Error .*|There are no more endpoints.*)$", re.IGNORECASE)


def _rows(text: str, columns: dict[str, str]) -> list[Fields]:
    """The rows of the table whose headings are these, by the keys given for them."""
    lines = lines_of(text)
    for line in lines:
        if _ERROR.match(line):
            fail("cluster.exe answers with an error", line)
    kept = [line for line in lines if not _TITLE.match(line) and not re.match(r"^\s*[A-Za-z]:\\.*>", line)]
    found = tables("\n".join(kept))
    if len(found) != 1 or [heading.lower() for heading in found[0].columns] != list(columns):
        fail("no table of cluster.exe with the columns " + ", ".join(columns),
             " ".join(found[0].columns) if found else "")
    rows = [dict(zip(columns.values(), row, strict=True)) for row in found[0].rows]
    for row in rows:
        if not all(row[key] for key in columns.values()):
            fail("a row with an empty column", " ".join(row.values()))
    if not rows:
        fail("a heading without a row")
    return [dict(row) for row in rows]


# Node           Node ID Status
# -------------- ------- ---------------------
# RIS-A                1 Up
@parser("mscs.cluster_node")
def cluster_node(text: str) -> list[Fields]:
    """cluster node: [{"node", "id", "status": Up, Down, Paused, Joining, Unavailable as printed}]."""
    rows = _rows(text, {"node": "node", "node id": "id", "status": "status"})
    for row in rows:
        if not row["id"].isdigit():
            fail("a node ID expected", row["id"])
    return [{**row, "id": int(row["id"])} for row in rows]


# Resource             Group                Node            Status
# -------------------- -------------------- --------------- ------
# Disk K:              RIS Group            RIS-A           Online
@parser("mscs.cluster_res")
def cluster_res(text: str) -> list[Fields]:
    """cluster res: [{"resource", "group", "node", "status": Online, Offline, Failed… as printed}]."""
    return _rows(text, {"resource": "resource", "group": "group", "node": "node", "status": "status"})


# Group                Node            Status
# -------------------- --------------- ------
# Cluster Group        RIS-A           Online
@parser("mscs.cluster_group")
def cluster_group(text: str) -> list[Fields]:
    """cluster group: [{"group", "node", "status": Online, Offline, Partially Online, Failed… as printed}]."""
    return _rows(text, {"group": "group", "node": "node", "status": "status"})
