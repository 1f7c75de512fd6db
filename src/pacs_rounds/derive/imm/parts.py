"""Power supplies, disks and RAID: what an IMM2 tells, and what an IMM1 does not have."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.imm.common import Instead, graver, health_word, listed, parts, table, untold, word
from pacs_rounds.model import Context, NotApplicable, Reason, Row

POWER = "snmpwalk -On 1.3.6.1.4.1.2.3.51.3.1.11"
DISKS = "snmpwalk -On 1.3.6.1.4.1.2.3.51.3.1.12"
RAID = "snmpwalk -On 1.3.6.1.4.1.2.3.51.3.1.13.1"


@derivation("imm.power_supplies")
def power_supplies(data: Data, context: Context) -> list[Row]:
    """A row per power module, and one for the power system where the IMM2 lists it."""
    wanted = listed(context, "power_supplies")
    try:
        found = table(data, context, POWER, "ibm_imm.power_supplies", wanted, "power supplies")
    except Instead as instead:
        return [{"supply": "*", **row} for row in instead.rows]
    rows = [{"supply": one["module"], "state": health_word(one["health"]) or "not_present",
             "detail": _detail(one["health"], one["serial"] and f"serial {one['serial']}")} for one in found]
    return untold(parts(rows, wanted, "supply"))


@derivation("imm.disks")
def disks(data: Data, context: Context) -> list[Row]:
    """A row per disk bay that the IMM2 knows."""
    wanted = listed(context, "disks")
    try:
        found = table(data, context, DISKS, "ibm_imm.disks", wanted, "disks")
    except Instead as instead:
        return [{"disk": "*", **row} for row in instead.rows]
    rows = [{"disk": one["disk"], "state": health_word(one["health"]) or "not_present",
             "detail": _detail(one["health"], None)} for one in found]
    return untold(parts(rows, wanted, "disk"))


def _detail(health: str, more: str | None) -> str:
    return ", ".join(part for part in (f"the IMM says {health or 'nothing'}", more) if part)


_RAID = {
    "optimal": "ok", "online": "ok", "ok": "ok", "normal": "ok", "good": "ok", "active": "ok", "hot_spare": "ok",
    "global_hot_spare": "ok", "dedicated_hot_spare": "ok", "hotspare": "ok", "unconfigured_good": "ok", "jbod": "ok",
    "degraded": "degraded", "partially_degraded": "degraded", "partial_degraded": "degraded", "critical": "degraded",
    "rebuild": "rebuilding", "rebuilding": "rebuilding", "copyback": "rebuilding", "initializing": "rebuilding",
    "offline": "failed", "failed": "failed", "missing": "failed", "defunct": "failed", "unconfigured_bad": "failed",
}
_BATTERY = {"optimal": "ok", "normal": "ok", "ok": "ok", "good": "ok", "charging": "ok", "learning": "ok",
            "degraded": "battery_weak", "low": "battery_weak", "failed": "battery_failed", "missing": "battery_failed"}


@derivation("imm.raid")
def raid(data: Data, context: Context) -> list[Row]:
    """A row per volume, pool and drive, and one per controller with a battery; only where the IMM can ask the RAID
    controller."""
    wanted, said = listed(context, "raid_volumes"), data.get("ibm_imm.raid")
    if said is not None and said["capable"] is None and not any(said.values()):
        said = None  # the agent said that it has no such table
    try:
        found = table({"ibm_imm.raid": said}, context, RAID, "ibm_imm.raid", wanted, "RAID volumes")
        return _raid(found, wanted)
    except Instead as instead:
        return [{"part": "*", **row} for row in instead.rows]


def _raid(found: dict[str, Any], wanted: list[str] | None) -> list[Row]:
    rows = [_row(f"volume {one['name']}", one["status"], "status") for one in found["volumes"]]
    rows = parts(rows, None if wanted is None else [f"volume {name}" for name in wanted], "part")
    # A pool may tell its level instead of a state ("RAID 1"): then its volumes speak for it.
    rows += [_row(f"pool {one['name']}", one["state"], "state") for one in found["pools"]
             if not word(one["state"]).startswith("raid_")]
    rows += [_drive(one) for one in found["drives"]]
    rows += [_battery(one) for one in found["controllers"] if one["battery_installed"]]
    if rows:
        return rows
    why = "the IMM cannot ask its RAID controller" if found["capable"] is False else "no RAID behind this IMM"
    if any(found[kind] for kind in ("controllers", "drives", "pools", "volumes")) or found["capable"]:
        return [{"part": "RAID", "unknown": Reason.EMPTY.value, "detail": "the IMM lists a controller and no volume"}]
    raise NotApplicable(why)


def _row(part: str, said: str | None, what: str) -> Row:
    if not word(said):
        return {"part": part, "unknown": Reason.EMPTY.value, "detail": f"the IMM tells no {what}"}
    return {"part": part, "state": _RAID.get(word(said), word(said)), "detail": f"{what} {said}"}


def _drive(one: dict[str, Any]) -> Row:
    health = health_word(one["health"])
    state = _RAID.get(word(one["state"]), word(one["state"]))
    counts = {"media errors": one["media_errors"], "other errors": one["other_errors"],
              "predicted failures": one["predicted_failures"]}
    told = [f"state {one['state'] or 'not told'}", f"health {one['health'] or 'not told'}",
            *(f"{value} {name}" for name, value in counts.items() if value),
            one["serial"] and f"serial {one['serial']}"]
    row: Row = {"part": f"drive {one['name']}", "detail": ", ".join(part for part in told if part)}
    if not state and not health:
        return {**row, "unknown": Reason.EMPTY.value}
    if health in {"critical", "nonrecoverable"} and state in {"ok", "rebuilding", ""}:
        return {**row, "state": "failed"}
    if state == "ok" and (one["predicted_failures"] or health == "warning"):
        return {**row, "state": "predicted_failure"}
    return {**row, "state": state if state and state != "ok" else graver(state or "ok", health)}


def _battery(one: dict[str, Any]) -> Row:
    said = word(one["battery_status"])
    row: Row = {"part": f"battery of {one['name']}", "detail": f"status {one['battery_status'] or 'not told'}"}
    return {**row, "state": _BATTERY.get(said, said)} if said else {**row, "unknown": Reason.EMPTY.value}


@derivation("imm.processors_and_memory")
def processors_and_memory(data: Data, context: Context) -> list[Row]:
    """A row per processor and memory module. An IMM1 lists them without their health: `listed`."""
    kinds = (("ibm_imm.processors", "processor", "processors"), ("ibm_imm.memory", "module", "memory"))
    rows: list[Row] = []
    for parser, name, key in kinds:
        found: list[Row] = [{"part": one[name], "state": _listed(one["health"]), "detail": _component(one)}
                            for one in data[parser]]
        wanted = listed(context, key)
        if wanted and not found:  # an IMM without the table, not a server without memory
            rows.append({"part": key, "unknown": Reason.EMPTY.value, "detail": f"the IMM tells no {key}"})
        else:
            rows += untold(parts(found, wanted, "part"))
    return rows


def _listed(health: str | None) -> str:
    return "listed" if health is None else health_word(health) or "not_present"


def _component(one: dict[str, Any]) -> str:
    size = one.get("bytes")
    told = [f"{size // 2**30} GiB" if size is not None else None, one.get("part_number"),
            f"{one['cores']} cores" if one.get("cores") else None,
            f"the IMM says {one['health'] or 'nothing'}" if one["health"] is not None else None]
    return ", ".join(part for part in told if part)
