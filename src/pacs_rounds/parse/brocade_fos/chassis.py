"""chassisshow: the switch's parts with their serial numbers."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled, pair

_UNIT = re.compile(r"^(?P<kind>[A-Z][A-Za-z /]{1,30}?)\s+(?:Unit|Slot):\s*(?P<number>\d{1,2})\s*(?P<mark>\*)?\s*$")
_FIELDS = {"factory part num": "factory_part", "factory serial num": "factory_serial", "part num": "part",
           "serial num": "serial", "id": "id", "power source": "power_source", "fan direction": "direction",
           "system airflow": "direction"}
_DAYS = {"time alive": "alive_days", "time awake": "awake_days"}
# Chassis Factory Serial Num: RD060012345
_HEAD = {"chassis family": "family", "chassis backplane revision": "backplane",
         "chassis factory serial num": "factory_serial"}


# FAN  Unit: 1
# Time Awake:             123 days
#
# WWN  Unit: 1                    (from 7.x: CHASSIS/WWN  Unit: 1)
# Factory Serial Num:     RD060012345
# Time Awake:             123 days
# ID:                     EMC0000CA
# Part Num:               DS-200B
# Serial Num:             BRCRD060012345
@parser("brocade_fos.chassisshow")
def chassisshow(text: str) -> dict[str, Any]:
    """The chassis' serial numbers, part and OEM id, and all its units.

    The chassis is the unit called WWN or CHASSIS/WWN. `serial` is what the maker of the label prints on it,
    `factory_serial` Brocade's own number.
    """
    found: dict[str, Any] = {**dict.fromkeys(_HEAD.values()), "serial": None, "part": None, "id": None, "units": []}
    units: list[dict[str, Any]] = found["units"]
    for line in filled(text):
        bare = line.strip()
        if match := _UNIT.match(bare):
            kind = " ".join(match["kind"].split())
            units.append({"kind": kind, "number": int(match["number"]), "marked": match["mark"] is not None,
                          **dict.fromkeys([*_FIELDS.values(), *_DAYS.values()]), "other": {}})
            continue
        name, value = pair(line)
        key = name.lower()
        if key in _HEAD:
            found[_HEAD[key]] = value or None
        elif not units:
            fail("line before the first unit", line)
        else:
            _field(key, name, value, units[-1])
    if not units:
        fail("no unit: cut off, or not chassisshow")
    chassis = next((unit for unit in units if "WWN" in unit["kind"].upper() or unit["kind"].upper() == "CHASSIS"), None)
    if chassis:
        found["serial"] = chassis["serial"]
        found["part"], found["id"] = chassis["part"] or chassis["factory_part"], chassis["id"]
        found["factory_serial"] = found["factory_serial"] or chassis["factory_serial"]
    return found


def _field(key: str, name: str, value: str, unit: dict[str, Any]) -> None:
    if key in _DAYS:
        match = re.fullmatch(r"(\d{1,6}) days?", value) or fail(f"{key} is not in days", value)
        unit[_DAYS[key]] = int(match[1])
    elif key in _FIELDS:
        unit[_FIELDS[key]] = value or None
    else:
        unit["other"][name] = value
