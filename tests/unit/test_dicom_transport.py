"""What the transport does before and after the wire: titles, peers, gaps, answers."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import BadInput, Reason
from pacs_rounds.transports import dicom
from pacs_rounds.transports.dicom import Peer
from pacs_rounds.transports.dicom_association import Association


@pytest.mark.parametrize(("title", "kept"), [("CT1", "CT1"), ("  CT1 ", "CT1"), ("a" * 16, "a" * 16),
                                             ("MR 1-A.b~", "MR 1-A.b~")])
def test_good_titles_lose_only_their_outer_spaces(title: str, kept: str) -> None:
    assert dicom.check_ae_title(title, "here") == kept


@pytest.mark.parametrize("title", ["", "   ", "a" * 17, "CT\\1", "CT\t1", "CT\n", "ＣＴ１", "CT\x7f", None, 7])
def test_bad_titles_are_named_with_a_remedy(title: Any) -> None:
    with pytest.raises(BadInput) as problem:
        dicom.check_ae_title(title, "dr-9: dicom_aes #1")
    assert problem.value.where == "dr-9: dicom_aes #1"
    assert problem.value.remedy


def test_titles_of_one_address_and_port_become_one_peer() -> None:
    rows = [{"ae_title": "A", "port": 104}, {"ae_title": "B", "port": "104"}, {"ae_title": "C", "port": 105},
            {"ae_title": "D", "address": "192.0.2.9"}]
    assert dicom.peers_of("dr-9", "192.0.2.1", rows) == [
        Peer("dr-9", "192.0.2.1", 104, ("A", "B")), Peer("dr-9", "192.0.2.1", 105, ("C",)),
        Peer("dr-9", "192.0.2.9", 104, ("D",))]


@pytest.mark.parametrize("rows", ["CT1", [7], [{"ae_title": "CT1", "port": 0}], [{"ae_title": "CT1", "port": "high"}],
                                  [{"ae_title": "CT1", "port": True}], [{"ae_title": "x" * 20}]])
def test_impossible_inventories_are_refused(rows: Any) -> None:
    with pytest.raises(BadInput):
        dicom.peers_of("dr-9", "192.0.2.1", rows)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a packet was about to be sent")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(("address", "rows", "calling", "missing"), [
    ("unknown", [{"ae_title": "CT1", "port": 104}], "MAINTCHK", "the address (ansible_host)"),
    (None, [{"ae_title": "CT1", "port": 104}], "MAINTCHK", "the address (ansible_host)"),
    ("192.0.2.1", None, "MAINTCHK", "an AE title"),
    ("192.0.2.1", "unknown", "MAINTCHK", "an AE title"),
    ("192.0.2.1", [{"ae_title": "unknown", "port": "unknown"}], "MAINTCHK", "an AE title"),
    ("192.0.2.1", [{"ae_title": "CT1", "port": "unknown"}], "MAINTCHK", "a port"),
    ("192.0.2.1", [{"ae_title": "CT1", "port": 104}], "unknown", "rounds_calling_ae_title"),
])
def test_what_is_not_filled_in_is_answered_without_a_packet(
        address: Any, rows: Any, calling: str, missing: str) -> None:
    [echo] = dicom.echo_peers(dicom.peers_of("dr-9", address, rows), calling_ae_title=calling)
    assert echo.result == "unreachable"
    assert echo.reason_text.startswith(missing)
    assert "unknown" in echo.reason_text


@pytest.mark.usefixtures("no_network")
def test_a_bad_title_anywhere_stops_everything_before_the_first_packet() -> None:
    peers = [Peer("ct-1", "192.0.2.1", 104, ("CT1",)), Peer("ct-2", "192.0.2.2", 104, ("CT\\2",))]
    with pytest.raises(BadInput, match="ct-2"):
        dicom.echo_peers(peers)
    for wrong in ({"timeout": 0}, {"workers": 0}, {"timeout": float("nan")}, {"calling_ae_title": "x" * 17}):
        with pytest.raises(BadInput):
            dicom.echo_peers(peers[:1], **wrong)


def test_the_answer_is_what_the_parser_reads() -> None:
    echoes = dicom.echo_peers(dicom.peers_of("dr-9", "unknown", [{"ae_title": "A"}, {"ae_title": "B"}]))
    [c_echo, other] = dicom.answers(echoes, [Collect("C-ECHO", "dicom.c_echo"), Collect("echoscu", "dicom.echoscu")])
    parsed = parse.parse("dicom.c_echo", c_echo.text)
    assert [entry["ae_title"] for entry in parsed] == ["A", "B"]
    assert c_echo.reason is None
    assert c_echo.ended >= c_echo.started > 0
    assert other.reason is Reason.NOT_RUN
    assert not {"host", "started", "ended"} & set(parsed[0])


def test_no_echo_at_all_has_a_reason() -> None:
    assert dicom.answer_for([]).reason is Reason.NOT_RUN


def test_a_thread_that_hangs_is_given_up_and_the_round_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time-out of the library is trusted: one worker only, and it never comes back from its first peer."""
    def run(self: Association, budget: float) -> None:
        if self.addresses == ["192.0.2.1"]:
            self.echo.phase = "echo"
            time.sleep(8)
        self.echo.become("accepted", "")

    monkeypatch.setattr(Association, "run", run)
    peers = [Peer("stuck", "192.0.2.1", 104, ("A", "B")), Peer("same", "192.0.2.1", 104, ("C",)),
             Peer("well", "192.0.2.2", 104, ("D",))]
    began = time.monotonic()
    echoes = dicom.echo_peers(peers, timeout=0.4, workers=1)
    assert time.monotonic() - began < 0.4 + 2
    assert [(echo.ae_title, echo.result) for echo in echoes] == [
        ("A", "timed_out"), ("B", "not_asked"), ("C", "not_asked"), ("D", "accepted")]
    assert echoes[0].phase == "echo"
    assert all(echo.ended >= echo.started > 0 for echo in echoes)


def test_a_fault_of_our_own_is_not_said_to_be_the_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: Association, budget: float) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(Association, "run", run)
    with pytest.raises(KeyError):
        dicom.echo_peers([Peer("h", "192.0.2.1", 104, ("A",))], timeout=0.4)
