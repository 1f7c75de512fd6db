"""The lab's SNMP agents, octet by octet: what they encode, what they leave unanswered, what a scenario changes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from snmp_lab import FAULTS, ROWS, settings

from pacs_rounds.lab import snmp, snmp_ber
from pacs_rounds.lab.kinds import Device, Lab
from pacs_rounds.lab.snmp_agent import Agent, Table
from pacs_rounds.lab.snmp_ber import BerError, Reader
from pacs_rounds.lab.snmp_usm import localised_key
from pacs_rounds.lab.sockets import Nothing


def agent(**changes: Any) -> Agent:
    return Agent(settings(**changes), lambda: ROWS, lambda: 1000.0, b"\x80\x00\x00\x02\x05engine")


def version_1(tag: int, *oids: str, community: str = "test-community", version: int = 0) -> bytes:
    varbinds = b"".join(snmp_ber.sequence(snmp_ber.object_id(tuple(map(int, oid.split(".")))), b"\x05\x00")
                        for oid in oids)
    pdu = snmp_ber.tlv(tag, snmp_ber.number(7) + snmp_ber.number(0) * 2 + snmp_ber.sequence(varbinds))
    return snmp_ber.sequence(snmp_ber.number(version), snmp_ber.octets(community.encode()), pdu)


def status(answer: bytes | None) -> tuple[int, int]:
    assert answer
    message = Reader(answer).inside()
    message.number()
    message.octets()
    pdu = message.inside(snmp_ber.RESPONSE)
    assert pdu.number() == 7
    return pdu.number(), pdu.number()


@given(st.integers(-2**63, 2**64 - 1))
def test_integers_are_encoded_as_pyasn1_encodes_them(value: int) -> None:
    assert snmp_ber.number(value) == encoder.encode(univ.Integer(value))
    assert Reader(snmp_ber.number(value)).number() == value


@given(st.tuples(st.integers(0, 1), st.integers(0, 39)), st.lists(st.integers(0, 2**32 - 1), max_size=30))
def test_object_ids_are_encoded_as_pyasn1_encodes_them(top: tuple[int, int], rest: list[int]) -> None:
    oid = (*top, *rest)
    assert snmp_ber.object_id(oid) == encoder.encode(univ.ObjectIdentifier(oid))
    assert Reader(snmp_ber.object_id(oid)).object_id() == oid


@given(st.binary(max_size=70_000))
def test_long_strings_are_encoded_as_pyasn1_encodes_them(value: bytes) -> None:
    assert snmp_ber.octets(value) == encoder.encode(univ.OctetString(value))
    assert bytes(decoder.decode(snmp_ber.octets(value))[0]) == value


@given(st.binary(max_size=200))
def test_foreign_octets_are_dropped_in_silence(datagram: bytes) -> None:
    assert agent().answer(datagram) is None


def test_the_key_of_rfc_3414() -> None:
    engine = bytes.fromhex("000000000000000000000002")  # appendix A.3
    assert localised_key("MD5", "maplesyrup", engine).hex() == "526f5eed9fcce26f8964c2930787d82b"
    assert localised_key("SHA", "maplesyrup", engine).hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize(("kind", "value"), [("integer", 2**31), ("counter32", -1), ("gauge32", 2**32),
                                             ("counter64", 2**64), ("integer", "5"), ("date", 5), ("ip_address", "x")])
def test_what_no_agent_can_say_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Table.of([("1.3.6.1", kind, value)], {})


def test_version_1_answers_errors_with_the_place_of_the_object() -> None:
    get, after, put = snmp_ber.GET, snmp_ber.GETNEXT, snmp_ber.SET
    assert status(agent().answer(version_1(get, "1.3.6.1.2.1.1.1.0"))) == (0, 0)
    assert status(agent().answer(version_1(get, "1.3.6.1.2.1.1.1.0", "1.3.6.1.9"))) == (2, 2)
    assert status(agent().answer(version_1(after, "1.3.6.1.9"))) == (2, 1)
    assert status(agent().answer(version_1(put, "1.3.6.1.2.1.1.1.0"))) == (2, 1)
    assert status(agent(error_below=["1.3.6.1.2"]).answer(version_1(get, "1.3.6.1.2.1.1.1.0"))) == (5, 1)
    assert status(agent(max_message_bytes=80).answer(version_1(get, "1.3.6.1.2.1.1.1.0"))) == (1, 0)


def test_what_an_agent_does_not_know_it_leaves_unanswered() -> None:
    asked = version_1(snmp_ber.GET, "1.3.6.1.2.1.1.1.0")
    assert agent().answer(version_1(snmp_ber.GET, "1.3.6.1.2.1.1.1.0", community="public")) is None
    assert agent().answer(version_1(snmp_ber.GETBULK, "1.3.6.1.2.1.1.1.0", version=1)) is None
    assert agent(versions=["3"]).answer(asked) is None
    assert agent(hang_below=["1.3.6.1.2.1.1"]).answer(asked) is None
    cut = agent(garbage=True).answer(asked)
    assert cut
    with pytest.raises(BerError):
        Reader(cut).inside()


def test_a_scenario_changes_and_removes_values() -> None:
    values = {"1.3.6.1.2.1.1.5.0": {"type": "string", "value": "other"}, "1.3.6.1.2.1.1.7.0": {},
              "1.3.6.1.2.1.1.8.0": {"type": "timeticks", "value": 5}}
    table = Table.of(ROWS, values)
    assert (1, 3, 6, 1, 2, 1, 1, 7, 0) not in table.oids
    assert b"other" in table.encoded[table.oids.index((1, 3, 6, 1, 2, 1, 1, 5, 0))]
    assert table.oids == sorted(table.oids)
    assert len(table.oids) == len(ROWS)


def test_rows_are_rendered_at_most_once_a_second() -> None:
    now, rendered = [1000.0], []

    def rows() -> list[snmp.Row]:
        rendered.append(now[0])
        return ROWS

    one = Agent(settings(), rows, lambda: now[0], b"x")
    for _ in range(10):
        one.answer(version_1(snmp_ber.GETNEXT, "1.3.6"))
    assert rendered == [1000.0]
    now[0] += 1.5
    one.answer(version_1(snmp_ber.GETNEXT, "1.3.6"))
    assert rendered == [1000.0, 1001.5]


@pytest.mark.parametrize(("place", "fault"), [("snmp", "no_listener"), ("faults", "refuse_connection")])
def test_an_agent_that_does_not_listen_leaves_its_port_closed(place: str, fault: str) -> None:
    device = Device("imm", ("ibm_imm",), "127.66.1.9", {"snmp": settings(), "faults": dict(FAULTS)})
    device.state[place][fault] = True
    assert isinstance(asyncio.run(snmp.listen(device, Lab(Path("/nonexistent"), time.time()), lambda: ROWS)), Nothing)


def test_engine_ids_stay_the_same_and_differ_by_device() -> None:
    assert snmp.engine_id("imm-web") == snmp.engine_id("imm-web") != snmp.engine_id("imm-queue")
    assert len(snmp.engine_id("imm-web")) == 13
