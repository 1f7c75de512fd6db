"""The Linux parsers over real output that nobody here wrote: $ROUNDS_CAPTURES/linux/{cli,rhinsights}.

Every file is either parsed, with a few values read from it by eye, or refused for a reason listed here, or listed as
meant for no parser of ours. A file nobody listed fails the test, so that a new capture is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

CAPTURES = Path(os.environ["ROUNDS_CAPTURES"]) / "linux" if os.environ.get("ROUNDS_CAPTURES") else None

pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(CAPTURES is None, reason="ROUNDS_CAPTURES is not set: real Linux output was NOT tested"),
]


def _by(rows: list[dict[str, Any]], key: str, value: Any) -> dict[str, Any]:
    return next(row for row in rows if row[key] == value)


def _df(rows: list[dict[str, Any]]) -> bool:
    root = _by(rows, "mount", "/")
    return (root["size_bytes"], root["used_percent"]) == (17811456 * 1024, 11) and len(rows) == 7


def _df_all(rows: list[dict[str, Any]]) -> bool:
    return (len(rows) == 9 and rows[0]["used_bytes"] == 4244032 * 1024 and rows[0]["used_percent"] == 5
            and _by(rows, "mount", "/proc")["used_percent"] is None)


def _df_long(rows: list[dict[str, Any]]) -> bool:
    return rows[0]["filesystem"] == "/dev/mapper/VolGroup00-LogVol00" and rows[0]["type"] == "ext3" and len(rows) == 3


def _inodes(rows: list[dict[str, Any]]) -> bool:
    return (rows[0]["mount"] == "/" and rows[0]["inode_count"] == 6275072 and rows[0]["used_percent"] == 2
            and [row["mount"] for row in rows[-2:]] == ["/V M T o o l s", "/VM Tools"])


def _bond_round_robin(bonds: list[dict[str, Any]]) -> bool:
    return [slave["name"] for slave in bonds[0]["slaves"]] == ["eno1", "eno2"] and bonds[0]["mii_status"] == "up"


def _bond_lacp(bonds: list[dict[str, Any]]) -> bool:
    bond = bonds[0]
    return ([slave["aggregator_id"] for slave in bond["slaves"]] == [3, 2] and bond["active_aggregator_id"] == 3
            and bond["slaves"][1]["speed_mbps"] == 1000)


def _mdstat(data: dict[str, Any]) -> bool:
    array = data["arrays"][0]
    return (array["name"] == "md_d0" and array["level"] == "raid5" and len(array["members"]) == 6
            and array["disk_map"] == "UUUUUU" and array["size_bytes"] == 1250241792 * 1024)


def _meminfo(data: dict[str, Any]) -> bool:
    return (data["mem_total_bytes"] == 8009912 * 1024 and data["mem_available_bytes"] == 6820236 * 1024
            and data["hardware_corrupted_bytes"] == 0 and data["huge_pages_total_count"] == 0)


def _multipath(maps: list[dict[str, Any]]) -> bool:
    paths = [sum(len(group["paths"]) for group in one["groups"]) for one in maps]
    return (len(maps) == 8 and paths == [8, 8, 2, 2, 2, 2, 2, 0] and maps[2]["name"].startswith("36001405b")
            and maps[5]["vendor_product"] == "COMPELNT,Compellent Vol")


def _chrony(data: dict[str, Any]) -> bool:
    chosen = _by(data["sources"], "state", "selected")
    return chosen["stratum"] == 2 and chosen["offset_seconds"] == -0.000091 and chosen["reach_bits"] == 255


def _ntpq(data: dict[str, Any]) -> bool:
    return _by(data["sources"], "state", "selected")["offset_seconds"] == 0.000231 and len(data["sources"]) == 4


def _units_few(rows: list[dict[str, Any]]) -> bool:
    return len(rows) == 6 and _by(rows, "unit", "chronyd.service")["active"] == "failed"


def _units_many(rows: list[dict[str, Any]]) -> bool:
    return len(rows) == 220 and _by(rows, "unit", "ntpd.service")["load"] == "not-found"


def _mounts(rows: list[dict[str, Any]]) -> bool:
    return len(rows) == 31 and _by(rows, "mount", "/sys/fs/cgroup")["options"][0] == "ro"


def _ps(rows: list[dict[str, Any]]) -> bool:
    return len(rows) == 109 and rows[0]["command"].endswith("--deserialize 22") and rows[1]["ppid"] == 0


def _netstat(rows: list[dict[str, Any]]) -> bool:
    return len(rows) == 7 and sum(row["port"] == 22 for row in rows) == 2


def _ss(rows: list[dict[str, Any]]) -> bool:
    return len(rows) == 9 and sum(row["state"] == "ESTAB" for row in rows) == 2


PARSED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "cli/centos-7.7_df.txt": ("linux.df", _df),
    "cli/centos-7.7_mount.txt": ("linux.mounts", _mounts),
    "cli/centos-7.7_netstat-sudo-lnp.txt": ("linux.listening", _netstat),
    "cli/centos-7.7_ntpq-pn.txt": ("linux.time_sync", _ntpq),
    "cli/centos-7.7_ps-ef.txt": ("linux.ps", _ps),
    "cli/centos-7.7_ss-sudo-a.txt": ("linux.listening", _ss),
    "cli/centos-7.7_systemctl.txt": ("linux.systemctl", _units_many),
    "cli/generic_df-long-filesystem.txt": ("linux.df", _df_long),
    "rhinsights/bond_BONDINFO_1.txt": ("linux.bonding", _bond_round_robin),
    "rhinsights/bond_BONDINFO_MODE_4.txt": ("linux.bonding", _bond_lacp),
    "rhinsights/df_DF_AL.txt": ("linux.df", _df_all),
    "rhinsights/df_DF_LI.txt": ("linux.df_inodes", _inodes),
    "rhinsights/mdstat_MDSTAT_TEST_1.txt": ("linux.mdstat", _mdstat),
    "rhinsights/meminfo_MEMINFO.txt": ("linux.meminfo", _meminfo),
    "rhinsights/multipath_v4_ll_MULTIPATH_V4_LL_INFO.txt": ("linux.multipath", _multipath),
    "rhinsights/ntp_sources_chrony_output_doc.txt": ("linux.time_sync", _chrony),
    "rhinsights/unitfiles_LISTUNITS_CONTENT_2.txt": ("linux.systemctl", _units_few),
}

# Near relatives of what our commands print: another command's layout must be refused, not half understood.
REFUSED: dict[str, tuple[str, str]] = {
    "cli/centos-7.7_dmidecode.txt": ("linux.dmi_serial", "expected one line"),
    "cli/centos-7.7_free-h.txt": ("linux.meminfo", "expected 'Name: number kB'"),
    "cli/centos-7.7_fstab.txt": ("linux.mounts", "expected source, mount point, type and options"),
    "cli/centos-7.7_netstat-i.txt": ("linux.net_dev", "expected the heading"),
    "cli/centos-7.7_top-b-n3.txt": ("linux.ps", "expected the heading of ps"),
    "cli/centos-7.7_vmstat-w.txt": ("linux.stat", "expected the line 'cpu ...'"),
    "cli/centos-7.7_w.txt": ("linux.uptime", "expected one line"),
    "cli/generic_mdadm-examine-raid0-ok.txt": ("linux.mdstat", "expected 'Personalities :'"),
    "cli/generic_mdadm-query-raid1-faulty.txt": ("linux.mdstat", "expected 'Personalities :'"),
    "cli/generic_mdadm-query-raid1-ok.txt": ("linux.mdstat", "expected 'Personalities :'"),
    "rhinsights/chkconfig_SERVICES.txt": ("linux.systemctl", "expected unit, load, active and sub state"),
    "rhinsights/ethtool_TEST_ETHTOOL_DOCS.txt": ("linux.net_state", "expected /sys/class/net"),
}

# Commands this project does not send.
NOT_OURS = {
    "cli/centos-7.7_blkid.txt", "cli/centos-7.7_crontab.txt", "cli/centos-7.7_ifconfig.txt",
    "cli/centos-7.7_iostat-x.txt", "cli/centos-7.7_last-w.txt", "cli/centos-7.7_lsblk.txt", "cli/centos-7.7_lsof.txt",
    "cli/centos-7.7_mpstat.txt", "cli/centos-7.7_route.txt", "cli/centos-7.7_rpm-qai.txt",
    "cli/centos-7.7_sysctl-a.txt", "rhinsights/fcoeadm_i_FCOEADM_I_57810.txt", "rhinsights/ipcs_IPCS_M.txt",
    "rhinsights/pvs_PVS_INFO.txt", "rhinsights/smartctl_STANDARD_DRIVE.txt",
}


def _text(name: str) -> str:
    assert CAPTURES is not None
    return (CAPTURES / name).read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("name", sorted(PARSED))
def test_real_output_is_read_with_its_real_values(name: str) -> None:
    parser, holds = PARSED[name]
    parsed = parse.parse(parser, _text(name))
    assert holds(parsed), str(parsed)[:500]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_another_commands_output_is_refused(name: str) -> None:
    parser, reason = REFUSED[name]
    with pytest.raises(ParseError) as refusal:
        parse.parse(parser, _text(name))
    assert reason in str(refusal.value)


def test_every_capture_is_listed_here() -> None:
    assert CAPTURES is not None
    folders = [CAPTURES / "cli", CAPTURES / "rhinsights"]
    found = {str(path.relative_to(CAPTURES)) for folder in folders for path in folder.glob("*")}
    assert found, f"no capture below {CAPTURES}"
    assert found - {*PARSED, *REFUSED, *NOT_OURS} == set()


@pytest.mark.parametrize("name", sorted({*PARSED, *REFUSED, *NOT_OURS}))
def test_no_capture_makes_any_parser_stumble(name: str) -> None:
    text = _text(name)
    said: list[str] = []
    for parser in (one for one in parse.names() if one.startswith("linux.")):
        try:
            parse.parse(parser, text)
        except ParseError as error:
            said.append(str(error))
    assert said, "every parser understood it"
    # `parse` wraps a ValueError and its like as "ValueError in linux.df: ...": refused, but not on purpose.
    assert [one for one in said if "\n" in one or "Error in linux." in one] == []
