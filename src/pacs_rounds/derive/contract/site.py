"""The equipment list as a whole: does the software have hardware, and what exists only once?"""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.contract.tables import table
from pacs_rounds.model import Context, NotApplicable, Reason, Row


def _device(data: Data, context: Context) -> dict[str, Any]:
    devices: dict[str, Any] = data["inventory.site"]["devices"]
    return devices.get(context.host) or {}


def _pairs(scope: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Software that runs on two nodes or more."""
    return [entry for entry in scope if len(entry["hosts"]) > 1]


@derivation("contract.scope_matches")
def scope_matches(data: Data, context: Context) -> list[Row]:
    """Row {item: scope, word: both|no_hardware_row|no_software_row|neither, detail}; only for servers."""
    scope = data["inventory.site"]["software_scope"]
    device = _device(data, context)
    if not device:
        return [{"item": "scope", "unknown": Reason.EMPTY,
                 "detail": f"the site's register does not know {context.host}"}]
    row = device["contract"]
    if row.get("type") != "server" and "servers" not in device["groups"]:
        raise NotApplicable("the software scope names servers only")
    if not scope:
        return [{"item": "scope", "unknown": Reason.EMPTY, "detail": "the inventory lists no software scope"}]
    software = [f"{entry['software']} ({entry.get('clause', 'no clause')})" for entry in scope
                if context.host in entry["hosts"]]
    words = {(True, True): "both", (True, False): "no_hardware_row", (False, True): "no_software_row",
             (False, False): "neither"}
    word = words[bool(software), bool(row)]
    hardware = f"row {row.get('row', '?')} of the equipment list" if row else "no row in the equipment list"
    return [{"item": "scope", "word": word, "detail": f"{hardware}; software: {', '.join(software) or 'none'}"}]


@derivation("contract.single_point_of_failure")
def single_point_of_failure(data: Data, context: Context) -> list[Row]:
    """Row {item: <type>, word: single|several, detail} for types that every node hangs on (tables.yml: shared)."""
    site = data["inventory.site"]
    device = _device(data, context)
    if not device:
        return [{"item": "type", "unknown": Reason.EMPTY,
                 "detail": f"the site's register does not know {context.host}"}]
    kind = device["contract"].get("type")
    if kind is None:
        raise NotApplicable("the equipment list has no row for this device")
    shared = next((entry for entry in table("shared") if entry["type"] == kind), None)
    if shared is None:
        raise NotApplicable(f"not every node hangs on a {kind}; the LAN's redundancy is judged on the switches")
    alike = sorted(host for host, other in site["devices"].items() if other["contract"].get("type") == kind)
    if len(alike) > 1:
        return [{"item": kind, "word": "several", "detail": ", ".join(alike)}]
    pairs = [f"{entry['software']} ({', '.join(entry['hosts'])})" for entry in _pairs(site["software_scope"])]
    carried = f"{shared['carries']} every node of " + "; ".join(pairs) if pairs else \
        "which pairs hang on it, the inventory does not say"
    return [{"item": kind, "word": "single", "detail": f"the only {kind} of the equipment list: {carried}"}]
