"""A server's management controller by IPMI 2.0 over the LAN, with `ipmitool`: an optional second source beside SNMP.

Only subcommands that read are ever run. The password goes to the tool by its environment (`-E`), never on the command
line, where `ps` shows it to all. Controllers serve few sessions: one call at a time, and no further one after a call
that was refused or never ended.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint

READ_ONLY = frozenset({
    "sdr", "sdr list", "sdr elist", "sensor", "sensor list", "sel", "sel list", "sel elist", "sel info", "fru",
    "fru print", "mc info", "lan print", "chassis status"})
KEPT = ("HOME", "PATH", "LANG", "TMPDIR")

# ipmitool's own words, most telling first; it ends with status 1 for all of them.
_COMPLAINTS = (
    (r"RAKP 2 (?:HMAC is invalid|message indicates an error.*unauthorized name)|invalid (?:user name|password)|"
     r"password (?:invalid|verification)|unauthorized name|username invalid",
     Reason.REFUSED, "login refused: user or password"),
    (r"insufficient privilege|privilege level", Reason.REFUSED, "the user may not read this"),
    (r"no matching cipher suite|invalid authentication algorithm|unsupported cipher|illegal parameter",
     Reason.REFUSED, "the controller does not take this cipher suite"),
    (r"insufficient resources|session slot", Reason.REFUSED, "no free session on the controller"),
    (r"address lookup for .* failed|could not open socket", Reason.UNREACHABLE, "the address cannot be used"),
    (r"unable to establish (?:ipmi v2 / rmcp\+|lan) session|connection timeout|no response|get auth capabilities",
     Reason.UNREACHABLE, "no IPMI session: no answer, or IPMI over LAN is off"),
    (r"interface .* not supported|invalid interface|invalid command|unknown command", Reason.TOOL_MISSING,
     "ipmitool does not know this command"),
)


def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks, in words; empty when nothing."""
    settings = endpoint.ways.get("ipmi") or {}
    if not settings:
        return f"no rounds_ipmi for {endpoint.host} in the inventory"
    for name in ("address", "user", "password"):
        if not settings.get(name) or settings[name] == UNKNOWN:
            return f"rounds_ipmi.{name} of {endpoint.host} is missing or still 'unknown': fill it in in the inventory"
    return ""


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """All answers of one controller, in order; every command gets its reason.

    `endpoint.ways["ipmi"]` holds address, user, password, and if need be port, cipher_suite, privilege, program.
    """
    settings = endpoint.ways.get("ipmi") or {}
    until = time.monotonic() + endpoint.deadline_seconds
    answers: list[Answer] = []
    stopped: tuple[Reason, str] | None = None
    for one in commands:
        answer = _stopped(one, stopped) if stopped else _ask_one(one, settings, until)
        answers.append(answer)
        if answer.reason in {Reason.REFUSED, Reason.UNREACHABLE, Reason.TIMED_OUT}:
            stopped = stopped or (answer.reason, answer.detail)
    return answers


def _stopped(one: Collect, why: tuple[Reason, str]) -> Answer:
    now = time.time()
    return Answer(one.command, "", None, now, now, why[0], f"not asked any more: {why[1]}"[:200])


def _ask_one(one: Collect, settings: dict[str, Any], until: float) -> Answer:
    started = time.time()
    words = one.command.split()
    if words[:1] != ["ipmitool"] or " ".join(words[1:]) not in READ_ONLY:
        detail = f"never run: {one.command[:60]!r} is not on the list of read-only subcommands"
        return Answer(one.command, "", None, started, started, Reason.NOT_RUN, detail)
    program = shutil.which(str(settings.get("program") or "ipmitool"))
    if program is None:
        return Answer(one.command, "", None, started, started, Reason.TOOL_MISSING,
                      f"{settings.get('program') or 'ipmitool'} is not installed on the control node")
    left = min(one.limit_seconds, until - time.monotonic())
    if left <= 0:
        return Answer(one.command, "", None, started, started, Reason.TIMED_OUT, "the device's deadline passed")
    call = [program, "-I", "lanplus", "-E", "-H", str(settings["address"]), "-p", str(settings.get("port") or 623),
            "-U", str(settings["user"]), "-C", str(settings.get("cipher_suite") or 3),
            "-L", str(settings.get("privilege") or "USER"), *words[1:]]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    status, text, said = _run(call, {**environment, "LC_ALL": "C", "IPMI_PASSWORD": str(settings["password"])}, left)
    ended = time.time()
    if status is None:
        return Answer(one.command, text, None, started, ended, Reason.TIMED_OUT, f"no end within {left:g} s")
    if len(text) >= MAX_BYTES:
        return Answer(one.command, text, status, started, ended, Reason.TRUNCATED, "longer than any answer")
    if status == 0:
        return Answer(one.command, text, 0, started, ended)
    reason, detail = _meaning(said or text)
    return Answer(one.command, text, status, started, ended, reason, detail)


def _run(call: list[str], environment: dict[str, str], seconds: float) -> tuple[int | None, str, str]:
    """Status (None after the time limit), standard output, standard error. The tool's whole group ends with it."""
    with subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment, start_new_session=True) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return None, _text(out), _text(err)
        return process.returncode, _text(out), _text(err)


def _text(octets: bytes) -> str:
    return octets[:MAX_BYTES].decode("utf-8", errors="replace")


def _meaning(said: str) -> tuple[Reason, str]:
    flat = " ".join(said.split())
    for pattern, reason, sentence in _COMPLAINTS:
        if re.search(pattern, flat, re.IGNORECASE):
            return reason, f"{sentence} ({flat[:100]})"
    return Reason.UNPARSABLE, flat[:160] or "ipmitool ended with an error and said nothing"
