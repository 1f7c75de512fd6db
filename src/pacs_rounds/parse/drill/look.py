"""The look at a drill host before anything is done there."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser

_NUMBERS = {"free_kb", "backup_kb", "links", "segment_bytes", "checksums"}
_TEXTS = {"host", "account", "moment", "target", "backup", "format", "version", "system_identifier", "started",
          "start_segment", "manifest", "server", "port", "wal_archive", "oracle_home", "instance"}
_LISTS = {"address", "tool", "wal", "running"}
_ALWAYS = ("host", "moment", "target")


# host drill-1
# account postgres
# moment 2026-11-22T09:00:00Z
# address 192.0.2.9
# target absent
# free_kb 81234567
# backup /backup/postgres/base/20261121
# backup_kb 412345
# format plain
# version 15
# links 0
# system_identifier 7710917628243219280
# segment_bytes 16777216
# started 2026-11-21 18:00:03 UTC
# start_segment 000000010000000000000002
# manifest present
# server 15.18 (Debian 15.18-0+deb12u1)
# tool pg_ctl
# port free
# running /var/lib/postgresql/15/main 7310000000000000001
# wal 000000010000000000000002
# wal_archive present
# end look
@parser("drill.look")
def look(text: str) -> dict[str, Any]:
    """Texts and numbers by their word; address, tool, wal and running are lists (running: {directory, identifier})."""
    lines = text.rstrip("\n").split("\n")
    if lines[-1] != "end look":
        raise ParseError(f"the look ends in the middle: {lines[-1][:80]!r}")
    data: dict[str, Any] = {name: [] for name in sorted(_LISTS)}
    for number, line in enumerate(lines[:-1], start=1):
        word, _, value = line.partition(" ")
        value = value.strip()
        if word in _LISTS:
            data[word].append(value)
        elif word in _NUMBERS and value:
            if not re.fullmatch(r"\d{1,18}", value):
                raise ParseError(f"line {number}: {word} is {value[:40]!r}, not a number")
            data[word] = int(value)
        elif word in _NUMBERS | _TEXTS and word not in data:
            data[word] = value or None
        else:
            raise ParseError(f"line {number}: {line[:80]!r} is nothing a look says")
    for name in _ALWAYS:
        if not data.get(name):
            raise ParseError(f"{name} is missing")
    data["running"] = [dict(zip(("directory", "identifier"), f"{one} unknown".split(), strict=False))
                       for one in data["running"]]
    return data
