"""Serial number and clock of a Cisco IOS device, for the head of every record."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, identity
from pacs_rounds.derive.catalyst.clock import asked_at, epoch
from pacs_rounds.derive.catalyst.system import chassis_serials
from pacs_rounds.model import Context


@identity("cisco_ios")
def who(data: Data, context: Context) -> dict[str, Any]:
    """{"serial", "clock" (epoch seconds), "clock_offset_seconds"}; None for what the device did not say."""
    serials = chassis_serials(data.get("cisco_ios.show_version"), data.get("cisco_ios.show_inventory"))
    said: dict[str, Any] = {"serial": serials[0] if serials else None, "clock": None, "clock_offset_seconds": None}
    clock = data.get("cisco_ios.show_clock")
    if clock is not None:
        said["clock"], _ = epoch(clock, data.get("cisco_ios.show_running_config"), context)
        middle = asked_at(context)
        said["clock_offset_seconds"] = round(said["clock"] - middle, 3) if middle is not None else None
    return said
