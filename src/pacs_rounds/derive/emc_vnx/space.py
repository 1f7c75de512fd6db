"""RAID groups, pools and LUNs: state, space, growth, owners."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import Told, either, said, word
from pacs_rounds.derive.linux import DAY_SECONDS, number_of, seconds_since
from pacs_rounds.model import Context, NotApplicable, Row

_POOLS, _POOL_LUNS = "storagepool -list -all", "lun -list -all"
_GROUP_LUNS = "getlun -name -state -owner -default -trespass -capacity -rg -prb"
_LEAST_DAYS, _NEVER_DAYS = 0.5, 9999.0
# Gravest first: what counts where a RAID group has several states.
_GRAVE = ("invalid", "halted", "offline", "faulted", "double_faulted", "degraded", "dirty", "busy", "expanding",
          "defragmenting", "rebuilding", "equalizing")


@derivation("emc_vnx.raid_group_state")
def raid_group_state(data: Data, context: Context) -> list[Row]:
    """A row per RAID group, its gravest state as the word."""
    told = either(data, context, "getrg")
    if not isinstance(told, Told):
        return told
    rows: list[Row] = []
    for one in told.data:
        states = [word(state) for state in one.get("raidgroup_state", [])]
        worst = next((state for state in _GRAVE if state in states), None) or next(
            (state for state in states if state not in {"valid_luns", "explicit_remove"}), None)
        rows.append({"group": f"RAID group {one['raidgroup_id']}",
                     "state": "group_busy" if worst == "busy" else worst or (states[-1] if states else "not_told"),
                     "detail": said(f"{one.get('raidgroup_type')}, {len(one['list_of_disks'])} disks, says "
                                    f"{' '.join(one.get('raidgroup_state', []))}", told.remark)})
    return rows


def _pools(data: Data, context: Context) -> Told | list[Row]:
    told = either(data, context, _POOLS)
    if isinstance(told, Told) and not told.data:
        raise NotApplicable("the array has no storage pool")
    return told


@derivation("emc_vnx.pool_state")
def pool_state(data: Data, context: Context) -> list[Row]:
    """A row per pool: its state, or status_not_ok where the state is Ready and the status tells of something."""
    told = _pools(data, context)
    if not isinstance(told, Told):
        return told
    rows: list[Row] = []
    for one in told.data:
        state, status = word(one.get("state")) or "not_told", str(one.get("status") or "")
        if state == "ready" and status and not status.upper().startswith("OK"):
            state = "status_not_ok"
        rows.append({"pool": one["pool_name"], "state": state,
                     "detail": said(f"state {one.get('state')}, status {status or 'not told'}", _operation(one),
                                    told.remark)})
    return rows


def _operation(one: dict[str, Any]) -> str:
    what = one.get("current_operation")
    return "" if word(what) in {"", "none"} else f"{what} {one.get('current_operation_percent_completed')} %"


def _percent(data: Data, context: Context, key: str, measure: str) -> list[Row]:
    told = _pools(data, context)
    if not isinstance(told, Told):
        return told
    rows: list[Row] = []
    for one in told.data:
        row: Row = {"pool": one["pool_name"]}
        if one.get(key) is None:
            rows.append(row | {"unknown": "empty", "detail": f"the pool prints no {key.replace('_', ' ')}"})
            continue
        limit = one.get("percent_full_threshold")
        detail = said(f"{one.get('available_capacity_gbs')} GB free of {one.get('user_capacity_gbs')} GB",
                      f"the array's own threshold is {limit} %" if limit is not None else "", told.remark)
        rows.append(row | {measure: one[key], "detail": detail})
    return rows


@derivation("emc_vnx.pool_usage")
def pool_usage(data: Data, context: Context) -> list[Row]:
    """Percent full of each pool, with its own threshold as detail."""
    return _percent(data, context, "percent_full", "used_percent")


@derivation("emc_vnx.pool_subscribed")
def pool_subscribed(data: Data, context: Context) -> list[Row]:
    """Percent subscribed of each pool: above 100 more was promised to hosts than there is."""
    return _percent(data, context, "percent_subscribed", "subscribed_percent")


@derivation("emc_vnx.pool_days_to_full")
def pool_days_to_full(data: Data, context: Context) -> list[Row]:
    """Days until each pool is full at the growth since the last sealed run's emc_vnx.pool_usage."""
    rows = pool_usage(data, context)
    if any("pool" in row for row in rows) and not context.previous.get("emc_vnx.pool_usage"):
        raise NotApplicable("growth needs an earlier run of this host; this is the first")
    return [row if "unknown" in row else _days(row, context) for row in rows]


def _days(row: Row, context: Context) -> Row:
    earlier = context.earlier("emc_vnx.pool_usage", row["pool"])
    before, seconds = number_of(earlier), seconds_since(earlier, context.collected_at) if earlier else None
    if before is None or seconds is None:
        return {"pool": row["pool"], "unknown": "no_previous", "detail": "the last run did not have this pool"}
    days, now = seconds / DAY_SECONDS, row["used_percent"]
    if days < _LEAST_DAYS:
        raise NotApplicable("the last run is less than half a day old, too short to tell growth")
    since = f"{before} % -> {now} % in {days:.1f} days"
    if now <= before:
        return {"pool": row["pool"], "days_to_full": _NEVER_DAYS, "detail": f"not growing: {since}"}
    left = max(0.0, (100 - now) / ((now - before) / days))
    return {"pool": row["pool"], "days_to_full": min(_NEVER_DAYS, round(left, 1)), "detail": since}


def _luns(data: Data, context: Context) -> tuple[list[dict[str, Any]], list[Row], str]:
    """LUNs of pools and RAID groups in one shape, rows for a kind that nobody listed, and the remark about the SPs."""
    found: dict[int, dict[str, Any]] = {}
    gaps: list[Row] = []
    remark = ""
    for kind, command, suffix in (("pool LUNs", _POOL_LUNS, ""), ("RAID group LUNs", _GROUP_LUNS, "_group")):
        told = either(data, context, command, suffix)
        if not isinstance(told, Told):
            gaps += [{"lun": kind, **row} for row in told]
            continue
        remark = told.remark
        for one in told.data:
            found.setdefault(one["lun"], one)
    return [found[number] for number in sorted(found)], gaps, remark


def _name(one: dict[str, Any]) -> str:
    return f"LUN {one['lun']} {one.get('name') or ''}".strip()


@derivation("emc_vnx.lun_state")
def lun_state(data: Data, context: Context) -> list[Row]:
    """A row per LUN: faulted where the array says so, else its state, or status_not_ok."""
    luns, rows, remark = _luns(data, context)
    return [{"lun": _name(one), "state": _lun_word(one), "detail": said(
        f"says {one.get('current_state') or one.get('state')}",
        f"status {one['status']}" if one.get("status") else "",
        f"pool {one['pool_name']}" if one.get("pool_name") else f"RAID group {one.get('raidgroup_id')}",
        _operation(one), remark)} for one in luns] + rows


def _lun_word(one: dict[str, Any]) -> str:
    state, status = word(one.get("current_state") or one.get("state")), str(one.get("status") or "")
    if one.get("is_faulted") is True:
        return "faulted"
    if state in {"ready", "bound"} and status and not status.upper().startswith("OK"):
        return "status_not_ok"
    return "rebuilding" if state == "bound" and (one.get("prct_rebuilt") or 100) < 100 else state or "not_told"


@derivation("emc_vnx.lun_trespass")
def lun_trespass(data: Data, context: Context) -> list[Row]:
    """A row per LUN: does the SP own it that should (default owner)?"""
    luns, rows, remark = _luns(data, context)
    found: list[Row] = []
    for one in luns:
        now, meant = one.get("current_owner"), one.get("default_owner")
        state = "no_owner" if not now or not meant else "at_home" if word(now) == word(meant) else "trespassed"
        other = one.get("allocation_owner")
        found.append({"lun": _name(one), "state": state, "detail": said(
            f"default {meant or 'not told'}, current {now or 'not told'}",
            f"allocated by {other}" if other and word(other) != word(meant) else "", remark)})
    return found + rows
