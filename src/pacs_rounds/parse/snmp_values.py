"""SNMP values as they were read, and how tables are made of them by column and index. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pacs_rounds.model import ParseError

Oid = tuple[int, ...]
Value = int | float | str | bytes | None

NO_OBJECT, NO_INSTANCE, END_OF_MIB = "no_such_object", "no_such_instance", "end_of_mib"
ABSENT = frozenset({NO_OBJECT, NO_INSTANCE, END_OF_MIB})
NUMBERS = frozenset({"integer", "counter32", "gauge32", "counter64", "timeticks", "number"})


@dataclass(frozen=True, slots=True)
class VarBind:
    """One object and its value.

    `type` is one of NUMBERS (int; Timeticks: float seconds; `number`: int of a type the text does not name), `string`
    (str), `hex` (bytes), `oid` (dotted str without leading dot), `ip_address` (str), `opaque` (float or bytes),
    `null` (None) or one of ABSENT (None).
    """

    oid: Oid
    type: str
    value: Value
    line: int = 0

    @property
    def number(self) -> int | float:
        """The number, of any numeric type. ParseError when it is none: what cannot be read is not zero."""
        if self.type in NUMBERS and isinstance(self.value, int | float):
            return self.value
        raise self.wrong("a number")

    @property
    def integer(self) -> int:
        """The whole number; Timeticks are seconds and therefore none."""
        if self.type in NUMBERS and isinstance(self.value, int):
            return self.value
        raise self.wrong("an integer")

    @property
    def text(self) -> str:
        """The string, also where it was printed in hex (a trailing NUL, UTF-8); an OID or address as it is written.
        Its lines end with LF, whatever the agent ends them with."""
        if isinstance(self.value, bytes):
            try:
                return self.value.rstrip(b"\0").decode("utf-8").replace("\r\n", "\n")
            except UnicodeDecodeError:
                raise self.wrong("text") from None
        if isinstance(self.value, str):
            return self.value.replace("\r\n", "\n")
        raise self.wrong("text")

    @property
    def octets(self) -> bytes:
        """The octet string, however it was printed (a MAC address of printable characters is a STRING)."""
        if isinstance(self.value, bytes):
            return self.value
        if self.type == "string" and isinstance(self.value, str):
            return self.value.encode("utf-8")
        raise self.wrong("octets")

    def wrong(self, wanted: str) -> ParseError:
        """The error for a value that is not what the MIB says: "line 3: .1.3.6 holds …, not a number"."""
        return ParseError(f"line {self.line}: {dotted(self.oid)} holds {self.type} {str(self.value)[:40]!r}, "
                          f"not {wanted}")


def dotted(oid: Oid) -> str:
    """As net-snmp writes it, with a leading dot."""
    return "".join(f".{part}" for part in oid)


def oid_of(written: str) -> Oid:
    """`.1.3.6`, `1.3.6` or `iso.3.6` as numbers; ValueError for names."""
    plain = _TOP.sub(lambda match: _TOPS[match[1]], written.strip()).lstrip(".")
    return tuple(map(int, plain.split(".")))


_TOPS = {"ccitt": "0", "iso": "1", "joint-iso-ccitt": "2"}
_TOP = re.compile(r"^\.?(ccitt|iso|joint-iso-ccitt)\b")


def under(rows: Iterable[VarBind], base: str) -> list[VarBind]:
    """The values that exist below an OID (`1.3.6.1.2.1.1`) or at it."""
    root = oid_of(base)
    return [row for row in rows if row.type not in ABSENT and row.oid[:len(root)] == root]


def scalar(rows: Iterable[VarBind], oid: str) -> VarBind | None:
    """The value of one object (`1.3.6.1.2.1.1.1.0`), or None where the agent has none or was not asked."""
    wanted = oid_of(oid)
    return next((row for row in rows if row.oid == wanted and row.type not in ABSENT), None)


def column(rows: Iterable[VarBind], base: str) -> dict[Oid, VarBind]:
    """A table's column by index: `{(1,): …, (2,): …}` in the text's order. Two values at one index: ParseError."""
    root, found = oid_of(base), dict[Oid, VarBind]()
    for row in rows:
        if row.type in ABSENT or len(row.oid) <= len(root) or row.oid[:len(root)] != root:
            continue
        before = found.setdefault(row.oid[len(root):], row)
        if (before.type, before.value) != (row.type, row.value):
            raise ParseError(f"line {row.line}: {dotted(row.oid)} was {str(before.value)[:40]!r} in line {before.line}")
    return found


def table(rows: Iterable[VarBind], entry: str, columns: Mapping[int, str]) -> dict[Oid, dict[str, VarBind]]:
    """A table by index: `table(rows, "…22.1", {2: "type", 3: "status"})` → `{(1,): {"type": …, "status": …}, …}`.

    `entry` is the OID of the table's entry. A cell that the agent does not have is not in its row; sorted by index.
    """
    known = list(rows)
    made: dict[Oid, dict[str, VarBind]] = {}
    for number, name in columns.items():
        for index, row in column(known, f"{entry.strip('.')}.{number}").items():
            made.setdefault(index, {})[name] = row
    return dict(sorted(made.items()))
