"""Every scenario with the Fibre Channel switch in it: exactly the findings it names come out, and no others.

The texts come straight from the simulated switch, without SSH and UDP; failures of the two ways are made what the
transports make of them. Parsers, derivations, baseline and judge are the real ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, paths, yamlfile
from pacs_rounds.catalogue import Collect
from pacs_rounds.conductor import Inputs, Record, judge_host
from pacs_rounds.lab import fos_snmp, hospital, overlay
from pacs_rounds.lab.fos_device import FosDevice
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.failures import cli_complaint

NOW = 1_795_000_000.0
LAB = paths.INVENTORIES / "lab"
HOST = "san-1"
CHECKS = catalogue.select(["brocade.*"])
COMMANDS = catalogue.commands(CHECKS)
REGISTER = yaml.safe_load((LAB / "group_vars/all/contract.yml").read_text())["contract_devices_register"]
HEALTHY_FILE = paths.LAB / "scenarios" / "healthy.yml"
SCENARIOS = [path for path in sorted(paths.LAB.glob("scenarios/*.yml")) if HOST in overlay.read(path)]
NAMES = {"integer": "INTEGER", "counter32": "Counter32", "gauge32": "Gauge32"}
Finding = tuple[str, str, str, str | None]


def san(scenario: Path | None) -> Device:
    return hospital.load(scenario)[HOST]


def inputs(previous: dict[str, dict[str, Record]] | None = None) -> Inputs:
    baseline = yamlfile.load(LAB / "host_vars" / HOST / "baseline.yml")["baseline"]
    return Inputs(
        run="test", site="lab", host=HOST, role="brocade_fos_health", platform="brocade_fos", transport="network_cli",
        checks=[check.id for check in CHECKS], baseline=baseline, contract=REGISTER[HOST],
        settings={"rounds_timezone": "Asia/Shanghai", "inventory_names": [HOST]}, previous=previous or {})


def shown(kind: str, value: Any) -> str:
    """A value as `snmpwalk -On` prints it."""
    if kind == "timeticks":
        seconds, rest = divmod(int(value), 100)
        days, left = divmod(seconds, 86400)
        return f"Timeticks: ({value}) {days}:{left // 3600}:{left % 3600 // 60:02d}:{left % 60:02d}.{rest:02d}"
    if kind == "oid":
        return f"OID: .{value}"
    if isinstance(value, bytes):
        return "Hex-STRING: " + " ".join(f"{octet:02X}" for octet in value)
    return f'STRING: "{value}"' if kind == "string" else f"{NAMES[kind]}: {value}"


def walk(device: FosDevice, base: str, values: dict[str, Any]) -> str:
    """What the agent has below an OID."""
    rows = {oid: (kind, value) for oid, kind, value in fos_snmp.rows(device)}
    rows |= {oid: (told["type"], told["value"]) for oid, told in values.items()}
    below = [(tuple(map(int, oid.split("."))), kind, value) for oid, (kind, value) in rows.items()
             if f"{oid}.".startswith(f"{base}.")]
    lines = [f".{'.'.join(map(str, oid))} = {shown(kind, value)}" for oid, kind, value in sorted(below)]
    return "\n".join(lines) or f".{base} = No Such Object available on this agent at this OID"


def over_snmp(device: Device, switch: FosDevice, one: Collect, at: float) -> Answer:
    """What the SNMP transport makes of one command."""
    if device.state["snmp"]["silent"] or device.faults["silent"]:
        return Answer(one.command, "", None, at, at, Reason.TIMED_OUT, "no answer in time")
    base = one.command.rpartition(" ")[2].removeprefix(".")
    return Answer(one.command, walk(switch, base, device.state["snmp"]["values"]), None, at, at)


def over_ssh(device: Device, switch: FosDevice, one: Collect, at: float) -> Answer:
    """What the transport of command lines makes of one command."""
    session = device.state["session"]
    if session["taken"] >= session["limit"] or device.faults["refuse_login"]:
        return Answer(one.command, "", None, at, at, Reason.REFUSED, "refused")
    if one.command in device.faults["hang"]:
        return Answer(one.command, "", None, at, at, Reason.TIMED_OUT, "no prompt")
    if one.command in session["drop_during"]:
        return Answer(one.command, "", None, at, at, Reason.TRUNCATED, "the session broke in this answer")
    text = switch.output(one.command).rstrip("\n")
    reason, detail = cli_complaint("brocade_fos", text) or (None, "")
    return Answer(one.command, text, None, at, at, reason, detail)


def judged(scenario: Path | None, at: float = NOW, before: list[Record] | None = None,
           **changes: Any) -> list[Record]:
    previous: dict[str, dict[str, Record]] = {}
    for record in before or []:
        previous.setdefault(record["check"], {})[record["item"]] = record
    device = san(scenario)
    device.state.update(changes)
    switch = FosDevice(device.name, device.address, device.state, lambda: at, NOW - 3600)
    answers = [(over_snmp if one.transport == "snmp" else over_ssh)(device, switch, one, at) for one in COMMANDS]
    return judge_host(inputs(previous), answers, catalogue.load())


def findings(records: list[dict[str, Any]]) -> set[Finding]:
    return {(one["check"], one["item"], one["outcome"], one.get("reason")) for one in records
            if one["outcome"] not in ("ok", "not_applicable")}


def planted(scenario: Path | None) -> set[Finding]:
    ids = [check.id for check in CHECKS]
    return findings([one for one in overlay.expected(scenario, ids) if one["host"] == HOST and one["check"] in ids])


HEALTHY = judged(None)


def test_the_healthy_switch_has_only_the_findings_that_healthy_yml_names() -> None:
    assert findings(HEALTHY) == planted(None)


def test_every_check_judged_something() -> None:
    """A check that is nowhere ok, in none of the dialects, has not been tried."""
    rounds = [HEALTHY, *(judged(path) for path in SCENARIOS if "fabric-os" in path.stem)]
    assert len(rounds) == 3
    assert {check.id for check in CHECKS} - {one["check"] for records in rounds for one in records
                                             if one["outcome"] == "ok"} == set()


def test_a_second_healthy_round_has_nothing_new() -> None:
    assert findings(judged(None, NOW + 600, HEALTHY)) == findings(HEALTHY)


def test_a_restart_between_two_visits_is_noticed() -> None:
    """No scenario: uptime is told in whole minutes, and between two rounds of the lab there are seconds."""
    assert findings(judged(None, NOW + 3600, HEALTHY, restarted=True)) == {
        ("brocade.uptime", "restart", "warning", None)}


def test_every_check_found_something() -> None:
    """A check that no scenario makes speak has not been tried."""
    told = {check for path in SCENARIOS for check, _, outcome, _ in planted(path) if outcome != "unknown"}
    assert {check.id for check in CHECKS} - told == {"brocade.uptime"}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_what_was_planted_is_found_and_nothing_else(path: Path) -> None:
    after = HEALTHY if overlay.read(path).get("after_healthy") else None
    records = judged(path, NOW + 3600, after)
    entries = [one for one in overlay.expected(path, [check.id for check in CHECKS])
               if one["host"] == HOST and one["check"].startswith("brocade.")]
    assert overlay.compare(records, entries) == ([], [])
