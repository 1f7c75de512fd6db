"""Space of the file systems."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, Row

_KINDS = {"flash", "disk", "nvram"}


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
