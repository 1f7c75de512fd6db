"""A 6513 with CatOS over the wire: copies by the rounds' own session, every way in, every fault, and a restore."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest
from test_config_telnet import _Line, _Server
from test_lab_ios import Bench

from pacs_rounds import parse
from pacs_rounds.config_round import taking
from pacs_rounds.config_round.plan import plans
from pacs_rounds.configs import restore
from pacs_rounds.lab import hospital
from pacs_rounds.lab.catos_cli import CatosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import catos_session, network_cli
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.lab
PLAN = plans()["cisco_catos"]
CONFIG = "show config"
IDENTITY = pyrage.x25519.Identity.generate()
SECRETS = ("lab-tacacs-w0rd", "lab-r3ad-0nly", "lab-wr1te", "lab-trap-word", "$2$")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("lab"))
    yield one
    one.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> taking.Desk:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    return taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path, {
        "path": str(tmp_path / "copies"), "recipients": [str(IDENTITY.to_public())]}, b"k" * 32)


def core(bench: Bench, **changes: Any) -> Endpoint:
    return replace(bench.start("core-2", operating_system="catos", **changes), platform="cisco_catos", legacy_ssh={},
                   connect_seconds=20.0, deadline_seconds=90.0)


def ask(endpoint: Endpoint) -> list[Answer]:
    return network_cli.ask(endpoint, PLAN.asked(["catalyst_health", "config_backup"]))


def texts(answers: list[Answer]) -> dict[str, str]:
    return {one.command: one.text for one in answers if one.reason is None}


def commands(text: str) -> list[str]:
    """What a copy tells the switch: `begin` and `end` bound the file, the rest is comment."""
    return [line for line in text.split("\n") if line not in {"begin", "end", ""} and not line.startswith(("#", "!"))]


def kept(desk: taking.Desk, answers: list[Answer]) -> dict[str, tuple[str, str]]:
    """Document -> state and reason, as the round tells it."""
    told = taking.take_home(desk, "core-2", "cisco_catos", answers)
    assert not any(secret in one.text for one in told for secret in SECRETS)
    facts = parse.parse("configs.device", told[0].text)
    return {one["document"]: (one["state"], one["reason"]) for one in facts["documents"]}


def test_every_document_is_kept_and_nothing_changes(bench: Bench, desk: taking.Desk) -> None:
    endpoint = core(bench, catos={"msfc": "core-2-msfc"})
    answers = ask(endpoint)
    assert kept(desk, answers) == {one.word: ("new", "") for one in PLAN.documents}
    told = bench.log(endpoint)
    assert told == ["enable", "set length 0", *[one.command for one in answers], "exit"]
    again = kept(desk, ask(endpoint))
    assert again == {one.word: ("unchanged", "") for one in PLAN.documents}


@pytest.mark.parametrize("changes", [
    {"ssh": {"keyboard_interactive": True}}, {"session": {"login_level": 15}}, {"catos": {"prompt": "Imaging core>"}},
    {"faults": {"answers": {"set length 0": "Permission denied."}}}],
    ids=["keyboard-interactive", "privileged-at-once", "a-prompt-of-its-own", "pager"])
def test_other_ways_in_give_the_same_texts(bench: Bench, changes: dict[str, Any]) -> None:
    endpoint = core(bench, hostname="core-2", **changes)
    plain, told = texts(ask(core(bench, hostname="core-2"))), texts(ask(endpoint))
    assert set(told) == set(plain) == {one.command for one in PLAN.asked([])}
    for command in ("show vlan", "show vtp domain", "show cdp neighbors detail", "show config mode"):
        assert told[command] == plain[command]
    for command in ("show version", "show module"):  # made-up serials and addresses differ from device to device
        assert [len(line) for line in told[command].split("\n")] == [len(line) for line in plain[command].split("\n")]
    differing = set(commands(told[CONFIG])) ^ set(commands(plain[CONFIG]))
    assert all(line.startswith("set interface sc0 ") for line in differing)
    assert f" {endpoint.address}/" in told[CONFIG]


def test_old_algorithms_only_where_the_inventory_allows_them(bench: Bench) -> None:
    old = {"kex": ["diffie-hellman-group14-sha1"], "encryption": ["3des-cbc"], "mac": ["hmac-sha1"],
           "host_key_algorithms": ["ssh-rsa"]}
    endpoint = core(bench, ssh=old)
    refused = ask(endpoint)
    assert {one.reason for one in refused} == {Reason.REFUSED}
    assert "no common SSH algorithm" in refused[0].detail
    allowed = {"kex": old["kex"], "ciphers": old["encryption"], "macs": old["mac"], "host_key_types": ["ssh-rsa"]}
    assert CONFIG in texts(ask(replace(endpoint, legacy_ssh=allowed)))


def test_a_wrong_enable_secret_costs_what_needs_it_and_says_so(bench: Bench, desk: taking.Desk) -> None:
    endpoint = replace(core(bench), enable_secret="not-this-one")
    answers = ask(endpoint)
    (config,) = (one for one in answers if one.command == CONFIG)
    assert config.reason is Reason.REFUSED
    assert config.detail.startswith("enable refused: the secret was not accepted")
    assert kept(desk, answers)["config"] == ("gap", "refused")
    assert kept(desk, answers)["version"][0] in {"new", "unchanged"}
    assert "not-this-one" not in " ".join(bench.log(endpoint))


@pytest.mark.parametrize(("fault", "reason"), [
    ({"truncate": {CONFIG: 1500}}, "no_end"),
    ({"answers": {CONFIG: "begin\n#version 8.7(3)\n" + "set vlan 1 name a\n" * 20 + "--More--\n\nend\n"}},
     "pager_residue"),
    ({"answers": {CONFIG: "begin\n#version 8.7(3)\n" + "set vlan 1 name a\n" * 20
                          + "2026 Nov 22 10:00:00 CST +08:00 %SYS-5-MOD_OK:Module 1 is online\nend\n"}}, "cli_error"),
    ({"missing": [CONFIG]}, "tool_missing")])
def test_what_is_no_whole_configuration_is_not_kept(
        bench: Bench, desk: taking.Desk, fault: dict[str, Any], reason: str) -> None:
    kept(desk, ask(core(bench, hostname="core-2")))
    assert desk.store
    before = desk.store.history.text("core-2", "config")
    state = kept(desk, ask(core(bench, hostname="core-2", faults=fault)))["config"]
    assert state == ("gap" if reason == "tool_missing" else "quarantined", reason)
    assert desk.store.history.text("core-2", "config") == before


def test_a_session_lost_half_way_costs_one_document(bench: Bench, desk: taking.Desk) -> None:
    answers = ask(core(bench, session={"drop_during": {CONFIG: 1200}}))
    state = kept(desk, answers)
    assert state.pop("config") == ("gap", "truncated")
    assert set(state.values()) == {("new", "")}


def test_a_wrong_password_and_another_host_key_are_refused(bench: Bench) -> None:
    endpoint = core(bench)
    assert {one.reason for one in ask(replace(endpoint, password="another"))} == {Reason.REFUSED}
    stranger = ask(core(bench, faults={"wrong_host_key": True}))
    assert {one.reason for one in stranger} == {Reason.REFUSED}
    assert "host key" in stranger[0].detail


def test_the_other_software_than_the_inventory_says_is_named(bench: Bench) -> None:
    """Nobody has said yet which of the two the core switches run: the first round must."""
    catos, ios = core(bench), bench.start("core-2")
    said = network_cli.ask(replace(catos, platform="cisco_ios"), plans()["cisco_ios"].commands())
    assert {(one.reason, one.detail) for one in said} == {(
        Reason.UNPARSABLE, "this switch's prompt is that of CatOS: rounds_platform cisco_catos in its host_vars")}
    for endpoint in (ios, bench.start("core-2", session={"login_level": 15})):
        said = ask(replace(endpoint, platform="cisco_catos"))
        assert {(one.reason, one.detail) for one in said} == {(
            Reason.UNPARSABLE, "this switch's prompt is that of IOS: rounds_platform cisco_ios in its host_vars")}
        assert len(said) == len(PLAN.asked([]))


def test_what_would_outlive_the_session_is_a_change() -> None:
    state = {**hospital.load()["core-2"].state, "operating_system": "catos"}
    device = IosDevice("core-2", "127.13.4.4", state, time.time)
    cli = CatosCli(device)
    cli.feed("set length 0\rset length 0 default\rset vlan 10 1/1\rclear config all\r")
    assert device.changes == ["set length 0 default", "set vlan 10 1/1", "clear config all"]
    assert CatosCli(device).length == 24


class _Catos(_Line):
    """The simulated switch over telnet: it asks for a password alone."""

    def handle(self) -> None:
        self.request.sendall(b"\r\n\r\nCisco Systems Console\r\n\r\n\r\n")
        if self._asked(b"Enter password: ", False) != "in-clear":
            self.request.sendall(b"\r\nEnter password: ")
            return
        cli = CatosCli(self.switch)
        self.request.sendall(cli.greeting().encode())
        while not cli.closed and (data := self.request.recv(4096)):
            self.request.sendall(cli.feed(data.decode("ascii", "ignore")).encode())


@pytest.fixture
def by_telnet() -> Iterator[Endpoint]:
    state = {**hospital.load()["core-2"].state, "operating_system": "catos"}
    handler: type[socketserver.BaseRequestHandler] = type(
        "Line", (_Catos,), {"switch": IosDevice("core-2", "127.0.0.1", state, time.time)})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Endpoint("core-2", "127.0.0.1", server.server_address[1], "", "in-clear", platform="cisco_catos",
                       enable_secret=state["session"]["enable_secret"], netmiko_type="cisco_catos_telnet",
                       connect_seconds=20.0, deadline_seconds=90.0)
        with contextlib.suppress(OSError):
            server.shutdown()


def test_over_telnet_the_same_is_kept(by_telnet: Endpoint, desk: taking.Desk) -> None:
    answers = ask(by_telnet)
    assert kept(desk, answers) == {one.word: ("new", "") for one in PLAN.documents}
    by_telnet.password = "another"
    refused = ask(by_telnet)
    assert {one.reason for one in refused} == {Reason.REFUSED}
    assert "telnet log-in was refused" in refused[0].detail


def test_a_sealed_copy_loaded_onto_a_cleared_switch_reads_back_the_same(
        bench: Bench, desk: taking.Desk, tmp_path: Path) -> None:
    """As `rounds configs restore` says: clear the switch, then load the copy line by line."""
    original = core(bench, hostname="core-2")
    answers = ask(original)
    kept(desk, answers)
    key = tmp_path / "identity"
    key.write_text(str(IDENTITY), encoding="ascii")
    assert desk.store
    sealed = restore.plain(desk.store, "core-2", "config", desk.store.history.head(), key)
    text = restore.loadable("cisco_catos", "config", sealed).decode()
    assert text.startswith("begin\n")
    empty = core(bench, hostname="core-2", session={"may_configure": True})
    assert "set vlan" not in texts(ask(empty))[CONFIG]
    session = network_cli.connect(empty)
    assert isinstance(session, catos_session.CatosSession)
    session.enable()
    for line in ["clear config all", *commands(text)]:
        network_cli._send(session, line, 10.0)
    session.disconnect()
    back = texts(ask(empty))[CONFIG]
    assert commands(restore.loadable("cisco_catos", "config", back.encode()).decode()) == commands(text)
