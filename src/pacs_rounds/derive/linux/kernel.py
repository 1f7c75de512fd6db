"""The kernel log: what is broken, and what announces trouble."""

from __future__ import annotations

import functools
import re

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Row

ERROR, WARNING, HARMLESS = "error", "warning", "harmless"

# (severity, kind, pattern); the first that matches decides. Gaps are bounded, so a hostile line costs little; digits
# must be written as \d (see `classified`).
RULES: tuple[tuple[str, str, str], ...] = (
    # Greetings at boot, and drives without a medium in them.
    (HARMLESS, "", r"CPU supports \d+ MCE banks|using \d+ MCE banks|In-kernel MCE decoding|Thermal monitoring|"
                   r"Machine check exception polling|Hardware error from APEI|[Ll]ink is not ready|"
                   r"I/O error.{0,20}\bdev(?:ice)? (?:fd|sr)\d"),
    (WARNING, "memory_corrected", r"EDAC .{0,80}\bCE\b|Machine check events logged|[Cc]orrected (?:memory |ECC )?error|"
                                  r"event severity: corrected"),
    (ERROR, "memory_uncorrected", r"EDAC .{0,80}\bUE\b|[Uu]ncorrect(?:ed|able) .{0,40}(?:memory|DIMM|ECC)|"
                                  r"Memory failure: |HANDLING MCE MEMORY ERROR"),
    (ERROR, "machine_check", r"Machine Check(?: Exception|:)|mce: \[Hardware Error\]: CPU|[Ff]atal [Mm]achine [Cc]heck|"
                             r"event severity: (?:fatal|recoverable)|Uhhuh\. NMI|NMI: PCI system error|"
                             r"CPU \d+: Machine Check"),
    (ERROR, "filesystem_error", r"EXT\d-fs error|EXT\d-fs \([^)]{1,40}\): (?:error|previous I/O error)|"
                                r"[Rr]emounting filesystem read-only|JBD\d?: (?:Detected IO errors|Error)|"
                                r"Aborting journal|BTRFS.{0,40}(?:error|critical)|"
                                r"XFS.{0,60}(?:[Cc]orruption|[Ee]rror|[Ss]hut(?:ting)? ?down)|xfs_do_force_shutdown"),
    (ERROR, "io_error", r"I/O error|Medium Error|Unrecovered read error|rejecting I/O to (?:offline|dead) device|"
                        r"Sense Key : (?:Medium|Hardware) Error|critical (?:medium|target) error"),
    (ERROR, "out_of_memory", r"[Oo]ut of memory: |invoked oom-killer|oom-kill:|cgroup out of memory"),
    (ERROR, "hung_task", r"blocked for more than \d+ seconds|soft lockup|hard LOCKUP|detected stall|stalls? on CPU"),
    (ERROR, "kernel_fault", r"Kernel panic|kernel BUG at|BUG: unable to handle|Oops: |general protection fault: "),
    (WARNING, "path_failed", r"multipath: .{0,30}Failing path"),
    (WARNING, "storage_timeout", r"timing out command|attempting task abort|task abort: |Abort command issued|"
                                 r"ADAPTER RESET|LOOP DOWN|[Ll]oop down|blocked FC remote port time out"),
    (WARNING, "ata_link", r"ata\d+(?:\.\d+)?: (?:exception|failed command|SError|hard resetting link|link is slow|"
                          r"limiting)"),
    (WARNING, "raid_member", r"md.{0,60}(?:[Dd]isk failure|Operation continuing on)"),
    (WARNING, "nic_trouble", r"NETDEV WATCHDOG|transmit (?:queue )?timed out|Detected Tx Unit Hang|"
                             r"[Ll]ink is [Dd]own"),
    (WARNING, "table_full", r"conntrack: table full|[Nn]eighbour: ?.{0,40}table overflow|Neighbour table overflow|"
                            r"TCP: too many orphaned|bucket table overflow|file-max limit"),
    (WARNING, "thermal", r"[Tt]emperature above threshold|[Tt]hermal throttl"),
)
_RULES = [(severity, kind, re.compile(pattern)) for severity, kind, pattern in RULES]
_DIGITS = re.compile(r"\d+")

# Files may lie in folders named after patients; DICOM writes names with carets.
_PATH = re.compile(r"(?<![\w/])/(?!dev/)[^\s,;:'\"()]+")
_CARET_NAME = re.compile(r"\S*\^\S*")
LINE_SHOWN = 110


def quoted(message: str) -> str:
    """A kernel line short enough to quote, without file paths and without anything like a patient's name."""
    return _CARET_NAME.sub("…", _PATH.sub("/…", message[:400]))[:LINE_SHOWN]


@functools.lru_cache(maxsize=4096)
def _classified(shape: str) -> tuple[str, str] | None:
    for severity, kind, pattern in _RULES:
        if pattern.search(shape):
            return None if severity == HARMLESS else (severity, kind)
    return None


def classified(message: str) -> tuple[str, str] | None:
    """Severity and kind of one kernel line, or None for an ordinary one. Lines that differ only in their numbers are
    looked at once, which is what keeps a log of a million lines cheap."""
    return _classified(_DIGITS.sub("7", message))


def _counted(data: Data, wanted: str) -> list[Row]:
    count: dict[str, int] = {}
    last: dict[str, str] = {}
    for row in data["linux.dmesg"]:
        message = row["message"][:500]
        found = classified(message)
        if found and found[0] == wanted:
            count[found[1]] = count.get(found[1], 0) + 1
            last[found[1]] = message
    return [{"kind": kind, "line_count": number, "detail": f"last: {quoted(last[kind])}"}
            for kind, number in count.items()]


@derivation("linux.kernel_errors")
def kernel_errors(data: Data, context: Context) -> list[Row]:
    """Lines since boot of each kind that means something is broken."""
    return _counted(data, ERROR)


@derivation("linux.kernel_warnings")
def kernel_warnings(data: Data, context: Context) -> list[Row]:
    """Lines since boot of each kind that announces trouble."""
    return _counted(data, WARNING)
