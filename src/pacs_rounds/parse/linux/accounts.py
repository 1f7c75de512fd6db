"""Accounts: /etc/passwd, and /etc/shadow as the probe shortens it on the target (the hash never travels)."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, refuse, whole

_NAME = re.compile(r"[^\s:/]{1,64}")
_NIS = re.compile(r"[+-]@?[\w.-]{0,64}")
STATES = ("set", "locked", "empty")


def _password(field: str) -> str:
    """What passwd's second field means, without repeating it: shadow, empty, locked or hash."""
    if field == "x":
        return "shadow"
    if field == "":
        return "empty"
    return "locked" if field.startswith(("!", "*")) else "hash"


# root:x:0:0:root:/root:/bin/bash
# +@admins::::::
@parser("linux.passwd")
def passwd(text: str) -> list[dict[str, Any]]:
    """`cat /etc/passwd`: name, password (shadow, empty, locked, hash, nis), uid, gid, home, shell.

    The GECOS field is dropped: it holds people's names and telephone numbers. uid and gid are None in NIS lines.
    """
    rows: list[dict[str, Any]] = []
    for number, line in lines(text):
        if line.startswith("#"):
            continue
        fields = line.split(":")
        name = fields[0]
        if name.startswith(("+", "-")) and _NIS.fullmatch(name) and len(fields) in (1, 7):
            rows.append({"name": name, "password": "nis", "uid": None, "gid": None, "home": None, "shell": None})
            continue
        uid, gid = (whole(fields[2]), whole(fields[3])) if len(fields) == 7 else (None, None)
        if uid is None or gid is None or not _NAME.fullmatch(name):
            refuse(number, name, "expected the seven fields of an account")
        rows.append({"name": name, "password": _password(fields[1]), "uid": uid, "gid": gid, "home": fields[5],
                     "shell": fields[6]})
    return rows


def _days(number: int, name: str, field: str) -> int | None:
    if field in ("", "-1"):
        return None
    days = whole(field)
    if days is None:
        refuse(number, name, "expected numbers of days in the entry of this account")
    return days


# root:set:19450:99999:
# bin:locked:17834:99999:
@parser("linux.shadow")
def shadow(text: str) -> list[dict[str, Any]]:
    """The probe's `name:state:changed:max:expires`: name, password (set, locked, empty), changed_days (days since
    1970 of the last change; 0 = must change at next login), max_days, expires_days (days since 1970); None = unset.
    """
    rows: list[dict[str, Any]] = []
    for number, line in lines(text):
        fields = line.split(":")
        name = fields[0]
        if len(fields) != 5 or fields[1] not in STATES or not _NAME.fullmatch(name):
            refuse(number, name, "expected name:state:changed:max:expires with state set, locked or empty")
        changed, longest, expires = (_days(number, name, field) for field in fields[2:])
        rows.append({"name": name, "password": fields[1], "changed_days": changed, "max_days": longest,
                     "expires_days": expires})
    return rows
