"""The simulated database's SQL: Oracle's semantics, and Oracle's refusals by their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab.oracle_sql.engine import Engine
from pacs_rounds.lab.oracle_sql.errors import OraError
from pacs_rounds.lab.oracle_sql.session import open_engine
from pacs_rounds.lab.oracle_views import schema
from pacs_rounds.lab.oracle_views.clock import Now
from pacs_rounds.lab.oracle_views.rows import ROWS

AT = datetime(2026, 11, 22, 9, 30, 15)
STATE = yamlfile.load(paths.LAB / "defaults" / "oracle.yml")["oracle"]


def engine_of(**changes: Any) -> Engine:
    """A session of SYS in the database of the defaults, with some of its state changed."""
    return open_engine(Now("db", {**STATE, **changes}, AT, AT), sysdba=True)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    one = engine_of()
    yield one
    one.close()


# What Oracle gives for each of these, by its SQL Language Reference.
VALUES = [
    # NULL and the empty text are one
    ("nvl('', 'empty')", "empty"), ("nvl2('', 'full', 'empty')", "empty"), ("length('')", None),
    ("'a' || null || 'b'", "ab"), ("replace('aaa', 'a')", None), ("trim('   ')", None), ("substr('abc', 5)", None),
    ("decode(null, null, 'same', 'other')", "same"), ("case when null = null then 'same' else 'other' end", "other"),
    ("coalesce(null, '', 'third')", "third"), ("greatest(1, null, 3)", None), ("least(2, 1)", 1),
    # numbers
    ("1 / 4", 0.25), ("5 / 2", 2.5), ("7 / 7", 1), ("trunc(7 / 2)", 3), ("round(2.5)", 3), ("round(-2.5)", -3),
    ("round(1234.567, -2)", 1200), ("trunc(1234.567, 1)", 1234.5), ("trunc(-1.7)", -1), ("mod(7, 0)", 7),
    ("mod(-7, 3)", -1), ("sign(-5)", -1), ("ceil(1.2)", 2), ("floor(-1.2)", -2), ("power(2, 10)", 1024),
    ("'5' + 1", 6), ("to_number(' 42 ')", 42), ("nvl(null, 0) + 1", 1), ("2 + 3 * 4", 14), ("(2 + 3) * 4", 20),
    ("bitand(6, 3)", 2), ("-(-1)", 1), ("nullif(1, 1)", None), ("nullif(2, 1)", 2),
    # texts
    ("substr('abcdef', 0, 2)", "ab"), ("substr('abcdef', -2)", "ef"), ("substr('abcdef', -7)", None),
    ("substr('abcdef', 2, 0)", None), ("instr('a/b/c', '/')", 2), ("instr('a/b/c', '/', -1)", 4),
    ("instr('abc', 'x')", 0),
    ("lpad('7', 3, '0')", "007"), ("rpad('ab', 4, '.')", "ab.."), ("initcap('in use')", "In Use"),
    ("translate('a|b', '|', '/')", "a/b"), ("translate('a' || chr(10) || 'b', '|' || chr(10), '/ ')", "a b"),
    ("upper('x') || lower('Y')", "Xy"), ("ltrim('xxab', 'x')", "ab"), ("trim(both 'x' from 'xax')", "a"),
    ("length('影像')", 2), ("lengthb('影像')", 6), ("ascii('A')", 65), ("q'[it's]'", "it's"),
    ("regexp_replace('a1b22', '[0-9]+', '#')", "a#b#"), ("regexp_substr('ORA-00942: no', 'ORA-[0-9]+')", "ORA-00942"),
    # numbers as texts: no leading zero, no needless ones at the end
    ("to_char(0.5)", ".5"), ("'' || 0.25", ".25"), ("to_char(-0.5)", "-.5"), ("to_char(100)", "100"),
    ("to_char(12345678901234)", "12345678901234"), ("to_char(1.50)", "1.5"),
    ("to_char(0.5, '990.00')", "   0.50"), ("to_char(0.5, '999.99')", "    .50"), ("to_char(0.5, 'FM990.00')", "0.50"),
    ("to_char(1234567.891, 'FM9,999,990.0')", "1,234,567.9"), ("to_char(12345, '999')", "####"),
    ("to_char(-7, '099')", "-007"), ("to_char(255, 'FMXX')", "FF"), ("to_char(7, '99')", "  7"),
    # dates
    ("to_char(sysdate, 'YYYY-MM-DD HH24:MI:SS')", "2026-11-22 09:30:15"),
    ("to_char(sysdate - 1/24, 'HH24:MI')", "08:30"),
    ("to_char(sysdate + 1, 'DD')", "23"), ("trunc(sysdate) - trunc(sysdate - 7)", 7),
    ("sysdate - to_date('2026-11-21 09:30:15', 'YYYY-MM-DD HH24:MI:SS')", 1),
    ("to_char(trunc(sysdate, 'MM'), 'YYYY-MM-DD')", "2026-11-01"),
    ("to_char(trunc(sysdate, 'HH24'), 'HH24:MI')", "09:00"),
    ("to_char(add_months(date '2026-01-31', 1), 'YYYY-MM-DD')", "2026-02-28"),
    ("to_char(add_months(date '2026-02-28', 1), 'YYYY-MM-DD')", "2026-03-31"),
    ("months_between(date '2026-03-31', date '2026-02-28')", 1), ("to_char(last_day(sysdate), 'DD')", "30"),
    ("to_char(sysdate, 'DD-MON-RR')", "22-NOV-26"), ("to_char(sysdate, 'FMDay')", "Sunday"),
    ("to_char(sysdate, 'YYYY-MM-DD\"T\"HH24:MI:SS')", "2026-11-22T09:30:15"),
    ("to_char(sysdate, 'fmDD.MM.')", "22.11."),
    ("to_char(to_date('22-NOV-26'), 'YYYY')", "2026"), ("'' || to_date('2026-11-22', 'YYYY-MM-DD')", "22-NOV-26"),
    ("extract(year from sysdate)", 2026), ("extract(day from (systimestamp - systimestamp))", 0),
    ("to_char(sysdate - interval '1' day, 'DD')", "21"), ("to_char(sysdate - numtodsinterval(90, 'MINUTE'), 'HH24:MI')",
                                                          "08:00"),
    ("to_char(cast(systimestamp as date), 'HH24:MI:SS')", "09:30:15"),
    # the session
    ("sys_context('USERENV', 'DB_NAME')", "ORCL"), ("sys_context('userenv', 'isdba')", "TRUE"), ("user", "SYS"),
    ("(select count(*) from dual where 1 = 2)", 0), ("decode(2, 1, 'one', 2, 'two', 'many')", "two"),
    ("decode(3, 1, 'one')", None), ("case 3 when 3 then 'three' end", "three"), ("decode(1, 1, null, 5)", None),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES, ids=[one for one, _ in VALUES])
def test_an_expression_has_oracles_value(engine: Engine, expression: str, expected: object) -> None:
    found = engine.query(f"select {expression} as x from dual").rows[0][0]
    if isinstance(expected, int | float):
        assert found == pytest.approx(expected)
    else:
        assert found == expected


ROWS_OF = [
    # (+) keeps what has no partner
    ("select t.tablespace_name, nvl(f.free, 0) from dba_tablespaces t,"
     " (select tablespace_name, sum(bytes) / 1048576 as free from dba_free_space"
     " group by tablespace_name) f where t.tablespace_name = f.tablespace_name(+)"
     " and t.tablespace_name in ('TEMP', 'USERS') order by 1", [("TEMP", 0), ("USERS", 471)]),
    ("select count(*) from dba_tablespaces t, dba_free_space f where t.tablespace_name = f.tablespace_name", [(4,)]),
    ("select count(*) from dba_tablespaces t, dba_free_space f where t.tablespace_name = f.tablespace_name(+)"
     " and f.bytes(+) > 1e12", [(5,)]),
    ("select count(*) from dba_tablespaces t, dba_free_space f where t.tablespace_name = f.tablespace_name(+)"
     " and f.bytes > 1e12", [(0,)]),
    # ROWNUM is given before the order, and counts from one
    ("select rownum, file_id from dba_data_files where rownum <= 2", [(1, 1), (2, 2)]),
    ("select count(*) from dba_data_files where rownum > 1", [(0,)]),
    ("select * from (select file_id from dba_data_files order by file_id desc) where rownum <= 2", [(4,), (3,)]),
    ("select rownum, x from (select file_id as x from dba_data_files order by file_id desc) where rownum < 3",
     [(1, 4), (2, 3)]),
    # an empty text is no text
    ("select count(*) from dual where '' is null", [(1,)]), ("select count(*) from dual where '' = ''", [(0,)]),
    ("select count(*) from dual where dummy <> ''", [(0,)]),
    # NULLs come last going up and first going down
    ("select lock_date from dba_users where username in ('SYS', 'OUTLN') order by lock_date desc", None),
    ("select username from dba_users where username in ('SYS', 'OUTLN') order by lock_date", [("OUTLN",), ("SYS",)]),
    ("select username from dba_users where username in ('SYS', 'OUTLN') order by lock_date desc",
     [("SYS",), ("OUTLN",)]),
    # conversions: text and number, date and text
    ("select count(*) from dba_data_files where file_id = '1'", [(1,)]),
    ("select count(*) from v$instance where startup_time < '01-JAN-30'", [(1,)]),
    # groups
    ("select contents, count(*) from dba_tablespaces group by contents having count(*) > 1", [("PERMANENT", 3)]),
    ("select decode(contents, 'UNDO', 'U', 'X') k, count(*) from dba_tablespaces"
     " group by decode(contents, 'UNDO', 'U', 'X') order by k", [("U", 1), ("X", 4)]),
    ("select sum(bytes) from dba_free_space where 1 = 2", [(None,)]),
    ("select count(*) from dba_free_space where 1 = 2", [(0,)]),
    ("select sum(file_id) from dba_data_files group by tablespace_name having 1 = 2", []),
    ("select max(file_id) keep (dense_rank last order by bytes) from dba_data_files", [(3,)]),
    ("select listagg(username, ',') within group (order by username) from dba_users where username like 'SYS%'",
     [("SYS,SYSTEM",)]),
    # analytic functions
    ("select file_id, row_number() over (order by file_id desc) r, count(*) over () n"
     " from dba_data_files where file_id > 2 order by file_id", [(3, 2, 2), (4, 1, 2)]),
    ("select lag(file_id, 1, 0) over (order by file_id) from dba_data_files where rownum <= 2", [(0,), (1,)]),
    # set operations, WITH, subqueries, CONNECT BY
    ("select 1 from dual union select 1 from dual", [(1,)]), ("select 1 from dual union all select 1 from dual",
                                                              [(1,), (1,)]),
    ("select file_id from dba_data_files minus select 1 from dual order by 1", [(2,), (3,), (4,)]),
    ("with q as (select file_id id from dba_data_files) select max(id) from q", [(4,)]),
    ("select username from dba_users u where exists (select 1 from dba_profiles p where p.profile = u.profile and"
     " u.username = 'SYS')", [("SYS",)]),
    ("select level from dual connect by level <= 3", [(1,), (2,), (3,)]),
    ("select a.file_id from dba_data_files a where a.bytes >= all (select bytes from dba_data_files)", [(3,)]),
    ("select username from dba_users where username like 'SYS\\_%' escape '\\'", []),
    ("select (select name from v$database) as n, serial# from v$session where sid = 1", [("ORCL", 10)]),
    ("select inst_id, instance_name from gv$instance", [(1, "ORCL")]),
]


@pytest.mark.parametrize(("sql", "expected"), ROWS_OF, ids=[sql[:70] for sql, _ in ROWS_OF])
def test_a_query_has_oracles_rows(engine: Engine, sql: str, expected: list[tuple[object, ...]] | None) -> None:
    rows = engine.query(sql).rows
    if expected is None:
        assert rows[0][0] is None
        assert rows[1][0] is not None
    else:
        assert rows == expected


def test_connect_by_walks_a_tree_of_locks() -> None:
    engine = engine_of(blocked_sessions=[
        {"blocker": 131, "waiter": 204, "seconds": 900, "object": "APP.QUEUE"},
        {"blocker": 204, "waiter": 77, "seconds": 300, "object": "APP.QUEUE"}])
    rows = engine.query(
        "select level, sid, seconds_in_wait from v$session start with blocking_session is null and sid in (select"
        " blocking_session from v$session) connect by prior sid = blocking_session").rows
    assert rows == [(1, 131, 912), (2, 204, 900), (3, 77, 300)]


REFUSED = [
    ("select foo from dual", 904, 'ORA-00904: "FOO": invalid identifier'),
    ("select d.foo from dual d", 904, '"D"."FOO"'),
    ("select x.dummy from dual d", 904, '"X"."DUMMY"'), ("select * from nothing", 942, "does not exist"),
    ("select * from scott.dual", 942, ""), ("select nothing(1) from dual", 904, '"NOTHING"'),
    ("select string_agg(dummy, ',') from dual", 904, ""), ("select now() from dual", 904, ""),
    ("select ifnull(dummy, 'x') from dual", 904, ""), ("select isnull(dummy, 'x') from dual", 904, ""),
    ("select dummy from dual limit 1", 933, ""), ("select dummy from dual fetch first 1 rows only", 933, ""),
    ("select dummy from dual offset 1 rows", 933, ""), ("select dummy from dual as d", 933, ""),
    ("select dummy from dual d where d.dummy = 'X' and", 936, ""), ("select dummy, from dual", 936, ""),
    ("select 1", 923, "FROM keyword"), ("select dummy size from dual", 923, ""),
    ("select dummy as date from dual", 923, ""),
    ("select dummy as comment from dual", 923, ""), ("select true from dual", 904, '"TRUE"'),
    ("select 1::int from dual", 911, ""), ("select 5 % 2 from dual", 911, ""), ("select dummy from dual;", 911, ""),
    ("select 'x from dual", 1756, ""), ("select (1 from dual", 907, ""),
    ("select dummy from dual where dummy == 'X'", 936, ""),
    ("select dummy from dual where dummy ilike 'x'", 920, ""), ("select dummy from dual where dummy", 920, ""),
    ("select dummy is null from dual", 923, ""), ("select \"dummy\" from dual", 904, ""),
    ("select `dummy` from dual", 911, ""),
    ("select contents, count(*) from dba_tablespaces", 937, ""),
    ("select contents, status, count(*) from dba_tablespaces group by contents", 979, ""),
    ("select contents c, count(*) from dba_tablespaces group by c", 904, '"C"'),
    ("select count(*) from dba_tablespaces where count(*) > 1", 934, ""),
    ("select dummy from dual where row_number() over (order by dummy) = 1", 30483, ""),
    ("select row_number() from dual", 30484, ""), ("select row_number() over () from dual", 30485, ""),
    ("select file_id from dba_data_files, dba_temp_files", 918, "ambiguously"),
    ("select sysdate + sysdate from dual", 975, ""),
    ("select 1 from dual where sysdate > 1", 932, "inconsistent datatypes"), ("select 1 - sysdate from dual", 932, ""),
    ("select case when 1 = 1 then 'a' else 1 end from dual", 932, ""), ("select coalesce(1, 'a') from dual", 932, ""),
    ("select nvl(dummy) from dual", 938, ""), ("select nvl(dummy, 1, 2) from dual", 939, ""),
    ("select upper() from dual", 909, ""),
    ("select 1 / 0 from dual", 1476, "divisor"), ("select to_number('abc') from dual", 1722, "invalid number"),
    ("select 'a' + 1 from dual", 1722, ""), ("select count(*) from dba_users where username = 1", 1722, ""),
    ("select to_date('2026-13-01', 'YYYY-MM-DD') from dual", 1843, ""),
    ("select to_date('x', 'YYYY') from dual", 1861, ""),
    ("select to_char(sysdate, 'NNN') from dual", 1821, ""),
    ("select 1 from dual union select 'a' from dual", 1790, ""),
    ("select 1, 2 from dual union select 1 from dual", 1789, ""),
    ("select dummy from dual order by 2", 1785, ""), ("select distinct owner from dba_objects order by object_id", 1791,
                                                      ""),
    ("select (select username from dba_users) from dual", 1427, "single-row"),
    ("select dummy from dual where dummy in ()", 936, ""),
    ("select 1 from dba_users u, dba_profiles p where u.profile = p.profile(+) or u.user_id = 1", 1719, ""),
    ("select 1 from dba_users u, dba_profiles p where u.profile(+) = p.profile(+)", 1468, ""),
    ("select 1 from dba_users u left join dba_profiles p on u.profile = p.profile, dual d"
     " where d.dummy(+) = u.username", 25156, ""),
    ("select sys_context('USERENV', 'NOTHING') from dual", 2003, ""), ("select level from dual", 1788, ""),
    ("select a_name_that_is_longer_than_thirty_bytes from dual", 972, "too long"),
    ("select dummy as a_name_that_is_longer_than_thirty_bytes from dual", 972, ""),
    ("select high_value from dba_ind_partitions where high_value = 'x'", 997, ""), ("", 900, ""),
    ("select from dual", 936, ""),
    ("select dummy frm dual", 923, ""), ("select substr('abc') from dual", 938, ""),
    ("select 1 from (select 2 from dual) as q", 933, ""),
    ("select con_id from v$instance", 904, ""), ("select json_value('{}', '$.a') from dual", None, ""),
    ("select dummy from dual where dummy = any", None, ""), ("select * from dba_hist_sqlstat", 3001, "Diagnostics"),
    ("select * from v$active_session_history", 3001, "Diagnostics"), ("select count(*) from v$sql_monitor", 3001, ""),
    ("select dummy from dual for update", 933, ""), ("select a.dummy from dual a natural join dual b", 3001, ""),
    ("select object_id, tax_code from dba_objects", 904, '"TAX_CODE"'),
    ("select editions_enabled from v$session", 904, ""),
    ("select pddl_status from v$session", 3001, "a value for V$SESSION.PDDL_STATUS"),
]


@pytest.mark.parametrize(("sql", "number", "words"), REFUSED, ids=[sql[:70] or "nothing" for sql, _, _ in REFUSED])
def test_what_oracle_refuses_is_refused_with_its_number(engine: Engine, sql: str, number: int | None,
                                                        words: str) -> None:
    with pytest.raises(OraError) as error:
        engine.query(sql)
    assert number is None or error.value.number == number, error.value.text
    assert words in error.value.text
    assert error.value.text.startswith(f"ORA-{error.value.number:05d}: ")


@pytest.mark.parametrize(("version", "sql", "number"), [
    ("10.2.0.5.0", "select listagg(dummy, ',') within group (order by dummy) from dual", 904),
    ("10.2.0.5.0", "select value from v$diag_info", 942), ("9.2.0.8.0", "select * from v$rman_status", 942),
    ("9.2.0.8.0", "select event from v$session", 904), ("9.2.0.8.0", "select regexp_substr('a', 'a') from dual", 904),
    ("12.1.0.2.0", "select instance_name from v$instance", None), ("23.0.0.0.0", "select 1", None),
    ("19.0.0.0.0", "select file_id from dba_data_files order by file_id desc fetch first 1 rows only", None),
    ("19.0.0.0.0", "select file_id from dba_data_files limit 1", 933),
    ("12.2.0.1.0", "select dummy as a_name_that_is_longer_than_thirty_bytes from dual", None)])
def test_releases_differ(version: str, sql: str, number: int | None) -> None:
    engine = engine_of(version=version)
    if number is None:
        assert len(engine.query(sql).rows) == 1
    else:
        with pytest.raises(OraError) as refused:
            engine.query(sql)
        assert refused.value.number == number


@pytest.mark.parametrize(("status", "view", "number"), [
    ("MOUNTED", "dba_users", 1219), ("MOUNTED", "v$database", None), ("STARTED", "v$database", 1507),
    ("STARTED", "v$instance", None), ("STARTED", "dba_users", 1219)])
def test_a_database_that_is_not_open_answers_in_part(status: str, view: str, number: int | None) -> None:
    engine = engine_of(status=status)
    if number is None:
        assert engine.query(f"select count(*) from {view}").rows == [(1,)]
    else:
        with pytest.raises(OraError) as refused:
            engine.query(f"select count(*) from {view}")
        assert refused.value.number == number


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_view_with_rows_has_documented_columns_only(name: str) -> None:
    engine = engine_of(blocked_sessions=[{"blocker": 131, "waiter": 204, "seconds": 9, "object": "APP.Q"}],
                       statistics={"APP": {"tables": 5, "missing": 1, "stale": 1, "newest_days_ago": 1}})
    found = engine.query(f"select * from {name}")
    assert [out.name for out in found.columns] == list(schema.load()[name].of((11, 2, 0, 4)))


def test_the_position_of_an_error_is_that_of_the_name(engine: Engine) -> None:
    with pytest.raises(OraError) as error:
        engine.query("select dummy,\n  foo from dual")
    assert error.value.at == len("select dummy,\n  ")
