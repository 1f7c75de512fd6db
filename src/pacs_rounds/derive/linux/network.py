"""Bonds, links, interface counters and listening ports."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from pacs_rounds.derive import Data, against_baseline, derivation
from pacs_rounds.derive.linux import agreed, demanded
from pacs_rounds.model import Context, NotApplicable, Reason, Row

_MII_WORDS = {"up": "up", "down": "down", "going down": "going_down", "going back": "going_up"}
_NO_PARTNER = "00:00:00:00:00:00"
# Not cables: bonds count what their slaves count, and bridges, tunnels and containers have no plug.
_NOT_PHYSICAL = re.compile(r"lo|[^.]+\.\d+|(?:bond|team|br|virbr|docker|veth|vnet|vlan|tun|tap|dummy|sit|ip6?tnl|gre|"
                           r"ifb|wg|cali|flannel|cni|nlmon|vxlan|ovs|podman|lxc)[\w.-]*")


def physical(name: str) -> bool:
    """Whether an interface has a plug."""
    return not _NOT_PHYSICAL.fullmatch(name)


def _bond_row(bond: dict[str, Any], name: str, wanted: dict[str, Any] | None) -> Row:
    state = _MII_WORDS.get(bond["mii_status"], bond["mii_status"])
    if state == "up" and bond["partner_address"] == _NO_PARTNER:
        state = "no_lacp_partner"
    if state == "up" and len(bond["slaves"]) < 2 and wanted is None:
        state = "single_slave"
    active = f"; active slave {bond['active_slave']}" if bond["active_slave"] else ""
    return {"interface": name, "state": state, "detail": f"{bond['mode']}{active}; {len(bond['slaves'])} slaves"}


def _slave_row(bond: dict[str, Any], name: str, slave: dict[str, Any]) -> Row:
    state = _MII_WORDS.get(slave["mii_status"], slave["mii_status"])
    apart = bond["active_aggregator_id"] is not None and slave["aggregator_id"] != bond["active_aggregator_id"]
    if state == "up" and apart:
        state = "other_aggregator"  # linked, but carries nothing: the switch port is not in the same channel
    speed = f"{slave['speed_mbps']} Mbit/s" if slave["speed_mbps"] else "speed unknown"
    return {"interface": f"{name}/{slave['name']}", "state": state,
            "detail": f"{speed}; link lost {slave['link_failure_count']} times since boot"}


@derivation("linux.bonding")
def bonding(data: Data, context: Context) -> list[Row]:
    """Each bond and each slave, plus those the baseline names and nobody has."""
    wanted = agreed(context, "bonds", dict)
    bonds = data["linux.bonding"]
    if not bonds and not wanted:
        raise NotApplicable("no network bond here, and the baseline names none")
    rows: list[Row] = []
    for bond in bonds:
        name = bond["name"] or "bond"
        rows.append(_bond_row(bond, name, wanted.get(name)))
        rows.extend(_slave_row(bond, name, slave) for slave in bond["slaves"])
    expected: list[str] = []
    for name, bond in wanted.items():
        expected += [name, *(f"{name}/{slave}" for slave in (bond or {}).get("slaves", []))]
    return against_baseline(rows, expected, "interface")


@derivation("linux.bond_link_failures")
def bond_link_failures(data: Data, context: Context) -> list[Row]:
    """How often each slave has lost its link since boot."""
    bonds = data["linux.bonding"]
    if not bonds:
        raise NotApplicable("no network bond here")
    rows: list[Row] = []
    for bond in bonds:
        for slave in bond["slaves"]:
            name, count = f"{bond['name'] or 'bond'}/{slave['name']}", slave["link_failure_count"]
            rows.append({"interface": name, "failure_count": count} if count is not None else
                        {"interface": name, "unknown": Reason.EMPTY.value, "detail": "the driver does not count"})
    return rows


@derivation("linux.link_state")
def link_state(data: Data, context: Context) -> list[Row]:
    """Each link of the baseline: its operstate, `up_half_duplex`, or `absent`."""
    links = {row["interface"]: row for row in data["linux.net_state"]}
    rows: list[Row] = []
    for name in map(str, demanded(context, "links")):
        link = links.get(name)
        if link is None:
            continue
        # Old drivers say operstate "unknown"; one that tells a speed has a link.
        state = link["state"] or ("up" if link["speed_mbps"] else None)
        if state is None:
            rows.append({"interface": name, "unknown": Reason.EMPTY.value,
                         "detail": "the driver tells neither state nor speed"})
            continue
        if state == "up" and link["duplex"] == "half":
            state = "up_half_duplex"
        speed = f"{link['speed_mbps']} Mbit/s" if link["speed_mbps"] else "speed unknown"
        rows.append({"interface": name, "state": state, "detail": f"{speed}, duplex {link['duplex'] or 'unknown'}"})
    return against_baseline(rows, [str(name) for name in agreed(context, "links")], "interface")


def _counters(data: Data, measure: str, kind: str) -> list[Row]:
    rows: list[Row] = []
    for row in data["linux.net_dev"]:
        if _NOT_PHYSICAL.fullmatch(row["interface"]):
            continue
        received, sent = row[f"rx_{kind}"], row[f"tx_{kind}"]
        rows.append({"interface": row["interface"], measure: received + sent,
                     "detail": f"received {received}, sent {sent} since boot"})
    if not rows:
        raise NotApplicable("no physical network interface here")
    return rows


@derivation("linux.link_errors")
def link_errors(data: Data, context: Context) -> list[Row]:
    """Errors of each physical interface since boot, both directions."""
    return _counters(data, "error_count", "errors")


@derivation("linux.link_drops")
def link_drops(data: Data, context: Context) -> list[Row]:
    """Packets each physical interface dropped since boot, both directions."""
    return _counters(data, "drop_count", "drop")


def _loopback_only(addresses: set[str]) -> bool:
    """Only 127.0.0.0/24 and ::1: other loopback addresses are used as real ones on test benches."""
    local = ipaddress.ip_network("127.0.0.0/24")
    try:
        parsed = [ipaddress.ip_address(address) for address in addresses]
    except ValueError:
        return False  # "*" or a name
    return all(address in local or address == ipaddress.IPv6Address("::1") for address in parsed)


@derivation("linux.listening_ports")
def listening_ports(data: Data, context: Context) -> list[Row]:
    """Each agreed port, and each other one that listens. A port agreed but bound to loopback serves nobody."""
    wanted = [str(port) for port in demanded(context, "listening")]
    found: dict[str, set[str]] = {}
    for row in data["linux.listening"]:
        if (row["protocol"], row["state"]) in (("tcp", "LISTEN"), ("udp", "UNCONN")):
            found.setdefault(f"{row['protocol']}/{row['port_as_written']}", set()).add(row["address"])
    rows: list[Row] = []
    for port in sorted(found, key=lambda name: (name not in wanted, name.partition("/")[0], name.zfill(16))):
        local = _loopback_only(found[port])
        state = ("loopback_only" if local else "listening") if port in wanted else (
            "loopback_extra" if local else "unexpected")
        rows.append({"port": port, "state": state, "detail": "on " + ", ".join(sorted(found[port])[:6])})
    return against_baseline(rows, wanted, "port")
