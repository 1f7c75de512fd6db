"""Both sides of a copy, from what backup_verify has kept of this very run, as one text per host that holds copies.

A copy proves nothing alone: what it is a copy of must have been asked in the same round. The text quotes the raw
answers of both hosts, so that the comparison can be judged again from the archive.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pacs_rounds.evidence.layout import payload, read_jsonl
from pacs_rounds.model import BadInput

COMMAND = "backup sides"
ROLE = "backup_verify"
IMAGES, COPIES, PIECES, DATABASE = "backup images", "backup copies", "sqlplus backup_pieces", "sqlplus backup_database"


def gather(run_dir: Path, agreed: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The text of each host; `agreed` is host -> its `rounds_backup`. Hosts that hold no copy are left out."""
    found = {}
    for host, one in agreed.items():
        parts: list[str] = []
        source = (one.get("images") or {}).get("copy_of")
        if source:
            parts += [*_side(run_dir, "images here", host, IMAGES), *_side(run_dir, "images there", source, IMAGES)]
        if one.get("copies"):
            parts += _side(run_dir, "copies here", host, COPIES)
            for origin in dict.fromkeys(str(copy["of"]) for copy in one["copies"].values()):
                parts += _side(run_dir, f"pieces of {origin}", origin, PIECES)
                parts += _side(run_dir, f"database of {origin}", origin, DATABASE)
        if parts:
            found[host] = "\n".join([*parts, "== end"]) + "\n"
    return found


def _side(run_dir: Path, what: str, host: str, command: str) -> list[str]:
    """One answer, quoted line by line; or why there is none. The time is that of the answer's end."""
    data = payload(run_dir)
    path = data / "answers" / host / f"{ROLE}.jsonl"
    try:
        row = next((one for one in read_jsonl(path) if one["command"] == command), None) if path.exists() else None
        if row is None:
            return [f"== unanswered {what} not_run {host} was not asked in this round"]
        if row["reason"] or not row["sha256"]:
            return [f"== unanswered {what} {row['reason'] or 'empty'} {' '.join(row['detail'].split()) or 'no text'}"]
        text = (data / "raw" / f"{row['sha256']}.txt").read_bytes().decode("utf-8")
    except (BadInput, OSError, KeyError, ValueError) as error:
        return [f"== unanswered {what} unparsable {type(error).__name__}"]
    return [f"== side {what} {host} {row['ended']}", *(f"| {line}" for line in text.rstrip("\n").split("\n"))]
