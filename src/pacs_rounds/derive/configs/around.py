"""How a device's settings were read, and which of its neighbours nobody keeps the settings of."""

from __future__ import annotations

from typing import Any

from pacs_rounds.config_round.plan import plans
from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import missing_beside, said, unanswered
from pacs_rounds.derive.catalyst.neighbours import COMMANDS, Seen, host_name, seen_by
from pacs_rounds.derive.contract.access import by_telnet
from pacs_rounds.derive.contract.access import telnet as telnet_row
from pacs_rounds.model import Context, NotApplicable, Row


@derivation("configs.telnet")
def telnet(data: Data, context: Context) -> list[Row]:
    """One row for a device with a command line: not read over telnet, or why it is. Rounds that compare the contract's
    register have said it there."""
    device = data["inventory.device"]
    if "contract_register" in device["roles_planned"]:
        raise NotApplicable("contract.access_exceptions tells it in this round")
    plan = plans().get(context.platform)
    if plan is None or plan.way != "network_cli":
        raise NotApplicable("this device is not read over a command line that telnet could carry")
    return [telnet_row(device, context) if by_telnet(device) else {"item": "telnet", "word": "none"}]


@derivation("configs.unknown_neighbours")
def unknown_neighbours(data: Data, context: Context) -> list[Row]:
    """One row per neighbour: the inventory has it (by name or address), the baseline documents it, or nobody knows it.
    Rounds that inspect the switch compare its neighbours with the documentation."""
    if context.platform == "cisco_ios" and "catalyst_health" in data["inventory.device"]["roles_planned"]:
        raise NotApplicable("catalyst.neighbours tells it in this round")
    if context.platform not in {"cisco_ios", "cisco_catos"}:
        raise NotApplicable("only Catalyst switches are asked for their neighbours")
    commands = COMMANDS if context.platform == "cisco_ios" else COMMANDS[:1]  # CatOS knows no LLDP
    cdp = said(data, "show_cdp_neighbors_detail") or data.get("cisco_catos.show_cdp_neighbors_detail")
    lldp = said(data, "show_lldp_neighbors_detail")
    documented = {host_name(str(link["neighbour"])) for link in context.baseline.get("neighbours") or []}
    if cdp is None and lldp is None:
        return unanswered(context, commands, bool(documented), "neighbour protocol")
    rows = [{"link": command, "unknown": gap[0], "detail": gap[1]}
            for command in commands if (gap := missing_beside(context, command))]
    if not any(one and one["enabled"] for one in (cdp, lldp)):
        if rows or documented:
            off = {"unknown": "refused", "detail": "neither CDP nor LLDP is enabled: the links cannot be seen"}
            return rows or [off]
        raise NotApplicable("CDP and LLDP are not enabled, and no neighbour is documented")
    hosts: dict[str, str] = data["inventory.hosts"]["hosts"]
    names, addresses = {host_name(name) for name in hosts}, set(hosts.values()) - {""}
    rows += [_row(entry, names, addresses, documented) for entry in seen_by(cdp, lldp).values()]
    return rows or [{"link": "neighbours", "word": "no_neighbours"}]


def _row(entry: Seen, names: set[str], addresses: set[str], documented: set[str]) -> Row:
    row: dict[str, Any] = {"link": " ".join(part for part in (entry.local, entry.name) if part)}
    if entry.name in names or addresses & set(entry.addresses):
        return {**row, "word": "in_inventory"}
    if entry.name in documented:
        return {**row, "word": "as_documented"}
    ports = ", ".join(dict.fromkeys(entry.remotes))
    return {**row, "word": "unknown_device", "detail": f"seen by {' and '.join(entry.by)}, its port {ports}"}
