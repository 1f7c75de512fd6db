"""The simulated management controllers over real SNMP: asked, judged, and read by net-snmp with the same result."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from snmp_lab import Agents, Running

from pacs_rounds import catalogue, parse
from pacs_rounds.conductor import Inputs, judge_host
from pacs_rounds.fan_out import side_by_side
from pacs_rounds.inventory import validate_site
from pacs_rounds.lab import hospital, ibm_imm
from pacs_rounds.model import Answer
from pacs_rounds.paths import INVENTORIES
from pacs_rounds.transports import several

CHECKS = catalogue.select(["imm.*"])
COMMANDS = catalogue.commands(CHECKS)
LAB = {name.removeprefix("imm-"): device.state for name, device in hospital.load().items()
       if "ibm_imm" in device.kinds}
SITE = validate_site(INVENTORIES / "lab")


@pytest.fixture(scope="module")
def controllers() -> Iterator[dict[str, Running]]:
    with Agents() as agents:
        yield {host: agents.start(ibm_imm.rows(state, 100.0), f"imm-{host}", versions=state["snmp"]["versions"])
               for host, state in LAB.items()}


def judged(host: str, answers: list[Answer]) -> list[dict[str, Any]]:
    variables = SITE.host_vars[host]
    register = SITE.group_vars["all"]["contract_devices_register"]
    inputs = Inputs(run="r", site="lab", host=host, role="ibm_imm_health", platform="linux", transport="snmp",
                    checks=[check.id for check in CHECKS], baseline=variables["baseline"], contract=register[host])
    return judge_host(inputs, answers, catalogue.load())


def test_eight_controllers_side_by_side_are_well_and_quickly_read(controllers: dict[str, Running]) -> None:
    endpoints = [one.endpoint(versions=["1"] if host == "queue" else ["3", "1"]) for host, one in controllers.items()]
    names = dict(zip((endpoint.host for endpoint in endpoints), controllers, strict=True))
    began = time.monotonic()
    answered = {names[host]: answers
                for host, answers in side_by_side(endpoints, COMMANDS, several.asker("snmp", COMMANDS), 32)}
    spent = time.monotonic() - began
    assert set(answered) == set(LAB)
    for host, answers in answered.items():
        records = judged(host, answers)
        assert {record["check"] for record in records} == {check.id for check in CHECKS}
        assert [(record["check"], record["item"], record["detail"]) for record in records
                if record["outcome"] not in {"ok", "not_applicable"}] == [], host
        assert {record["device"]["serial"] for record in records} == {LAB[host]["machine"]["serial"]}
    assert spent < 10.0  # about a second on a quiet machine


@pytest.mark.skipif(not shutil.which("snmpwalk"), reason="net-snmp is not installed: it was NOT compared")
@pytest.mark.parametrize("host", ["pacs-a", "ris-a"])
def test_net_snmp_prints_what_the_parsers_read_the_same_way(host: str, controllers: dict[str, Running]) -> None:
    running = controllers[host]
    ours = {one.command: one for one in several.asker("snmp", COMMANDS)(running.endpoint(versions=["1"]), COMMANDS)}
    for one in COMMANDS:
        program, flag, *oids = one.command.split()
        if program == "ipmitool" or one.parser in {"ibm_imm.clock", "ibm_imm.event_log"}:  # these move with the time
            continue
        call = [program, "-v1", "-c", "test-community", flag, f"{running.address}:{running.port}", *oids]
        said = subprocess.run(call, capture_output=True, text=True, timeout=30, check=False)
        if not said.stdout.strip():  # in version 1 net-snmp prints nothing for what the agent lacks
            assert "No Such Object" in ours[one.command].text
            continue
        assert parse.parse(one.parser, said.stdout) == parse.parse(one.parser, ours[one.command].text), one.command
