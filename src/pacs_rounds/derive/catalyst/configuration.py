"""Running against saved configuration; space of the file systems."""

from __future__ import annotations

import difflib

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, Row

_SHOWN = 5
_KINDS = {"flash", "disk", "nvram"}


@derivation("catalyst.running_equals_startup")
def running_equals_startup(data: Data, context: Context) -> list[Row]:
    """One row: equal, differs (with the first differing lines), or never saved. The texts are redacted alike."""
    running, startup = said(data, "show_running_config"), said(data, "show_startup_config")
    if not startup["present"]:
        return [{"part": "configuration", "state": "never_saved", "detail": "there is no startup configuration"}]
    if running["lines"] == startup["lines"]:
        return [{"part": "configuration", "state": "equal", "detail": f"{len(running['lines'])} lines compared"}]
    changes = [line for line in difflib.unified_diff(startup["lines"], running["lines"], n=0, lineterm="")
               if not line.startswith(("---", "+++", "@@"))]
    shown = "; ".join(line[:80] for line in changes[:_SHOWN])
    more = f"; and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return [{"part": "configuration", "state": "differs",
             "detail": f"{len(changes)} lines differ (+ running, - saved): {shown}{more}"}]


@derivation("catalyst.flash_space")
def flash_space(data: Data, context: Context) -> list[Row]:
    """Used percent of every writable flash, disk and NVRAM with a size."""
    rows: list[Row] = []
    for one in said(data, "show_file_systems"):
        if one["type"] not in _KINDS or "w" not in one["flags"] or not one["size_bytes"]:
            continue
        name = one["prefixes"][0]
        if one["free_bytes"] is None or one["free_bytes"] > one["size_bytes"]:
            rows.append({"file_system": name, "unknown": "unparsable", "detail": "no free space is printed"})
            continue
        used = 100 * (one["size_bytes"] - one["free_bytes"]) / one["size_bytes"]
        rows.append({"file_system": name, "used_percent": round(used, 1),
                     "detail": f"{one['free_bytes']} of {one['size_bytes']} bytes free"})
    return rows
