"""Serial number against the contract; software that waits for its commit."""

from __future__ import annotations

import re

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import Told, either, said
from pacs_rounds.model import Context, NotApplicable, Row

_SHAPE = re.compile(r"[A-Z]{3}[A-Z0-9]?\d{10,11}")


@derivation("emc_vnx.serial_number")
def serial_number(data: Data, context: Context) -> list[Row]:
    """One row: does the array say the serial number that the contract has?"""
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    if not written:
        raise NotApplicable("the contract lists no serial number for this array")
    told = either(data, context, "getagent")
    if not isinstance(told, Told):
        return told
    serial = str(told.data.get("serial_no") or "").strip().upper()
    row: Row = {"part": "serial number"}
    if not serial:
        return [row | {"unknown": "empty", "detail": "the array says no serial number"}]
    if serial == written:
        return [row | {"state": "match", "detail": said(f"the array says {serial}", told.remark)}]
    detail = said(f"contract {written}, array {serial}", told.remark)
    return [row | {"state": "different" if _SHAPE.fullmatch(written) else "implausible", "detail": detail}]


@derivation("emc_vnx.ndu_uncommitted")
def ndu_uncommitted(data: Data, context: Context) -> list[Row]:
    """A row per software package: committed, waiting for its commit, not fully installed, or not active."""
    told = either(data, context, "ndu -list")
    if not isinstance(told, Told):
        return told
    rows: list[Row] = []
    for one in told.data:
        state = "incomplete" if one.get("is_installation_completed") is False else \
            "uncommitted" if one.get("commit_required") is True else \
            "inactive" if one.get("active_state") is False else \
            "committed" if one.get("commit_required") is False else "not_told"
        rows.append({"package": one["name"], "state": state,
                     "detail": said(f"revision {one['revision']}" if one.get("revision") else "", told.remark)})
    return rows
