"""The SW-MIB of Brocade switches (1.3.6.1.4.1.1588.2.1.1.1) as `snmpwalk -On` prints it: system, ports, sensors, load.

Own numbers only: SW-MIB 3.x as of Fabric OS 5 to 9. Columns that an agent leaves out are None, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail
from pacs_rounds.parse.snmp_text import VarBind, read, scalar, table, under

SW = "1.3.6.1.4.1.1588.2.1.1.1"
_OPER = {1: "online", 2: "offline", 3: "testing", 4: "faulty"}
_PORT_OPER = {0: "unknown", **_OPER}
_DIAGNOSIS = {1: "ok", 2: "faulty", 3: "embedded_port_fault"}
_KINDS = {1: "temperature", 2: "fan", 3: "power_supply"}
_STATES = {1: "unknown", 2: "faulty", 3: "below_min", 4: "nominal", 5: "above_max", 6: "absent"}
_PHYSICAL = {1: "no_card", 2: "no_transceiver", 3: "laser_fault", 4: "no_light", 5: "no_sync", 6: "in_sync",
             7: "port_fault", 8: "diag_fault", 9: "lock_ref", 10: "validating", 11: "invalid_module", 14: "no_sig_det",
             255: "unknown"}
NO_VALUE = -2147483648
"""What the agent says where a sensor has no reading (a power supply never has one)."""


def _named(value: VarBind | None, names: Mapping[int, str]) -> str | None:
    """The word of a number; `other_<n>` for one the MIB does not list: the check will not know it either."""
    return None if value is None else names.get(value.integer, f"other_{value.integer}")


def _text(value: VarBind | None) -> str | None:
    return None if value is None else value.text.strip() or None


# .1.3.6.1.4.1.1588.2.1.1.1.1.6.0 = STRING: "v6.2.2f"
# .1.3.6.1.4.1.1588.2.1.1.1.1.7.0 = INTEGER: 1
@parser("brocade_fos.snmp_switch")
def snmp_switch(text: str) -> dict[str, Any]:
    """The switch as its agent tells it: description, object id, firmware, operational state, diagnosis, dates."""
    rows = read(text)
    system = f"{SW}.1"
    if not under(rows, SW) and scalar(rows, "1.3.6.1.2.1.1.1.0") is None:
        fail("nothing of the SW-MIB and no system description: not a Brocade agent's walk")
    return {
        "description": _text(scalar(rows, "1.3.6.1.2.1.1.1.0")),
        "object_id": _text(scalar(rows, "1.3.6.1.2.1.1.2.0")),
        "name": _text(scalar(rows, "1.3.6.1.2.1.1.5.0")),
        "current_date": _text(scalar(rows, f"{system}.1.0")), "boot_date": _text(scalar(rows, f"{system}.2.0")),
        "firmware": _text(scalar(rows, f"{system}.6.0")),
        "state": _named(scalar(rows, f"{system}.7.0"), _OPER),
        "admin_state": _named(scalar(rows, f"{system}.8.0"), _OPER),
        "diagnosis": _named(scalar(rows, f"{system}.20.0"), _DIAGNOSIS),
        "sensors": _count(scalar(rows, f"{system}.21.0"))}


def _count(value: VarBind | None) -> int | None:
    return None if value is None else value.integer


# .1.3.6.1.4.1.1588.2.1.1.1.1.22.1.2.3 = INTEGER: 2
# .1.3.6.1.4.1.1588.2.1.1.1.1.22.1.3.3 = INTEGER: 4
# .1.3.6.1.4.1.1588.2.1.1.1.1.22.1.5.3 = STRING: "FAN #1"
@parser("brocade_fos.snmp_sensors")
def snmp_sensors(text: str) -> list[dict[str, Any]]:
    """Sensors in the table's order, named as sensorshow counts them ("Fan 1"): kind, state word, °C or RPM or None."""
    cells = table(read(text), f"{SW}.1.22.1", {2: "kind", 3: "state", 4: "value", 5: "info"})
    rows: list[dict[str, Any]] = []
    for index, cell in cells.items():
        kind, state = _named(cell.get("kind"), _KINDS), _named(cell.get("state"), _STATES)
        if kind is None or state is None:
            fail(f"sensor {index[0]} has no type or no status: the walk is incomplete")
        info = _text(cell.get("info"))
        value = cell["value"].integer if "value" in cell else NO_VALUE
        rows.append({"sensor": index[0], "kind": kind, "state": state, "info": info,
                     "value": None if value == NO_VALUE else value,
                     "name": _sensor_name(kind, info, sum(1 for row in rows if row["kind"] == kind) + 1)})
    if not rows:
        fail("no row of swSensorTable")
    return rows


def _sensor_name(kind: str, info: str | None, count: int) -> str:
    """The number in the agent's own words, else the place within its kind."""
    match = re.search(r"#\s*(\d{1,3})\s*$", info or "")
    slot = re.match(r"SLOT #([1-9]\d?):", info or "", re.IGNORECASE)
    plain = f"{kind.replace('_', ' ').title()} {match[1] if match else count}"
    return f"Slot {slot[1]} {plain}" if slot else plain


_PORT = {2: "type", 3: "physical", 4: "state", 5: "admin", 6: "link", 13: "frames_tx", 14: "frames_rx", 21: "enc_in",
         22: "crc_err", 23: "too_shrt", 24: "too_long", 25: "bad_eof", 26: "enc_out", 27: "bad_os", 28: "disc_c3",
         34: "wwn", 36: "name"}
_COUNTERS = ("frames_tx", "frames_rx", "enc_in", "crc_err", "too_shrt", "too_long", "bad_eof", "enc_out", "bad_os",
             "disc_c3")


# .1.3.6.1.4.1.1588.2.1.1.1.6.2.1.4.1 = INTEGER: 1
# .1.3.6.1.4.1.1588.2.1.1.1.6.2.1.22.1 = Counter32: 0
# .1.3.6.1.4.1.1588.2.1.1.1.6.2.1.34.1 = Hex-STRING: 20 00 00 05 1E 0A 0B 0C
@parser("brocade_fos.snmp_ports")
def snmp_ports(text: str) -> list[dict[str, Any]]:
    """Ports (the table's index less one): states as words, error counters, the port's WWN, its name.

    A cell that this agent does not have is None.
    """
    cells = table(read(text), f"{SW}.6.2.1", _PORT)
    rows = []
    for index, cell in cells.items():
        if index[0] < 1:
            fail(f"a port with the index {index[0]}")
        rows.append({
            "port": str(index[0] - 1), "name": _text(cell.get("name")),
            "physical": _named(cell.get("physical"), _PHYSICAL), "state": _named(cell.get("state"), _PORT_OPER),
            "admin": _named(cell.get("admin"), _OPER),
            "wwn": ":".join(f"{octet:02x}" for octet in cell["wwn"].octets) if "wwn" in cell else None,
            **{name: _count(cell.get(name)) for name in _COUNTERS}})
    if not rows:
        fail("no row of swFCPortTable")
    return rows


# .1.3.6.1.4.1.1588.2.1.1.1.26.1.0 = INTEGER: 12
# .1.3.6.1.4.1.1588.2.1.1.1.26.6.0 = INTEGER: 25
@parser("brocade_fos.snmp_load")
def snmp_load(text: str) -> dict[str, int | None]:
    """CPU and memory use in percent; both None where the agent has no swCpuOrMemoryUsage (before 6.2)."""
    rows = read(text)
    found = {"cpu_percent": _count(scalar(rows, f"{SW}.26.1.0")),
             "memory_percent": _count(scalar(rows, f"{SW}.26.6.0"))}
    for name, value in found.items():
        if value is not None and not 0 <= value <= 100:
            fail(f"{name} is {value}")
    if set(found.values()) == {None} and any(row.oid[:len(_ROOT)] != _ROOT for row in rows):
        fail("nothing of swCpuOrMemoryUsage")
    return found


_ROOT = tuple(int(part) for part in f"{SW}.26".split("."))


# .1.3.6.1.4.1.1588.2.1.1.1.28.1.1.4.16.0.5.30.… .1 = STRING: "-3.3"
@parser("brocade_fos.snmp_sfps")
def snmp_sfps(text: str) -> list[dict[str, Any]]:
    """Transceivers of swSfpStatTable (7.x and later): port, °C, mV, mA, receive and transmit power in dBm.

    "-inf" (no light) is None with `dark: true`; what is no number is refused.
    """
    columns = {1: "celsius", 2: "millivolts", 3: "milliamperes", 4: "rx_dbm", 5: "tx_dbm"}
    cells = table(read(text), f"{SW}.28.1.1", columns)
    made = []
    for index, cell in cells.items():
        rx = _text(cell.get("rx_dbm"))
        made.append({"port": str(index[-1] - 1), "switch": ".".join(map(str, index[:-1])), "dark": rx == "-inf",
                     **{name: _decimal(_text(cell.get(name)), name) for name in columns.values()}})
    if not made:
        fail("no row of swSfpStatTable")
    return made


def _decimal(said: str | None, what: str) -> float | None:
    if said is None or said.lower() in {"-inf", "n/a", "na", "-"}:
        return None
    match = re.fullmatch(r"(-?\d{1,6}(?:\.\d{1,4})?)(?: *[A-Za-z]+)?", said) or fail(f"{what} is no number", said)
    return float(match[1])
