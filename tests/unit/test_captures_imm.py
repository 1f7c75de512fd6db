"""The IMM and IPMI parsers over real output that nobody here wrote: $ROUNDS_CAPTURES/ibm_imm.

Each file of the folder is read by every parser that is meant for it, or refused for the reason written here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

ROOT = Path(os.environ.get("ROUNDS_CAPTURES") or "/nonexistent") / "ibm_imm"
pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(not ROOT.is_dir(),
                       reason="ROUNDS_CAPTURES is unset or holds no ibm_imm: the parsers met no real output"),
]
IMM1, AMM = "snmprec/ibm-imm_x3550m3.snmprec", "snmprec/ibm-amm.snmprec"
# file -> parser -> values read off the text by eye (dotted way, # is the length), or a part of the reason for refusing.
WALK: dict[str, dict[str, Any]] = {
    "ibm_imm.health": {"status": 2, "state": "critical", "reasons.#": 0},
    "ibm_imm.temperatures": {"#": 1, "0.sensor": "Ambient Temp", "0.celsius": 25, "0.warning_high_celsius": 38,
                             "0.critical_high_celsius": 41, "0.fatal_high_celsius": 45, "0.critical_low_celsius": None,
                             "0.health": None},
    "ibm_imm.voltages": {"#": 4, "3.sensor": "Planar VBAT", "3.volts": 3.02, "3.critical_low_volts": 2.1,
                         "3.warning_low_volts": 2.25, "3.critical_high_volts": None, "2.critical_high_volts": 13.45},
    "ibm_imm.fans": {"#": 12, "0.percent": 56, "0.speed": "56 %", "10.speed": "Unavailable", "10.percent": None,
                     "9.fan": "Fan 5B Tach", "9.critical_low_rpm": 480, "11.critical_low_rpm": None},
    "ibm_imm.vpd": {"serial": "KD41DKL", "product": "System x3550 M3", "uuid": None},
    "ibm_imm.firmware": {"#": 3, "0.type": "IMM", "0.version": "YUOOC7E", "2.type": "DSA", "2.version": None},
}
REFUSED = {
    "ibm_imm.power_supplies": "no power module (1.3.6.1.4.1.2.3.51.3.1.11) in the text",
    "ibm_imm.disks": "no disk (1.3.6.1.4.1.2.3.51.3.1.12) in the text",
    "ibm_imm.raid": "no RAID", "ibm_imm.event_log": "no event log",
    "ibm_imm.clock": "no month/day/year and time: '2025'",  # its publisher left only the year
}
IPMI: dict[str, tuple[str, dict[str, Any]]] = {
    "ipmi/ipmitool_sensor_imm_fw1.24.txt": ("ipmi.sensor", {
        "#": 95, "0.value": 32.0, "0.upper_critical": 41.0, "6.sensor": "Planar VBAT", "6.lower_warning": 2.248,
        "7.value": 3393.0, "13.discrete": 1, "22.sensor": "CPU 1", "22.discrete": 128}),
    "ipmi/ipmitool_mc_info_imm_fw1.24.txt": ("ipmi.mc_info", {
        "firmware": "1.24", "ipmi_version": "2.0", "manufacturer": "IBM", "product_id": 220, "supports.#": 7,
        "aux_firmware.3": "0x41", "available": True}),
    "ipmi/ipmitool_lan_print.txt": ("ipmi.lan_print", {
        "address": "192.168.70.125", "cipher_suites": [0, 1, 2, 3, 4], "netmask": "255.255.255.0"}),
    "ipmi/ipmimonitoring_imm.txt": ("ipmi.ipmimonitoring", {
        "#": 15, "3.sensor": "Planar 3.3V", "3.value": 3.29, "3.unit": "V", "7.value": 3132.0, "13.value": None,
        "14.event": "Entity Present"}),
}


def _text(name: str) -> str:
    return (ROOT / name).read_bytes().decode("utf-8", errors="replace")


def _at(data: Any, way: str) -> Any:
    for step in way.split("."):
        data = len(data) if step == "#" else data[int(step)] if step.isdigit() else data[step]
    return data


def test_every_file_of_the_folder_has_its_parser() -> None:
    files = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()}
    assert files <= {IMM1, AMM, *IPMI}


@pytest.mark.parametrize("parser", WALK)
def test_an_imm1s_walk_is_read(parser: str) -> None:
    data = parse.parse(parser, _text(IMM1))
    assert {way: _at(data, way) for way in WALK[parser]} == WALK[parser]


@pytest.mark.parametrize("parser", REFUSED)
def test_what_the_walk_lacks_is_refused_in_one_line(parser: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse.parse(parser, _text(IMM1))
    assert REFUSED[parser] in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("parser", [*WALK, *REFUSED])
def test_a_blade_chassis_is_refused_by_its_own_name(parser: str) -> None:
    with pytest.raises(ParseError, match="the device is 'BladeCenter Advanced Management Module'"):
        parse.parse(parser, _text(AMM))


@pytest.mark.parametrize("name", IPMI)
def test_ipmi_output_is_read(name: str) -> None:
    parser, values = IPMI[name]
    data = parse.parse(parser, _text(name))
    assert {way: _at(data, way) for way in values} == values


def test_the_states_of_discrete_sensors_are_told_apart() -> None:
    """Power Supply 1 is present and has lost its input, which `ipmitool sdr` calls ok; the unit is not redundant."""
    found = {one["sensor"]: one["discrete"] for one in parse.parse("ipmi.sensor", _text(
        "ipmi/ipmitool_sensor_imm_fw1.24.txt"))}
    assert (found["Power Supply 1"], found["Power Supply 2"], found["Power Unit"]) == (0b1001, 0b1, 0b10)
    assert found["DASD Backplane 3"] is None
