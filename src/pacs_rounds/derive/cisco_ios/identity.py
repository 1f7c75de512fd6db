"""Serial number, model, IOS version and clock of a Cisco IOS device, for the head of every record."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, identity
from pacs_rounds.derive.catalyst.clock import asked_at, epoch
from pacs_rounds.derive.catalyst.system import chassis_serials
from pacs_rounds.model import Context


@identity("cisco_ios")
def who(data: Data, context: Context) -> dict[str, Any]:
    """See derive.identity; "firmware" is the IOS version with its image's name."""
    version, inventory = data.get("cisco_ios.show_version"), data.get("cisco_ios.show_inventory")
    serials = chassis_serials(version, inventory)
    said: dict[str, Any] = {
        "serial": serials[0] if serials else None, "model": _model(version, inventory), "firmware": _firmware(version),
        "written_serial_is": _written(serials, version, inventory, context), "clock": None,
        "clock_offset_seconds": None}
    clock = data.get("cisco_ios.show_clock")
    if clock is not None:
        said["clock"], _ = epoch(clock, data.get("cisco_ios.show_running_config"), context)
        middle = asked_at(context)
        said["clock_offset_seconds"] = round(said["clock"] - middle, 3) if middle is not None else None
    return said


def _model(version: dict[str, Any] | None, inventory: list[dict[str, Any]] | None) -> str | None:
    """The chassis' product id: show version's own word, which on a stack is that of the master."""
    if version and version["model"]:
        return str(version["model"])
    chassis = next((part for part in inventory or [] if "chassis" in f"{part['name']} {part['description']}".lower()),
                   inventory[0] if inventory else None)
    return chassis["pid"] if chassis else None


def _firmware(version: dict[str, Any] | None) -> str | None:
    if not version or not version["version"]:
        return None
    return f"IOS {version['version']}" + (f" ({version['image']})" if version["image"] else "")


def _written(serials: list[str], version: dict[str, Any] | None, inventory: list[dict[str, Any]] | None,
             context: Context) -> str | None:
    """What the contract's serial is on this switch: its serial, that of another stack member, a CLEI code, a part."""
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    known = [serial.upper() for serial in serials]
    if not written:
        return None
    if written in known:
        return "serial number" if known.index(written) == 0 else "serial number of another stack member"
    if version and written in (code.upper() for code in version["clei_codes"]):
        return "CLEI code"
    part = next((one for one in inventory or [] if (one["serial"] or "").upper() == written), None)
    return f"part {part['name']} ({part['pid']})" if part else None
