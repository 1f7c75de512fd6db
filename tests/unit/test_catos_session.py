"""What a CatOS session makes of the characters it gets: prompt, log-in, enable, pager; and complaints and dialects."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException

from pacs_rounds.catalogue import Collect
from pacs_rounds.configs import golden
from pacs_rounds.dialects import DIALECTS, foreign
from pacs_rounds.model import Reason
from pacs_rounds.redact import redact
from pacs_rounds.transports import catos_session, network_cli, paged_session
from pacs_rounds.transports.catos_session import CatosSession
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.failures import cli_complaint, connection_failure
from pacs_rounds.transports.paged_session import PRESSED

PLAIN, ENABLED, BACK = "\r\nConsole> ", "\r\nConsole> (enable) ", "\b" * 8


class Told(CatosSession):
    """A session whose switch says the next of these texts after each time something is pressed; the first unasked. A
    tuple comes in pieces, one per look. Then it ends the session, or falls silent."""

    def __init__(self, *texts: str | tuple[str, ...], closes: bool = False) -> None:
        self.texts: list[tuple[str, ...]] = [(one,) if isinstance(one, str) else one for one in texts]
        self.pressed: list[str] = []
        self.waiting: list[str] = list(self.texts.pop(0)) if self.texts else []
        self.blocking_timeout, self.RETURN, self.base_prompt = 0.2, "\r", ""
        self.username, self.password, self.secret, self.host = "rounds", "word", "s3cret", "core-9"
        self.channel = SimpleNamespace(read_channel=lambda: self.waiting.pop(0) if self.waiting else "")
        self.remote_conn: Any = SimpleNamespace(
            closed=closes, recv_ready=lambda: bool(self.waiting))

    def write_channel(self, out_data: str) -> None:
        self.pressed.append(out_data)
        self.waiting += self.texts.pop(0) if self.texts else ()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged_session, "SETTLED", 0.001)
    monkeypatch.setattr(catos_session, "PREPARE_SECONDS", 0.3)


class TestBeforeThePrompt:
    @pytest.mark.parametrize(("pieces", "base", "privileged"), [
        ((PLAIN,), "Console", False),
        (("\r\n\r\nCisco Systems Console\r\n\r\n\r\nConsole> ", "(enable) "), "Console", True),
        (("\r\ncore", "-2> ", "(ena", "ble) "), "core-2", True), (("\r\nKern 2 (enable) ",), "Kern 2", True),
        (("AUTHORISED PERSONS ONLY >>>", "\r\nWelcome>\r\n", "", "core-2>"), "core-2", False)])
    def test_nothing_is_pressed_and_half_a_prompt_is_none(
            self, pieces: tuple[str, ...], base: str, privileged: bool) -> None:
        one = Told(pieces)
        one.session_preparation()
        assert (one.base_prompt, one.privileged, one.pressed) == (base, privileged, [])

    def test_silence_and_an_end_are_told_with_the_last_words(self) -> None:
        with pytest.raises(NetmikoTimeoutException, match="said: booting"):
            Told("\r\nbooting").session_preparation()
        with pytest.raises(EOFError, match="Maximum sessions in use") as caught:
            Told("\r\nMaximum sessions in use\r\n", closes=True).session_preparation()
        assert connection_failure(str(caught.value))[0] is Reason.REFUSED


class TestLogInOverTelnet:
    @pytest.mark.parametrize(("asked", "pressed"), [
        (("\r\n\r\nCisco Systems Console\r\n\r\n\r\nEnter password: ", PLAIN), ["word\r"]),
        (("\r\nUsername: ", "rounds\r\nPassword: ", ENABLED), ["rounds\r", "word\r"]),
        ((PLAIN,), [])])
    def test_what_is_asked_is_answered_once(self, asked: tuple[str, ...], pressed: list[str]) -> None:
        one = Told(*asked)
        one.telnet_login()
        one.session_preparation()
        assert (one.base_prompt, one.pressed, one.privileged) == ("Console", pressed, "(enable)" in asked[-1])

    @pytest.mark.parametrize("asked", [
        ("\r\nEnter password: ", "\r\nEnter password: "), ("\r\nUsername: ", "\r\nPassword: ", "\r\nUsername: ")])
    def test_asked_again_is_refused(self, asked: tuple[str, ...]) -> None:
        with pytest.raises(NetmikoAuthenticationException) as caught:
            Told(*asked).telnet_login()
        assert connection_failure(f"{type(caught.value).__name__}: {caught.value}")[0] is Reason.REFUSED

    def test_a_switch_that_hangs_up_refused(self) -> None:
        with pytest.raises(NetmikoAuthenticationException, match="Login failed"):
            Told("\r\nEnter password: ", "\r\nSorry\r\n", closes=True).telnet_login()


class TestEnable:
    @staticmethod
    def at_the_prompt(*answers: str | tuple[str, ...]) -> Told:
        one = Told(PLAIN, *answers)
        one.session_preparation()
        return one

    @pytest.mark.parametrize("answers", [
        ("enable\r\n\r\nEnter password: ", ENABLED),
        (("enable\r\nEnter pass", "word: "), ("\r\nConsole> ", "(enable) ")),
        ("enable\r\nPassword: ", ENABLED)])
    def test_the_secret_is_given_once(self, answers: tuple[Any, ...]) -> None:
        one = self.at_the_prompt(*answers)
        one.enable()
        assert (one.privileged, one.pressed) == (True, ["enable\r", "s3cret\r"])

    def test_a_user_is_given_where_one_is_asked(self) -> None:
        one = self.at_the_prompt("enable\r\nUsername: ", "Password: ", ENABLED)
        one.enable()
        assert one.pressed == ["enable\r", "rounds\r", "s3cret\r"]

    @pytest.mark.parametrize(("answers", "pressed"), [
        (("\r\nEnter password: ", "\r\nEnter password: ", "\r\nEnter password: ", f"\r\nSorry\r\n{PLAIN}"),
         ["enable\r", "s3cret\r", "\r", "\r"]),
        (("\r\nEnter password: ", f"\r\nSorry\r\n{PLAIN}"), ["enable\r", "s3cret\r"])])
    def test_a_wrong_secret_is_told_and_the_prompt_is_back(self, answers: tuple[str, ...], pressed: list[str]) -> None:
        one = self.at_the_prompt(*answers)
        with pytest.raises(ValueError, match="the secret was not accepted"):
            one.enable()
        assert (one.privileged, one.pressed, one.base_prompt) == (False, pressed, "Console")

    def test_an_account_that_may_not_is_told_otherwise(self) -> None:
        with pytest.raises(ValueError, match="may not become privileged"):
            self.at_the_prompt(f"enable\r\nAuthorization failed{PLAIN}").enable()

    def test_a_switch_that_asks_without_end_is_left(self) -> None:
        one = self.at_the_prompt(*["\r\nEnter password: "] * 9)
        with pytest.raises(ValueError, match="not accepted"):
            one.enable()
        assert len(one.pressed) == 1 + catos_session.ENABLE_TRIES


def session(privileged: bool = True, base: str = "core-2") -> CatosSession:
    one: CatosSession = CatosSession.__new__(CatosSession)
    one.base_prompt, one.privileged = base, privileged
    return one


@pytest.mark.parametrize(("privileged", "said", "text"), [
    (True, "show x\r\none\r\ntwo\r\ncore-2> (enable) ", "one\ntwo"),
    (False, "show x\r\none\r\ncore-2> ", "one"),
    (True, f"show x\r\n 1/1 a\r\n--More--{BACK}{' ' * 8}{BACK} 1/2 b\r\ncore-2> (enable) ", " 1/1 a\n 1/2 b"),
    (True, "show x\r\na\r\n--More--\r        \rb\r\ncore-2> (enable) ", "a\nb"),
    (True, "show x\r\nset prompt core-2>\r\nset y\r\ncore-2> (enable) ", "set prompt core-2>\nset y"),
    (True, "show x\r\ncore-2> (enable) ", ""),
])
def test_an_answer_is_what_a_person_would_copy(privileged: bool, said: str, text: str) -> None:
    one = session(privileged)
    assert one.ends().search("\r\n" + said)
    assert one.answer("show x", said.replace("--More--", f"--More--{PRESSED}")) == text


def test_a_pagers_words_that_nobody_answered_stay_for_the_gate() -> None:
    assert "--More--" in session().answer("show x", "show x\r\na\r\n--More--\r\nb\r\ncore-2> (enable) ")


@pytest.mark.parametrize(("privileged", "tail"), [
    (True, "\r\ncore-2> "), (True, "\r\ncore-2> (enable"), (False, "\r\ncore-2> (enable) "),
    (True, "a core-2> (enable) "),
    (True, "\r\ncore-2> (enable) \r\n"), (True, "\r\nset prompt core-2> (enable) x"),
])
def test_what_is_not_yet_the_end(privileged: bool, tail: str) -> None:
    assert not session(privileged).ends().search(tail)


@pytest.mark.parametrize(("text", "reason"), [
    ("Unknown command \"show config\".  Use 'show help' for more info.\n", Reason.TOOL_MISSING),
    ("Usage: show vtp domain\n", Reason.TOOL_MISSING), ("Permission denied.\n", Reason.REFUSED),
    ("Command authorization failed.\n", Reason.REFUSED), ("begin\n#version 8.7(3)\n", None),
    ("a\n" * 9 + "Unknown command\n", None),
])
def test_complaints_of_catos(text: str, reason: Reason | None) -> None:
    found = cli_complaint("cisco_catos", text)
    assert (found and found[0]) == reason


def test_what_only_ios_is_asked_is_not_asked_of_catos() -> None:
    """No connection is made: nothing listens there."""
    endpoint = Endpoint("core-2", "127.0.0.1", 9, "rounds", "word", platform="cisco_catos", connect_seconds=1.0)
    asked = [Collect("show version", "cisco_ios.show_version"), Collect("show module", "cisco_ios.show_module")]
    said = network_cli.ask(endpoint, asked)
    assert [(one.command, one.reason) for one in said] == [
        ("show version", Reason.NOT_RUN), ("show module", Reason.NOT_RUN)]
    assert said[0].detail == (
        "this device's command line is cisco_catos; the check reads cisco_ios only, and nothing was asked")
    mixed = network_cli.ask(endpoint, [*asked, Collect("show config", "configs.text")])
    assert [one.reason for one in mixed] == [Reason.NOT_RUN, Reason.NOT_RUN, Reason.UNREACHABLE]


def test_a_dialect_is_foreign_only_to_another_one() -> None:
    assert foreign("cisco_ios.show_version", "cisco_catos")
    assert foreign("cisco_catos.show_version", "brocade_fos")
    for one in DIALECTS:
        assert not foreign(f"{one}.x", one)
        assert not foreign("ibm_imm.x", one)
        assert not foreign("configs.device", one)
        assert not foreign(f"{one}.x", "linux")
        assert not foreign(f"{one}.x", "unknown")


def test_shared_secrets_of_catos_are_weak_and_its_hashes_are_not() -> None:
    text = ("set password $2$abcd$efghijklmnopqrstuvwxyz\nset tacacs key one-word\n"
            "set snmp community read-only      another\nset vtp domain X mode server passwd third\n"
            "set ntp key 1 trusted md5 fourth\n"
            "set localuser user a password $2$abcd$efgh privilege 15\n")
    quiet = redact("cisco_catos", text, b"k" * 32)[0]
    assert [(one.line, one.command, one.type) for one in golden.weak_catos(quiet)] == [
        (2, "set tacacs key", "0"), (4, "set vtp domain X mode server passwd", "0"),
        (5, "set ntp key 1 trusted md5", "0")]
