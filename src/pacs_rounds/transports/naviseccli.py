"""EMC VNX block arrays through `naviseccli`, the vendor's tool: one call per subcommand and storage processor (SP).

A command is written `spa <subcommand …>` or `spb <subcommand …>`. Only subcommands of naviseccli.yml are ever run. The
tool logs in with a security file (`-secfilepath`); no password stands on a command line, where `ps` shows it to all.
It may ask a question (the certificate of an SP it has not met) and would wait for ever: its input is closed, its
process group is ended at the time limit, and a text that holds the question is no answer.
"""

from __future__ import annotations

import functools
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.catalogue import Collect
from pacs_rounds.fan_out import given_up
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import MAX_BYTES
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint
from pacs_rounds.transports.naviseccli_words import Complaint, complaint

ALLOWED = Path(__file__).with_suffix(".yml")
PROGRAM = "naviseccli"
USUAL_PLACE = "/opt/Navisphere/bin"
SPS = ("spa", "spb")
AT_ONCE = 2
"""Calls at one time per SP: its management server is a small one, and serves the hospital's own tools too."""
MAX_SILENT = 2
"""After so many calls without an answer in a row an SP is not asked any more; twice as many if it ever answered."""
KEPT = ("HOME", "PATH", "USER", "LOGNAME", "TMPDIR")
"""What the tool needs of the environment: it keeps accepted certificates below HOME."""


@functools.cache
def allow_list() -> dict[str, dict[str, Any]]:
    """naviseccli.yml: subcommand -> {options, needs, values, counts}."""
    return dict(yamlfile.load(ALLOWED))


def forbidden(words: Sequence[str]) -> str:
    """Why a subcommand with its options is not run, in words; empty when it is known to only look."""
    rule = allow_list().get(words[0]) if words else None
    if rule is None:
        return f"{words[0] if words else 'nothing'!r} is not on the list of read-only subcommands"
    for word in words[1:]:
        if not re.fullmatch(r"[\w.:/ -]{1,128}", word, re.ASCII):
            return f"{word[:40]!r} has characters that no option of {words[0]} has"
        if word.startswith("-"):
            counted = rule.get("counts") and re.fullmatch(r"-\d{1,6}", word)
            if word not in rule["options"] and not counted:
                return f"{word} is not on the list of read-only options of {words[0]}"
        elif not rule.get("values"):
            return f"{words[0]} may not be given a value such as {word[:40]!r}: it could set something"
    if rule.get("needs") and not set(rule["needs"]) & set(words):
        return f"{words[0]} only looks with {' or '.join(rule['needs'])}"
    return ""


def split(command: str) -> tuple[str, list[str], str]:
    """SP, words and, when it may not be run, why: `spa faults -list` -> ("spa", ["faults", "-list"], "")."""
    try:
        first, *words = shlex.split(command)
    except ValueError:
        return "", [], f"cannot be read: {command[:60]!r}"
    if first not in SPS:
        return "", words, f"begins with {first[:20]!r}, not with spa or spb"
    return first, words, forbidden(words)


def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks to ask this array, in words; empty when nothing."""
    settings = endpoint.ways.get(PROGRAM) or {}
    if not settings:
        return f"no rounds_naviseccli for {endpoint.host} in the inventory"
    for name in ("secfile", "program"):
        if settings.get(name) == UNKNOWN or (name == "secfile" and not settings.get(name)):
            return f"rounds_naviseccli.{name} is still 'unknown': fill it in in the inventory (storage_arrays)"
    if all(settings.get(sp, UNKNOWN) == UNKNOWN for sp in SPS):
        return "rounds_naviseccli.spa and .spb are still 'unknown': fill in both SPs' addresses in the inventory"
    return ""


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """All answers of one array, in order. Never raises for what tool or array do; every command gets its reason.

    `endpoint.ways["naviseccli"]` holds spa, spb (addresses), secfile (directory), and if need be program (path), port,
    and nopoll: true (the tool's -np: quicker, but the SP may answer with what it knew a while ago).
    """
    settings = endpoint.ways.get(PROGRAM) or {}
    until = time.monotonic() + endpoint.deadline_seconds
    answers: dict[str, Answer] = {}
    queues: dict[str, deque[tuple[Collect, list[str]]]] = {sp: deque() for sp in SPS}
    for one in commands:
        sp, words, why = split(one.command)
        if why:
            now = time.time()
            answers[one.command] = Answer(one.command, "", None, now, now, Reason.NOT_RUN, f"never run: {why}")
        else:
            queues[sp].append((one, words))
    sides = [_Side(sp, settings, queue, answers, until) for sp, queue in queues.items() if queue]
    threads = [threading.Thread(target=side.work, daemon=True) for side in sides
               for _ in range(min(AT_ONCE, len(side.waiting)))]
    for thread in threads:
        thread.start()
    for thread in threads:  # each call ends at the deadline; a second for what the threads do around it
        thread.join(max(0.0, until + 1 - time.monotonic()))
    return [answers.get(one.command) or given_up(endpoint, [one])[0] for one in commands]


@dataclass(slots=True)
class _Side:
    """One SP: what is still to be asked, and whether that still makes sense."""

    name: str
    settings: dict[str, Any]
    waiting: deque[tuple[Collect, list[str]]]
    answers: dict[str, Answer]
    until: float
    given_up: Complaint | None = None
    silent: int = 0
    answered: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """One worker: call after call until nothing waits."""
        while True:
            try:
                one, words = self.waiting.popleft()
            except IndexError:
                return
            answer = self._ask(one, words)
            self.answers[one.command] = answer

    def _ask(self, one: Collect, words: list[str]) -> Answer:
        started = time.time()
        left = self.until - time.monotonic()
        why = self.given_up or self._gap()
        if why is None and left <= 0:
            why = Complaint(Reason.TIMED_OUT, "the array's deadline passed")
        if why is not None:
            return Answer(one.command, "", None, started, started, why.reason, why.detail)
        limit = min(one.limit_seconds, left)
        said = call(arguments(self.settings, self.name, words, limit), limit)
        problem = said.problem or complaint(said.text)
        self._learn(problem)
        if problem is None:
            return Answer(one.command, said.text, None, started, time.time())
        return Answer(one.command, said.text, None, started, time.time(), problem.reason, problem.detail)

    def _gap(self) -> Complaint | None:
        address = str(self.settings.get(self.name, UNKNOWN))
        if address == UNKNOWN:
            return Complaint(Reason.UNREACHABLE, f"rounds_naviseccli.{self.name} is still 'unknown'")
        if not re.fullmatch(r"[\w.:][\w.:-]*", address, re.ASCII):
            return Complaint(Reason.UNREACHABLE, f"rounds_naviseccli.{self.name} is no address: {address[:40]!r}")
        return None

    def _learn(self, problem: Complaint | None) -> None:
        with self.lock:
            if problem is None or problem.reason is not Reason.TIMED_OUT:
                self.silent, self.answered = 0, self.answered or problem is None
            else:
                self.silent += 1
            if self.given_up is None and problem is not None and problem.whole:
                self.given_up = Complaint(problem.reason, f"not asked any more: {problem.detail}")
            elif self.given_up is None and problem is not None and self.silent >= MAX_SILENT * (1 + self.answered):
                detail = f"not asked any more after {self.silent} calls without an answer: {problem.detail}"
                self.given_up = Complaint(Reason.TIMED_OUT, detail)


def arguments(settings: dict[str, Any], sp: str, words: Sequence[str], limit: float) -> list[str]:
    """The whole command line. `-t` is the tool's own time-out in whole seconds, a little before ours."""
    port = ["-port", str(settings["port"])] if settings.get("port") else []
    nopoll = ["-np"] if settings.get("nopoll") else []
    return [program(settings), "-h", str(settings[sp]), *port, "-secfilepath",
            _home(settings["secfile"]), "-t", str(max(1, int(limit) - 1)), *nopoll, *words]


def program(settings: dict[str, Any]) -> str:
    """The tool: as the inventory says, else on PATH, else where its package puts it."""
    named = _home(settings.get("program") or PROGRAM)
    beside = None if "/" in named else shutil.which(named, path=USUAL_PLACE)
    return shutil.which(named) or beside or named


def _home(path: Any) -> str:
    """A path whose ~ is the home of whoever runs the rounds."""
    return str(Path(str(path)).expanduser())


@dataclass(frozen=True, slots=True)
class Said:
    """What one call printed (standard output and error together), and why that is no answer, if it is none."""

    text: str
    problem: Complaint | None = None


def call(argv: Sequence[str], limit: float) -> Said:
    """Run the tool once, for at most `limit` seconds, with no input; its whole process group ends with it."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {"LC_ALL": "C"}
    try:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True, env=environment, cwd="/")
    except OSError as error:
        return Said("", Complaint(Reason.TOOL_MISSING, f"{argv[0]}: {error.strerror or error}"))
    try:
        raw, ended = _read(process, time.monotonic() + limit)
    finally:
        # Before it is waited for: until then its id is nobody else's.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        if process.stdout:
            process.stdout.close()
    text = raw[:MAX_BYTES].decode("utf-8", errors="replace").replace("\r\n", "\n")
    return Said(text, _broken(raw, text, ended, status, limit))


def _broken(raw: bytes, text: str, ended: bool, status: int, limit: float) -> Complaint | None:
    if len(raw) > MAX_BYTES:
        return Complaint(Reason.TRUNCATED, f"longer than any answer: cut after {MAX_BYTES} bytes", whole=False)
    if not ended:
        asked = complaint(text)  # a question that nobody answers says more than the silence after it
        return asked or Complaint(Reason.TIMED_OUT, f"the tool did not end within {limit:g} s", whole=False)
    if status < 0:
        return Complaint(Reason.TRUNCATED, f"the tool was ended by signal {-status}", whole=False)
    if status and not text.strip():
        return Complaint(Reason.EMPTY, f"the tool ended with status {status} and without a word", whole=False)
    return None


def _read(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bool]:
    """What it prints up to its end, the deadline or the limit of bytes; and whether it ended by itself."""
    stream = process.stdout
    assert stream is not None  # noqa: S101
    poller = select.poll()
    poller.register(stream, select.POLLIN | select.POLLHUP)
    chunks: list[bytes] = []
    size, open_ = 0, True
    while (left := until - time.monotonic()) > 0 and size <= MAX_BYTES:
        if open_ and poller.poll(min(left, 0.05) * 1000):
            chunk = os.read(stream.fileno(), 65536)
            chunks.append(chunk)
            size, open_ = size + len(chunk), bool(chunk)
        elif os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            # A child it left behind may hold the pipe open for ever: what is in it now is all there is, and some of it
            # may have been written after the look above.
            while open_ and size <= MAX_BYTES and poller.poll(0):
                chunk = os.read(stream.fileno(), 65536)
                chunks.append(chunk)
                size, open_ = size + len(chunk), bool(chunk)
            return b"".join(chunks), True
        elif not open_:
            time.sleep(min(left, 0.001))
    return b"".join(chunks), False
