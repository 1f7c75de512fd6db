"""Every scenario with the array in it: exactly the findings it names come out, and no others.

The texts come straight from the simulated storage processors, without naviseccli; failures of tool and connection are
made what the transport makes of them. Parsers, derivations, baseline and the judge are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, paths, yamlfile
from pacs_rounds.conductor import Inputs, Record, judge_host
from pacs_rounds.lab import emc_vnx, hospital, overlay
from pacs_rounds.lab.emc_vnx_device import VnxDevice
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import naviseccli
from pacs_rounds.transports.naviseccli_words import complaint

NOW = 1_795_000_000.0
HOST = "vnx5500"
LAB = paths.INVENTORIES / "lab"
CHECKS = [check for check in catalogue.select(["emc_vnx.*"]) if check.id != "emc_vnx.indicator_lamps"]  # a person's
COMMANDS = catalogue.commands(CHECKS)
REGISTER = yaml.safe_load((LAB / "group_vars/all/contract.yml").read_text())["contract_devices_register"]
SCENARIOS = sorted(path for path in paths.LAB.glob("scenarios/*.yml")
                   if HOST in overlay.read(path) and "looks" not in overlay.read(path)[HOST]  # no tool tells these
                   and not path.stem.startswith("config-"))  # the checks of its copies tell these
SPS = {"dead": Reason.UNREACHABLE, "silent": Reason.TIMED_OUT, "swallowed": Reason.TIMED_OUT}


def inputs(previous: dict[str, dict[str, Record]]) -> Inputs:
    return Inputs(
        run="test", site="lab", host=HOST, role="emc_vnx_health", platform="emc_vnx", transport="naviseccli",
        checks=[check.id for check in CHECKS], contract=REGISTER[HOST], previous=previous,
        baseline=yamlfile.load(LAB / "host_vars" / HOST / "baseline.yml")["baseline"],
        settings={"rounds_timezone": "Asia/Shanghai"})


def trouble(device: Device, sp: str, command: str) -> Reason | None:
    """What the transport says when no text comes back."""
    state = device.state
    if not state["tool"]["installed"]:
        return Reason.TOOL_MISSING
    if device.faults["refuse_connection"]:
        return Reason.UNREACHABLE
    if state["sps"][sp]["state"] != "alive":
        return SPS[state["sps"][sp]["state"]]
    if device.faults["black_hole"] or device.faults["silent"]:
        return Reason.TIMED_OUT
    if state["tool"]["certificate_question"]:
        return Reason.REFUSED
    return Reason.TIMED_OUT if {command, f"sp{sp} {command}"} & set(device.faults["hang"]) else None


def answer(vnx: VnxDevice, device: Device, command: str, at: float) -> Answer:
    sp, words, why = naviseccli.split(command)
    assert why == "", command
    reason = trouble(device, sp[2], " ".join(words))
    if reason:
        return Answer(command, "", None, at, at, reason, "as the transport says")
    _, text = emc_vnx.answer(vnx, device, sp[2], words)
    problem = complaint(text)
    return Answer(command, text, None, at, at, problem.reason if problem else None, problem.detail if problem else "")


def judged(scenario: Path | None, at: float = NOW, before: list[Record] | None = None) -> list[Record]:
    device = hospital.load(scenario)[HOST]
    vnx = VnxDevice(device.name, device.state, lambda: at, NOW - 3600)
    previous: dict[str, dict[str, Record]] = {}
    for record in before or []:
        previous.setdefault(record["check"], {})[record["item"]] = record
    return judge_host(inputs(previous), [answer(vnx, device, one.command, at) for one in COMMANDS], catalogue.load())


def findings(records: Iterable[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(one["check"], one["item"], one["outcome"], one.get("reason")) for one in records
            if one["outcome"] not in ("ok", "not_applicable")}


HEALTHY = judged(None)


def test_a_healthy_array_has_no_finding() -> None:
    assert findings(HEALTHY) == set()
    assert len(HEALTHY) > 100


def test_the_array_answers_every_command_of_the_catalogue() -> None:
    assert [one.command for one in COMMANDS if emc_vnx.rendered(naviseccli.split(one.command)[1]) is None] == []


def test_every_check_is_ok_or_says_why_it_does_not_apply() -> None:
    assert {check.id for check in CHECKS} - {one["check"] for one in HEALTHY} == set()
    fine = {one["check"] for one in HEALTHY if one["outcome"] == "ok"}
    quiet = {one["check"] for one in HEALTHY if one["outcome"] == "not_applicable"}
    assert {check.id for check in CHECKS} - fine - quiet == set()
    assert quiet - fine == {"emc_vnx.mirrors", "emc_vnx.snapshots", "emc_vnx.pool_days_to_full"}


def test_serial_and_clock_are_told() -> None:
    told = HEALTHY[0]["device"]
    assert told["serial"] == "FCN00133200084"
    assert abs(told["clock_offset_seconds"]) < 2


def test_a_second_healthy_round_has_nothing_new() -> None:
    assert findings(judged(None, NOW + 90_000, HEALTHY)) == set()


def test_there_are_scenarios_for_the_array() -> None:
    assert len(SCENARIOS) >= 15


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_what_was_planted_is_found_and_nothing_else(path: Path) -> None:
    after = HEALTHY if overlay.read(path).get("after_healthy") else None
    found, said = judged(path, NOW + 90_000, after), overlay.expected(path, [check.id for check in CHECKS])
    mine = [one for one in said if one["host"] == HOST and one["check"] in {check.id for check in CHECKS}]
    assert mine, "a scenario that expects nothing proves nothing"
    assert overlay.compare(found, mine) == ([], [])
