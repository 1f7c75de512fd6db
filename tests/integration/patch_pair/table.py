"""The table of faults in docs/patching.md: its words are the cases' own docstrings, its figures those of a whole run.

`ROUNDS_PATCH_TABLE=docs/patching.md pytest tests/integration/test_patch_pair.py` writes it anew;
tests/unit/test_patch_faults.py holds it against the cases.
"""

from __future__ import annotations

import ast
import datetime
import os
from collections.abc import Mapping
from pathlib import Path

CASES = Path(__file__).resolve().parents[1] / "test_patch_pair.py"
BEGIN, END = "<!-- pair:begin -->\n", "<!-- pair:end -->\n"
HEAD = "| fault | ends as | longest gap | starts |\n|---|---|---|---|\n"


def cases() -> dict[str, str]:
    """{name of the case: its docstring, `fault | ends as`}, in order."""
    body = ast.parse(CASES.read_text()).body
    return {one.name: " ".join((ast.get_docstring(one) or "").split()) for one in body
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def _span(text: str) -> tuple[int, int]:
    begin = text.index(BEGIN) + len(BEGIN)
    return begin, text.index(END, begin)


def part(text: str) -> str:
    """What stands between the markers; ValueError without them."""
    begin, end = _span(text)
    return text[begin:end]


def write(path: Path, results: Mapping[str, tuple[float, int]]) -> None:
    """Put a run's {case: (longest gap in seconds, starts of the service)} into the table; every case must be there."""
    rows = "".join(f"| {words} | {results[name][0]:.1f} s | {results[name][1]} |\n" for name, words in cases().items())
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = path.read_text()
    begin, end = _span(text)
    said = f"Run of {day}, {len(results)} cases, all as told, on {os.cpu_count()} cores.\n\n"
    path.write_text(text[:begin] + said + HEAD + rows + text[end:])
