"""The Fabric OS parsers over real output that nobody here wrote: $ROUNDS_CAPTURES/brocade_fos and brocade_snmp.

Every CLI file belongs to the parser its name says and parses, with values read off the text by eye. Every SNMP walk is
read by all SNMP parsers: either it has that parser's table, or the parser refuses in one line.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

ROOT = Path(os.environ.get("ROUNDS_CAPTURES") or "/nonexistent")
pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(not (ROOT / "brocade_fos").is_dir(),
                       reason="ROUNDS_CAPTURES is unset or holds no brocade_fos: the parsers met no real output"),
]
CLI = sorted(path for path in (ROOT / "brocade_fos").rglob("*") if path.is_file())
SNMP = sorted(path for path in (ROOT / "brocade_snmp").rglob("*") if path.is_file())
SNMP_PARSERS = [name for name in parse.names() if name.startswith("brocade_fos.snmp_")]


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _parse(path: Path) -> Any:
    command = re.sub(r"_\d+$", "", path.stem)  # portshow_6.txt is portshow 6
    return parse.parse(f"brocade_fos.{command}", _read(path))


def _name(path: Path) -> str:
    return "/".join(path.parts[-2:])


def test_the_folders_hold_files() -> None:
    assert len(CLI) > 20
    assert SNMP


@pytest.mark.parametrize("path", CLI, ids=_name)
def test_capture_parses(path: Path) -> None:
    assert _parse(path)


def _at(data: Any, way: str) -> Any:
    for step in way.split("."):
        data = len(data) if step == "#" else data[int(step)] if step.lstrip("-").isdigit() and isinstance(data, list) \
            else data[step]
    return data


# file, way into the parsed data (# is the length), value read off the text by eye.
SPOTS = [
    ("access_gateway_fos7.0.2/switchshow.txt", "mode", "Access Gateway Mode"),
    ("access_gateway_fos7.0.2/switchshow.txt", "ports.#", 24),
    ("access_gateway_fos7.0.2/switchshow.txt", "ports.1.disabled", "Persistent"),
    ("access_gateway_fos7.0.2/switchshow.txt", "ports.17.type", "N-Port"),
    ("access_gateway_fos7.0.2/switchshow.txt", "ports.2.wwn", "20:01:00:0e:1e:30:18:6a"),
    ("access_gateway_fos7.0.2/switchshow.txt", "ports.0.state", "no_module"),
    ("brocade300_fos7.0.0c/switchshow.txt", "zoning.configuration", "db"),
    ("brocade300_fos7.0.0c/switchshow.txt", "ports.8.disabled", "No POD License"),
    ("brocade300_fos7.0.0c/switchshow.txt", "domain", 1),
    ("ds5100/switchshow.txt", "ports.#", 40), ("ds5100/switchshow.txt", "fid", 128),
    ("ds5100/switchshow.txt", "ports.0.remark",
     'E-Port 10:00:50:eb:1a:3e:1c:64 "DS_6510BT_FFF44" (downstream)(Trunk master)'),
    ("ds5100/switchshow.txt", "ports.3.type", "G-Port"), ("ds5100/switchshow.txt", "ports.21.speed", "N2"),
    ("ibm_b24/switchshow.txt", "ports.4.neighbour", "brocade8Gb_1"), ("ibm_b24/switchshow.txt", "ports.#", 10),
    ("silkworm_200e_fos5.0.1b/switchshow.txt", "ports.#", 16),
    ("silkworm_200e_fos5.0.1b/switchshow.txt", "ports.0.address", None),
    ("silkworm_200e_fos5.0.1b/switchshow.txt", "ports.8.state", "no_module"),
    ("silkworm_200e_fos5.0.1b/switchshow.txt", "ports.3.type", "F-Port"),
    ("silkworm_200e_fos5.0.1b/switchshow.txt", "type", "34.0"),
    ("silkworm_200e_fos5.0.1b/switchstatusshow.txt", "state", "healthy"),
    ("silkworm_200e_fos5.0.1b/switchstatusshow.txt", "monitors.#", 7),
    ("silkworm_200e_fos5.0.1b/switchstatusshow.txt", "duration_minutes", 1233),
    ("silkworm_200e_fos5.0.1b/switchstatusshow.txt", "report_time", "2000-01-01T20:35:11"),
    ("silkworm_200e_fos5.0.1b/fanshow.txt", "2.name", "Fan 3"),
    ("silkworm_200e_fos5.0.1b/psshow.txt", "0.state", "ok"),
    ("silkworm_200e_fos5.0.1b/tempshow.txt", "1.celsius", 29),
    ("silkworm_200e_fos5.0.1b/firmwareshow.txt", "0.secondary", "v5.0.1b"),
    ("silkworm_200e_fos5.3.2c/firmwareshow.txt", "0.secondary", "Unknown"),
    ("silkworm_200e_fos5.3.2c/version.txt", "fabric_os", "v5.3.2c"),
    ("silkworm_200e_fos5.0.1b/licenseshow.txt", "1.feature", "Zoning license"),
    ("silkworm_200e_fos5.0.1b/ipaddrshow.txt", "0.gateway", "10.172.28.1"),
    ("silkworm_200e_fos5.0.1b/uptime.txt", "uptime_seconds", 12300),
    ("silkworm_200e_fos5.0.1b/cfgshow.txt", "defined.zones.dsb_fc2", ["dsb", "fc2"]),
    ("silkworm_200e_fos5.0.1b/cfgshow.txt", "effective.zones.dsb_fc2", ["1,1", "1,3"]),
    ("brocade300_swd77_fos7.2.1/cfgshow.txt", "defined.aliases.Serv1H0P0", ["1,2"]),
    ("brocade300_swd77_fos7.2.1/cfgshow.txt", "effective.zones.Solaris_Stor.#", 10),
    ("brocade300_fos7.0.0c/cfgshow.txt", "defined.cfgs.db", ["db01_zone", "db02_zone"]),
    ("brocade300_swd77_fos7.2.1/portshow_6.txt", "state", "online"),
    ("brocade300_swd77_fos7.2.1/portshow_6.txt", "scn", "F_Port"),
    ("brocade300_swd77_fos7.2.1/portshow_6.txt", "connected", ["21:00:00:24:ff:4c:fa:03"]),
    ("brocade300_swd77_fos7.2.1/portshow_6.txt", "counters.lli", 75),
    ("brocade300_swd77_fos7.2.1/portshow_6.txt", "counters.lr_out", 13),
    ("brocade300_swd77_fos7.2.1/portshow_6.txt", "counters.cmi_bus_err", 0),
    ("brocade6510_top/switchstatusshow.txt", "monitors.7.monitor", "Error ports"),
    ("brocade6510_top/switchstatusshow.txt", "duration_minutes", 35741),
    ("brocade6510_top/version.txt", "fabric_os", "v7.2.0atest"),
    ("brocade_dcx_case2020/porterrshow.txt", "2.crc_g_eof", 423),
    ("brocade_dcx_case2020/porterrshow.txt", "0.frames_tx", 463_200_000),
    ("brocade_dcx_case2020/porterrshow.txt", "2.port", "85"),
    ("brocade_dcx_case2020/sfpshow_85.txt", "0.rx_microwatts", 582.9),
    ("brocade_dcx_case2020/sfpshow_85.txt", "0.limits.rx_microwatts", [10.0, 1258.9, 15.8, 1000.0]),
    ("brocade_dcx_case2020/sfpshow_85.txt", "0.limits.temperature_celsius", [-10.0, 90.0, -5.0, 85.0]),
    ("brocade_dcx_case2020/sfpshow_85.txt", "0.tx_dbm", -3.3),
    ("bladecenter_4020_fos5/portcfgpersistentenable.txt", "#", 20),
    ("bladecenter_4020_fos5/portcfgpersistentenable.txt", "16.enabled", False),
]


@pytest.mark.parametrize(("name", "way", "value"), SPOTS, ids=[f"{name}:{way}" for name, way, _ in SPOTS])
def test_value_is_the_one_a_reader_sees(name: str, way: str, value: Any) -> None:
    assert _at(_parse(ROOT / "brocade_fos" / name), way) == value


@pytest.mark.parametrize("path", CLI, ids=_name)
def test_half_a_capture_never_gives_more_than_the_whole(path: Path) -> None:
    """Cut after each quarter: refused, or not more rows than the whole text has."""
    command, text, whole = re.sub(r"_\d+$", "", path.stem), _read(path), _parse(path)
    for part in (1, 2, 3):
        try:
            cut = parse.parse(f"brocade_fos.{command}", text[:len(text) * part // 4])
        except ParseError:
            continue
        assert len(cut) <= len(whole)


@pytest.mark.parametrize("parser", SNMP_PARSERS)
@pytest.mark.parametrize("path", SNMP, ids=_name)
def test_walk_has_the_table_or_the_parser_says_so_in_one_line(path: Path, parser: str) -> None:
    try:
        found = parse.parse(parser, _read(path))
    except ParseError as refusal:
        said = str(refusal)
    else:
        said = "" if found else "nothing"
    assert not said or re.match(r"(?:no row|nothing) of sw\w+$", said)


SNMP_SPOTS = [
    ("fabos_1", "snmp_switch", "object_id", "1.3.6.1.4.1.1588.2.1.1.117"), ("fabos_1", "snmp_switch", "firmware", None),
    ("fabos_trans", "snmp_switch", "firmware", "v9.1.1b"), ("fabos_trans", "snmp_load", "cpu_percent", 12),
    ("fabos_trans", "snmp_load", "memory_percent", 25), ("fabos_trans", "snmp_sensors", "0.value", 38),
    ("fabos_trans", "snmp_sensors", "0.name", "Temperature 1"), ("fabos_trans", "snmp_sensors", "0.state", "nominal"),
    ("fabos_trans", "snmp_ports", "0.name", "port0"), ("fabos_trans", "snmp_ports", "0.crc_err", None),
    ("fabos_trans", "snmp_sfps", "0.tx_dbm", -0.3), ("fabos_trans", "snmp_sfps", "0.dark", True),
]


@pytest.mark.parametrize(("name", "parser", "way", "value"), SNMP_SPOTS, ids=lambda one: str(one))
def test_value_of_the_walk_is_the_one_a_reader_sees(name: str, parser: str, way: str, value: Any) -> None:
    text = _read(ROOT / "brocade_snmp" / "snmprec" / f"{name}.snmprec")
    assert _at(parse.parse(f"brocade_fos.{parser}", text), way) == value
