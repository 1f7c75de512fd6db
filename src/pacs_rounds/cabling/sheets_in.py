"""Reading spreadsheets as a register: every mistake is named by sheet, row and column, all of them at once; nothing is
returned unless there is none."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pacs_rounds import paths
from pacs_rounds.cabling import rules, writer
from pacs_rounds.cabling.model import UNKNOWN, Register
from pacs_rounds.cabling.register import from_data
from pacs_rounds.cabling.sheets import DECIMAL, REQUIRED, TABLES, WHOLE, Cells, Row, is_number
from pacs_rounds.model import BadInput

_YES = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}
MOST_ROWS = 200_000


@dataclass(slots=True)
class Mistakes:
    """What is wrong, by sheet, row (as the spreadsheet counts) and column."""

    found: list[str] = field(default_factory=list)

    def add(self, sheet: str, row: int, column: str, what: str) -> None:
        """Note one."""
        self.found.append(f"{sheet}, row {row}, column {column}: {what}" if column else f"{sheet}, row {row}: {what}")


def read(path: Path) -> Cells:
    """The cells of a workbook, a folder of CSV files, or one CSV file named after its table. BadInput otherwise."""
    try:
        if path.is_dir():
            files = sorted(one for one in path.glob("*.csv") if one.stem in TABLES)
            return {one.stem: _csv(one) for one in files}
        if path.suffix.lower() == ".csv":
            stem = next((name for name in TABLES if name in path.stem.lower()), "cables")
            return {stem: _csv(path)}
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_path(str(path))
        return {name: [[_cell(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
                for name in book.sheet_names if name in TABLES}
    except FileNotFoundError:
        raise BadInput(str(path), "no such file", "name a workbook, a CSV file or a folder of CSV files") from None
    except Exception as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(str(path), f"cannot be read as a spreadsheet: {type(error).__name__}: {error}"[:200],
                       "save it as .xlsx or as UTF-8 .csv") from error


def _csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")  # what Excel of a Chinese Windows saves as CSV
    return [[cell[1:] if cell[:1] == "'" and cell[1:2] in set("=+-@") else cell for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""))]


def _cell(value: Any) -> str:
    """A cell as text: 3.0 is 3, a date is its ISO day."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value).strip()


@dataclass(slots=True)
class _Reading:
    """One import under way: `rows` maps (section, name) to sheet and row."""

    mistakes: Mistakes = field(default_factory=Mistakes)
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)


def parse(site: str, cells: Cells, before: Register | None = None) -> tuple[Register | None, list[str]]:
    """The register the sheets describe, or None and every mistake. A sheet that is missing keeps what `before` has."""
    reading = _Reading(data=writer.data_of(before) if before else {})
    if not any(name in cells for name in TABLES):
        return None, ["no sheet of the register: " + ", ".join(TABLES)]
    parsed = {name: _rows(name, cells[name], reading.mistakes) for name in TABLES if name in cells}
    _types(parsed, reading)
    for name in ("rooms", "racks", "feeds", "trays", "devices", "cables"):
        if name in parsed:
            reading.data[name] = {}
            for number, row in parsed[name]:
                _entry(name, number, row, reading)
    _known(parsed, reading)
    _validate(reading)
    if reading.mistakes.found:
        return None, reading.mistakes.found
    try:
        register = from_data(site, reading.data)
    except BadInput as error:
        reading.mistakes.found.append(_placed(error.where, error.problem, error.remedy, reading))
        return None, reading.mistakes.found
    reading.mistakes.found += [_placed(fault.where, fault.problem, fault.remedy, reading)
                               for fault in rules.check(register) if fault.error]
    return (None if reading.mistakes.found else register), reading.mistakes.found


def _rows(name: str, cells: list[list[str]], mistakes: Mistakes) -> list[tuple[int, Row]]:
    """The filled rows with their numbers; heading checked, required cells looked for."""
    if not cells or len(cells) > MOST_ROWS:
        mistakes.add(name, 1, "", "is empty" if not cells else f"has more than {MOST_ROWS} rows")
        return []
    head = [cell.strip().lower() for cell in cells[0]]
    for title in head:
        if title and (title not in TABLES[name] or head.count(title) > 1):
            what = "no column is called so" if title not in TABLES[name] else "stands twice in the heading"
            mistakes.add(name, 1, title, f"{what}; known: " + ", ".join(TABLES[name]))
    for title in REQUIRED[name]:
        if title not in head:
            mistakes.add(name, 1, title, "this column is missing")
    found = []
    for number, row in enumerate(cells[1:], start=2):
        entry = {title: cell.strip() for title, cell in zip(head, row, strict=False) if title and cell.strip()}
        if any(cell.strip() for cell in row[len(head):]):
            mistakes.add(name, number, "", "has more cells than the heading")
        if entry:
            for title in REQUIRED[name]:
                if title in head and title not in entry:
                    mistakes.add(name, number, title, "is empty")
            found.append((number, entry))
    return found


def _value(sheet: str, number: int, column: str, text: str, mistakes: Mistakes) -> Any:
    if text.lower() in {UNKNOWN, "未知", "?"}:
        return UNKNOWN
    if column in WHOLE:
        if not text.isdecimal():
            mistakes.add(sheet, number, column, f"{text!r} is no whole number")
            return None
        return int(text)
    if column in DECIMAL:
        if not is_number(text):
            mistakes.add(sheet, number, column, f"{text!r} is no number")
            return None
        return int(float(text)) if float(text).is_integer() else float(text)
    if column in {"full_depth", "rear"}:
        if text.lower() not in _YES:
            mistakes.add(sheet, number, column, f"{text!r} is neither true nor false")
            return None
        return _YES[text.lower()]
    return text


def _entry(section: str, number: int, row: Row, reading: _Reading) -> None:
    key = "id" if section == "cables" else "name"
    name = row.get(key, "")
    if not name:
        return
    if (section, name) in reading.rows:
        reading.mistakes.add(section, number, key, f"{name!r} stands in row {reading.rows[section, name][1]} too")
        return
    reading.rows[section, name] = section, number
    entry = {column: _value(section, number, column, text, reading.mistakes) for column, text in row.items()
             if column != key}
    entry = {column: value for column, value in entry.items() if value is not None}
    title = {lang: entry.pop(f"title_{lang}") for lang in ("en", "zh") if f"title_{lang}" in entry}
    if title:
        entry["title"] = title
    for column in ("route", "aliases"):
        if column in entry:
            entry[column] = str(entry[column]).replace(",", " ").split()
    if section == "cables":
        _cable(number, row, entry, reading)
    if section == "devices" and entry.get("rack") and "u" not in entry:
        entry["u"] = UNKNOWN
    reading.data[section][name] = entry


def _cable(number: int, row: Row, entry: dict[str, Any], reading: _Reading) -> None:
    for side in ("a", "b"):
        device, port = row.get(f"{side}_device", ""), row.get(f"{side}_port", "")
        entry.pop(f"{side}_device", None)
        entry.pop(f"{side}_port", None)
        if bool(device) != bool(port):
            missing = "port" if device else "device"
            reading.mistakes.add("cables", number, f"{side}_{missing}", "is empty, and the other half is filled")
        entry[side] = f"{device}:{port}" if device and port else UNKNOWN
    test = {key: str(entry.pop(f"test_{key}")) for key in ("on", "result", "by", "file") if f"test_{key}" in entry}
    if test:
        entry["test"] = test


def _types(parsed: dict[str, list[tuple[int, Row]]], reading: _Reading) -> None:
    if "types" in parsed:
        reading.data["types"] = {}
        for number, row in parsed["types"]:
            _entry("types", number, row, reading)
    for entry in reading.data.get("types", {}).values():
        if "ports" in parsed or "ports" not in entry:
            entry["ports"] = []
    for number, row in parsed.get("ports", ()):
        kind = reading.data.get("types", {}).get(row.get("type", ""))
        if kind is None:
            reading.mistakes.add("ports", number, "type", f"no type is called {row.get('type', '')!r}")
            continue
        reading.rows.setdefault(("ports", f"{row['type']}.{len(kind['ports'])}"), ("ports", number))
        kind["ports"].append({column: value for column, text in row.items() if column != "type"
                              and (value := _value("ports", number, column, text, reading.mistakes)) is not None})


def _known(parsed: dict[str, list[tuple[int, Row]]], reading: _Reading) -> None:
    if "known" not in parsed:
        return
    for entry in reading.data.get("devices", {}).values():
        entry.pop("known", None)
    for number, row in parsed["known"]:
        device = reading.data.get("devices", {}).get(row.get("device", ""))
        if device is None:
            reading.mistakes.add("known", number, "device", f"no device is called {row.get('device', '')!r}")
            continue
        told = {column: text for column, text in row.items() if column not in {"device", "port"}}
        device.setdefault("known", {})[row.get("port", "")] = told


_COLUMNS = {"a": "a_port", "b": "b_port", "title": "title_zh"}


def _validate(reading: _Reading) -> None:
    """The schema, entry by entry, so that each of its complaints has a row."""
    from jsonschema import Draft202012Validator

    schema = json.loads((paths.SCHEMAS / "cabling.json").read_text(encoding="utf-8"))
    for section in ("rooms", "racks", "feeds", "trays", "types", "devices", "cables"):
        part = {**schema["properties"][section]["additionalProperties"], "$defs": schema["$defs"]}
        validator = Draft202012Validator(part)
        for name, entry in reading.data.get(section, {}).items():
            for error in validator.iter_errors(entry):
                keys = [str(one) for one in error.absolute_path]
                _schema_mistake(section, name, keys, str(error.message)[:160], reading)


def _schema_mistake(section: str, name: str, keys: list[str], message: str, reading: _Reading) -> None:
    if section == "types" and keys[:1] == ["ports"] and len(keys) > 1:
        sheet, number = reading.rows.get(("ports", f"{name}.{keys[1]}"), ("ports", 0))
        reading.mistakes.add(sheet, number, keys[2] if len(keys) > 2 else "", message)
        return
    sheet, number = reading.rows.get((section, name), (section, 0))
    column = _COLUMNS.get(keys[0], keys[0]) if keys else ""
    reading.mistakes.add(sheet, number, f"test_{keys[1]}" if keys[:1] == ["test"] and len(keys) > 1 else column,
                         f"{name}: {message}")


def _placed(where: str, problem: str, remedy: str, reading: _Reading) -> str:
    """`cables.L0001.a: …` of the rules as sheet, row and column."""
    section, _, rest = where.partition(".")
    for name in sorted((one for kind, one in reading.rows if kind == section), key=len, reverse=True):
        if rest == name or rest.startswith(f"{name}."):
            sheet, number = reading.rows[section, name]
            key = rest[len(name) + 1:].partition(".")[0]
            return f"{sheet}, row {number}, column {_COLUMNS.get(key, key) or 'id'}: {problem} ({remedy})"
    return f"{where}: {problem} ({remedy})"

