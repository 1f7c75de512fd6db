"""What a Fabric OS switch says over SNMP: the system group and SW-MIB, from the same state as its command line."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pacs_rounds.lab import snmp
from pacs_rounds.lab.fos_device import FosDevice, State
from pacs_rounds.lab.fos_render_fabric import own_port_name
from pacs_rounds.lab.fos_render_ports import frames
from pacs_rounds.lab.kinds import Closable, Device, Lab

SW = "1.3.6.1.4.1.1588.2.1.1.1"
Row = tuple[str, str, object]
NO_VALUE = -2**31
"""What the agent says of a sensor without a reading: a power supply."""

# swSensorType and swSensorStatus.
_TYPES = {"temperatures": 1, "fans": 2, "power_supplies": 3}
_STATUS = {"ok": 4, "faulty": 2, "absent": 6, "below minimum": 3, "above maximum": 5}
# swFCPortPhyState by what switchshow says of a port.
_PHYSICAL = {"No_Card": 1, "No_Module": 2, "Laser_Flt": 3, "No_Light": 4, "No_Sync": 5, "Online": 6, "In_Sync": 6,
             "Port_Flt": 7, "Diag_Flt": 8, "Mod_Inv": 11, "Mod_Val": 10, "Offline": 6, "Testing": 6}
_OPERATION = {"Online": 1, "Testing": 3, "Port_Flt": 4, "Diag_Flt": 4, "Laser_Flt": 4}
_SPEED = {"N1": 1, "N2": 2, "AN": 3, "N4": 4, "N8": 5}
_COUNTERS = {"21": "enc_in", "22": "crc_err", "23": "too_shrt", "24": "too_long", "25": "bad_eof", "26": "enc_out",
             "28": "disc_c3"}


def _octets(wwn: str) -> bytes:
    return bytes.fromhex(wwn.replace(":", ""))


def _system(device: FosDevice) -> Iterator[Row]:
    state = device.state
    stamp = "%a %b %d %H:%M:%S %Y"
    online = 1 if state["switch_state"] == "Online" else 2
    booted = device.local(device.uptime)
    for leaf, kind, value in (
            ("1", "string", device.local().strftime(stamp)), ("2", "string", booted.strftime(stamp)),
            ("6", "string", state["release"]), ("7", "integer", online), ("8", "integer", online),
            ("10", "string", state["hardware"]["factory_serial"]), ("20", "integer", 1),
            ("24", "string", state["wwn"])):
        yield f"{SW}.1.{leaf}.0", kind, value


def _sensors(device: FosDevice) -> Iterator[Row]:
    found: list[tuple[int, State, str]] = []
    for part, title in (("temperatures", "TEMP"), ("fans", "FAN"), ("power_supplies", "Power Supply")):
        found += [(_TYPES[part], one, f"SLOT #0: {title} #{number}") for number, one in device.state[part].items()]
    yield f"{SW}.1.21.0", "integer", len(found)
    for number, (kind, one, info) in enumerate(found, 1):
        status = _STATUS.get(str(one["state"]).lower(), 1)
        value = one.get("celsius", one.get("rpm", NO_VALUE))
        for leaf, typed, said in ((1, "integer", number), (2, "integer", kind), (3, "integer", status),
                                  (4, "integer", value), (5, "string", info)):
            yield f"{SW}.1.22.1.{leaf}.{number}", typed, said


def _port(device: FosDevice, number: int, port: State) -> Iterator[Row]:
    index = number + 1
    licensed = "No POD License" not in port["remark"]
    enabled = licensed and "Disabled" not in port["remark"]
    columns: list[tuple[str, str, object]] = [
        ("1", "integer", index), ("2", "integer", 4), ("3", "integer", _PHYSICAL.get(port["state"], 5)),
        ("4", "integer", _OPERATION.get(port["state"], 2)), ("5", "integer", 1 if enabled else 2),
        ("6", "integer", 1 if enabled else 2), ("13", "counter32", frames(device, number, "tx") % 2**32),
        ("14", "counter32", frames(device, number, "rx") % 2**32), ("27", "counter32", 0),
        ("34", "string", _octets(own_port_name(device, number))), ("35", "integer", _SPEED.get(port["speed"], 7)),
        ("36", "string", f"port{number}")]
    columns += [(leaf, "counter32", int(port[field])) for leaf, field in _COUNTERS.items()]
    for leaf, kind, value in columns:
        yield f"{SW}.6.2.1.{leaf}.{index}", kind, value


def rows(device: FosDevice) -> Iterator[Row]:
    """Everything the agent has at this moment, as (OID, type, value)."""
    yield from snmp.system_group("Fibre Channel Switch.", f"{SW}", device.uptime, "", device.switch_name, "")
    yield from _system(device)
    yield from _sensors(device)
    for number, port in device.ports.items():
        yield from _port(device, number, port)
    if device.release >= (6, 2):
        yield f"{SW}.26.1.0", "integer", device.state["cpu_percent"]
        yield f"{SW}.26.6.0", "integer", device.state["memory_percent"]


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the switch's SNMP agent on its address."""
    switch = FosDevice(device.name, device.address, device.state, time.time, lab.born or None)
    return await snmp.listen(device, lab, lambda: rows(switch))
