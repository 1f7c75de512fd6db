"""The switch's own verdict; fans, power supplies and temperatures from the CLI and from SNMP."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.brocade.common import SENSOR_WALK, expected, merged, said, silence, unanswered
from pacs_rounds.model import Context, Row


@derivation("brocade.switch_status")
def switch_status(data: Data, context: Context) -> list[Row]:
    """Row "switch" (the policy's verdict), one per monitor, and "operation" (what switchshow says of the whole)."""
    found = said(data, "switchstatusshow")
    hours = f"in this state for {found['duration_minutes'] // 60} h" if found["duration_minutes"] is not None else ""
    remarks = "; ".join(found["remarks"])
    rows: list[Row] = [{"monitor": "switch", "state": found["state"],
                        "detail": "; ".join(part for part in (hours, remarks) if part)}]
    rows += [{"monitor": one["monitor"], "state": one["state"], "detail": ""} for one in found["monitors"]]
    switch = said(data, "switchshow")
    if switch is None:
        reason, detail = silence(context, "switchshow") or ("empty", "switchshow gave nothing")
        return [*rows, {"monitor": "operation", "unknown": reason, "detail": detail}]
    return [*rows, {"monitor": "operation", "state": switch["state"].split()[0].lower(),
                    "detail": f"{switch['mode'] or 'mode not told'}, {switch['role'] or 'role not told'}"}]


def _kind(rows: list[dict[str, Any]] | None, kind: str) -> list[dict[str, Any]] | None:
    if rows is None:
        return None
    unit = {"temperature": "celsius", "fan": "rpm"}.get(kind, "")
    return [{**row, unit: row.get("value", row.get(unit))} if unit else row for row in rows if row["kind"] == kind]


def _parts(data: Data, context: Context, command: str, kind: str, key: str, what: str) -> list[Row]:
    sources = [(command, said(data, command)), ("sensorshow", _kind(said(data, "sensorshow"), kind)),
               ("SNMP", _kind(said(data, "snmp_sensors"), kind))]
    if all(rows is None for _, rows in sources):
        return unanswered(context, [command, "sensorshow", SENSOR_WALK], what)
    rows = expected(merged(sources), context, key)
    if rows:
        return rows
    return [{"unknown": "empty", "detail": f"the switch lists no {what}"}]


@derivation("brocade.fans")
def fans(data: Data, context: Context) -> list[Row]:
    """One row per fan of fanshow, sensorshow, SNMP or the baseline's `fans`."""
    return _parts(data, context, "fanshow", "fan", "fans", "fans")


@derivation("brocade.power_supplies")
def power_supplies(data: Data, context: Context) -> list[Row]:
    """One row per supply of psshow, sensorshow, SNMP or the baseline's `power_supplies`."""
    return _parts(data, context, "psshow", "power_supply", "power_supplies", "power supplies")


@derivation("brocade.temperature")
def temperature(data: Data, context: Context) -> list[Row]:
    """One row per temperature sensor; the switch judges against its own limits. An absent sensor has no reading."""
    rows = _parts(data, context, "tempshow", "temperature", "", "temperature sensors")
    return [{**row, "state": "no_reading"} if row.get("state") == "not_present" else row for row in rows]
