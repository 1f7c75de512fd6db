"""A restore of a Fabric OS switch, rehearsed: the sealed copy is opened, fetched by the emptied switch with its own
configdownload over scp, and read back by the rounds' own transport. Nothing may differ, and what differs is seen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import netmiko
import pyrage
import pytest
from test_lab_fos import LEGACY, RELEASES, Bench

from pacs_rounds import parse
from pacs_rounds.config_round import taking
from pacs_rounds.config_round.plan import plans
from pacs_rounds.configs import diffs, restore
from pacs_rounds.configs.redacted import masked
from pacs_rounds.lab import fos
from pacs_rounds.transports import network_cli
from pacs_rounds.transports.endpoint import Endpoint, disabled_algorithms

pytestmark = pytest.mark.lab
PLAN = plans()["brocade_fos"]
FILES, USER, PASSWORD = "127.114.4.1", "restore", "only-today"
DONE = "configDownload complete."


class Rehearsal:
    """The lab's switch as it was, its sealed copy, and the same switch after somebody emptied it."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        identity = pyrage.x25519.Identity.generate()
        self.key = folder / "identity"
        self.key.write_text(str(identity), encoding="ascii")
        self.desk = taking.desk("lab", "20261122T010203Z-configs-ab12", folder,
                                {"path": str(folder / "copies"), "recipients": [str(identity.to_public())]}, b"k" * 32)
        self.served = folder / "served"
        self.served.mkdir()

    def kept(self, endpoint: Endpoint) -> str:
        """The sealed copy of what stands on the switch, opened, as `rounds configs restore --for-loading` gives it."""
        answers = network_cli.ask(endpoint, PLAN.commands())
        told = parse.parse("configs.device", taking.take_home(self.desk, "san-1", "brocade_fos", answers)[0].text)
        assert [one["state"] for one in told["documents"]] == ["new"] * len(PLAN.documents)
        assert self.desk.store
        sealed = restore.plain(self.desk.store, "san-1", "configshow", self.desk.store.history.head(), self.key)
        return restore.loadable("brocade_fos", "configshow", sealed).decode()

    def emptied(self, endpoint: Endpoint) -> Endpoint:
        """The same switch at the same address, as the factory delivers it."""
        device, running = self.bench.lab.devices[endpoint.host], self.bench._running.pop(-2)
        state = {**device.state, "session": {**device.state["session"], "may_configure": True}}

        async def again() -> Any:
            running.close()
            return await fos.start(replace(device, state=state), self.bench.lab)

        self.bench._running.append(asyncio.run_coroutine_threadsafe(again(), self.bench._loop).result(10))
        return endpoint

    def load(self, endpoint: Endpoint, text: str, *, disable: bool = True, password: str = PASSWORD) -> str:
        """What a person does, question by question; what configdownload says in the end."""
        (self.served / "san-1.cfg").write_text(text, encoding="utf-8")
        answers = ["scp", FILES, USER, "/san-1.cfg", *(["all"] if "FOS version" in text else []), "y", password]
        with netmiko.ConnectHandler(
                device_type="generic", host=endpoint.address, port=endpoint.port, username=endpoint.user,
                password=endpoint.password, disabled_algorithms=disabled_algorithms(LEGACY)) as session:
            def typed(line: str, until: str) -> str:
                """What comes after the echo of a line; a password has none."""
                session.write_channel(line + "\r")
                echo = "" if line == password else re.escape(line) + r"[\s\S]*"
                return str(session.read_until_pattern(echo + until, read_timeout=20))

            if disable:
                typed("switchdisable", r"\n\S+> $")
            said = typed("configdownload", r"(?:\]: |> )$")
            for line in answers:
                if said.endswith("> "):
                    break
                said = typed(line, r"(?:\]: |\S+: |> )$")
            typed("switchname san-1", r"san-1\S+> $")
            typed("switchenable", r"\n\S+> $")
        return said


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("lab"))
    yield one
    one.close()


@pytest.fixture
def rehearsal(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    monkeypatch.setattr("pacs_rounds.paths.STATE", tmp_path / "state")
    one = Rehearsal(bench, tmp_path)

    class Gate(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    async def serve() -> Any:
        return await asyncssh.listen(
            FILES, 2222, server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")], server_factory=Gate,
            allow_scp=True, sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(one.served)))

    server = asyncio.run_coroutine_threadsafe(serve(), bench._loop).result(10)
    yield one

    async def close() -> None:
        server.close()
        await server.wait_closed()

    asyncio.run_coroutine_threadsafe(close(), bench._loop).result(10)


def read(endpoint: Endpoint) -> dict[str, str]:
    """What the switch holds, document by document, without what changes by itself."""
    answers = {one.command: one for one in network_cli.ask(endpoint, PLAN.commands())}
    told = {one.word: next(answers[command].text for command in one.commands if answers[command].reason is None)
            for one in PLAN.documents}
    return {word: masked("brocade_fos", word, text) for word, text in told.items()}


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The lines that only one of them has, as the history would show them."""
    return [line for word, text in one.items() for line in diffs.unified(text, other[word])
            if line[:1] in "+-" and not line.startswith(("+++", "---"))]


@pytest.mark.parametrize("release", RELEASES)
def test_a_sealed_copy_fetched_by_an_emptied_switch_reads_back_the_same(release: str, rehearsal: Rehearsal) -> None:
    original = rehearsal.bench.start(release=release, config_changed={"fabric.ops.BBCredit": "12"})
    before, text = read(original), rehearsal.kept(original)
    assert masked("brocade_fos", "configshow", text) == before["configshow"]

    empty = rehearsal.emptied(original)
    lost = differing(before, read(empty))
    assert any(line.startswith("-cfg.pacs_cfg:") for line in lost)
    assert any("swd77" in line for line in lost), "it is an emptied switch indeed"
    assert DONE in rehearsal.load(empty, text)
    assert differing(before, read(empty)) == []


def test_what_is_not_in_the_copy_is_seen_when_it_is_read_back(rehearsal: Rehearsal) -> None:
    original = rehearsal.bench.start(release="v6.2.2g")
    before, text = read(original), rehearsal.kept(original)
    assert ";spb_1" in text
    empty = rehearsal.emptied(original)
    assert DONE in rehearsal.load(empty, text.replace("zone.pacs_b_hba1:pacs_b_1;spa_1;spb_1",
                                                      "zone.pacs_b_hba1:pacs_b_1;spa_1"))
    found = differing(before, read(empty))
    assert "-zone.pacs_b_hba1:pacs_b_1;spa_1;spb_1" in found
    assert "+zone.pacs_b_hba1:pacs_b_1;spa_1" in found
    assert "-\t\tpacs_b_1; spa_1; spb_1" in found, "the switch's own zoning tells it, too"


def test_the_copy_for_people_is_none_to_load(rehearsal: Rehearsal) -> None:
    """Its secrets are gone: the switch takes it and has tokens for communities."""
    original = rehearsal.bench.start(release="v6.2.2g")
    before = read(original)
    rehearsal.kept(original)
    assert rehearsal.desk.store
    redacted = rehearsal.desk.store.history.text("san-1", "configshow")
    assert redacted
    empty = rehearsal.emptied(original)
    assert DONE in rehearsal.load(empty, redacted)
    assert [line.partition(":")[0] for line in differing(before, read(empty)) if line.startswith("+")] == [
        "+radius.1.secret", "+snmp.snmpv1Community.0", "+snmp.snmpv1Community.3"]


def test_a_switch_takes_nothing_that_is_not_whole_and_only_when_disabled(rehearsal: Rehearsal) -> None:
    original = rehearsal.bench.start(release="v6.2.2g")
    text = rehearsal.kept(original)
    empty = rehearsal.emptied(original)
    assert "must be disabled" in rehearsal.load(empty, text, disable=False)
    factory = read(empty)
    assert "not complete" in rehearsal.load(empty, text[:len(text) // 2])
    error = "FOS version\nrbash: configshow: command not found\n"
    assert "not a switch configuration file" in rehearsal.load(empty, error)
    assert "contains errors" in rehearsal.load(empty, text.replace("zone.pacs_b_hba1:", "zone pacs_b_hba1 "))
    assert "could not be copied" in rehearsal.load(empty, text, password="not-this-one")
    assert differing(factory, read(empty)) == []


def test_the_account_of_the_rounds_cannot_load_anything(rehearsal: Rehearsal) -> None:
    endpoint = rehearsal.bench.start(release="v6.2.2g")
    assert "RBAC permission denied" in rehearsal.load(endpoint, "FOS version\n", disable=False)
    assert rehearsal.bench.log(endpoint)[0] == "! configdownload"
