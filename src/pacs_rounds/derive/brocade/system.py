"""Firmware, uptime, messages, licences, the serial number, load, and whether CLI and SNMP tell the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.brocade.clock import epoch
from pacs_rounds.derive.brocade.common import answered_at, by_port, last_answered, said, silence
from pacs_rounds.model import Context, NotApplicable, Row

_DAY = 86400
_SOON_DAYS = 90
_PLAIN = 160
_OVERLAP_SECONDS = 300
"""The log is read before the date: a message of these minutes is rather told twice than never."""


@derivation("brocade.firmware")
def firmware(data: Data, context: Context) -> list[Row]:
    """One row per pair of partitions, and "running": the version that works against the primary one."""
    rows: list[Row] = []
    found = said(data, "firmwareshow")
    for one in found:
        name = one["name"] or one["application"]
        known = one["secondary"] and one["secondary"].lower() not in {"unknown", "-"}
        state = "one_partition_unknown" if not known else "equal" if one["primary"] == one["secondary"] else "differs"
        rows.append({"part": str(name), "state": state,
                     "detail": f"primary {one['primary']}, secondary {one['secondary']}"})
    running = said(data, "version")
    if running is None:
        reason, detail = silence(context, "version") or ("empty", "version gave nothing")
        return [*rows, {"part": "running", "unknown": reason, "detail": detail}]
    primaries = {one["primary"] for one in found if one["application"] == "FOS"}
    state = "equal" if running["fabric_os"] in primaries else "restart_pending"
    return [*rows, {"part": "running", "state": state,
                    "detail": f"runs {running['fabric_os']}, installed {', '.join(sorted(primaries)) or 'not told'}"}]


@derivation("brocade.uptime")
def uptime(data: Data, context: Context) -> list[Row]:
    """One row: running since before the last round, or restarted since."""
    found = said(data, "uptime")
    visit = last_answered(context, "brocade.uptime", "restart")
    booted = answered_at(context, "uptime") - found["uptime_seconds"]
    # uptime is printed in whole minutes
    state = "rebooted" if visit is not None and booted > visit + 60 else "running"
    reason = f"; last start: {found['reason']}" if found["reason"] else ""
    return [{"part": "restart", "state": state, "detail": f"up {found['uptime_seconds'] / _DAY:.1f} days{reason}"}]


@derivation("brocade.errdump")
def errdump(data: Data, context: Context) -> list[Row]:
    """Row "log", and one per kind of message above INFO since the log was last read (else: in the whole log).

    The log's times are the switch's own: their age counts back from the date it prints. After a power cut it may write
    with a clock of the year 2000, so a number above the last one read is new as well, whatever its time.
    """
    visit, messages = last_answered(context, "brocade.errdump", "log"), said(data, "errdump")
    now, number = said(data, "date"), _last_number(context)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for one in messages:
        if one["level"] == "info":
            continue
        old = visit is not None and _at(one, now, context) <= visit - _OVERLAP_SECONDS
        if old and (number is None or one["sequence"] <= number):
            continue
        kinds.setdefault(one["id"], []).append(one)
    highest = max((one["sequence"] for one in messages), default=0)
    read = f"{len(messages)} messages; last number {highest}"
    rows: list[Row] = [{"message": "log", "level": "read", "detail": read}]
    for name, found in kinds.items():
        last = max(found, key=lambda one: (one["time"], one["sequence"]))
        levels = {one["level"] for one in found}
        worst = next((level for level in ("critical", "error", "warning") if level in levels), last["level"])
        rows.append({"message": name, "level": worst,
                     "detail": f"{len(found)} times, last {last['time']}: {last['message'][:_PLAIN]}"})
    return rows


def _last_number(context: Context) -> int | None:
    """The highest message number of the last run, as its row "log" tells it."""
    record = context.earlier("brocade.errdump", "log")
    match = re.search(r"last number (\d{1,10})$", str(record.get("detail", ""))) if record else None
    return int(match[1]) if match else None


def _at(message: dict[str, Any], now: dict[str, Any] | None, context: Context) -> float:
    if now is None:
        return epoch({"time": message["time"], "zone": None}, context)[0]
    age = datetime.fromisoformat(now["time"]) - datetime.fromisoformat(message["time"])
    return answered_at(context, "date") - age.total_seconds()


@derivation("brocade.licenses")
def licenses(data: Data, context: Context) -> list[Row]:
    """One row per licence of the baseline, and one per other licence with an expiry date."""
    found = {one["feature"].lower(): one for one in said(data, "licenseshow")}
    wanted = [str(name) for name in context.baseline.get("licenses") or []]
    rows: list[Row] = []
    for name in wanted:
        one = found.pop(name.lower(), None)
        if one is None:
            rows.append({"license": name, "state": "absent", "detail": "listed in the baseline, not on the switch"})
        else:
            rows.append({"license": one["feature"], **_valid(one, context)})
    rows += [{"license": one["feature"], **_valid(one, context)} for one in found.values() if one["expires"]]
    return rows


def _valid(one: dict[str, Any], context: Context) -> Row:
    if not one["expires"]:
        return {"state": "present", "detail": "without an expiry date"}
    shape = "%Y-%m-%d" if "-" in one["expires"] else "%m/%d/%Y"
    left = datetime.strptime(one["expires"], shape).replace(tzinfo=UTC).timestamp() - context.collected_at
    state = "license_expired" if left < 0 else "expires_soon" if left < _SOON_DAYS * _DAY else "present"
    return {"state": state, "detail": f"expires {one['expires']}"}


def serial_of(chassis: dict[str, Any]) -> str | None:
    """The number on the chassis' label: the OEM's, or Brocade's own with the BRC that labels put before it."""
    if chassis["serial"]:
        return str(chassis["serial"]).upper()
    factory = str(chassis["factory_serial"] or "").upper()
    if not factory:
        return None
    return factory if factory.startswith("BRC") else f"BRC{factory}"


@derivation("brocade.serial_number")
def serial_number(data: Data, context: Context) -> list[Row]:
    """The contract's serial number against the chassis' and, where they differ, against its parts'."""
    written = str(context.contract.get("serial_as_written") or "").strip().upper()
    if not written:
        raise NotApplicable("the contract lists no serial number for this switch")
    chassis = said(data, "chassisshow")
    serial = serial_of(chassis)
    row: Row = {"part": "serial number"}
    model = ", ".join(part for part in (chassis["part"], chassis["id"]) if part)
    if serial is None:
        return [{**row, "unknown": "empty", "detail": "the switch prints no serial number"}]
    factory = str(chassis["factory_serial"] or "").upper()
    if written in {serial, factory}:
        return [{**row, "state": "match", "detail": f"the switch says {serial}; {model or 'no part number'}"}]
    for unit in chassis["units"]:
        if written in {str(unit["serial"]).upper(), str(unit["factory_serial"]).upper()}:
            return [{**row, "state": "part", "detail": f"the contract's {written} is {unit['kind'].lower()} "
                     f"{unit['number']} in a chassis with {serial}"}]
    return [{**row, "state": "different", "detail": f"contract {written}, switch {serial}"}]


@derivation("brocade.load")
def load(data: Data, context: Context) -> list[Row]:
    """CPU and memory use in percent, where the agent tells them (Fabric OS 6.2 and later)."""
    found = said(data, "snmp_load")
    names = {"cpu_percent": "CPU", "memory_percent": "memory"}
    rows: list[Row] = [{"part": name, "percent": found[key]} for key, name in names.items() if found[key] is not None]
    if not rows:
        raise NotApplicable("this Fabric OS does not tell its load by SNMP")
    return rows


@derivation("brocade.snmp")
def snmp(data: Data, context: Context) -> list[Row]:
    """What the agent says of the whole: operational state and the result of the diagnosis."""
    found = said(data, "snmp_switch")
    rows: list[Row] = []
    for part, word in (("operation", found["state"]), ("diagnosis", found["diagnosis"])):
        if word is None:
            rows.append({"part": part, "unknown": "empty", "detail": "the agent does not tell it"})
        else:
            rows.append({"part": part, "state": word, "detail": f"firmware {found['firmware'] or 'not told'}"})
    return rows


@derivation("brocade.cli_snmp")
def cli_snmp(data: Data, context: Context) -> list[Row]:
    """Where both sources tell the same thing they must agree: firmware, operation, each port online or not."""
    switch, version = said(data, "switchshow"), said(data, "version")
    agent = said(data, "snmp_switch")
    ports = {name: one["state"] for name, one in by_port(data, "snmp_ports").items() if one["state"] is not None}
    pairs = [("firmware", version["fabric_os"], agent["firmware"]),
             ("operation", switch["state"].split()[0].lower(), agent["state"])]
    rows: list[Row] = []
    for name, cli, other in pairs:
        if other is None:
            rows.append({"part": name, "unknown": "empty", "detail": "the agent does not tell it"})
        else:
            rows.append({"part": name, "state": "equal" if cli == other else "differs",
                         "detail": f"CLI {cli}, SNMP {other}"})
    compared = [one for one in switch["ports"] if one["port"] in ports]
    different = [one["port"] for one in compared if (one["state"] == "online") != (ports[one["port"]] == "online")]
    if not compared:
        return [*rows, {"part": "ports", "unknown": "empty", "detail": "the agent tells none of the CLI's ports"}]
    return [*rows, {"part": "ports", "state": "differs" if different else "equal",
                    "detail": f"online by one source only: port {', '.join(different[:8])}" if different
                    else f"{len(compared)} ports compared"}]
