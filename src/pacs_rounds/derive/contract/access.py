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
    if by_telnet(device):
        rows.append(telnet(device, context))
    return rows


def by_telnet(device: dict[str, Any]) -> bool:
    """Whether the inventory says that the device is reached by telnet."""
    return str(device.get("netmiko_type") or "").endswith("_telnet")


def telnet(device: dict[str, Any], context: Context) -> Row:
    """The row of a device that is reached by telnet: allowed or expired with its reason, or nobody allowed it."""
    agreed = device.get("telnet") or {}
    if not agreed:
        return {"item": "telnet", "word": "not_allowed",
                "detail": "reached by telnet, passwords in clear, and no rounds_telnet says why and until when"}
    return _until("telnet", "passwords in clear", agreed, context)


def _ssh(legacy: dict[str, Any], context: Context) -> Row:
    kinds = ("kex", "ciphers", "macs", "host_key_types")
    return _until("ssh", ", ".join(str(name) for kind in kinds for name in legacy.get(kind, [])), legacy, context)


def _until(item: str, what: str, agreed: dict[str, Any], context: Context) -> Row:
    until = str(agreed.get("expires") or "")
    try:
        last = datetime.strptime(until, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return {"item": item, "unknown": Reason.UNPARSABLE, "detail": f"the exception's expires is no date: {until!r}"}
    today = datetime.fromtimestamp(context.collected_at, UTC).date()
    word = "expired" if today > last.date() else "allowed"
    return {"item": item, "word": word, "detail": f"{what}; until {until}: {agreed.get('reason', '')}"}
