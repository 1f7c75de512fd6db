"""What the inventory still allows of obsolete protocols for one device, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row


@derivation("contract.access_exceptions")
def access_exceptions(data: Data, context: Context) -> list[Row]:
    """Row {item: ssh, word: none|allowed|expired, detail}, and {item: telnet, …} where the host is reached by it."""
    device = data["inventory.device"]
    legacy = device.get("legacy_ssh") or {}
    rows = [_ssh(legacy, context) if legacy else {"item": "ssh", "word": "none"}]
    if str(device.get("netmiko_type") or "").endswith("_telnet"):
        rows.append({"item": "telnet", "word": "allowed", "detail": "reached by telnet: passwords in clear"})
    return rows


def _ssh(legacy: dict[str, Any], context: Context) -> Row:
    kinds = ("kex", "ciphers", "macs", "host_key_types")
    names = ", ".join(str(name) for kind in kinds for name in legacy.get(kind, []))
    until = str(legacy.get("expires") or "")
    try:
        last = datetime.strptime(until, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return {"item": "ssh", "unknown": Reason.UNPARSABLE, "detail": f"the exception's expires is no date: {until!r}"}
    today = datetime.fromtimestamp(context.collected_at, UTC).date()
    word = "expired" if today > last.date() else "allowed"
    return {"item": "ssh", "word": word, "detail": f"{names}; until {until}: {legacy.get('reason', '')}"}
