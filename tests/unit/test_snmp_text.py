"""SNMP text: what net-snmp prints, what records hold, and what is refused."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds.model import ParseError
from pacs_rounds.parse import snmp_text

WALK = r""".1.3.6.1.2.1.1.1.0 = STRING: "a \"quoted\" word, a back\\slash
and a second line"
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.2
.1.3.6.1.2.1.1.3.0 = Timeticks: (8445123) 23:27:31.23
.1.3.6.1.2.1.1.4.0 = ""
.1.3.6.1.2.1.2.2.1.2.1 = STRING: "eth0"
.1.3.6.1.2.1.2.2.1.2.2 = STRING: "eth1"
.1.3.6.1.2.1.2.2.1.5.1 = Gauge32: 1000000000
.1.3.6.1.2.1.2.2.1.5.2 = Gauge32: 4294967295
.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1A 64 0B 0C 0D 
.1.3.6.1.2.1.2.2.1.7.1 = INTEGER: 1
.1.3.6.1.2.1.2.2.1.7.2 = INTEGER: up(2)
.1.3.6.1.2.1.4.20.1.1.10.1.2.3 = IpAddress: 10.1.2.3
.1.3.6.1.2.1.31.1.1.1.6.1 = Counter64: 18446744073709551615
.1.3.6.1.4.1.2.3.51 = No Such Object available on this agent at this OID
.1.3.6.1.4.1.2.3.52.0 = No Such Instance currently exists at this OID
.1.3.6.1.4.1.2.3.53 = No more variables left in this MIB View (It is past the end of the MIB tree)
"""  # noqa: W291  (net-snmp ends a hex string with a blank)


def test_every_type_is_read_in_order() -> None:
    rows = snmp_text.read(WALK)
    assert len(rows) == 16
    assert rows[0].value == 'a "quoted" word, a back\\slash\nand a second line'
    assert (rows[1].type, rows[1].value) == ("oid", "1.3.6.1.4.1.2")
    assert (rows[2].type, rows[2].number) == ("timeticks", 84451.23)
    assert (rows[3].type, rows[3].value) == ("string", "")
    assert rows[8].octets == bytes.fromhex("001a640b0c0d")
    assert rows[10].integer == 2
    assert rows[12].value == 2**64 - 1
    assert [row.type for row in rows[13:]] == ["no_such_object", "no_such_instance", "end_of_mib"]


def test_tables_are_made_by_column_and_index() -> None:
    rows = snmp_text.read(WALK)
    ports = snmp_text.table(rows, ".1.3.6.1.2.1.2.2.1", {2: "name", 5: "speed", 6: "mac", 9: "last_change"})
    assert list(ports) == [(1,), (2,)]
    assert ports[1,]["name"].text == "eth0"
    assert "mac" not in ports[2,]
    assert "last_change" not in ports[1,]
    assert snmp_text.column(rows, "1.3.6.1.2.1.4.20.1.1")[10, 1, 2, 3].text == "10.1.2.3"
    assert snmp_text.scalar(rows, "1.3.6.1.4.1.2.3.51") is None
    assert snmp_text.scalar(rows, "1.3.6.1.2.1.1.3.0") is not None
    assert [row.oid[-1] for row in snmp_text.under(rows, "1.3.6.1.4.1.2.3")] == []
    assert snmp_text.column(rows, "1.3.6.1.2.1.2.2.1.20") == {}


def test_a_prefix_of_the_digits_is_not_a_prefix_of_the_oid() -> None:
    rows = snmp_text.read(".1.3.6.1.4.10.1 = INTEGER: 7\n")
    assert snmp_text.column(rows, "1.3.6.1.4.1") == {}


def test_two_values_at_one_index_are_refused() -> None:
    rows = snmp_text.read(".1.3.6.1.4.10.1 = INTEGER: 7\n.1.3.6.1.4.10.1 = INTEGER: 8\n")
    with pytest.raises(ParseError, match=r"line 2: \.1\.3\.6\.1\.4\.10\.1 was '7' in line 1"):
        snmp_text.column(rows, "1.3.6.1.4.10")


@pytest.mark.parametrize(("line", "kind", "value"), [
    ("iso.3.6.1.2.1.1.5.0 = STRING: \"x\"", "string", "x"),
    ("iso.0.8802.1.1.2 = INTEGER: -3", "integer", -3),
    (".1.3.6.1.2.1.1.3.0 = Timeticks: (170074009) 19 days, 16:25:40.09", "timeticks", 1700740.09),
    (".1.3.6.1.2.1.1.3.0 = Timeticks:: (5) 0:00:00.05", "timeticks", 0.05),
    (".1.3.6.1.2.1.1.5.0  = STRING: not quoted", "string", "not quoted"),
    (".1.3.6.1.2.1.1.5.0 = STRING: ", "string", ""),
    (".1.3.6.1.2.1.1.5.0 = \"only quoted\"", "string", "only quoted"),
    (".1.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1", "oid", "1.3.6.1.4.1"),
    (".1.3.6.1.2.1.1.2.0 = OID: ccitt.0", "oid", "0.0"),
    (".1.3.6.1.2.1.25.2.2.0 = INTEGER: 3977380 KBytes", "integer", 3977380),
    (".1.3.6.1.2.1.2.2.1.3.1 = Wrong Type (should be Gauge32 or Unsigned32): INTEGER: 6", "integer", 6),
    (".1.3.6.1.2.1.2.2.1.9.1 = Network Address: 0A:00:01:FF", "ip_address", "10.0.1.255"),
    (".1.3.6.1.4.1.2021.10.1.6.1 = Opaque: Float: 0.120000", "opaque", 0.12),
    (".1.3.6.1.4.1.2021.10.1.7.1 = OPAQUE: 04 01 ", "opaque", b"\x04\x01"),
    (".1.3.6.1.2.1.9.1 = BITS: 80 40 one(0) nine(9)", "hex", b"\x80\x40"),
    (".1.3.6.1.2.1.9.1 = NULL", "null", None),
    (r'.1.3.6.1.2.1.25.2.3.1.3.2 = STRING: "D:\"', "string", "D:\\"),
    ("1.3.6.1.2.1.1.5.0|4|a|b", "string", "a|b"),
    ("1.3.6.1.2.1.1.5.0|4|", "string", ""),
    ("1.3.6.1.2.1.1.5.0|4x|00ff", "hex", b"\x00\xff"),
    ("1.3.6.1.2.1.1.5.0|4e|a\\nb", "string", "a\nb"),
    ("1.3.6.1.2.1.1.3.0|67|8445123", "timeticks", 84451.23),
    ("1.3.6.1.2.1.4.20.1.1|64|10.0.0.1", "ip_address", "10.0.0.1"),
    ("1.3.6.1.2.1.4.20.1.1|64x|0a000001", "ip_address", "10.0.0.1"),
    ("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1", "oid", "1.3.6.1.4.1"),
    ("1.3.6.1.2.1.1.9|70|5", "counter64", 5),
    ("1.3.6.1.2.1.1.9|128|", "no_such_object", None),
])
def test_single_lines(line: str, kind: str, value: object) -> None:
    row, = snmp_text.read(line + "\r\n")
    assert (row.type, row.value) == (kind, value)


def test_long_hex_strings_and_unquoted_strings_go_on_over_lines() -> None:
    rows = snmp_text.read(
        ".1.3.6.1.2.1.1.6.0 = Hex-STRING: 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F \n10 11 \n"
        ".1.3.6.1.2.1.1.7.0 = STRING: first\nsecond\n.1.3.6.1.2.1.1.8.0 = INTEGER: 1\n")
    assert rows[0].octets == bytes(range(18))
    assert rows[1].text == "first\nsecond"
    assert rows[2].integer == 1


def test_a_bare_number_is_timeticks_only_where_other_lines_name_their_types() -> None:
    named = snmp_text.read(".1.3.6.1.2.1.1.3.0 = 231451\n.1.3.6.1.2.1.1.7.0 = INTEGER: 72\n")
    assert (named[0].type, named[0].value) == ("timeticks", 2314.51)
    bare = snmp_text.read(".1.3.6.1.2.1.1.3.0 = 231451\n.1.3.6.1.2.1.1.7.0 = 72\n")
    assert [(row.type, row.value) for row in bare] == [("number", 231451), ("number", 72)]


def test_the_end_of_a_version_1_walk_is_no_value() -> None:
    assert len(snmp_text.read(".1.3.6.1.2.1.1.7.0 = INTEGER: 72\nEnd of MIB\n")) == 1


@pytest.mark.parametrize(("text", "words"), [
    (".1.3.6.1.2.1.1.1.0 = STRING: \"cut off here", "line 1: the string is not closed"),
    (".1.3.6.1.2.1.1.1.0 = STRING: \"say \\\"", "line 1: the string is not closed"),
    (".1.3.6.1.2.1.1.1.0 = STRING: \"lost\n.1.3.6.1.2.1.1.2.0 = INTEGER: 1\n", "line 1: the string is not closed"),
    (".1.3.6.1.2.1.1.1.0 = STRING: \"a\" b\n", "line 1: the string is not closed"),
    (".1.3.6.1.2.1.1.7.0 = INTEGER: 72\n.1.3.6.1.2.1", "line 2: no SNMP value"),
    (".1.3.6.1.2.1.1.7.0 = INTEGER:", "line 1: cut off after 'INTEGER:'"),
    (".1.3.6.1.2.1.1.7.0 = INTEG", "no value of a known type"),
    (".1.3.6.1.2.1.1.7.0 = INTEGER: \n", "line 1: no integer"),
    (".1.3.6.1.2.1.1.7.0 = INTEGER: 3.5\n", "line 1: no integer"),
    (".1.3.6.1.2.1.1.3.0 = Timeticks: (8445", "line 1: no Timeticks"),
    (".1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1A 6", "line 1: no whole octets"),
    (".1.3.6.1.2.1.1.7.0 = INTEGER: 72\nTimeout: No Response from 127.0.0.1\n", "line 2: the walk ended in an error"),
    ("snmpwalk: Timeout\n", "line 1: the walk ended in an error"),
    (".1.3.6.1.2.1.1.5.0 = STRING: not quoted\nError: OID not increasing: .1.3\n >= .1.2\n", "ended in an error"),
    ("SNMPv2-MIB::sysName.0 = STRING: x\n", "line 1: no SNMP value"),
    ("Interface  IP-Address  OK?\n", "line 1: no SNMP value"),
    (".1.3.6.1.2.1.1.7.0 = INTEGER: 72\nConnection closed.\n", "line 2: no SNMP value"),
    ("1.3.6.1.2.1.1.3.0|67|lots", "line 1: no timeticks"),
    ("1.3.6.1.2.1.1.3.0|2:numeric|rate=3", "line 1: no SNMP value"),
    ("1.3.6.1.2.1.1.3.0|99|1", "tag 99"),
    ("1.3.6.1.2.1.1.3.0|4x|0a0", "no whole octets"),
    (".1.3.6.1.2.1.4.20.1.1 = IpAddress: 10.1.2.300\n", "no IP address"),
    (".1.3.6.1.2.1.1.2.0 = OID: enterprises.2\n", "no numeric OID"),
    ("End of MIB\n", "no SNMP value"),
    ("\n\n", "no SNMP value in the text"),
])
def test_what_is_refused(text: str, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        snmp_text.read(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_of_another_type_is_not_zero() -> None:
    text, ticks, octets = snmp_text.read(
        "1.3.6.1.2.1.1.5.0|4|12\n1.3.6.1.2.1.1.3.0|67|50\n1.3.6.1.2.1.1.6.0|4x|ff41\n")
    with pytest.raises(ParseError, match=r"line 1: \.1\.3\.6\.1\.2\.1\.1\.5\.0 holds string '12', not a number"):
        _ = text.number
    with pytest.raises(ParseError, match="not an integer"):
        _ = ticks.integer
    with pytest.raises(ParseError, match="not text"):
        _ = octets.text
    with pytest.raises(ParseError, match="not octets"):
        _ = ticks.octets


@given(st.text(max_size=200))
def test_strange_text_is_refused_or_read_but_never_breaks(text: str) -> None:
    with contextlib.suppress(ParseError):
        assert snmp_text.read(text)


CAPTURES = Path(os.environ["ROUNDS_CAPTURES"]) if os.environ.get("ROUNDS_CAPTURES") else None


@pytest.mark.captures
@pytest.mark.skipif(CAPTURES is None, reason="ROUNDS_CAPTURES is not set: real SNMP text was NOT read")
def test_every_captured_walk_is_read_to_its_last_line() -> None:
    assert CAPTURES is not None
    files = sorted(path for path in CAPTURES.glob("*/*/*") if path.suffix in {".snmprec", ".snmpwalk"})
    assert len(files) >= 30
    for path in files:
        # Not splitlines: form feeds are part of a value.
        lines = [line for line in path.read_text("utf-8").split("\n") if line.strip()]
        rows = snmp_text.read(path.read_text("utf-8"))
        assert len(rows) == len(lines), path.name
        assert sum(snmp_text.dotted(row.oid)[1:] in line for row, line in zip(rows, lines, strict=True)) == len(rows)
