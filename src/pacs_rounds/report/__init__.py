"""Reports and exports of a run: they read its files, never a device."""

from __future__ import annotations

from collections.abc import Callable

from pacs_rounds.report import exports
from pacs_rounds.report.view import RunView

FORMATS: dict[str, tuple[str, Callable[[RunView], str]]] = {
    "csv": (".csv", exports.csv),
    "junit": (".junit.xml", exports.junit),
    "prometheus": (".prom", exports.prometheus),
    "jsonl": (".jsonl", exports.json_lines),
    "sarif": (".sarif", exports.sarif),
}
"""Exports besides the HTML page: name -> (suffix of the file, function)."""


def _pdf(view: RunView, lang: str) -> bytes:
    from pacs_rounds.report import pdf  # the typesetter is loaded for those who ask for it only

    return pdf.render(view, lang)


def _xlsx(view: RunView, lang: str) -> bytes:
    from pacs_rounds.report import xlsx  # only who asks for a workbook waits for its library

    return xlsx.render(view, lang)


FILES: dict[str, tuple[str, Callable[[RunView, str], bytes]]] = {
    "pdf": (".pdf", _pdf),
    "xlsx": (".xlsx", _xlsx),
}
"""Formats written as bytes in one language: name -> (suffix after the language, function)."""
