"""A restore, rehearsed: the sealed copy of a switch is opened, typed into an empty switch of the same model, and read
back by the rounds' own transport. Nothing may differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import netmiko
import pyrage
import pytest
from test_lab_ios import Bench, legacy

from pacs_rounds import parse
from pacs_rounds.config_round import taking
from pacs_rounds.config_round.plan import plans
from pacs_rounds.configs import sealed
from pacs_rounds.model import Reason
from pacs_rounds.transports import network_cli
from pacs_rounds.transports.endpoint import Endpoint, disabled_algorithms

pytestmark = pytest.mark.lab
RUNNING, STARTUP = "show running-config", "show startup-config"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    one = Bench(tmp_path / "lab")
    yield one
    one.close()


def read(endpoint: Endpoint) -> dict[str, str]:
    return {one.command: one.text for one in network_cli.ask(endpoint, plans()["cisco_ios"].commands())}


def lines(text: str, command: str = RUNNING) -> list[str]:
    found: list[str] = parse.parse(f"cisco_ios.{command.replace(' ', '_').replace('-', '_')}", text)["lines"]
    return found


@pytest.mark.parametrize("name", ["access-1", "core-1", "access-3"])
def test_a_sealed_copy_typed_into_an_empty_switch_reads_back_the_same(
        name: str, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    identity = pyrage.x25519.Identity.generate()
    key = tmp_path / "identity"
    key.write_text(str(identity), encoding="ascii")
    desk = taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path,
                       {"path": str(tmp_path / "copies"), "recipients": [str(identity.to_public())]}, b"k" * 32)
    original = bench.start(name)
    answers = network_cli.ask(original, plans()["cisco_ios"].commands())
    told = parse.parse("configs.device", taking.take_home(desk, name, "cisco_ios", answers)[0].text)
    copy = next(one["sealed"] for one in told["documents"] if one["document"] == "running_config")
    assert desk.store
    restored = sealed.opened(desk.store.sealed_path(copy).read_bytes(), key).decode()

    empty = bench.start(name, session={"may_configure": True})
    assert lines(read(original)[RUNNING]) == lines(restored)
    typed = [line for line in restored.split("\nversion ", 1)[1].split("\n")[1:] if line != "end"]
    with netmiko.ConnectHandler(
            device_type="cisco_ios", host=empty.address, port=empty.port, username=empty.user,
            password=empty.password, secret=empty.enable_secret,
            disabled_algorithms=disabled_algorithms(legacy(name))) as session:
        session.enable()
        version = "version " + restored.split("\nversion ", 1)[1].split("\n", 1)[0]
        session.config_mode()
        session.write_channel("\n".join([version, *typed, "end", ""]))
        session.read_until_pattern(re.escape(name) + r"[.\d]*#", read_timeout=30)
        session.send_command("write", read_timeout=20)
    back = read(empty)
    assert lines(back[RUNNING]) == lines(restored)
    assert lines(back[STARTUP], STARTUP) == lines(restored)


def test_another_enable_secret_costs_only_what_needs_privilege(bench: Bench) -> None:
    """The switch asks three times: nothing of ours may be taken for a secret, nor time out behind the question."""
    endpoint = replace(bench.start("access-3"), enable_secret="not-this-one")
    said = {one.command: one.reason for one in network_cli.ask(endpoint, plans()["cisco_ios"].commands())}
    assert said[RUNNING] is said[STARTUP] is Reason.REFUSED
    assert said["show vlan"] is said["show version"] is None


def test_the_account_of_the_rounds_cannot_enter_configuration_mode(bench: Bench) -> None:
    with_shell = bench.start("access-3")
    with netmiko.ConnectHandler(device_type="cisco_ios", host=with_shell.address, port=with_shell.port,
                                username=with_shell.user, password=with_shell.password,
                                secret=with_shell.enable_secret) as session:
        session.enable()
        assert "Authorization failed" in session.send_command("configure terminal")
