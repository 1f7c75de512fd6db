"""One round trip over a shell: the catalogue's commands as steps of one probe script, and their answers. Pure.

Most commands are what a person would type. Some speak of Oracle (`sqlplus <query>`, `lsnrctl status`): all queries of
an instance become one session of SQL*Plus, and what is asked per home or instance becomes one text with a headline for
each. Secrets travel inside the script, on standard input from end to end.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.oracle import queries, script, shell, site
from pacs_rounds.oracle.answers import Session, failed
from pacs_rounds.parse.oracle_rows import verdict
from pacs_rounds.transports import sh_probe

QUERY = "sqlplus "
SESSION_SECONDS = 20.0
"""What a session may take beyond the limit of its slowest query: connecting, and all the quick ones."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the script: whose answer it is a part of, and what it finds on its standard input."""

    run: Collect
    command: str
    unit: str
    instance: site.Instance | None = None
    feed: str = ""


class Plan:
    """What to send for some commands, and how to read what comes back."""

    def __init__(self, commands: Sequence[Collect], oracle: dict[str, Any] | None, nonce: str,
                 words: dict[str, str] | None = None) -> None:
        """`words` says what is really sent for a word of the catalogue that depends on the inventory."""
        self._commands = commands
        self._nonce = nonce
        self._words = words or {}
        self.site = site.read(oracle)
        self.steps = self._planned()

    def _planned(self) -> list[Step]:
        steps: list[Step] = []
        asked = [one for one in self._commands if one.command.startswith(QUERY)]
        for one in self._commands:
            if one.command in shell.PROGRAMS:
                steps += self._program(one)
            elif one in asked:
                if one is asked[0]:
                    steps += [self._session(instance, asked) for instance in self.site.instances]
            else:
                sent = replace(one, command=self._words.get(one.command, one.command))
                steps.append(Step(sent, one.command, ""))
        return steps

    def _program(self, one: Collect) -> list[Step]:
        if one.command == "opatch lsinventory" and not self.site.opatch:
            return []
        per_home = shell.PROGRAMS[one.command].per == "home"
        units = self.site.homes.items() if per_home else [(each.sid, each) for each in self.site.instances]
        word = "home" if per_home else "instance"
        return [Step(replace(one, command=shell.program(self.site, each, one.command)), one.command,
                      f"{word} {name}", each) for name, each in units]

    def _session(self, instance: site.Instance, asked: list[Collect]) -> Step:
        known = queries.load()
        limit = self.site.session_seconds or SESSION_SECONDS + max(one.limit_seconds for one in asked)
        wanted = [known[name] for one in asked if (name := one.command[len(QUERY):]) in known]
        text = script.build(wanted, self._nonce, instance.connect, instance.container)
        return Step(Collect(shell.session(self.site, instance, round(limit)), "", limit), QUERY, instance.sid,
                     instance, text)

    def script(self) -> str:
        """What goes to /bin/sh on standard input."""
        feeds = {number: step.feed for number, step in enumerate(self.steps) if step.feed}
        return sh_probe.build([step.run for step in self.steps], self._nonce, feeds=feeds)

    def answers(self, output: str, started: float, ended: float) -> list[Answer]:
        """One Answer per command, in their order."""
        return self.gathered(sh_probe.read(output, [step.run for step in self.steps], self._nonce, started, ended))

    def gathered(self, said: Sequence[Answer]) -> list[Answer]:
        """One Answer per command, in their order, from one per step."""
        pairs = list(zip(self.steps, said, strict=True))
        sessions = [(Session(step.unit, answer, self._nonce), answer) for step, answer in pairs
                    if step.command == QUERY]
        return [self._answer(one, pairs, sessions) for one in self._commands]

    def _answer(self, one: Collect, pairs: list[tuple[Step, Answer]],
                sessions: list[tuple[Session, Answer]]) -> Answer:
        mine = [(step, answer) for step, answer in pairs if step.command == one.command]
        if one.command in shell.PROGRAMS:
            return self._gathered(one, mine)
        if one.command.startswith(QUERY):
            return self._of_query(one, sessions)
        return replace(mine[0][1], command=one.command)

    def _of_query(self, one: Collect, sessions: list[tuple[Session, Answer]]) -> Answer:
        query = queries.load().get(one.command[len(QUERY):])
        if query is None:
            return self._nobody(one, Reason.FAULT_IN_CHECK, "there is no such query")
        if not sessions:
            return self._nobody(one, Reason.UNREACHABLE, self.site.gap)
        text = "\n".join(session.part(query) for session, _ in sessions)
        times = min(said.started for _, said in sessions), max(said.ended for _, said in sessions)
        why = verdict(text)
        return Answer(one.command, text, None, *times, *(why or (None, "")))

    def _gathered(self, one: Collect, mine: list[tuple[Step, Answer]]) -> Answer:
        """The texts of all homes or instances under a headline each. Where none came, the first one's reason."""
        if not mine:
            allowed = "rounds_oracle.opatch does not allow it: opatch keeps a log of its own on the host"
            return self._nobody(one, *((Reason.UNREACHABLE, self.site.gap) if self.site.gap
                                       else (Reason.NOT_RUN, allowed)))
        answers = [_with_reason(answer) for _, answer in mine]
        texts = [f"-- {step.unit}\n{failed(said.reason, said.detail) if said.reason else said.text.strip(chr(10))}\n"
                 for (step, _), said in zip(mine, answers, strict=True)]
        times = min(answer.started for answer in answers), max(answer.ended for answer in answers)
        if all(answer.reason for answer in answers):
            return Answer(one.command, "\n".join(texts), None, *times, answers[0].reason, answers[0].detail)
        worst = max(answer.status or 0 for answer in answers if answer.reason is None)
        return Answer(one.command, "\n".join(texts), worst, *times)

    @staticmethod
    def _nobody(one: Collect, reason: Reason, detail: str) -> Answer:
        now = time.time()
        return Answer(one.command, "", None, now, now, reason, detail)


def _with_reason(answer: Answer) -> Answer:
    """A program that is not there, or may not be run, as a gap of its own home or instance."""
    reasons = {127: Reason.TOOL_MISSING, 126: Reason.REFUSED}
    if answer.reason or answer.status not in reasons:
        return answer
    first = next((line.strip() for line in answer.text.splitlines() if line.strip()), "")
    return replace(answer, reason=reasons[answer.status], detail=first[:160] or "not found")
