"""The report as PDF/A for the hospital's files: typst sets the blocks of `paper` with one font that travels along.

Nothing of this machine gets in: no system fonts, no present time, no network. The same run gives the same bytes, so an
archive can make the file again and compare. See docs/adr/.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import typst
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path

from pacs_rounds.report import words
from pacs_rounds.report.page import Page
from pacs_rounds.report.paper_tables import document
from pacs_rounds.report.view import RunView

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARD: Literal["a-2a"] = "a-2a"
"""PDF/A-2, tagged and with its text as Unicode. Under a standard typst refuses a glyph that the font lacks, instead of
printing an empty box; `typesettable` sees to it that none is asked for."""

BREAK = "\x1f"
_LONG_WORD = re.compile(r"[^\s\u2e80-\uffff]{13,}")  # Chinese breaks anywhere by itself
_PIECE = re.compile(r".[\u0300-\u036f]*(?:.[\u0300-\u036f]*){0,4}")
_NAMES = frozenset({"k", "s", "to", "id", "style", "tone", "svg"})


@functools.cache
def fonts() -> typst.Fonts:
    """The fonts that travel along; none of the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(sans_path().parent)])


@functools.cache
def _glyphs() -> frozenset[int]:
    """The code points of the font that every text falls back to."""
    with TTFont(sans_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


@functools.lru_cache(maxsize=16384)
def typesettable(text: str) -> str:
    """The text with each character that the font lacks written as its code point: `[U+05D0]`."""
    if text.isascii():
        return text
    have = _glyphs()
    return "".join(char if ord(char) in have else f"[U+{ord(char):04X}]" for char in text)


@functools.lru_cache(maxsize=16384)
def breakable(text: str) -> str:
    """The text with BREAK at each place where a long word may go on in the next line. The guard for texts of devices
    lets no control character through, so the mark is ours alone; the template sets nothing in its place."""
    return _LONG_WORD.sub(lambda word: BREAK.join(_PIECE.findall(word[0])), text)


def each(value: Any, change: Callable[[str], str]) -> Any:
    """Every text of some blocks changed, names and drawings as they are."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: each(one, change) if key not in _NAMES else one for key, one in value.items()}
    if isinstance(value, list):
        return [each(one, change) for one in value]
    return value


def moment(view: RunView) -> datetime:
    """The document's date: when the run was sealed, else when it ended or began; never the present."""
    stamps = [(view.link or {}).get("sealed_at"), view.facts.get("ended"), view.facts.get("started")]
    for stamp in stamps:
        try:
            at = datetime.fromisoformat(str(stamp))
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    return datetime.fromtimestamp(0, UTC)


def _data(view: RunView, lang: str) -> tuple[str, datetime]:
    page = Page(view, words.load(lang), "")
    at = moment(view)
    before, _, rest = page.words("page.number", page="\0", pages="\1").partition("\0")
    middle, _, after = rest.partition("\1")
    head = f"{view.link['seq']}:{view.link['sha256']}" if view.link else page.words("cover.not_sealed")
    site = page.both(view.facts.get("site_title"), str(view.facts.get("site")))
    around: dict[str, Any] = {
        "lang": lang, "title": page.short(f"{page.words('cover.title')} · {site} · {view.facts.get('run')}", 300),
        "footer": [page.short(view.facts.get("run"), 80), page.short(head, 100)], "number": [before, middle, after],
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second]}
    blocks = each(document(page), lambda text: breakable(typesettable(text)))
    return json.dumps({**each(around, typesettable), "blocks": blocks}, ensure_ascii=False), at


def render(view: RunView, lang: str) -> bytes:
    """The whole report as one PDF file."""
    data, at = _data(view, lang)
    return typst.compile(
        TEMPLATE, root=TEMPLATE.parent, font_paths=fonts(), ignore_system_fonts=True, sys_inputs={"data": data},
        format="pdf", pdf_standards=[STANDARD], timestamp=at)
