"""The VNX parsers over real output that nobody here wrote: $ROUNDS_CAPTURES/emc_vnx/naviseccli.

A file is named after its subcommand, and so is its parser. Every file parses (with values read off the text by eye), or
stands in REFUSED with the one-line reason the parser must give. No line may be lost on the way.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

ROOT = Path(os.environ.get("ROUNDS_CAPTURES") or "/nonexistent") / "emc_vnx" / "naviseccli"
pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(not ROOT.is_dir(),
                       reason="ROUNDS_CAPTURES is unset or holds no emc_vnx: the parsers met no real output"),
]
FILES = sorted(path for path in ROOT.glob("*") if path.is_file())

# Meant for the parser by name, and rightly refused: part of the reason. None in this set.
REFUSED: dict[str, str] = {}


def _parser(path: Path) -> str:
    name = path.name.removeprefix("-np_")
    return "connection_getport" if name.startswith("connection_-getport") else re.split(r"[_.]", name)[0]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _parse(path: Path) -> Any:
    return parse.parse(f"emc_vnx.{_parser(path)}", _text(path))


def test_the_folder_holds_files() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_capture_parses_or_is_refused_for_the_reason_written_here(path: Path) -> None:
    if path.name in REFUSED:
        with pytest.raises(ParseError) as refusal:
            _parse(path)
        assert REFUSED[path.name] in str(refusal.value)
    else:
        assert _parse(path) is not None


def _leaves(data: Any) -> Iterator[Any]:
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
    if children is None:
        yield data
    else:
        for child in children:
            yield from _leaves(child)


# Words that became a value of a type, and headings that say nothing of the array: their absence is no loss.
_TITLE = re.compile(r"^(?:Information about each|HBA UID +SP Name|HLU Number|-{3,}|No current migrations|"
                    r"Could not retrieve|Request failed|Statistics logging is|Reply from|.* Information$|"
                    r"LOGICAL UNIT NUMBER)")
_TURNED = re.compile(r"^(?:yes|no|true|false|n/a|not available|not applicable|-|none|\(master\)|spare)$|"
                     r"^\d\d/\d\d/\d\d(?:\d\d)? \d\d:\d\d:\d\d$|^bytes=\d+ time=", re.IGNORECASE)
_DISK = re.compile(r"Bus +(\d+) +Enclosure +(\d+) +Disk +(\w+)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_value_of_a_line_is_lost(path: Path) -> None:
    parsed = _parse(path)
    numbers = {float(leaf) for leaf in _leaves(parsed) if isinstance(leaf, int | float)}
    shown = json.dumps(parsed, ensure_ascii=False).lower()
    for line in _text(path).splitlines():
        value = _DISK.sub(r"\1_\2_\3", (line.partition(":")[2] if ":" in line else line).strip(" \t·%"))
        if not value or _TURNED.match(value) or _TITLE.match(value):
            continue
        if re.fullmatch(r"-?\d+(?:\.\d+)?", value) and float(value) in numbers:
            continue
        for token in re.findall(r"[A-Za-z]{2,}|\d{3,}", value):
            assert token.lower() in shown or (token.isdigit() and float(token) in numbers), line


def test_the_snmp_agent_of_an_array_says_what_it_is() -> None:
    found = [parse.parse("emc_vnx.snmp_system", _text(path)) for path in sorted(ROOT.parent.glob("snmprec/*"))]
    assert [(one["model"], one["revision"]) for one in found] == [("CX4-480", "4.30.0.0.5.526")]


def _at(data: Any, way: str) -> Any:
    for step in way.split("."):
        data = len(data) if step == "#" else data[int(step)] if step.lstrip("-").isdigit() else data[step]
    return data


# file, way into the parsed data (# is the length), value read off the text by eye.
SPOTS = [
    ("getagent.txt", "serial_no", "APM00153042305"), ("getagent.txt", "revision", "05.33.008.3.297"),
    ("getagent.txt", "sp_identifier", "B"), ("getagent_vnx5300_checkmk.txt", "model", "VNX5300"),
    ("getagent_vnx5300_checkmk.txt", "revision", "05.32.000.5.201"),
    ("getagent_vnx5300_checkmk.txt", "packages.0.name", "-Compression"),
    ("getcontrol.txt", "system_fault_led", "OFF"), ("getcontrol.txt", "clock", "2016-04-26T09:59:16"),
    ("getcontrol.txt", "controller_busy_ticks", 46703), ("getcontrol.txt", "prct_idle", 98.0),
    ("getcrus_dpe9_dae5s.txt", "parts.#", 14), ("getcrus_dpe9_dae5s.txt", "enclosures.1.type", "DAE5S"),
    ("getcrus_dpe9_dae5s.txt", "parts.8.part", "Bus 0 Enclosure 0 BBU A"),
    ("getcrus_dpe9_dae5s.txt", "facts.2.value", "JWXEL140501470"),
    ("getdisk_t0.txt", "#", 40), ("getdisk_t0.txt", "13.state", "Empty"), ("getdisk_t0.txt", "13.disk", "0_0_13"),
    ("getdisk_t0.txt", "-1.disk", "1_0_14"), ("getdisk_0_0_9.txt", "0.capacity", 549691),
    ("getrg_1.txt", "0.raidgroup_state.0", "Explicit_Remove"), ("getrg_4.txt", "0.list_of_disks.0", "4_0_C5"),
    ("getrg_4.txt", "0.list_of_luns.0", 2),
    ("storagepool_-list_-all_-id_0.txt", "0.percent_full", 3.026),
    ("storagepool_-list_-all_-id_0.txt", "0.percent_full_threshold", 70),
    ("storagepool_-list_-all_-id_0.txt", "0.tiers.2.disks.#", 8),
    ("storagepool_-list_-all_-id_0.txt", "0.tiers.0.percent_subscribed", 3.65),
    ("storagepool_-list_-all_-id_0.txt", "0.disks.#", 15), ("storagepool_-list_-all_-id_0.txt", "0.luns.0", 0),
    ("lun_-list_-all_t1.txt", "#", 4), ("lun_-list_-all_t1.txt", "0.current_owner", "SP B"),
    ("lun_-list_-all_t1.txt", "0.default_owner", "SP A"), ("lun_-list_-all_t1.txt", "0.busy_ticks", 1946),
    ("lun_-list_-all_-l_4.txt", "0.tier_distribution.capacity", 92.37), ("lun_-list_-all_-name_y.txt", "#", 0),
    ("lun_-list_-all_-l_2.txt", "0.consumed_capacity_gbs", None),
    ("port_-list_-sp_-all_t1.txt", "initiator_count", 4), ("port_-list_-sp_-all_t1.txt", "counts.#", 32),
    ("port_-list_-sp_-all_t1.txt", "ports.#", 32), ("port_-list_-sp_-all_t1.txt", "ports.0.link_status", "Up"),
    ("port_-list_-sp_-all_t1.txt", "ports.1.port_status", "DISABLED"),
    ("port_-list_-sp_-all_t1.txt", "counts.0.not_logged_in_initiators", 2),
    ("ndu_-list.txt", "#", 16), ("ndu_-list.txt", "-1.revision", "05.32.000.6.004"),
    ("ndu_-list.txt", "0.commit_required", False),
    ("mirror_-async_-list.txt", "mirrors.1.images.1.image_condition", "Updating"),
    ("mirror_-sync_-list_-name_mv2.txt", "mirrors.0.images.1.synchronizing_progress_percent", 27),
    ("mirror_-sync_-listgroups.txt", "groups.1.members.#", 2), ("mirror_not_installed.txt", "installed", False),
    ("snap_-list_-detail.txt", "#", 47), ("snap_-list_-detail.txt", "0.creation_time", "2015-05-19T18:42:44"),
    ("snap_-list_-detail_error.txt", "#", 0), ("snap_-group_-list_-id_cg0_-detail.txt", "0.state", "Ready"),
    ("storagegroup_-messner_-list_-host_-iscsiAttributes_-gname_ubuntu16.txt", "0.paths.2.spport", "B-12v1"),
    ("storagegroup_-messner_-list_-host_-iscsiAttributes_-gname_management.txt", "0.special", True),
    ("connection_-getport_-all_-sp_a_-portid_4.txt", "0.virtual_ports.0.ip_address", "192.168.4.52"),
    ("connection_-pingnode_-sp_a_-portid_5_-vportid_2_-address_192.168.1.50.txt", "2.seconds", 0.061),
    ("domain_-list_1.txt", "0.members.1.master", True), ("migrate_-list_none.txt", "#", 0),
    ("nqm_-ioclass_-list.txt", "1.lun_s.0.lun_number", "8"), ("setstats.txt", "statistics_logging", False),
    ("security_-certificate_-getLevel.txt", "0.level", "medium"),
    ("-np_networkadmin_-get_-sp_a_-all.txt", "1.link_status", "Link-Up"),
]


@pytest.mark.parametrize(("name", "way", "value"), SPOTS, ids=[f"{name}:{way}" for name, way, _ in SPOTS])
def test_value_is_the_one_a_reader_sees(name: str, way: str, value: Any) -> None:
    assert _at(_parse(ROOT / name), way) == value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_half_a_capture_never_gives_more_than_the_whole(path: Path) -> None:
    """Cut after each quarter: refused, or not more rows than the whole text has."""
    text, whole = _text(path), _parse(path)
    for part in (1, 2, 3):
        try:
            cut = parse.parse(f"emc_vnx.{_parser(path)}", text[:len(text) * part // 4])
        except ParseError:
            continue
        assert len(cut) <= len(whole)
