"""Mirrors and snapshots, where the array has them."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import Told, either, said, word
from pacs_rounds.model import Context, NotApplicable, Row

_GRAVE = ("faulted", "out_of_sync", "system_fractured", "administratively_fractured", "admin_fractured", "fractured",
          "inconsistent", "rolling_back", "synchronizing", "updating", "consistent")


@derivation("emc_vnx.mirrors")
def mirrors(data: Data, context: Context) -> list[Row]:
    """A row per mirror, synchronous and asynchronous: the gravest of its own state and its secondary images'."""
    rows: list[Row] = []
    missing = 0
    for kind, suffix in (("sync", ""), ("async", "_async")):
        told = either(data, context, f"mirror -{kind} -list", suffix)
        if not isinstance(told, Told):
            rows += [{"mirror": f"{kind} mirrors", **row} for row in told]
            continue
        missing += not told.data["installed"]
        rows += [{"mirror": one["mirrorview_name"], "state": _state(one),
                  "detail": said(_detail(kind, one), told.remark)} for one in told.data["mirrors"]]
    if not rows:
        raise NotApplicable("mirroring is not installed on this array" if missing == 2 else "the array has no mirror")
    return rows


def _secondary(one: dict[str, Any]) -> list[dict[str, Any]]:
    return [image for image in one["images"] if image.get("is_image_primary") is not True]


def _state(one: dict[str, Any]) -> str:
    faulted = [one.get("mirrorview_faulted"), *(image.get("image_faulted") for image in _secondary(one))]
    words = [word(image.get(key)) for image in _secondary(one) for key in ("image_state", "image_condition")]
    if True in faulted:
        return "faulted"
    if word(one.get("mirrorview_state")) != "active":
        return word(one.get("mirrorview_state")) or "not_told"
    if not _secondary(one):
        return "no_secondary"
    known = [*_GRAVE, "synchronized", "normal", "in_sync"]
    strange = next((said_ for said_ in words if said_ and said_ not in known), None)
    return strange or next((state for state in _GRAVE[:-1] if state in words), "in_sync")


def _detail(kind: str, one: dict[str, Any]) -> str:
    images = ", ".join(f"{image.get('image_state')} {image.get('image_condition')}" for image in _secondary(one))
    return f"{kind}, {one.get('mirrorview_state')}, secondary images: {images or 'none'}"


@derivation("emc_vnx.snapshots")
def snapshots(data: Data, context: Context) -> list[Row]:
    """A row per snapshot; an array without any is not applicable."""
    told = either(data, context, "snap -list -detail")
    if not isinstance(told, Told):
        return told
    if not told.data:
        raise NotApplicable("the array has no snapshot")
    return [{"snapshot": one["name"], "state": _snapshot(one), "detail": said(
        f"of LUN {one.get('source_lun_s') or 'not told'}", f"made {one.get('creation_time')}", told.remark)}
        for one in told.data]


def _snapshot(one: dict[str, Any]) -> str:
    status = str(one.get("status") or "OK").upper()
    return (word(one.get("state")) or "not_told") if status.startswith("OK") else "status_not_ok"
