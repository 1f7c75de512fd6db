"""Version, uptime and reloads; load; the serial number against the contract."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.catalyst.common import said
from pacs_rounds.model import Context, NotApplicable, Row

_CRASH = re.compile(r"crash|exception|bus error|watchdog|abort|address error|parity|segv|sigtrap|critical software|"
                    r"software[- ]forced|error - ", re.IGNORECASE)
_SERIAL = re.compile(r"^[A-Z]{3}\d{2}(?:0[1-9]|[1-4]\d|5[0-3])[0-9A-Z]{4}$")
# IOS-XE reserves this pool whole for its packet driver: always full, never a finding.
_RESERVED_POOLS = {"lsmpi_io"}


@derivation("catalyst.version_and_uptime")
def version_and_uptime(data: Data, context: Context) -> list[Row]:
    """One row: running since before the last round, reloaded since, or crashed.

    Without an earlier run only a crash is a finding: nobody said yet that a reload was not meant.
    """
    found = said(data, "show_version")
    reason = found["last_reload_reason"] or found["reload_reason"] or "not told"
    crashed = _crashed(found["reload_reason"] or "", found["last_reload_reason"] or "")
    earlier = context.earlier("catalyst.version_and_uptime", "reload")
    last_visit = _seconds(earlier.get("ended")) if earlier else None
    booted = context.collected_at - found["uptime_seconds"]
    new = last_visit is None or booted > last_visit
    state = "crashed" if crashed and new else "reloaded" if new and last_visit is not None else "running"
    days = found["uptime_seconds"] / 86400
    detail = f"IOS {found['version']}, up {days:.1f} days, last reload: {reason}"
    return [{"part": "reload", "state": state, "detail": detail}]


def _crashed(returned: str, last: str) -> bool:
    """After a power cut "Last reload reason" still tells of the time before it, so "System returned" goes first."""
    return bool(_CRASH.search(returned) or ("power" not in returned.lower() and _CRASH.search(last)))


def _seconds(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None


@derivation("catalyst.cpu")
def cpu(data: Data, context: Context) -> list[Row]:
    """The five-minute utilisation; the shorter ones and the busiest processes as detail."""
    found = said(data, "show_processes_cpu")
    busiest = ", ".join(f"{one['process']} {one['five_minutes_percent']:g} %" for one in found["busiest"][:3])
    interrupt = f" ({found['interrupt_percent']} % interrupts)" if found["interrupt_percent"] is not None else ""
    return [{"period": "five minutes", "percent": found["five_minutes_percent"],
             "detail": f"5 s {found['five_seconds_percent']} %{interrupt}, 1 min {found['one_minute_percent']} %"
                       + (f"; busiest: {busiest}" if busiest else "")}]


@derivation("catalyst.memory")
def memory(data: Data, context: Context) -> list[Row]:
    """Used percent of each memory pool, free bytes as detail."""
    return [{"pool": one["pool"], "used_percent": one["used_percent"],
             "detail": f"{one['free_bytes']} of {one['total_bytes']} bytes free"}
            for one in said(data, "show_processes_memory")["pools"] if one["pool"] not in _RESERVED_POOLS]


def chassis_serials(version: dict[str, Any] | None, inventory: list[dict[str, Any]] | None) -> list[str]:
    """Serial numbers of the chassis, or of every member of a stack, in the order the switch prints them."""
    found: list[str] = []
    if version:
        found += [serial for serial in (version["serial"], *version["system_serials"]) if serial]
    for index, part in enumerate(inventory or []):
        member = re.fullmatch(r"\d|Switch \d", part["name"]) and str(part["pid"]).startswith("WS-C")
        whole = "chassis" in f"{part['name']} {part['description']}".lower()
        if (index == 0 or member or whole) and part["serial"]:
            found.append(part["serial"])
    return list(dict.fromkeys(found))


@derivation("catalyst.serial_number")
def serial_number(data: Data, context: Context) -> list[Row]:
    """The contract's serial number against those the switch prints.

    `implausible`: not of Cisco's shape (three letters, year, week, four characters), so it cannot be one.
    """
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    if not written:
        raise NotApplicable("the contract lists no serial number for this switch")
    version, inventory = said(data, "show_version"), said(data, "show_inventory")
    serials = chassis_serials(version, inventory)
    device = ", ".join(serials) or "none"
    if written in serials:
        return [{"part": "serial number", "state": "match", "detail": f"the switch says {device}"}]
    if written in (code.upper() for code in version["clei_codes"]):
        return [{"part": "serial number", "state": "implausible", "detail": f"the contract's {written} is the CLEI "
                 f"code that the switch prints next to its serial number; the serial number is {device}"}]
    if not _SERIAL.match(written):
        return [{"part": "serial number", "state": "implausible", "detail": f"the contract's {written} has not the "
                 f"shape of a Cisco serial number (LLLYYWWSSSS); the switch says {device}"}]
    part = next((one for one in inventory or [] if (one["serial"] or "").upper() == written), None)
    if part:
        return [{"part": "serial number", "state": "part", "detail": f"the contract's {written} is {part['name']} "
                 f"({part['pid']}) in a chassis with {device}"}]
    if not serials:
        return [{"part": "serial number", "unknown": "empty", "detail": "the switch prints no serial number"}]
    return [{"part": "serial number", "state": "different", "detail": f"contract {written}, switch {device}"}]
