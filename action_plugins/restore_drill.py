"""The restore drill over Ansible's own connections, in three looks: the drill host, production, and then the drill.

Each step is one script on the standard input of /bin/sh; the next one is sent only when this one has succeeded.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from pacs_rounds import catalogue, rounds, warm
from pacs_rounds.catalogue import Collect
from pacs_rounds.drill import engine
from pacs_rounds.evidence import keys
from pacs_rounds.evidence.layout import read_json
from pacs_rounds.model import Answer, BadInput, Outcome, Reason, gravest
from pacs_rounds.transports import replay, sh_probe
from pacs_rounds.transports.failures import connection_failure

warm.warm_ansible()
rounds.preload("linux", "drill")


class ActionModule(ActionBase):
    """One phase of one host's drill."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Args: phase (look, production, drill), seen (what the phases before returned), checks, execute."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _, arguments = self.validate_argument_spec({
            "phase": {"type": "str", "choices": ["look", "production", "drill"], "required": True},
            "seen": {"type": "list", "elements": "dict", "default": []},
            "checks": {"type": "list", "elements": "str", "default": ["drill.*"]},
            "execute": {"type": "bool", "default": False}})
        folder = variables.get("ansible_facts", {}).get("rounds_run_dir")
        if not folder:
            raise AnsibleActionFail("no round is open: the playbook must begin with the role round_open")
        host = str(variables["inventory_hostname"])
        rendered = rounds.Templated(variables, self._templar.template)
        try:
            return self._phase(Path(folder), host, variables, rendered, arguments)
        except (BadInput, OSError) as error:
            raise AnsibleActionFail(f"restore_drill on {host} could not be recorded: {error}") from None

    def _phase(self, run_dir: Path, host: str, raw: dict[str, Any], variables: rounds.Templated,
               arguments: dict[str, Any]) -> dict[str, Any]:
        run = read_json(run_dir / "run.json")
        drill = rounds.plain(engine.check(variables.get("rounds_drill"), f"host_vars/{host}"))
        if run.get("replay"):
            return self._replay(run_dir, run, host, variables, arguments)
        seen = [_answer(one) for one in arguments["seen"]]
        if arguments["phase"] == "look":
            answer = engine.look(drill, self._ask)
            return {"changed": False, "answers": [_plain(answer, run)], "cutoff": engine.cutoff(answer)}
        theirs = _of(raw["hostvars"], drill["source"])
        if arguments["phase"] == "production":
            instances = rounds.plain(theirs.get("rounds_postgres") or {}).get("instances", [])
            until = engine.cutoff(seen[0]) if seen else ""
            answers = engine.ask_production(drill, instances, until, self._ask)
            return {"changed": False, "answers": [_plain(one, run) for one in answers]}
        execute = arguments["execute"] and not self._task.check_mode
        agreed = engine.setup(host, str(variables.get("ansible_host") or ""), str(theirs.get("ansible_host") or ""),
                              drill, execute, run["run"], run["timezone"])
        look = next(one for one in seen if one.command == "drill look")
        answers = engine.run(agreed, look, [one for one in seen if one is not look], self._ask)
        return self._record(run_dir, run, host, variables, arguments, answers)

    def _replay(self, run_dir: Path, run: dict[str, Any], host: str, variables: rounds.Templated,
                arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["phase"] != "drill":
            return {"changed": False, "answers": [], "cutoff": ""}
        commands = catalogue.commands(catalogue.select(arguments["checks"]))
        answers = replay.ask(Path(run["replay"]), host, commands)
        return self._record(run_dir, run, host, variables, arguments, answers)

    def _record(self, run_dir: Path, run: dict[str, Any], host: str, variables: rounds.Templated,
                arguments: dict[str, Any], answers: list[Answer]) -> dict[str, Any]:
        facts = rounds.host_facts(host, variables, rounds.contract_row(run, host))
        transport = "replay" if run.get("replay") else str(self._connection.transport)
        inputs = rounds.prepare(run_dir, run, "restore_drill", arguments["checks"], transport, facts)
        records = rounds.finish(run_dir, inputs, answers, keys.redaction_key(run["site"]))
        done = any(one.command.startswith(engine.STEP) and one.reason is None for one in answers)
        return {"changed": done, "outcome": str(gravest([Outcome(one["outcome"]) for one in records])),
                "records": len(records)}

    def _ask(self, collect: Collect) -> Answer:
        """One script on the host of this task's connection, which is production's where the task is delegated."""
        nonce, now = secrets.token_hex(12), time.time()
        try:
            result = self._low_level_execute_command(sh_probe.SHELL, in_data=sh_probe.build([collect], nonce).encode())
        except (AnsibleConnectionFailure, AnsibleError) as error:
            reason, detail = connection_failure(str(error))
            return Answer(collect.command, "", None, now, time.time(), reason, detail)
        if nonce in result["stdout"]:
            return sh_probe.read(result["stdout"], [collect], nonce, now, time.time())[0]
        words = f"{result.get('stderr', '')} {result['stdout']}".strip()
        reason, detail = connection_failure(words or "no word came back")
        return Answer(collect.command, "", None, now, time.time(), reason, detail)


def _of(hostvars: Any, host: str) -> dict[str, Any]:
    """The variables of production; BadInput for a host that is none."""
    if host not in hostvars:
        raise BadInput("rounds_drill.source", f"{host!r} is no host of this site", "name the host whose backup it is")
    found: dict[str, Any] = hostvars[host]
    return found


def _plain(answer: Answer, run: dict[str, Any]) -> dict[str, Any]:
    """An answer as a task's result: redacted already, since Ansible may write it to its log."""
    return asdict(rounds.clean("linux", answer, keys.redaction_key(run["site"])))


def _answer(data: dict[str, Any]) -> Answer:
    given = rounds.plain(data)
    return Answer(**{**given, "reason": Reason(given["reason"]) if given["reason"] else None})
