"""Oracle on a Windows host: the same commands of the catalogue, the same texts of the answers, over WinRM.

One shell of WS-Management per instance. In it: does the instance's service run, which release is the home's SQL*Plus,
then one session of it with everything on standard input, Oracle's other programs and files, and what is free on the
drives its files lie on. What has no form on Windows (the logs of backups) is `not_run` with these words. Everything
happens in a thread that may be left behind; what it has brought by the deadline counts.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.oracle import queries, windows, windows_drives
from pacs_rounds.oracle.answers import Session
from pacs_rounds.oracle.shell import NOT_RUNNING
from pacs_rounds.oracle.site import Instance
from pacs_rounds.oracle.windows import Gap
from pacs_rounds.transports import winrm_settings
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.shell_round import QUERY, Plan, Step
from pacs_rounds.transports.winrm_client import CLEAN_UP_SECONDS, Client, Said, Shell, ShellError
from pacs_rounds.transports.winrm_words import known_codepage

NO_FORM = "this question has no form for Windows hosts yet"
_LOOK_SECONDS = 15.0
"""For the service manager and for `sqlplus -V`."""
_PARAMETERS = "sqlplus parameters"


def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks, in words; empty when nothing."""
    if said := winrm_settings.gap(endpoint):
        return said
    codepage = endpoint.ways[winrm_settings.WAY]["codepage"]
    return "" if known_codepage(codepage) else f"rounds_winrm.codepage {codepage} is none that can be read here"


def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
    """One Answer per command. Never raises for what the host does."""
    nonce = secrets.token_hex(12)
    plan = Plan(commands, endpoint.ways.get("oracle"), nonce)
    if why := gap(endpoint) or windows.gap(plan.site):
        now = time.time()
        return [Answer(one.command, "", None, now, now, Reason.UNREACHABLE, why) for one in commands]
    visit = Visit(endpoint, plan, nonce)
    started = time.time()
    work = threading.Thread(target=visit.go, daemon=True)
    work.start()
    work.join(max(0.1, endpoint.deadline_seconds - 1.0))
    return plan.gathered([_of_host(step, visit, started) if step.instance is None else
                          visit.said.get(number) or _late(step, started, endpoint)
                          for number, step in enumerate(plan.steps)])


def _of_host(step: Step, visit: Visit, started: float) -> Answer:
    """What is asked of the host and not of an instance."""
    drives = step.command == windows_drives.COMMAND
    return _answer(step, started, windows_drives.table(visit.free) if drives else Gap(Reason.NOT_RUN, NO_FORM))


def _late(step: Step, started: float, endpoint: Endpoint) -> Answer:
    return _answer(step, started, Gap(Reason.TIMED_OUT, f"no end within the host's deadline of "
                                                        f"{endpoint.deadline_seconds:g} s"))


def _answer(step: Step, started: float, said: Said | Gap | str) -> Answer:
    """A step's answer from what its program said, from a text of our own, or from why there is none."""
    times = started, time.time()
    if isinstance(said, str):
        return Answer(step.command, said, 0, *times)
    if isinstance(said, Gap):
        return Answer(step.command, "", None, *times, said.reason, said.detail)
    return Answer(step.command, said.text, said.status, *times, said.reason, said.detail)


@dataclass
class Visit:
    """One host's round. `said` is what its steps, by number, have brought so far; `free` the bytes free in folders."""

    endpoint: Endpoint
    plan: Plan
    nonce: str
    said: dict[int, Answer] = field(default_factory=dict)
    free: list[tuple[str, int | None]] = field(default_factory=list)
    until: float = 0.0

    def go(self) -> None:
        """All steps, instance by instance."""
        self.until = time.monotonic() + max(1.0, self.endpoint.deadline_seconds - 2 * CLEAN_UP_SECONDS)
        client = Client(self.endpoint)
        mine = [(number, step, step.instance) for number, step in enumerate(self.plan.steps) if step.instance]
        mine.sort(key=lambda one: one[2].sid)
        for _, group in groupby(mine, key=lambda one: one[2].sid):
            steps = list(group)
            try:
                with client.shell(windows.environment(steps[0][2]), "C:\\") as shell:
                    instance = _Instance(self, shell, steps[0][2])
                    # The parameters tell whether there are audit files: sessions first.
                    for number, step, _ in sorted(steps, key=lambda one: one[1].command != QUERY):
                        began = time.time()
                        self.said[number] = _answer(step, began, instance.step(step))
                    if any(step.command == windows_drives.COMMAND for step in self.plan.steps):
                        instance.drives()
            except ShellError as error:
                now = time.time()
                self.said |= {number: _answer(step, now, Gap(error.reason, error.detail))
                              for number, step, _ in steps if number not in self.said}

    def left(self, limit: float) -> float:
        """Seconds that a command may take which may take `limit`."""
        return max(0.5, min(limit, self.until - time.monotonic()))


@dataclass
class _Instance:
    visit: Visit
    shell: Shell
    instance: Instance
    state: bool | Gap | None = None
    session: Session | None = None

    def step(self, step: Step) -> Said | Gap | str:
        """What answers one step."""
        limit = step.run.limit_seconds
        if time.monotonic() >= self.visit.until:
            return Gap(Reason.TIMED_OUT, "the host's deadline passed before this was asked")
        if step.command == QUERY:
            return self._session(step)
        if step.command == "oracle alert_log":
            return self._alert(limit)
        if step.command == "oracle audit_files":
            known = queries.load()["parameters"]
            return windows.audit_text(self.session.part(known) if self.session else "")
        verb = step.command.partition(" ")[2]
        line = (windows.opatch(self.instance) if step.command == "opatch lsinventory"
                else windows.listener(self.visit.plan.site, self.instance, verb))
        return self._run(line, limit)

    def drives(self) -> None:
        """What is free where the instance's files lie, as far as its session told where that is."""
        known = queries.load()
        told = {name: self.session.part(known[name]) for name in windows_drives.PLACES} if self.session else {}
        for folder in windows_drives.folders(told):
            free = None
            if time.monotonic() < self.visit.until:
                said = self._run(windows_drives.look(folder), _LOOK_SECONDS)
                free = None if said.reason else windows_drives.free_bytes(said.text)
            self.visit.free.append((folder, free))

    def _run(self, line: str, limit: float) -> Said:
        return self.shell.run(line, self.visit.left(limit))

    def _runs(self) -> bool | Gap:
        """Whether the instance's service runs; asked once."""
        if self.state is None:
            said = self._run(windows.service(self.instance), _LOOK_SECONDS)
            self.state = (Gap(said.reason, said.detail) if said.reason
                          else windows.runs(said.text, said.status))
        return self.state

    def _session(self, step: Step) -> Said | Gap | str:
        answer = self._asked(step)
        self.session = Session(self.instance.sid, _answer(step, time.time(), answer), self.visit.nonce)
        return answer

    def _asked(self, step: Step) -> Said | Gap | str:
        runs = self._runs()
        if runs is not True:
            return runs or NOT_RUNNING
        told = self._run(windows.version(self.instance), _LOOK_SECONDS)
        release = windows.release(told.text)
        if told.reason or told.status == 127:
            return Said("sqlplus.exe: not found", 127) if told.status == 127 else told
        if release is None:
            return Said(f"no release of SQL*Plus: {told.text.strip()}", 125)
        feed = windows.pieces(step.feed, release, self.visit.nonce)
        said = self.shell.run(windows.session(self.instance), self.visit.left(step.run.limit_seconds), feed)
        if windows.idle(said.text, self.visit.nonce):
            self.state = False
            return NOT_RUNNING
        return said

    def _alert(self, limit: float) -> Said | Gap | str:
        runs = self._runs()
        if runs is not True:
            return runs or NOT_RUNNING
        place: str | Gap = self.instance.alert_log
        if not place:
            said = self._run(windows.alert_places(self.instance), limit)
            place = Gap(said.reason, said.detail) if said.reason else windows.alert_place(self.instance, said.text)
        if isinstance(place, Gap):
            return place
        said = self._run(windows.alert_count(place), limit)
        count = Gap(said.reason, said.detail) if said.reason else windows.lines_in(said.text)
        if isinstance(count, Gap):
            return count
        said = self._run(windows.alert_read(place, count), limit)
        return said if said.reason else windows.alert_text(place, said.text)
