"""Copies of backups on another host, and the two ends of the image store."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.backup.lines import Section, fail, sections, whole
from pacs_rounds.parse.oracle_text import Fields

_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
MOST_FILES = 20_000


# == copy PACS /backup/from-pacs-a
# 1795000000.5 1073741824 0a3f1k2q_1_1
# == end
@parser("backup.copies")
def copies(text: str) -> Fields:
    """{"copies": [{"of": whose backup, "path", "state": read, absent, refused or cut (more files than are listed),
    "files": [{"name", "bytes", "modified": epoch seconds}]}]}, the newest first."""
    found = []
    for one in sections(text):
        words = one.words[1:] if one.kind in ("absent", "refused") else one.words
        if one.kind not in ("copy", "absent", "refused") or len(words) < 2:
            raise fail("no copy", " ".join([one.kind, *one.words]))
        files = [_file(line) for line in one.lines]
        state = {"copy": "read"}.get(one.kind, one.kind)
        found.append({"of": words[0], "path": " ".join(words[1:]),
                      "state": "cut" if len(files) >= MOST_FILES else state, "files": files})
    return {"copies": found}


def _file(line: str) -> Fields:
    modified, _, rest = line.partition(" ")
    size, _, name = rest.partition(" ")
    if not name:
        raise fail("no time, size and name of a file", line)
    return {"name": name, "bytes": whole(size, line), "modified": whole(modified, line)}


# == images /archive 20261122 sha256sum
# day 2026/11/20 3120 941000333 1795338195
# day 2026/11/21 absent
# sample 1d3d6b…9a0c 524800 1f64a9…1ba0
# == end
@parser("backup.images")
def images(text: str) -> Fields:
    """{"root" (None where none is agreed), "state": read, absent or refused, "seed", "hash": the program, "days":
    [{"day", "state": read, absent or failed, "files", "bytes", "newest": epoch seconds}], "sample": [{"path": hash of
    its path, "bytes" (None: not readable), "content": hash}]}."""
    parts = sections(text)
    if not parts:
        return {"root": None, "state": "not agreed", "seed": None, "hash": None, "days": [], "sample": []}
    if len(parts) > 1:
        raise fail("more than one image store", parts[1].kind)
    one = parts[0]
    if one.kind in ("absent", "refused") and len(one.words) >= 2 and one.words[0] == "images":
        return {"root": " ".join(one.words[1:]), "state": one.kind, "seed": None, "hash": None, "days": [],
                "sample": []}
    if one.kind != "images" or len(one.words) < 3:
        raise fail("no image store", " ".join([one.kind, *one.words]))
    return _ends(one)


def _ends(one: Section) -> Fields:
    days, sample = [], []
    for line in one.lines:
        words = line.split(" ")
        if words[0] == "day" and len(words) == 3 and words[2] in ("absent", "failed"):
            days.append({"day": words[1], "state": words[2], "files": 0, "bytes": 0, "newest": None})
        elif words[0] == "day" and len(words) == 5:
            files, size, newest = (whole(word, line) for word in words[2:])
            days.append({"day": words[1], "state": "read", "files": files, "bytes": size, "newest": newest})
        elif words[0] == "sample" and len(words) == 4 and _HASH.fullmatch(words[1]) and _HASH.fullmatch(words[3]):
            size_or_none = None if words[2] == "unreadable" else whole(words[2], line)
            sample.append({"path": words[1], "bytes": size_or_none, "content": words[3]})
        else:
            raise fail("no day and no sample of an image store", line)
    failed = {day["day"] for day in days if day["state"] == "failed"}  # told beside what could be counted
    return {"root": " ".join(one.words[:-2]), "state": "read", "seed": one.words[-2], "hash": one.words[-1],
            "days": [day for day in days if day["state"] == "failed" or day["day"] not in failed], "sample": sample}
