"""The register as spreadsheets: one table per kind of thing, as an XLSX workbook or a folder of CSV files. The same
register gives the same bytes. `sheets_in` reads them back."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from pacs_rounds.cabling import writer
from pacs_rounds.cabling.model import Register

TABLES: dict[str, tuple[str, ...]] = {
    "cables": ("id", "a_device", "a_port", "b_device", "b_port", "type", "length_m", "colour", "purpose", "route",
               "status", "installed", "test_on", "test_result", "test_by", "test_file", "note"),
    "devices": ("name", "role", "type", "rack", "u", "face", "place", "pair", "feed", "host", "aliases", "title_en",
                "title_zh"),
    "known": ("device", "port", "mac", "wwn", "sfp", "ip"),
    "racks": ("name", "room", "row", "height_u", "title_en", "title_zh"),
    "rooms": ("name", "title_en", "title_zh"),
    "feeds": ("name", "source", "ampere", "title_en", "title_zh"),
    "trays": ("name", "capacity", "length_m", "title_en", "title_zh"),
    "types": ("name", "manufacturer", "model", "height_u", "full_depth"),
    "ports": ("type", "name", "connector", "speed", "use", "rear"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "cables": ("id", "type"), "devices": ("name", "role", "type"), "known": ("device", "port"),
    "racks": ("name", "room", "height_u"), "rooms": ("name",), "feeds": ("name", "source"),
    "trays": ("name",), "types": ("name", "manufacturer", "model", "height_u"),
    "ports": ("type", "name", "connector")}
WHOLE = {"u", "height_u", "speed", "capacity"}
DECIMAL = {"length_m", "ampere"}
Row = dict[str, str]
Cells = dict[str, list[list[str]]]
"""Sheet -> rows of cells, the heading first."""


def tables(register: Register) -> Cells:
    """Every sheet with its heading."""
    data = writer.data_of(register)
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for name, one in data["cables"].items():
        cable = register.cables[name]
        test = one.get("test", {})
        rows["cables"].append({
            **_plain(one), "id": name, "a_device": cable.a.device, "a_port": cable.a.port, "b_device": cable.b.device,
            "b_port": cable.b.port, "route": " ".join(cable.route),
            **{f"test_{key}": str(test.get(key, "")) for key in ("on", "result", "by", "file")}})
    for name, one in data["devices"].items():
        rows["devices"].append({**_plain(one), "name": name, "aliases": " ".join(one.get("aliases", ()))})
        rows["known"] += [{"device": name, "port": port, **told} for port, told in one.get("known", {}).items()]
    for name, one in data["types"].items():
        rows["types"].append({**_plain(one), "name": name})
        rows["ports"] += [{**_plain(port), "type": name} for port in one["ports"]]
    for section in ("racks", "rooms", "feeds", "trays"):
        rows[section] += [{**_plain(one), "name": name} for name, one in data[section].items()]
    return {name: [list(columns), *([row.get(column, "") for column in columns] for row in rows[name])]
            for name, columns in TABLES.items()}


def _plain(one: dict[str, Any]) -> Row:
    title = one.get("title") or {}
    said = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in one.items()
            if not isinstance(value, dict | list)}
    return {**said, "title_en": title.get("en", ""), "title_zh": title.get("zh", "")}


def to_csv(register: Register) -> dict[str, bytes]:
    """File name -> bytes; UTF-8 with the mark that Excel needs to read Chinese."""
    found = {}
    for name, rows in tables(register).items():
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows([_safe(cell) for cell in row] for row in rows)
        found[f"{name}.csv"] = b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
    return found


def _safe(cell: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe; reading takes it off again."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell[:1] else cell


def to_xlsx(register: Register) -> bytes:
    """The workbook. Every cell is text or a number, never a formula."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"Cabling of {register.site}", "created": datetime(2000, 1, 1)})
    head = book.add_format({"bold": True, "bottom": 1})
    for name, rows in tables(register).items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for column, title in enumerate(rows[0]):
            sheet.write_string(0, column, title, head)
            sheet.set_column(column, column, min(40, 2 + max(len(row[column]) for row in rows)))
            for number, row in enumerate(rows[1:], start=1):
                if title in WHOLE | DECIMAL and is_number(row[column]):
                    sheet.write_number(number, column, float(row[column]))
                else:
                    sheet.write_string(number, column, row[column])
        sheet.autofilter(0, 0, max(1, len(rows) - 1), len(rows[0]) - 1)
    book.close()
    return out.getvalue()


def is_number(text: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
