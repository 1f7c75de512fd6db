"""What each device saw: a round's parsed answers of one device as one View. Pure; the answers' hashes travel along.

A View says only what its device told. Whose a MAC address is, which ports lead to other switches and what follows for a
cable is for `identity` and `grade`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pacs_rounds.cabling import names
from pacs_rounds.cabling.seen import DOWN, UP, Bond, Neighbour, PortState, View

ERRORS = ("input_errors", "crc_errors", "output_errors", "collisions", "late_collisions")
FC_ERRORS = ("crc_err", "enc_out", "link_fail", "loss_sync", "loss_sig")
Adapter = Callable[[View, Any], None]
_ADAPTERS: dict[str, tuple[str, Adapter]] = {}


def _reads(kind: str, *parsers: str) -> Callable[[Adapter], Adapter]:
    def register(function: Adapter) -> Adapter:
        for parser in parsers:
            _ADAPTERS[parser] = kind, function
        return function
    return register


def parsers() -> list[str]:
    """The parsers whose answers say something about cables."""
    return sorted(_ADAPTERS)


def view(host: str, data: Mapping[str, Any], hashes: Mapping[str, str] | None = None) -> View:
    """The View of one device from {parser name: parsed data}; other parsers' answers are passed over. `hashes` maps the
    same names to the SHA-256 of each text. Several answers of one parser: `parser#2` and so on."""
    one = View(host)
    for key, told in data.items():
        entry = _ADAPTERS.get(key.partition("#")[0])
        if entry and told is not None:
            kind, adapter = entry
            one.answered.add(kind)
            if hashes and key in hashes:
                one.sources.setdefault(kind, hashes[key])
            adapter(one, told)
    _settle(one)
    return one


def _settle(one: View) -> None:
    """A bond's address stands for its members, whatever it is listed under."""
    for bond in one.bonds:
        members = set(bond.members)
        for ports in one.own_macs.values():
            if ports & members or bond.name in ports:
                ports |= members
                ports.discard(bond.name)


# Catalyst ------------------------------------------------------------------------------------------------------------

@_reads("cdp", "cisco_ios.show_cdp_neighbors_detail")
def _cdp(one: View, told: dict[str, Any]) -> None:
    if not told["enabled"]:
        one.answered.discard("cdp")
    for each in told["neighbours"]:
        one.neighbours.append(Neighbour(
            names.port(each["local_interface"] or ""), each["neighbour"] or "", each["remote_interface"] or "", "cdp",
            "", tuple(each["addresses"]), any(word in {"Switch", "S"} for word in each["capabilities"])))


@_reads("lldp", "cisco_ios.show_lldp_neighbors_detail")
def _lldp(one: View, told: dict[str, Any]) -> None:
    if not told["enabled"]:
        one.answered.discard("lldp")
    for each in told["neighbours"]:
        remote = each["remote_interface"] or ""
        if names.mac(remote) and each.get("port_description"):
            remote = each["port_description"]  # the id is an address; the description of a switch is its port's name
        one.neighbours.append(Neighbour(
            names.port(each["local_interface"] or ""), each["neighbour"] or "", remote, "lldp",
            names.mac(each["chassis_id"] or ""), tuple(each["addresses"]), "B" in each["capabilities"]))


@_reads("mac", "cisco_ios.show_mac_address_table")
def _mac(one: View, told: dict[str, Any]) -> None:
    if told["total"] is not None and told["total"] > len(told["entries"]):
        one.answered.discard("mac")  # cut off: what is missing may be what matters
        return
    for entry in told["entries"]:
        digits = names.mac(entry["mac"])
        if entry["type"] in {"self", "system"} or entry["ports"] in (["CPU"], ["Router"], ["Switch"]):
            continue
        if not digits or int(digits[1], 16) % 2 or entry["type"] not in {"dynamic", "static", "secure", "sticky"}:
            continue  # multicast, and the switch's own
        for port in entry["ports"]:
            short = names.port(port)
            if short not in {"CPU", "Router", "Switch"} and not short.startswith(("Vl", "Drop")):
                one.learned.setdefault(short, set()).add(digits)


@_reads("arp", "cisco_ios.show_ip_arp")
def _arp(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        if row["mac"] and row["age_minutes"] is not None:
            one.arp.append((row["address"], names.mac(row["mac"]), row["age_minutes"]))
        elif row["mac"]:
            one.own_macs.setdefault(names.mac(row["mac"]), set())


@_reads("channel", "cisco_ios.show_etherchannel_summary")
def _channels(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        one.channels[row["channel"]] = tuple(names.port(member["interface"]) for member in row["members"])


@_reads("ports", "cisco_ios.show_interfaces_status")
def _status(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        speed = "".join(char for char in (row["speed"] or "") if char.isdigit())
        duplex = next((word for word in ("full", "half") if word in (row["duplex"] or "")), None)
        factor = 1000 if (row["speed"] or "").upper().endswith("G") else 1
        one.ports[names.port(row["interface"])] = PortState(
            UP if row["status"] == "connected" else DOWN, row["name"] or "", int(speed) * factor if speed else None,
            duplex, row["vlan"] == "trunk")


@_reads("interfaces", "cisco_ios.show_interfaces")
def _interfaces(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        name = names.port(row["interface"])
        before = one.ports.get(name, PortState())
        duplex = row["duplex"] if row["duplex"] in {"full", "half"} else None
        one.ports[name] = PortState(UP if row["link"] == "up" else DOWN, row["description"] or before.description,
                                    before.speed, before.duplex or duplex, before.trunk)
        counted = {key: row[key] for key in ERRORS if row[key] is not None}
        if counted:
            one.counters[name] = counted


@_reads("inventory", "cisco_ios.show_inventory")
def _inventory(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        name = names.port(str(row.get("name") or ""))
        if row.get("serial") and "/" in name:
            one.sfps[name] = str(row["serial"])


# Fabric OS -----------------------------------------------------------------------------------------------------------

@_reads("fc_ports", "brocade_fos.switchshow")
def _switchshow(one: View, told: dict[str, Any]) -> None:
    one.switch_wwn = names.wwn(told["wwn"] or "")
    one.domain = told["domain"]
    for port in told["ports"]:
        one.ports[port["port"]] = PortState(UP if port["state"].lower() == "online" else DOWN)
        digits = names.wwn(port.get("wwn") or "")
        if digits and port["state"].lower() == "online":
            one.logins.setdefault(port["port"], set()).add(digits)


@_reads("name_server", "brocade_fos.nsshow")
def _nsshow(one: View, told: list[dict[str, Any]]) -> None:
    """The second byte of the address is the port, on a switch without slots."""
    for device in told:
        port = str(device["index"]) if device["index"] is not None else str(int(device["address"][2:4], 16))
        one.logins.setdefault(port, set()).add(names.wwn(device["wwn"]))


@_reads("sfp", "brocade_fos.sfpshow")
def _sfpshow(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        if row.get("serial"):
            one.sfps[str(row["port"])] = str(row["serial"])
        if row.get("rx_microwatts") is not None:
            one.light[str(row["port"])] = row["rx_microwatts"], list(row["limits"].get("rx_microwatts") or [])


@_reads("fc_errors", "brocade_fos.porterrshow")
def _porterrshow(one: View, told: Any) -> None:
    for row in told["ports"] if isinstance(told, dict) else told:
        counted = {key: row[key] for key in FC_ERRORS if isinstance(row.get(key), int)}
        one.counters[str(row["port"])] = counted


# VNX -----------------------------------------------------------------------------------------------------------------

@_reads("array", "emc_vnx.port")
def _array(one: View, told: dict[str, Any]) -> None:
    for port in told["ports"]:
        name = f"{port['sp']}-{port['port']}"
        digits = names.wwn(str(port.get("sp_uid") or ""))
        if digits:
            one.own_wwns[digits] = name
        state = str(port.get("link_status") or "").lower()
        if state:
            one.ports[name] = PortState(UP if state == "up" else DOWN)
        beside = str(port.get("switch_uid") or "")
        if digits and names.wwn(beside) and len(beside.replace(":", "")) == 32:
            own = names.wwn(beside)  # 20:<port>:<switch's last six bytes>
            switch = names.wwn(beside.replace(":", "")[:16])
            if own[:2] == "20" and own[4:] == switch[4:]:
                one.fabric[digits] = switch, str(int(own[2:4], 16))
    for initiator in told["initiators"]:
        for path in initiator["ports"]:
            if path.get("logged_in"):
                one.seen_wwns.setdefault(f"{path['sp']}-{path['port']}", set()).add(names.wwn(initiator["hba_uid"]))


# Linux ---------------------------------------------------------------------------------------------------------------

@_reads("bonding", "linux.bonding")
def _bonding(one: View, told: list[dict[str, Any]]) -> None:
    for bond in told:
        members = tuple(slave["name"] for slave in bond["slaves"])
        backup = "active-backup" in str(bond["mode"])
        one.bonds.append(Bond(str(bond["name"] or ""), members, (bond["active_slave"] or "") if backup else "",
                              tuple(slave["name"] for slave in bond["slaves"] if slave["mii_status"] == "down")))
        for slave in bond["slaves"]:
            digits = names.mac(slave["permanent_address"] or "")
            if digits and digits.strip("0"):
                one.own_macs.setdefault(digits, set()).add(slave["name"])
            one.ports[slave["name"]] = PortState(UP if slave["mii_status"] == "up" else DOWN, "", slave["speed_mbps"],
                                                 slave["duplex"])


@_reads("addresses", "linux.net_addresses")
def _addresses(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        digits = names.mac(row["mac"] or "")
        if digits:
            one.own_macs.setdefault(digits, set()).add(row["interface"])
        if row["carrier"] is not None and row["interface"] not in one.ports:
            one.ports[row["interface"]] = PortState(UP if row["carrier"] else DOWN)


@_reads("fc_hosts", "linux.fc_hosts")
def _fc_hosts(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        one.own_wwns.setdefault(row["wwn"], "")
        if row["port_id"]:
            one.fabric[row["wwn"]] = f"d{int(row['port_id'][:2], 16)}", str(int(row["port_id"][2:4], 16))


@_reads("net_state", "linux.net_state")
def _net_state(one: View, told: list[dict[str, Any]]) -> None:
    for row in told:
        if row["state"] in {UP, DOWN}:
            one.ports[row["interface"]] = PortState(row["state"], "", row["speed_mbps"], row["duplex"])
