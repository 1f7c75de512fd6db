"""The simulated switches over the wire: netmiko and the project's own transport, old algorithms, faults, limits."""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import netmiko
import pytest
import test_lab_ios_scenarios as offline

from pacs_rounds import catalogue, yamlfile
from pacs_rounds import paths as places
from pacs_rounds.conductor import judge_host
from pacs_rounds.lab import hospital, ios, keys, overlay
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.model import Reason
from pacs_rounds.transports import network_cli
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.lab
SWITCHES = ("access-1", "access-2", "core-1", "core-2", "access-3")
COMMANDS = catalogue.commands(catalogue.select(["catalyst.*"]))


class Bench:
    """A few switches on addresses of their own, in an event loop beside the test."""

    def __init__(self, state: Path) -> None:
        self.lab = Lab(state, time.time(), time.time())
        self.known_hosts = state / "known_hosts.txt"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._running: list[Closable] = []
        self._originals = hospital.load()
        self._count = 0

    def start(self, name: str, original: Device | None = None, **changes: Any) -> Endpoint:
        """Serve a switch, or one of a scenario, with some of its state changed; each start has its own address."""
        self._count += 1
        original = original or self._originals[name]
        state = copy.deepcopy(original.state)
        for key, value in changes.items():
            if isinstance(state[key], dict):
                state[key].update(value)
            else:
                state[key] = value
        device = replace(original, state=state, address=f"127.113.{self._count // 250}.{self._count % 250 + 1}",
                         name=f"{name}.{self._count}" if changes else name)
        self.lab.devices[device.name] = device
        self._running.append(asyncio.run_coroutine_threadsafe(ios.start(device, self.lab), self._loop).result(10))
        self.known_hosts.write_text(keys.known_hosts(self.lab.devices, self.lab.state), encoding="ascii")
        return self._endpoint(device)

    def _endpoint(self, device: Device) -> Endpoint:
        ssh = device.state["ssh"]
        return Endpoint(
            host=device.name, address=device.address, port=ssh["port"], user=ssh["user"], password=ssh["password"],
            enable_secret=device.state["session"]["enable_secret"], known_hosts=str(self.known_hosts),
            platform="cisco_ios", legacy_ssh=legacy(device.name.partition(".")[0]), connect_seconds=5.0,
            deadline_seconds=30.0)

    def log(self, endpoint: Endpoint) -> list[str]:
        return ios.command_log(self.lab.state, endpoint.host).read_text(encoding="utf-8").splitlines()

    def close(self) -> None:
        for one in self._running:
            self._loop.call_soon_threadsafe(one.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def legacy(name: str) -> dict[str, Any]:
    """The algorithms that the lab's inventory allows a switch."""
    path = places.INVENTORIES / "lab" / "host_vars" / name / "connection.yml"
    return dict(yamlfile.load(path).get("rounds_legacy_ssh", {})) if path.exists() else {}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("lab"))
    yield one
    one.close()


@pytest.mark.parametrize("name", SWITCHES)
def test_a_whole_round_through_the_projects_own_transport(bench: Bench, name: str) -> None:
    endpoint = bench.start(name)
    answers = {one.command: one for one in network_cli.ask(endpoint, COMMANDS)}
    unanswered = {command for command, one in answers.items() if one.reason is not None}
    stack = {"show env all", "show switch detail"}
    chassis = {"show environment alarm", "show environment status", "show module", "show redundancy"}
    assert unanswered == (stack if name.startswith("core") else chassis)
    assert all(answers[command].reason is Reason.TOOL_MISSING for command in unanswered)
    running = answers["show running-config"].text
    assert running.rstrip().endswith("end")
    assert f"hostname {endpoint.host}" in running
    assert "\x08" not in running
    assert "--More--" not in running


def test_a_round_changes_nothing(bench: Bench) -> None:
    endpoint = bench.start("core-2")
    network_cli.ask(endpoint, COMMANDS)
    told = bench.log(endpoint)
    assert not [line for line in told if line.startswith("!")]
    assert {line for line in told if not line.startswith(("show ", "terminal ", "enable", "exit"))} == set()
    assert {one.command for one in COMMANDS} <= set(told)


def test_a_command_that_would_change_the_switch_is_refused_and_kept(bench: Bench) -> None:
    endpoint = bench.start("core-2", hostname="core-2")
    session = network_cli.connect(endpoint)
    session.enable()
    assert "% Authorization failed" in session.send_command("write memory", auto_find_prompt=False)
    session.disconnect()
    assert "! write memory" in bench.log(endpoint)


@pytest.mark.parametrize("name", ["access-1", "access-2"])
def test_an_old_switch_offers_nothing_that_todays_client_takes_unasked(bench: Bench, name: str) -> None:
    endpoint = bench.start(name)
    assert endpoint.legacy_ssh["reason"]
    assert endpoint.legacy_ssh["expires"]
    endpoint.legacy_ssh = {}
    answers = network_cli.ask(endpoint, COMMANDS[:2])
    assert {one.reason for one in answers} == {Reason.REFUSED}
    assert "rounds_legacy_ssh" in answers[0].detail


async def _offered(endpoint: Endpoint, **algorithms: Any) -> None:
    async with asyncssh.connect(endpoint.address, endpoint.port, username=endpoint.user, password=endpoint.password,
                                known_hosts=None, config=None, **algorithms):
        pass


def test_old_algorithms_one_by_one(bench: Bench) -> None:
    endpoint = bench.start("access-1")
    right = {"kex_algs": ["diffie-hellman-group1-sha1"], "encryption_algs": ["3des-cbc"], "mac_algs": ["hmac-sha1"],
             "server_host_key_algs": ["ssh-rsa"]}
    asyncio.run(_offered(endpoint, **right))
    for wrong in ({"kex_algs": ["curve25519-sha256"]}, {"encryption_algs": ["aes256-ctr"]},
                  {"mac_algs": ["hmac-sha2-256"]}, {"server_host_key_algs": ["rsa-sha2-256"]}):
        with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.DisconnectError)):
            asyncio.run(_offered(endpoint, **{**right, **wrong}))


def test_plain_netmiko_without_enable(bench: Bench) -> None:
    endpoint = bench.start("access-3")
    with netmiko.ConnectHandler(device_type="cisco_ios", host=endpoint.address, port=endpoint.port,
                                username=endpoint.user, password=endpoint.password) as session:
        assert session.find_prompt() == "access-3>"
        assert "uptime is" in session.send_command("show version")
        assert "% Invalid input" in session.send_command("show running-config")


def test_the_exec_channel(bench: Bench) -> None:
    endpoint = bench.start("access-3")

    async def ask() -> str:
        async with asyncssh.connect(endpoint.address, endpoint.port, username=endpoint.user,
                                    password=endpoint.password, known_hosts=None, config=None) as connection:
            return str((await connection.run("show version | include uptime")).stdout)

    assert "access-3 uptime is" in asyncio.run(ask())


class TestFaults:
    def ask(self, endpoint: Endpoint, *commands: str) -> dict[str, Any]:
        wanted = [catalogue.Collect(command, "", 2.0) for command in commands]
        return {one.command: one for one in network_cli.ask(endpoint, wanted)}

    def test_enable_refused(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", session={"enable_refused": True})
        said = self.ask(endpoint, "show version", "show running-config")
        assert said["show version"].reason is None
        assert said["show running-config"].reason is Reason.REFUSED

    def test_login_refused(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", faults={"refuse_login": True})
        assert self.ask(endpoint, "show version")["show version"].reason is Reason.REFUSED

    def test_somebody_elses_host_key(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", faults={"wrong_host_key": True})
        said = self.ask(endpoint, "show version")["show version"]
        assert said.reason is Reason.REFUSED
        assert "host key" in said.detail

    def test_a_command_that_hangs_costs_only_itself(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", faults={"hang": ["show clock"]})
        said = self.ask(endpoint, "show version", "show clock", "show vtp status")
        assert said["show clock"].reason is Reason.TIMED_OUT
        assert said["show version"].reason is None
        assert said["show vtp status"].reason is None

    def test_a_session_lost_in_the_middle_of_an_answer(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", session={"drop_during": {"show interfaces": 3000}})
        said = self.ask(endpoint, "show version", "show interfaces", "show clock")
        assert said["show interfaces"].reason in {Reason.TRUNCATED, Reason.TIMED_OUT}
        assert said["show clock"].reason is None

    def test_no_free_session(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", session={"limit": 1})
        first = network_cli.connect(endpoint)
        try:
            said = self.ask(endpoint, "show version")["show version"]
        finally:
            first.disconnect()
        assert said.reason is not None

    def test_a_slow_switch(self, bench: Bench) -> None:
        endpoint = bench.start("access-3", faults={"delay_seconds": 0.4})
        said = self.ask(endpoint, "show clock")["show clock"]
        assert said.reason is None
        assert said.ended - said.started >= 0.4

    @pytest.mark.parametrize("fault", ["refuse_connection", "silent"])
    def test_an_address_that_does_not_speak(self, bench: Bench, fault: str) -> None:
        endpoint = bench.start("access-3", faults={fault: True})
        endpoint.connect_seconds = 1.0
        said = self.ask(endpoint, "show version")["show version"]
        assert said.reason in {Reason.UNREACHABLE, Reason.TIMED_OUT}


@pytest.mark.parametrize("scenario", [
    "switch-unreachable", "switch-refuses-login", "switch-refuses-enable", "switch-hangs-mid-output",
    "port-err-disabled"])
def test_over_the_wire_a_scenario_gives_what_it_gives_without(bench: Bench, scenario: str) -> None:
    path = places.LAB / "scenarios" / f"{scenario}.yml"
    for name, device in offline.switches(path).items():
        if name not in overlay.read(path):
            continue
        asking = offline.inputs(name)
        answers = network_cli.ask(bench.start(name, device), COMMANDS)
        found = offline.findings(judge_host(asking, answers, catalogue.load()))
        assert found == {one for one in offline.expected(path) if one[0] == name}


def test_many_sessions_at_once(bench: Bench) -> None:
    endpoint = bench.start("core-1")

    def one(_number: int) -> str:
        with netmiko.ConnectHandler(device_type="cisco_ios", host=endpoint.address, port=endpoint.port,
                                    username=endpoint.user, password=endpoint.password) as session:
            return str(session.send_command("show module | include WS-", expect_string=r">"))

    with ThreadPoolExecutor(10) as pool:
        said = set(pool.map(one, range(10)))
    assert len(said) == 1
    assert said.pop().count("WS-X67") == 2


