"""Logs of RMAN and Data Pump, as many of the newest as the probe brings, each understood by its own reader."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds import parse
from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.backup.lines import Section, fail, sections, whole
from pacs_rounds.parse.oracle_text import Fields

_KINDS = ("rman", "datapump")
_STATES = {"directory": "read", "absent": "absent", "refused": "refused"}
LARGEST = 300_000
_VALIDATE = re.compile(r"\bvalidate\b", re.IGNORECASE)
_LOGICAL = re.compile(r"\bcheck\s+logical\b", re.IGNORECASE)
_COVERS = {"database": r"\brestore\s+(?:[^;]*\b)?database\b[^;]*\bvalidate\b", "controlfile":
           r"\brestore\s+(?:[^;]*\b)?controlfile\b[^;]*\bvalidate\b", "spfile":
           r"\brestore\s+(?:[^;]*\b)?spfile\b[^;]*\bvalidate\b", "archivelog":
           r"\brestore\s+(?:[^;]*\b)?archivelog\b[^;]*\bvalidate\b"}
_CONTENTS = {"datafile": "database", "archived log": "archivelog", "control file": "controlfile", "spfile": "spfile"}


# == directory rman PACS /backup/PACS/logs
# == log rman PACS 1795000000.5 5120 /backup/PACS/logs/nightly.log
# | Recovery Manager: Release 11.2.0.4.0 - Production on Fri Nov 20 22:00:01 2026
# == end
@parser("backup.logs")
def logs(text: str) -> Fields:
    """{"directories": [{"kind": rman or datapump, "database", "path", "state": read, absent, refused}], "logs":
    [{"kind", "database", "path", "modified": epoch seconds, "bytes", "refused": None or why its own reader does not
    take it, "said": what it says (see `_rman`, `_datapump`) or None}]}. A log longer than the probe brings is refused
    as cut."""
    directories: list[Fields] = []
    found: list[Fields] = []
    for one in sections(text):
        if len(one.words) < 3 or one.words[0] not in _KINDS:
            raise fail("no directory or log of a kind known here", " ".join([one.kind, *one.words]))
        if one.kind in _STATES:
            if one.lines:
                raise fail("a line below a directory", one.lines[0])
            directories.append({"kind": one.words[0], "database": one.words[1], "path": " ".join(one.words[2:]),
                                "state": _STATES[one.kind]})
        elif one.kind in ("log", "unreadable") and len(one.words) >= 5:
            found.append(_log(one))
        else:
            raise fail("no section of this answer", " ".join([one.kind, *one.words]))
    return {"directories": directories, "logs": found}


def _log(section: Section) -> Fields:
    kind, database, modified, size, *path = section.words
    line = " ".join(section.words)
    one: Fields = {"kind": kind, "database": database, "path": " ".join(path), "modified": whole(modified, line),
                   "bytes": whole(size, line), "refused": None, "said": None}
    if any(not text.startswith("|") for text in section.lines):
        raise fail("a line of a log without its mark", next(t for t in section.lines if not t.startswith("|")))
    text = "\n".join(text[2:] for text in section.lines)
    if section.kind == "unreadable":
        one["refused"] = "the file cannot be read by this user"
    elif one["bytes"] > LARGEST:
        one["refused"] = f"cut off: {one['bytes']} bytes are more than {LARGEST}"
    elif not text.strip():
        one["refused"] = "the log is empty"
    else:
        try:
            one["said"] = _rman(text) if kind == "rman" else _datapump(text)
        except ParseError as error:
            one["refused"] = str(error)
    return one


def _rman(text: str) -> dict[str, Any]:
    """{"complete", "ended": RMAN's farewell, "operations": their names, "wrote": whether a piece or copy was written,
    "errors" and "warnings": codes and words, "covers": of what it read the backups to their end, "check_logical",
    "corruption": block corruption met, "validation_failed", "obsolete"…}."""
    said = parse.parse("rman.session", text)
    commands = " ".join(said["commands"])
    read = [part for one in said["operations"] for part in one.get("validated") or []]
    corrupt = False
    if read or _VALIDATE.search(commands):
        try:
            corrupt = bool(parse.parse("rman.validate", text)["corruption_found"])
        except ParseError:
            read = []
    whole_run = bool(said["complete"]) and all(part["complete"] for part in read)
    return {
        "complete": bool(said["complete"]), "ended": bool(said["ended"]),
        "operations": [one["operation"] for one in said["operations"]],
        "failed": [one["operation"] for one in said["operations"] if one["failed"]],
        "wrote": any(made.get("pieces") or made.get("copies") for one in said["operations"]
                     for made in (one, *one.get("sets", ()))),
        "errors": [f"{one['code']}: {one['message']}" for one in said["errors"]],
        "warnings": [f"{one['code']}: {one['message']}" for one in said["warnings"]],
        "covers": _covers(commands, read) if whole_run and read else [],
        "check_logical": bool(_LOGICAL.search(commands)), "corruption": corrupt,
        "read": bool(read), "deleted": len(said["deleted"]),
        "expired": [one["name"] for one in said["crosschecked"] if one["status"] == "EXPIRED"]}


def _covers(commands: str, read: list[dict[str, Any]]) -> list[str]:
    """What a validation read: as commanded, or, where the log does not quote its commands, by what was read."""
    found = {name for name, pattern in _COVERS.items() if re.search(pattern, commands, re.IGNORECASE)}
    for part in read:
        found |= {name for word, name in _CONTENTS.items() if str(part["content"]).startswith(word)
                  and "backup set" in str(part["content"])}
    return sorted(found)


def _datapump(text: str) -> dict[str, Any]:
    """{"program", "outcome", "complete", "job", "errors": code to number, "tables", "rows", "files",
    "estimate_only"}."""
    said = parse.parse("datapump.log", text)
    return {"program": said["program"], "outcome": said["outcome"], "complete": bool(said["complete"]),
            "job": said["job"], "errors": said["error_counts"], "tables": len(said["tables"]),
            "rows": sum(one["rows"] or 0 for one in said["tables"]), "files": len(said["dump_files"]),
            "estimate_only": said["estimate_only"]}
