"""Hardware addresses of network ports, Fibre Channel ports."""

from __future__ import annotations

from collections import defaultdict

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux.network import physical
from pacs_rounds.model import Context, NotApplicable, Row


@derivation("linux.port_addresses")
def port_addresses(data: Data, _context: Context) -> list[Row]:
    """One row per port with a plug: its own address, none, or one that another port outside its bond shows too."""
    own = {row["interface"]: row["mac"] for row in data["linux.net_addresses"] if physical(row["interface"])}
    bonds: dict[str, str] = {}
    for bond in data["linux.bonding"] or []:
        for slave in bond["slaves"]:
            bonds[slave["name"]] = str(bond["name"])
            own[slave["name"]] = slave["permanent_address"] or own.get(slave["name"])
    shown: dict[str, list[str]] = defaultdict(list)
    for name, mac in own.items():
        if mac:
            shown[mac].append(name)
    rows: list[Row] = []
    for name, mac in own.items():
        others = [one for one in shown.get(mac or "", ()) if one != name and
                  (one not in bonds or bonds[one] != bonds.get(name))]
        rows.append({"interface": name, "word": "same_address" if others else "own_address" if mac else "no_address",
                     "detail": f"{mac}; also {', '.join(others)}" if others else mac or ""})
    return rows


@derivation("linux.fc_ports")
def fc_ports(data: Data, _context: Context) -> list[Row]:
    """One row per Fibre Channel port, by its name in the fabric."""
    if not data["linux.fc_hosts"]:
        raise NotApplicable("the server has no Fibre Channel port")
    return [{"port": f"{row['host']} {row['wwn']}", "state": (row["state"] or "").lower() or "not_told",
             "detail": f"{row['speed'] or 'speed unknown'}; address {row['port_id'] or 'none'}"}
            for row in data["linux.fc_hosts"]]
