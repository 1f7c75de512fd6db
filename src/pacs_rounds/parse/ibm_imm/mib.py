"""What the tables of the IMM-MIB (version 1.45, common to IMM1 and IMM2) have in common. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pacs_rounds.model import ParseError
from pacs_rounds.parse.snmp_text import ABSENT, Oid, VarBind, oid_of, read, scalar, table, under

IMM = "1.3.6.1.4.1.2.3.51.3"
_SYSTEM = "1.3.6.1.2.1.1.1.0"
Cells = dict[str, VarBind]


def rows_of(text: str, base: str, what: str) -> list[VarBind]:
    """The values below one OID. An agent that says it has no such object gives an empty list: the part is IMM2-only.
    A text that never speaks of it is a ParseError, which tells who answered instead where the text says so."""
    said = read(text)
    found = under(said, base)
    root = oid_of(base)
    if found:
        return found
    if any(row.type in ABSENT and (row.oid[:len(root)] == root or root[:len(row.oid)] == row.oid) for row in said):
        return []
    device = scalar(said, _SYSTEM)
    words = f"; the device is {device.text[:60]!r}" if device else ""
    raise ParseError(f"no {what} ({base}) in the text{words}")


def entries(rows: list[VarBind], entry: str, columns: Mapping[int, str], count: str = "") -> dict[Oid, Cells]:
    """A table's rows by index.

    A walk goes column by column: when its last column ends before the others, or its rows are fewer than the agent
    counted where it tells no index, the text was cut off: ParseError. A hole in between is a cell that the agent lacks.
    """
    known = {1: "index", **columns}  # column 1 of every table: a text that ends after it still tells how many rows
    found = table(rows, entry, known)
    last = next((name for number, name in sorted(known.items(), reverse=True)
                 if any(name in cells for cells in found.values())), "")
    final = next(reversed(found), ())
    if found and last not in found[final]:
        raise ParseError(f"cut off: {last} of row {'.'.join(map(str, final))} is missing in {entry}")
    indexed = any("index" in cells for cells in found.values())
    counted = scalar(rows, count) if count and not indexed else None
    if counted is not None and counted.integer > len(found):
        raise ParseError(f"cut off: the agent counts {counted.integer} rows in {entry}, the text has {len(found)}")
    return found


def need(cells: Cells, name: str, index: Oid) -> VarBind:
    """A cell without which the row says nothing."""
    if name not in cells:
        raise ParseError(f"cut off: row {'.'.join(map(str, index))} has no {name}")
    return cells[name]


def text_of(cells: Cells, name: str) -> str | None:
    """A text cell without blanks at its ends; None where the table has no such column."""
    return cells[name].text.strip() if name in cells else None


def number_of(cell: VarBind) -> int | None:
    """A reading. A sensor without one answers with a word: None. Anything else is a ParseError, never zero."""
    if isinstance(cell.value, str | bytes):
        said = cell.text.strip()
        if re.fullmatch(r"-?\d{1,9}", said):
            return int(said)
        if said.lower() in {"", "n/a", "na", "unavailable", "not available", "offline", "unknown"}:
            return None
        raise cell.wrong("a reading")
    return cell.integer


def limit_of(cells: Cells, name: str) -> int | None:
    """A limit. The IMM writes 0 for one that the sensor does not have."""
    value = number_of(cells[name]) if name in cells else None
    return value or None
