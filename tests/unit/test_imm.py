"""Server hardware where fixtures do not reach: cut-off walks, the MIB's values, the lab's agents, the commands."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pacs_rounds import derive, parse
from pacs_rounds.catalogue import load
from pacs_rounds.derive.imm import access, health, ipmi, parts
from pacs_rounds.derive.imm.common import graver, health_word
from pacs_rounds.lab import hospital, ibm_imm
from pacs_rounds.model import Context, ParseError
from pacs_rounds.transports import ipmi as ipmi_way
from pacs_rounds.transports.endpoint import Endpoint

CHECKS = {name: check for name, check in load().items() if check.domain == "imm"}
COMMANDS = {one.parser: one.command for check in CHECKS.values() for one in check.collect}
TABLES = [name for name in COMMANDS if name.startswith("ibm_imm.")]
LAB = {name: device for name, device in hospital.load().items() if "ibm_imm" in device.kinds}
TYPES = {"integer": "INTEGER", "gauge32": "Gauge32", "string": "STRING"}


def walk(state: dict[str, Any], command: str) -> str:
    """What net-snmp would print for one command of the catalogue."""
    rows = [(tuple(map(int, oid.split("."))), kind, value) for oid, kind, value in ibm_imm.rows(state, 100.0)]
    lines = []
    for wanted in command.split()[2:]:
        base = tuple(map(int, wanted.split(".")))
        found = [row for row in sorted(rows) if row[0][:len(base)] == base]
        lines += [f".{'.'.join(map(str, oid))} = {TYPES[kind]}: " +
                  ('"' + str(value).replace('"', '\\"') + '"' if kind == "string" else str(value))
                  for oid, kind, value in found]
        if not found:
            lines.append(f".{wanted} = No Such Object available on this agent at this OID")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("parser", TABLES)
@pytest.mark.parametrize("device", LAB)
def test_what_the_labs_controllers_say_is_understood(device: str, parser: str) -> None:
    assert parse.parse(parser, walk(LAB[device].state, COMMANDS[parser])) is not None


def _count(data: Any) -> int:
    lists = [data] if isinstance(data, list) else [part for part in data.values() if isinstance(part, list)]
    return sum(map(len, lists))


@pytest.mark.parametrize("parser", ["ibm_imm.temperatures", "ibm_imm.voltages", "ibm_imm.fans",
                                    "ibm_imm.power_supplies", "ibm_imm.disks", "ibm_imm.event_log"])
def test_a_walk_cut_anywhere_never_loses_a_row_in_silence(parser: str) -> None:
    text = walk(LAB["imm-ris-a"].state, COMMANDS[parser])
    whole = _count(parse.parse(parser, text))
    lines = text.splitlines(keepends=True)
    refused = 0
    for length in range(1, len(lines)):
        try:
            data = parse.parse(parser, "".join(lines[:length]))
        except ParseError:
            refused += 1
        else:
            assert _count(data) == whole, f"{length} of {len(lines)} lines"
    assert refused > len(lines) / 3


def test_overall_health_has_the_values_of_the_mib_and_not_the_inverted_ones() -> None:
    said = {}
    for status in (0, 2, 4, 255, 1, 3):
        data = parse.parse("ibm_imm.health", f".1.3.6.1.4.1.2.3.51.3.1.4.1.0 = INTEGER: {status}\n")
        said[status] = health.health({"ibm_imm.health": data}, Context("h", "linux"))[0]["state"]
    assert said == {0: "nonrecoverable", 2: "critical", 4: "warning", 255: "ok", 1: "status_1", 3: "status_3"}


@pytest.mark.parametrize(("one", "other", "expected"), [
    ("ok", "ok", "ok"), ("ok", "warning", "warning"), ("critical", "warning", "critical"),
    ("nonrecoverable", "critical", "nonrecoverable"), ("ok", "peculiar", "peculiar"),
    ("peculiar", "warning", "warning"), ("", "ok", "ok"), ("ok", "", "ok"), ("", "", "")])
def test_of_two_words_the_graver_counts_whichever_comes_first(one: str, other: str, expected: str) -> None:
    assert graver(one, other) == graver(other, one) == expected


def test_a_health_word_nobody_knows_stays_what_it_is() -> None:
    assert [health_word(said) for said in ("Normal", "Non-Critical", "Unknown", None, "Half dead")] == [
        "ok", "warning", "", "", "half_dead"]


def test_the_derivations_name_the_commands_of_the_catalogue() -> None:
    """They look for answers by command: a command written in another way would never be found."""
    assert {parts.POWER, parts.DISKS, parts.RAID, health.CLOCK_COMMAND, access.HEALTH, ipmi.SDR, ipmi.SENSOR,
            ipmi.LAN} <= set(COMMANDS.values())


def test_a_server_without_ipmi_is_told_from_one_whose_ipmi_fails() -> None:
    assert ipmi_way.gap(Endpoint("h", "127.0.0.1")).startswith(ipmi.NOT_AGREED)
    half = Endpoint("h", "127.0.0.1", ways={"ipmi": {"user": "unknown", "password": "x"}})
    assert ipmi_way.gap(half)
    assert not ipmi_way.gap(half).startswith(ipmi.NOT_AGREED)


@pytest.mark.parametrize("command", sorted(COMMANDS.values()))
def test_every_command_only_reads_below_the_imms_own_tree(command: str) -> None:
    assert re.fullmatch(r"snmp(walk|get) -On( 1\.3\.6\.1\.4\.1\.2\.3\.51\.3\.[\d.]+)+|"
                        r"ipmitool (sdr|sensor|lan print)", command)


def test_no_walk_reads_accounts_keys_or_communities() -> None:
    """remoteAccessConfig (3.1), the network's protocols (3.9) and the NTP keys beside the clock (3.2.3) stay unread."""
    asked = [oid for command in COMMANDS.values() for oid in command.split()[2:] if oid[0].isdigit()]
    configuration = [oid for oid in asked if oid.startswith("1.3.6.1.4.1.2.3.51.3.3")]
    assert configuration == ["1.3.6.1.4.1.2.3.51.3.3.2.1.0", "1.3.6.1.4.1.2.3.51.3.3.2.2.0"]


def test_who_the_controller_says_it_is() -> None:
    who = derive.identity_of("ibm_imm")
    assert who is not None
    state = LAB["imm-pacs-a"].state
    data = {name: parse.parse(name, walk(state, COMMANDS[name])) for name in ("ibm_imm.vpd", "ibm_imm.firmware")}
    said = who(data, Context("pacs-a", "linux", contract={"serial_as_written": "06x8987"}))
    assert said == {"serial": "06X8987", "model": "System x3850 X5 (7143-AC1)", "written_serial_is": "serial number",
                    "firmware": "UEFI G0E182A; DSA DSYTA4F; IMM YUOOH9A"}
    assert set(who({}, Context("h", "linux")).values()) == {None}
