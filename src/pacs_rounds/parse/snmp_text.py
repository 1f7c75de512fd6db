r"""SNMP answers as text: net-snmp's `-On` output (also `-Oen`, `-Ot`, `iso.` names) and `.snmprec` records.

    .1.3.6.1.2.1.1.1.0 = STRING: "two lines,
    one value"
    .1.3.6.1.2.1.1.3.0 = Timeticks: (8445123) 23:27:31.23
    .1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1A 64 0B 0C 0D
    .1.3.6.1.2.1.99.1 = No Such Object available on this agent at this OID
    1.3.6.1.2.1.2.2.1.6.2|4x|001a640b0c0e

`read` gives VarBinds in the order of the text; `column`, `table`, `scalar` pick from them. A line that is none of
these, a cut-off value and a walk that ended in an error raise ParseError. An agent that lacks an object is no error:
its VarBind has a type of `ABSENT` and no value, and the helpers leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pacs_rounds.model import ParseError
from pacs_rounds.parse.snmp_values import (
    ABSENT,
    END_OF_MIB,
    NO_INSTANCE,
    NO_OBJECT,
    NUMBERS,
    Oid,
    Value,
    VarBind,
    column,
    dotted,
    oid_of,
    scalar,
    table,
    under,
)

__all__ = ["ABSENT", "NUMBERS", "Oid", "Value", "VarBind", "column", "dotted", "oid_of", "read", "scalar", "table",
           "under"]

SHORTEST_OID = 5
_OID = r"\.?(?:(?:iso|ccitt|joint-iso-ccitt|[0-2])(?:\.\d{1,10}){1,127})"
# .1.3.6.1.2.1.1.3.0 = Timeticks: (8445123) 23:27:31.23
_LINE = re.compile(rf"(?P<oid>{_OID}|\.[0-2])[ \t]+=(?:[ \t](?P<value>.*))?", re.DOTALL)
# 1.3.6.1.2.1.1.3.0|67|8445123
_RECORD = re.compile(rf"(?P<oid>{_OID})\|(?P<tag>\d{{1,3}})(?P<form>[xe]?)\|(?P<value>.*)")
_TYPED = re.compile(r"(?:Wrong Type \([^)]*\): )?(?P<type>[A-Z][A-Za-z0-9-]*(?: Address)?)::?(?: (?P<value>.*)|)",
                    re.DOTALL)
_TROUBLE = re.compile(r"(?:Timeout: No Response|Error in packet|Error: OID not increasing|Reason: \(|Failed object: |"
                      r"(?:/\S+/)?snmp(?:bulk)?(?:walk|get|getnext): |No Response from|Authentication failure)", re.I)
_ABSENT_WORDS = {"No Such Object available": NO_OBJECT, "No Such Instance currently exists": NO_INSTANCE,
                 "No more variables left in this MIB View": END_OF_MIB}
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}(?:[ \t]+|$))+")


def read(text: str) -> list[VarBind]:
    """All values of a text, in its order. ParseError (one line, with the line's number) for what is none."""
    lines = text.split("\n")
    rows: list[VarBind] = []
    bare: list[int] = []
    windows = all(line.endswith("\r") for line in lines[:-1])
    at = 0
    while at < len(lines):
        line, number = lines[at].rstrip("\r"), at + 1
        at += 1
        if not line.strip():
            continue
        record = _RECORD.fullmatch(line)
        if record:
            rows.append(_record(record, number))
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            if rows and line.strip() == "End of MIB" and not any(rest.strip() for rest in lines[at:]):
                break
            if line.lstrip().startswith("#") and "|" not in line and not rows:
                continue  # a comment at the head of a .snmprec
            what = "the walk ended in an error" if _TROUBLE.match(line) else "no SNMP value"
            raise ParseError(f"line {number}: {what}: {line.strip()[:80]!r}")
        value, at = _whole(match["value"] or "", lines, at, number, windows)
        one = _value(oid_of(match["oid"]), value, number, last=at >= len(lines))
        if one.type == "number":
            bare.append(len(rows))
        rows.append(one)
    if len(bare) < len(rows) and any(row.type in NUMBERS and row.type != "number" for row in rows):
        for index in bare:  # where other lines name their types, the nameless are what -Ot leaves of Timeticks
            row = rows[index]
            rows[index] = VarBind(row.oid, "timeticks", row.number / 100, row.line)
    if not rows:
        raise ParseError("no SNMP value in the text")
    return rows


def _whole(value: str, lines: list[str], at: int, number: int, windows: bool) -> tuple[str, int]:
    """The value with the lines that continue it, and the index of the next line.

    CR LF ends the lines of a text from Windows (`windows`: it has no other); elsewhere it is the string's own.
    """
    kind = _TYPED.fullmatch(value)
    said = (kind["value"] or "") if kind else value
    quoted = said.startswith('"')
    if quoted and not _closed(said) and not windows:
        returns = lines[at - 1][len(lines[at - 1].rstrip("\r")):]
        said, value = said + returns, value + returns
    while at < len(lines):
        if quoted:
            ends_here = not lines[at].strip() or _starts_anew(lines[at])
            if _closed(said) or (ends_here and _unescaped_path(said)):
                break
        elif kind is None or kind["type"] not in {"STRING", "Hex-STRING", "BITS"}:
            break
        following = lines[at].rstrip("\r")
        starts_anew = _starts_anew(following)
        if quoted and starts_anew:
            raise ParseError(f"line {number}: the string is not closed: {said[:60]!r}")
        if not quoted:
            if starts_anew or following.strip() == "End of MIB" or _TROUBLE.match(following):
                break
            if kind and kind["type"] != "STRING" and not _HEX.fullmatch(following):
                break
            if not any(rest.strip() for rest in lines[at:]):
                break
        if quoted and not _closed(f"{said}\n{following}") and not windows:
            following = lines[at]
        joint = "\n" if quoted or (kind and kind["type"] == "STRING") else " "
        said, value = said + joint + following, value + joint + following
        at += 1
    return value, at


def _closed(said: str) -> bool:
    """Whether the quoted string ends here: a quotation mark with an even number of backslashes before it."""
    body = said.rstrip(" \t")
    if len(body) < 2 or not body.endswith('"'):
        return False
    before = body[1:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 0


def _starts_anew(line: str) -> bool:
    """Whether a line begins a value of its own. A string may hold lines such as `1.5 = low`: no agent has such OIDs."""
    match = _LINE.fullmatch(line) or _RECORD.fullmatch(line)
    return match is not None and match["oid"].count(".") >= SHORTEST_OID


def _unescaped_path(said: str) -> bool:
    r"""`"D:\"`, `"C:\WINDOWS\"` with single backslashes, as some programs print them: they escape nothing."""
    return re.fullmatch(r'"[A-Za-z]:\\(?:[^"\\]{1,255}\\)*"\s*', said) is not None


def _unquoted(said: str, number: int) -> str:
    if not said.startswith('"'):
        return said
    if not _closed(said) and not _unescaped_path(said):
        raise ParseError(f"line {number}: the string is not closed: {said[:60]!r}")
    return re.sub(r'\\(["\\])', r"\1", said.rstrip(" \t")[1:-1])


def _value(oid: Oid, value: str, number: int, last: bool) -> VarBind:
    for words, kind in _ABSENT_WORDS.items():
        if value.startswith(words):
            return VarBind(oid, kind, None, number)
    if value.strip() == "NULL":
        return VarBind(oid, "null", None, number)
    if value.startswith('"'):
        return VarBind(oid, "string", _unquoted(value, number), number)
    if re.fullmatch(r"-?\d{1,20}\s*", value):
        return VarBind(oid, "number", int(value), number)
    typed = _TYPED.fullmatch(value)
    reader = _READERS.get(typed["type"]) if typed else None
    if typed is None or reader is None:
        raise ParseError(f"line {number}: no value of a known type: {value[:60]!r}")
    if typed["value"] is None and last:
        raise ParseError(f"line {number}: cut off after {value[:40]!r}")
    kind, got = reader(typed["value"] or "", number)
    return VarBind(oid, kind, got, number)


Typed = tuple[str, Value]


def _number(kind: str) -> Callable[[str, int], Typed]:
    # 53 · propVirtual(53) · 30 seconds
    shape = re.compile(r"(?:(?P<plain>-?\d{1,20})(?: [A-Za-z%][\w%/ .-]{0,30})?|[\w.+-]+\((?P<named>-?\d{1,20})\))")

    def reader(said: str, number: int) -> Typed:
        match = shape.fullmatch(said.strip())
        if match is None:
            raise ParseError(f"line {number}: no {kind}: {said[:60]!r}")
        return kind, int(match["plain"] or match["named"])

    return reader


def _ticks(said: str, number: int) -> Typed:
    # (8445123) 23:27:31.23 · (170074009) 19 days, 16:25:40.09
    match = re.fullmatch(r"\((\d{1,10})\) (?:\d{1,4} days?, )?\d{1,3}:\d\d:\d\d\.\d\d", said.strip())
    if match is None:
        raise ParseError(f"line {number}: no Timeticks: {said[:60]!r}")
    return "timeticks", int(match[1]) / 100


def _string(said: str, number: int) -> Typed:
    return "string", _unquoted(said, number)


def _hex(said: str, number: int) -> Typed:
    if said.strip() and not _HEX.fullmatch(said.strip()):
        raise ParseError(f"line {number}: no whole octets: {said.strip()[-40:]!r}")
    return "hex", bytes.fromhex("".join(said.split()))


def _bits(said: str, number: int) -> Typed:
    # BITS: 80 40 one(0) other(9)
    match = re.fullmatch(r"((?:[0-9A-Fa-f]{2}[ \t]+)*(?:[0-9A-Fa-f]{2})?)[ \t]*(?:[\w-]*\(?\d+\)?\s*)*", said)
    if match is None:
        raise ParseError(f"line {number}: no BITS: {said[:60]!r}")
    return _hex(match[1], number)


def _oid(said: str, number: int) -> Typed:
    try:
        return "oid", dotted(oid_of(said))[1:]
    except ValueError:
        raise ParseError(f"line {number}: no numeric OID: {said[:60]!r}") from None


def _address(said: str, number: int) -> Typed:
    plain = said.strip()
    if re.fullmatch(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){3}", plain):  # Network Address: 0A:00:00:01
        plain = ".".join(str(int(part, 16)) for part in plain.split(":"))
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", plain) or any(int(part) > 255 for part in plain.split(".")):
        raise ParseError(f"line {number}: no IP address: {said[:60]!r}")
    return "ip_address", plain


def _opaque(said: str, number: int) -> Typed:
    match = re.fullmatch(r"(?:Float|Double): (-?\d{1,40}(?:\.\d{1,40})?(?:e[+-]?\d{1,3})?)\s*", said, re.I)
    return ("opaque", float(match[1])) if match else ("opaque", _hex(said, number)[1])


_READERS: dict[str, Callable[[str, int], Typed]] = {
    "INTEGER": _number("integer"), "Integer32": _number("integer"), "Counter32": _number("counter32"),
    "Gauge32": _number("gauge32"), "Unsigned32": _number("gauge32"), "UInteger32": _number("gauge32"),
    "Counter64": _number("counter64"), "Timeticks": _ticks, "STRING": _string, "Hex-STRING": _hex, "BITS": _bits,
    "OID": _oid, "IpAddress": _address, "Network Address": _address, "Opaque": _opaque,
    "OPAQUE": _opaque}

_TAGS = {"2": "integer", "4": "string", "5": "null", "6": "oid", "64": "ip_address", "65": "counter32",
         "66": "gauge32", "67": "timeticks", "68": "opaque", "70": "counter64", "128": NO_OBJECT, "129": NO_INSTANCE,
         "130": END_OF_MIB}


def _record(match: re.Match[str], number: int) -> VarBind:
    """One line of a .snmprec. The form `x` is hex, `e` has Python's escapes."""
    oid, value, kind = oid_of(match["oid"]), match["value"], _TAGS.get(match["tag"])
    if kind is None:
        raise ParseError(f"line {number}: no SNMP type has the tag {match['tag']}")
    if kind in ABSENT or kind == "null":
        return VarBind(oid, kind, None, number)
    if match["form"] == "x":
        octets = _hex(" ".join(re.findall("..?", value)), number)[1]
        if kind == "ip_address" and isinstance(octets, bytes) and len(octets) == 4:
            return VarBind(oid, kind, ".".join(map(str, octets)), number)
        if kind not in {"string", "opaque"}:
            raise ParseError(f"line {number}: {kind} in hex: {value[:40]!r}")
        return VarBind(oid, "hex" if kind == "string" else kind, octets, number)
    if match["form"] == "e":
        value = value.encode("latin-1", "backslashreplace").decode("unicode_escape")
    if kind == "string":
        return VarBind(oid, kind, value, number)
    if kind == "oid":
        return VarBind(oid, *_oid(value, number), number)
    if kind == "ip_address":
        return VarBind(oid, *_address(value, number), number)
    if kind == "opaque" or not re.fullmatch(r"-?\d{1,20}\s*", value):
        raise ParseError(f"line {number}: no {kind}: {value[:40]!r}")
    return VarBind(oid, kind, int(value) / 100 if kind == "timeticks" else int(value), number)
