"""Software RAID and multipath."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, against_baseline, derivation
from pacs_rounds.derive.linux import agreed, answer_to, not_answered, tool_missing
from pacs_rounds.model import Context, NotApplicable, Reason, Row

_OPERATIONS = {"recovery": "rebuilding", "resync": "resyncing", "reshape": "reshaping", "check": "checking",
               "repair": "checking"}
MULTIPATH_COMMAND = "multipath -ll"


def _array_state(array: dict[str, Any]) -> str:
    """One word for an array. A rebuild in progress outranks the missing disk it is replacing."""
    operation = array["operation"]
    missing = "_" in (array["disk_map"] or "") or (
        array["disks_wanted"] is not None and array["disks_active"] < array["disks_wanted"])
    if not array["active"]:
        return "inactive"
    if missing:
        running = operation and operation["kind"] == "recovery" and operation["waiting"] is None
        return "rebuilding" if running else "degraded"
    if any("F" in member["flags"] for member in array["members"]):
        return "faulty_member"
    if operation:
        return _OPERATIONS[operation["kind"]]
    return "read_only" if array["read_only"] == "read-only" else "clean"


def _array_detail(array: dict[str, Any]) -> str:
    parts = [array["level"] or "no level", array["disk_map"] and f"[{array['disk_map']}]"]
    faulty = [member["device"] for member in array["members"] if "F" in member["flags"]]
    operation = array["operation"]
    if faulty:
        parts.append(f"faulty: {', '.join(faulty)}")
    if operation:
        far = f"{operation['percent']} %" if operation["percent"] is not None else operation["waiting"]
        parts.append(f"{operation['kind']} {far}")
    return ", ".join(part for part in parts if part)


@derivation("linux.software_raid")
def software_raid(data: Data, context: Context) -> list[Row]:
    """Each md array, plus those the baseline names and the kernel does not have."""
    wanted = [str(name) for name in agreed(context, "raids")]
    arrays = data["linux.mdstat"]["arrays"]
    if not arrays and not wanted:
        raise NotApplicable("no software RAID here, and the baseline names none")
    rows: list[Row] = [{"array": array["name"], "state": _array_state(array), "detail": _array_detail(array)}
                       for array in arrays]
    return against_baseline(rows, wanted, "array")


def _good(path: dict[str, Any]) -> bool:
    """A ghost is the passive controller's path: healthy, and waiting."""
    return (path["dm_state"] == "active" and path["checker_state"] in ("ready", "ghost")
            and path["device_state"] in (None, "running", "undef", "unknown"))


def _map_row(one: dict[str, Any], agreed_paths: int | None) -> Row:
    paths = [path for group in one["groups"] for path in group["paths"]]
    good = [path for path in paths if _good(path)]
    target = max(len(paths), agreed_paths or 0)
    unproven = [path for path in paths if path["dm_state"] == "active" and path["checker_state"] == "undef"]
    if unproven and len(good) + len(unproven) >= target:
        return {"map": one["name"], "unknown": Reason.UNLISTED_WORD.value,
                "detail": f"no path checker has looked at {', '.join(path['device'] for path in unproven)[:200]}"}
    if not good:
        state = "no_paths"
    elif len(good) >= target:
        state = "single_path" if target == 1 and agreed_paths is None else "complete"
    else:
        state = "last_path" if len(good) == 1 else "degraded"
    bad = ", ".join(f"{path['device']} {path['dm_state']} {path['checker_state']}" for path in paths
                    if not _good(path))
    detail = f"{len(good)} of {target} paths" + (f"; {bad}" if bad else "")
    return {"map": one["name"], "state": state, "detail": detail[:300]}


@derivation("linux.multipath")
def multipath(data: Data, context: Context) -> list[Row]:
    """Each multipath map with its healthy paths against those agreed, plus the maps of the baseline that are absent."""
    wanted = agreed(context, "multipath", dict)
    maps = data["linux.multipath"]
    if maps is None:
        answer = answer_to(context, MULTIPATH_COMMAND)
        if not tool_missing(answer):
            return [not_answered(answer, "map", "*")]
        if not wanted:
            raise NotApplicable("multipath is not installed, and the baseline names no maps")
        return [{"map": str(name), "state": "absent", "detail": "multipath is not installed"} for name in wanted]
    if not maps and not wanted:
        raise NotApplicable("no multipath map here, and the baseline names none")
    by_wwid = {one["wwid"]: one["name"] for one in maps}
    paths = {by_wwid.get(str(name), str(name)): int(count) for name, count in wanted.items()}
    return against_baseline([_map_row(one, paths.get(one["name"])) for one in maps], list(paths), "map")
