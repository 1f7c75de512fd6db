"""Query files: what is refused before any database sees it, how variants are chosen, the bounds all of them keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pacs_rounds.model import BadInput
from pacs_rounds.oracle import queries, script, site
from pacs_rounds.parse import oracle_rows

HEAD = "-- Something.\n-- columns: name text, bytes int\n-- cost: fixed\n-- rows: 5\n"
ALL = queries.load()


def read(tmp_path: Path, text: str) -> queries.Query:
    path = tmp_path / "one.sql"
    path.write_text(text, encoding="utf-8")
    return queries.read(path)


DUAL = "select 'x' as name, 1 as bytes from dual\n"
REFUSED = [
    ("select event_name as name, 1 as bytes from dba_hist_system_event", "dba_hist_system_event"),
    ("select 'x' as name, 1 as bytes from v$active_session_history", "v$active_session_history"),
    ("select 'x' as name, 1 as bytes from DBA_ADVISOR_TASKS", "DBA_ADVISOR_TASKS"),
    ("select owner as name, bytes from dba_extents", "dba_extents"),
    ("select 'x' as name, 1 as bytes from dual@other", "@"),
    ("select name, bytes from t for update", "for update"),
    ("select dbms_metadata.get_ddl('TABLE', 'T') as name, 1 as bytes from dual", "dbms_metadata"),
    ("delete from audit_trail", "select or with"),
    ("select 'x' as name, 1 as bytes from dual;", "semicolon"),
    ("select '&x' as name, 1 as bytes from dual", "semicolon"),
    ("select 'x' as name, 1 as bytes -- why\n  from dual", "comment inside"),
    ("select 'x' as name, 1 -\n 1 as bytes from dual", "SQL*Plus would take"),
    ("select 'x' as name, 1 as bytes\n/\n  from dual", "SQL*Plus would take"),
    ("select 'ß' as name, 1 as bytes from dual", "beyond ASCII"),
]


@pytest.mark.parametrize(("statement", "words"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_must_not_reach_a_database_is_refused_by_name(tmp_path: Path, statement: str, words: str) -> None:
    with pytest.raises(BadInput, match=r"one\.sql") as refusal:
        read(tmp_path, HEAD + statement)
    assert words in str(refusal.value)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("-- rows: 5\n", "", "rows"), ("-- Something.\n", "", "summary"), ("cost: fixed", "cost: segments", "cost"),
    ("bytes int", "bytes blob", "columns"), ("bytes int", "name int", "two columns"),
    ("-- rows: 5\n", "-- rows: 5\n-- rows: 6\n", "twice"),
    ("-- rows: 5\n", "-- rows: 5\n-- since: new\n", "no release")])
def test_a_head_that_cannot_be_read_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(tmp_path, f"{HEAD.replace(old, new)}{DUAL}")
    assert words in str(refusal.value)


def test_a_variant_holds_from_its_release_up_to_the_next(tmp_path: Path) -> None:
    one = "select 'x' as name, {} as bytes from dual\n"
    head = HEAD + "-- until: 19.0\n-- since: 10.1\n"
    query = read(tmp_path, head + one.format(1) + "-- since: 12.1\n" + one.format(2))
    chosen = {release: (found.statement if (found := query.variant(release)) else None)
              for release in ((9, 2), (10, 1), (11, 2), (12, 1), (18, 0), (19, 0))}
    assert [text and text[-20:] for text in chosen.values()] == [
        None, "'x' as name, 1 as bytes from dual"[-20:], "'x' as name, 1 as bytes from dual"[-20:],
        "'x' as name, 2 as bytes from dual"[-20:], "'x' as name, 2 as bytes from dual"[-20:], None]
    with pytest.raises(BadInput, match="order"):
        read(tmp_path, HEAD + "-- since: 12.1\n" + one.format(1) + "-- since: 10.1\n" + one.format(2))


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_query_is_bounded_short_and_says_what_it_costs(name: str) -> None:
    query = ALL[name]
    assert query.cost in queries.COSTS
    for variant in query.variants:
        text = script.statement(query, variant.statement)
        assert re.search(rf"where rownum <= {query.rows + query.strict}$", text)
        assert all(len(line) < 2400 for line in text.splitlines()), "SQL*Plus leaves out a line of 2500 characters"
        for column, _ in query.columns:
            assert re.search(rf"\b{column}\b", variant.statement, re.IGNORECASE), f"{name} selects no {column}"


def test_a_session_connects_once_and_begins_with_its_own_habits() -> None:
    text = script.build(ALL.values(), "N", 'ROUNDS/"secret"', "PACSPDB")
    assert text.count("connect ") == 1
    assert text.index("whenever sqlerror exit") < text.index("connect ") < text.index("alter session set nls")
    assert text.index("nls_territory") < text.index("nls_date_format")  # a territory brings its own date format
    assert 'alter session set container = "PACSPDB";' in text
    assert text.rstrip().endswith("exit success rollback")
    assert all(len(line) <= 240 for line in text.splitlines() if line.startswith("set "))


def test_the_inventorys_words_are_kept_without_passwords() -> None:
    said = {"account": {"user": "A", "password": "p1"}, "become": "sudo", "instances": [
        {"sid": "PACS", "oracle_home": "/u01/", "account": {"user": "B", "password": "p2"}},
        {"sid": "RIS", "oracle_home": "/u01"}]}
    assert "p1" not in str(site.without_secrets(said))
    assert "p2" not in str(site.without_secrets(said))
    found = site.read(said)
    assert [one.connect for one in found.instances] == ['B/"p2"', 'A/"p1"']
    assert list(found.homes) == ["/u01"]
    assert "p1" not in repr(found)


@pytest.mark.parametrize(("password", "words"), [
    ("", "no password"), ('a"b', "quotation marks"), ("unknown", "unknown")])
def test_a_password_that_cannot_be_used_is_a_gap(password: str, words: str) -> None:
    said = {"instances": [{"sid": "PACS", "oracle_home": "/u01"}], "account": {"user": "A", "password": password}}
    assert words in site.read(said).gap


@pytest.mark.parametrize(("kind", "written", "value"), [
    ("number", ".5", 0.5), ("number", "-.25", -0.25), ("number", "1.2E+10", 12_000_000_000), ("int", "42", 42),
    ("int", "7.0", 7), ("number", "12345678901234567890", 12345678901234567890.0), ("text", " ", " "),
    ("time", "2026-02-28T23:59:59", "2026-02-28T23:59:59"), ("int", None, None)])
def test_values_as_sqlplus_writes_them(kind: str, written: str | None, value: object) -> None:
    assert oracle_rows.value(kind, written) == value


@pytest.mark.parametrize(("kind", "written"), [
    ("number", "1,5"), ("number", "##########"), ("int", "1.5"), ("int", "many"), ("time", "28-FEB-26"),
    ("time", "2026-02-30T00:00:00"), ("number", ".")])
def test_what_is_no_value_is_refused(kind: str, written: str) -> None:
    with pytest.raises(oracle_rows.ParseError):
        oracle_rows.value(kind, written)


def test_rows_of_one_instance_are_by_lower_case_column() -> None:
    text = "-- instance PACS\nNAME|USED\nSYSTEM|.5\nUSERS|\n-- 2 rows\n\n-- instance RIS\n-- not running\n"
    assert oracle_rows.rows(text) == {"PACS": [{"name": "SYSTEM", "used": ".5"}, {"name": "USERS", "used": None}]}
    with pytest.raises(oracle_rows.ParseError, match="RIS"):
        oracle_rows.rows(text.replace("-- not running", "ORA-01034: ORACLE not available"))


@pytest.mark.parametrize(("text", "words"), [
    ("NAME\nx\n-- 1 rows\n", "no '-- instance SID' above"), ("-- instance PACS\n", "cut off"),
    ("-- instance PACS\nNAME|USED\nx\n-- 1 rows\n", "1 fields in a row of 2"),
    ("-- instance PACS\nNAME\n-- 1 rows\n", "1 rows counted and 0 there"),
    ("-- instance PACS\n-- failed because: x\n", "no reason"),
    ("-- instance A\n-- not running\n-- instance A\n", "twice"),
    ("-- instance PACS\n-- not running\nNAME\n-- 0 rows\n", "does not run")])
def test_a_text_of_another_shape_is_refused(text: str, words: str) -> None:
    with pytest.raises(oracle_rows.ParseError, match=words):
        oracle_rows.sections(text)
