"""Power supplies, disks and RAID: tables that only an IMM2 has. An IMM1 that says so gives an empty list."""

from __future__ import annotations

from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.ibm_imm.mib import IMM, Cells, entries, need, number_of, rows_of, text_of
from pacs_rounds.parse.snmp_text import VarBind, scalar

_RAID = f"{IMM}.1.13.1"
_CONTROLLER = {2: "name", 3: "product", 4: "firmware", 5: "battery_installed", 13: "cache_status", 24: "battery_status"}
_DRIVE = {2: "name", 4: "state", 11: "health", 17: "serial", 22: "media_errors", 23: "other_errors",
          24: "predicted_failures"}


# .1.3.6.1.4.1.2.3.51.3.1.11.2.1.2.1 = STRING: "Power Supply 1"
# .1.3.6.1.4.1.2.3.51.3.1.11.2.1.6.1 = STRING: "Normal"
@parser("ibm_imm.power_supplies")
def power_supplies(text: str) -> list[dict[str, Any]]:
    """{module, part_number, fru_number, serial, health}. Source: powerTable, which also lists the power system."""
    rows = rows_of(text, f"{IMM}.1.11", "power module")
    columns = {2: "name", 3: "part_number", 4: "fru_number", 5: "serial", 6: "health"}
    return [{"module": need(cells, "name", index).text.strip(), "part_number": text_of(cells, "part_number"),
             "fru_number": text_of(cells, "fru_number"), "serial": text_of(cells, "serial"),
             "health": need(cells, "health", index).text.strip()}
            for index, cells in entries(rows, f"{IMM}.1.11.2.1", columns, f"{IMM}.1.11.1.0").items()]


# .1.3.6.1.4.1.2.3.51.3.1.12.2.1.2.0 = STRING: "Disk 0"
# .1.3.6.1.4.1.2.3.51.3.1.12.2.1.3.0 = STRING: "Normal"
@parser("ibm_imm.disks")
def disks(text: str) -> list[dict[str, str]]:
    """{disk, health}. Source: diskTable."""
    rows = rows_of(text, f"{IMM}.1.12", "disk")
    return [{"disk": need(cells, "name", index).text.strip(), "health": need(cells, "health", index).text.strip()}
            for index, cells in entries(rows, f"{IMM}.1.12.2.1", {2: "name", 3: "health"}, f"{IMM}.1.12.1.0").items()]


# .1.3.6.1.4.1.2.3.51.3.1.13.1.1.0 = INTEGER: 1                          1: the IMM can ask the RAID controller
# .1.3.6.1.4.1.2.3.51.3.1.13.1.2.1.2.1 = STRING: "ServeRAID M5110e"      controllers
# .1.3.6.1.4.1.2.3.51.3.1.13.1.3.1.2.1 = STRING: "Drive 0"               drives
# .1.3.6.1.4.1.2.3.51.3.1.13.1.6.1.2.1 = STRING: "Pool 0"                storage pools
# .1.3.6.1.4.1.2.3.51.3.1.13.1.7.1.4.1 = STRING: "Optimal"               volumes
@parser("ibm_imm.raid")
def raid(text: str) -> dict[str, Any]:
    """{capable: bool or None, controllers: [{name, product, firmware, battery_installed, battery_status,
    cache_status}], drives: [{name, state, health, serial, media_errors, other_errors, predicted_failures}],
    pools: [{name, state}], volumes: [{name, status}]}. Source: the raid group, IMM2 with a controller that it can ask.
    """
    rows = rows_of(text, _RAID, "RAID")
    capable = scalar(rows, f"{_RAID}.1.0")
    return {
        "capable": None if capable is None else capable.integer == 1,
        "controllers": _all(rows, 2, _CONTROLLER), "drives": _all(rows, 3, _DRIVE),
        "pools": _all(rows, 6, {2: "name", 4: "state"}), "volumes": _all(rows, 7, {2: "name", 4: "status"})}


_NUMBERS = {"media_errors", "other_errors", "predicted_failures"}


def _all(rows: list[VarBind], number: int, columns: dict[int, str]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    for index, cells in entries(rows, f"{_RAID}.{number}.1", columns).items():
        need(cells, "name", index)
        result.append({name: _cell(cells, name) for name in columns.values()})
    return result


def _cell(cells: Cells, name: str) -> Any:
    if name == "battery_installed":
        return cells[name].integer == 1 if name in cells else None
    if name in _NUMBERS:
        return number_of(cells[name]) if name in cells else None
    return text_of(cells, name)
