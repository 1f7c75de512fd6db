"""What a Fabric OS session makes of the characters it gets: echo, prompt, pager, password dialogue; and complaints."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from netmiko.exceptions import NetmikoTimeoutException

from pacs_rounds.model import Reason
from pacs_rounds.transports import fos_session
from pacs_rounds.transports.failures import cli_complaint, connection_failure
from pacs_rounds.transports.fos_session import FosSession
from pacs_rounds.transports.paged_session import PRESSED

KEYED = re.compile(r"--More--(?:\(\d+%\))?|Q<CR> to stop: |<q> to stop")
"""Where in these texts the pager got its key."""


def session(base_prompt: str = "san-1:admin") -> FosSession:
    one: FosSession = FosSession.__new__(FosSession)
    one.base_prompt = base_prompt
    return one


class Greeted(FosSession):
    """A session whose switch says these pieces, one per look, and then ends the session or falls silent."""

    def __init__(self, *pieces: str, closes: bool = False) -> None:
        self.pieces, self.pressed, self.blocking_timeout = list(pieces), [], 0.1
        self.channel = SimpleNamespace(read_channel=lambda: self.pieces.pop(0) if self.pieces else "")
        self.remote_conn = SimpleNamespace(closed=closes, recv_ready=lambda: bool(self.pieces))

    def write_channel(self, out_data: str) -> None:
        self.pressed.append(out_data)


class TestBeforeThePrompt:
    @pytest.mark.parametrize("pieces", [
        ("\r\nsan-1:admin> ",), ("\r\nsan-1:", "adm", "in> "),
        ("AUTHORISED PERSONS ONLY >>>\r\n", "", "\r\nWelcome>\r\n", "san-1:admin> ")])
    def test_nothing_is_pressed(self, pieces: tuple[str, ...]) -> None:
        one = Greeted(*pieces)
        one.session_preparation()
        assert one.base_prompt == "san-1:admin"
        assert one.pressed == []

    def test_the_password_dialogue_is_left_with_control_c_each_time_it_asks(self) -> None:
        one = Greeted("\r\nPlease change passwords for switch default accounts now.\r\nUse Control-C",
                      " to exit or press ", "'Enter' key to proceed.\r\n", "Enter new password: ",
                      "\r\nPassword was not changed.\r\nsan-1:admin> ")
        one.session_preparation()
        assert one.base_prompt == "san-1:admin"
        assert one.pressed == ["\x03", "\x03"]

    def test_a_switch_that_ends_the_session_is_quoted(self) -> None:
        one = Greeted("\r\nSorry! Max remote sessions for login:admin is 4\r\n", closes=True)
        with pytest.raises(EOFError, match="Max remote sessions for login:admin is 4") as caught:
            one.session_preparation()
        reason, sentence = connection_failure(str(caught.value))
        assert reason is Reason.REFUSED
        assert sentence.startswith("no free session")

    def test_silence_has_an_end(self) -> None:
        with pytest.raises(NetmikoTimeoutException, match="said: booting") as caught:
            Greeted("\r\nbooting").session_preparation()
        assert connection_failure(str(caught.value))[0] is Reason.TIMED_OUT


@pytest.mark.parametrize(("base_prompt", "said", "text"), [
    ("san-1:admin", "x\r\n\r\nPower Supply #1 is OK\r\nsan-1:admin> ", "\nPower Supply #1 is OK"),
    ("san-1:FID128:admin", "x\r\nFan 1 is Ok\r\n\tsan-1:FID128:admin> ", "Fan 1 is Ok\n"),
    ("san-1:admin", "Fan 1 is Ok\r\nsan-1:admin>", "Fan 1 is Ok"),
    ("san-1:root", "x\r\nsan-1:root# ", ""),
    ("san-1:admin", "x\r\none\r\n--More--\r        \rtwo\r\nsan-1:admin> ", "one\ntwo"),
    ("san-1:admin", "x\r\none\r\n--More--(42%)\b\b\b\b\b     \b\b\b\b\btwo\r\nsan-1:admin> ", "one\ntwo"),
    ("san-1:admin", "x\r\none\r\n--More--\r\x1b[Ktwo\r\nsan-1:admin> ", "one\ntwo"),
    ("san-1:admin", "x\r\none\r\n--More--\r        \r\r\ntwo\r\nsan-1:admin> ", "one\n\ntwo"),
    ("san-1:admin", "x\r\none\r\nType <CR> to continue, Q<CR> to stop: \r\ntwo\r\nsan-1:admin> ", "one\ntwo"),
    ("san-1:admin", "x\r\none\r\nType <CR> or <SPACE BAR> to continue, <q> to stop\r\ntwo\r\nsan-1:admin> ",
     "one\ntwo"),
])
def test_an_answer_is_what_a_person_would_copy(base_prompt: str, said: str, text: str) -> None:
    assert session(base_prompt).answer("x", KEYED.sub(rf"\g<0>{PRESSED}", said)) == text


def test_a_pagers_words_that_nobody_answered_stay() -> None:
    said = "x\r\none\r\n--More--\r\ntwo\r\nsan-1:admin> "
    assert session().answer("x", said) == "one\n--More--\ntwo"


@pytest.mark.parametrize(("tail", "key"), [
    ("\r\n--More--", " "), ("\r\n--More--(7%) ", " "), ("\r\nType <CR> to continue, Q<CR> to stop: ", "\r"),
    ("\r\nHit <CR> to continue: ", "\r"), ("\r\nsan-1:admin> ", ""), ("\r\na log that quotes --More-- and goes on", ""),
    ("\r\na log that quotes --More--", ""),
])
def test_only_a_pager_gets_a_key(tail: str, key: str) -> None:
    assert FosSession.pager_key(tail) == key


@pytest.mark.parametrize(("said", "prompt"), [
    ("\r\nsan-1:admin> ", "san-1:admin>"), ("motd\r\nsan_1:FID128:dba.x>", "san_1:FID128:dba.x>"),
    ("\r\n<<< AUTHORISED ONLY >>>", None), ("\r\nsan-1> ", None), ("\r\nEnter new password: ", None),
    ("\r\nsan-1:admin> psshow", None),
])
def test_what_is_a_prompt(said: str, prompt: str | None) -> None:
    found = fos_session._PROMPT.search(said)
    assert (found and found[1]) == prompt


@pytest.mark.parametrize(("text", "reason"), [
    ("rbash: mapsdb: command not found\n", Reason.TOOL_MISSING),
    ("usage: sfpshow [[slotnumber/]portnumber]\n", Reason.TOOL_MISSING),
    ("\nslotshow: not supported on this platform\n", Reason.TOOL_MISSING),
    ("RBAC permission denied.\n", Reason.REFUSED),
    ("rbash: /bin/ls: restricted: cannot specify `/' in command names\n", Reason.REFUSED),
    ("Timed out\n", Reason.TIMED_OUT),
    ("Power Supply #1 is OK\n", None),
    ("2026/11/20-03:10:01, [SEC-1193], 101,, INFO, san-1, Security violation: RBAC permission denied\n", None),
    ("no such text\n" * 8 + "rbash: x: command not found\n", None),
])
def test_complaints_of_the_restricted_shell(text: str, reason: Reason | None) -> None:
    found = cli_complaint("brocade_fos", text)
    assert (found and found[0]) == reason


def test_a_full_switch_is_not_a_wrong_password() -> None:
    words = "AuthenticationException: Authentication failed. Sorry! Max remote sessions for login:admin is 4"
    assert connection_failure(words)[1].startswith("no free session")
    assert connection_failure("AuthenticationException: Authentication failed.")[1].startswith("login refused")
