"""What we print of an SNMP value is read back as that value, for every type and any octets."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pysnmp.proto import rfc1902, rfc1905

from pacs_rounds.parse import snmp_text
from pacs_rounds.transports import snmp_format

OID = (1, 3, 6, 1, 2, 1, 1, 1, 0)


def back(value: object) -> snmp_text.VarBind:
    row, = snmp_text.read(snmp_format.line(OID, value) + "\n")
    assert row.oid == OID
    return row


@given(st.one_of(st.binary(max_size=80), st.text(alphabet='a\r\n" \\', max_size=12).map(str.encode)))
@example(b"\r\n")
@example(b"\x20\x0d\x0a1a2")
def test_octets_come_back(octets: bytes) -> None:
    row = back(rfc1902.OctetString(octets))
    assert row.octets == octets


@given(st.text(alphabet='ab"\\\n\t .:1', max_size=30))
def test_strings_with_quotes_backslashes_and_lines_come_back(text: str) -> None:
    assert back(rfc1902.OctetString(text)).text == text


def test_line_ends_of_windows_are_the_texts_own_where_it_has_no_other() -> None:
    rows = snmp_text.read('.1.3.6.1.2.1.1.1.0 = STRING: "two\r\nlines"\r\n.1.3.6.1.2.1.1.3.0 = INTEGER: 5\r\n')
    assert [row.value for row in rows] == ["two\nlines", 5]
    mixed = snmp_text.read('.1.3.6.1.2.1.1.1.0 = STRING: "two\r\nlines"\n.1.3.6.1.2.1.1.3.0 = INTEGER: 5\r\n')
    assert [row.value for row in mixed] == ["two\r\nlines", 5]
    assert mixed[0].text == "two\nlines"


def test_a_line_inside_a_string_may_look_like_a_short_oid() -> None:
    assert back(rfc1902.OctetString("limits\n1.5 = low\n.1.3.6 = high")).text == "limits\n1.5 = low\n.1.3.6 = high"


@given(st.integers(0, 2**32 - 1))
def test_ticks_come_back_as_seconds(ticks: int) -> None:
    assert back(rfc1902.TimeTicks(ticks)).number == ticks / 100


@pytest.mark.parametrize(("value", "kind", "read"), [
    (rfc1902.Integer32(-5), "integer", -5), (rfc1902.Counter32(2**32 - 1), "counter32", 2**32 - 1),
    (rfc1902.Gauge32(7), "gauge32", 7), (rfc1902.Unsigned32(7), "gauge32", 7),
    (rfc1902.Counter64(2**64 - 1), "counter64", 2**64 - 1),
    (rfc1902.ObjectIdentifier("1.3.6.1.4.1.2"), "oid", "1.3.6.1.4.1.2"),
    (rfc1902.ObjectIdentifier("0.0"), "oid", "0.0"), (rfc1902.IpAddress("10.1.2.3"), "ip_address", "10.1.2.3"),
    (rfc1902.Opaque(b"\x9f\x78\x04" + struct.pack(">f", 0.25)), "opaque", 0.25),
    (rfc1902.Opaque(b"\x9f\x79\x08" + struct.pack(">d", -1.5)), "opaque", -1.5),
    (rfc1902.Opaque(b"\x04\x01"), "opaque", b"\x04\x01"), (rfc1902.Null(""), "null", None),
    (rfc1905.NoSuchObject(""), "no_such_object", None), (rfc1905.NoSuchInstance(""), "no_such_instance", None),
    (rfc1905.EndOfMibView(""), "end_of_mib", None)])
def test_every_type_comes_back(value: object, kind: str, read: object) -> None:
    row = back(value)
    assert (row.type, row.value) == (kind, read)


def test_what_is_no_value_is_not_printed() -> None:
    with pytest.raises(TypeError, match="no SNMP value"):
        snmp_format.printed(object())
