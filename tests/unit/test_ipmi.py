"""IPMI as a way to a device: what may be run, what the inventory lacks, what a call's end means. No controller."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import ipmi
from pacs_rounds.transports.endpoint import Endpoint


@pytest.fixture
def port() -> Iterator[int]:
    """Something that answers the question before the session, and only that."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.66.5.1", 0))

        def serve() -> None:
            while True:
                data, peer = server.recvfrom(512)
                if data == b"end":
                    return
                server.sendto(b"\x06\x00\xff\x07" + data[4:], peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", server.getsockname())
        thread.join()


def ask(port: int, program: Path | str, *commands: str, limit: float = 10.0) -> list[Answer]:
    way: dict[str, Any] = {"address": "127.66.5.1", "port": port, "user": "rounds", "password": "bmc-words",
                           "program": str(program)}
    endpoint = Endpoint("pacs-a", "127.0.0.1", connect_seconds=1.0, ways={"ipmi": way})
    return ipmi.ask(endpoint, [Collect(command, "x.y", limit) for command in commands])


def tool(tmp_path: Path, script: str) -> Path:
    path = tmp_path / "tool"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("command", [
    "ipmitool sel clear", "ipmitool chassis power off", "ipmitool raw 0x06 0x01", "ipmitool sdr; reboot", "rm -rf /",
    "ipmitool", "ipmitool -P x sdr", "ipmitool user set password 2 x", "ipmitool lan set 1 ipaddr 1.2.3.4",
    "ipmitool sensor thresh x lower 1 2 3", "ipmitool mc reset cold", "ipmitool sel delete 1",
    "ipmitool sel time set now", "ipmitool sdr\nreboot", "ipmitool exec /tmp/x", "ipmitool fru write 0 /tmp/x"])
def test_only_commands_that_look_are_run(port: int, tmp_path: Path, command: str) -> None:
    mark = tmp_path / "ran"
    answer, = ask(port, tool(tmp_path, f"touch {mark}"), command)
    assert answer.reason is Reason.NOT_RUN
    assert not mark.exists()


@pytest.mark.parametrize("words", ["sdr", "sdr elist full", "sdr type Power Supply", "sensor", "sel elist",
                                   "sel list last 20", "fru", "mc info", "lan print 1", "chassis status"])
def test_commands_that_look_are_run(port: int, tmp_path: Path, words: str) -> None:
    answer, = ask(port, tool(tmp_path, 'echo "$*"'), f"ipmitool {words}")
    assert answer.reason is None
    assert answer.text.endswith(f"-E {words}\n")


@pytest.mark.parametrize(("script", "reason", "words"), [
    ("echo 'Error: Unable to establish IPMI v2 / RMCP+ session' >&2; exit 1", Reason.REFUSED, "does not let us in"),
    ("echo '> RAKP 2 HMAC is invalid' >&2; echo 'Error: Unable to establish IPMI v2 / RMCP+ session' >&2; exit 1",
     Reason.REFUSED, "wrong password"),
    ("echo 'Get SDR Repository Info: Insufficient privilege level' >&2; exit 1", Reason.REFUSED, "at this privilege"),
    ("echo 'Get Device ID command failed: Node busy' >&2; exit 1", Reason.UNPARSABLE, "Node busy"),
    ("echo 'Get HPM.x Capabilities request failed, compcode = d4' >&2; exit 1", Reason.EMPTY, "status 1"),
    ("echo 'Fan 1 | 30 | ok'; echo 'Unable to renew SDR reservation' >&2; exit 0", Reason.TRUNCATED, "was lost"),
    ("echo half; sleep 30", Reason.TIMED_OUT, "no end within 0.7 s"),
    ("sleep 30 & sleep 30", Reason.TIMED_OUT, "no end within 0.7 s"),
])
def test_the_end_of_a_call_says_why_it_is_no_answer(port: int, tmp_path: Path, script: str, reason: Reason,
                                                    words: str) -> None:
    answer, = ask(port, tool(tmp_path, script), "ipmitool sdr", limit=0.7 if "sleep" in script else 10.0)
    assert answer.reason is reason
    assert words in answer.detail


def test_a_status_beside_a_text_is_for_the_catalogue_to_accept(port: int, tmp_path: Path) -> None:
    answer, = ask(port, tool(tmp_path, "echo ' Device not present'; exit 1"), "ipmitool fru")
    assert (answer.reason, answer.status, answer.text) == (None, 1, " Device not present\n")


def test_words_on_the_other_channel_are_the_answer_where_there_is_no_other(port: int, tmp_path: Path) -> None:
    script = "echo 'IANA PEN registry open failed: No such file' >&2; echo 'SEL has no entries' >&2"
    answer, = ask(port, tool(tmp_path, script), "ipmitool sel elist")
    assert (answer.reason, answer.text) == (None, "SEL has no entries\n")


def test_a_flood_is_cut(port: int, tmp_path: Path) -> None:
    answer, = ask(port, tool(tmp_path, "head -c 3000000 /dev/zero | tr '\\0' x"), "ipmitool sdr")
    assert answer.reason is Reason.TRUNCATED
    assert len(answer.text) == 2_000_000


def test_a_missing_tool_is_told_before_anything_is_sent(port: int) -> None:
    answer, = ask(port, "no-such-tool", "ipmitool sdr")
    assert (answer.reason, answer.detail) == (Reason.TOOL_MISSING, "no-such-tool is not installed on the control node")


@pytest.mark.parametrize(("way", "words"), [
    ({}, "no rounds_ipmi for pacs-a in the inventory"),
    ({"user": "unknown", "password": "x"}, "rounds_ipmi.user is still 'unknown'"),
    ({"user": "x"}, "rounds_ipmi.password is still 'unknown'"),
    ({"user": "x", "password": "y"}, "neither rounds_ipmi.address nor ansible_host is known"),
    ({"user": "x", "password": "y", "address": "-oProxy"}, "rounds_ipmi.address is no address"),
    ({"user": "x", "password": "y", "address": "10.0.0.1"}, "")])
def test_what_the_inventory_lacks(way: dict[str, Any], words: str) -> None:
    said = ipmi.gap(Endpoint("pacs-a", "", ways={"ipmi": way} if way else {}))
    assert words in said if words else said == ""
