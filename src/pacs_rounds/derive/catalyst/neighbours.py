"""Neighbours seen by CDP and LLDP against the documented cabling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said, unanswered
from pacs_rounds.model import Context, NotApplicable, Row
from pacs_rounds.parse.cisco_ios.text import short_interface

_ADDRESS = re.compile(r"^(?:[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[\d.]+|[0-9a-f:]+)$")
# SAL094701KW(core-2): a CatOS switch; core-9(FOC1712W3N1): a Nexus
_SERIAL = r"(?:[A-Z]{3}\d{4}[0-9A-Z]{4}|\d{9})"
_SERIAL_FIRST = re.compile(rf"^{_SERIAL}\((?!{_SERIAL}\)$)(?P<name>[^()]+)\)$")
COMMANDS = ["show cdp neighbors detail", "show lldp neighbors detail"]


@dataclass(slots=True)
class Seen:
    """One neighbour on one port, whichever protocols told it."""

    local: str
    name: str
    remotes: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


def host_name(name: str) -> str:
    """Lower case, without domain and serial: Nexus adds it in brackets, CatOS puts the name there. Addresses stay
    whole."""
    catos = _SERIAL_FIRST.match(name.strip())
    text = catos["name"].lower() if catos else re.sub(r"\(.*\)$", "", name.strip()).lower()
    return text if _ADDRESS.match(text) else text.partition(".")[0]


def _seen(found: dict[str, Any] | None, protocol: str, seen: dict[tuple[str, str], Seen]) -> None:
    for one in (found or {}).get("neighbours", []):
        local = short_interface(one["local_interface"]) if one["local_interface"] else ""
        name = host_name(one["neighbour"] or one.get("chassis_id") or "?")
        entry = seen.setdefault((local, name), Seen(local, name))
        entry.remotes.append(short_interface(one["remote_interface"] or ""))
        entry.by.append(protocol)
        entry.addresses += one.get("addresses") or []


def seen_by(cdp: dict[str, Any] | None, lldp: dict[str, Any] | None) -> dict[tuple[str, str], Seen]:
    """Local port and name -> the neighbour, as either protocol told it."""
    seen: dict[tuple[str, str], Seen] = {}
    _seen(cdp, "CDP", seen)
    _seen(lldp, "LLDP", seen)
    return seen


@derivation("catalyst.neighbours")
def neighbours(data: Data, context: Context) -> list[Row]:
    """One row per documented link and per neighbour nobody documented."""
    if "neighbours" not in context.baseline:
        raise NotApplicable("the baseline documents no neighbours")
    wanted = context.baseline["neighbours"] or []
    cdp, lldp = said(data, "show_cdp_neighbors_detail"), said(data, "show_lldp_neighbors_detail")
    if cdp is None and lldp is None:
        return unanswered(context, COMMANDS, bool(wanted), "neighbour protocol")
    if not any(one and one["enabled"] for one in (cdp, lldp)):
        if not wanted:
            raise NotApplicable("CDP and LLDP are not enabled, and no neighbour is documented")
        return [{"unknown": "refused", "detail": "neither CDP nor LLDP is enabled: the links cannot be seen"}]
    seen = seen_by(cdp, lldp)
    rows = [_documented(link, seen) for link in wanted]
    for entry in seen.values():
        rows.append({"link": " ".join(part for part in (entry.local, entry.name) if part), "state": "undocumented",
                     "detail": f"seen by {' and '.join(entry.by)}, its port {', '.join(dict.fromkeys(entry.remotes))}"})
    return rows


def _documented(link: dict[str, Any], seen: dict[tuple[str, str], Seen]) -> Row:
    """Judge one documented link and take what belongs to it out of `seen`."""
    local, name = short_interface(str(link["local_interface"])), host_name(str(link["neighbour"]))
    item = f"{local} {name}"
    entry = seen.pop((local, name), None) or seen.pop(("", name), None)
    if entry is None:
        other = next((key for key in seen if key[0] == local), None)
        if other is None:
            return {"link": item, "state": "absent", "detail": "documented, not seen on this port"}
        seen.pop(other)
        return {"link": item, "state": "other_neighbour", "detail": f"{other[1]} is seen on this port"}
    remote = short_interface(str(link.get("remote_interface") or ""))
    detail = f"seen by {' and '.join(entry.by)}" + ("" if entry.local else ", which does not print the local port")
    if remote and remote.lower() not in {one.lower() for one in entry.remotes}:
        return {"link": item, "state": "other_remote_port",
                "detail": f"{detail}, at {', '.join(dict.fromkeys(entry.remotes))}, documented {remote}"}
    return {"link": item, "state": "as_documented", "detail": detail}
