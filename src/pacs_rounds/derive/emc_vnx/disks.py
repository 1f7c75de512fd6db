"""Disks: their state, spares, error counters."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import Told, either, listed, said, word
from pacs_rounds.model import Context, Row

_COMMAND = "getdisk"
_DISKS_PER_SPARE = 30  # the vendor's rule: one hot spare per thirty disks
_SPARES = {"hot_spare_ready"}
# A spare that took over: how VNX1 words it.
_IN_USE = {"hot_spare", "hot_spare_in_use", "copying_to_hot_spare"}


def _about(one: dict[str, Any]) -> str:
    return " ".join(str(one[key]) for key in ("product_id", "serial_number") if one.get(key))


@derivation("emc_vnx.disk_state")
def disk_state(data: Data, context: Context) -> list[Row]:
    """A row per disk. An empty slot that the baseline lists, or that neither SP prints, is absent. Empty slots that no
    baseline speaks of are one row: nobody can tell whether a disk was pulled out of one."""
    told = either(data, context, _COMMAND)
    if not isinstance(told, Told):
        return told
    agreed = dict.fromkeys(listed(context, "disks"))
    rows: list[Row] = []
    empty: list[str] = []
    by_name = {one["disk"]: one for side in (told.other or [], told.data) for one in side}
    for name, one in by_name.items():
        state = word(one.get("state"))
        expected = name in agreed
        agreed.pop(name, None)
        if state == "empty" and not expected:
            empty.append(name)
            continue
        rebuilt = f"rebuilt {one['prct_rebuilt']}" if state in {"rebuilding", "equalizing"} and one.get(
            "prct_rebuilt") else ""
        rows.append({"disk": name, "state": "absent" if state == "empty" else state or "not_told",
                     "detail": said(f"says {one.get('state') or 'nothing'}", _about(one), rebuilt, told.remark)})
    rows += [{"disk": name, "state": "absent", "detail": said("listed in the baseline, not on the array", told.remark)}
             for name in agreed]
    if empty:
        state = "not_in_baseline" if "disks" in context.baseline else "no_baseline"
        rows.append({"disk": "empty slots", "state": state, "detail": said(
            f"{len(empty)} empty: {', '.join(empty[:6])}{' …' if len(empty) > 6 else ''}", told.remark)})
    return rows


@derivation("emc_vnx.hot_spares")
def hot_spares(data: Data, context: Context) -> list[Row]:
    """One row: are as many spares ready as agreed (baseline hot_spares, else one per thirty disks)?"""
    told = either(data, context, _COMMAND)
    if not isinstance(told, Told):
        return told
    states = [word(one.get("state")) for one in told.data]
    ready, used = sum(state in _SPARES for state in states), sum(state in _IN_USE for state in states)
    wanted = context.baseline.get("hot_spares")
    agreed = "agreed" if wanted is not None else "by the vendor's rule of one per thirty disks"
    if wanted is None:
        wanted = -(-sum(state != "empty" for state in states) // _DISKS_PER_SPARE)
    agent = either(data, context, "getagent", "_agent")
    if not ready and isinstance(agent, Told) and str(agent.data.get("revision")).startswith("05.33"):
        ready = states.count("unbound")  # from OE 05.33 on any unbound disk is a spare
    state = "enough" if ready >= wanted else "in_use" if used else "none_ready" if not ready else "too_few"
    return [{"part": "hot spares", "state": state, "detail": said(
        f"{ready} ready, {wanted} {agreed}", f"{used} in use" if used else "", told.remark)}]


def _errors(data: Data, context: Context, kind: str) -> list[Row]:
    told = either(data, context, _COMMAND)
    if not isinstance(told, Told):
        return told
    rows: list[Row] = []
    for one in told.data:
        counts = [one.get(f"{kind}_{way}_errors") for way in ("read", "write")]
        if one.get("serial_number") is None and counts == [None, None]:
            continue  # an empty slot, or a disk that was taken out: disk_state has it
        if None in counts:
            rows.append({"disk": one["disk"], "unknown": "empty", "detail": f"it prints no {kind} error counters"})
        else:
            rows.append({"disk": one["disk"], "errors": sum(counts), "detail": said(
                f"{counts[0]} read, {counts[1]} write", _about(one), told.remark)})
    return rows


@derivation("emc_vnx.disk_hard_errors")
def disk_hard_errors(data: Data, context: Context) -> list[Row]:
    """Hard read plus write errors of each disk: what the array could not correct."""
    return _errors(data, context, "hard")


@derivation("emc_vnx.disk_soft_errors")
def disk_soft_errors(data: Data, context: Context) -> list[Row]:
    """Soft read plus write errors of each disk: corrected, and growing on a disk that is about to fail."""
    return _errors(data, context, "soft")
