"""A switch without SSH: its settings are read over telnet by the rounds' own transport, and the way is a finding."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pacs_rounds import catalogue, parse
from pacs_rounds.conductor import Inputs, judge_host
from pacs_rounds.config_round import taking
from pacs_rounds.config_round.plan import plans
from pacs_rounds.lab import hospital
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.model import Reason
from pacs_rounds.transports import inventory, network_cli
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.lab
USER, PASSWORD = "rounds", "in-clear"
REFUSED = "the telnet log-in was refused or not taken up"


class _Line(socketserver.BaseRequestHandler):
    """One telnet session: log-in in clear, then the simulated command line. It negotiates nothing."""

    switch: IosDevice

    def handle(self) -> None:
        self.request.sendall(b"\r\nUser Access Verification\r\n\r\n")
        for _ in range(3):
            if [self._asked(b"Username: ", True), self._asked(b"Password: ", False)] == [USER, PASSWORD]:
                break
            self.request.sendall(b"\r\n% Login invalid\r\n\r\n")
        else:
            return
        cli = IosCli(self.switch)
        self.request.sendall(cli.greeting().encode())
        while not cli.closed and (data := self.request.recv(4096)):
            self.request.sendall(cli.feed(data.decode("ascii", "ignore")).encode())

    def _asked(self, prompt: bytes, echo: bool) -> str:
        self.request.sendall(prompt)
        said = b""
        while not said.endswith((b"\r", b"\n")) and (data := self.request.recv(64)):
            said += data.replace(b"\0", b"")
            if echo:
                self.request.sendall(data)
            said = said.lstrip(b"\r\n") if not said.strip() else said.replace(b"\r\n", b"\n")
        return said.decode("ascii", "ignore").strip()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is no news."""


@pytest.fixture
def switch() -> Iterator[Endpoint]:
    device = hospital.load()["access-1"]
    line = type("Line", (_Line,), {"switch": IosDevice("access-1", "127.0.0.1", device.state, time.time, None)})
    with _Server(("127.0.0.1", 0), line) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Endpoint("access-1", "127.0.0.1", server.server_address[1], USER, PASSWORD, platform="cisco_ios",
                       enable_secret=device.state["session"]["enable_secret"], netmiko_type="cisco_ios_telnet",
                       connect_seconds=5.0, deadline_seconds=60.0)
        with contextlib.suppress(OSError):
            server.shutdown()


def test_settings_come_whole_over_telnet_and_the_way_is_told(switch: Endpoint, tmp_path: Path) -> None:
    answers = network_cli.ask(switch, plans()["cisco_ios"].asked(["config_backup"]))
    desk = taking.desk("lab", "20261122T010203Z-configs-ab12", tmp_path, {"path": str(tmp_path / "copies")}, b"k" * 32)
    device = inventory.as_text({
        "host": "access-1", "groups": ["lan_switches"], "address": "127.0.0.1", "platform": "cisco_ios",
        "contract": {}, "roles_planned": ["config_backup"], "netmiko_type": "cisco_ios_telnet",
        "telnet": {"reason": "an image without SSH", "expires": "2099-12-31"}})
    hosts = inventory.as_text({"hosts": {"core-1": "", "access-1": "127.0.0.1"}})
    checks = ["configs.backup", "configs.telnet", "configs.unknown_neighbours"]
    commands = catalogue.commands(catalogue.select(checks))
    told = [*taking.take_home(desk, "access-1", "cisco_ios", answers),
            *inventory.ask({"inventory device": device, "inventory hosts": hosts},
                           [one for one in commands if one.command.startswith("inventory ")])]
    facts = parse.parse("configs.device", told[0].text)
    assert {one["document"]: one["state"] for one in facts["documents"]}["running_config"] == "new"
    records = judge_host(Inputs(run="r", site="lab", host="access-1", role="config_backup", platform="cisco_ios",
                                transport="configs", checks=checks), told, catalogue.load())
    by = {(one["check"], one["item"]): (one["outcome"], one["detail"]) for one in records}
    assert by["configs.telnet", "telnet"] == ("warning", "passwords in clear; until 2099-12-31: an image without SSH")
    neighbours = {item: outcome for (check, item), (outcome, _) in by.items() if check == "configs.unknown_neighbours"}
    assert "ok" in neighbours.values()  # core-1
    assert "warning" in neighbours.values()  # core-2, which this inventory does not have


def test_a_wrong_password_over_telnet_is_refused_and_nothing_else(switch: Endpoint) -> None:
    switch.password = "another"
    answers = network_cli.ask(switch, plans()["cisco_ios"].commands())
    assert {(one.reason, one.detail) for one in answers} == {(
        Reason.REFUSED, f"{REFUSED} (NetmikoAuthenticationException: Login failed: 127.0.0.1)")}
