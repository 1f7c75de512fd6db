"""One physical truth: which cable is plugged in where, and what every device sees of it.

The truth is the lab's cable register (inventories/lab/cabling/) with the scenario's `cabling` laid over it: another
end, null for a cable that is pulled or broken, a new id for one nobody documented. The register itself stays as it is,
so that each change is a deviation to be found. Every view comes from the truth: neighbours, address tables, ARP, link
states, Fibre Channel logins.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.cabling import register as registers
from pacs_rounds.cabling import trace
from pacs_rounds.cabling.model import Cable, End, Register, end_of
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import BadInput

State = dict[str, Any]
Devices = dict[str, Device]
SWITCH_ADDRESSES = "99"
"""The VLAN of the switches' own addresses, and of what comes untagged into a trunk."""


def apply(devices: Devices, changes: State | None, path: Path | None) -> None:
    """Put what each device sees into its state. Devices that are not there (a smaller lab) are passed over."""
    register = registers.load("lab")
    documented = _joined(register)
    for name, change in (changes or {}).items():
        _change(register, name, change, path)
    register.plug()
    truth = Truth(register, _joined(register), documented, devices)
    for name, device in devices.items():
        if "linux" in device.kinds:
            _server(truth, name, device.state)
    for name, device in devices.items():
        if "ios" in device.kinds:
            _switch(truth, name, device.state, path)
    _learn(truth)
    fabric(truth)


def _change(register: Register, name: str, change: Any, path: Path | None) -> None:
    line = yamlfile.line_of(path, ["cabling", name]) if path else None
    where = f"{yamlfile.show(path) if path else 'cabling'}{f':{line}' if line else ''}"
    if change is None:
        if name not in register.cables:
            raise BadInput(where, f"cabling.{name}: the register has no such cable", "see inventories/lab/cabling/")
        del register.cables[name]
        return
    ends = {side: end_of(str(text), where) for side, text in change.items() if side in {"a", "b"}}
    if len(ends) < len(change) or (name not in register.cables and len(ends) < 2):
        raise BadInput(where, f"cabling.{name}: a: and b: of the cable, or null", "write device:port")
    for end in ends.values():
        device = register.devices.get(end.device)
        if device and end.port not in device.type.ports:
            raise BadInput(where, f"cabling.{name}: {end.device} has no port {end.port!r}", "see types.yml")
    before = register.cables.get(name) or Cable(name, ends["a"], ends["b"], "cat5e")
    register.cables[name] = replace(before, a=ends.get("a", before.a), b=ends.get("b", before.b))


def _joined(register: Register) -> dict[End, End]:
    found: dict[End, End] = {}
    for link in trace.links(register):
        passive = any(register.passive(end.device) for end in (link.a, link.b))
        if link.a.known and link.b.known and not passive:
            found.setdefault(link.a, link.b)
            found.setdefault(link.b, link.a)
    return found


class Truth:
    """What is joined with what, now and by the register."""

    def __init__(self, register: Register, joined: dict[End, End], documented: dict[End, End],
                 devices: Devices) -> None:
        self.register, self.joined, self.documented, self.devices = register, joined, documented, devices
        self.macs: dict[End, str] = {}

    def mac(self, end: End) -> str:
        """The address that this device shows at a port; made up of its name, the same in every run."""
        device = self.devices.get(end.device)
        if device and "linux" in device.kinds and end.port in device.state["links"]:
            return str(device.state["links"][end.port]["mac"])
        return made_up(end.device, end.port)

    def silent(self, end: End) -> bool:
        """Whether nothing is sent there: a bond's waiting member, a port its system does not know."""
        device = self.devices.get(end.device)
        if device is None or "linux" not in device.kinds:
            return False
        if end.port == "imm":
            return False
        bonds = device.state["bonds"].values()
        waiting = any(end.port in bond["slaves"] and bond["active"] != end.port for bond in bonds)
        return waiting or end.port not in device.state["links"] or device.state["links"][end.port]["state"] != "up"

    def address(self, end: End) -> str:
        """The IP address shown there."""
        name = f"imm-{end.device}" if end.port == "imm" else end.device
        device = self.devices.get(name)
        if device is None:
            return ""
        octets = device.address.split(".")
        if end.port == "mgmt-B":
            octets[-1] = str(int(octets[-1]) + 1)
        return ".".join(octets)


def made_up(*words: str) -> str:
    """A hardware address with IBM's prefix for made-up devices."""
    digest = hashlib.sha256("/".join(words).encode()).hexdigest()
    return f"34:40:b5:{digest[:2]}:{digest[2:4]}:{digest[4:6]}"


# Servers -------------------------------------------------------------------------------------------------------------

def _server(truth: Truth, name: str, state: State) -> None:
    """Own addresses for each port, one for a bond; no link where nothing is plugged in."""
    for port, link in state["links"].items():
        if port.startswith("eth"):
            link["mac"] = made_up(name, port)
            if End(name, port) in truth.documented and End(name, port) not in truth.joined:
                link["state"] = "down"
    for bond, told in state["bonds"].items():
        slaves = told["slaves"]
        for port, slave in slaves.items():
            if state["links"].get(port, {}).get("state") == "down" and slave["state"] == "up":
                slave["state"], slave["failures"] = "down", slave["failures"] + 1
        if slaves and slaves.get(told["active"], {}).get("state") == "down":
            told["active"] = next((port for port, slave in slaves.items() if slave["state"] == "up"), told["active"])
        if bond in state["links"] and slaves:
            state["links"][bond]["mac"] = state["links"][next(iter(slaves))]["mac"]


# Switches ------------------------------------------------------------------------------------------------------------

def _switch(truth: Truth, name: str, state: State, path: Path | None) -> None:
    """Each port's neighbour and link; a described port with nothing in it has no link.

    A neighbour that is told at the port must be the register's: another would be lost here and plant nothing.
    """
    cabling = state["cabling"]
    for raw, port in cabling.items():
        documented = truth.documented.get(End(name, raw))
        if "to" in port and f"{port.pop('to')}:{port.pop('port', '')}" != str(documented):
            line = yamlfile.line_of(path, [name, "cabling", raw]) if path else None
            raise BadInput(f"{yamlfile.show(path) if path else name}{f':{line}' if line else ''}",
                           f"{name}.cabling.{raw}: the register has {documented or 'nothing'} at its other end",
                           "move the cable itself, by its id under `cabling:` at the top")
    for end, far in truth.joined.items():
        if end.device != name:
            continue
        port = cabling.setdefault(end.port, {"description": ""})
        device = truth.devices.get(far.device)
        if device and "ios" in device.kinds:
            port["to"], port["port"] = far.device, far.port
    for raw, port in cabling.items():
        if not raw.startswith(("Vl", "Po")) and End(name, raw) not in truth.joined and \
                End(name, raw) in truth.documented:
            port.setdefault("status", "notconnect")


def _connected(state: State, port: str) -> bool:
    told = state["cabling"].get(port, {})
    changed = state["interfaces"].get(port, {}).get("status")
    return (changed or told.get("status", "connected")) == "connected" and port in state["cabling"]


def _learn(truth: Truth) -> None:
    """Address tables and ARP: a walk from every sender over the links that spanning tree lets through."""
    switches = {name: device.state for name, device in truth.devices.items() if "ios" in device.kinds}
    for state in switches.values():
        state["learned"], state["arp"] = [], []
    for end, far in truth.joined.items():
        if end.device not in switches:
            continue
        state = switches[end.device]
        if far.device in switches or not _connected(state, end.port) or truth.silent(far):
            continue
        vlan = str(state["cabling"][end.port].get("vlan", "1")).replace("trunk", SWITCH_ADDRESSES)
        address = _bond_mac(truth, far)
        state["learned"].append((vlan, address, end.port))
        walk = _walk(truth, switches, end.device)
        for other, port in walk:
            switches[other]["learned"].append((vlan, address, port))
        _answers(truth, switches, vlan, address, far, [end.device, *(other for other, _ in walk)])
    for name, state in switches.items():
        own = _own_mac(state)
        for other, port in _walk(truth, switches, name):
            switches[other]["learned"].append((SWITCH_ADDRESSES, own, port))


def _bond_mac(truth: Truth, end: End) -> str:
    device = truth.devices.get(end.device)
    if device is None or "linux" not in device.kinds:
        return truth.mac(end)
    links, bonds = device.state["links"], device.state["bonds"]
    name = next((name for name, bond in bonds.items() if end.port in bond["slaves"]), "")
    return str(links[name]["mac"]) if name in links else truth.mac(end)


def _own_mac(state: State) -> str:
    """A switch's own address: that of its bridge."""
    digits = str(state["spanning_tree"]["bridge"]).replace(".", "")
    return ":".join(digits[start:start + 2] for start in range(0, 12, 2))


def _walk(truth: Truth, switches: dict[str, State], start: str) -> list[tuple[str, str]]:
    """(switch, its port that leads back) for every other switch; a channel's members are one port."""
    seen, queue, found = {start}, deque([start]), []
    while queue:
        name = queue.popleft()
        for end, far in truth.joined.items():
            if end.device != name or far.device not in switches or far.device in seen:
                continue
            near, other = switches[name], switches[far.device]
            blocked = {*near["spanning_tree"]["blocked"]} & {end.port} or {*other["spanning_tree"]["blocked"]} & {
                far.port}
            if blocked or not _connected(near, end.port) or not _connected(other, far.port):
                continue
            seen.add(far.device)
            channel = other["cabling"][far.port].get("channel")
            found.append((far.device, f"Po{channel}" if channel else far.port))
            queue.append(far.device)
    return found


def _answers(truth: Truth, switches: dict[str, State], vlan: str, address: str, far: End, reached: list[str]) -> None:
    """Switches with an address in the VLAN hold an ARP entry, refreshed within the last hours."""
    ip = truth.address(far)
    for name in reached:
        interface = f"Vl{vlan}"
        if ip and switches[name]["cabling"].get(interface, {}).get("address"):
            age = int(hashlib.sha256(f"{name}{ip}".encode()).hexdigest()[:4], 16) % 200
            switches[name]["arp"].append((ip, age, address, int(vlan)))


# Fibre Channel -------------------------------------------------------------------------------------------------------

def fabric(truth: Truth) -> None:
    """Logins at the switch, the fabric as adapters and array see it, the array's list of initiators."""
    san = truth.devices.get("san-1")
    array = truth.devices.get("vnx5500")
    if san is None:
        return
    plugged = dict(san.state["cabling"])
    told = {far: plugged[near.port] for near, far in truth.documented.items()
            if near.device == "san-1" and near.port in plugged}
    for number in plugged:
        far = truth.joined.get(End("san-1", number))
        san.state["cabling"][number] = told.get(far) if far in told else {
            "state": "No_Light", "type": "", "wwn": "", "node": "", "symbol": "", "frames_per_second": 0}
    for near, far in truth.joined.items():
        if near.device == "san-1" and near.port.isdigit() and near.port not in plugged and far in told:
            san.state["cabling"][near.port] = told[far]
    for far, one in told.items():
        device = truth.devices.get(far.device)
        if device is None:
            continue
        spot = truth.joined.get(far)
        if "linux" in device.kinds:
            _adapter(device.state, far.port, one, san.state, spot)
        elif array and far.device == "vnx5500" and far.port in array.state["sp_ports"]:
            _sp_port(array.state, far.port, spot)
    if array:
        _initiators(truth, array.state, {one["wwn"].lower(): far for far, one in told.items()})


def _adapter(state: State, port: str, one: State, san: State, spot: End | None) -> None:
    online = spot is not None and spot.device == "san-1"
    number = int(port.removeprefix("hba"))
    state["fc_hosts"][f"host{3 + number}"] = {
        "port_name": one["wwn"], "node_name": one["node"], "port_state": "Online" if online else "Linkdown",
        "fabric_name": san["wwn"] if online else "", "speed": "4 Gbit" if online else "unknown",
        "port_id": f"0x{int(san['domain']):02x}{int(spot.port):02x}00" if online and spot else "0x000000"}


def _sp_port(state: State, port: str, spot: End | None) -> None:
    told = state["sp_ports"][port]
    told["switch_port"] = int(spot.port) if spot and spot.port.isdigit() else None
    if spot is None and told["link"] == "Up":
        told.update(link="Down", speed="N/A")


def _initiators(truth: Truth, state: State, by_wwn: dict[str, End]) -> None:
    """An initiator whose own cable, or the port's, is out is no longer logged in."""
    for told in state["initiators"].values():
        adapter = by_wwn.get(told["wwn"][-23:].lower())
        for port in told["ports"]:
            if (adapter and adapter not in truth.joined) or End("vnx5500", port) not in truth.joined:
                told["ports"][port] = False
