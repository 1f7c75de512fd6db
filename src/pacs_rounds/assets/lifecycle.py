"""The manufacturers' dates of data/lifecycle/*.yml, read and validated once."""

from __future__ import annotations

import datetime
import functools
import re
from pathlib import Path
from typing import Any

from pacs_rounds import memory, paths, yamlfile
from pacs_rounds.model import BadInput

UNKNOWN = "unknown"
_KEPT = ("product", "kind", "end_of_sale", "end_of_support", "source", "look_at")


@functools.cache
def products(directory: Path | None = None) -> tuple[dict[str, Any], ...]:
    """Every entry, with the date of its file as `as_of`. BadInput for a file that cannot be used."""
    place = directory or paths.LIFECYCLE
    files = sorted(place.glob("*.yml"))
    if not files:
        raise BadInput(yamlfile.show(place), "no manufacturers' dates found",
                       "run from a complete checkout of the project")
    key = memory.digest([*files, Path(__file__)])
    known: list[dict[str, Any]] | None = memory.recall("lifecycle", key)
    if known is None:
        known = [entry for path in files for entry in _read(path)]
        memory.remember("lifecycle", key, known)
    return tuple({**entry, "pattern": re.compile(entry["matches"], re.IGNORECASE)} for entry in known)


def _read(path: Path) -> list[dict[str, Any]]:
    """One file's entries, validated."""
    data = yamlfile.load(path)
    yamlfile.validate(data, "lifecycle", path)
    for number, entry in enumerate(data["products"]):
        _check(entry, path, number)
    return [{**entry, "as_of": data["as_of"]} for entry in data["products"]]


def _check(entry: dict[str, Any], path: Path, number: int) -> None:
    line = yamlfile.line_of(path, ["products", number])
    where = f"{yamlfile.show(path)}{f':{line}' if line else ''}"
    try:
        re.compile(entry["matches"])
    except re.error as error:
        raise BadInput(where, f"matches: no regular expression: {error}",
                       "write what the device calls itself") from None
    for key in ("end_of_sale", "end_of_support"):
        if entry[key] != UNKNOWN and day(entry[key]) is None:
            raise BadInput(where, f"{key}: {entry[key]} is no day of the calendar", "write YYYY-MM-DD")


def day(text: Any) -> datetime.date | None:
    """The day an ISO date names; None for `unknown`, nothing, or no date."""
    try:
        return datetime.date.fromisoformat(str(text))
    except ValueError:
        return None


def entry_for(kind: str, name: str) -> dict[str, Any] | None:
    """The first entry of that kind that fits the name: product, kind, dates, source or look_at, as_of; or None."""
    found = next((one for one in products() if one["kind"] == kind and one["pattern"].search(name)), None)
    if found is None:
        return None
    return {key: found[key] for key in (*_KEPT, "as_of") if key in found}
