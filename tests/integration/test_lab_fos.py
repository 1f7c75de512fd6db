"""The simulated Fabric OS switch over the wire: netmiko and the project's own transport, old algorithms, few sessions,
faults, dialects."""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import netmiko
import pytest

from pacs_rounds import parse, yamlfile
from pacs_rounds import paths as places
from pacs_rounds.catalogue import Collect
from pacs_rounds.lab import fos, fos_snmp, hospital, keys
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import network_cli, snmp
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.lab
RELEASES = ("v5.3.2c", "v6.2.2g", "v7.4.2c")
EVERYWHERE = (
    "switchstatusshow", "switchshow", "sensorshow", "fanshow", "psshow", "tempshow", "porterrshow", "sfpshow",
    "cfgshow", "cfgtransshow", "nsshow", "fabricshow", "firmwareshow", "version", "uptime", "errdump", "licenseshow",
    "date", "tsclockserver", "chassisshow")
LEGACY = yamlfile.load(places.INVENTORIES / "lab" / "host_vars" / "san-1" / "connection.yml")["rounds_legacy_ssh"]
SNMP_KEYS = ("port", "versions", "user", "auth_protocol", "auth_key", "priv_protocol", "priv_key", "community")
SW = "1.3.6.1.4.1.1588.2.1.1.1"


class Bench:
    """Switches on addresses of their own, in an event loop beside the test."""

    def __init__(self, state: Path) -> None:
        self.lab = Lab(state, time.time(), time.time())
        self.known_hosts = state / "known_hosts.txt"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._running: list[Closable] = []
        self._original = hospital.load()["san-1"]
        self._count = 0

    def start(self, **changes: Any) -> Endpoint:
        """Serve the switch with some of its state changed; each start has its own address and name."""
        self._count += 1
        state = copy.deepcopy(self._original.state)
        for key, value in changes.items():
            state[key] = {**state[key], **value} if isinstance(state[key], dict) else value
        state["switch_name"] = "san-1"
        device = replace(self._original, state=state, address=f"127.114.3.{self._count}", name=f"san-1.{self._count}")
        self.lab.devices[device.name] = device
        for kind in (fos, fos_snmp):
            starting = asyncio.run_coroutine_threadsafe(kind.start(device, self.lab), self._loop)
            self._running.append(starting.result(10))
        self.known_hosts.write_text(keys.known_hosts(self.lab.devices, self.lab.state), encoding="ascii")
        return self._endpoint(device)

    def _endpoint(self, device: Device) -> Endpoint:
        ssh = device.state["ssh"]
        return Endpoint(
            host=device.name, address=device.address, port=ssh["port"], user=ssh["user"], password=ssh["password"],
            known_hosts=str(self.known_hosts), platform="brocade_fos", netmiko_type="brocade_fos",
            legacy_ssh=dict(LEGACY), connect_seconds=5.0, deadline_seconds=30.0,
            ways={"snmp": {key: device.state["snmp"][key] for key in SNMP_KEYS}})

    def log(self, endpoint: Endpoint) -> list[str]:
        """What the switch was told; a farewell may still be under way."""
        told = fos.command_log(self.lab.state, endpoint.host).read_text(encoding="utf-8").splitlines()
        return [line for line in told if line != "exit"]

    def close(self) -> None:
        for one in self._running:
            self._loop.call_soon_threadsafe(one.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("lab"))
    yield one
    one.close()


def ask(endpoint: Endpoint, *commands: str, limit: float = 2.0) -> dict[str, Answer]:
    return {one.command: one for one in network_cli.ask(endpoint, [Collect(word, "", limit) for word in commands])}


@pytest.mark.parametrize("release", RELEASES)
def test_every_command_is_answered_in_each_dialect(bench: Bench, release: str) -> None:
    endpoint = bench.start(release=release)
    said = ask(endpoint, *EVERYWHERE)
    assert {command: one.detail for command, one in said.items() if one.reason} == {}
    for command, one in said.items():
        assert command not in one.text, "the echo"
        assert "rounds>" not in one.text, "the prompt"
        assert len(one.text.strip()) > 3
    assert said["version"].text.splitlines()[1].split() == ["Fabric", "OS:", release]
    assert said["switchstatusshow"].text.count("HEALTHY") == (8 if release < "v6" else 9)
    assert said["porterrshow"].text.count("\n") == (18 if release < "v7" else 17)


def test_a_round_is_one_session_without_waits(bench: Bench) -> None:
    endpoint = bench.start(release="v6.2.2g")
    ask(endpoint, "version")
    began = time.monotonic()
    said = ask(endpoint, *EVERYWHERE)
    assert time.monotonic() - began < 1.0, "netmiko's own preparation alone takes that long"
    assert all(one.reason is None for one in said.values())
    assert bench.log(endpoint) == ["version", *EVERYWHERE]


def test_optics_are_measured_from_6_0_on_and_unknown_to_5_3(bench: Bench) -> None:
    old = ask(bench.start(), "sfpshow -all", "mapsdb --show")
    assert {one.reason for one in old.values()} == {Reason.TOOL_MISSING}
    assert "rbash: mapsdb: command not found" in old["mapsdb --show"].detail
    new = ask(bench.start(release="v7.4.2c"), "sfpshow -all")["sfpshow -all"]
    assert new.reason is None
    assert new.text.count("RX Power:") == 8


@pytest.mark.parametrize("release", RELEASES)
def test_a_pager_is_answered_and_leaves_no_trace(bench: Bench, release: str) -> None:
    whole = ask(bench.start(release=release), "switchshow", "cfgshow", "chassisshow")
    paged = ask(bench.start(release=release, session={"page_lines": 5}), "switchshow", "cfgshow", "chassisshow")
    for command, one in whole.items():
        assert paged[command].reason is None
        assert paged[command].text == one.text


def test_the_factorys_passwords_are_left_alone(bench: Bench) -> None:
    endpoint = bench.start(session={"password_reminder": True})
    said = ask(endpoint, "version")
    assert said["version"].reason is None
    assert bench.log(endpoint) == ["version"], "Enter would have gone on with changing the password"


def test_netmikos_own_first_key_would_have_gone_on_with_the_password(bench: Bench) -> None:
    """Why there is a session of our own: remove it when netmiko waits for the prompt before it presses anything."""
    endpoint = bench.start(session={"password_reminder": True})
    with pytest.raises((netmiko.NetmikoBaseException, netmiko.ReadException, ValueError)):
        netmiko.ConnectHandler(device_type="brocade_fos", host=endpoint.address, port=endpoint.port,
                               username=endpoint.user, password=endpoint.password, read_timeout_override=1)
    assert bench.log(endpoint)[:1] == ["! passwd"]


class TestRefusals:
    def test_no_free_session_is_not_a_wrong_password(self, bench: Bench) -> None:
        one = ask(bench.start(session={"taken": 4}), "version")["version"]
        assert one.reason is Reason.REFUSED
        assert one.detail.startswith("no free session on the device")
        assert "Max remote sessions for login:rounds is 4" in one.detail

    def test_nor_when_the_switch_says_so_before_it_refuses_the_log_in(self, bench: Bench) -> None:
        endpoint = bench.start(faults={"refuse_login": True},
                               ssh={"banner": "Sorry! Max remote sessions for login:rounds is 4\n"})
        one = ask(endpoint, "version")["version"]
        assert one.reason is Reason.REFUSED
        assert one.detail.startswith("no free session on the device")

    def test_a_wrong_password(self, bench: Bench) -> None:
        endpoint = bench.start()
        endpoint.password = "something else"
        one = ask(endpoint, "version")["version"]
        assert one.reason is Reason.REFUSED
        assert one.detail.startswith("login refused: user, key or password")

    def test_a_free_session_after_ours(self, bench: Bench) -> None:
        """Ours is closed at once: with one place, round after round finds it free."""
        endpoint = bench.start(session={"limit": 1})
        for _ in range(3):
            assert ask(endpoint, "version")["version"].reason is None

    def test_a_command_that_would_change_the_switch(self, bench: Bench) -> None:
        endpoint = bench.start()
        one = ask(endpoint, "portdisable 4")["portdisable 4"]
        assert one.reason is Reason.REFUSED
        assert "RBAC permission denied" in one.detail
        assert "! portdisable 4" in bench.log(endpoint)

    def test_todays_algorithms_alone_find_no_common_word(self, bench: Bench) -> None:
        endpoint = bench.start()
        endpoint.legacy_ssh = {}
        one = ask(endpoint, "version")["version"]
        assert one.reason is Reason.REFUSED
        assert "rounds_legacy_ssh" in one.detail

    def test_somebody_elses_host_key(self, bench: Bench) -> None:
        one = ask(bench.start(faults={"wrong_host_key": True}), "version")["version"]
        assert one.reason is Reason.REFUSED
        assert "host key" in one.detail


class TestFaults:
    def test_a_command_that_hangs_costs_only_itself(self, bench: Bench) -> None:
        said = ask(bench.start(faults={"hang": ["nsshow"]}), "version", "nsshow", "uptime")
        assert said["nsshow"].reason is Reason.TIMED_OUT
        assert said["version"].reason is None
        assert said["uptime"].reason is None

    def test_a_session_lost_in_the_middle_of_an_answer(self, bench: Bench) -> None:
        said = ask(bench.start(session={"drop_during": {"porterrshow": 700}}), "version", "porterrshow", "uptime")
        assert said["porterrshow"].reason is Reason.TRUNCATED
        assert said["uptime"].reason is None

    def test_an_answer_without_end(self, bench: Bench) -> None:
        said = ask(bench.start(faults={"flood": {"errdump": 3_000_000}}), "errdump", "version", limit=20.0)
        assert said["errdump"].reason is Reason.TRUNCATED
        assert said["version"].reason is None

    def test_the_switch_gives_up_its_own_command(self, bench: Bench) -> None:
        said = ask(bench.start(faults={"answers": {"nsshow": "Timed out"}}), "nsshow")
        assert said["nsshow"].reason is Reason.TIMED_OUT

    def test_a_switch_that_never_shows_its_prompt(self, bench: Bench) -> None:
        endpoint = bench.start(switch_name="", session={"page_lines": 0}, fabric_id=128)
        endpoint.connect_seconds = 1.0
        device = bench.lab.devices[endpoint.host]
        device.state["faults"]["cut_connection_after"] = 5
        said = ask(endpoint, "version")["version"]
        assert said.reason in {Reason.UNREACHABLE, Reason.TIMED_OUT}

    @pytest.mark.parametrize("fault", ["refuse_connection", "silent", "black_hole"])
    def test_an_address_that_does_not_speak(self, bench: Bench, fault: str) -> None:
        endpoint = bench.start(faults={fault: True})
        endpoint.connect_seconds = 1.0
        assert ask(endpoint, "version")["version"].reason in {Reason.UNREACHABLE, Reason.TIMED_OUT}


async def _exec(endpoint: Endpoint, command: str) -> str:
    async with asyncssh.connect(
            endpoint.address, endpoint.port, username=endpoint.user, password=endpoint.password, known_hosts=None,
            config=None, kex_algs=["diffie-hellman-group14-sha1"], encryption_algs=["aes128-cbc"],
            mac_algs=["hmac-sha1"], server_host_key_algs=["ssh-rsa"]) as connection:
        return str((await connection.run(command)).stdout)


def test_over_an_exec_channel_an_old_switch_finds_none_of_its_commands(bench: Bench) -> None:
    assert asyncio.run(_exec(bench.start(), "version")) == "rbash: version: command not found\r\n"
    assert "v6.2.2g" in asyncio.run(_exec(bench.start(release="v6.2.2g"), "version"))


def test_only_the_algorithms_of_its_time(bench: Bench) -> None:
    endpoint = bench.start()

    async def offered(**algorithms: Any) -> None:
        async with asyncssh.connect(endpoint.address, endpoint.port, username=endpoint.user,
                                    password=endpoint.password, known_hosts=None, config=None, **algorithms):
            pass

    right = {"kex_algs": ["diffie-hellman-group1-sha1"], "encryption_algs": ["3des-cbc"], "mac_algs": ["hmac-sha1"],
             "server_host_key_algs": ["ssh-rsa"]}
    asyncio.run(offered(**right))
    for wrong in ({"kex_algs": ["curve25519-sha256"]}, {"encryption_algs": ["aes256-ctr"]},
                  {"mac_algs": ["hmac-sha2-256"]}, {"server_host_key_algs": ["rsa-sha2-256"]}):
        with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.DisconnectError)):
            asyncio.run(offered(**{**right, **wrong}))


class TestSnmp:
    def read(self, endpoint: Endpoint, parser: str, below: str) -> Any:
        answer, = snmp.ask(endpoint, [Collect(f"snmpwalk -On {SW}.{below}", parser)])
        assert answer.reason is None, answer.detail
        return parse.parse(parser, answer.text)

    @pytest.mark.parametrize("release", RELEASES)
    def test_the_second_witness_says_what_the_first_says(self, bench: Bench, release: str) -> None:
        endpoint = bench.start(release=release, fans={"2": {"state": "Faulty", "rpm": 0}}, ports={"5": {"crc_err": 77}})
        assert self.read(endpoint, "brocade_fos.snmp_switch", "1")["firmware"] == release
        fans = [one for one in self.read(endpoint, "brocade_fos.snmp_sensors", "1") if one["kind"] == "fan"]
        cli = parse.parse("brocade_fos.fanshow", ask(endpoint, "fanshow")["fanshow"].text)
        assert [one["state"] for one in fans] == ["nominal", "faulty", "nominal"]
        assert [one["state"] for one in cli] == ["ok", "faulty", "ok"]
        ports = self.read(endpoint, "brocade_fos.snmp_ports", "6.2.1")
        shown = parse.parse("brocade_fos.switchshow", ask(endpoint, "switchshow")["switchshow"].text)["ports"]
        assert len(ports) == len(shown) == 16
        assert [one["state"] == "online" for one in ports] == [one["state"] == "online" for one in shown]

    def test_a_silent_agent(self, bench: Bench) -> None:
        endpoint = bench.start(snmp={"silent": True})
        endpoint.connect_seconds = 1.0
        answer, = snmp.ask(endpoint, [Collect(f"snmpwalk -On {SW}.1", "")])
        assert answer.reason is Reason.TIMED_OUT
        assert ask(endpoint, "version")["version"].reason is None
