"""A VNX array as its storage processors see it: state, time, and the small sums other texts rest on. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pacs_rounds.model import BadInput

State = dict[str, Any]
WELL = {"Present", "Valid"}
"""States of parts that are no fault."""
DISK_FAULTS = {"Removed", "Faulted", "Failed"}
OTHER = {"a": "b", "b": "a"}
OPEN = {
    "mirrors": {"kind", "uid", "far_uid", "luns", "state", "faulted", "image_state", "image_condition"},
    "snaps": {"luns", "state", "status", "hours_ago"}, "log": {"hours_ago", "who", "code", "text"},
}
"""What each entry of a list or mapping that a scenario fills has to hold."""


class VnxDevice:
    """One array. `clock` gives the time, `born` is when the lab was first started (both epoch seconds)."""

    def __init__(self, name: str, state: State, clock: Callable[[], float], born: float) -> None:
        self.name, self.state, self.clock, self.born = name, state, clock, born
        _check(name, state)

    def now(self, sp: str, ago_hours: float = 0.0) -> datetime:
        """The wall clock of one SP."""
        offset = self.state["sps"][sp]["clock_offset_seconds"] + 3600 * (self.state["timezone_hours"] - ago_hours)
        return datetime.fromtimestamp(self.clock(), UTC) + timedelta(seconds=offset)

    def uptime(self) -> float:
        """Seconds since the SPs were started; it counts on over a restart of the lab."""
        return float(self.state["uptime_days"] * 86400 + self.clock() - self.born)

    def drawn(self, *words: str, low: int = 0, high: int = 0xFFFFFFFF) -> int:
        """A number that is the same in every run."""
        digest = hashlib.sha256(" ".join((self.name, *words)).encode()).digest()
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def faulted(self) -> list[tuple[str, str]]:
        """What the array itself calls faulted: (part, word), parts in getcrus first, then disks."""
        parts = [(name, "Removed" if word in {"Empty", "Not Present"} else word)
                 for name, word in self.state["crus"].items() if word not in WELL]
        disks = [(place(slot), disk["state"]) for slot, disk in self.state["disks"].items()
                 if disk["state"] in DISK_FAULTS]
        return parts + disks


def place(slot: str) -> str:
    """`0_1_4` as `Bus 0 Enclosure 1 Disk 4`."""
    bus, enclosure, disk = slot.split("_")
    return f"Bus {bus} Enclosure {enclosure} Disk {disk}"


def blocks(gigabytes: float) -> int:
    """Capacity in the array's blocks of 512 bytes."""
    return round(gigabytes * 2097152)


def members(state: State, group: str) -> list[str]:
    """The slots of the disks of `RAID group 0` or `pool 0`."""
    return [slot for slot, disk in state["disks"].items() if disk["group"] == group]


def _check(name: str, state: State) -> None:
    """What refers to something must find it: a misspelt pool or port would be a healthy one."""
    known = {f"RAID group {one}" for one in state["raid_groups"]} | {f"pool {one}" for one in state["pools"]} | {""}
    wrong = [
        *(f"{name}: {sorted(keys ^ set(entry))} in {entry}" for name, keys in OPEN.items()
          for entry in (state[name].values() if isinstance(state[name], dict) else state[name]) if set(entry) != keys),
        *(f"disks.{slot}.group: {disk['group']}" for slot, disk in state["disks"].items()
          if disk["group"] not in known),
        *(f"disks.{slot}.type: {disk['type']}" for slot, disk in state["disks"].items()
          if disk["type"] not in state["disk_types"]),
        *(f"luns.{number}.pool: {lun['pool']}" for number, lun in state["luns"].items()
          if lun["pool"] not in state["pools"]),
        *(f"group_luns.{number}.group: {lun['group']}" for number, lun in state["group_luns"].items()
          if lun["group"] not in state["raid_groups"]),
        *(f"initiators.{one}.ports: {port}" for one, told in state["initiators"].items() for port in told["ports"]
          if port not in state["sp_ports"]),
        *(f"storage_groups.{group}: {one}" for group, told in state["storage_groups"].items()
          for one in [*(set(told["luns"].values()) - {*state["luns"], *state["group_luns"]}),
                      *(set(told["initiators"]) - set(state["initiators"]))]),
        *(f"sps.{sp}.state: {told['state']}" for sp, told in state["sps"].items()
          if told["state"] not in {"alive", "dead", "silent", "swallowed"}),
    ]
    if wrong:
        raise BadInput(f"lab: {name}", f"{wrong[0]}: there is no such thing", "name what the array has")
