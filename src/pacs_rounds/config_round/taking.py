"""One device's answers to its copy: texts to the site's store, facts and redacted texts to the run. Knows no Ansible.

The unredacted texts come here in memory and leave it sealed, into the store; what this module returns is redacted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pacs_rounds.config_round.facts import COMMAND, as_text, block
from pacs_rounds.config_round.plan import Plan, Wanted, behind, controller, plans
from pacs_rounds.configs import diffs, golden, redacted, work_orders
from pacs_rounds.configs.intake import Copy, Reading, Taken, take
from pacs_rounds.configs.remembered import Memory
from pacs_rounds.configs.rules import DATA, safe_word
from pacs_rounds.configs.store import Store
from pacs_rounds.evidence.layout import json_bytes, write_new
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.redact import redact

NOT_HERE = frozenset({Reason.TOOL_MISSING, Reason.EMPTY})


@dataclass(slots=True)
class Desk:
    """What all devices of one round share. `fault` says why nothing can be kept; then there is no store."""

    run: str
    key: bytes
    store: Store | None = None
    orders: list[Any] = field(default_factory=list)
    rules: list[Any] = field(default_factory=list)
    rules_digest: str = ""
    recipients: bool = False
    fault: str = ""


def desk(site: str, run: str, directory: Path, settings: dict[str, Any], key: bytes) -> Desk:
    """The site's store, its work orders and its golden rules. What cannot be used is the fault of every device."""
    made = Desk(run, key, recipients=bool(settings.get("recipients")), fault=str(settings.get("fault") or ""))
    if made.fault:
        return made
    try:
        made.store = Store.of(site, settings)
        made.store.history.repository.sweep()
        made.orders = work_orders.read(directory)
        own = settings.get("golden_rules")
        file = directory / str(own) if own else DATA / "golden_cisco_ios.yml"
        made.rules, made.rules_digest = golden.rules(file), hashlib.sha256(file.read_bytes()).hexdigest()
    except (BadInput, OSError) as error:
        made.store, made.fault = None, " ".join(str(error).split())[:200]
    return made


def take_home(on: Desk, host: str, platform: str, answers: Sequence[Answer],
              groups: Container[str] = ()) -> list[Answer]:
    """The device's answers as the run keeps them: first what became of the copy, then the texts, redacted. A host whose
    `groups` say that it has a controller brought that one's answers along; they are a copy of their own."""
    plan = plans().get(platform)
    ended = max((answer.ended for answer in answers), default=time.time())
    started = min((answer.started for answer in answers), default=ended)
    if plan is None:
        detail = f"nobody has said yet what is read of a {platform!r} device: rounds_platform in the inventory"
        return [Answer(COMMAND, "", None, started, ended, Reason.NOT_RUN, detail)]
    beside = {one.command for one in plan.beside}
    memory = Memory.of(on.store.root / "redacted" / host, on.key) if on.store and safe_word(host) else None
    other = behind(groups)
    spoken = {one.command: other.platform for one in other.commands()} if other else {}
    quiet = {answer.command: _plain(platform, answer, on.key) if answer.command in beside
             else _quiet(spoken.get(answer.command, platform), answer, on.key, memory) for answer in answers}
    if memory:
        memory.keep()
    known = {answer.command: replace(answer, detail=quiet[answer.command].detail) for answer in answers}
    told = _taken(on, host, plan, known, quiet, ended)
    if other:
        theirs = _taken(on, controller(host), other, known, quiet, ended)
        told["documents"] += [{**one, "of": theirs["device"], "order": theirs["order"]} for one in theirs["documents"]]
    return [Answer(COMMAND, as_text(told), None, round(started, 3), round(ended, 3)), *quiet.values()]


def _quiet(platform: str, answer: Answer, key: bytes, memory: Memory | None) -> Answer:
    """The answer as the run keeps it."""
    text = answer.text.encode("utf-8", errors="replace").decode("utf-8")
    if text:
        text = memory.redacted(platform, text) if memory else redacted.redacted(platform, text, key)[0]
    return replace(
        answer, text=text,
        detail=redacted.redacted(platform, answer.detail, key)[0] if answer.detail else "",
        started=round(answer.started, 3), ended=round(answer.ended, 3))


def _plain(platform: str, answer: Answer, key: bytes) -> Answer:
    """An answer that is no copy, as every role keeps it: in a neighbour's name a long number is no secret."""
    text = answer.text.encode("utf-8", errors="replace").decode("utf-8")
    return replace(
        answer, text=redact(platform, text, key)[0], detail=redact(platform, answer.detail, key)[0],
        started=round(answer.started, 3), ended=round(answer.ended, 3))


def _taken(on: Desk, host: str, plan: Plan, answers: dict[str, Answer], quiet: dict[str, Answer],
           moment: float) -> dict[str, Any]:
    chosen = {one.word: _chosen(one, answers) for one in plan.documents}
    texts = {word: answer.text for word, answer in chosen.items() if _is_text(answer)}
    gaps = {word: f"{answer.reason or Reason.UNPARSABLE}: {answer.detail}" for word, answer in chosen.items()
            if word not in texts}
    if on.store is None:
        return _facts(on, host, plan, None, chosen, {}, "")
    try:
        taken = take(on.store, Reading(host, plan.platform, texts, gaps, on.run, moment), on.orders)
        changes = {word: _difference(on.store, host, plan.platform, word, taken.before)
                   for word, copy in taken.documents.items() if copy.state == "changed"}
    except (BadInput, OSError) as error:
        broken = replace(on, store=None, fault=f"could not be kept: {' '.join(str(error).split())[:200]}")
        return _facts(broken, host, plan, None, chosen, {}, "")
    main = quiet.get(chosen[plan.main].command)
    return _facts(on, host, plan, taken, chosen, changes, main.text if main else "")


def _chosen(one: Wanted, answers: dict[str, Answer]) -> Answer:
    """The first of a document's commands that gave its text; else what the last one that was sent gave instead."""
    known = [answers[command] for command in one.commands if command in answers]
    for answer in known:
        if _is_text(answer) and answer.text.strip() and one.holds in answer.text:
            return answer
    sent = [answer for answer in known if answer.reason is not Reason.NOT_RUN] or known
    if sent and _is_text(sent[-1]):
        why = f"no answer has {one.holds!r} in it" if one.holds else "the answer has no text"
        return replace(sent[-1], reason=Reason.EMPTY, detail=why)
    if sent:
        return sent[-1]
    now = time.time()
    return Answer(one.commands[0], "", None, now, now, Reason.TIMED_OUT, "no end within the device's deadline")


def _is_text(answer: Answer) -> bool:
    """An answer of the device, whatever it is worth: that the gate of the store decides."""
    return answer.reason is None and answer.status in (None, 0)


def _difference(store: Store, host: str, platform: str, word: str, before: str) -> str:
    """What changed between two copies; in the history they are redacted and without noise."""
    earlier, now = store.history.text(host, word, before) or "", store.history.text(host, word) or ""
    return block(diffs.unified(earlier, now, platform=platform))


def _facts(on: Desk, host: str, plan: Plan, taken: Taken | None, chosen: dict[str, Answer],
           changes: dict[str, str], main: str) -> dict[str, Any]:
    copies = taken.documents if taken else {}
    return {
        "device": host, "platform": plan.platform, "main": plan.main, "fault": on.fault,
        "recipients": on.recipients,
        "commit": taken.commit if taken else "", "order": taken.order if taken else "",
        "last_good": copies[plan.main].last_good if plan.main in copies else None,
        "documents": [_document(one, chosen[one.word], copies.get(one.word), changes.get(one.word, ""))
                      for one in plan.documents],
        **_judged(on, host, plan, main, copies.get(plan.main)),
    }


def _document(one: Wanted, answer: Answer, copy: Copy | None, change: str) -> dict[str, Any]:
    state, reason, detail = (copy.state, copy.reason, copy.detail) if copy else ("gap", "", "")
    if not _is_text(answer):
        missing = one.optional and (answer.reason in NOT_HERE or answer.status not in (None, 0))
        state = "not_offered" if missing else "gap"
        reason, detail = str(answer.reason or Reason.UNPARSABLE), answer.detail
    elif one.optional and copy and copy.state == "quarantined" and copy.reason == "empty":
        state = "not_offered"
    return {"document": one.word, "command": answer.command, "state": state, "reason": reason, "detail": detail,
            "added": copy.added if copy else 0, "removed": copy.removed if copy else 0,
            "sealed": copy.sealed if copy else "", "change": change}


def _judged(on: Desk, host: str, plan: Plan, text: str, copy: Copy | None) -> dict[str, Any]:
    """What the golden rules and the look for weak secrets say of the configuration (redacted) that was just accepted;
    null where none was, and for weak secrets where nobody says what is weak on that platform. What was found once in
    the same text by the same rules is remembered."""
    if copy is None or copy.state not in {"new", "changed", "unchanged"}:
        return {"golden": None, "weak": None}
    if plan.platform == "cisco_catos":
        return {"golden": [], "weak": [{"line": one.line, "kind": one.command, "type": one.type}
                                       for one in golden.weak_catos(text)]}
    if plan.platform != "cisco_ios" or on.store is None:
        return {"golden": [], "weak": None}
    mark = hashlib.sha256(f"{on.rules_digest} {text}".encode("utf-8", "replace")).hexdigest()
    place = on.store.root / "judged" / f"{host}.json"
    known = _remembered(place, mark)
    if known is None:
        found = golden.judge(on.rules, golden.with_default_words(text, on.key))
        known = {"golden": [{"rule": one.rule, "word": one.word, "detail": one.detail} for one in found],
                 "weak": [{"line": one.line, "kind": one.command, "type": one.type}
                          for one in golden.weak_secrets(text)]}
        with contextlib.suppress(OSError):  # only a memory
            write_new(place, json_bytes({"of": mark, "found": known}))
    return known


def _remembered(place: Path, mark: str) -> dict[str, Any] | None:
    try:
        data = json.loads(place.read_bytes())
        return data["found"] if data["of"] == mark else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
