"""What runs: ps and systemctl."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, refuse, whole

_STATE = re.compile(r"[DIRSTtWXxZKPNLls<+|]{1,8}")
_PS_HEADING = re.compile(r"\s*(?:[A-Z%][A-Z0-9%_]*\s+)*PID\s+(?:[A-Z%][A-Z0-9%_]*\s+)*(?:COMMAND|CMD|ARGS)")
_COLUMNS = {"PID": "pid", "PPID": "ppid", "STAT": "state", "S": "state", "USER": "user", "UID": "user",
            "COMMAND": "command", "CMD": "command", "ARGS": "command"}

UNIT_TYPES = ("service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer", "slice", "scope",
              "snapshot", "busname")
_UNIT = re.compile(r"\S{1,512}\.(?:" + "|".join(UNIT_TYPES) + r")")
_WORD = re.compile(r"[a-z][a-z-]{1,30}")
# What systemctl prints below the list when it was not told --no-legend.
_LEGEND = re.compile(r"(?:Legend: )?(?:LOAD|ACTIVE|SUB|JOB)\s+(?:=|→) .*|\d+ (?:loaded )?units listed\..*|"
                     r"Pass --all .*|To show all installed unit files use .*")


#     PID    PPID STAT USER     COMMAND
#       1       0 Ss   root     /usr/lib/systemd/systemd --switched-root --system
#    2191       1 Ssl  oracle   ora_pmon_PACS
@parser("linux.ps")
def ps(text: str) -> list[dict[str, Any]]:
    """`ps -eo pid,ppid,stat,user,args`; `ps -ef` and `ps aux` are read by their headings too.

    Rows: pid, ppid, state (as ps prints it, first letter is the state), user, command; None where ps was not asked.
    """
    heading: list[str] | None = None
    rows: list[dict[str, Any]] = []
    for number, line in lines(text):
        if heading is None:
            if len(line) > 500 or not _PS_HEADING.fullmatch(line):
                refuse(number, line, "expected the heading of ps")
            heading = line.split()
            if "STARTED" in heading:
                refuse(number, line, "expected columns of one word each (STARTED has up to five)")
            continue
        fields = line.split(None, len(heading) - 1)
        if len(fields) == len(heading) - 1:
            fields.append("")  # a process may empty its own command line
        row = _process(heading, fields)
        if row is None:
            refuse(number, line, f"expected the columns {' '.join(heading)[:80]}")
        rows.append(row)
    if not rows:
        raise ParseError("ps: a heading without any process")
    return rows


def _process(heading: list[str], fields: list[str]) -> dict[str, Any] | None:
    if len(fields) != len(heading):
        return None
    named = {_COLUMNS[name]: value for name, value in zip(heading, fields, strict=True) if name in _COLUMNS}
    pid, ppid, state = whole(named["pid"]), named.get("ppid"), named.get("state")
    parent = whole(ppid) if ppid is not None else None
    if pid is None or (ppid is not None and parent is None) or (state is not None and not _STATE.fullmatch(state)):
        return None
    return {"pid": pid, "ppid": parent, "state": state, "user": named.get("user"), "command": named["command"]}


# sshd.service        loaded    active   running OpenSSH server daemon
# chronyd.service     loaded    failed   failed  NTP client/server
# ntpd.service        not-found inactive dead    ntpd.service
@parser("linux.systemctl")
def systemctl(text: str) -> list[dict[str, Any]]:
    """`systemctl list-units --all`, with or without legend and bullets: unit, load, active, sub, description."""
    rows: list[dict[str, Any]] = []
    for number, line in lines(text):
        plain = line.strip().lstrip("●*○×↻").strip()
        if re.fullmatch(r"UNIT\s+LOAD\s+ACTIVE\s+SUB(?:\s+JOB)?\s+DESCRIPTION", plain) or _LEGEND.fullmatch(plain):
            continue
        fields = plain.split(None, 4)
        if len(fields) < 4 or not _UNIT.fullmatch(fields[0]) or not all(_WORD.fullmatch(word) for word in fields[1:4]):
            refuse(number, line, "expected unit, load, active and sub state")
        rows.append({"unit": fields[0], "load": fields[1], "active": fields[2], "sub": fields[3],
                     "description": fields[4] if len(fields) > 4 else ""})
    if not rows:
        raise ParseError("systemctl: no unit listed")
    return rows
