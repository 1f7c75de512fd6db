"""Parameter files: init.ora, and the readable part of a binary spfile."""

from __future__ import annotations

import re

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import Fields, fail

_PARAMETER = re.compile(r"^(?:(?P<sid>\*|[\w$#]+)\.)?(?P<name>_{0,2}[A-Za-z][\w$]*)\s*=\s*(?P<value>.*)$")


def _text_of(raw: str) -> str:
    """The text of a binary spfile with its block headers taken out."""
    if '\x00' not in raw and not re.search(r'C\s+C"|^C"', raw):
        return raw
    # A block ends with the mark C and zeros, the next begins with C" and a header; both may stand inside a value.
    parts = re.split(r'[\x00-\x09\x0b-\x1f \x7f-\x9f]*\bC[\x00-\x09\x0b-\x1f ]+(?=C")|^(?=C")', raw)
    kept = []
    for part in parts:
        if not part.startswith('C"'):
            kept.append(part)
            continue
        # The header is C" and fourteen or so bytes, the last two zeros or blanks; text follows, or nothing.
        body = re.match(r'C"[^\n]*?[\x00 ]{2}(?=[A-Za-z*_(\'",/.][\w.*\'"(),=/\\ -])', part)
        if body:
            kept.append(part[body.end():])
    return "".join(kept)


def _values(written: str) -> str | list[str]:
    quoted = re.findall(r"'((?:[^']|'')*)'|\"([^\"]*)\"", written)
    rest = re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "", written).strip()
    if quoted and not rest.strip(", ()"):
        values = [one or other for one, other in quoted]
        return values[0] if len(values) == 1 else values
    return written.strip()


# *.db_block_size=8192
# *.control_files='/u02/oradata/PACS/control01.ctl','/u03/oradata/PACS/control02.ctl'
# PACS.__db_cache_size=25501368320
@parser("oracle.spfile")
def spfile(text: str) -> list[Fields]:
    """A parameter file, also a binary one as `cat` or `strings` shows it: [{"sid": * for all instances, "name",
    "value": text or list of texts, "comment"}], in the file's order, values as written (`4560m` stays). ParseError for
    a line that is no parameter, and for none at all."""
    found: list[Fields] = []
    for line in _text_of(text).splitlines():
        shown = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", line).strip()
        if not shown or shown.startswith("#") or re.fullmatch(r"(?:C\"?\W*\w{0,3}\s*)+", shown):
            continue
        match = _PARAMETER.match(shown)
        if not match:
            fail("no parameter", shown)
        value, comment = match["value"], None
        if outside := re.match(r"((?:[^'\"#]|'[^']*'|\"[^\"]*\")*)#(.*)$", value):
            value, comment = outside[1], outside[2].strip()
        found.append({"sid": match["sid"] or "*", "name": match["name"].lower(), "value": _values(value),
                      "comment": comment})
    if not any(one["name"] in ("db_name", "control_files", "compatible", "db_block_size", "spfile") for one in found):
        raise ParseError("no parameter file of a database: neither db_name nor control_files nor compatible in it")
    return found
