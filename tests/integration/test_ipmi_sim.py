"""IPMI by the real ipmitool against OpenIPMI's simulated controller; where Debian has neither here, skipped aloud."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import ipmi
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.skipif(not shutil.which("ipmitool") or not shutil.which("ipmi_sim"),
                                reason="Debian's ipmitool or openipmi is not installed: IPMI was NOT tested")
ADDRESS = "127.66.4.1"

LAN = """name "bmc"
set_working_mc 0x20
startlan 1
  addr {address} {port}
  priv_limit admin
  allowed_auths_user md5
  allowed_auths_operator md5
  guid a123456789abcdefa123456789abcdef
endlan
user 2 true "rounds" "bmc-words" user 10
user 3 true "keeper" "bmc-words" operator 10
"""
# One controller with a temperature sensor of 24 degrees (limits 40, 45, 50) and one event.
EMULATION = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 1 0x35 0x9f 0x000002 0x0f
sel_enable 0x20 1000 0x0a
{event}
sensor_add 0x20 0 1 0x01 0x01
sensor_set_threshold 0x20 0 1 settable 111000 50 45 40 5 3 1
sensor_set_event_support 0x20 0 1 enable scanning per-state {states} {states} {states} {states}
sensor_set_value 0x20 0 1 24 0
main_sdr_add 0x20 0x00 0x00 0x51 0x01 0x37 0x20 0x00 0x01 0x07 0x01 0x7f 0x68 0x01 0x01 0x00 0x72 0x00 0x72 0x3f 0x3f \
0x80 0x01 0x00 0x00 0x01 0x00 0x00 0x00 0x00 0x00 0x00 0x18 0x28 0x05 0xff 0x00 0x32 0x2d 0x28 0x01 0x03 0x05 0x02 \
0x02 0x00 0x00 0x00 0xcc {name}
mc_enable 0x20
"""
EVENT = "sel_add 0x20 2 0x10 0x20 0x30 0x5f 0x20 0x00 0x04 0x01 0x30 0x01 0x57 0x00 0x00"


@dataclass(frozen=True, slots=True)
class Bmc:
    """A simulated controller's address."""

    port: int
    address: str = ADDRESS

    def endpoint(self, deadline: float = 60.0, connect: float = 3.0, **changes: Any) -> Endpoint:
        way = {"address": self.address, "port": self.port, "user": "rounds", "password": "bmc-words", **changes}
        return Endpoint("pacs-a", "127.0.0.1", connect_seconds=connect, deadline_seconds=deadline, ways={"ipmi": way})


def free_port(address: str = ADDRESS) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((address, 0))
        return int(free.getsockname()[1])


def simulate(folder: Path, event: str) -> Iterator[Bmc]:
    bmc = Bmc(free_port())
    (folder / "state").mkdir()
    (folder / "lan.conf").write_text(LAN.format(address=bmc.address, port=bmc.port))
    name = " ".join(f"0x{octet:02x}" for octet in b"Ambient Temp")
    (folder / "bmc.emu").write_text(EMULATION.format(event=event, states="000111111000000", name=name))
    process = subprocess.Popen(["ipmi_sim", "-c", str(folder / "lan.conf"), "-f", str(folder / "bmc.emu"), "-s",
                                str(folder / "state"), "-n"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 15
    try:
        while ask(bmc.endpoint(connect=0.3), "ipmitool mc info")[0].reason:
            assert time.monotonic() < until, "ipmi_sim does not answer"
        yield bmc
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def bmc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bmc]:
    yield from simulate(tmp_path_factory.mktemp("bmc"), EVENT)


def ask(endpoint: Endpoint, *commands: str, limit: float = 20.0) -> list[Answer]:
    return ipmi.ask(endpoint, [Collect(command, "x.y", limit) for command in commands])


def test_a_controller_is_read_and_its_words_are_parsed(bmc: Bmc) -> None:
    said = ask(bmc.endpoint(), "ipmitool mc info", "ipmitool sdr", "ipmitool sensor", "ipmitool sel elist",
               "ipmitool chassis status")
    assert [(answer.reason, answer.status) for answer in said] == [(None, 0)] * 5
    assert "Manufacturer ID           : 2\n" in said[0].text
    assert said[1].text == "Ambient Temp     | 24 degrees C      | ok\n"
    assert said[2].text.split("|")[1].strip() == "24.000"
    for answer, name in zip(said, ("mc_info", "sdr", "sensor", "sel", "chassis_status"), strict=True):
        assert parse.parse(f"ipmi.{name}", answer.text), name


def test_an_empty_log_is_an_answer(tmp_path: Path) -> None:
    for bmc in simulate(tmp_path, ""):
        answer, = ask(bmc.endpoint(), "ipmitool sel elist")
        assert (answer.reason, answer.text) == (None, "SEL has no entries\n")


def test_what_needs_more_privilege_is_told_and_costs_no_other_answer(bmc: Bmc) -> None:
    said = ask(bmc.endpoint(), "ipmitool lan print", "ipmitool sdr")
    assert (said[0].reason, said[1].reason) == (Reason.EMPTY, None)
    assert "privilege OPERATOR" in said[0].detail
    more, = ask(bmc.endpoint(user="keeper", privilege="OPERATOR"), "ipmitool lan print")
    assert more.reason is None
    assert "Auth Type" in more.text


@pytest.mark.parametrize(("changes", "words"), [
    ({"password": "other-words"}, "it answers, but does not let us in"),
    ({"user": "nobody"}, "it answers, but does not let us in"),
    ({"cipher_suite": 17}, "it does not know this cipher suite")])
def test_who_answers_and_lets_nobody_in_refuses(bmc: Bmc, changes: dict[str, Any], words: str) -> None:
    began = time.monotonic()
    said = ask(bmc.endpoint(**changes), "ipmitool sdr", "ipmitool sensor")
    assert time.monotonic() - began < 15.0  # ipmitool alone takes twenty for a dead one
    assert [answer.reason for answer in said] == [Reason.REFUSED] * 2
    assert words in said[0].detail
    assert said[1].detail.startswith("not asked any more: ")
    assert "other-words" not in repr(said)


def test_a_closed_port_is_unreachable_at_once() -> None:
    began = time.monotonic()
    port = free_port("127.66.4.2")
    answer, = ask(Bmc(port, "127.66.4.2").endpoint(), "ipmitool sdr")
    assert (answer.reason, answer.detail) == (Reason.UNREACHABLE, f"nothing listens (UDP port {port})")
    assert time.monotonic() - began < 2.5  # told, not waited for
    assert ask(Bmc(623, "no-such-host.invalid").endpoint(), "ipmitool sdr")[0].reason is Reason.UNREACHABLE


def test_a_dead_controller_costs_the_connect_time_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.66.4.3", 0))
        began = time.monotonic()
        said = ask(Bmc(mute.getsockname()[1], "127.66.4.3").endpoint(connect=1.5), "ipmitool sdr", "ipmitool sensor")
    assert time.monotonic() - began < 6.0
    assert [answer.reason for answer in said] == [Reason.TIMED_OUT] * 2
    assert "no answer on UDP port" in said[0].detail


def test_a_controller_that_stops_in_the_middle_costs_one_limit() -> None:
    """It answers the question before the session and nothing after it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as half:
        half.bind(("127.66.4.4", 0))
        half.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            answered = False
            while not over.is_set():
                with suppress(TimeoutError):
                    _, peer = half.recvfrom(512)
                    if not answered:
                        half.sendto(b"\x06\x00\xff\x07", peer)
                        answered = True

        thread = threading.Thread(target=serve)
        thread.start()
        began = time.monotonic()
        said = ask(Bmc(half.getsockname()[1], "127.66.4.4").endpoint(connect=1.0), *["ipmitool sdr"] * 12, limit=1.5)
        over.set()
        thread.join()
    assert time.monotonic() - began < 10.0
    assert [answer.reason for answer in said] == [Reason.TIMED_OUT] * 12
    assert said[0].detail == "no end within 1.5 s"
    assert "no answer on UDP port" in said[1].detail


def test_the_password_is_on_no_command_line(bmc: Bmc, tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    spy.write_text('#!/bin/sh\nprintf "%s\\n" "$0 $*"; cat /proc/$$/cmdline | tr "\\0" " "; echo; '
                   'printf "%s" "$IPMI_PASSWORD" | wc -c\n')
    spy.chmod(0o755)
    answer, = ask(bmc.endpoint(program=str(spy)), "ipmitool sel elist last 5")
    assert "bmc-words" not in answer.text
    assert answer.text.split()[-1] == str(len("bmc-words"))
    assert " -U rounds -L USER -C 3 -N 2 -R 4 -E sel elist last 5\n" in answer.text
