"""Number format models: TO_CHAR(number, '999G990D00') as a DuckDB expression. ORA-01481 for what is no model."""

from __future__ import annotations

import re

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown

_MODEL = re.compile(r"(?P<fm>FM)?(?P<s>S)?(?P<cur>[$L])?(?P<int>[09,G]*)(?:[.D](?P<dec>[09]*))?(?P<end>MI|PR|S)?",
                    re.IGNORECASE)
_HEX = re.compile(r"(?P<fm>FM)?(?P<x>0*[Xx]+)")


def _group(digits: str) -> str:
    """A text of digits with a comma before every third from the right."""
    return f"format('{{:,}}', CAST({digits} AS HUGEINT))"


def written(sql: str, model: str) -> str:
    """TO_CHAR(number, model)."""
    if found := _HEX.fullmatch(model):
        body = f"printf('%{'0' + str(len(found['x'])) if found['x'].startswith('0') else ''}x', CAST({sql} AS BIGINT))"
        body = body if "x" in found["x"] else f"upper({body})"
        return body if found["fm"] else f"lpad({body}, {len(found['x']) + 1}, ' ')"
    match = _MODEL.fullmatch(model)
    if not match or not (match["int"] or match["dec"]):
        raise OraError(1481)
    if match["cur"] or match["end"] == "PR":
        raise unknown(f"the number format {model}")
    whole, decimals = match["int"].upper(), match["dec"] or ""
    digits = whole.replace(",", "").replace("G", "")
    least = len(digits) - digits.index("0") if "0" in digits else 0
    point = "." if match["dec"] is not None else ""
    value = f"round(abs({sql}), {len(decimals)})"
    left = f"split_part(printf('%.{len(decimals)}f', {value}), '.', 1)"
    plain = f"CASE WHEN {left} = '0' THEN '' ELSE {left} END" if decimals and not least else left
    shown = f"lpad({left}, {max(least, 1)}, '0')" if least > 1 else plain
    if "," in whole or "G" in whole:
        shown = f"CASE WHEN length({left}) > 3 THEN {_group(left)} ELSE {plain} END"
    tail = f"'{point}' || split_part(printf('%.{len(decimals)}f', {value}), '.', 2)" if decimals else f"'{point}'"
    if match["fm"] and decimals and "0" not in decimals:
        tail = f"rtrim({tail}, '0')"
    negative = f"{sql} < 0 AND {value} > 0"
    plus = "'+'" if match["s"] else "''"
    sign = f"CASE WHEN {negative} THEN '-' ELSE {plus} END"
    # The model leaves one place for the sign; a value with more digits than the model shows nothing but #.
    wide = len(whole) + len(point) + len(decimals) + 1
    body = f"({sign} || {shown} || {tail})"
    fitted = body if match["fm"] else f"lpad({body}, {wide}, ' ')"
    return (f"CASE WHEN {sql} IS NULL THEN NULL WHEN length({left}) > {len(digits)} AND {left} <> '0' "
            f"THEN repeat('#', {wide}) ELSE {fitted} END")


def width(model: str) -> int:
    """How wide SQL*Plus makes the column."""
    return len(model.upper().replace("FM", "")) + 1
