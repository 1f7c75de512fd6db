"""Serial number, model and firmware of the server behind an IMM, for the head of every record.

Its clock is left out: these records stand under the server's name, whose own clock is another one
(imm.clock_offset judges the IMM's).
"""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, identity
from pacs_rounds.model import Context


def model_of(vpd: dict[str, Any]) -> str | None:
    """Product name, type and model as one text: "System x3650 M4 (7915-AC1)"."""
    kind = "-".join(part for part in (vpd["machine_type"], vpd["machine_model"]) if part)
    return " ".join(part for part in (vpd["product"], f"({kind})" if kind else None) if part) or None


def firmware_of(firmware: list[dict[str, Any]] | None) -> str | None:
    """Every part that has a version: "IMM2 1AOO58T v3.10; UEFI VVE140A v1.70"."""
    return "; ".join(f"{one['type']} {one['version']}" for one in firmware or [] if one["version"]) or None


@identity("ibm_imm")
def who(data: Data, context: Context) -> dict[str, Any]:
    """{"serial", "model", "firmware", "written_serial_is"}; None for what the IMM did not say."""
    vpd = data.get("ibm_imm.vpd") or {}
    serial = vpd.get("serial")
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    return {"serial": serial, "model": model_of(vpd) if vpd else None,
            "firmware": firmware_of(data.get("ibm_imm.firmware")),
            "written_serial_is": "serial number" if serial and serial.upper() == written else None}
