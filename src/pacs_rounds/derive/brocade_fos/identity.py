"""Serial number, model, release and clock of a Fabric OS switch, for the head of every record."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, identity
from pacs_rounds.derive.brocade.clock import asked_at, epoch
from pacs_rounds.derive.brocade.system import serial_of
from pacs_rounds.model import Context

# The number before the dot of switchType, which Brocade gives a model whatever the label of an OEM says.
TYPES = {"32": "Brocade 4100", "34": "Brocade 200E", "44": "Brocade 4900", "58": "Brocade 5000", "64": "Brocade 5300",
         "66": "Brocade 5100", "71": "Brocade 300", "109": "Brocade 6510", "118": "Brocade 6505"}


@identity("brocade_fos")
def who(data: Data, context: Context) -> dict[str, Any]:
    """See derive.identity; "firmware" is the running Fabric OS."""
    chassis, date = data.get("brocade_fos.chassisshow"), data.get("brocade_fos.date")
    version = data.get("brocade_fos.version")
    said: dict[str, Any] = {
        "serial": serial_of(chassis) if chassis else None, "model": _model(chassis, data.get("brocade_fos.switchshow")),
        "firmware": f"Fabric OS {version['fabric_os']}" if version and version["fabric_os"] else None,
        "written_serial_is": _written(chassis, context),
        "clock": None, "clock_offset_seconds": None}
    if date is not None:
        said["clock"], _ = epoch(date, context)
        middle = asked_at(context)
        said["clock_offset_seconds"] = round(said["clock"] - middle, 3) if middle is not None else None
    return said


def _model(chassis: dict[str, Any] | None, switch: dict[str, Any] | None) -> str | None:
    """`Brocade 200E (DS-200B)`: the switch's type and, where the chassis names one, the OEM's part."""
    number = str(switch["type"] or "").partition(".")[0] if switch else ""
    name = TYPES.get(number, f"Brocade type {number}" if number else "")
    part = str(chassis["part"] or "") if chassis else ""
    return f"{name} ({part})" if name and part else name or part or None


def _written(chassis: dict[str, Any] | None, context: Context) -> str | None:
    """What the contract's serial is on this switch: its serial (or Brocade's own number of it), or that of a part."""
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    if not written or not chassis:
        return None
    if written in {serial_of(chassis), str(chassis["factory_serial"] or "").upper()}:
        return "serial number"
    unit = next((one for one in chassis["units"] if written in {
        str(one["serial"]).upper(), str(one["factory_serial"]).upper()}), None)
    return f"part {unit['kind'].lower()} {unit['number']} ({unit['part'] or unit['factory_part']})" if unit else None
