"""Tables of neighbours and SNMP walks of Cisco devices that nobody here wrote: $ROUNDS_CAPTURES/lldp_cdp, cisco_snmp.

The `detail` forms of the neighbours are in the test of the other Cisco captures. A file nobody listed fails the test.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

ROOT = Path(os.environ["ROUNDS_CAPTURES"]) if os.environ.get("ROUNDS_CAPTURES") else None

pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(ROOT is None, reason="ROUNDS_CAPTURES is not set: real neighbours and walks were NOT tested"),
]
_NAPALM = "lldp_cdp/napalm/get_lldp_neighbors"

# file, parser, number of neighbours, which one, what stands in its row (name, local and remote port).
TABLES: list[tuple[str, str, int, int, tuple[str | None, str, str]]] = [
    ("lldp_cdp/genie/ios_ShowCdpNeighbors_device_output_2.txt", "cdp", 3, 2, ("device4", "Eth 0", "Eth 0/0")),
    ("lldp_cdp/genie/ios_ShowCdpNeighbors_device_output_4.txt", "cdp", 2, 1, ("device5", "Eth 0", "Eth 1/0")),
    ("lldp_cdp/ntc/show_cdp_neighbors.raw", "cdp", 6, 2, ("Cisco-WAP-N", "Gig 1/0/1", "Gig 0")),
    ("lldp_cdp/ntc/show_cdp_neighbors_3.raw", "cdp", 22, 5, ("router.domain.local", "Gig 1/0/1", "Gig 0/0")),
    ("lldp_cdp/ntc/show_cdp_neighbors_3.raw", "cdp", 22, 3, ("WAAS0000000", "Gig 1/0/1", "InlinePort 1/1/lan")),
    ("lldp_cdp/ntc/show_lldp_neighbors.raw", "lldp", 5, 4, ("Polycom VVX 500", "Gi1/0/2", "0004.f2d1.2222")),
    ("lldp_cdp/ntc/show_lldp_neighbors3.raw", "lldp", 7, 2, ("ABC-Ultra-210W", "Gi2/0/16", "Port 6")),
    (f"{_NAPALM}_detail_alternate_show_lldp_neighbors.txt", "lldp", 2, 1, ("vmx1", "Gi1", "fxp0")),
    (f"{_NAPALM}_detail_device_id_20chars_space_show_lldp_neighbors.txt", "lldp", 8, 0,
     ("ABCD-U-DSW1.wan.acme", "Gi1", "Te2/1/14")),
    (f"{_NAPALM}_detail_device_id_20chars_space_show_lldp_neighbors.txt", "lldp", 8, 6, (None, "Gi1", "port-001")),
    (f"{_NAPALM}_detail_missing_capability_show_lldp_neighbors.txt", "lldp", 2, 1,
     ("0050.56c0.0001", "Gi1", "0050.56c0.0001")),
    (f"{_NAPALM}_detail_normal_show_lldp_neighbors.txt", "lldp", 1, 0, ("twb-sf-hpsw1", "Fa4", "15")),
    (f"{_NAPALM}_hostname_spaces_show_lldp_neighbors.txt", "lldp", 1, 0, ("MDB CSCT", "Gi1", "Gi2/0")),
    (f"{_NAPALM}_missing_capability_show_lldp_neighbors.txt", "lldp", 2, 0, ("twb-sf-hpsw1", "Gi1", "17")),
    (f"{_NAPALM}_no_mac_support_show_lldp_neighbors.txt", "lldp", 2, 0, ("ACOMPUTER.company.ex", "Gi9/48", "Gi0")),
    (f"{_NAPALM}_normal_show_lldp_neighbors.txt", "lldp", 1, 0, ("twb-sf-hpsw1", "Fa4", "15")),
]
# Two rows of a Nexus lost the platform and the port.
CUT_OFF = {"lldp_cdp/genie/ios_ShowCdpNeighbors_device_output_6.txt": "without platform and port: cut off"}

# file, parser, way into the parsed data (# is the length), value read off the walk by eye.
WALKS: list[tuple[str, str, str, Any]] = [
    ("snmprec/catos", "snmp_system", "version", "8.6(6a)"),
    ("snmprec/ios_3560g", "snmp_system", "uptime_seconds", 1006.59),
    ("snmprec/ios_3560g", "snmp_system", "version", "15.0(2)SE11"),
    ("snmprec/ios_3560g", "snmp_inventory", "0.serial", "FOC1426Y2AY"),
    ("snmprec/ios_c3560-slas", "snmp_system", "engine_seconds", 21291716),
    ("snmprec/ios_4506", "snmp_system", "image", "cat4500-IPBASE-M"),
    ("snmprec/ios_4506", "snmp_inventory", "0.model", "WS-C4506-E"),
    ("snmprec/ios_4506", "snmp_environment", "temperatures.0.celsius", 30),
    ("snmprec/ios_4506", "snmp_environment", "temperatures.0.limit_celsius", 95),
    ("snmprec/ios_4506", "snmp_environment", "fans.2.state", "not_present"),
    ("snmprec/ios_4506", "snmp_environment", "supplies.0.source", "ac"),
    ("snmprec/ios_4506", "snmp_environment", "supplies.1.state", "not_present"),
    ("snmprec/ios_4506", "snmp_environment", "modules.5.state", "ok"),
    ("snmprec/ios_4506", "snmp_environment", "power.0.name", "Power Supply 1"),
    ("snmprec/ios_4506", "snmp_interfaces", "#", 286),
    ("snmprec/ios_6500", "snmp_system", "object_id", "1.3.6.1.4.1.9.1.283"),
    ("snmprec/ios_6500", "snmp_interfaces", "#", 502),
    ("snmprec/ios_6500", "snmp_interfaces", "0.mac", "00:22:91:0a:c0:00"),
    ("snmprec/ios_6500", "snmp_interfaces", "0.admin", "down"),
    ("snmprec/ios_c2960s", "snmp_load", "cpus.0.percent_5min", 12),
    ("snmprec/ios_c3560", "snmp_load", "pools.1.free_bytes", 4794496),
    ("snmprec/ios_c3560", "snmp_load", "cpus.0.percent_1min", 10),
    ("snmprec/ios_c3560", "snmp_environment", "supplies.0.name", "Sw1, PS1 Normal, RPS NotExist"),
    ("snmprec/ios_c3560", "snmp_inventory", "0.serial", "CAT0912N0CU"),
    ("snmprec/ios_c3560", "snmp_interfaces", "0.mac", None),
    ("snmprec/ios_stp-vlans", "snmp_interfaces", "0.in_discards", 13571),
    ("snmprec/ios_stp-vlans", "snmp_inventory", "0.serial", None),
    ("snmpwalk/cisco", "snmp_stack", "#", 3),
    ("snmpwalk/cisco", "snmp_stack", "0.role", "master"),
    ("snmpwalk/cisco", "snmp_stack", "2.mac", "3c:5e:c3:67:dc:80"),
    ("snmpwalk/cisco", "snmp_load", "cpus.0.percent_5s", 60),
    ("snmpwalk/cisco", "snmp_load", "pools.0.used_bytes", 81605080),
    ("snmpwalk/cisco", "snmp_interfaces", "#", 170),
]
# Another product of the maker, and walks of one VLAN's bridge table: nothing for these parsers.
NOTHING = {"snmprec/ios_2", "snmprec/ios_c3560@11", "snmprec/ios_c3560@2", "snmprec/ios_stp-vlans@98"}


def _text(path: str) -> str:
    assert ROOT is not None
    return (ROOT / path).read_bytes().decode("utf-8", errors="replace")


def _walk(name: str) -> str:
    return _text(f"cisco_snmp/{name}.{name.partition('/')[0]}")


def _at(data: Any, way: str) -> Any:
    for step in way.split("."):
        data = len(data) if step == "#" else data[int(step)] if isinstance(data, list) else data[step]
    return data


@pytest.mark.parametrize(("name", "kind", "count", "at", "row"), TABLES)
def test_a_table_of_neighbours_is_read(name: str, kind: str, count: int, at: int, row: tuple[str, str, str]) -> None:
    found = parse.parse(f"cisco_ios.show_{kind}_neighbors", _text(name))["neighbours"]
    assert len(found) == count
    assert (found[at]["neighbour"], found[at]["local_interface"], found[at]["remote_interface"]) == row


def test_the_summary_and_the_detail_of_one_switch_agree() -> None:
    short = parse.parse("cisco_ios.show_lldp_neighbors", _text(f"{_NAPALM}_detail_alternate_show_lldp_neighbors.txt"))
    long = parse.parse("cisco_ios.show_lldp_neighbors_detail",
                       _text(f"{_NAPALM}_detail_alternate_show_lldp_neighbors_detail.txt"))
    for key in ("neighbour", "local_interface", "remote_interface", "capabilities"):
        assert [one[key] for one in short["neighbours"]] == [one[key] for one in long["neighbours"]]


@pytest.mark.parametrize("name", sorted(CUT_OFF))
def test_a_table_that_lost_its_columns_is_refused(name: str) -> None:
    with pytest.raises(ParseError, match=CUT_OFF[name]):
        parse.parse("cisco_ios.show_cdp_neighbors", _text(name))


@pytest.mark.parametrize(("name", "parser", "way", "value"), WALKS)
def test_a_walk_is_read_with_its_real_values(name: str, parser: str, way: str, value: Any) -> None:
    assert _at(parse.parse(f"cisco_ios.{parser}", _walk(name)), way) == value


def test_every_capture_is_listed_here_or_is_a_detail_form() -> None:
    assert ROOT is not None
    listed = {row[0] for row in TABLES} | {*CUT_OFF}
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "lldp_cdp").rglob("*.*")}
    assert {name for name in found - listed if "etail" not in Path(name).name and "Entry" not in name} == set()
    assert listed <= found
    walks = {str(path.relative_to(ROOT / "cisco_snmp").with_suffix("")) for path in (ROOT / "cisco_snmp").rglob("*.*")}
    assert walks ^ ({row[0] for row in WALKS} | NOTHING) == set()


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_a_walk_without_these_tables_is_refused(name: str) -> None:
    assert _understood(_walk(name), ("cisco_ios.snmp_", "windows.")) == set()


def test_another_products_text_is_refused() -> None:
    """Whoever names himself in the system group is told apart; a bare table of interfaces may be anybody's."""
    assert ROOT is not None
    others = [path for folder in ("windows/snmprec", "brocade_snmp", "linux/snmprec", "emc_vnx/snmprec")
              for path in (ROOT / folder).rglob("*.*")]
    assert len(others) > 8
    ours = ("cisco_ios.snmp_", "cisco_ios.show_cdp_neighbors", "cisco_ios.show_lldp_neighbors")
    assert [str(path) for path in others if _understood(_text(str(path.relative_to(ROOT))), ours)] == []
    for name, kind, *_ in TABLES:
        assert _understood(_text(name), (*ours, "windows.")) == {f"cisco_ios.show_{kind}_neighbors"}


def _understood(text: str, parsers: tuple[str, ...]) -> set[str]:
    found, said = set[str](), list[str]()
    for name in (name for name in parse.names() if name.startswith(parsers)):
        try:
            parse.parse(name, text)
            found.add(name)
        except ParseError as error:
            said.append(str(error))
    assert [one for one in said if "\n" in one or "Error in " in one] == []
    return found
