"""Serial number and clock of a Fabric OS switch, for the head of every record."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, identity
from pacs_rounds.derive.brocade.clock import asked_at, epoch
from pacs_rounds.derive.brocade.system import serial_of
from pacs_rounds.model import Context


@identity("brocade_fos")
def who(data: Data, context: Context) -> dict[str, Any]:
    """{"serial", "clock" (epoch seconds), "clock_offset_seconds"}; None for what the device did not say."""
    chassis, date = data.get("brocade_fos.chassisshow"), data.get("brocade_fos.date")
    said: dict[str, Any] = {"serial": serial_of(chassis) if chassis else None, "clock": None,
                            "clock_offset_seconds": None}
    if date is not None:
        said["clock"], _ = epoch(date, context)
        middle = asked_at(context)
        said["clock_offset_seconds"] = round(said["clock"] - middle, 3) if middle is not None else None
    return said
