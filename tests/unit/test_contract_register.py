"""What the contract's own lists get wrong must come out of both inventories as they ship."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pacs_rounds import catalogue, paths
from pacs_rounds.conductor import Inputs, Record, judge_host
from pacs_rounds.derive.contract.tables import table
from pacs_rounds.transports import inventory

CHECKS = [check for check in catalogue.select(["contract.*"]) if check.id != "contract.device_covered"]


def _all(site: str, name: str) -> Any:
    path: Path = paths.INVENTORIES / site / "group_vars" / "all" / f"{name}.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def found(site: str) -> dict[tuple[str, str], str]:
    """(host, check) -> the word that is not ok, for every host of the register and of the software scope."""
    register = _all(site, "contract")["contract_devices_register"]
    scope = _all(site, "software_scope")["contract_software_scope"]
    hosts = sorted({*register, *(host for entry in scope for host in entry["hosts"])})
    whole = {"devices": {host: {"groups": ["contract_devices"] + (
        ["servers"] if register.get(host, {"type": "server"})["type"] == "server" else []),
        "contract": register.get(host, {})} for host in hosts}, "software_scope": scope}
    records: list[Record] = []
    for host in hosts:
        device = {"host": host, "groups": whole["devices"][host]["groups"], "address": "192.0.2.1",
                  "platform": "linux", "contract": register.get(host, {}), "roles_planned": ["contract_register"]}
        known = {"inventory device": inventory.as_text(device), "inventory site": inventory.as_text(whole)}
        answers = inventory.ask(known, catalogue.commands(CHECKS))
        inputs = Inputs(run="r", site=site, host=host, role="contract_register", platform="linux",
                        transport="inventory", checks=[check.id for check in CHECKS], contract=register.get(host, {}))
        records += judge_host(inputs, answers, catalogue.load())
    assert "unknown" not in {record["outcome"] for record in records}
    return {(record["host"], record["check"]): record["observed"] for record in records
            if record["outcome"] not in {"ok", "not_applicable"}}


@pytest.mark.parametrize("site", ["lab", "cancer-hospital"])
def test_each_flaw_of_the_contract_is_a_finding_and_nothing_else_is(site: str) -> None:
    assert found(site) == {
        ("broker-b", "contract.serial_plausible"): "implausible",      # DQ-2
        ("web", "contract.serial_plausible"): "implausible",           # DQ-2
        ("core-1", "contract.serial_plausible"): "implausible",        # DQ-3
        ("ims", "contract.scope_matches"): "no_hardware_row",          # DQ-4
        ("queue", "contract.scope_matches"): "no_software_row",        # DQ-4
        ("san-1", "contract.model_normalised"): "assumed",             # DQ-5
        ("san-1", "contract.single_point_of_failure"): "single",       # DQ-8
        ("vnx5500", "contract.single_point_of_failure"): "single",     # DQ-8
    }


def test_every_model_of_the_register_is_in_the_table_and_has_a_rule_for_its_serial() -> None:
    written = {entry["written"] for entry in table("models")}
    register = _all("cancer-hospital", "contract")["contract_devices_register"]
    assert {row["model_as_written"] for row in register.values()} <= written
    assert len(register) == 15
