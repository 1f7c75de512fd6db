"""Sections of a monitoring agent on the database host (mk_oracle): `<<<oracle_…>>>` and rows with fixed fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import Fields, fail, lines_of

_SECTION = re.compile(r"^<<<(?P<name>oracle_\w+)(?::[\w()]+)*>>>$")
_Field = tuple[str, Callable[[str], Any]]


def _text(written: str) -> str | None:
    return written.strip() or None


def _int(written: str) -> int | None:
    shown = written.strip()
    if shown and not re.fullmatch(r"-?\d+", shown):
        fail("a whole number expected", written)
    return int(shown) if shown else None


def _number(written: str) -> int | float | None:
    shown = written.strip()
    if shown and not re.fullmatch(r"-?(?:\d+(?:\.\d*)?|\.\d+)", shown):
        fail("a number expected", written)
    value = float(shown) if shown else None
    return int(value) if value is not None and value.is_integer() else value


def _mib(written: str) -> int | None:
    value = _number(written)
    return None if value is None else round(value * 1024**2)


def _minutes(written: str) -> int | None:
    value = _number(written)
    return None if value is None else round(value * 60)


def _yes(written: str) -> bool | None:
    known = {"YES": True, "Y": True, "TRUE": True, "NO": False, "N": False, "FALSE": False, "": None}
    if written.strip().upper() not in known:
        fail("YES or NO expected", written)
    return known[written.strip().upper()]


def _at(form: str) -> Callable[[str], str | None]:
    def convert(written: str) -> str | None:
        try:
            return datetime.strptime(written.strip(), form).isoformat() if written.strip() else None
        except ValueError:
            fail("a time expected", written)
    return convert


_stamped, _created = _at("%Y-%m-%d_%H:%M:%S"), _at("%d%m%Y%H%M")
_SID: _Field = ("sid", _text)
_LAYOUTS: dict[str, tuple[tuple[_Field, ...], ...]] = {
    "oracle_instance": ((
        _SID, ("version", _text), ("open_mode", _text), ("logins", _text), ("archiver", _text),
        ("uptime_seconds", _int), ("dbid", _int), ("log_mode", _text), ("database_role", _text),
        ("force_logging", _yes), ("name", _text), ("created_at", _created)),),
    "oracle_tablespaces": ((
        _SID, ("file", _text), ("tablespace", _text), ("file_status", _text), ("autoextensible", _yes),
        ("block_count", _int), ("maximum_block_count", _int), ("user_block_count", _int),
        ("increment_block_count", _int), ("file_online_status", _text), ("block_size_bytes", _int),
        ("tablespace_status", _text)), (
        _SID, ("file", _text), ("tablespace", _text), ("file_status", _text), ("autoextensible", _yes),
        ("block_count", _int), ("maximum_block_count", _int), ("user_block_count", _int),
        ("increment_block_count", _int), ("file_online_status", _text), ("block_size_bytes", _int),
        ("tablespace_status", _text), ("free_block_count", _int), ("contents", _text), ("version", _text))),
    "oracle_rman": ((
        _SID, ("status", _text), ("started_at", _stamped), ("ended_at", _stamped), ("backup_type", _text),
        ("age_seconds", _minutes)), (
        _SID, ("status", _text), ("started_at", _stamped), ("ended_at", _stamped), ("backup_type", _text),
        ("level", _int), ("age_seconds", _minutes), ("incremental_change", _int))),
    "oracle_asm_diskgroup": ((
        ("state", _text), ("redundancy", _text), ("name", _text), ("block_size_bytes", _int),
        ("allocation_unit_bytes", _int), ("required_mirror_free_bytes", _mib), ("total_bytes", _mib),
        ("free_bytes", _mib), ("failure_group", _text), ("voting_files", _yes), ("failure_group_type", _text),
        ("offline_disk_count", _int), ("minimum_repair_seconds", _int), ("disk_count", _int)),),
    "oracle_sessions": ((_SID, ("session_count", _int)), (_SID, ("session_count", _int), ("limit_count", _int)),
                        (_SID, ("session_count", _int), ("limit_count", _int), ("highest_count", _int))),
    "oracle_processes": ((_SID, ("process_count", _int), ("limit_count", _int)),),
    "oracle_logswitches": ((_SID, ("last_hour_count", _int)),),
    "oracle_recovery_area": ((_SID, ("used_percent", _number), ("size_bytes", _mib), ("used_bytes", _mib),
                              ("reclaimable_bytes", _mib)),),
    "oracle_version": ((_SID, ("version", _text)),),
}
"""Layouts of the sections by their number of fields; instances print further fields, kept as `further`."""


def _row(section: str, line: str) -> Fields:
    fields = line.split("|") if "|" in line else line.split()
    if len(fields) > 1 and fields[1].strip() == "FAILURE":
        return {"sid": _text(fields[0]), "error": " ".join(fields[2:]).strip()}
    if section == "oracle_version" and "|" not in line:
        fields = line.split(None, 1)
    layouts = _LAYOUTS.get(section)
    if layouts is None:
        return {"fields": [field.strip() for field in fields]}
    for layout in layouts:
        if len(layout) == len(fields):
            return {key: convert(value) for (key, convert), value in zip(layout, fields, strict=True)}
    if section == "oracle_instance" and len(fields) > len(layouts[0]):
        size = len(layouts[0])
        known = {key: convert(value) for (key, convert), value in zip(layouts[0], fields[:size], strict=True)}
        return {**known, "further": [field.strip() for field in fields[size:]]}
    raise ParseError(f"a row of {section} with {len(fields)} fields: {line[:120]!r}")


# <<<oracle_instance:sep(124)>>>
# PACS|11.2.0.4.0|OPEN|ALLOWED|STARTED|2144847|2711530091|ARCHIVELOG|PRIMARY|NO|PACS|130920150251
@parser("oracle.mk_oracle")
def mk_oracle(text: str) -> list[Fields]:
    """Sections of mk_oracle: [{"section", "rows": [fields by name, base units; {"sid", "error"} where the agent failed
    on an instance; {"fields": [text]} in sections whose layout is not known here]}]. ParseError for a known section's
    row with another number of fields, for a value that is none, and for text without a section."""
    found: list[Fields] = []
    for line in lines_of(text):
        if match := _SECTION.match(line.strip()):
            found.append({"section": match["name"], "rows": []})
        elif not line.strip():
            continue
        elif not found:
            fail("no section of mk_oracle", line)
        elif line.startswith("<<<"):
            fail("a section of another kind", line)
        else:
            found[-1]["rows"].append(_row(found[-1]["section"], line.strip()))
    return found
