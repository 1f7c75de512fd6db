"""IPMI by `ipmitool`: a management controller's own sensors and log, as a second witness beside SNMP.

Commands are written `ipmitool <words>` and only words that look are ever run. The password travels in the
environment (`-E`), never on a command line, where `ps` shows it to all. ipmitool has one sentence for a wrong
password, a dead controller and a closed port, after twenty seconds; so a question that needs no session is put first
(Get Channel Authentication Capabilities): who does not answer it is dead, who does and then lets nobody in refuses.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint

PROGRAM = "ipmitool"
DEFAULT_PORT = 623
TRY_SECONDS = 1.0
KEPT = ("HOME", "PATH", "USER", "LOGNAME", "TMPDIR")
READ_ONLY = re.compile(
    r"sdr(?: list| elist)?(?: (?:all|full|compact|event|mcloc|fru|generic))?|sdr type(?: [\w /+-]{1,40})?|sdr info|"
    r"sensor(?: list)?|sel(?: info| list| elist)?|sel e?list (?:first|last) \d{1,5}|sel time get|fru(?: print)?|"
    r"(?:mc|bmc) info|(?:mc|bmc) guid|lan print(?: \d{1,2})?|chassis (?:status|power status|restart_cause)|"
    r"channel info(?: \d{1,2})?|session info active")

# Get Channel Authentication Capabilities outside any session (IPMI 2.0, section 22.13).
_HELLO = bytes.fromhex("0600ff07 00 00000000 00000000 09 20 18 c8 81 00 38 8e 04 b5")
# What ipmitool says besides the answer on many machines, and what says nothing about it.
_NOISE = re.compile(r"Get HPM\.x Capabilities request failed.*|IANA PEN registry open failed.*|\s*")
# What was said, what it means, and whether every other command would fare alike.
_REFUSED = (
    (r"RAKP 2 HMAC is invalid|HMAC is invalid|[Pp]assword.*(?:invalid|verification)", "wrong password", True),
    (r"unauthorized name", "it does not know the user", True),
    (r"unauthorized role", "the user may not log in at this privilege", True),
    (r"[Ii]nsufficient privilege|[Pp]rivilege level", "the user may not ask this at this privilege", False),
    (r"invalid (?:authentication|integrity|confidentiality) algorithm|no matching cipher|[Ii]nvalid cipher",
     "it does not know this cipher suite", True),
    (r"insufficient resources|no (?:free )?sessions?|slots? available", "no free session on the controller", True),
    (r"Unable to establish (?:IPMI v2 / RMCP\+|LAN) session|Activate Session error|Error in open session",
     "it answers, but does not let us in: user, password, privilege or cipher suite", True))
_LOST = re.compile(r"session (?:timeout|timed out|lost|closed)|connection timeout|no response|"
                   r"Unable to (?:renew|obtain|reserve)|reservation cancel", re.IGNORECASE)


def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks for IPMI, in words; empty when nothing."""
    way = endpoint.ways.get("ipmi") or {}
    where = f"fill it in in the inventory (host_vars/{endpoint.host})"
    if not way:
        return f"no rounds_ipmi for {endpoint.host} in the inventory"
    for key in ("address", "port", "user", "password"):
        if way.get(key) == UNKNOWN or (key in ("user", "password") and not way.get(key)):
            return f"rounds_ipmi.{key} is still 'unknown': {where}"
    if _address(endpoint) in ("", UNKNOWN):
        return f"neither rounds_ipmi.address nor ansible_host is known: {where}"
    if not re.fullmatch(r"[\w.:][\w.:-]*", _address(endpoint), re.ASCII):
        return f"rounds_ipmi.address is no address: {_address(endpoint)[:40]!r}"
    return ""


def _address(endpoint: Endpoint) -> str:
    return str(endpoint.ways.get("ipmi", {}).get("address") or endpoint.address)


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """All answers of one controller, one after the other: it has few sessions. Every command gets its reason."""
    way = endpoint.ways.get("ipmi") or {}
    until = time.monotonic() + endpoint.deadline_seconds
    address, port = _address(endpoint), int(way.get("port") or DEFAULT_PORT)
    program = shutil.which(str(way.get("program") or PROGRAM))
    started = time.time()
    trouble: tuple[Reason, str] | None
    if program is None:
        trouble = (Reason.TOOL_MISSING, f"{way.get('program') or PROGRAM} is not installed on the control node")
    else:
        trouble = _hello(address, port, endpoint.connect_seconds)
    answers: list[Answer] = []
    for one in commands:
        words = one.command.split(" ")
        limit = min(one.limit_seconds, until - time.monotonic())
        if words[0] != PROGRAM or not READ_ONLY.fullmatch(" ".join(words[1:])):
            answers.append(_without(one, Reason.NOT_RUN, "never run: it is not on the list of commands that only look"))
        elif trouble:
            answers.append(Answer(one.command, "", None, started, time.time(), *trouble))
        elif limit <= 0:
            answers.append(_without(one, Reason.TIMED_OUT, "the device's deadline passed"))
        else:
            answer, whole = _run(arguments(str(program), endpoint, words[1:]), str(way["password"]), one, limit)
            answers.append(answer)
            if whole and answer.reason:
                trouble = (answer.reason, f"not asked any more: {answer.detail}")
            elif answer.reason is Reason.TIMED_OUT:  # is it gone, or was it only this question?
                trouble = _hello(address, port, endpoint.connect_seconds)
    return answers


def _without(one: Collect, reason: Reason, detail: str) -> Answer:
    now = time.time()
    return Answer(one.command, "", None, now, now, reason, detail)


def arguments(program: str, endpoint: Endpoint, words: Sequence[str]) -> list[str]:
    """The whole command line; the password is not in it."""
    way = endpoint.ways["ipmi"]
    interface = str(way.get("interface") or "lanplus")
    suite = ["-C", str(way.get("cipher_suite", 3))] if interface == "lanplus" else []
    return [program, "-I", interface, "-H", _address(endpoint), "-p", str(way.get("port") or DEFAULT_PORT),
            "-U", str(way["user"]), "-L", str(way.get("privilege") or "USER"), *suite, "-N", "2", "-R", "4", "-E",
            *words]


def _hello(address: str, port: int, seconds: float) -> tuple[Reason, str] | None:
    """None when a controller answers; else why not."""
    until = time.monotonic() + seconds
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as connection:
            connection.connect(place)  # so that the kernel tells us of a closed port
            while (left := until - time.monotonic()) > 0:
                connection.settimeout(min(TRY_SECONDS, left))
                connection.send(_HELLO)
                with suppress(TimeoutError):
                    if connection.recv(512)[:1] == b"\x06":
                        return None
    except socket.gaierror as error:
        return Reason.UNREACHABLE, f"the name does not resolve ({error.strerror})"
    except ConnectionRefusedError:
        return Reason.UNREACHABLE, f"nothing listens (UDP port {port})"
    except OSError as error:
        return Reason.UNREACHABLE, f"no way to {address}: {error.strerror or error}"
    return Reason.TIMED_OUT, f"no answer on UDP port {port} within {seconds:g} s"


def _run(argv: Sequence[str], password: str, one: Collect, limit: float) -> tuple[Answer, bool]:
    """One call's answer, and whether what went wrong holds for every other command as well."""
    started = time.time()
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"LC_ALL": "C", "TZ": "UTC", "IPMI_PASSWORD": password}
    try:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True, env=environment, cwd="/")
    except OSError as error:
        detail = f"{argv[0]}: {error.strerror or error}"
        return Answer(one.command, "", None, started, time.time(), Reason.TOOL_MISSING, detail), True
    late = False
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        late = True
    finally:
        with suppress(ProcessLookupError, PermissionError):  # its group may hold more than itself
            os.killpg(process.pid, signal.SIGKILL)
    if late:
        out, err = process.communicate()
    text, words = _text(out), [line for line in _text(err).splitlines() if not _NOISE.fullmatch(line)]
    if len(text) > MAX_BYTES:
        return Answer(one.command, text[:MAX_BYTES], None, started, time.time(), Reason.TRUNCATED,
                      "longer than any answer"), False
    if late:
        return Answer(one.command, text, None, started, time.time(), Reason.TIMED_OUT,
                      f"no end within {limit:g} s"), False
    reason, detail, whole = _meaning(process.returncode, text, words)
    if reason is None and not text.strip():
        text = "".join(f"{line}\n" for line in words)  # "SEL has no entries" is said on the other channel
    return Answer(one.command, text, process.returncode, started, time.time(), reason, detail), whole


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", errors="replace").replace("\r\n", "\n")


def _meaning(status: int, text: str, words: list[str]) -> tuple[Reason | None, str, bool]:
    """Why a call is no answer, and whether the next ones will fare alike; (None, "", False) when it is one.

    A status other than 0 beside a text is left to the catalogue's `accept`: `fru` ends with 1 where a part is missing.
    """
    said = " / ".join(words)[-200:]
    if not text.strip() and status:
        for pattern, sentence, whole in _REFUSED:
            if re.search(pattern, said):
                return Reason.REFUSED, f"{sentence} ({said[-100:]})", whole
        if _LOST.search(said):
            return Reason.TIMED_OUT, said, False
        if not said:
            return Reason.EMPTY, f"ipmitool ended with status {status} and without a word: it may need the " \
                                 "privilege OPERATOR", False
        return Reason.UNPARSABLE, said, False
    if _LOST.search(said):
        return Reason.TRUNCATED, f"the session was lost in this answer: {said}", False
    return None, "", False
