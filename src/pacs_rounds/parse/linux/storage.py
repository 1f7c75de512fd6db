"""Space and mounts: df, df -i, /proc/mounts (or mount), du."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, refuse, whole

_UNITS = {"B": 1, "K": 1024, "kB": 1000, "M": 1024 ** 2, "MB": 1000 ** 2, "G": 1024 ** 3, "GB": 1000 ** 3,
          "T": 1024 ** 4, "TB": 1000 ** 4}
_BLOCKS = re.compile(r"(\d+)(B|K|kB|M|MB|G|GB|T|TB)?-blocks")
_PERCENT = re.compile(r"(\d{1,4})%|-")
_SIZE = re.compile(r"-?\d{1,30}|-")
_HUMAN = re.compile(r"-?\d{1,20}(?:\.\d+)?[kKMGTPEZY]?B?|-")
_TROUBLE = re.compile(r"(?:df|du): (?:cannot (?:read|access)(?: directory)? )?['`‘\"]?([/.].*?)['’\"]?: ([A-Z][^:]*)")
_MOUNT_POINT = re.compile(r"/|[A-Z]:\\")
"""A drive of Windows stands in the text that is made of `dir` there (oracle/windows_drives.py)."""
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOUNTED = re.compile(r" type ([\w.-]+) \(([^()]*(?:\([^()]*\)[^()]*)*)\)(?: \[.*\])?")


def trouble(line: str) -> dict[str, Any] | None:
    """"df: '/mnt/old': Stale file handle" as {mount, error}; None for any other line."""
    match = _TROUBLE.fullmatch(line.strip()) if len(line) < 5000 else None
    return {"mount": match[1], "error": match[2]} if match else None


def _block_bytes(number: int, header: str) -> int | None:
    """Bytes per block from df's heading; None for `df -h`, whose rounded sizes are nobody's number of bytes."""
    match = _BLOCKS.search(header)
    if match:
        return int(match[1]) * _UNITS.get(match[2] or "", 1)
    if " Size " not in header:
        refuse(number, header, "expected a df heading with the block size, or Size")
    return None


def _split(line: str, sizes: re.Pattern[str], typed: bool) -> list[str | None] | None:
    """Source, type, three numbers, percent, mount of one df row, or None when the row has another shape.

    Source and mount may contain blanks, so the row is anchored at "number number number percent /mount" (or a drive).
    """
    spans = [match.span() for match in re.finditer(r"\S+", line[:8192])]
    tokens = [line[start:end] for start, end in spans]
    first = 5 if typed else 4
    for place in range(first, len(tokens) - 1):
        if (_PERCENT.fullmatch(tokens[place]) and _MOUNT_POINT.match(tokens[place + 1])
                and all(sizes.fullmatch(token) for token in tokens[place - 3:place])):
            names = place - 4 if typed else place - 3
            source = line[spans[0][0]:spans[names - 1][1]]
            return [source, tokens[place - 4] if typed else None, *tokens[place - 3:place + 1],
                    line[spans[place + 1][0]:]]
    return None


def _rows(text: str, heading: re.Pattern[str]) -> tuple[int, str, list[list[str | None]], list[dict[str, Any]]]:
    """Heading (with its line number), split rows and troubles of any df. A long source stands on its own line."""
    header: tuple[int, str] | None = None
    rows: list[list[str | None]] = []
    troubles: list[dict[str, Any]] = []
    waiting = ""
    for number, line in lines(text):
        told = trouble(line)
        if told:
            troubles.append(told)
        elif header is None:
            if not heading.fullmatch(line.strip()):
                refuse(number, line, "expected the heading of df")
            header = (number, line)
        else:
            human = " Size " in header[1]
            typed = " Type " in header[1]
            row = _split(f"{waiting} {line}", _HUMAN if human else _SIZE, typed)
            if row is None and not waiting and len(line.split()) <= (2 if typed else 1) and not line[0].isspace():
                waiting = line
                continue
            if row is None or (waiting and row[0] != waiting.split()[0]):
                refuse(number, line, "expected source, numbers, percent and mount point")
            rows.append(row)
            waiting = ""
    if waiting:
        raise ParseError("df: the answer ends in the middle of a row")
    if header is None:
        raise ParseError("df: no heading" + (f"; {troubles[0]['mount']}: {troubles[0]['error']}" if troubles else ""))
    if not rows and not troubles:
        raise ParseError("df: a heading without any row")
    return *header, rows, troubles


def _percent(token: str | None) -> int | None:
    return None if token in (None, "-") else int(str(token).rstrip("%"))


def _scaled(token: str | None, unit: int | None) -> int | None:
    return None if token in (None, "-") or unit is None else int(str(token)) * unit


_DF_HEADING = re.compile(r"Filesystem\s+(?:Type\s+)?(?:\d+(?:[BKMGT]|kB|MB|GB|TB)?-blocks|Size)\s+Used\s+"
                         r"Avail(?:able)?\s+(?:Use%|Capacity)\s+Mounted on")
_INODE_HEADING = re.compile(r"Filesystem\s+(?:Type\s+)?Inodes\s+IUsed\s+IFree\s+(?:IUse%|Use%)\s+Mounted on")


# Filesystem              Type     1024-blocks     Used Available Capacity Mounted on
# /dev/mapper/vg00-root   xfs         51474912 12211344  39263568      24% /
@parser("linux.df")
def df(text: str) -> list[dict[str, Any]]:
    """`df -P -T -k` and its relatives (with or without type, -a, wrapped rows, 1M-blocks, -h).

    Rows: filesystem, type (None without -T), size_bytes, used_bytes, available_bytes (None where df prints "-", and
    with -h), used_percent as printed (rounded up by df), mount. A mount df could not read is {mount, error}.
    """
    number, header, rows, troubles = _rows(text, _DF_HEADING)
    unit = _block_bytes(number, header)
    found: list[dict[str, Any]] = [
        {"filesystem": source, "type": kind, "size_bytes": _scaled(size, unit), "used_bytes": _scaled(used, unit),
         "available_bytes": _scaled(free, unit), "used_percent": _percent(percent), "mount": mount}
        for source, kind, size, used, free, percent, mount in rows]
    return [*found, *troubles]


# Filesystem               Inodes  IUsed    IFree IUse% Mounted on
# /dev/mapper/vg00-root  25754112 168301 25585811    1% /
@parser("linux.df_inodes")
def df_inodes(text: str) -> list[dict[str, Any]]:
    """`df -P -i`: filesystem, type, inode_count, used_count, free_count, used_percent (None where it has no fixed
    number of inodes), mount. A mount df could not read is {mount, error}."""
    _, _, rows, troubles = _rows(text, _INODE_HEADING)
    found: list[dict[str, Any]] = []
    for source, kind, size, used, free, percent, mount in rows:
        count, taken, left = (_scaled(printed, 1) for printed in (size, used, free))
        found.append({"filesystem": source, "type": kind, "inode_count": count, "used_count": taken,
                      "free_count": left, "used_percent": _percent(percent), "mount": mount})
    return [*found, *troubles]


def _unescaped(field: str) -> str:
    r"""/proc/mounts writes blanks as \040, tabs as \011, newlines as \012 and backslashes as \134."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)


def _mount(number: int, line: str) -> dict[str, Any]:
    fields = line.split(" ")
    if len(fields) == 6 and fields[4].isdigit() and fields[5].isdigit():
        source, mount, kind, options = (_unescaped(field) for field in fields[:4])
    else:
        source, on, rest = line[:8192].partition(" on ")
        place = rest.rfind(" type ")
        match = _MOUNTED.fullmatch(rest, place) if place > 0 else None
        if not on or not match:
            refuse(number, line, "expected source, mount point, type and options")
        mount, kind, options = rest[:place], match[1], match[2]
    if not mount.startswith("/") and kind not in ("nsfs", "sockfs", "pipefs", "bdev"):
        refuse(number, line, "expected an absolute mount point")
    return {"filesystem": source, "mount": mount, "type": kind, "options": options.split(",")}


# /dev/mapper/vg00-root / xfs rw,relatime,attr2,inode64,noquota 0 0
@parser("linux.mounts")
def mounts(text: str) -> list[dict[str, Any]]:
    """`cat /proc/mounts`, or `mount`: filesystem, mount, type, options (list) in the order of mounting."""
    return [_mount(number, line) for number, line in lines(text)]


# 1873412	/var/log
@parser("linux.du")
def du(text: str) -> list[dict[str, Any]]:
    """`du -sk DIR...`: directory and size_bytes; what du could not read is {directory, error}, its size missing
    from the sum."""
    found: list[dict[str, Any]] = []
    for number, line in lines(text):
        told = trouble(line)
        if told:
            found.append({"directory": told["mount"], "error": told["error"]})
            continue
        size, tab, directory = line.partition("\t")
        kilobytes = whole(size)
        if not tab or kilobytes is None or not directory:
            refuse(number, line, "expected kilobytes, a tab and a directory")
        found.append({"directory": directory, "size_bytes": kilobytes * 1024})
    if all("error" in row for row in found):
        raise ParseError(f"du: no size: {found[0]['error']}")
    return found
