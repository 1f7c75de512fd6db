"""One session of SQL*Plus per instance: what is sent, what is never shown, and what becomes of each way it can end."""

from __future__ import annotations

import re
from pathlib import Path

import oracle_stand
import pytest
from oracle_stand import NONCE, Stand

from pacs_rounds import parse
from pacs_rounds.model import Answer, Reason

SHELLS = [("dash", "timeout"), ("dash", "setsid"), ("bash", "timeout"), ("bash", "job control"), ("busybox", "timeout")]
INSTANCE = "PACS|pacs-a|11.2.0.4.0|2026-08-02T02:11:09|2026-11-20T08:10:00|OPEN|ALLOWED|NO|ACTIVE|STARTED|NO"
DATABASE = "3405691582|PACS|PACS|2014-03-09T11:20:31|ARCHIVELOG|READ WRITE|PRIMARY|NO|NO|NONE|Linux x86 64-bit"
SHORT = -16.0
"""Added to the twenty seconds that a session has for all its quick queries: four, since a test cannot wait."""
NO_VIEW = "  from v$database\n       *\nERROR at line 14:\nORA-00942: table or view does not exist\n\n"


@pytest.fixture(params=SHELLS, ids=lambda one: f"{one[0]} with {one[1]}")
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Stand:
    built = oracle_stand.build(tmp_path, *request.param)
    if built is None:
        pytest.skip(f"no {request.param[0]} here")
    built.told["answers"] = {"instance": [INSTANCE], "database": [DATABASE]}
    return built


@pytest.fixture
def dash(tmp_path: Path) -> Stand:
    built = oracle_stand.build(tmp_path, "sh", "timeout")
    assert built
    built.told["answers"] = {"instance": [INSTANCE], "database": [DATABASE]}
    return built


def both(stand: Stand, limit: float = 10.0) -> list[Answer]:
    return stand.ask("sqlplus instance", "sqlplus database", limit=limit)


def test_one_session_answers_all_queries_among_other_commands(stand: Stand) -> None:
    first, instance, database, last = stand.ask("printf a", "sqlplus instance", "sqlplus database", "cat; printf b")
    assert (first.text, last.text) == ("a", "b")  # and nobody else reads the session's standard input
    assert [one.reason for one in (instance, database)] == [None, None]
    assert parse.parse("oracle.sql_instance", instance.text)[0]["rows"][0]["status"] == "OPEN"
    assert parse.parse("oracle.sql_database", database.text)[0]["rows"][0]["dbid"] == 3405691582
    assert [arguments for arguments, _ in stand.calls()] == [["-V"], ["-S", "-L", "-R", "3", "/nolog"]]
    assert stand.typed().count("connect ") == 1  # every connection leaves a file in the audit directory
    assert "connect / as sysdba" in stand.typed()
    assert "--for" not in stand.typed()


def test_the_environment_is_that_of_the_home_and_nobody_elses(stand: Stand) -> None:
    both(stand)
    environment = stand.calls()[-1][1]
    home = str(stand.oracle_home)
    assert {name: environment[name] for name in ("ORACLE_HOME", "ORACLE_SID", "NLS_LANG", "LD_LIBRARY_PATH")} == {
        "ORACLE_HOME": home, "ORACLE_SID": "PACS", "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8",
        "LD_LIBRARY_PATH": f"{home}/lib"}
    assert not {"TWO_TASK", "SQLPATH", "ORACLE_PATH"} & set(environment)


def test_a_password_is_in_no_list_of_processes_no_environment_and_no_answer(stand: Stand) -> None:
    secret = "S3cret of the vault's"
    stand.settings["account"] = {"user": "ROUNDS", "password": secret}
    stand.told["answers"]["instance"] = [INSTANCE]
    keep: dict[str, str] = {}
    answers = stand.ask("sqlplus instance", "cat /proc/*/cmdline /proc/*/environ", keep=keep)
    assert f'connect ROUNDS/"{secret}"' in stand.typed()
    assert answers[0].reason is None
    assert "vault" not in keep["output"]
    assert all(secret not in str(call) for call in stand.calls())
    # While it runs: SQL*Plus itself looks at every process of this host.
    looking = stand.oracle_home / "bin" / "sqlplus"
    looking.write_text(looking.read_text().replace(
        "text = sys.stdin.read()", "text = sys.stdin.read(); time.sleep(0.2); import glob; seen = b''\n"
        "for path in glob.glob('/proc/[0-9]*/cmdline') + glob.glob('/proc/[0-9]*/environ'):\n"
        "    try: seen += open(path, 'rb').read()\n    except OSError: pass\n"
        "open(home + '/seen', 'wb').write(seen)"))
    stand.ask("sqlplus instance")
    seen = (stand.oracle_home / "seen").read_bytes()
    assert b"sqlplus" in seen
    assert b"of the vault" not in seen
    assert b"v$instance" not in seen


def test_the_target_gets_no_file(stand: Stand) -> None:
    before = set(stand.home.rglob("*"))
    both(stand)
    assert {path.name for path in {*stand.home.rglob("*")} - before} == {"told.json", "calls", "script"}  # the fake's


def test_an_instance_that_does_not_run_is_not_connected_to(stand: Stand) -> None:
    stand.running = ["PACS2", "XPACS"]
    instance, _ = both(stand)
    assert instance.text == "-- instance PACS\n-- not running\n"
    assert instance.reason is None
    assert stand.calls() == []


def test_where_processes_are_hidden_a_missing_one_proves_nothing(stand: Stand) -> None:
    stand.hidepid = True
    assert [one.reason for one in both(stand)] == [None, None]


def test_one_querys_error_costs_that_query_only(stand: Stand) -> None:
    stand.told["answers"]["instance"] = NO_VIEW
    instance, database = both(stand)
    assert instance.reason is Reason.REFUSED
    assert "ORA-00942" in instance.detail
    assert instance.text == "-- instance PACS\nORA-00942: table or view does not exist\n"
    assert database.reason is None


def test_a_query_that_hangs_is_cut_and_earlier_answers_stay(stand: Stand) -> None:
    stand.told["answers"]["database"] = "hang"
    instance, database, last = stand.ask("sqlplus instance", "sqlplus database", "printf c", limit=SHORT)
    assert instance.reason is None
    assert database.reason is Reason.TIMED_OUT
    assert "in this query" in database.detail
    assert last.text == "c"


def test_sqlplus_that_ignores_the_first_signal_is_killed(dash: Stand) -> None:
    dash.told |= {"stubborn": True}
    dash.told["answers"]["instance"] = "hang"
    instance, database = both(dash, SHORT)
    assert (instance.reason, database.reason) == (Reason.TIMED_OUT, Reason.TIMED_OUT)
    assert "before this query, in instance" in database.detail


@pytest.mark.parametrize(("version", "variant"), [
    ("SQL*Plus: Release 9.2.0.8.0 - Production", "'NO' as blocked"),
    ("\nSQL*Plus: Release 11.2.0.4.0 Production\n", " blocked"),
    ("\nSQL*Plus: Release 19.0.0.0.0 - Production\nVersion 19.19.0.0.0\n", " blocked"),
    ("\nSQL*Plus: Release 23.0.0.0.0 - Production\nVersion 23.4.0.24.05\n", " blocked"),
])
def test_the_statement_is_that_of_the_homes_release(dash: Stand, version: str, variant: str) -> None:
    dash.told["version"] = version
    instance, _ = both(dash)
    assert instance.reason is None
    assert dash.typed().count("from v$instance") == 1
    assert ("'NO' as blocked" in dash.typed()) == (variant == "'NO' as blocked")


CONNECT = [
    ("ERROR:\nORA-01017: invalid username/password; logon denied\n", Reason.REFUSED, "login refused"),
    ("ERROR:\nORA-28001: the password has expired\n", Reason.REFUSED, "expired"),
    ("ERROR:\nORA-28000: the account is locked\n", Reason.REFUSED, "locked"),
    ("ERROR:\nORA-01033: ORACLE initialization or shutdown in progress\n", Reason.UNREACHABLE, "starting or stopping"),
    ("ERROR:\nORA-00020: maximum number of processes (150) exceeded\n", Reason.REFUSED, "no session or process"),
    ("idle", Reason.UNREACHABLE, "instance is down"),
    ("ERROR:\nORA-99999: something nobody listed\n", Reason.UNPARSABLE, "something nobody listed"),
]


@pytest.mark.parametrize(("connect", "reason", "words"), CONNECT, ids=[one[2] for one in CONNECT])
def test_a_refused_session_is_told_apart(dash: Stand, connect: str, reason: Reason, words: str) -> None:
    dash.told["connect"] = connect
    for answer in both(dash):
        assert answer.reason is reason
        assert words in answer.detail
        assert answer.text.startswith("-- instance PACS\n-- failed ")


def test_a_password_about_to_expire_is_a_session(dash: Stand) -> None:
    home = dash.oracle_home / "bin" / "sqlplus"
    warned = '"ok": "ERROR:\\nORA-28002: the password will expire within 5 days\\n\\n\\nConnected."'
    home.write_text(home.read_text().replace('"ok": "Connected."', warned))
    assert [one.reason for one in both(dash)] == [None, None]


def test_an_instance_that_hangs_at_connect_is_timed_out(dash: Stand) -> None:
    dash.told["connect"] = "hang"
    assert {(one.reason, "CONNECT" in one.detail) for one in both(dash, SHORT)} == {(Reason.TIMED_OUT, True)}


def test_a_connection_lost_midway_costs_the_rest(dash: Stand) -> None:
    dash.told["answers"]["instance"] = "ERROR:\nORA-03113: end-of-file on communication channel\nProcess ID: 4711\n"
    instance, database = both(dash)
    assert instance.reason is Reason.UNREACHABLE
    assert database.reason is Reason.REFUSED
    assert "not connected" in database.detail


def test_a_home_without_sqlplus_is_a_missing_tool(dash: Stand) -> None:
    (dash.oracle_home / "bin" / "sqlplus").unlink()
    assert {one.reason for one in both(dash)} == {Reason.TOOL_MISSING}


def test_a_home_that_tells_no_release_is_unparsable(dash: Stand) -> None:
    dash.told["version"] = "Error 6 initializing SQL*Plus\nSP2-0667: Message file sp1<lang>.msb not found"
    assert {one.reason for one in both(dash)} == {Reason.TOOL_MISSING}
    dash.told["version"] = "what is that?"
    assert {one.reason for one in both(dash)} == {Reason.UNPARSABLE}


def test_another_owner_is_asked_through_sudo_without_a_password(dash: Stand) -> None:
    dash.settings["instances"][0]["os_user"] = "oracle-of-the-tests"
    sudo = dash.shell.parent / "sudo"
    sudo.write_text('#!/bin/sh\ntest "$1 $2 $3" = "-n -u oracle-of-the-tests" && shift 3 && exec "$@"\n')
    sudo.chmod(0o755)
    dash.settings["become"] = "sudo"
    assert [one.reason for one in both(dash)] == [None, None]
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    refused, _ = both(dash)
    assert refused.reason is Reason.REFUSED
    assert "a password is required" in refused.detail


def test_two_instances_of_one_host_are_two_sessions_and_one_answer(dash: Stand) -> None:
    home = str(dash.oracle_home)
    dash.settings["instances"] = [{"sid": sid, "oracle_home": home} for sid in ("PACS", "OLD", "RIS")]
    dash.running = ["PACS", "RIS"]
    instance, _ = both(dash)
    found = parse.parse("oracle.sql_instance", instance.text)
    assert [(one["sid"], one["running"], len(one["rows"])) for one in found] == [
        ("PACS", True, 1), ("OLD", False, 0), ("RIS", True, 1)]


def test_the_inventory_may_say_how_long_a_session_takes(dash: Stand) -> None:
    dash.settings["session_seconds"] = 4
    dash.told["answers"]["database"] = "hang"
    instance, database = both(dash, 60.0)
    assert (instance.reason, database.reason) == (None, Reason.TIMED_OUT)


def test_what_the_inventory_lacks_is_said(dash: Stand) -> None:
    dash.settings = {}
    assert {(one.reason, one.detail.partition(":")[0]) for one in both(dash)} == {
        (Reason.UNREACHABLE, "rounds_oracle is missing in the inventory")}
    dash.settings = {"instances": [{"sid": "unknown", "oracle_home": "/u01"}]}
    assert "sid is still 'unknown'" in both(dash)[0].detail


ROWS = [
    ([INSTANCE, INSTANCE], Reason.TRUNCATED, "more than 1 rows"),
    (f"{INSTANCE}\n\n2 rows selected.\n", Reason.TRUNCATED, "selected 2 rows and 1 lines came"),
    (INSTANCE, Reason.TRUNCATED, "without SQL*Plus's count"),
    (f"{INSTANCE}\nERROR:\nORA-01555: snapshot too old\n\n\n1 row selected.\n", Reason.UNPARSABLE, "snapshot too old"),
    ('SP2-0734: unknown command beginning "foo" - rest of line ignored.', Reason.FAULT_IN_CHECK, "the query is wrong"),
    ("ERROR at line 1:\nORA-01013: user requested cancel of current operation\n", Reason.TIMED_OUT, "no answer"),
]


@pytest.mark.parametrize(("said", "reason", "words"), ROWS, ids=[one[2] for one in ROWS])
def test_rows_that_are_not_whole_are_no_answer(dash: Stand, said: object, reason: Reason, words: str) -> None:
    dash.told["answers"]["instance"] = said
    instance, database = both(dash)
    assert instance.reason is reason
    assert words in instance.detail
    assert database.reason is None


def test_no_rows_are_an_answer_and_an_errors_text_in_a_row_too(dash: Stand) -> None:
    dash.told["answers"] |= {"instance": [], "database": [DATABASE.replace("Linux x86 64-bit", "ORA-00060: deadlock")]}
    instance, database = both(dash)
    assert parse.parse("oracle.sql_instance", instance.text)[0]["rows"] == []
    assert parse.parse("oracle.sql_database", database.text)[0]["rows"][0]["platform_name"] == "ORA-00060: deadlock"


def test_a_forged_mark_ends_nothing(dash: Stand) -> None:
    dash.told["answers"]["instance"] = [INSTANCE.replace("pacs-a", "0123456789abcdef E instance")]
    assert both(dash)[0].reason is None
    assert NONCE not in both(dash)[0].text


def test_marks_and_times_stay_inside_the_round_trip(dash: Stand) -> None:
    instance, database = both(dash)
    assert instance.started <= instance.ended
    assert (instance.started, instance.ended) == (database.started, database.ended)
    assert not re.search(r"[0-9a-f]{24}", instance.text)
