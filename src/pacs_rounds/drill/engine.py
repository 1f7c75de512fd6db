"""A drill from its look to its last step. Knows nothing of Ansible: how a host is asked is handed in.

The drill's own judgement of the preconditions is the one the records get: the same function, the same texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pacs_rounds import parse
from pacs_rounds.catalogue import Collect
from pacs_rounds.conductor import timestamp
from pacs_rounds.derive.drill.preconditions import judged
from pacs_rounds.derive.drill.results import STEPS
from pacs_rounds.drill import oracle, postgres
from pacs_rounds.model import Answer, BadInput, ParseError, Reason
from pacs_rounds.transports.inventory import as_text

Ask = Callable[[Collect], Answer]
LOOK_SECONDS = 120.0
STEP = "drill step "
_ALWAYS = ("stop", "clear")


def setup(host: str, address: str, source_address: str, drill: Mapping[str, Any], execute: bool, run: str,
          zone: str) -> Answer:
    """What was agreed, as the text that is kept and judged."""
    now = time.time()
    moment = timestamp(now)[:19] + "Z"
    text = as_text({"drill": dict(drill), "drill_host": host, "drill_address": address, "execute": execute,
                    "source_address": source_address, "moment": moment, "run": run, "timezone": zone})
    return Answer("drill setup", text, None, now, now)


def look(drill: Mapping[str, Any], ask: Ask) -> Answer:
    """The look at the drill host."""
    text = (oracle if drill["engine"] == "oracle" else postgres).look(drill)
    return _as("drill look", ask(Collect(text, "drill.look", LOOK_SECONDS)))


def cutoff(seen: Answer) -> str:
    """When the backup began, for the tables of which only what is older counts; empty where it is not told."""
    found = _parsed("drill.look", seen) or {}
    return str(found.get("started") or "")


def ask_production(drill: Mapping[str, Any], instances: list[dict[str, Any]], until: str, ask: Ask) -> list[Answer]:
    """Production: who it is, and its named tables. Oracle's identity is agreed in the inventory."""
    now = time.time()
    if drill["engine"] == "oracle":
        return []
    instance = next((one for one in instances if one["name"] == drill["name"]), None)
    if instance is None:
        why = f"rounds_postgres of {drill['source']} has no instance {drill['name']}"
        return [Answer(name, "", None, now, now, Reason.NOT_RUN, why)
                for name in ("drill production", "drill production tables")]
    identity, tables = postgres.production(drill, instance, until)
    said = _as("drill production", ask(Collect(identity, "drill.production", LOOK_SECONDS)))
    from pacs_rounds.postgres import session
    if said.reason is None:
        host, _, rest = said.text.partition("\n")
        rows = session.split(rest, ["production"], instance["name"])["production"]
        said = replace(said, text=f"{host}\n{rows}")
    return [said, _as("drill production tables", ask(Collect(tables, "drill.tables", postgres.limit_seconds(drill))))]


def run(agreed: Answer, seen: Answer, production: list[Answer], ask: Ask) -> list[Answer]:
    """The plan, and where it was asked for and may be done, each step. All answers of the drill, in their order."""
    data = parse.parse("drill.setup", agreed.text)
    drill, found = data["drill"], _parsed("drill.look", seen)
    name = found["host"] if found else data["drill_host"]
    scripts = oracle.steps(drill, name) if drill["engine"] == "oracle" else \
        postgres.steps(drill, name, data["run"], cutoff(seen))
    now = time.time()
    plan = "".join(f"-- step {step}\n{text}" for step, text in scripts.items()) + "-- end of plan\n"
    answers = [agreed, seen, *production, Answer("drill plan", plan, None, now, now)]
    stopped = _not_now(data, found, production)
    if stopped:
        return answers + [_not_run(step, stopped) for step in STEPS]
    return answers + _steps(drill, scripts, ask)


def _not_now(data: dict[str, Any], found: dict[str, Any] | None, production: list[Answer]) -> str:
    """Why nothing may be done; empty when it may."""
    if not data["execute"]:
        return "a dry run: nothing was done"
    if data["drill"]["engine"] == "oracle":
        return "the Oracle script is run by a person: docs/runbooks/restore-drill.md"
    said = next((one for one in production if one.command == "drill production"), None)
    rows = judged(data, found, _parsed("drill.production", said) if said else None)
    unmet = [row["item"] for row in rows if row.get("state") not in {"met", "not_needed"}]
    return f"not met: {', '.join(unmet)}" if unmet else ""


def _steps(drill: Mapping[str, Any], scripts: dict[str, str], ask: Ask) -> list[Answer]:
    answers, failed, begun = [], "", False
    for step in STEPS:
        if step not in scripts:
            answers.append(_not_run(step, "the restored copy is kept, as agreed"))
        elif failed and not (step in _ALWAYS and begun):
            answers.append(_not_run(step, f"not reached: {failed} failed"))
        else:
            begun = begun or step == "restore"
            answer = _as(STEP + step, ask(Collect(scripts[step], "drill.step", postgres.limit_seconds(drill) + 60)))
            answers.append(answer)
            if not _succeeded(answer):
                failed = failed or step
    return answers


def _succeeded(answer: Answer) -> bool:
    if answer.reason is not None:
        return False
    try:
        return bool(parse.parse("drill.step", answer.text)["status"] == 0)
    except ParseError:
        return False


def _not_run(step: str, why: str) -> Answer:
    now = time.time()
    return Answer(STEP + step, "", None, now, now, Reason.NOT_RUN, why)


def _as(name: str, answer: Answer) -> Answer:
    """The answer under the catalogue's name; what was sent stands in the plan."""
    return replace(answer, command=name)


def _parsed(name: str, answer: Answer) -> dict[str, Any] | None:
    if answer.reason is not None or not answer.text:
        return None
    try:
        data: dict[str, Any] = parse.parse(name, answer.text)
    except ParseError:
        return None
    return data


def check(drill: Any, where: str) -> dict[str, Any]:
    """rounds_drill as it must be; BadInput names what is missing. The shapes are the inventory schema's to judge."""
    if not isinstance(drill, dict) or not drill:
        raise BadInput(where, "has no rounds_drill", "write what is restored, from where to where: roles/restore_drill")
    return drill
