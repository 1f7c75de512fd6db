"""The network as the kernel sees it: bonding, /proc/net/dev, /sys/class/net, listening sockets."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser, reads_empty
from pacs_rounds.parse.linux import lines, refuse, whole

_FIELD = re.compile(r"\s*([A-Za-z][A-Za-z0-9 ()/#_.,-]{0,60}?)\s*:(?:\s+(.*))?")
# Lines a driver has been seen to print without colon or value: a value that was never written, not a new shape.
_BARE = {"802.3ad info", "Speed", "Duplex"}
_SPEED = re.compile(r"(\d{1,7}) Mbps")

_RECEIVE = ("bytes", "packets", "errors", "drop", "fifo", "frame", "compressed", "multicast")
_TRANSMIT = ("bytes", "packets", "errors", "drop", "fifo", "collisions", "carrier", "compressed")
_STATE_PATH = re.compile(r"/sys/class/net/([^/\s]{1,32})/(operstate|speed|duplex):(.{0,40})")
_NO_VALUE = re.compile(r"grep: /sys/class/net/[^/\s]{1,32}/(?:speed|duplex|operstate): Invalid argument")


def _number(number: int, line: str, value: str) -> int:
    parsed = whole(value)
    if parsed is None:
        refuse(number, line, "expected a whole number")
    return parsed


def _slave(name: str) -> dict[str, Any]:
    return {"name": name, "mii_status": None, "speed_mbps": None, "duplex": None, "link_failure_count": None,
            "aggregator_id": None, "permanent_address": None}


def _bond(name: str | None) -> dict[str, Any]:
    return {"name": name, "mode": None, "mii_status": None, "active_slave": None, "active_aggregator_id": None,
            "partner_address": None, "slaves": []}


def _bond_field(bond: dict[str, Any], key: str, value: str, number: int, line: str) -> None:
    """One "Key: value" of the bond itself or, after the first "Slave Interface", of its latest slave."""
    slave: dict[str, Any] | None = bond["slaves"][-1] if bond["slaves"] else None
    target = bond if slave is None else slave
    if key == "Slave Interface":
        if not value:
            refuse(number, line, "expected the name of a slave")
        bond["slaves"].append(_slave(value))
    elif key == "Bonding Mode":
        bond["mode"] = value
    elif key == "MII Status":
        target["mii_status"] = value.lower()
    elif key == "Currently Active Slave":
        bond["active_slave"] = None if value == "None" else value
    elif key == "Aggregator ID":
        target["active_aggregator_id" if slave is None else "aggregator_id"] = _number(number, line, value)
    elif key == "Partner Mac Address" and slave is None:
        bond["partner_address"] = value.lower()
    elif slave is not None and key == "Link Failure Count":
        slave["link_failure_count"] = _number(number, line, value)
    elif slave is not None and key == "Speed":
        match = _SPEED.fullmatch(value)
        slave["speed_mbps"] = int(match[1]) if match else None  # "Unknown" while the link is down
    elif slave is not None and key == "Duplex":
        slave["duplex"] = None if value.lower().startswith("unknown") else value.lower()
    elif slave is not None and key == "Permanent HW addr":
        slave["permanent_address"] = value.lower()


# == /proc/net/bonding/bond0
# Ethernet Channel Bonding Driver: v3.7.1 (April 27, 2011)
#
# Bonding Mode: fault-tolerance (active-backup)
# Currently Active Slave: eth0
# MII Status: up
#
# Slave Interface: eth0
# MII Status: up
# Link Failure Count: 0
@parser("linux.bonding")
@reads_empty
def bonding(text: str) -> list[dict[str, Any]]:
    """/proc/net/bonding/*, each after a line "== path" (name is None without it). No text means no bonds.

    Bonds: name, mode, mii_status, active_slave, active_aggregator_id, partner_address (802.3ad only), slaves with
    name, mii_status, speed_mbps, duplex, link_failure_count, aggregator_id, permanent_address.
    """
    bonds: list[dict[str, Any]] = []
    name: str | None = None
    for number, line in lines(text):
        if line.startswith("== /proc/net/bonding/"):
            name = line.rpartition("/")[2]
            continue
        match = _FIELD.fullmatch(line) if len(line) < 1000 else None
        key = " ".join(match[1].split()) if match else ""
        if key == "Ethernet Channel Bonding Driver":
            bonds.append(_bond(name))
            name = None
        elif not bonds:
            refuse(number, line, "expected 'Ethernet Channel Bonding Driver: ...'")
        elif match:
            _bond_field(bonds[-1], key, (match[2] or "").strip(), number, line)
        elif line.strip() not in _BARE:
            refuse(number, line, "expected 'Key: value' of a bond")
    if name is not None:
        raise ParseError(f"bonding: nothing follows the heading of {name[:40]!r}")
    for bond in bonds:
        if bond["mii_status"] is None or any(slave["mii_status"] is None for slave in bond["slaves"]):
            raise ParseError(f"bonding: {str(bond['name'])[:40]!r} or a slave of it has no MII Status")
    return bonds


# Inter-|   Receive                                                |  Transmit
#  face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier ...
#   eth0: 1184723 18234 0 0 0 0 0 12   998121 17002 0 0 0 0 0 0
@parser("linux.net_dev")
def net_dev(text: str) -> list[dict[str, Any]]:
    """`cat /proc/net/dev`: interface and rx_/tx_ counts: bytes, packets, errors, drop, fifo, compressed, rx_frame,
    rx_multicast, tx_collisions, tx_carrier."""
    rows: list[dict[str, Any]] = []
    headings = 0
    for number, line in lines(text):
        if headings < 2:
            expected = ("Inter-|", "face |bytes")[headings]
            if not line.strip().startswith(expected):
                refuse(number, line, f"expected the heading {expected!r}")
            headings += 1
            continue
        name, colon, rest = line.strip().rpartition(":")
        counts = [whole(token) for token in rest.split()]
        if not colon or not name or len(name) > 40 or len(counts) != 16 or None in counts:
            refuse(number, line, "expected an interface and 16 counts")
        rows.append({"interface": name,
                     **{f"rx_{key}": count for key, count in zip(_RECEIVE, counts[:8], strict=True)},
                     **{f"tx_{key}": count for key, count in zip(_TRANSMIT, counts[8:], strict=True)}})
    if not rows:
        raise ParseError("/proc/net/dev: no interface")
    return rows


# /sys/class/net/eth0/operstate:up
# /sys/class/net/eth0/speed:1000
# /sys/class/net/eth0/duplex:full
@parser("linux.net_state")
def net_state(text: str) -> list[dict[str, Any]]:
    """grep over /sys/class/net: interface, state (operstate), speed_mbps and duplex (None where the driver does not
    know: -1, 65535 and 4294967295 are all "unknown")."""
    found: dict[str, dict[str, Any]] = {}
    for number, line in lines(text):
        if _NO_VALUE.fullmatch(line):
            continue
        match = _STATE_PATH.fullmatch(line)
        if not match:
            refuse(number, line, "expected /sys/class/net/<interface>/<file>:value")
        row = found.setdefault(match[1], {"interface": match[1], "state": None, "speed_mbps": None, "duplex": None})
        value = match[3].strip()
        if match[2] == "speed":
            if not re.fullmatch(r"-?\d{1,12}", value):
                refuse(number, line, "expected a speed in Mbit/s")
            row["speed_mbps"] = int(value) if int(value) not in (-1, 0, 65535, 4294967295) else None
        else:
            if not re.fullmatch(r"[a-z]+", value):
                refuse(number, line, "expected one word")
            row["state" if match[2] == "operstate" else "duplex"] = None if value == "unknown" else value
    if not found:
        raise ParseError("/sys/class/net: no interface")
    return list(found.values())


_OTHER_FAMILIES = re.compile(r"(?:nl|p_raw|p_dgr|u_str|u_dgr|u_seq|raw6?|icmp6?|unix|udplite6?|dccp|sctp6?|v_str|v_dgr|"
                             r"vsock|tipc|mptcp|xdp)")
_PROTOCOL = {"tcp": "tcp", "tcp6": "tcp", "udp": "udp", "udp6": "udp"}
_SS_HEADING = re.compile(r"Netid\s+State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer Address:Port(?:\s*Process)?")
_NETSTAT_HEADING = re.compile(r"Proto\s+Recv-Q\s+Send-Q\s+Local Address\s+Foreign Address\s+State.*|"
                              r"Proto\s+RefCnt\s+Flags\s+Type\s+State\s+I-Node.*|Active .* (?:sockets|connections).*")


def _endpoint(text: str) -> tuple[str, int | None, str] | None:
    """Address, port (None when it is written as a name or *), port as written. `[::]:22`, `:::22`, `*:22`."""
    address, colon, port = text.rpartition(":")
    if not colon or not address or not port or len(text) > 120:
        return None
    plain = address.partition("%")[0].strip("[]")
    return ("*" if plain in ("*", "0.0.0.0", "::") else plain.removeprefix("::ffff:"), whole(port), port)  # noqa: S104


def _socket(number: int, line: str, netstat: bool) -> dict[str, Any] | None:
    fields = line.split()
    protocol = _PROTOCOL.get(fields[0])
    if protocol is None:
        if _OTHER_FAMILIES.fullmatch(fields[0]) and len(fields) > 4:
            return None
        refuse(number, line, "expected tcp, udp or another socket family")
    queues, local = ((1, 3) if netstat else (2, 4))
    if len(fields) < local + 2 or whole(fields[queues]) is None or whole(fields[queues + 1]) is None:
        refuse(number, line, "expected protocol, state, two queues, local and peer address")
    end = _endpoint(fields[local])
    if end is None or _endpoint(fields[local + 1]) is None:
        refuse(number, line, "expected address:port twice")
    said = fields[5] if len(fields) > 5 else ""  # netstat leaves it out for udp; with -p the program follows
    state = fields[1] if not netstat else said if re.fullmatch(r"[A-Z_]+[12]?", said) else "UNCONN"
    if not re.fullmatch(r"[A-Z0-9_-]{4,12}", state):
        refuse(number, line, "expected a socket state")
    return {"protocol": protocol, "state": state, "address": end[0], "port": end[1],
            "port_as_written": end[2]}


# Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port
# udp   UNCONN 0      0            0.0.0.0:123       0.0.0.0:*
# tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*
@parser("linux.listening")
def listening(text: str) -> list[dict[str, Any]]:
    """`ss -lntu` or `netstat -lntu`: protocol (tcp, udp; IPv6 too), state, address ("*" for any), port (None where a
    service name was printed instead), port_as_written. Other socket families are recognised and left out."""
    rows: list[dict[str, Any]] = []
    netstat: bool | None = None
    for number, line in lines(text):
        plain = line.strip()
        if len(line) > 2000:
            refuse(number, line, "expected a shorter line of sockets")
        if _SS_HEADING.fullmatch(plain):
            netstat = False
        elif _NETSTAT_HEADING.fullmatch(plain):
            netstat = True
        elif netstat is None:
            refuse(number, line, "expected the heading of ss or netstat")
        else:
            row = _socket(number, plain, netstat)
            if row:
                rows.append(row)
    return rows
