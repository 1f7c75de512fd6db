"""What each line of a management controller's settings is about: numbers tell nobody. Pure."""

from __future__ import annotations

import re

from pacs_rounds.parse.ibm_imm.settings import place
from pacs_rounds.parse.snmp_text import oid_of

_OID = re.compile(r"\.?(?P<oid>1(?:\.\d{1,10}){5,60}) = ")


def named(line: str) -> str:
    """A line of a difference with what it is about behind it; any other line as it is."""
    match = _OID.match(line[1:])
    section, name, row = place(oid_of(match["oid"])) if match else ("", "", "")
    return f"{line}  [{section}: {_of(name, row)}]" if section else line


def headings(lines: list[str]) -> list[tuple[str, ...]]:
    """Section and name of the object above each line, such as ("users", "login of row 3")."""
    found: list[tuple[str, ...]] = []
    for line in lines:
        match = _OID.match(line)
        section, name, row = place(oid_of(match["oid"])) if match else ("", "", "")
        found.append((section, _of(name, row)) if section else ())
    return found


def _of(name: str, row: str) -> str:
    return f"{name} of row {row}" if row not in ("", "0") else name
