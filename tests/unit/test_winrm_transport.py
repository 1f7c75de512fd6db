"""Oracle on Windows hosts over WinRM: the same texts as over a shell, each way it can end told apart, nothing left."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import winrm_stand
from windows_oracle import HOME, Host
from winrm_stand import PASSWORD, USER, Certificates

from pacs_rounds import catalogue, parse
from pacs_rounds.catalogue import Collect
from pacs_rounds.lab import wsman
from pacs_rounds.lab.wsman_shell import TOO_MANY, Call, Fault, Shells
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import winrm, winrm_settings
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.winrm_client import Client

ALL = ["oracle.[!a]*", "oracle.a[!c]*", "oracle.acc*"]
TWO = ("sqlplus instance", "sqlplus database")


class Stand:
    """A Windows host with a listener, and what the inventory says of it."""

    def __init__(self, server: wsman.Server, host: Host, files: Certificates) -> None:
        self.server, self.host = server, host
        self.oracle: dict[str, Any] = {"instances": [{"sid": "PACS", "oracle_home": HOME + "\\"}]}
        self.variables: dict[str, Any] = {
            "ansible_user": USER, "ansible_password": PASSWORD, "ansible_port": server.port,
            "ansible_winrm_transport": "basic", "ansible_winrm_scheme": "https",
            "ansible_winrm_ca_trust_path": str(files.authority), "rounds_connect_seconds": 2}

    def endpoint(self, deadline: float = 60.0) -> Endpoint:
        return winrm_settings.endpoint("win-a", winrm_stand.ADDRESS, {**self.variables, "rounds_oracle": self.oracle},
                                       deadline)

    def ask(self, *commands: str, limit: float = 10.0, deadline: float = 60.0) -> list[Answer]:
        return winrm.ask(self.endpoint(deadline), [Collect(one, "linux.df", limit) for one in commands])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return winrm_stand.certificates(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def stand(files: Certificates) -> Iterator[Stand]:
    host = Host()
    with winrm_stand.listening(host.run, files) as server:
        yield Stand(server, host, files)
        assert server.shells.open == {}  # nothing is left on the host, whatever happened


def test_every_question_of_the_role_has_an_answer_that_its_parser_takes(stand: Stand) -> None:
    stand.host.alert()
    stand.host.chinese = True
    stand.oracle["opatch"] = True
    asked = catalogue.commands(catalogue.select(ALL))
    answers = winrm.ask(stand.endpoint(), asked)
    assert {one.command: one.detail for one in answers if one.reason} == {}
    for collect, answer in zip(asked, answers, strict=True):
        assert parse.parse(collect.parser, answer.text), collect.command
    assert "".join(stand.host.typed).count("connect ") == 1
    assert "--for" not in "".join(stand.host.typed)
    assert len(stand.host.typed) > 3  # fed step by step: no pipe runs full while nobody receives


def test_the_text_is_that_of_any_other_way(stand: Stand) -> None:
    instance, database = stand.ask(*TWO)
    read = parse.parse("oracle.sql_instance", instance.text)
    assert (read[0]["sid"], read[0]["rows"][0]["status"]) == ("PACS", "OPEN")
    assert parse.parse("oracle.sql_database", database.text)[0]["rows"][0]["open_mode"] == "READ WRITE"
    assert "\r" not in instance.text


def test_the_environment_is_the_homes_and_the_password_on_standard_input_only(stand: Stand) -> None:
    secret = "S3cret; of the vault"
    stand.oracle["account"] = {"user": "ROUNDS", "password": secret}
    stand.host.changes["accounts"] = {"ROUNDS": {"password": secret, "status": "OPEN"}}
    answers = stand.ask(*TWO)
    assert f'connect ROUNDS/"{secret}"' in "".join(stand.host.typed)
    assert stand.server.shells.calls[0].environment == {
        "ORACLE_HOME": HOME, "ORACLE_SID": "PACS", "NLS_LANG": "AMERICAN_AMERICA.AL32UTF8", "SQLPATH": HOME + r"\bin"}
    shown = [*stand.host.lines, *(one.text + one.detail for one in answers), repr(stand.endpoint())]
    assert not [one for one in shown if "vault" in one]
    assert answers[0].reason is None


def test_what_has_no_form_on_windows_says_so(stand: Stand) -> None:
    answer = stand.ask("backup logs")[0]
    assert (answer.reason, answer.detail) == (Reason.NOT_RUN, winrm.NO_FORM)


def test_an_instance_whose_service_does_not_run_is_not_connected_to(stand: Stand) -> None:
    stand.oracle["instances"].append({"sid": "RIS", "oracle_home": HOME})
    stand.host.services = {"PACS": (1, "STOPPED")}
    instance, alert = stand.ask("sqlplus instance", "oracle alert_log")
    assert instance.text == "-- instance PACS\n-- not running\n\n-- instance RIS\n-- not running\n"  # RIS: no service
    assert [one["state"] for one in parse.parse("oracle.alert_logs", alert.text)] == ["not_running"] * 2
    assert stand.host.typed == []
    assert not [one for one in stand.host.lines if "sqlplus" in one]


@pytest.mark.parametrize("account", [{}, {"account": {"user": "ROUNDS", "password": "x"}}], ids=["sysdba", "account"])
def test_a_service_without_an_instance_behind_it_is_none_that_runs(stand: Stand, account: dict[str, Any]) -> None:
    stand.host.changes["status"] = "DOWN"
    stand.oracle |= account
    instance, alert = stand.ask("sqlplus instance", "oracle alert_log")
    assert instance.text == "-- instance PACS\n-- not running\n"
    assert parse.parse("oracle.alert_logs", alert.text)[0]["state"] == "not_running"


def test_a_service_that_may_not_be_asked_for_proves_nothing(stand: Stand) -> None:
    stand.host.sc_status = 5
    assert {(one.reason, "error 5" in one.detail) for one in stand.ask(*TWO)} == {(Reason.REFUSED, True)}


@pytest.mark.parametrize(("version", "variant"), [
    ("SQL*Plus: Release 9.2.0.8.0 - Production", "'NO' as blocked"),
    ("\nSQL*Plus: Release 19.0.0.0.0 - Production\nVersion 19.19.0.0.0\n", " blocked")])
def test_the_statement_is_that_of_the_homes_release(stand: Stand, version: str, variant: str) -> None:
    stand.host.banner = version
    stand.ask("sqlplus instance")
    assert variant in "".join(stand.host.typed)
    assert "".join(stand.host.typed).count("from v$instance") == 1


ENDS = [
    ({"session_logon_denied": "ORA-01017: invalid username/password; logon denied"}, Reason.REFUSED, "login refused"),
    ({"session_logon_denied": "ORA-12638: Credential retrieval failed"}, Reason.REFUSED, "ORA-12638"),
    ({"session_logon_denied": "ORA-12560: TNS:protocol adapter error"}, Reason.UNREACHABLE, "instance is down"),
    ({"status": "HUNG", "hang_on": "connect"}, Reason.TIMED_OUT, "while connecting"),
    ({"hang_on": "v$instance"}, Reason.TIMED_OUT, "in this query"),
]


@pytest.mark.parametrize(("changes", "reason", "words"), ENDS, ids=[one[2] for one in ENDS])
def test_each_way_a_session_ends_is_told_apart(stand: Stand, changes: dict[str, Any], reason: Reason,
                                               words: str) -> None:
    stand.host.changes |= changes
    stand.oracle["session_seconds"] = 2
    answer = stand.ask("sqlplus instance")[0]
    assert (answer.reason, words in answer.detail) == (reason, True), answer
    assert all(one.ended.is_set() or one.status is not None for one in stand.server.shells.calls)


def test_a_query_that_hangs_is_cut_and_earlier_answers_stay(stand: Stand) -> None:
    stand.host.changes["hang_on"] = "from v$database"
    stand.oracle["session_seconds"] = 2
    instance, database, listener = stand.ask(*TWO, "lsnrctl status")
    assert (instance.reason, database.reason, listener.reason) == (None, Reason.TIMED_OUT, None)
    assert stand.server.shells.actions.count("Signal") == 4  # sc, sqlplus -V, the session, lsnrctl


def test_a_missing_program_is_told_from_a_missing_home(stand: Stand) -> None:
    stand.host.programs.pop(HOME + r"\bin\sqlplus.exe")
    instance, listener = stand.ask("sqlplus instance", "lsnrctl status")
    assert (instance.reason, listener.reason) == (Reason.TOOL_MISSING, None)
    stand.host.programs = {HOME + r"\bin\sqlplus.exe": "sqlplus"}
    assert stand.ask("lsnrctl status")[0].reason is Reason.TOOL_MISSING
    stand.host.programs = {}
    told = parse.parse("oracle.listeners", stand.ask("lsnrctl status")[0].text)
    assert told[0]["state"] == "no_home"


def test_a_sqlplus_of_no_release_is_no_session(stand: Stand) -> None:
    stand.host.banner = "The system cannot run this program.\n"
    answer = stand.ask("sqlplus instance")[0]
    assert (answer.reason, "cannot run" in answer.detail) == (Reason.UNPARSABLE, True)


def test_opatch_runs_only_where_it_is_allowed(stand: Stand) -> None:
    assert stand.ask("opatch lsinventory")[0].reason is Reason.NOT_RUN
    assert not [one for one in stand.host.lines if "opatch" in one]


def test_a_connection_lost_midway_costs_the_rest(stand: Stand) -> None:
    stand.host.changes["hang_on"] = "from v$database"

    def cut(action: str) -> str | None:
        """From when all that SQL*Plus said before it hung has been received."""
        return "drop" if stand.host.hung and not stand.server.shells.calls[-1].said else None

    stand.server.shells.before = cut
    instance, database, listener = stand.ask(*TWO, "lsnrctl status")
    assert (instance.reason, database.reason) == (None, Reason.UNREACHABLE), database
    assert "cut in this query" in database.detail
    assert listener.reason is Reason.UNREACHABLE
    stand.server.shells.before = lambda action: None
    stand.server.shells.delete(next(iter(stand.server.shells.open)))  # as Windows does after its idle minutes


def test_text_that_ends_too_early_is_truncated(stand: Stand) -> None:
    """SQL*Plus is gone after its first rows, with a status as if all were well."""
    inner = stand.host.run

    def short(call: Call) -> int:
        if "/nolog" not in call.line:
            return inner(call)
        marks = [line for line in (call.read() or b"").split(b"\r\n") if line.startswith(b"prompt ")]
        call.out(b"".join(mark.removeprefix(b"prompt ") + b"\r\n" for mark in marks))
        begin = next(line for line in (call.read() or b"").split(b"\r\n") if b" B instance" in line)
        call.out(begin.removeprefix(b"prompt ") + b"\r\nPACS|win-a|11.2")
        return 0

    stand.server.shells.run = short
    instance, database = stand.ask(*TWO)
    assert (instance.reason, database.reason) == (Reason.TRUNCATED, Reason.TRUNCATED)
    assert instance.text.startswith("-- instance PACS\n-- failed truncated: ")


def test_characters_of_other_code_pages_are_no_crash(stand: Stand) -> None:
    path = stand.host.alert()
    lines = ["Fri Nov 20 02:00:11 2026", "ORA-01653: 表空间 影像库", "星期五 11月 20 03:00:11 2026", "ORA-00060: 死锁"]
    stand.host.files[path] = "\r\n".join([*lines, ""]).encode("gbk") + b"ORA-00600: \x81\r\n"
    told = parse.parse("oracle.alert_logs", stand.ask("oracle alert_log")[0].text)
    assert [one["message"] for entry in told[0]["said"]["entries"] for one in entry["errors"]] == [
        "表空间 影像库", "死锁", "�"]
    stand.host.garbled = b"\xff\xfe\x81 not a character\r\n"
    assert stand.ask("sqlplus instance")[0].reason in {None, Reason.TRUNCATED}


def test_the_alert_log_is_told_from_none_and_from_two(stand: Stand) -> None:
    assert stand.ask("oracle alert_log")[0].reason is Reason.TOOL_MISSING
    path = stand.host.alert()
    stand.host.files[path.replace("pacs", "old")] = stand.host.files[path]
    assert stand.ask("oracle alert_log")[0].reason is Reason.UNPARSABLE
    stand.oracle["instances"][0]["alert_log"] = path
    assert stand.ask("oracle alert_log")[0].reason is None
    stand.host.files[path] = b""
    assert stand.ask("oracle alert_log")[0].reason is Reason.EMPTY


def test_audit_files_are_not_applicable_unless_the_trail_is_xml(stand: Stand) -> None:
    asked = "sqlplus parameters", "oracle audit_files"
    assert parse.parse("oracle.audit_files", stand.ask(*asked)[1].text)[0]["said"] == []
    stand.host.changes["parameters"] = {"audit_trail": "XML, EXTENDED"}
    assert stand.ask("sqlplus instance", asked[1])[1].reason is Reason.NOT_RUN  # nobody told of the parameters
    answer = stand.ask(*asked)[1]
    assert (answer.reason, "XML" in answer.detail) == (Reason.NOT_RUN, True)


def test_what_is_free_is_asked_where_the_files_lie(stand: Stand) -> None:
    asked = "sqlplus datafiles", "sqlplus recovery_area", "df -P -T -k"
    for chinese in (False, True):
        stand.host.chinese = chinese
        stand.host.free[r"d:\fra"] = 7 << 30  # another volume's: the least counts, never too much
        told = parse.parse("linux.df", stand.ask(*asked)[2].text)
        assert [(one["mount"], one["available_bytes"]) for one in told] == [("D:\\", 7 << 30)]
    del stand.host.free[r"d:\fra"]
    answer = stand.ask(*asked)[2]
    assert (answer.reason, "could be read" in answer.detail) == (Reason.NOT_RUN, True)
    stand.host.services["PACS"] = (1, "STOPPED")
    assert stand.ask(*asked)[2].reason is Reason.NOT_RUN


def refused(stand: Stand, **changes: Any) -> Answer:
    stand.variables |= changes
    return stand.ask("sqlplus instance")[0]


def test_who_is_refused_is_told_from_who_is_not_there(stand: Stand, files: Certificates, tmp_path: Path) -> None:
    wrong = refused(stand, ansible_password="nobody's")
    assert (wrong.reason, "login refused" in wrong.detail) == (Reason.REFUSED, True)
    assert "nobody" not in wrong.detail
    stand.variables["ansible_password"] = PASSWORD
    stand.server.shells.before = lambda action: Fault(5, "Access is denied.")
    denied = refused(stand)
    assert (denied.reason, "remote shell" in denied.detail) == (Reason.REFUSED, True)
    stand.server.shells.before = lambda action: Fault(TOO_MANY, "quota")
    assert "no free shell" in refused(stand).detail
    stand.server.shells.before = lambda action: "drop"
    assert refused(stand).reason is Reason.UNREACHABLE
    stand.server.shells.before = lambda action: None
    other = refused(stand, ansible_winrm_ca_trust_path=str(winrm_stand.certificates(tmp_path).authority))
    assert (other.reason, "no CA that we trust" in other.detail) == (Reason.REFUSED, True)
    with socket.create_server((winrm_stand.ADDRESS, 0)) as free:
        port = free.getsockname()[1]
    gone = refused(stand, ansible_port=port)
    assert (gone.reason, "nothing listens" in gone.detail) == (Reason.UNREACHABLE, True)


def test_a_host_that_takes_requests_and_never_answers_is_timed_out(stand: Stand) -> None:
    stand.server.shells.before = lambda action: "hang"
    answer = stand.ask("sqlplus instance", deadline=3.0)[0]
    assert answer.reason is Reason.TIMED_OUT


def test_a_certificate_may_be_named_by_its_hash(stand: Stand, files: Certificates) -> None:
    stand.variables.pop("ansible_winrm_ca_trust_path")
    stand.variables["rounds_winrm"] = {"certificate_sha256": files.sha256}
    assert refused(stand).reason is None
    answer = refused(stand, rounds_winrm={"certificate_sha256": "00:" + files.sha256[3:]})
    assert (answer.reason, "another certificate" in answer.detail) == (Reason.REFUSED, True)


def test_ntlm_over_http_is_encrypted_and_basic_is_not_asked_for(monkeypatch: pytest.MonkeyPatch, files: Certificates,
                                                                tmp_path: Path) -> None:
    monkeypatch.setenv("NTLM_USER_FILE", "")
    wsman.ntlm_users({USER: PASSWORD}, tmp_path / "ntlm")
    host = Host()
    with winrm_stand.listening(host.run) as server:
        stand = Stand(server, host, files)
        stand.variables |= {"ansible_winrm_scheme": "http", "ansible_winrm_transport": "ntlm"}
        assert refused(stand).reason is None
        assert Client(stand.endpoint())._protocol().transport.encryption is not None
        server.ways = ("Basic",)
        assert refused(stand).reason in {Reason.REFUSED, Reason.UNPARSABLE}
        assert server.shells.open == {}


def test_a_client_certificate_logs_in_without_a_password(files: Certificates) -> None:
    host = Host()
    server = wsman.Server(winrm_stand.ADDRESS, {}, Shells(host.run), files.host, files.key, files.authority).start()
    try:
        stand = Stand(server, host, files)
        stand.variables |= {"ansible_winrm_transport": "certificate", "ansible_user": None, "ansible_password": None,
                            "ansible_winrm_cert_pem": str(files.host), "ansible_winrm_cert_key_pem": str(files.key)}
        assert stand.ask("sqlplus instance")[0].reason is None
        assert server.shells.actions[0] == "Create"
    finally:
        server.close()


@pytest.mark.parametrize("transport", ["kerberos", "credssp"])
def test_a_library_that_the_control_node_lacks_is_named(stand: Stand, transport: str) -> None:
    if importlib.util.find_spec({"kerberos": "krb5", "credssp": "requests_credssp"}[transport]):
        pytest.skip("the library is there")
    answer = refused(stand, ansible_winrm_transport=transport)
    assert (answer.reason, "control node lacks" in answer.detail) == (Reason.TOOL_MISSING, True), answer.detail


def test_no_redirection_leads_a_log_in_elsewhere(stand: Stand, files: Certificates) -> None:
    assert Client(stand.endpoint())._protocol().transport.session.max_redirects == 0


GAPS = [
    ({"ansible_port": "unknown"}, "ansible_port is still 'unknown'"),
    ({"ansible_winrm_scheme": "http"}, "basic over http"),
    ({"ansible_winrm_scheme": "http", "ansible_winrm_transport": "ntlm", "ansible_winrm_message_encryption": "never"},
     "message_encryption never"),
    ({"ansible_winrm_server_cert_validation": "ignore"}, "would talk to anybody"),
    ({"ansible_winrm_ca_trust_path": "/nowhere/ca.pem"}, "names no file"),
    ({"ansible_winrm_transport": "digest"}, "none of"),
    ({"ansible_winrm_transport": ["certificate"]}, "cert_pem names no file"),
    ({"ansible_password": None}, "ansible_password is missing"),
    ({"ansible_user": None}, "ansible_user is missing"),
    ({"rounds_winrm": {"certificate_sha256": "beef"}}, "64 hexadecimal"),
    ({"rounds_winrm": {"codepage": 4711}}, "codepage 4711"),
]


@pytest.mark.parametrize(("changes", "words"), GAPS, ids=[one[1] for one in GAPS])
def test_what_the_inventory_lacks_is_said_before_anything_is_sent(stand: Stand, changes: dict[str, Any],
                                                                  words: str) -> None:
    answer = refused(stand, **changes)
    assert (answer.reason, words in answer.detail) == (Reason.UNREACHABLE, True), answer.detail
    assert stand.server.shells.actions == []


@pytest.mark.parametrize("home", [r"D:\app\%TEMP%\db", r'D:\a"&calc', "/u01/app/oracle", r"D:\Program Files (x86)\db"])
def test_a_path_that_cmd_would_read_is_not_used(stand: Stand, home: str) -> None:
    stand.oracle["instances"][0]["oracle_home"] = home
    answer = stand.ask("sqlplus instance")[0]
    assert (answer.reason, "no path that can be used" in answer.detail) == (Reason.UNREACHABLE, True)
