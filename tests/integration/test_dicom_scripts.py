"""C-ECHO to peers scripted byte by byte: each way to end has its own word, and none leaves anything open."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
import time

import pytest
from dicom_lab import NETWORK, scripted
from pynetdicom.pdu import A_ASSOCIATE_RQ

from pacs_rounds import parse
from pacs_rounds.transports import dicom_association
from pacs_rounds.transports.dicom import Peer, echo_peers

ADDRESS = f"{NETWORK}.99.1"
# The transport silences these; pytest puts its own filters over it.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


def test_two_titles_of_one_peer_never_meet() -> None:
    """One free association is all that some modalities have."""
    at_once, most = 0, 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await reader.readexactly(6)
        await asyncio.sleep(0.1)
        writer.write(b"\x03\x00\x00\x00\x00\x04\x00\x02\x03\x02")
        at_once -= 1
        writer.close()

    with scripted(ADDRESS, 11301, talk):
        peers = [Peer(f"h{number}", ADDRESS, 11301, ("A", "B")) for number in range(4)]
        echoes = echo_peers(peers, timeout=5)
    assert (most, len(echoes)) == (1, 8)
    assert {echo.reason_text for echo in echoes} == {"local limit exceeded"}


def test_forty_silent_listeners_cost_their_time_out_in_parallel() -> None:
    """All forty accept TCP and say nothing: as many at once as asked for, none longer than its deadline."""
    listeners = []
    for number in range(1, 41):
        listener = socket.socket()
        listener.bind((f"{NETWORK}.98.{number}", 11303))
        listener.listen(5)
        listeners.append(listener)
    peers = [Peer(f"h{number}", f"{NETWORK}.98.{number}", 11303, ("A",)) for number in range(1, 41)]
    began = time.monotonic()
    echoes = echo_peers(peers, timeout=1, workers=40)
    took = time.monotonic() - began
    for listener in listeners:
        listener.close()
    assert {(echo.result, echo.phase) for echo in echoes} == {("timed_out", "association")}
    assert took < 1 + 2


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(4) or [])
    began = time.monotonic()
    [echo] = echo_peers([Peer("h", "modality.example.org", 104, ("A",))], timeout=0.5)
    assert time.monotonic() - began < 2
    assert (echo.result, echo.phase) == ("unreachable", "connect")
    assert "did not resolve" in echo.reason_text


ACCEPT_BARE = (b"\x02\x00" + (100).to_bytes(4) + b"\x00\x01" + bytes(66) + b"\x21\x00\x00\x1c\x01\x00\x00\x00"
               b"\x40\x00\x00\x14" + b"1.2.840.10008.1.2\0\0\0")
ACCEPT = (b"\x02\x00" + (112).to_bytes(4) + ACCEPT_BARE[6:]
          + b"\x50\x00\x00\x08\x51\x00\x00\x04" + (16384).to_bytes(4))
RESPONSE = b"".join(struct.pack("<HHIH", 0, number, 2, value) for number, value in (
    (0x0100, 0x8030), (0x0120, 1), (0x0800, 0x0101), (0x0900, 0)))


def _pdv(data: bytes, control: int) -> bytes:
    return (len(data) + 2).to_bytes(4) + bytes([1, control]) + data


def _data(*values: bytes) -> bytes:
    body = b"".join(values)
    return b"\x04\x00" + len(body).to_bytes(4) + body


RELEASED, RELEASE_RQ = b"\x06\x00\x00\x00\x00\x04" + bytes(4), b"\x05\x00\x00\x00\x00\x04" + bytes(4)
ABORT = b"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x05"
WHOLE = _data(_pdv(RESPONSE, 3))
# What the peer sends at the association, at the echo and at the release; None hangs up, "" stays silent.
SCRIPTS: dict[str, tuple[list[bytes | None], str, str]] = {
    "in one piece": ([ACCEPT, WHOLE, RELEASED], "accepted", "release"),
    "in fragments": ([ACCEPT, _data(_pdv(RESPONSE[:7], 1)) + _data(_pdv(RESPONSE[7:20], 1), _pdv(RESPONSE[20:], 3)),
                      RELEASED], "accepted", "release"),
    # Its A-RELEASE-RP follows ours, as PS3.8 section 7.2.2.7 has it.
    "release meets release": ([ACCEPT, WHOLE, RELEASE_RQ, RELEASED], "accepted", "release"),
    "closes in place of releasing": ([ACCEPT, WHOLE, None], "accepted", "release"),
    "never releases": ([ACCEPT, WHOLE, b""], "unreleased", "release"),
    "aborts the release": ([ACCEPT, WHOLE, ABORT], "unreleased", "release"),
    "aborts the echo": ([ACCEPT, ABORT], "aborted", "echo"),
    "wants out before answering": ([ACCEPT, RELEASE_RQ], "aborted", "echo"),
    "hangs up at the echo": ([ACCEPT, None], "closed", "echo"),
    "silent at the echo": ([ACCEPT, b""], "timed_out", "echo"),
    "half an answer": ([ACCEPT, WHOLE[:9]], "timed_out", "echo"),
    "another message": ([ACCEPT, _data(_pdv(RESPONSE.replace(b"\x30\x80", b"\x01\x80"), 3))],
                        "protocol_error", "echo"),
    "answers nobody's message": ([ACCEPT, WHOLE.replace(b"\x20\x01\x02\0\0\0\x01", b"\x20\x01\x02\0\0\0\x07")],
                                 "protocol_error", "echo"),
    "data before acceptance": ([WHOLE], "protocol_error", "association"),
    "a greeting of SSH": ([b"SSH-2.0-Something_1.0\r\n"], "protocol_error", "association"),
    # pynetdicom believes the length until more than a megabyte has come; a peer that says no more is silent.
    "gigabytes claimed": ([b"\x02\x00\xff\xff\xff\xff"], "timed_out", "association"),
    "gigabytes": ([b"\x02\x00\xff\xff\xff\xff" + bytes(3_000_000)], "protocol_error", "association"),
    "gigabytes at the echo": ([ACCEPT, b"\x04\x00\xff\xff\xff\xff" + bytes(3_000_000)], "protocol_error", "echo"),
    "accepts without a length": ([ACCEPT_BARE], "protocol_error", "echo"),
    "accepts a length of one": ([ACCEPT[:-4] + (1).to_bytes(4)], "protocol_error", "echo"),
    "accepts garbage": ([b"\x02\x00\x00\x00\x00\x50" + bytes(range(80))], "protocol_error", "association"),
    "rejects with garbage": ([b"\x03\x00\x00\x00\x00\x04\xff\xff\xff\xff"], "rejected", "association"),
    "aborts with garbage": ([b"\x07\x00\x00\x00\x00\x04\xff\xff\xff\xff"], "aborted", "association"),
    "an unknown command": ([ACCEPT, _data(_pdv(RESPONSE.replace(b"\x30\x80", b"\x34\x92"), 3))],
                           "protocol_error", "echo"),
    "no status": ([ACCEPT, _data(_pdv(RESPONSE[:-10], 3))], "protocol_error", "echo"),
    "garbage at the echo": ([ACCEPT, _data(_pdv(bytes(range(1, 90)), 3))], "protocol_error", "echo"),
    "another protocol at the echo": ([ACCEPT, b"HTTP/1.1 400 Bad Request\r\n"], "protocol_error", "echo"),
    "wants out before accepting": ([RELEASE_RQ], "aborted", "association"),
    "a status of failure": ([ACCEPT, WHOLE[:-2] + b"\x22\x01", RELEASED], "failed_status", "echo"),
    "failure and silence": ([ACCEPT, WHOLE[:-2] + b"\x22\x01", b""], "failed_status", "echo"),
    "hangs up at the association": ([None], "closed", "association"),
    "a reason of its own": ([b"\x03\x00\x00\x00\x00\x04\x00\x01\x01\x09"], "rejected", "association"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_way_to_end_has_its_own_word(name: str) -> None:
    script, result, phase = SCRIPTS[name]
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for step in script:
            first = await reader.read(1000)
            got.extend(first)
            if step is None:
                writer.close()
                return
            writer.write(step)
        got.extend(await reader.read(1000))
        writer.close()

    with scripted(ADDRESS, 11304, talk):
        [echo] = echo_peers([Peer("h", ADDRESS, 11304, ("A",))], timeout=1)
        time.sleep(0.05)
    assert (echo.result, echo.phase) == (result, phase)
    assert parse.parse("dicom.c_echo", echo.line() + "\n")
    if result in {"timed_out", "unreleased", "protocol_error"} and script[-1] != ABORT:
        # From us as the service's user or from pynetdicom as its provider: the peer forgets the association.
        assert bytes(got[-10:-4]) == b"\x07\x00\x00\x00\x00\x04", "the peer was left with an open association"


@pytest.mark.parametrize("seed", range(3))
def test_damaged_answers_end_in_a_word_and_leave_nothing(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Thirty peers at once, each with the same good answers and a few bytes of its own in them."""
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dice = random.Random(f"{seed} {writer.get_extra_info('sockname')[0].split('.')[3]}")  # noqa: S311
        for step in (ACCEPT, WHOLE, RELEASED):
            await reader.read(1000)
            said = bytearray(step)
            for _ in range(dice.choice((0, 1, 4))):
                said[dice.randrange(len(said))] = dice.randrange(256)
            writer.write(bytes(said[:dice.choice((len(said), len(said), dice.randrange(len(said)))) or None]))
        await reader.read(1000)
        writer.close()

    before = threading.active_count()
    addresses = [f"{NETWORK}.96.{number}" for number in range(1, 31)]
    with scripted(addresses, 11305, talk):
        peers = [Peer(address, address, 11305, ("A",)) for address in addresses]
        began = time.monotonic()
        echoes = echo_peers(peers, timeout=1, workers=30)
        assert time.monotonic() - began < 1 + 2
    assert {echo.result for echo in echoes} >= {"accepted", "protocol_error", "timed_out"}
    assert {echo.result for echo in echoes} <= {"accepted", "unreleased", "protocol_error", "timed_out", "aborted",
                                                "rejected", "no_context", "failed_status", "closed"}
    for echo in echoes:
        parse.parse("dicom.c_echo", echo.line() + "\n")
    assert threading.active_count() == before
    assert capfd.readouterr() == ("", "")


def test_the_request_proposes_verification_and_nothing_else() -> None:
    """What a peer's own log will show: our titles, our implementation, one context with the default syntax."""
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await reader.read(1000))
        writer.close()

    with scripted(ADDRESS, 11306, talk):
        echo_peers([Peer("h", ADDRESS, 11306, ("CT9_DEMO",))], calling_ae_title="MAINTCHK", timeout=2)
    request = A_ASSOCIATE_RQ()
    request.decode(bytes(got))
    assert (request.called_ae_title.strip(), request.calling_ae_title.strip()) == ("CT9_DEMO", "MAINTCHK")
    [context] = request.presentation_context
    assert (context.abstract_syntax, context.transfer_syntax) == ("1.2.840.10008.1.1", ["1.2.840.10008.1.2"])
    assert request.user_information.implementation_class_uid == dicom_association.IMPLEMENTATION_UID
    assert request.user_information.implementation_version_name == "PACS_ROUNDS_1"
    assert request.user_information.maximum_length == 16384
