"""A workbook with nothing in it that acts: text is text, numbers are numbers, the same content gives the same bytes.

Three guards stand between device text and the sheet: control and hidden characters are made visible, every text is
written as a string (never as a formula or a link), and one that would become a formula when somebody edits the cell
carries Excel's own quote mark. Excel's limits are kept, and where they cut something the sheet says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from pacs_rounds.report.safe import visible

MOST_UNITS = 32_767
"""What a cell holds, in UTF-16 units."""
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_NAME = 31
_BAD_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_EXACT = 10**15
"""Excel keeps 15 digits of a number; a larger whole number is written as text, so that no digit is lost."""
_NEVER = datetime(1980, 1, 1, tzinfo=UTC)
_BASE = {"valign": "top", "font_name": "Calibri", "font_size": 10}
_STYLES: dict[str, dict[str, Any]] = {
    "": {}, "wrap": {"text_wrap": True}, "bold": {"bold": True, "text_wrap": True},
    "title": {"bold": True, "font_size": 16}, "section": {"bold": True, "font_size": 12, "bottom": 1},
    "head": {"bold": True, "bg_color": "#E4E8ED", "border": 1, "border_color": "#C3C8CF", "text_wrap": True},
    "note": {"font_color": "#555C66"}, "alarm": {"bold": True, "font_color": "#B3141E"},
    "code": {"font_name": "Consolas"},
    "ok": {"font_color": "#17663A"}, "warning": {"font_color": "#8A5300", "bg_color": "#FFF6E5", "bold": True},
    "critical": {"font_color": "#FFFFFF", "bg_color": "#B3141E", "bold": True},
    "unknown": {"font_color": "#5B3A8E", "bg_color": "#F5F1FB", "bold": True},
    "not_applicable": {"font_color": "#555C66"}, "unplanned": {"font_color": "#8A9099"}}


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell with a style of its own."""

    value: Any
    style: str


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, its width in characters and the style of its cells."""

    head: str
    width: float
    style: str = ""


def units(text: str) -> int:
    """The length as Excel counts it: UTF-16 units."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def fitted(text: str, note: str) -> str:
    """The text when a cell holds it, else its beginning and `note` (which may say `{n}`)."""
    if units(text) <= MOST_UNITS:
        return text
    said = f"… {note.replace('{n}', f'{len(text):,}')}"
    room, end = MOST_UNITS - units(said), 0
    while end < len(text) and (room := room - units(text[end])) >= 0:
        end += 1
    return text[:end] + said


def moment(stamp: str | None) -> datetime:
    """The file's date: a fixed moment of the run (naive UTC, as the file format has it), never the day of writing."""
    try:
        return datetime.fromisoformat(str(stamp)).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return _NEVER.replace(tzinfo=None)


class Book:
    """One workbook in memory. `cut` is the note for texts that no cell holds, `rows_cut` for rows no sheet holds."""

    def __init__(self, created: datetime, properties: dict[str, str], cut: str, rows_cut: Callable[[int], str]) -> None:
        self._bytes = BytesIO()
        # In memory: the zip's parts then get a fixed date. The other options turn off what guesses at a text's kind.
        self._book = xlsxwriter.Workbook(self._bytes, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        shown = {name: visible(text)[:255] for name, text in properties.items()}
        self._book.set_properties({**shown, "created": created})
        self._formats: dict[tuple[str, bool], Any] = {}
        self._names: set[str] = set()
        self.cut, self.rows_cut = cut, rows_cut

    def sheet(self, name: str, footer: str = "") -> Sheet:
        """A new sheet; a name that Excel would refuse is made fit, one that exists gets a number."""
        wanted = visible(name).translate(_BAD_IN_NAMES)[:LONGEST_NAME] or "_"
        chosen, number = wanted, 2
        while chosen.casefold() in self._names:
            chosen, number = f"{wanted[:LONGEST_NAME - 4]} {number}", number + 1
        self._names.add(chosen.casefold())
        sheet = self._book.add_worksheet(chosen)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        if footer:
            sheet.set_footer(footer)
        return Sheet(self, sheet)

    def style(self, name: str, quoted: bool = False) -> Any:
        """The format of a style, made once. `quoted`: the cell stays a text even when somebody edits it."""
        key = (name, quoted)
        if key not in self._formats:
            extra = {"quote_prefix": True} if quoted else {}
            self._formats[key] = self._book.add_format({**_BASE, **_STYLES[name], **extra})
        return self._formats[key]

    def finished(self) -> bytes:
        """The file."""
        self._book.close()
        return self._bytes.getvalue()


class Sheet:
    """One sheet, filled from the top."""

    def __init__(self, book: Book, sheet: Any) -> None:
        self._book, self._sheet, self.row = book, sheet, 0

    def _text(self, value: Any) -> str:
        """A text on one line; a list of texts on one line each."""
        lines = value if isinstance(value, list) else [value]
        return fitted("\n".join(visible(str(line)) for line in lines), self._book.cut)

    def cell(self, row: int, column: int, value: Any, style: str = "") -> None:
        """A number as a number; everything else as text. None leaves the cell empty."""
        if isinstance(value, Styled):
            value, style = value.value, value.style
        if value is None or value in ("", []):
            return
        if plain_number(value):
            self._sheet.write_number(row, column, value, self._book.style(style))
            return
        text = self._text(value)
        self._sheet.write_string(row, column, text, self._book.style(style, quoted=text[:1] in "=+-@'"))

    def line(self, *values: Any, style: str = "") -> None:
        """One row of free text."""
        for column, value in enumerate(values):
            self.cell(self.row, column, value, style)
        self.row += 1

    def widths(self, *widths: float) -> None:
        """Column widths in characters."""
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]], frozen: int = 0) -> None:
        """A table with a filter and a head that stays in sight (also in print); `frozen` columns stay too."""
        head = self.row
        self.widths(*(column.width for column in columns[:MOST_COLUMNS]))
        self.line(*(column.head for column in columns[:MOST_COLUMNS]), style="head")
        left_out = 0
        for row in rows:
            if self.row >= MOST_ROWS - 1:  # the last one is kept for saying so
                left_out += 1
                continue
            for column, value in enumerate(row[:MOST_COLUMNS]):
                self.cell(self.row, column, value, columns[column].style)
            self.row += 1
        last = len(columns[:MOST_COLUMNS]) - 1
        self._sheet.autofilter(head, 0, max(head, self.row - 1), last)
        self._sheet.freeze_panes(head + 1, frozen)
        self._sheet.repeat_rows(head)
        # Serials and hashes made of digits are texts on purpose.
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.row + 1}"})
        if left_out:
            self.line(self._book.rows_cut(left_out), style="alarm")


def plain_number(value: Any) -> bool:
    """Whether Excel keeps it exactly as a number: finite, no truth value, no more than 15 digits of a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and (isinstance(value, float) or abs(value) < _EXACT)
