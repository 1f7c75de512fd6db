"""Every scenario with a switch in it: exactly the findings it names come out, and no others.

The texts come straight from the simulated switches, without SSH; failures of the connection are made what the
transport makes of them. Parsers, derivations, baselines and the judge are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, paths, yamlfile
from pacs_rounds.catalogue import Collect
from pacs_rounds.conductor import Inputs, Record, judge_host, unanswered
from pacs_rounds.lab import hospital, overlay
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.failures import cli_complaint

NOW = 1_795_000_000.0
LAB = paths.INVENTORIES / "lab"
CHECKS = catalogue.select(["catalyst.*"])
COMMANDS = catalogue.commands(CHECKS)
NAMES = ("access-1", "access-2", "core-1", "core-2", "access-3")
REGISTER = yaml.safe_load((LAB / "group_vars/all/contract.yml").read_text())["contract_devices_register"]
SCENARIOS = sorted(paths.LAB.glob("scenarios/*.yml"))
WIRE = {"refuse_connection": Reason.UNREACHABLE, "black_hole": Reason.TIMED_OUT, "silent": Reason.TIMED_OUT,
        "refuse_login": Reason.REFUSED, "wrong_host_key": Reason.REFUSED}


def switches(scenario: Path | None) -> dict[str, Device]:
    found = {name: device for name, device in hospital.load(scenario).items() if "ios" in device.kinds}
    assert tuple(found) == NAMES
    return found


def inputs(host: str, previous: dict[str, dict[str, Record]] | None = None) -> Inputs:
    baseline = yamlfile.load(LAB / "host_vars" / host / "baseline.yml")["baseline"]
    return Inputs(
        run="test", site="lab", host=host, role="catalyst_health", platform="cisco_ios", transport="network_cli",
        checks=[check.id for check in CHECKS], baseline=baseline, contract=REGISTER[host],
        settings={"rounds_timezone": "Asia/Shanghai"},
        previous=previous or {})


def answer(cli: IosCli, device: Device, one: Collect, at: float) -> Answer:
    """What network_cli makes of one command."""
    if one.command in device.faults["hang"]:
        return Answer(one.command, "", None, at, at, Reason.TIMED_OUT, "no prompt")
    if one.command in device.state["session"]["drop_during"]:
        return Answer(one.command, "", None, at, at, Reason.TRUNCATED, "the session broke in this answer")
    text = cli.run(one.command).replace("\r\n", "\n").rstrip("\n")
    reason, detail = cli_complaint("cisco_ios", text) or (None, "")
    if reason is Reason.TOOL_MISSING and cli.level == 1:
        reason = Reason.REFUSED
    return Answer(one.command, text, None, at, at, reason, detail)


def answers(device: Device, at: float, asking: Inputs) -> list[Answer]:
    for fault, reason in WIRE.items():
        if device.faults[fault]:
            return unanswered(asking, catalogue.load(), reason, fault, at, at)
    cli = IosCli(IosDevice(device.name, device.address, device.state, lambda: at, NOW - 3600))
    cli.level = 1 if device.state["session"]["enable_refused"] else 15
    return [answer(cli, device, one, at) for one in COMMANDS]


def judged(scenario: Path | None, at: float = NOW, before: list[Record] | None = None) -> list[Record]:
    records: list[Record] = []
    for host, device in switches(scenario).items():
        previous: dict[str, dict[str, Record]] = {}
        for record in before or []:
            if record["host"] == host:
                previous.setdefault(record["check"], {})[record["item"]] = record
        asking = inputs(host, previous)
        records += judge_host(asking, answers(device, at, asking), catalogue.load())
    return records


def findings(records: Iterable[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(one["host"], one["check"], one["item"], one["outcome"], one.get("reason")) for one in records
            if one["outcome"] not in ("ok", "not_applicable")}


def expected(scenario: Path) -> set[tuple[Any, ...]]:
    said = overlay.read(scenario)["expect"] + overlay.read(paths.LAB / "scenarios/healthy.yml")["expect"]
    return findings(one for one in said if one["host"] in NAMES and one["check"].startswith("catalyst."))


def with_switches() -> list[Path]:
    """Scenarios that change a switch, and in which the checks of the switches themselves are to find something. One in
    which the inventory says something else is for whole rounds: test_scenarios."""
    return [path for path in SCENARIOS if set(NAMES) & set(overlay.read(path)) and not overlay.inventory(path)
            and any(one["check"].startswith("catalyst.") for one in overlay.read(path)["expect"])]


HEALTHY = judged(None)


def test_the_healthy_hospital_has_one_known_finding() -> None:
    assert findings(HEALTHY) == {("core-1", "catalyst.serial_number", "serial number", "warning", None)}
    assert findings(HEALTHY) == expected(paths.LAB / "scenarios/healthy.yml")


def test_every_check_judged_something_on_some_switch() -> None:
    """A check that is nowhere ok has not been tried by the healthy hospital."""
    fine = {record["check"] for record in HEALTHY if record["outcome"] == "ok"}
    nothing_to_judge = {"catalyst.interfaces_err_disabled"} - fine
    assert {check.id for check in CHECKS} - fine - nothing_to_judge == set()


def test_a_second_healthy_round_has_nothing_new() -> None:
    assert findings(judged(None, NOW + 600, HEALTHY)) == findings(HEALTHY)


def test_there_are_scenarios_for_the_switches() -> None:
    assert len(with_switches()) >= 17


@pytest.mark.parametrize("path", with_switches(), ids=lambda path: path.stem)
def test_what_was_planted_is_found_and_nothing_else(path: Path) -> None:
    after = HEALTHY if overlay.read(path).get("after_healthy") else None
    found = findings(judged(path, NOW + 3600, after))
    assert found - expected(path) == set(), "invented"
    assert expected(path) - found == set(), "missed"


def test_every_scenario_plants_something() -> None:
    for path in with_switches():
        assert expected(path) > findings(HEALTHY), path.stem
