"""PDFs by typst, with the report's own font: labels and the book. The same input gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import typst

from pacs_rounds.cabling.labels import Label
from pacs_rounds.cabling.model import UNKNOWN, Register
from pacs_rounds.report import pdf

TEMPLATES = Path(__file__).parent / "templates"
FORMS = ("a4", "tape62")
STANDARD: Literal["a-2b"] = "a-2b"


def day_of(register: Register) -> date:
    """The register's own day: the newest date that stands in it; never the present."""
    days = [day for cable in register.cables.values() for day in (cable.installed, cable.test.get("on", ""))
            if day and day != UNKNOWN]
    return date.fromisoformat(max(days)) if days else date(2000, 1, 1)


def label_sheet(register: Register, labels: list[Label], form: str) -> bytes:
    """A sheet (a4) or one page per label (tape62)."""
    on = day_of(register)
    data: dict[str, Any] = {"form": "a4" if form == "a4" else "tape", "title": f"Cable labels {register.site}",
                            "date": [on.year, on.month, on.day], "labels": [asdict(one) for one in labels]}
    return _set(TEMPLATES / "labels.typ", data, on)


def _set(template: Path, data: dict[str, Any], on: date) -> bytes:
    text = json.dumps(_clean(data), ensure_ascii=False)
    return typst.compile(
        template, root=template.parent, font_paths=pdf.fonts(), ignore_system_fonts=True, sys_inputs={"data": text},
        format="pdf", pdf_standards=[STANDARD], timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC))


def _clean(value: Any) -> Any:
    """Every character that the font lacks as its code point."""
    if isinstance(value, str):
        return pdf.typesettable(value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


def book(register: Register, blocks: list[dict[str, Any]], title: str, footer: list[str], on: date,
         lang: str) -> bytes:
    """The hand-over book from the report's blocks (report/paper.py), with drawings."""
    data = {"lang": lang, "title": title, "footer": footer, "number": ["第 ", " 页 / 共 ", " 页"] if lang == "zh" else
            ["page ", " of ", ""], "date": [on.year, on.month, on.day, 0, 0, 0],
            "blocks": pdf.each(blocks, lambda text: pdf.breakable(pdf.typesettable(text)))}
    return _set_report({**pdf.each({key: data[key] for key in data if key != "blocks"}, pdf.typesettable),
                        "blocks": data["blocks"]}, on)


def _set_report(data: dict[str, Any], on: date) -> bytes:
    return typst.compile(
        pdf.TEMPLATE, root=pdf.TEMPLATE.parent, font_paths=pdf.fonts(), ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, format="pdf", pdf_standards=[STANDARD],
        timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC))
