"""Date format models: what TO_CHAR writes and TO_DATE reads, as DuckDB expressions. ORA-01821 for what is no model."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown

if TYPE_CHECKING:
    from pacs_rounds.lab.oracle_sql.values import Session

_ELEMENTS = ("SSSSS", "SYYYY", "YYYY", "RRRR", "IYYY", "MONTH", "HH24", "HH12", "TZH", "TZM", "TZR", "DDD", "DAY",
             "MON",
             "A.M.", "P.M.", "FF[1-9]?", "FM", "FX", "YYY", "YY", "RR", "MM", "MI", "DD", "DY", "HH", "SS", "AM", "PM",
             "IW", "WW", "Q", "D", "J", "Y", "W", "X")
_SPLIT = re.compile("|".join([*(one.replace(".", r"\.") for one in _ELEMENTS), r'"[^"]*"', r"[-/,.;: ]"]),
                    re.IGNORECASE)
_PLAIN = {"YYYY": "%Y", "RRRR": "%Y", "SYYYY": " %Y", "YY": "%y", "RR": "%y", "MM": "%m", "DD": "%d", "DDD": "%j",
          "HH24": "%H", "HH12": "%I", "HH": "%I", "MI": "%M", "SS": "%S", "IYYY": "%G", "IW": "%V"}
_WIDTHS = {"MONTH": 9, "DAY": 9, "TZR": 6, "HH24": 2, "HH12": 2, "TZH": 3, "TZM": 2, "FM": 0, "FX": 0, "SYYYY": 5,
           "J": 7}


def elements(model: str) -> list[str]:
    """The elements of a model, as written."""
    found, place = [], 0
    while place < len(model):
        match = _SPLIT.match(model, place)
        if not match:
            raise OraError(1821)
        found.append(match[0])
        place = match.end()
    return found


def width(model: str, session: Session) -> int:
    """How wide SQL*Plus makes a column of that model."""
    total = 0
    for one in elements(model):
        upper = one.upper()
        if upper.startswith("FF"):
            total += int(upper[2:] or 6)
        else:
            total += len(one) - 2 if one.startswith('"') else _WIDTHS.get(upper, len(one))
    return total


def _cased(sql: str, written: str) -> str:
    if written.isupper():
        return f"upper({sql})"
    return sql if written[:1].isupper() else f"lower({sql})"


def _fraction(sql: str, digits: int) -> str:
    return f"left(strftime({sql}, '%f') || '000', {digits})"


def _element(sql: str, one: str, trim: bool, session: Session) -> str:
    """One element of what TO_CHAR writes, as a DuckDB expression."""
    upper = one.upper()
    if one.startswith('"'):
        return "'" + one[1:-1].replace("'", "''") + "'"
    if upper in _PLAIN:
        form = f"strftime({sql}, '{_PLAIN[upper]}')"
        return f"coalesce(nullif(ltrim({form}, '0'), ''), '0')" if trim else form
    if upper in {"MON", "DY"}:
        return _cased(f"strftime({sql}, '{'%b' if upper == 'MON' else '%a'}')", one)
    if upper in {"MONTH", "DAY"}:
        whole = _cased(f"strftime({sql}, '{'%B' if upper == 'MONTH' else '%A'}')", one)
        return whole if trim else f"rpad({whole}, 9, ' ')"
    if upper in {"AM", "PM", "A.M.", "P.M."}:
        return f"strftime({sql}, '%p')"
    if upper.startswith("FF"):
        return _fraction(sql, int(upper[2:] or 6))
    other = {
        "SSSSS": f"lpad(CAST(CAST(epoch({sql}) AS BIGINT) % 86400 AS VARCHAR), 5, '0')",
        "Q": f"CAST(quarter({sql}) AS VARCHAR)",
        "D": f"CAST(dayofweek({sql}) + 1 AS VARCHAR)",
        "WW": f"lpad(CAST((dayofyear({sql}) + 6) // 7 AS VARCHAR), 2, '0')",
        "W": f"CAST((day({sql}) + 6) // 7 AS VARCHAR)",
        "J": f"CAST(CAST(julian(CAST({sql} AS DATE)) AS BIGINT) AS VARCHAR)",
        "YYY": f"right(strftime({sql}, '%Y'), 3)", "Y": f"right(strftime({sql}, '%Y'), 1)", "X": "'.'",
        "TZH": f"'{session.zone[:3]}'", "TZM": f"'{session.zone[4:]}'", "TZR": f"'{session.zone}'"}
    if upper in other:
        return other[upper]
    return f"'{one}'"


def written(sql: str, model: str, session: Session) -> str:
    """TO_CHAR(time, model)."""
    parts, trim = [], False
    for one in elements(model):
        if one.upper() in {"FM", "FX"}:
            trim = not trim if one.upper() == "FM" else trim
        else:
            parts.append(_element(sql, one, trim, session))
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE concat({', '.join(parts) or chr(39) * 2}) END"


_READ = {**_PLAIN, "SYYYY": "%Y", "MON": "%b", "MONTH": "%B", "AM": "%p", "PM": "%p"}


def _strptime(model: str) -> str:
    found = []
    for one in elements(model):
        upper = one.upper()
        if one.startswith('"'):
            found.append(one[1:-1])
        elif upper in {"FM", "FX"}:
            continue
        elif upper in {"TZH", "TZM", "TZR"}:
            raise unknown(f"time zones in {model}")
        elif upper in _READ:
            found.append(_READ[upper])
        elif upper.startswith("FF"):
            found.append("%f")
        elif upper.isalpha():
            raise unknown(f"{one} in the model of TO_DATE")
        else:
            found.append(one)
    return "".join(found)


def _now_parts(form: str, session: Session) -> tuple[str, str]:
    """What a model without year or month leaves open is this year, this month, the first day."""
    more, given = "", ""
    if "%Y" not in form and "%y" not in form and "%G" not in form:
        more, given = more + " %Y", given + " " + session.now[:4]
        if "%m" not in form and "%b" not in form and "%B" not in form and "%j" not in form:
            more, given = more + " %m", given + " " + session.now[5:7]
    elif not any(sign in form for sign in ("%m", "%b", "%B", "%j")):
        more, given = more + " %m", given + " " + session.now[5:7]
    return more, given


def read(sql: str, literal: str | None, model: str, session: Session) -> str:
    """TO_DATE(text, model). A constant that cannot be read is refused at once, others when they are met."""
    form = _strptime(model)
    more, given = _now_parts(form, session)
    if literal:
        try:
            datetime.strptime(literal.strip() + given, form + more)
        except ValueError as error:
            raise OraError(1830 if "remains" in str(error) else _why(literal, form)) from error
    shown = f"{sql} || '{given}'" if given else sql
    whole = (form + more).replace("'", "''")
    return (f"CASE WHEN {sql} IS NULL THEN NULL WHEN try_strptime({shown}, '{whole}') IS NULL "
            f"THEN error('ORA-01861: literal does not match format string') ELSE strptime({shown}, '{whole}') END")


def _why(literal: str, form: str) -> int:
    if form.startswith(("%m", "%b")) or re.match(r"%d.%[mb]", form) or re.match(r"%Y.%[mb]", form):
        first = re.split(r"[-/. :T]", literal)
        place = 0 if form.startswith(("%m", "%b")) else 1
        if len(first) > place and not re.fullmatch(r"0?[1-9]|1[0-2]|[A-Za-z]{3}", first[place]):
            return 1843
    return 1861
