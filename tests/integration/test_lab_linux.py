"""The lab as a process, its Linux servers over SSH, and planted against found for every Linux scenario."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import catalogue, paths
from pacs_rounds.conductor import Inputs, Record, judge_host
from pacs_rounds.inventory import validate_site
from pacs_rounds.lab import control, hospital, keys, linux, overlay
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.model import BadInput
from pacs_rounds.transports import ssh
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.lab
SITE = validate_site(paths.INVENTORIES / "lab")
CHECKS = [check.id for check in catalogue.select(["linux.*"])]
# A hanging command is cut after four seconds here: what is tested is that it costs only its own checks.
COMMANDS = [replace(one, limit_seconds=min(one.limit_seconds, 4)) for one in
            catalogue.commands(catalogue.select(["linux.*"]))]
SCENARIOS = [path for path in sorted((paths.LAB / "scenarios").glob("*.yml"))
             if any(one["check"].startswith("linux.") for one in overlay.expected(path, CHECKS))
             and set(overlay.read(path)) & set(SITE.groups["linux_servers"])]


class Bench:
    """Servers on addresses of their own, in an event loop beside the test; state is kept between two starts."""

    def __init__(self, state: Path, network: str) -> None:
        self.state, self.network = state, network
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._running: list[Closable] = []
        self._served: list[str] = []
        keys.client_public(state)

    def start(self, devices: dict[str, Device], hosts: list[str]) -> Lab:
        """Serve some of the hospital's servers; the others are known, as one that is served may hold their copies."""
        self.stop()
        lab = Lab(self.state, time.time(), time.time() - 60, dict(devices))
        self._served = list(hosts)
        for name in hosts:
            address = ".".join([self.network, *devices[name].address.split(".")[2:]])
            lab.devices[name] = replace(devices[name], address=address)
            self._running.append(self._do(linux.start(lab.devices[name], lab)))
        served = {name: lab.devices[name] for name in hosts}
        (self.state / "known_hosts.txt").write_text(keys.known_hosts(served, self.state), encoding="ascii")
        return lab

    def stop(self) -> None:
        """Stop serving and wait for it."""
        async def close() -> None:
            for one in self._running:
                one.close()
        self._do(close())
        self._running.clear()

    def round(self, lab: Lab, previous: dict[str, Any] | None = None) -> list[Record]:
        """Probe the servers side by side over SSH and judge what they say."""
        with ThreadPoolExecutor(9) as pool:
            return [record for records in pool.map(lambda name: self._host(lab, name, previous), self._served)
                    for record in records]

    def _host(self, lab: Lab, name: str, previous: dict[str, Any] | None) -> list[Record]:
        endpoint = Endpoint(name, lab.devices[name].address, 2222, "rounds", key_file=str(self.state / "id_ed25519"),
                            known_hosts=str(self.state / "known_hosts.txt"), connect_seconds=5, deadline_seconds=60)
        register = SITE.group_vars["all"]["contract_devices_register"]
        inputs = Inputs("run", "lab", name, "linux_health", "linux", "ssh", CHECKS, rules=SITE.rules,
                        baseline=SITE.host_vars[name]["baseline"], contract=register.get(name, {}),
                        previous=(previous or {}).get(name, {}))
        return judge_host(inputs, ssh.ask(endpoint, COMMANDS), catalogue.load())

    def _do(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One bench for the module; each worker of a parallel test run has its own network."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    one = Bench(tmp_path_factory.mktemp("lab"), f"127.{220 + worker}")
    yield one
    one.stop()


def planted(path: Path | None, hosts: list[str]) -> list[dict[str, Any]]:
    """What a scenario says must be found on some hosts."""
    return [one for one in overlay.expected(path, CHECKS) if one["host"] in hosts and one["check"] in CHECKS]


def by_item(records: list[Record]) -> dict[str, Any]:
    """Records as the next round reads them: host -> check -> item."""
    kept: dict[str, Any] = {}
    for record in records:
        kept.setdefault(record["host"], {}).setdefault(record["check"], {})[record["item"]] = record
    return kept


def test_healthy_servers_show_what_healthy_expects_twice_in_a_row(bench: Bench) -> None:
    hosts = SITE.groups["linux_servers"]
    lab = bench.start(hospital.load(), hosts)
    first = bench.round(lab)
    assert overlay.compare(first, planted(None, hosts)) == ([], [])
    second = bench.round(bench.start(hospital.load(), hosts), by_item(first))
    assert overlay.compare(second, planted(None, hosts)) == ([], [])
    assert {record["host"] for record in second} == set(hosts)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_what_is_planted_is_found_and_nothing_else(bench: Bench, path: Path) -> None:
    scenario = overlay.read(path)
    hosts = [host for host in SITE.groups["linux_servers"] if host in scenario]
    previous = None
    if scenario.get("after_healthy"):
        previous = by_item(bench.round(bench.start(hospital.load(), hosts)))
    records = bench.round(bench.start(hospital.load(path), hosts), previous)
    assert overlay.compare(records, planted(path, hosts)) == ([], [])
    assert {record["check"] for record in records} == set(CHECKS)


def test_broken_connection_costs_what_was_not_yet_said(bench: Bench) -> None:
    devices = hospital.load()
    devices["ims"].state["faults"]["cut_connection_after"] = 5000
    records = bench.round(bench.start(devices, ["ims"]))
    assert {record["reason"] for record in records if record["outcome"] == "unknown"} == {"truncated"}
    assert {record["outcome"] for record in records} >= {"ok", "unknown"}


# --- the process -------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state directory of its own, with a blank in its name, and addresses beside those of a running lab."""
    state = tmp_path / "with a blank"
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    monkeypatch.setattr(paths, "STATE", state)
    monkeypatch.setenv("ROUNDS_STATE", str(state))
    monkeypatch.setenv(hospital.NETWORK, f"127.{200 + worker}")
    yield state
    control.down()


def openssh(status: control.Status, host: str, command: list[str], stdin: str | None = None) -> Any:
    """OpenSSH as a person would use it, with strict host keys."""
    state = control.directory()
    address = hospital.load()[host].address
    assert status.pid
    return subprocess.run(
        ["ssh", "-F", "none", "-p", "2222", "-i", str(state / "id_ed25519"), "-o", "StrictHostKeyChecking=yes",
         "-o", f'UserKnownHostsFile="{state / "known_hosts.txt"}"', "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
         f"rounds@{address}", *command],
        input=stdin, stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, text=True, timeout=20,
        check=False)


def test_up_serves_every_device_within_bounds_and_down_ends_it(place: Path) -> None:
    status = control.up()
    assert status.not_served == []
    assert status.devices == len(hospital.load())
    assert status.seconds < 5
    assert status.memory_mb < 300
    assert control.up() == replace(status, memory_mb=control.up().memory_mb)
    for device in list(hospital.load().values())[-130::40]:
        socket.create_connection((device.address, 3389), timeout=2).close()
    assert control.down() is True
    assert control.status() is None
    assert control.down() is False


def test_openssh_runs_commands_and_scripts(place: Path) -> None:
    status = control.up()
    done = openssh(status, "web", ["cat /proc/loadavg; echo problem >&2; exit 3"])
    assert (done.stdout[:15], done.stderr, done.returncode) == ("0.42 0.37 0.31 ", "problem\n", 3)
    script = "for word in 'a b'; do echo \"$word\"; done\nuname -n\nread line </etc/passwd; echo \"$line\"\nexit 4\n"
    for command in (["/bin/sh"], ["sh", "-s"], ["sh"], []):
        done = openssh(status, "web", command, script)
        assert (done.stdout, done.returncode) == ("a b\nweb\nroot:x:0:0::/root:/bin/bash\n", 4)
    assert openssh(status, "web", ["cat"], "to and fro\n").stdout == "to and fro\n"


def test_command_of_a_client_that_left_does_not_go_on(place: Path) -> None:
    status = control.up()
    mark = f"{time.time_ns()}"
    state = control.directory()
    client = subprocess.Popen(
        ["ssh", "-F", "none", "-p", "2222", "-i", str(state / "id_ed25519"), "-o", "StrictHostKeyChecking=yes",
         "-o", f'UserKnownHostsFile="{state / "known_hosts.txt"}"', "-o", "BatchMode=yes",
         f"rounds@{hospital.load()['web'].address}", f"sleep 300; echo {mark}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def running() -> bool:
        said = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
        return any(line.split()[0] == str(status.pid) and mark in line for line in said.splitlines())

    deadline = time.monotonic() + 10
    while not running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running()
    client.kill()
    client.wait()
    while running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running()


def test_host_keys_stay_and_uptimes_go_on_over_two_starts(place: Path) -> None:
    control.up()
    hosts = (control.directory() / "known_hosts.txt").read_text(encoding="ascii")
    assert hosts.count("\n[") + hosts.startswith("[") == 15  # nine servers, five switches, the SAN switch
    first = float(openssh(control.up(), "web", ["cat /proc/uptime"]).stdout.split()[0])
    control.down()
    second = float(openssh(control.up(), "web", ["cat /proc/uptime"]).stdout.split()[0])
    assert (control.directory() / "known_hosts.txt").read_text(encoding="ascii") == hosts
    assert first < second < first + 60


def test_killed_lab_is_not_taken_for_a_running_one(place: Path) -> None:
    status = control.up()
    os.kill(status.pid, signal.SIGKILL)
    os.waitpid(status.pid, 0)
    assert control.status() is None
    again = control.up()
    assert again.pid != status.pid


def test_process_that_took_over_the_id_is_left_alone(place: Path) -> None:
    status = control.up()
    control.down()
    other = subprocess.Popen(["sleep", "60"])
    try:
        kept = {"pid": other.pid, "ticks": status.ticks, "started": 0, "scenario": None, "devices": 1, "not_served": [],
                "seconds": 1}
        (control.directory() / "lab.json").write_text(json.dumps(kept), encoding="utf-8")
        assert control.status() is None
        assert control.down() is False
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_taken_address_is_named(place: Path) -> None:
    address = hospital.load()["ris-a"].address
    with socket.create_server((address, 2222)), pytest.raises(BadInput) as refusal:
        control.up()
    assert f"ris-a ({address})" in refusal.value.where
    assert "ss -lntp" in refusal.value.remedy
    assert control.status() is None


def test_scenario_that_is_wrong_keeps_the_lab_down(place: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text("title: {en: It, zh: 它的}\nwhy: It is wrong.\nexpect: []\nweb:\n  uptime: 1\n", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        control.up(path)
    assert refusal.value.where.endswith("wrong.yml:5")
    assert "uptime_days" in refusal.value.remedy
    with pytest.raises(BadInput, match="no such scenario"):
        control.up(Path("disk-ful"))
    assert control.status() is None


def test_second_scenario_asks_for_down_first(place: Path) -> None:
    status = control.up(Path("disk-full"))
    assert str(status.scenario).endswith("lab/scenarios/disk-full.yml")
    with pytest.raises(BadInput, match="already running"):
        control.up()
