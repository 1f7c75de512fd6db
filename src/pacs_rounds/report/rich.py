"""Runbook text (the closed subset of HTML that `runbook` writes) as blocks for a typesetter. Pure."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from pacs_rounds.report.safe import visible

_STYLES = {"code": "code", "b": "bold"}


class _Blocks(HTMLParser):
    """Collects p, ul, ol, pre and table; text outside of all of them is a paragraph of its own, never lost."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[dict[str, Any]] = []
        self.runs: list[dict[str, str]] | None = None
        self.style = ""
        self.pre: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self.runs = []
            step = ("class", "step-head") in attrs
            self.blocks.append({"k": "p", "style": "step" if step else "", "runs": self.runs})
        elif tag in ("ul", "ol"):
            self.blocks.append({"k": "list", "ordered": tag == "ol", "bare": False, "items": []})
        elif tag == "table":
            self.blocks.append({"k": "table", "widths": [], "head": [], "rows": [], "right": [], "style": "book",
                                "whole": True})
        elif tag == "tr":
            self.blocks[-1]["rows"].append({"tone": "", "cells": []})
        elif tag in ("li", "td"):
            self.runs = []
            place = self.blocks[-1]["items"] if tag == "li" else self.blocks[-1]["rows"][-1]["cells"]
            place.append(self.runs)
        elif tag == "pre":
            self.pre = []
        elif tag in _STYLES:
            self.style = _STYLES[tag]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "li", "td"):
            self.runs = None
        elif tag == "pre" and self.pre is not None:
            lines = "".join(self.pre).split("\n")
            self.blocks.append({"k": "pre", "lines": [visible(line) for line in lines]})
            self.pre = None
        elif tag == "table":
            _even(self.blocks[-1])
        elif tag in _STYLES:
            self.style = ""

    def handle_data(self, data: str) -> None:
        if self.pre is not None:
            self.pre.append(data)
        elif self.runs is not None:
            self.runs.append({"t": visible(data), "s": self.style, "to": ""})
        elif data.strip():
            self.blocks.append({"k": "p", "style": "", "runs": [{"t": visible(data), "s": "", "to": ""}]})


def _even(table: dict[str, Any]) -> None:
    """The first row is the head; short rows get empty cells, so that every cell keeps its column."""
    columns = max((len(row["cells"]) for row in table["rows"]), default=1)
    for row in table["rows"]:
        row["cells"] += [[] for _ in range(columns - len(row["cells"]))]
    table["widths"] = [1] * columns
    table["head"] = table["rows"].pop(0)["cells"] if table["rows"] else []


def rich(html: str) -> list[dict[str, Any]]:
    """The blocks of a runbook's part."""
    found = _Blocks()
    found.feed(str(html))
    found.close()
    return found.blocks
