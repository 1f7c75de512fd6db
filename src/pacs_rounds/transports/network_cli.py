"""Network CLIs through netmiko: one session per device carries all commands; a hung one costs only its own checks."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Sequence
from typing import Any

import netmiko
import paramiko
from netmiko.exceptions import ReadException, ReadTimeout

from pacs_rounds.catalogue import Collect
from pacs_rounds.dialects import foreign, not_read
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.catos_session import CatosSession
from pacs_rounds.transports.endpoint import Endpoint, disabled_algorithms, open_socket
from pacs_rounds.transports.failures import cli_complaint, connection_failure, words_of
from pacs_rounds.transports.fos_session import FosSession
from pacs_rounds.transports.known_hosts import own_file
from pacs_rounds.transports.paged_session import LONGEST_PAUSE, PRESSED, SHORTEST_PAUSE, PagedSession

# Each failed session is replaced by a new one so that the remaining commands are still asked, but not without end.
MAX_SESSIONS = 3
ENABLE_TRIES = 3
_FAILURES = (OSError, EOFError, ReadException, netmiko.NetmikoBaseException, paramiko.SSHException)

# paramiko prints each refused banner as a traceback into the log of the run.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """All answers of one device. Never raises for what the device does; every command gets its reason."""
    give_up = time.monotonic() + endpoint.deadline_seconds
    now = time.time()
    answers = [Answer(one.command, "", None, now, now, Reason.NOT_RUN, not_read(one.parser, endpoint.platform))
               for one in commands if foreign(one.parser, endpoint.platform)]
    waiting = [one for one in commands if not foreign(one.parser, endpoint.platform)]
    for _ in range(MAX_SESSIONS):
        if not waiting:
            break
        started = time.time()
        try:
            session = connect(endpoint)
        except _FAILURES as error:
            reason, detail = connection_failure(words_of(error))
            answers += [Answer(one.command, "", None, started, time.time(), reason, detail) for one in waiting]
            return answers
        got = _ask_session(session, endpoint, waiting, give_up)
        answers += got
        waiting = waiting[len(got):]
    now = time.time()
    return answers + [Answer(one.command, "", None, now, now, Reason.NOT_RUN, "the device ended too many sessions")
                      for one in waiting]


class _Watched:
    """netmiko's channel, which takes a closed connection for one that has nothing to say yet: this one raises."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def read_channel(self) -> str:
        text = str(self._channel.read_channel())
        remote = self._channel.remote_conn
        if not text and remote is not None and remote.closed and not remote.recv_ready():
            raise EOFError("the connection was closed")
        return text


def connect(endpoint: Endpoint) -> Any:
    """A prepared netmiko session: pager off, prompt known, privileged when there is a secret."""
    telnet = endpoint.netmiko_type.endswith("_telnet")
    handler, device_type = _handler(endpoint)
    with own_file(endpoint) as known, contextlib.ExitStack() as unless_connected:
        sock = None if telnet else unless_connected.enter_context(open_socket(endpoint))
        session = handler(
            device_type=device_type, host=endpoint.address, port=endpoint.port, username=endpoint.user,
            password=endpoint.password or "", secret=endpoint.enable_secret or "",
            use_keys=endpoint.key_file is not None, key_file=endpoint.key_file, ssh_strict=not telnet,
            system_host_keys=False, alt_host_keys=not telnet, alt_key_file=known,
            conn_timeout=endpoint.connect_seconds, banner_timeout=endpoint.connect_seconds,
            auth_timeout=endpoint.connect_seconds, blocking_timeout=endpoint.connect_seconds,
            disabled_algorithms=disabled_algorithms(endpoint.legacy_ssh), allow_agent=False, auto_connect=True,
            sock=sock)
        unless_connected.pop_all()
    if not telnet:
        session.channel = _Watched(session.channel)
    return session


def _handler(endpoint: Endpoint) -> tuple[Any, str]:
    """Whose session it is and netmiko's word for it. netmiko has none for CatOS: there the platform decides."""
    if endpoint.platform == "cisco_catos":
        return CatosSession, "cisco_catos_telnet" if endpoint.netmiko_type.endswith("_telnet") else "cisco_catos"
    return (FosSession if endpoint.netmiko_type == "brocade_fos" else netmiko.ConnectHandler), endpoint.netmiko_type


def _ask_session(session: Any, endpoint: Endpoint, commands: Sequence[Collect], give_up: float) -> list[Answer]:
    """Answers in order until all are asked or the session is no longer to be trusted."""
    answers: list[Answer] = []
    try:
        privileged = _enable(session, endpoint)
        if isinstance(session, CatosSession):
            with contextlib.suppress(*_FAILURES):  # the first command will tell
                session.unpaged()
        for one in commands:
            if _spared(one, answers):
                now = time.time()
                answers.append(Answer(one.command, "", None, now, now, Reason.NOT_RUN, f"{one.instead_of} answered"))
                continue
            try:
                answer = _ask_one(session, endpoint, one, give_up, privileged)
            except OtherDialectError as error:
                now = time.time()
                answers += [Answer(left.command, "", None, now, now, Reason.UNPARSABLE, str(error))
                            for left in commands[len(answers):]]
                break
            answers.append(answer)
            if answer.reason in {Reason.TIMED_OUT, Reason.TRUNCATED}:
                break
    finally:
        _leave(session, bool(answers) and answers[-1].reason in {Reason.TIMED_OUT, Reason.TRUNCATED})
    return answers


def _spared(one: Collect, answers: Sequence[Answer]) -> bool:
    """Whether the command this one stands in for has given its answer already."""
    return any(answer.command == one.instead_of and answer.reason is None for answer in answers)


def _enable(session: Any, endpoint: Endpoint) -> str:
    """Empty when privileged; else why not. A refusal is no reason to stop: much can be read without privilege."""
    try:
        if session.check_enable_mode():
            return ""
        if not endpoint.enable_secret:
            return "no enable secret in the inventory"
        session.enable()
        session.set_base_prompt()
    except (*_FAILURES, ValueError) as error:
        _back_to_the_prompt(session)
        words = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        return f"enable refused: {words[:80]}"
    return ""


def _back_to_the_prompt(session: Any) -> None:
    """A switch asks three times for a secret it does not accept; what is sent meanwhile would be taken for the next."""
    with contextlib.suppress(*_FAILURES):
        for _ in range(ENABLE_TRIES):
            session.write_channel(session.RETURN)
            said = str(session.read_until_pattern(pattern=r"[>#]\s*$|assword:\s*$", read_timeout=5))
            if not said.rstrip().endswith(":"):
                return


def _ask_one(session: Any, endpoint: Endpoint, one: Collect, give_up: float, unprivileged: str) -> Answer:
    started = time.time()
    left = give_up - time.monotonic()
    if left <= 0:
        return Answer(one.command, "", None, started, started, Reason.TIMED_OUT, "the device's deadline passed")
    limit = min(one.limit_seconds, left)
    try:
        text = _send(session, one.command, limit, endpoint.platform)
    except TooLongError as error:
        return Answer(one.command, str(error), None, started, time.time(), Reason.TRUNCATED, "longer than any answer")
    except ReadException:
        detail = f"no prompt within {limit:g} s"
        return Answer(one.command, "", None, started, time.time(), Reason.TIMED_OUT, detail)
    except _FAILURES as error:
        detail = f"the session broke in this answer: {type(error).__name__}"
        return Answer(one.command, "", None, started, time.time(), Reason.TRUNCATED, detail)
    ended = time.time()
    complaint = cli_complaint(endpoint.platform, text)
    if complaint is None:
        return Answer(one.command, text, None, started, ended)
    reason, detail = complaint
    if unprivileged and reason is Reason.TOOL_MISSING:
        reason, detail = Reason.REFUSED, f"{unprivileged}; the device said: {detail}"
    return Answer(one.command, text, None, started, ended, reason, detail)


class OtherDialectError(Exception):
    """The prompt is that of another command line than the inventory says; the message says of which."""


# Behind a privileged prompt: what the other of the two softwares that a Catalyst 6500 may run ends it with.
_OTHERS = {"cisco_ios": (re.compile(r"[\r\n][^\r\n]{1,64}> ?\(enable\) ?\Z"), "CatOS", "cisco_catos"),
           "cisco_catos": (re.compile(r"[\r\n][\w.-]{1,64}# ?\Z"), "IOS", "cisco_ios")}


def _other_dialect(platform: str, tail: str) -> None:
    """Raise OtherDialectError where the device's words end with the other software's prompt."""
    if platform in _OTHERS and _OTHERS[platform][0].search(tail):
        _, speaks, word = _OTHERS[platform]
        raise OtherDialectError(f"this switch's prompt is that of {speaks}: rounds_platform {word} in its host_vars")


class TooLongError(Exception):
    """The device did not stop; the message is what it said up to the limit."""


def _send(session: Any, command: str, limit: float, platform: str = "") -> str:
    """One command's text without echo and prompt. Raises ReadTimeout, TooLongError, OtherDialectError, or what the
    connection raises.

    netmiko's send_command sleeps 25 ms before each look and searches all of the text each time. Here the pauses begin
    at 2 ms, and only the end of the text is searched for the prompt, which must begin a line.
    """
    own = session if isinstance(session, PagedSession) else None
    # netmiko shortens a Cisco base prompt to 16 characters; the device prints all of it.
    prompt = own.ends() if own else re.compile(r"\n" + re.escape(session.base_prompt) + r"[^\n]{0,64}[>#]\s*$")
    session.write_channel(session.normalize_cmd(command))
    until = time.monotonic() + limit
    chunks: list[str] = []
    tail, size, pause = "\n", 0, SHORTEST_PAUSE
    while not prompt.search(tail):
        chunk = str(session.read_channel())
        if chunk:
            chunks.append(chunk)
            tail, size, pause = (tail + chunk)[-256:], size + len(chunk), SHORTEST_PAUSE
            if size > MAX_BYTES:
                raise TooLongError("".join(chunks)[:MAX_BYTES])
            if own and (key := own.pager_key(tail)):
                session.write_channel(key)
                chunks.append(PRESSED)
                tail = "\n"
        if time.monotonic() > until:
            raise ReadTimeout("no prompt")
        if not chunk:
            _other_dialect(platform, tail)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    text = "".join(chunks)
    return own.answer(command, text) if own else str(session.strip_prompt(session.strip_command(command, text)))


def _leave(session: Any, hangs: bool) -> None:
    """Log out; where the device no longer answers, cut: a polite farewell would wait for its prompt."""
    try:
        if hangs and getattr(session, "remote_conn_pre", None) is not None:
            session.remote_conn_pre.close()
        else:
            session.disconnect()
    except _FAILURES:
        return
