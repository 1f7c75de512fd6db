"""Files of a folder and the space left on its drive: dir."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.windows.text import fail, lines_of

_VOLUME = re.compile(r"^ Volume in drive (?P<drive>[A-Z]) (?:is (?P<label>.+)|has no label\.)$")
_SERIAL = re.compile(r"^ Volume Serial Number is (?P<serial>[0-9A-F]{4}-[0-9A-F]{4})$")
_FOLDER = re.compile(r"^ Directory of (?P<folder>\S.*)$")
_ENTRY = re.compile(r"^(?P<date>\d{1,4}[-/.]\d\d[-/.]\d{2,4}) +(?P<time>\d\d:\d\d(?: [AP]M)?) +"
                    r"(?P<what><DIR>|<JUNCTION>|<SYMLINKD?>|[\d,]+) +(?P<name>\S.*)$")
_FILES = re.compile(r"^ +(?P<count>[\d,]+) File\(s\) +(?P<bytes>[\d,]+) bytes$")
_FREE = re.compile(r"^ +(?P<count>[\d,]+) Dir\(s\) +(?P<bytes>[\d,]+) bytes free$")


def _int(written: str) -> int:
    return int(written.replace(",", ""))


#  Volume in drive D is ARCHIVE
#  Volume Serial Number is 1A2B-3C4D
#
#  Directory of D:\dicom
#
# 11/20/2026  04:12 PM             6,118 index.db
#                1 File(s)          6,118 bytes
#                0 Dir(s)  61,204,447,232 bytes free
@parser("windows.dir")
def directory(text: str) -> dict[str, Any]:
    """dir in English: {"drive", "label" or None, "serial", "free_bytes", "entries": [{"folder", "name", "kind": file,
    dir, junction, symlink or symlinkd, "bytes": None for what is no file, "modified_as_written"}]}. The totals are
    counted again; without the closing line the answer is cut off."""
    found: dict[str, Any] = {"drive": None, "label": None, "serial": None, "free_bytes": None, "entries": []}
    folder, since = None, 0
    for line in lines_of(text):
        if not line.strip():
            continue
        if found["free_bytes"] is not None:
            fail("a line after the end of the answer", line)
        if match := _VOLUME.match(line):
            found |= {"drive": match["drive"], "label": match["label"]}
        elif match := _SERIAL.match(line):
            found["serial"] = match["serial"]
        elif match := _FOLDER.match(line):
            folder = match["folder"]
        elif match := _ENTRY.match(line):
            if folder is None:
                fail("an entry before its folder", line)
            found["entries"].append(_entry(match, folder))
        elif match := _FILES.match(line):
            since = _total(match, found["entries"], since)
        elif match := _FREE.match(line):
            found["free_bytes"] = _int(match["bytes"])
        else:
            fail("no line of dir in English", line)
    if found["drive"] is None or found["free_bytes"] is None:
        fail("no volume or no free space: cut off")
    return found


def _entry(match: re.Match[str], folder: str) -> dict[str, Any]:
    size = None if match["what"].startswith("<") else _int(match["what"])
    kind = match["what"].strip("<>").lower() if size is None else "file"
    return {"folder": folder, "name": match["name"], "kind": kind, "bytes": size,
            "modified_as_written": f"{match['date']} {match['time']}"}


def _total(match: re.Match[str], entries: list[dict[str, Any]], since: int) -> int:
    """Compare a total with the entries it counts: those since the last one, or (`dir /s`) all of them."""
    counted = [[one["bytes"] for one in some if one["bytes"] is not None] for some in (entries[since:], entries)]
    if (_int(match["count"]), _int(match["bytes"])) not in [(len(files), sum(files)) for files in counted]:
        fail("the total does not count the files read: cut off", match[0])
    return len(entries)
