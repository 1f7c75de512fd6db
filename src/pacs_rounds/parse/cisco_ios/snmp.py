"""The SNMP agent of a Cisco switch, as `snmpwalk -On` prints it: system, parts, load, environment, stack.

CISCO-ENVMON-MIB (9.9.13), CISCO-ENTITY-FRU-CONTROL-MIB (9.9.117), CISCO-PROCESS-MIB (9.9.109), CISCO-MEMORY-POOL-MIB
(9.9.48), CISCO-STACKWISE-MIB (9.9.500). Cells that an agent leaves out are None, never zero.
"""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.cisco_ios.text import fail
from pacs_rounds.parse.snmp_mib2 import SYSTEM, entities, named, number, octets, refuse_others, system, words
from pacs_rounds.parse.snmp_mib2 import interfaces as mib2_interfaces
from pacs_rounds.parse.snmp_text import Oid, VarBind, read, scalar, table

CISCO = "1.3.6.1.4.1.9"
_ENVMON = f"{CISCO}.9.13.1"
_STATE = {1: "normal", 2: "warning", 3: "critical", 4: "shutdown", 5: "not_present", 6: "not_functioning"}
_SOURCE = {1: "unknown", 2: "ac", 3: "dc", 4: "external", 5: "internal_redundant"}
_MODULE = {1: "unknown", 2: "ok", 3: "disabled", 4: "ok_but_diag_failed", 5: "boot", 6: "self_test", 7: "failed",
           8: "missing", 9: "mismatch_with_parent", 10: "mismatch_config", 11: "diag_failed", 12: "dormant",
           13: "out_of_service_admin", 14: "out_of_service_environment", 15: "powered_down", 16: "powered_up",
           17: "power_denied", 18: "power_cycled", 19: "ok_but_power_over_warning",
           20: "ok_but_power_over_critical", 21: "sync_in_progress"}
_POWER = {1: "off_environment_other", 2: "on", 3: "off_admin", 4: "off_denied", 5: "off_environment_power",
          6: "off_environment_temperature", 7: "off_environment_fan", 8: "failed", 9: "on_but_fan_fail",
          10: "off_cooling", 11: "off_connector_rating", 12: "on_but_inline_power_fail"}
_ROLE = {1: "master", 2: "member", 3: "not_member", 4: "standby"}
_MEMBER = {1: "waiting", 2: "progressing", 3: "added", 4: "ready", 5: "sdm_mismatch", 6: "version_mismatch",
           7: "feature_mismatch", 8: "new_master_init", 9: "provisioned", 10: "invalid", 11: "removed"}


def _rows(text: str) -> list[VarBind]:
    rows = read(text)
    refuse_others(rows, (CISCO,), "a Cisco device's walk")
    told = words(scalar(rows, f"{SYSTEM}.1.0")) or ""
    if re.match(r"(?:Hardware: .* Windows|Linux |VMware |Brocade|Fibre Channel Switch)", told):
        fail("not a Cisco device's walk", told)
    return rows


# .1.3.6.1.2.1.1.1.0 = STRING: "Cisco IOS Software, C2960S Software (C2960S-UNIVERSALK9-M), Version 15.2(2)E9, …"
# .1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9.1.1208
# .1.3.6.1.2.1.1.3.0 = Timeticks: (52418100) 6 days, 1:36:21.00
@parser("cisco_ios.snmp_system")
def snmp_system(text: str) -> dict[str, Any]:
    """The system group, with "image" and "version" of the description and "engine_seconds": since the agent started,
    which does not begin anew after 497 days as the uptime does."""
    rows = _rows(text)
    found = system(rows)
    told = found["description"] or ""
    if not found["object_id"] and "cisco" not in told.lower():
        fail("neither a description nor an object id of Cisco")
    version, image = re.search(r"Version ([^\s,]+)", told), re.search(r"\(([A-Za-z0-9_]+-[A-Z0-9_]+-[A-Z]+)\)", told)
    return {**found, "version": version[1] if version else None, "image": image[1] if image else None,
            "engine_seconds": number(scalar(rows, "1.3.6.1.6.3.10.2.1.3.0"))}


# .1.3.6.1.2.1.2.2.1.2.10101 = STRING: "GigabitEthernet1/0/1"
# .1.3.6.1.2.1.31.1.1.1.1.10101 = STRING: "Gi1/0/1"
@parser("cisco_ios.snmp_interfaces")
def snmp_interfaces(text: str) -> list[dict[str, Any]]:
    """All interfaces, as `interfaces` of MIB-2 reads them. The table alone does not say whose it is; Windows' names
    are refused."""
    found = mib2_interfaces(_rows(text))
    for one in found:
        if re.match(r"WAN Miniport|Software Loopback Interface", one["description"] or ""):
            fail("an interface of Windows", one["description"])
    return found


# .1.3.6.1.2.1.47.1.1.1.1.11.1001 = STRING: "FOC0000A0BC"
# .1.3.6.1.2.1.47.1.1.1.1.13.1001 = STRING: "WS-C3560G-24TS-S"
@parser("cisco_ios.snmp_inventory")
def snmp_inventory(text: str) -> list[dict[str, Any]]:
    """Parts as `entities` reads them: serial, model, name and software by index."""
    found = entities(_rows(text))
    if not found:
        fail("no row of entPhysicalTable")
    return found


# .1.3.6.1.4.1.9.9.13.1.3.1.3.1 = Gauge32: 30
# .1.3.6.1.4.1.9.9.13.1.4.1.3.1 = INTEGER: 1
# .1.3.6.1.4.1.9.9.13.1.5.1.3.2 = INTEGER: 5
# .1.3.6.1.4.1.9.9.117.1.2.1.1.2.1000 = INTEGER: 2
@parser("cisco_ios.snmp_environment")
def snmp_environment(text: str) -> dict[str, Any]:
    """{"voltages": volts, "temperatures": °C and the limit, "fans", "supplies": with their source, "modules" and
    "power": by the part's index and name} – each a list of rows with "index", "name", "state"."""
    rows = _rows(text)
    names = {one["index"]: one["name"] for one in entities(rows)}
    found: dict[str, Any] = {
        "voltages": [{**_sensor(index, cell), "volts": _volts(cell.get("value"))} for index, cell in
                     table(rows, f"{_ENVMON}.2.1", {2: "name", 3: "value", 7: "state"}).items()],
        "temperatures": [{**_sensor(index, cell), "celsius": number(cell.get("value")),
                          "limit_celsius": number(cell.get("limit"))} for index, cell in
                         table(rows, f"{_ENVMON}.3.1", {2: "name", 3: "value", 4: "limit", 6: "state"}).items()],
        "fans": [_sensor(index, cell) for index, cell in
                 table(rows, f"{_ENVMON}.4.1", {2: "name", 3: "state"}).items()],
        "supplies": [{**_sensor(index, cell), "source": named(cell.get("source"), _SOURCE)} for index, cell in
                     table(rows, f"{_ENVMON}.5.1", {2: "name", 3: "state", 4: "source"}).items()],
        "modules": [{"index": index[-1], "name": names.get(index[-1]), "state": named(cell["state"], _MODULE)}
                    for index, cell in table(rows, f"{CISCO}.9.117.1.2.1.1", {2: "state"}).items()],
        "power": [{"index": index[-1], "name": names.get(index[-1]), "state": named(cell["state"], _POWER)}
                  for index, cell in table(rows, f"{CISCO}.9.117.1.1.2.1", {2: "state"}).items()]}
    if not any(found.values()):
        fail("no sensor, fan, power supply or module in the walk")
    return found


def _sensor(index: Oid, cell: dict[str, VarBind]) -> dict[str, Any]:
    if "state" not in cell:
        fail(f"sensor {index[-1]} has no state: the walk is incomplete")
    return {"index": index[-1], "name": words(cell.get("name")), "state": named(cell["state"], _STATE)}


def _volts(value: VarBind | None) -> float | None:
    return None if value is None else value.integer / 1000


# .1.3.6.1.4.1.9.9.109.1.1.1.1.8.1 = Gauge32: 12
# .1.3.6.1.4.1.9.9.48.1.1.1.2.1 = STRING: "Processor"
# .1.3.6.1.4.1.9.9.48.1.1.1.5.1 = Gauge32: 21874512
@parser("cisco_ios.snmp_load")
def snmp_load(text: str) -> dict[str, Any]:
    """{"cpus": [{"index", "entity", "percent_5s", "percent_1min", "percent_5min"}], "pools": [{"index", "name",
    "valid", "used_bytes", "free_bytes", "largest_free_bytes"}]}. Old agents have the first three columns only."""
    rows = _rows(text)
    cells = table(rows, f"{CISCO}.9.109.1.1.1.1", {2: "entity", 3: "old5s", 4: "old1", 5: "old5", 6: "new5s", 7: "new1",
                                                  8: "new5"})
    cpus = [{"index": index[0], "entity": number(cell.get("entity")) or None,
             "percent_5s": _percent(cell.get("new5s") or cell.get("old5s")),
             "percent_1min": _percent(cell.get("new1") or cell.get("old1")),
             "percent_5min": _percent(cell.get("new5") or cell.get("old5"))} for index, cell in cells.items()]
    memory = table(rows, f"{CISCO}.9.48.1.1.1", {2: "name", 4: "valid", 5: "used", 6: "free", 7: "largest"})
    pools = [{"index": index[0], "name": words(cell.get("name")), "valid": named(cell.get("valid"), _TRUTH) == "true",
              "used_bytes": number(cell.get("used")), "free_bytes": number(cell.get("free")),
              "largest_free_bytes": number(cell.get("largest"))} for index, cell in memory.items()]
    if not cpus and not pools:
        fail("neither a processor nor a memory pool in the walk")
    return {"cpus": cpus, "pools": pools}


_TRUTH = {1: "true", 2: "false"}


def _percent(value: VarBind | None) -> int | None:
    if value is not None and not 0 <= value.integer <= 100:
        fail(f"{value.integer} per cent")
    return number(value)


# .1.3.6.1.4.1.9.9.500.1.2.1.1.3.1001 = INTEGER: 1
# .1.3.6.1.4.1.9.9.500.1.2.1.1.6.1001 = INTEGER: 4
@parser("cisco_ios.snmp_stack")
def snmp_stack(text: str) -> list[dict[str, Any]]:
    """Members of a stack: [{"index": the part's, "number", "role", "priority", "state", "mac"}]."""
    cells = table(_rows(text), f"{CISCO}.9.500.1.2.1.1", {1: "number", 3: "role", 4: "priority", 6: "state", 7: "mac"})
    found = []
    for index, cell in cells.items():
        if "role" not in cell or "state" not in cell:
            fail(f"stack member {index[0]} has no role or no state: the walk is incomplete")
        found.append({"index": index[0], "number": number(cell.get("number")), "role": named(cell["role"], _ROLE),
                      "priority": number(cell.get("priority")), "state": named(cell["state"], _MEMBER),
                      "mac": octets(cell.get("mac"))})
    if not found:
        fail("no stack member in the walk")
    return found
