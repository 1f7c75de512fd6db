"""Serial, model and release as `show version` tells them."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, identity
from pacs_rounds.model import Context


@identity("cisco_catos")
def who(data: Data, context: Context) -> dict[str, Any]:
    """See derive.identity; "firmware" is the release of CatOS. Its clock is not asked."""
    version = data.get("cisco_catos.show_version")
    if version is None:
        return {}
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    serial = version["serial"]
    return {"serial": serial, "model": version["model"], "firmware": f"CatOS {version['release']}",
            "written_serial_is": "serial number" if serial and serial.upper() == written else None}
