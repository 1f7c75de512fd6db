"""How SQL*Plus prints rows: column widths, headings again on each page, lines that wrap, numbers too wide.

    INSTANCE_NAME    HOST_NAME
    ---------------- ----------
    PACS             pacs-a
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pacs_rounds.lab.oracle_sql.engine import Result
    from pacs_rounds.lab.oracle_sql.values import Session


@dataclass(slots=True)
class Column:
    """What COLUMN has said of a column."""

    width: int | None = None
    heading: str | None = None
    noprint: bool = False
    new_value: str | None = None


@dataclass(slots=True)
class Settings:
    """SET's variables, as a fresh SQL*Plus has them."""

    pagesize: int = 14
    linesize: int = 80
    numwidth: int = 10
    newpage: int | None = 1
    long: int = 80
    feedback: int = 6
    heading: bool = True
    underline: str = "-"
    colsep: str = " "
    null: str = ""
    trimout: bool = True
    tab: bool = True
    wrap: bool = True
    recsep: str = "wrapped"
    define: str = "&"
    verify: bool = True
    termout: bool = True
    sqlblanklines: bool = False
    sqlterminator: str = ";"
    columns: dict[str, Column] = field(default_factory=dict)


def number(value: float, width: int) -> str:
    """A NUMBER without a format in `width` places: no leading zero, rounded, then scientific, then #."""
    if value == int(value) and abs(value) < 1e40:
        text = str(int(value))
        if len(text) <= width:
            return text
    else:
        text = _short(repr(value))
        if len(text) <= width:
            return text
        whole = len(str(int(abs(value)))) + (value < 0) if abs(value) >= 1 else int(value < 0)
        if whole + 1 < width and (abs(value) >= 1 or abs(value) >= 10.0 ** -(width - 2)):
            return _short(f"{value:.{width - whole - 1}f}".rstrip("0").rstrip("."))
    for digits in range(max(0, width - 6), -1, -1):
        mantissa, _, exponent = f"{value:.{digits}E}".partition("E")
        text = f"{mantissa}E{exponent[0]}{int(exponent[1:]):02d}"
        if len(text) <= width:
            return text
    return "#" * width


def _short(text: str) -> str:
    if "e" in text or "E" in text:
        text = f"{float(text):.40f}".rstrip("0")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _text(value: Any, kind: str, width: int, session: Session, settings: Settings) -> str:
    if value is None:
        return settings.null
    if isinstance(value, datetime):
        return _time(value, session.format_of(kind), session.zone)
    if kind == "INTERVAL DAY TO SECOND":
        sign, seconds = "-" if value < 0 else "+", abs(int(value))
        days, clock = divmod(seconds, 86400)
        return f"{sign}{days:09d} {clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}.000000"
    if isinstance(value, int | float):
        text = number(float(value), width)
        mark = session.nls["NLS_NUMERIC_CHARACTERS"][0]
        return text if mark == "." else text.replace(".", mark)
    return str(value)


def _time(value: datetime, model: str, zone: str) -> str:
    from pacs_rounds.lab.oracle_sql.dates import elements
    shown = {"YYYY": "%Y", "RRRR": "%Y", "YY": "%y", "RR": "%y", "MM": "%m", "DD": "%d", "HH24": "%H", "HH": "%I",
             "HH12": "%I",
             "MI": "%M", "SS": "%S", "AM": "%p", "PM": "%p", "MON": "%b", "MONTH": "%B", "DAY": "%A", "DY": "%a"}
    parts = []
    for one in elements(model):
        upper = one.upper()
        if one.startswith('"'):
            parts.append(one[1:-1])
        elif upper in shown:
            text = value.strftime(shown[upper])
            parts.append(text.upper() if one.isupper() else text)
        else:
            parts.append({"X": ".", "TZR": zone, "TZH": zone[:3], "TZM": zone[4:]}.get(
                upper, "000000" if upper.startswith("FF") else one))
    return "".join(parts)


def widths(result: Result, session: Session, settings: Settings) -> list[int]:
    """The width of each column. Texts and dates cut their heading; a number's column is at least as wide as it."""
    from pacs_rounds.lab.oracle_sql import dates
    found = []
    for out, heading in zip(result.columns, result.headings, strict=True):
        told = settings.columns.get(heading.upper())
        if told and told.width:
            found.append(told.width)
        elif out.type == "NUMBER":
            found.append(max(settings.numwidth, len(heading)))
        elif out.type in {"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}:
            found.append(max(dates.width(session.format_of(out.type), session), 9 if out.type == "DATE" else 40))
        elif out.type == "LONG":
            found.append(settings.long)
        else:
            found.append(max(1, out.width or 1))
    return found


def rows(result: Result, session: Session, settings: Settings) -> str:
    """The rows with their pages."""
    sizes = widths(result, session, settings)
    shown = [place for place, heading in enumerate(result.headings)
             if not (heading.upper() in settings.columns and settings.columns[heading.upper()].noprint)]
    head = _heading(result, sizes, shown, settings)
    lines: list[str] = []
    left = 0
    for row in result.rows:
        cells = [_cell(_text(row[place], result.columns[place].type, sizes[place], session, settings), sizes[place],
                       result.columns[place].type == "NUMBER" and row[place] is not None, settings) for place in shown]
        printed = _record(cells, [sizes[place] for place in shown], settings)
        if settings.pagesize and left < len(printed):
            lines += [""] * (settings.newpage or 0) + head
            left = settings.pagesize - len(head) - (settings.newpage or 0)
        lines += printed
        left -= len(printed)
    return "".join(_line(one, settings) for one in lines)


def _cell(text: str, width: int, right: bool, settings: Settings) -> list[str]:
    """The lines of one value: a text wider than its column goes on below."""
    if right:
        return [text.rjust(width)]
    pieces = [piece[at:at + width] for piece in text.split("\n") for at in range(0, max(1, len(piece)), width)] or [""]
    return pieces if settings.wrap else pieces[:1]


def _groups(sizes: list[int], settings: Settings) -> list[list[int]]:
    """Which columns stand on which line of a row."""
    groups: list[list[int]] = [[]]
    used = 0
    for place, size in enumerate(sizes):
        if groups[-1] and used + len(settings.colsep) + size > settings.linesize:
            groups.append([])
            used = 0
        used += size + (len(settings.colsep) if groups[-1] else 0)
        groups[-1].append(place)
    return groups


def _record(cells: list[list[str]], sizes: list[int], settings: Settings) -> list[str]:
    """One row: columns that do not fit into the line go to the next one."""
    lines = []
    for group in _groups(sizes, settings):
        for number_ in range(max(len(cells[place]) for place in group)):
            text = settings.colsep.join(
                (cells[place][number_] if number_ < len(cells[place]) else "").ljust(sizes[place]) for place in group)
            lines += [text[at:at + settings.linesize] for at in range(0, max(1, len(text.rstrip())), settings.linesize)]
    if len(lines) > 1 and settings.recsep == "wrapped":
        lines.append("")
    return lines


def _heading(result: Result, sizes: list[int], shown: list[int], settings: Settings) -> list[str]:
    if not settings.heading:
        return []
    heads, rules = [], []
    own = [min(sizes[place], settings.linesize) for place in shown]
    for place in shown:
        told = settings.columns.get(result.headings[place].upper())
        text = (told.heading if told and told.heading is not None else result.headings[place])[:sizes[place]]
        heads.append([text.rjust(sizes[place]) if result.columns[place].type == "NUMBER" else text])
        rules.append([settings.underline * min(sizes[place], settings.linesize)])
    lines = []
    for group in _groups(own, settings):
        for cells in (heads, rules):
            lines.append(settings.colsep.join(cells[place][0].ljust(own[place]) for place in group))
    return lines


def _line(text: str, settings: Settings) -> str:
    text = text.rstrip() if settings.trimout else text.ljust(settings.linesize)
    return (_tabbed(text) if settings.tab else text) + "\n"


def _tabbed(text: str) -> str:
    """SET TAB ON: blanks up to a place divisible by eight become a tab."""
    pieces = [text[at:at + 8] for at in range(0, len(text), 8)]
    return "".join(piece.rstrip() + "\t" if len(piece) == 8 and piece.endswith("  ") else piece for piece in pieces)
