"""One role on one host: answers in, records out. Pure; the same function judges live, replayed and archived text."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pacs_rounds import derive, parse
from pacs_rounds.catalogue import Check, Collect, commands
from pacs_rounds.dialects import foreign, not_read
from pacs_rounds.judge import Verdict, run_check
from pacs_rounds.model import Answer, Context, Outcome, ParseError, Reason, Row
from pacs_rounds.policy import relevant, waiver_for

Record = dict[str, Any]
DEVICE_FIELDS = ("serial", "model", "firmware", "os", "written_serial_is", "clock", "clock_offset_seconds")
"""What a record's `device` holds. Runs of earlier releases held the fields of `Inputs.device_fields`."""
LONGEST_WORD = 200


@dataclass(slots=True)
class Inputs:
    """Everything besides the answers that decides the records; kept in the run as inputs/<host>/<role>.json."""

    run: str
    site: str
    host: str
    role: str
    platform: str
    transport: str
    checks: list[str]
    commit: str = ""
    baseline: dict[str, Any] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    waivers: list[dict[str, Any]] = field(default_factory=list)
    previous: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    previous_run: str | None = None
    device_fields: list[str] = field(default_factory=lambda: ["serial", "clock", "clock_offset_seconds"])

    def narrowed(self) -> Inputs:
        """Only what concerns this host: rules and waivers keep their place in the site's list."""
        self.rules, self.waivers = relevant(self.rules, self.host), relevant(self.waivers, self.host)
        return self


@functools.lru_cache(maxsize=256)  # one host's answers share a few moments, and its records name them again and again
def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds; the report shows local time, the record does not guess a zone."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@functools.lru_cache(maxsize=64)  # as many as one host gives answers: each is named by every record made of it
def sha256(text: str) -> str:
    """Hex SHA-256 of the text as UTF-8, which is how raw files are named and kept."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class _Parsed:
    """Parses each answer once per parser, however many checks read it."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self._done: dict[tuple[str, str], Any] = {}

    def get(self, collect: Collect) -> Any:
        key = (collect.command, collect.parser)
        if key not in self._done:
            try:
                self._done[key] = parse.parse(collect.parser, self.answers[collect.command].text)
            except ParseError as error:
                self._done[key] = error
        if isinstance(self._done[key], ParseError):
            raise self._done[key]
        return self._done[key]


def _no_answer(collect: Collect, answer: Answer | None) -> tuple[Reason, str] | None:
    """Why a command gave nothing to parse, or None when it did."""
    if answer is None:
        return Reason.NOT_RUN, f"no answer was recorded for: {collect.command}"
    if answer.reason is not None:
        return answer.reason, answer.detail
    if not answer.text.strip() and answer.status in (None, *collect.accept) and not parse.means_none(collect.parser):
        return Reason.EMPTY, "the answer has no text"
    if answer.status is not None and answer.status not in collect.accept:
        first = next((line.strip() for line in answer.text.splitlines() if line.strip()), "")[:160]
        if answer.status == 127:
            return Reason.TOOL_MISSING, first or "command not found"
        denied = answer.status == 126 or "permission denied" in answer.text[:2000].lower()
        return (Reason.REFUSED if denied else Reason.UNPARSABLE), f"exit status {answer.status}: {first}"
    return None


def _foreign(collect: Collect, platform: str) -> Answer | None:
    """What stands for an answer that this parser cannot read, whoever sent the command: another check reads it."""
    if not foreign(collect.parser, platform):
        return None
    return Answer(collect.command, "", None, 0.0, 0.0, Reason.NOT_RUN, not_read(collect.parser, platform))


def _verdicts(check: Check, parsed: _Parsed, context: Context, rules: list[dict[str, Any]]) -> list[Verdict]:
    asked = [_foreign(collect, context.platform) or parsed.answers.get(collect.command) for collect in check.collect]
    if all(one is None or one.reason is Reason.NOT_RUN for one in asked):
        # Nobody asked: not even a derivation that copes with missing answers can say that the check does not apply.
        detail = next((one.detail for one in asked if one), "no answer was recorded")
        return [Verdict("*", Outcome.UNKNOWN, Reason.NOT_RUN, detail)]
    data: dict[str, Any] = {}
    for collect, answer in zip(check.collect, asked, strict=True):
        missing = _no_answer(collect, answer)
        if missing and collect.optional:
            data.setdefault(collect.name, None)
        elif missing:
            reason, detail = missing
            if reason in check.runs_without:
                return [Verdict("*", Outcome.NOT_APPLICABLE, detail=detail)]
            return [Verdict("*", Outcome.UNKNOWN, reason, detail)]

    def rows() -> list[Row]:
        for collect in check.collect:
            if collect.name not in data:
                data[collect.name] = parsed.get(collect)
        if check.derive:
            return derive.get(check.derive)(data, context)
        first = data[check.collect[0].name]
        return [first] if isinstance(first, dict) else list(first)

    return run_check(check, rows, context, rules)


def _identity(inputs: Inputs, checks: list[Check], parsed: _Parsed, context: Context) -> dict[str, Any]:
    """Serial, model, versions and clock as the device itself tells them; null where it did not."""
    device: dict[str, Any] = dict.fromkeys(inputs.device_fields)
    words = [name for name in device if name not in {"clock", "clock_offset_seconds"}]
    # Not the host's platform alone: what answers may be the management controller of a server.
    platforms = dict.fromkeys(one.parser.partition(".")[0] for check in checks for one in check.collect)
    functions = [function for function in map(derive.identity_of, platforms) if function]
    if not functions:
        return device
    data: dict[str, Any] = {}
    for check in checks:
        for collect in check.collect:
            if collect.parser in data or _no_answer(collect, parsed.answers.get(collect.command)):
                continue
            with contextlib.suppress(Exception):  # the check that reads it says so
                data[collect.parser] = parsed.get(collect)
    for function in functions:
        with contextlib.suppress(Exception):  # who the device is must not cost it its records
            said = function(data, context)
            for name in words:
                device[name] = device[name] or _word(said.get(name))
            if device["clock"] is None and said.get("clock") is not None:
                device["clock"] = timestamp(said["clock"])  # a clock beyond the calendar is no clock
                device["clock_offset_seconds"] = said.get("clock_offset_seconds")
    return device


def _word(value: Any) -> str | None:
    """What a device calls itself, as one line that a record can hold; None where it is no text."""
    if not isinstance(value, str):
        return None
    shown = " ".join(value.encode("utf-8", "backslashreplace").decode("utf-8").split())
    return shown[:LONGEST_WORD] or None


def judge_host(inputs: Inputs, answers: Iterable[Answer], catalogue: dict[str, Check]) -> list[Record]:
    """All records of one role on one host, in the catalogue's order. Same inputs and answers, same records."""
    by_command = {answer.command: answer for answer in answers}
    checks = [catalogue[name] for name in inputs.checks]
    ended = max((answer.ended for answer in by_command.values()), default=0.0)
    context = Context(
        host=inputs.host, platform=inputs.platform, baseline=inputs.baseline, contract=inputs.contract,
        settings=inputs.settings, previous=inputs.previous, collected_at=ended, answers=by_command)
    parsed = _Parsed(by_command)
    device = _identity(inputs, checks, parsed, context)
    return [_record(inputs, check, verdict, context, device)
            for check in checks for verdict in _verdicts(check, parsed, context, inputs.rules)]


def _record(inputs: Inputs, check: Check, verdict: Verdict, context: Context, device: dict[str, Any]) -> Record:
    used = [context.answers[one.command] for one in check.collect
            if one.command in context.answers and not foreign(one.parser, inputs.platform)]
    started = min((answer.started for answer in used), default=context.collected_at)
    ended = max((answer.ended for answer in used), default=context.collected_at)
    return {
        "run": inputs.run, "site": inputs.site, "host": inputs.host, "role": inputs.role, "device": device,
        "check": check.id, "item": verdict.item, "outcome": str(verdict.outcome),
        "reason": str(verdict.reason) if verdict.reason else None, "detail": verdict.detail,
        "impact": check.impact, "clauses": check.clauses,
        "observed": verdict.observed, "unit": check.unit, "previous": verdict.previous, "delta": verdict.delta,
        "previous_run": inputs.previous_run if verdict.previous is not None else None,
        "levels": verdict.levels, "levels_origin": verdict.levels_origin,
        "waiver": waiver_for(check.id, inputs.host, verdict.item, inputs.waivers, ended),
        "transport": inputs.transport if inputs.transport == "replay" else
        ", ".join(dict.fromkeys(one.transport or inputs.transport for one in check.collect)),
        "started": timestamp(started), "ended": timestamp(ended),
        "sources": [{"command": answer.command, "sha256": sha256(answer.text)} for answer in used],
        "commit": inputs.commit,
    }


def unanswered(inputs: Inputs, catalogue: dict[str, Check], reason: Reason, detail: str, started: float,
               ended: float) -> list[Answer]:
    """The answers of a host that gave none: every command ends with the same reason."""
    checks = [catalogue[name] for name in inputs.checks]
    return [Answer(one.command, "", None, started, ended, reason, detail) for one in commands(checks)]
