"""One device by several ways: each command over its own, one way's trouble is not another's."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import several
from pacs_rounds.transports.endpoint import Endpoint

COMMANDS = [Collect("sensorshow", "p.s"), Collect("snmpwalk", "p.w", transport="snmp"), Collect("fanshow", "p.f")]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two transports that answer with their own name, and what they were asked."""
    asked: dict[str, list[str]] = {}

    def transport(name: str) -> SimpleNamespace:
        def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
            asked[name] = [one.command for one in commands]
            return [Answer(one.command, name, 0, 1.0, 2.0) for one in commands]
        return SimpleNamespace(ask=ask)

    made = {name: transport(name) for name in ("network_cli", "snmp")}
    for name, module in made.items():
        monkeypatch.setitem(sys.modules, f"pacs_rounds.transports.{name}", module)
    return {**made, "asked": asked}


def ask(address: str = "10.0.0.1", deadline: float = 5.0, fault: str = "") -> dict[str, Answer]:
    endpoint = Endpoint("san-1", address, deadline_seconds=deadline, fault=fault)
    return {one.command: one for one in several.asker("network_cli", COMMANDS)(endpoint, COMMANDS)}


def test_each_command_goes_its_own_way(ways: dict[str, Any]) -> None:
    found = ask()
    assert {command: answer.text for command, answer in found.items()} == {
        "sensorshow": "network_cli", "snmpwalk": "snmp", "fanshow": "network_cli"}
    assert ways["asked"] == {"network_cli": ["sensorshow", "fanshow"], "snmp": ["snmpwalk"]}


def test_a_way_that_the_inventory_cannot_reach_is_not_asked(ways: dict[str, Any]) -> None:
    ways["snmp"].gap = lambda endpoint: ""  # it has an address of its own
    found = ask(address="unknown")
    assert found["sensorshow"].reason is Reason.UNREACHABLE
    assert "still 'unknown'" in found["sensorshow"].detail
    assert found["snmpwalk"].reason is None
    assert "network_cli" not in ways["asked"]


def test_variables_that_cannot_be_used_stop_every_way(ways: dict[str, Any]) -> None:
    found = ask(fault="the vault is closed")
    assert {(one.reason, one.detail) for one in found.values()} == {(Reason.UNREACHABLE, "the vault is closed")}
    assert ways["asked"] == {}


def test_a_way_that_breaks_or_hangs_costs_only_its_own_answers(ways: dict[str, Any]) -> None:
    def broken(*_: object) -> list[Answer]:
        raise LookupError("no table")

    ways["snmp"].ask = broken
    found = ask()
    assert (found["snmpwalk"].reason, found["snmpwalk"].detail) == (Reason.FAULT_IN_CHECK, "LookupError: no table")
    assert found["fanshow"].reason is None
    release = threading.Event()
    ways["snmp"].ask = lambda *_: release.wait(30)
    found = ask(deadline=0.2)
    release.set()
    assert found["snmpwalk"].reason is Reason.TIMED_OUT
    assert found["fanshow"].reason is None
