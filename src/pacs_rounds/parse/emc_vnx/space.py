"""RAID groups, storage pools and LUNs: getrg, storagepool, lun, getlun. A block is 512 bytes."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.general import records
from pacs_rounds.parse.emc_vnx.text import Fields, blocks, fail, lines_of, need, read, says_none, snake, split, typed

_DISK = re.compile(r"Bus\s+(\d+)\s+Enclosure\s+(\d+)\s+Disk\s+([A-Z]?\d+)")
_SIZES = r".*_(?:blocks|gbs|megabytes|stripes|non_contiguous)"


def _disks(value: Any) -> list[str]:
    """Disks of a list as 0_0_9."""
    shown = value if isinstance(value, list) else [value] if value else []
    return ["_".join(match.groups()) if (match := _DISK.search(one)) else fail("no disk", one) for one in shown]


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _numbers_in(value: Any) -> list[int]:
    shown = " ".join(_words(value))
    if re.search(r"[^\d,\s]", shown):
        fail("numbers of LUNs expected", shown)
    return [int(one) for one in re.findall(r"\d+", shown)]


# RaidGroup ID:                              4
# RaidGroup State:                           Explicit_Remove
#                                            Valid_luns
# List of disks:                             Bus 0 Enclosure 1  Disk 5
@parser("emc_vnx.getrg")
def getrg(text: str) -> list[Fields]:
    """One per RAID group: {"raidgroup_id", "raidgroup_type", "raidgroup_state": [words], "list_of_disks": ["0_1_5"],
    "list_of_luns": [int], capacities in blocks, …}; [] when there is none."""
    lines = lines_of(text)
    if says_none(lines):
        return []
    found = []
    for match, body in blocks(lines, re.compile(r"^\s*RaidGroup ID:\s*(\d+)\s*$", re.IGNORECASE)):
        fields = typed(read(body), rf"{_SIZES}|free_contiguous_group.*|max_number_of_\w+")
        need(fields, "raidgroup_state", "raidgroup_type", "list_of_disks", "raw_capacity_blocks")
        if "raidgroup_state" in fields:
            fields["raidgroup_state"] = _words(fields["raidgroup_state"])
        fields["list_of_disks"] = _disks(fields.get("list_of_disks"))
        fields["list_of_luns"] = _numbers_in(fields.get("list_of_luns"))
        found.append({"raidgroup_id": int(match[1]), **fields})
    return found


_POOL = re.compile(r"^\s*(?:Thin )?Pool Name:\s*(.*)$")
_TIER = re.compile(r"^\s*(?:Tier )?Name:\s*(\S.*?)\s*$")  # OE 05.31 writes Name below a line Tiers:
_REST = re.compile(r"^\s*(?:Rebalance Percent Complete|Disks|LUNs|FAST Cache|Auto-Delete.*?)\s*:")
_POOL_NUMBERS = rf"pool_id|percent_(?:full|subscribed)\w*|{_SIZES}|current_operation_percent_completed|raid_drive_count"


# Pool Name:  PACS_POOL
# Pool ID:  0
# Percent Full Threshold:  70
# State:  Ready
# Status:  OK(0x0)
# Percent Full:  61.026
@parser("emc_vnx.storagepool")
def storagepool(text: str) -> list[Fields]:
    """One per pool: {"pool_name", "pool_id", "state", "status", "percent_full", "percent_subscribed",
    "percent_full_threshold", capacities in blocks and GB, "disks": ["0_0_9"], "luns": [int], "tiers": [{…,
    "disks", "disk_types"}]}.

    `storagepool -feature -info` gives one record by the array's own names. [] when there is no pool.
    """
    lines = lines_of(text)
    if says_none(lines):
        return []
    if re.match(r"^\s*(?:Is Virtual Provisioning|Max\.|Total Number of|Number of Disks used|Available Disks)",
                lines[0]):
        return [typed(one) for one in records(lines)]
    found = []
    for match, body in blocks(lines, _POOL):
        own, tiers = split(body, _TIER)
        if tiers:  # what follows the last tier belongs to the pool again
            last = tiers[-1][1]
            cut = next((place for place, line in enumerate(last) if _REST.match(line)), len(last))
            own, tiers[-1] = own + last[cut:], (tiers[-1][0], last[:cut])
        fields = typed(read(own, skip=re.compile(r"^\s*Tiers?:\s*$")), _POOL_NUMBERS)
        need(fields, "pool_id", "state", "percent_full", "user_capacity_blocks", "thin_pool_id")
        fields["disks"] = _disks(fields.get("disks"))
        fields["luns"] = _numbers_in(fields.get("luns"))
        found.append({"pool_name": match[1].strip(), **fields, "tiers": [_tier(*tier) for tier in tiers]})
    return found


def _tier(match: re.Match[str], body: list[str]) -> Fields:
    fields = typed(read(body), _POOL_NUMBERS)
    disks = [key for key in fields if key.startswith("disks")]
    listed = fields[disks[0]] if disks else []
    kinds = dict.fromkeys(re.findall(r"\(([^()]+)\)$", one)[0] for one in _words(listed) if one.endswith(")"))
    return {"tier_name": match[1], **{key: value for key, value in fields.items() if key not in disks},
            "disks": _disks(listed), "disk_types": list(kinds)}


_LUN = re.compile(r"^\s*LOGICAL UNIT NUMBER\s+(\d+)\s*$")
_SHARES = re.compile(r"^\s*(Extreme Performance|Performance|Capacity):\s*([\d.]+)%\s*$")
_LUN_NUMBERS = (rf"{_SIZES}|offset|current_operation_percent_completed|(?:read|write)_requests\w*|blocks_\w+|"
                r"(?:busy|idle)_ticks\w*|sum_of_outstanding\w*|non_zero_request\w*|(?:im|ex)plicit_trespasses\w*")


# LOGICAL UNIT NUMBER 5
# Name:  pacs_archive
# Current Owner:  SP A
# Default Owner:  SP A
# Current State:  Ready
# Status:  OK(0x0)
# Is Faulted:  false
@parser("emc_vnx.lun")
def lun(text: str) -> list[Fields]:
    """LUNs of pools: [{"lun": int, "name", "current_owner": "SP A", "default_owner", "current_state", "status",
    "is_faulted", "pool_name", "tier_distribution": {tier: percent}, …}]; [] when there is none."""
    lines = lines_of(text)
    if says_none(lines):
        return []
    found = []
    for match, body in blocks(lines, _LUN):
        shares = {snake(one[1]): float(one[2]) for line in body if (one := _SHARES.match(line))}
        fields = typed(read(body, skip=_SHARES), _LUN_NUMBERS, r"is_\w+")
        need(fields, "name", "current_state", "uid", "current_owner")
        fields["tier_distribution"] = shares or None
        found.append({"lun": int(match[1]), **fields})
    return found


_LUN_GAP = re.compile(r"^\s*(Name|Minimum latency reads|Prefetched data retained|Variable length prefetching|"
                      r"(?:Read|Write) Histogram(?:\[\d+\]| overflows))(?=[\s:])")
_LUN_TALK = re.compile(r"^\s*(?:Read cache configured according to|specified parameters\.|Statistics logging is |"
                       r"Certain fields are not printed|logging is not enabled)", re.IGNORECASE)
_GETLUN_NUMBERS = (rf"{_SIZES}|total_(?:hard|soft)_errors|total_queue_length|(?:read|write)_histogram\w*|prct_\w+|"
                   r"(?:read|write)_requests|blocks_(?:read|written)|stripe_crossing|element_size")


# LOGICAL UNIT NUMBER 12
# Name                        oracle_data
# RAIDGroup ID:               0
# State:                      Bound
# Current owner:              SP A
# Default Owner:              SP A
# Prct Rebuilt:               100
@parser("emc_vnx.getlun")
def getlun(text: str) -> list[Fields]:
    """LUNs of RAID groups: [{"lun": int, "name", "state", "current_owner", "default_owner", "raidgroup_id",
    "prct_rebuilt", …}] by the array's own names; counters per disk as {"0_0_1": {…}} under `disks`."""
    lines = lines_of(text)
    if says_none(lines):
        return []
    found = []
    for match, body in blocks(lines, _LUN):
        plain, disks = [line for line in body if not _DISK.match(line.strip())], _per_disk(body)
        fields = typed(read(plain, _LUN_GAP, _LUN_TALK), _GETLUN_NUMBERS, r"is_\w+")
        need(fields, "state", "name", "current_owner", "default_owner", "raid_type", "raidgroup_id")
        found.append({"lun": int(match[1]), **fields, **({"disks": disks} if disks else {})})
    return found


def _per_disk(body: list[str]) -> dict[str, Fields]:
    found: dict[str, Fields] = {}
    for line in body:
        match = _DISK.match(line.strip())
        if match:
            rest = line.strip()[match.end():].strip()
            told = read([rest]) if ":" in rest else {"state": rest} if rest else {}
            found.setdefault("_".join(match.groups()), {}).update(told)
    return found
