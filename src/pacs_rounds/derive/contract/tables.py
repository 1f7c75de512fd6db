"""The tables of tables.yml, read once. They are data so that a new maker or model needs no code."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile


@functools.cache
def table(name: str) -> list[dict[str, Any]]:
    """The rows of one table: serials, models or shared."""
    rows: list[dict[str, Any]] = yamlfile.load(Path(__file__).with_name("tables.yml"))[name]
    return rows
