"""Write and read cache of the SPs. A failing battery (SPS) switches the write cache off without any other sign."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import each, word
from pacs_rounds.model import Context, Row

_OFF = {"disabled", "disabling", "frozen", "dumping", "off"}


@derivation("emc_vnx.cache_state")
def cache_state(data: Data, context: Context) -> list[Row]:
    """Rows for write cache, its mirroring and read cache as each SP tells them."""
    rows: list[Row] = []
    for name, told, gap in each(data, context, "getcache"):
        if told is None:
            rows.append({"cache": f"{name} write cache", **gap})
            continue
        dirty = told.get("prct_dirty_cache_pages")
        detail = f"dirty pages {dirty} %" if dirty is not None else ""
        rows.append({"cache": f"{name} write cache", "state": _state(told, "write"), "detail": detail})
        rows.append({"cache": f"{name} write cache mirror", "state": _mirror(told)})
        read = _state(told, "read")
        rows.append({"cache": f"{name} read cache", "state": f"read_{read}" if read in _OFF else read})
    return rows


def _state(told: dict[str, Any], kind: str) -> str:
    return word(told.get(f"sp_{kind}_cache_state")) or "not_told"


def _mirror(told: dict[str, Any]) -> str:
    mirrored = told.get("write_cache_mirrored")
    return {True: "mirrored", False: "not_mirrored", None: "not_told"}[mirrored if mirrored in (True, False) else None]
