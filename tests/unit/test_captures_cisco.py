"""The Cisco parsers over real output that nobody here wrote: $ROUNDS_CAPTURES/cisco_ios and lldp_cdp.

Every file either belongs to a parser and parses (with values read off the text by eye), or stands in OTHERS with the
reason why no parser here is meant for it, or in REFUSED with the one-line reason the parser must give.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

ROOT = Path(os.environ.get("ROUNDS_CAPTURES") or "/nonexistent")
pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(not (ROOT / "cisco_ios").is_dir(),
                       reason="ROUNDS_CAPTURES is unset or holds no cisco_ios: the parsers met no real output"),
]
FILES = sorted(path for folder in ("cisco_ios", "lldp_cdp") for path in (ROOT / folder).rglob("*") if path.is_file())

# File name pattern -> parser; the first that fits counts.
PARSERS = [
    ("*ShowVersion*", "show_version"), ("*show_version*", "show_version"),
    ("*ShowInventory*", "show_inventory"), ("*show_inventory*", "show_inventory"),
    ("*env_temperature_status*", "show_env_temperature_status"),
    ("*show_environment_power_all*", "show_environment_power_all"),
    ("*show_interfaces_status_err*", "show_interfaces_status_err_disabled"),
    ("*show_interfaces_status*", "show_interfaces_status"),
    ("*ShowInterfaces_*", "show_interfaces"), ("*show_int_Te*", "show_interfaces"),
    ("*show_interfaces.*", "show_interfaces"), ("*show_interfaces[0-9]*", "show_interfaces"),
    ("*show_interfaces_0*", "show_interfaces"),
    ("*ShowSpanningTreeSummary*", "show_spanning_tree_summary"),
    ("*ShowSwitchDetail*", "show_switch_detail"), ("*show_switch_0*", "show_switch_detail"),
    ("*show_switch_detail*", "show_switch_detail"),
    ("*ShowModule*", "show_module"), ("*show_module*", "show_module"),
    ("*ShowRedundancy*", "show_redundancy"), ("*show_redundancy*", "show_redundancy"),
    ("*ShowLogging*", "show_logging"), ("*show_logging*", "show_logging"),
    ("*ShowNtpAssociations*", "show_ntp_associations"), ("*show_ntp_associations*", "show_ntp_associations"),
    ("*ShowNtpStatus*", "show_ntp_status"),
    ("*ShowVtpStatus*", "show_vtp_status"), ("*show_vtp_status*", "show_vtp_status"),
    ("*ShowVlan_*", "show_vlan_brief"), ("*show_vlan_brief*", "show_vlan_brief"),
    ("*ShowProcessesCpu*", "show_processes_cpu"), ("*show_proc_cpu*", "show_processes_cpu"),
    ("*ShowProcessesMemory*", "show_processes_memory"), ("*show_processes_memory*", "show_processes_memory"),
    ("*ShowMemoryStatistics*", "show_memory_statistics"), ("*show_memory_statistics*", "show_memory_statistics"),
    ("*_Dir_*", "dir"), ("dir.raw", "dir"), ("show_clock*", "show_clock"),
    ("*ShowCdpNeighborsDetail*", "show_cdp_neighbors_detail"),
    ("show_cdp_neighbors_detail*", "show_cdp_neighbors_detail"),
    ("*ShowLldpNeighborsDetail*", "show_lldp_neighbors_detail"), ("*ShowLldpEntry*", "show_lldp_neighbors_detail"),
    ("*show_lldp_neighbors_detail*", "show_lldp_neighbors_detail"),
]

# Captures of commands that no check sends.
OTHERS = {
    "*ShowInterfacesCounters*": "show interfaces counters", "*witchport*": "show interfaces switchport",
    "*transceiver*": "show interfaces transceiver", "*escription*": "show interfaces description",
    "*mac-address-table*": "address table", "*mac_address_table*": "address table",
    "*MacAddressTable*": "address table",
    "*arp*": "ARP table", "*therchannel*": "etherchannel summary", "*standby*": "HSRP", "*Standby*": "HSRP",
    "*power_inline*": "power over Ethernet", "*PowerInline*": "power over Ethernet", "*stack-power*": "StackPower",
    "*power_status*": "Catalyst 4500", "*power_supplies*": "Catalyst 4500", "*power_available*": "Catalyst 4500",
    "*platform_diag*": "IOS-XE router", "*ShowEnvironment*": "show environment of an IOS-XE router",
    "*show_vlans*": "show vlans of a router", "*oot*": "boot variables or spanning-tree root",
    "*users*": "logged-in users", "*interface_link*": "show interface link",
    "*port-security*": "port security", "*show_interface_summary*": "show interface summary",
    "*show_hosts*": "name table",
    "*_ip_interface*": "layer 3", "*ipv6_interface*": "layer 3", "*switch_virtual*": "VSS",
    "*ios_xe_show_memory*": "show memory of IOS-XE", "*SpanningTree_golden*": "show spanning-tree without summary",
    "*ShowCdpNeighbors_*": "summary of CDP", "show_cdp_neighbors*": "summary of CDP",
    "*show_lldp_neighbors.*": "summary of LLDP", "show_lldp_neighbors3*": "summary of LLDP",
    "invalid_input.txt": "a refusal; see the test below",
}

# Meant for the parser by name, and rightly refused: part of the reason.
REFUSED = {
    "ios_ShowLogging_golden_output_2.txt": "no line 'Syslog logging'",  # two lines of an excerpt
}


def _parser(path: Path) -> str | None:
    for pattern in OTHERS:
        if fnmatchcase(path.name, pattern) and not any(fnmatchcase(path.name, p) for p, _ in PARSERS):
            return None
    return next((name for pattern, name in PARSERS if fnmatchcase(path.name, pattern)), "nobody")


def _parse(path: Path) -> Any:
    return parse.parse(f"cisco_ios.{_parser(path)}", path.read_bytes().decode("utf-8", errors="replace"))


MEANT = [path for path in FILES if _parser(path) is not None]


def test_the_folder_holds_files() -> None:
    assert len(MEANT) > 60


@pytest.mark.parametrize("path", MEANT, ids=lambda path: path.name)
def test_capture_parses_or_is_refused_for_the_reason_written_here(path: Path) -> None:
    assert _parser(path) != "nobody", "no parser is named for this file, and no reason why not"
    if path.name in REFUSED:
        with pytest.raises(ParseError) as refusal:
            _parse(path)
        assert REFUSED[path.name] in str(refusal.value)
    else:
        assert _parse(path) is not None


def _at(data: Any, way: str) -> Any:
    for step in way.split("."):
        data = len(data) if step == "#" else data[int(step)] if step.lstrip("-").isdigit() else data[step]
    return data


# file, way into the parsed data (# is the length), value read off the text by eye.
SPOTS = [
    ("show_version.txt", "version", "15.2(2)E9"), ("show_version.txt", "uptime_seconds", 54697680),
    ("show_version.txt", "clei_codes.0", "COMGE00ARD"), ("show_version.txt", "serial", "FOC1721X3S9"),
    ("ios_cat6k_ShowVersion_golden_output.txt", "version", "12.2(18)SXF7"),
    ("ios_cat6k_ShowVersion_golden_output.txt", "uptime_seconds", 13135260),
    ("ios_cat6k_ShowVersion_golden_output.txt", "serial", "FXS1821Q2H9"),
    ("get_facts_old-2950_show_version.txt", "model", "WS-C2950T-48-SI"),
    ("get_facts_old-2950_show_version.txt", "clei_codes.0", "CNMRU002RB"),
    ("iosxe_ShowVersion_golden_output_4.txt", "stack.#", 2),
    ("ios_cat6k_ShowInventory_golden_output.txt", "0.serial", "FXS1821Q2H9"),
    ("ios_ShowInventory_golden_output_2.txt", "#", 24),
    ("ios_ShowInventory_golden_output_10.txt", "-1.serial", "PAC15240S5T"),
    ("show_interfaces3.raw", "0.input_packets", 338297234), ("show_interfaces3.raw", "#", 14),
    ("show_interfaces5.raw", "0.input_errors", 179928), ("show_interfaces5.raw", "0.crc_errors", 21419),
    ("get_interfaces_counters_no_canonical_for_mgmt_show_interfaces.txt", "0.last_cleared", "23w5d"),
    ("show_interfaces_01.raw", "1.link", "administratively down"),
    ("show_interfaces_status.raw", "#", 25), ("show_interfaces_status.raw", "15.status", "err-disabled"),
    ("show_interfaces_status_err-disabled.raw", "0.reason", "psecure-violation"),
    ("ios_ShowSpanningTreeSummary_golden_output_mstp_single_mst.txt", "total.blocking", 3),
    ("ios_ShowSpanningTreeSummary_golden_output_rpvst.txt", "root_for.0", "VLAN0001"),
    ("show_switch_detail02.raw", "members.1.state", "Unprovisioned"), ("show_switch_detail2.raw", "ports.#", 3),
    ("ios_cat7k_c7600_ShowModule_golden_output.txt", "2.model", "WS-SUP720-3BXL"),
    ("ios_cat7k_c7600_ShowModule_golden_output.txt", "3.diagnosis", "Pass"),
    ("show_module1.raw", "4.model", "VS-SUP2T-10G"), ("show_module3.raw", "4.status", "Other"),
    ("show_redundancy.raw", "standby.state", "STANDBY HOT"), ("show_redundancy3.raw", "hardware_mode", "Simplex"),
    ("show_redundancy3.raw", "standby.state", "DISABLED"),
    ("show_logging_1.raw", "messages.0.count", 2), ("show_logging_1.raw", "messages.0.mnemonic", "UPDOWN"),
    ("show_logging_3.raw", "servers.#", 2), ("show_logging_5.raw", "levels.buffer", "informational"),
    ("ios_ShowNtpAssociations_golden_output_2.txt", "0.reach", "0"),
    ("get_ntp_stats_normal_show_ntp_associations.txt", "0.followed", True),
    ("ios_ShowNtpStatus_golden_output_2.txt", "synchronised", False),
    ("show_vtp_status.raw", "revision", 38), ("ios_ShowVtpStatus_golden_output_4.txt", "mode", "client"),
    ("ios_ShowVlan_golden_output_vlan_2.txt", "3.status", "suspended"),
    ("ios_ShowVlan_golden_output_vlan_4.txt", "2.ports.#", 6),
    ("ios_ShowProcessesCpu_golden_output.txt", "five_minutes_percent", 3),
    ("get_environment_3850_16.06_show_proc_cpu.txt", "interrupt_percent", 15),
    ("get_environment_ios_xe_show_proc_cpu.txt", "cores", 4),
    ("ios_ShowProcessesMemory_golden_output.txt", "pools.0.used_bytes", 71304104),
    ("ios_ShowMemoryStatistics_golden_output.txt", "0.free_bytes", 501425640),
    ("ios_cat6k_Dir_golden_output.txt", "free_bytes", 27852800), ("dir.raw", "files.#", 12),
    ("show_clock.raw", "time", "2015-10-19T18:57:38.347"), ("show_clock.raw", "authoritative", False),
    ("get_environment_ios_xe_show_env_temperature_status.txt", "0.red_celsius", 60),
    ("show_environment_power_all.raw", "4.state", "No Input Power"),
    ("show_cdp_neighbors_detail.raw", "neighbours.#", 4),
    ("show_cdp_neighbors_detail.raw", "neighbours.0.remote_interface", "GigabitEthernet0/1"),
    ("ios_ShowCdpNeighborsDetail_device_output_6.txt", "neighbours.0.remote_interface", "Port 0"),
    ("show_lldp_neighbors_detail1.raw", "neighbours.0.neighbour", None),
    ("show_lldp_neighbors_detail1.raw", "neighbours.1.neighbour", "HpSwitch"),
    ("get_lldp_neighbors_hostname_spaces_show_lldp_neighbors_detail.txt", "neighbours.0.neighbour", "MDB CSCT"),
    ("get_lldp_neighbors_detail_device_id_20chars_space_show_lldp_neighbors_detail.txt", "neighbours.#", 8),
]


@pytest.mark.parametrize(("name", "way", "value"), SPOTS, ids=[f"{name}:{way}" for name, way, _ in SPOTS])
def test_value_is_the_one_a_reader_sees(name: str, way: str, value: Any) -> None:
    path = next(path for path in MEANT if path.name == name)
    assert _at(_parse(path), way) == value


@pytest.mark.parametrize("name", [name for name in parse.names() if name.startswith("cisco_ios.")])
def test_a_real_refusal_is_no_answer(name: str) -> None:
    text = next(path for path in FILES if path.name == "invalid_input.txt").read_text(encoding="utf-8")
    words = "no SNMP value" if name.startswith("cisco_ios.snmp_") else "refused the command"  # no CLI gave such a text
    with pytest.raises(ParseError, match=words):
        parse.parse(name, text)


@pytest.mark.parametrize("path", MEANT, ids=lambda path: path.name)
def test_half_a_capture_never_gives_more_than_the_whole(path: Path) -> None:
    """Cut after each quarter: refused, or not more rows than the whole text has."""
    if path.name in REFUSED:
        return
    text, whole = path.read_bytes().decode("utf-8", errors="replace"), _parse(path)
    for part in (1, 2, 3):
        try:
            cut = parse.parse(f"cisco_ios.{_parser(path)}", text[:len(text) * part // 4])
        except ParseError:
            continue
        assert len(cut) <= len(whole)
