r"""The free space below Oracle's files on a Windows host, from `dir`, as the text that `df` gives elsewhere. Pure.

    dir /-c /ad "D:\oradata\PACS"
     Volume in drive D is DATA
     …
                   0 File(s)              0 bytes
                   2 Dir(s)     61204447232 bytes free

`dir` needs no rights but to read the folder, is in every release and leaves nothing behind. It is asked for the folders
the files lie in, not for the drive: a folder may be another volume's. Of a drive whose folders differ, the least
counts. Only directories are listed: every folder has two (`.` and `..`), and thousands of archived logs are not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pacs_rounds.model import ParseError, Reason
from pacs_rounds.oracle.windows import PATH, Gap
from pacs_rounds.parse.oracle_rows import rows

COMMAND = "df -P -T -k"
PLACES = {"datafiles": "file_name", "archive_destinations": "destination", "recovery_area": "name"}
"""Queries that tell where files lie, and the column."""
MOST_FOLDERS = 24
_HEADING = "Filesystem Type 1024-blocks Used Available Capacity Mounted on"
_FREE = re.compile(r"^ +\d+ \S.*?[^\d\s] *(?P<bytes>\d+) +\S[^\d]*$")


def folders(answers: Mapping[str, str]) -> list[str]:
    """The folders of the files that an instance's answers (by query) name, each once; at most MOST_FOLDERS."""
    found: dict[str, str] = {}
    for query, column in PLACES.items():
        try:
            told = [row for one in rows(answers.get(query, "")).values() for row in one]
        except ParseError:
            continue
        for row in told:
            path = row.get(column) or ""
            folder = path.rpartition("\\")[0] if query == "datafiles" else path.rstrip("\\")
            if PATH.fullmatch(folder):
                found.setdefault(folder.lower(), folder)
    return list(found.values())[:MOST_FOLDERS]


def look(folder: str) -> str:
    """The command line for one folder."""
    return f'dir /-c /ad "{folder}"'


def free_bytes(text: str) -> int | None:
    """What the last line of `dir` says is free, whatever the language; None where it does not end so."""
    lines = [line for line in text.splitlines() if line.strip()]
    match = _FREE.match(lines[-1]) if len(lines) > 1 else None
    return int(match["bytes"]) if match else None


def table(found: Iterable[tuple[str, int | None]]) -> str | Gap:
    """The text of df from (folder, free bytes or None). A drive of which one folder could not be read is left out: what
    is free there is not known."""
    drives: dict[str, int | None] = {}
    for folder, free in found:
        drive = folder[:3].upper()
        before = drives.get(drive, free)
        drives[drive] = None if free is None or before is None else min(free, before)
    lines = [f"{drive[:2]} - - - {free // 1024} - {drive}" for drive, free in drives.items() if free is not None]
    if not lines:
        why = "no folder of them could be read" if drives else "the instance did not tell where its files lie"
        return Gap(Reason.NOT_RUN, f"the space of the drives is not known: {why}")
    return "\n".join([_HEADING, *lines]) + "\n"
