"""The simulated SQL*Plus: its habits, its commands, who may connect; every query of the rounds in one session."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab.hospital import merge
from pacs_rounds.lab.oracle_programs import Call, run
from pacs_rounds.lab.oracle_session import Hang
from pacs_rounds.lab.oracle_views.clock import Now
from pacs_rounds.lab.sqlplus import SqlPlus
from pacs_rounds.lab.sqlplus_format import number
from pacs_rounds.oracle import queries, script

AT = datetime(2026, 11, 22, 9, 30, 15)
STATE = yamlfile.load(paths.LAB / "defaults" / "oracle.yml")["oracle"]


def said(text: str, **changes: Any) -> tuple[int, str]:
    """Exit status and output of SQL*Plus for a script on its standard input."""
    out: list[str] = []
    status = SqlPlus(lambda: Now("db", merge(STATE, changes), AT, AT), out.append).run(text)
    return status, "".join(out)


def answer(text: str, **changes: Any) -> str:
    """What a script prints after `connect / as sysdba`."""
    return said(f"connect / as sysdba\n{text}\n", **changes)[1].removeprefix("Connected.\n")


def test_headings_are_cut_and_lines_wrap_as_nobody_expects() -> None:
    assert answer("set tab off\nselect instance_name, host_name, startup_time from v$instance;") == (
        "\nINSTANCE_NAME\n----------------\n"
        "HOST_NAME                                                        STARTUP_T\n"
        "---------------------------------------------------------------- ---------\n"
        "ORCL\ndb                                                               17-AUG-26\n\n\n")


def test_headings_come_again_on_each_page() -> None:
    text = answer("set pagesize 5 tab off\nselect file_id from dba_data_files;")
    head = "\n   FILE_ID\n----------\n"
    assert text == f"{head}         1\n         2\n{head}         3\n         4\n\n"


def test_with_pagesize_nought_only_values_are_left() -> None:
    text = answer("set pagesize 0 feedback off\nselect file_id || '|' || .5 from dba_data_files where file_id < 3;")
    assert text == "1|.5\n2|.5\n"


def test_feedback_counts_rows_from_six_on_unless_told_otherwise() -> None:
    assert "rows selected" not in answer("select file_id from dba_data_files;")
    assert "\n4 rows selected.\n" in answer("set feedback 1\nselect file_id from dba_data_files;")
    assert "\n1 row selected.\n" in answer("set feedback 1\nselect * from dual;")
    assert answer("select * from dual where 1 = 2;") == "\nno rows selected\n\n"


@pytest.mark.parametrize(("value", "width", "shown"), [
    (0.5, 10, ".5"), (-0.5, 10, "-.5"), (1 / 3, 10, ".333333333"), (12345678901.0, 10, "1.2346E+10"),
    (1234567890.0, 10, "1234567890"),
    (123.456, 10, "123.456"), (12345.678901, 10, "12345.6789"), (0.0, 10, "0"), (1e20, 10, "1.0000E+20"),
    (12345.0, 4, "####"),
    (64424509440.0, 40, "64424509440")])
def test_numbers_as_sqlplus_shows_them(value: float, width: int, shown: str) -> None:
    assert number(value, width) == shown


def test_an_error_stands_with_its_line_and_an_asterisk() -> None:
    assert answer("select dummy,\n  foo\nfrom dual;") == (
        '  foo\n  *\nERROR at line 2:\nORA-00904: "FOO": invalid identifier\n\n\n')


def test_a_blank_line_throws_a_statement_away() -> None:
    text = answer("select dummy\n\nfrom dual;")
    assert text == 'SP2-0734: unknown command beginning "from dual;" - rest of line ignored.\n'
    assert "DUMMY" not in text
    assert "X" in answer("set sqlblanklines on\nselect dummy\n\nfrom dual;")


def test_a_statement_whose_end_never_comes_is_never_run() -> None:
    assert answer("select dummy from dual") == ""


def test_substitution_takes_the_next_line_of_the_script() -> None:
    assert "Enter value for x: " in answer("select '&x' as v from dual;\nseven\n")
    assert "seven" in answer("select '&x' as v from dual;\nseven\n")
    assert "&x" in answer("set define off\nselect '&x' as v from dual;")
    assert "22" in answer("column d new_value day\nselect to_char(sysdate, 'DD') d from dual;\nprompt &day")


@pytest.mark.parametrize(("line", "text"), [
    ("foo", 'SP2-0734: unknown command beginning "foo" - rest of line ignored.\n'), ("host ls", "SP2-0738"),
    ("spool /tmp/x", "SP2-0738"), ("set markup csv on", "SP2-0158"),
    ("set nothing on", 'SP2-0158: unknown SET option "nothing"\n'),
    ("set linesize 99999", "SP2-0267"), ("!rm -rf /", "SP2-0738"), ("@x", "SP2-0738"), ("42", "SP2-0226"),
    ("x" * 2600, "SP2-0027"), ("begin null; end;\n/", "nothing here may be changed"),
    ("delete from dual;", "nothing here may be changed"),
    ("alter system switch logfile;", "nothing here may be changed"), ("alter session set nothing = 1;", "ORA-02248"),
    ("alter session set nls_date_format = 'NNN';", "ORA-01821"), ("prompt words & more", "words & more")])
def test_a_line_is_answered(line: str, text: str) -> None:
    assert text in answer(f"set define off\n{line}")


def test_the_session_fixes_what_the_database_has_otherwise() -> None:
    nls = {**STATE["nls"], "numeric_characters": ",.", "date_format": "DD.MM.RRRR"}
    text = "set pagesize 0 feedback off\nselect 1/4 || ' ' || sysdate from dual;"
    fixed = "set feedback off\nalter session set nls_numeric_characters = '.,' nls_date_format = 'YYYY-MM-DD';\n"
    assert answer(text, nls=nls) == ",25 22.11.2026\n"
    assert answer(fixed + text, nls=nls) == ".25 2026-11-22\n"


@pytest.mark.parametrize(("words", "changes", "text"), [
    ("/ as sysdba", {}, "Connected.\n"), ("/ as sysdba", {"status": "DOWN"}, "Connected to an idle instance.\n"),
    ('rounds/"rounds-lab"', {}, "Connected.\n"), ("rounds/wrong", {},
                                                  "ERROR:\nORA-01017: invalid username/password; logon denied\n\n\n"),
    ("nobody/x", {}, "ORA-01017"), ("rounds/rounds-lab@PACS", {}, "ORA-12154"),
    ("rounds/rounds-lab", {"status": "DOWN"}, "ORA-01034"),
    ("rounds/rounds-lab", {"status": "MOUNTED"}, "ORA-01033"),
    ("rounds/rounds-lab", {"accounts": {"ROUNDS": {"status": "LOCKED"}}}, "ORA-28000: the account is locked"),
    ("rounds/rounds-lab", {"accounts": {"ROUNDS": {"status": "EXPIRED"}}}, "ORA-28001: the password has expired"),
    ("rounds/rounds-lab", {"accounts": {"ROUNDS": {"status": "EXPIRED(GRACE)", "expires_in_days": 5}}},
     "ORA-28002: the password will expire within 5 days\n\n\nConnected.\n"),
    ("/ as sysdba", {"session_logon_denied": "ORA-00020: maximum number of processes (500) exceeded"}, "ORA-00020")])
def test_who_may_connect(words: str, changes: dict[str, Any], text: str) -> None:
    assert text in said(f"connect {words}\n", **changes)[1]


def test_an_expired_password_makes_it_read_the_script_for_a_new_one() -> None:
    text = said("connect rounds/rounds-lab\nselect 1 from dual;\nselect 2 from dual;\nselect 3 from dual;\n",
                accounts={"ROUNDS": {"status": "EXPIRED"}})[1]
    assert text.endswith("SP2-0640: Not connected\n")
    assert text.count("SP2-0640") == 1


def test_statements_without_an_instance_or_a_session() -> None:
    assert "ORA-01034: ORACLE not available" in answer("select 1 from dual;", status="DOWN")
    assert said("select 1 from dual;\n")[1] == "SP2-0640: Not connected\n"
    assert "ORA-00942" in said("connect rounds/rounds-lab\nselect * from v$instance;\n", grants="none")[1]
    assert "ORA-00942" in answer("select * from v$rman_status;", hidden_views=["V$RMAN_STATUS"])


def test_whenever_and_exit_set_the_status() -> None:
    assert said("connect / as sysdba\nwhenever sqlerror exit 3\nselect foo from dual;\nprompt not reached\n")[0] == 3
    assert "not reached" not in answer(
        "whenever sqlerror exit failure rollback\nselect foo from dual;\nprompt not reached")
    assert said("exit 7\n")[0] == 7
    assert said("connect x/y\nexit success rollback\n")[0] == 0
    assert said("whenever sqlerror exit failure rollback\nconnect x/y\nexit success\n")[0] == 1


def test_a_hung_instance_says_what_it_said_before_and_then_nothing() -> None:
    out: list[str] = []
    program = SqlPlus(lambda: Now("db", {**STATE, "hang_on": "v$lock"}, AT, AT), out.append)
    with pytest.raises(Hang):
        program.run("connect / as sysdba\nset pagesize 0\nselect 'first' from dual;\nselect count(*) from v$lock;\n")
    assert "first" in "".join(out)


@pytest.mark.parametrize(("words", "text", "status"), [
    (["-V"], "SQL*Plus: Release 11.2.0.4.0 Production", 0), (["-S", "-L", "-R", "3", "/nolog"], "SP2-0640", 0),
    (["-S", "rounds/rounds-lab"], "a password on the command line", 1), (["-X"], "SP2-0306", 1),
    (["-S", "/", "as", "sysdba"], "Connected.", 0)])
def test_the_command_line(words: list[str], text: str, status: int) -> None:
    out: list[str] = []
    call = Call("sqlplus", words, "ORCL", STATE["home"], "select 1 from dual;\n")
    assert run(call, lambda: Now("db", STATE, AT, AT), out.append) == status
    assert text in "".join(out)


def _for_release(text: str, release: int) -> str:
    kept, wanted = [], True
    for line in text.splitlines():
        if found := re.match(r"--for (\d+) (\d+)", line):
            wanted = int(found[1]) <= release < int(found[2])
        elif wanted:
            kept.append(line)
    return "\n".join(kept) + "\n"


@pytest.mark.parametrize(("version", "release"), [("11.2.0.4.0", 1102), ("10.2.0.5.0", 1002), ("9.2.0.8.0", 902),
                                                  ("19.0.0.0.0", 1900)])
def test_every_query_of_the_rounds_runs_in_one_session(version: str, release: int) -> None:
    text = _for_release(script.build(queries.load().values(), "NONCE"), release)
    status, output = said(text, version=version)
    refused = [line for line in output.splitlines() if line.startswith(("ORA-", "SP2-", "ERROR"))]
    assert (status, refused) == (0, [])
    for query in queries.load().values():
        part = output.partition(f"NONCE B {query.name}\n")[2].partition(f"NONCE E {query.name}\n")[0]
        assert re.search(r"^(\d+ rows? selected\.|no rows selected|NONCE N .*)$", part, re.MULTILINE), query.name
        assert all(line.count("|") == len(query.columns) - 1 for line in part.splitlines() if "|" in line), query.name
