"""The Linux domain where fixtures do not reach: identity, privacy of quoted lines, hostile sizes, catalogue words."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from pacs_rounds import derive, parse
from pacs_rounds.catalogue import load
from pacs_rounds.derive.linux.identity import DATE_COMMAND
from pacs_rounds.derive.linux.kernel import RULES, classified, quoted
from pacs_rounds.model import Answer, Context, ParseError

CHECKS = {name: check for name, check in load().items() if name.startswith("linux.")}
PARSERS = [name for name in parse.names() if name.startswith("linux.")]
DERIVE = Path(derive.__file__).parent / "linux"


def _context(started: float, ended: float) -> Context:
    return Context("pacs-a", "linux", answers={DATE_COMMAND: Answer(DATE_COMMAND, "", 0, started, ended)})


def test_identity_is_serial_and_clock_against_the_middle_of_the_command() -> None:
    identity = derive.identity_of("linux")
    assert identity is not None
    data = {"linux.dmi_serial": {"serial": "06X8987", "as_printed": "06X8987"},
            "linux.date": {"epoch_seconds": 1_790_000_030, "utc_offset_seconds": 28800},
            "linux.dmi": {"sys_vendor": "HP", "product_name": "HP ProLiant DL380", "bios_version": "P67",
                          "bios_date": None, "complaints": []},
            "linux.os_release": {"name": "SUSE Linux Enterprise Server 11 SP2", "version": "11.2", "id": None}}
    context = _context(1_790_000_000.0, 1_790_000_004.0)
    assert identity(data, context) == {
        "serial": "06X8987", "model": "HP ProLiant DL380", "firmware": "BIOS P67",
        "os": "SUSE Linux Enterprise Server 11 SP2", "written_serial_is": None, "clock": 1_790_000_030,
        "clock_offset_seconds": 28.0}
    context.contract = {"serial_as_written": " 06x8987"}
    assert identity(data, context)["written_serial_is"] == "serial number"


def test_identity_of_a_host_that_told_nothing_is_nothing() -> None:
    identity = derive.identity_of("linux")
    assert identity is not None
    assert set(identity({}, Context("pacs-a", "linux")).values()) == {None}


def test_the_clock_command_is_the_catalogues() -> None:
    assert [one.command for one in CHECKS["linux.time_offset"].collect] == [DATE_COMMAND]


@pytest.mark.parametrize("message", [
    "EXT4-fs error (device dm-3): lookup: /images/ZHANG_SAN/1.dcm: bad entry",
    "Buffer I/O error while writing 'LI^SI^^^' on dev dm-3"])
def test_quoted_kernel_lines_hold_no_folder_and_no_person(message: str) -> None:
    assert not re.search("ZHANG|LI", quoted(message))
    assert len(quoted(message * 20)) <= 110


@pytest.mark.parametrize(("message", "kind"), [
    ("blk_update_request: I/O error, dev sda, sector 1", "io_error"),
    ("blk_update_request: I/O error, dev fd0, sector 0", None),
    ("end_request: I/O error, dev sr0, sector 4", None),
    ("mce: CPU supports 22 MCE banks", None),
    ("mce: [Hardware Error]: Machine check events logged", "memory_corrected"),
    ("mce: [Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 6", "machine_check"),
    ("EDAC MC1: 1 UE on CPU#0Channel#1_DIMM#0", "memory_uncorrected"),
    ("EXT4-fs (sda1): error count since last fsck: 3", "filesystem_error"),
    ("EXT4-fs (dm-0): re-mounted. Opts: (null)", None),
    ("XFS (dm-2): Metadata I/O error: block 0x1 (\"xlog_iodone\") error 5", "filesystem_error"),
    ("XFS (dm-2): Ending clean mount", None),
    ("java invoked oom-killer: gfp_mask=0x201da, order=0", "out_of_memory"),
    ("INFO: task jbd2/dm-0-8:1234 blocked for more than 120 seconds.", "hung_task"),
    ("device-mapper: multipath: Failing path 8:48.", "path_failed"),
    ("igb 0000:07:00.1 eth1: igb: eth1 NIC Link is Down", "nic_trouble"),
    ("IPv6: ADDRCONF(NETDEV_UP): eth1: link is not ready", None),
    ("ata3.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x6 frozen", "ata_link"),
    ("CPU3: Core temperature above threshold, cpu clock throttled", "thermal"),
    ("usb 1-1: new high speed USB device number 4", None)])
def test_kernel_lines_are_sorted_by_what_they_mean(message: str, kind: str | None) -> None:
    found = classified(message)
    assert (found[1] if found else None) == kind


def test_kernel_rules_write_digits_so_that_shapes_match() -> None:
    """`classified` replaces every number by 7 before it looks."""
    assert [kind for _, kind, pattern in RULES if re.search(r"(?<![\\{,.])[0-689](?![,}])", pattern)] == []


HOSTILE = {
    "one_endless_line": "[    0.000000] " + "I/O err/" * 500_000,
    "nothing_but_line_ends": "\n" * 4_000_000 + "x",
    "nothing_but_blanks": " " * 4_000_000 + "x",
    "many_small_words": "a " * 2_000_000,
    "many_brackets": "[" * 2_000_000 + "]" * 2_000_000,
    "many_small_lines": "md0 : active raid1 sda1[0](F)\n" * 100_000,
    "heading_then_endless_row": "Filesystem Type 1024-blocks Used Available Capacity Mounted on\n" + "1 " * 2_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_megabytes_cost_seconds_at_most(text: str) -> None:
    """4 MB through all the parsers: a regular expression that backtracks would need minutes."""
    started = time.process_time()
    for name in PARSERS:
        try:
            parse.parse(name, text)
        except ParseError as error:
            assert len(str(error)) < 400, name  # noqa: PT017
    assert time.process_time() - started < 10


@pytest.mark.parametrize("name", sorted(name for name, check in CHECKS.items() if check.words))
def test_every_word_of_the_catalogue_can_be_said(name: str) -> None:
    """A word nobody says is a typing mistake, here or there. systemd's and the kernel's own words are theirs."""
    theirs = {"activating", "deactivating", "reloading", "refreshing", "maintenance", "failed", "inactive", "active",
              "dormant", "testing", "lowerlayerdown", "notpresent", "down", "up",
              # The port states of the kernel's Fibre Channel transport class.
              "online", "offline", "linkdown", "bypassed", "diagnostics", "blocked", "error", "loopback", "deleted"}
    code = "".join(path.read_text(encoding="utf-8") for path in DERIVE.glob("*.py")) + Path(
        derive.__file__).read_text(encoding="utf-8")
    words = {word for group in (CHECKS[name].words or {}).values() for word in group} - theirs
    assert {word for word in words if f'"{word}"' not in code} == set()


def test_a_command_is_written_the_same_way_in_every_check() -> None:
    by_parser: dict[str, set[tuple[str, tuple[int, ...], float]]] = {}
    for check in CHECKS.values():
        for one in check.collect:
            by_parser.setdefault(one.parser, set()).add((one.command, one.accept, one.limit_seconds))
    assert {parser: len(ways) for parser, ways in by_parser.items() if len(ways) > 1} == {}
    assert set(by_parser) == set(PARSERS)
