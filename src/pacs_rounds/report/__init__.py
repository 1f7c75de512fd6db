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
