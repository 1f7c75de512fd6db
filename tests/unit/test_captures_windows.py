"""The readers of Windows over real output that nobody here wrote: $ROUNDS_CAPTURES/windows.

Every file is either read by its parser with a few values read from it by eye, or refused for a reason listed here. A
file nobody listed fails the test, so that a new capture is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

ROOT = Path(os.environ["ROUNDS_CAPTURES"]) if os.environ.get("ROUNDS_CAPTURES") else None

pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(ROOT is None, reason="ROUNDS_CAPTURES is not set: real Windows output was NOT tested"),
]
Holds = Callable[[Any], bool]
MIB = 1024**2


def _with(**facts: Any) -> Holds:
    return lambda data: {key: data[key] for key in facts} == facts


def _windows_7(data: dict[str, Any]) -> bool:
    return (_with(host="TEST", booted_at="2021-03-22T13:15:51", installed_at="2015-01-01T12:00:00",
                  memory_bytes=8075 * MIB, hotfix_count=302)(data)
            and len(data["hotfixes"]) == 245 and data["hotfixes"][244] == "KB3088195"
            and len(data["network_cards"]) == 5 and data["network_cards"][2] == "Intel(R) Centrino(R) Advanced-N 6205")


def _windows_10(data: dict[str, Any]) -> bool:
    return (_with(host="DESKTOP-WIN01", version="10.0.19042 N/A Build 19042", booted_at="2021-03-19T09:25:03",
                  memory_available_bytes=1417 * MIB, virtual_used_bytes=1205 * MIB, domain="TEST.local")(data)
            and len(data["hotfixes"]) == 6 and data["network_cards"] == ["Intel(R) 82574L Gigabit Network Connection"])


def _sockets(rows: list[dict[str, Any]]) -> bool:
    states = [row["state"] for row in rows]
    return (len(rows) == 260 and states.count("LISTENING") == 48 and states.count("ESTABLISHED") == 32
            and states.count(None) == 180 and rows[0]["local_port"] == 135 and rows[0]["remote_port"] == 0)


def _addresses(count: int, adapter: int, **facts: Any) -> Holds:
    return lambda data: len(data["adapters"]) == count and _with(**facts)(data["adapters"][adapter])


def _interfaces(rows: list[dict[str, Any]]) -> bool:
    by_index = {row["index"]: row for row in rows}
    return (len(rows) == 24 and _with(alias="Ethernet0", mac="00:50:56:ab:a2:f7", state="up", speed_bps=10**9)(
        by_index[13]) and by_index[3]["alias"] == r"Connexion au r\xe9seau local* 2" and by_index[1]["mac"] is None)


def _load(data: dict[str, Any]) -> bool:
    return (_with(uptime_seconds=1117.12, processes=142, memory_bytes=3934296 * 1024)(data)
            and len(data["cpu_percent"]) == 18 and data["cpu_percent"]["7"] == 15)


PARSED: list[tuple[str, str, Holds]] = [
    ("cli/w32tm_status_local_cmos_stratum1.txt", "w32tm_status", _with(
        stratum=1, followed=False, root_dispersion_seconds=10.0, last_sync_at="2025-05-30T09:06:45",
        offset_seconds=None)),
    # 9/11/2025 is 11 September or 9 November.
    ("cli/w32tm_status_synced_checkmk.txt", "w32tm_status", _with(
        stratum=4, followed=True, source="time.windows.com", offset_seconds=-0.0038147, poll_seconds=1024,
        last_sync_at=None, last_sync_as_written="9/11/2025 2:32:05 PM")),
    ("cli/windows-10_dir-files.txt", "dir", _with(drive="C", label=None, free_bytes=33349652480)),
    ("cli/windows-10_ipconfig.txt", "ipconfig_all", _addresses(
        3, 1, name="Ethernet 2", ipv4=["10.50.13.132"], dhcp=True, gateways=["10.50.13.1"], mac="f8:e4:3b:ad:f2:6d",
        lease_obtained_at="2023-06-22T10:39:04")),
    ("cli/windows-11_ipconfig.txt", "ipconfig_all", _addresses(
        10, 0, name="Ethernet", connected=False, ipv4=[], mac="24:4b:fe:ab:43:c3")),
    ("cli/windows-2016_ipconfig.txt", "ipconfig_all", _addresses(
        2, 0, ipv4=["192.168.22.153"], dns_servers=["192.168.22.151"], dhcp=False, connected=True)),
    ("cli/windows-10_netstat-an.txt", "netstat_an", _sockets),
    ("cli/windows-10_systeminfo.txt", "systeminfo", _windows_10),
    ("cli/windows-7_systeminfo.txt", "systeminfo", _windows_7),
    ("snmprec/windows.snmprec", "snmp_system", _with(version="6.1", build=7601)),
    ("snmprec/windows_2195d.snmprec", "snmp_system", _with(version="5.0", build=2195)),
    ("snmprec/windows_3790s.snmprec", "snmp_system", _with(version="5.2", build=3790)),
    ("snmprec/windows_7600s.snmprec", "snmp_system", _with(version="6.1", build=7600)),
    ("snmpwalk/list-interfaces.snmpwalk", "snmp_interfaces", _interfaces),
    ("snmpwalk/windows_anon.snmpwalk", "snmp_interfaces", lambda rows: len(rows) == 72),
    ("snmpwalk/windows_anon.snmpwalk", "snmp_load", _load),
]

REFUSED = [
    # Two hosts' storage tables were put into one file by its publisher.
    ("snmpwalk/windows_anon.snmpwalk", "snmp_storage", "was '1.3.6.1.2.1.25.2.1.7' in line 1172"),
    # Its description was made anonymous.
    ("snmpwalk/windows_anon.snmpwalk", "snmp_system", "neither a description nor an object id of Windows"),
]


def _text(path: str, folder: str = "windows") -> str:
    assert ROOT is not None
    return (ROOT / folder / path).read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize(("name", "parser", "holds"), PARSED, ids=[f"{row[0]}-{row[1]}" for row in PARSED])
def test_real_output_is_read_with_its_real_values(name: str, parser: str, holds: Holds) -> None:
    parsed = parse.parse(f"windows.{parser}", _text(name))
    assert holds(parsed), str(parsed)[:1500]


@pytest.mark.parametrize(("name", "parser", "reason"), REFUSED)
def test_what_cannot_be_told_apart_is_refused(name: str, parser: str, reason: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse.parse(f"windows.{parser}", _text(name))
    assert reason in str(refusal.value)


def test_every_capture_is_listed_here() -> None:
    assert ROOT is not None
    found = {str(path.relative_to(ROOT / "windows")) for path in (ROOT / "windows").rglob("*.*")}
    assert found, f"no capture below {ROOT}"
    assert found ^ {row[0] for row in PARSED} == set()


@pytest.mark.parametrize("name", sorted({row[0] for row in PARSED if row[0].startswith("cli/")}))
def test_a_commands_output_is_read_by_its_own_parser_only(name: str) -> None:
    own = {f"windows.{row[1]}" for row in PARSED if row[0] == name}
    assert _understood(_text(name), ("windows.", "cisco_ios.snmp_", "cisco_ios.show_cdp", "cisco_ios.show_lldp")) == own


def test_other_systems_output_is_refused() -> None:
    assert ROOT is not None
    others = [path for folder in ("linux/cli", "brocade_fos", "cisco_ios/ntc")
              for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert len(others) > 60
    assert [str(path) for path in others if _understood(
        path.read_bytes().decode("utf-8", errors="replace"), ("windows.",))] == []


def _understood(text: str, platforms: tuple[str, ...]) -> set[str]:
    """The parsers of these platforms that read a text; whoever refuses it says so in one line, and on purpose."""
    found, said = set[str](), list[str]()
    for name in (name for name in parse.names() if name.startswith(platforms)):
        try:
            parse.parse(name, text)
            found.add(name)
        except ParseError as error:
            said.append(str(error))
    assert [one for one in said if "\n" in one or "Error in " in one] == []
    return found
