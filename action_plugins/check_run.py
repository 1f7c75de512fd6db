"""The conductor, first door: one host over Ansible's own connection (ssh, local, podman, …), in one round trip.

One POSIX sh script goes to the host's /bin/sh on standard input; nothing is copied there and nothing stays. A Windows
host has no such shell: it is asked by WinRM, with Ansible's variables for it.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from pacs_rounds import catalogue, rounds, warm
from pacs_rounds.backup import probe
from pacs_rounds.catalogue import Collect
from pacs_rounds.conductor import Inputs
from pacs_rounds.evidence import keys
from pacs_rounds.evidence.layout import read_json
from pacs_rounds.model import Answer, BadInput, Outcome, Reason, gravest
from pacs_rounds.mssql import site as mssql
from pacs_rounds.postgres import site as postgres
from pacs_rounds.transports import archive, replay, sh_probe
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint
from pacs_rounds.transports.failures import connection_failure
from pacs_rounds.transports.shell_round import Plan

WINDOWS = "windows"
"""The platform that is asked by WinRM."""

warm.warm_ansible()
rounds.preload("linux")


class DeadlineError(BaseException):
    """The host's deadline passed while its connection said nothing. No Exception: connection plug-ins catch these."""


class ActionModule(ActionBase):
    """One host, one role, one round trip."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Args: checks (ids or patterns), role (default: the calling role), deadline (seconds, default 120)."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _, arguments = self.validate_argument_spec({
            "checks": {"type": "list", "elements": "str", "required": True},
            "role": {"type": "str"}, "deadline": {"type": "float", "default": 120.0}})
        run_dir = open_run(variables)
        role = arguments["role"] or variables.get("ansible_role_name") or "no_role"
        host = str(variables["inventory_hostname"])
        try:
            run = read_json(run_dir / "run.json")
            rendered = rounds.Templated(variables, self._templar.template)
            facts = rounds.host_facts(host, rendered, rounds.contract_row(run, host))
            transport = "winrm" if facts.platform == WINDOWS else str(self._connection.transport)
            inputs = rounds.prepare(run_dir, run, role, arguments["checks"], transport, facts)
            commands = catalogue.commands(catalogue.select(arguments["checks"]))
            kept = [] if run.get("replay") else [one for one in commands if one.transport == archive.NAME]
            asked = [one for one in commands if one not in kept]
            oracle = rounds.plain(rendered.get("rounds_oracle"))
            words = {**probe.words(inputs.settings, probe.site_day(run)),
                     **postgres.words(inputs.settings.get("rounds_postgres")),
                     **mssql.words(inputs.settings.get("rounds_mssql"))}
            if facts.platform == WINDOWS and not run.get("replay"):
                answers = _ask_windows(facts, rendered, asked, arguments["deadline"])
            else:
                answers = self._ask(inputs, asked, arguments["deadline"], run.get("replay"), oracle, words)
            answers += archive.ask(run["site"], host, kept)
            records = rounds.finish(run_dir, inputs, answers, keys.redaction_key(run["site"]))
        except (BadInput, OSError) as error:
            raise AnsibleActionFail(f"{role} on {host} could not be recorded: {error}") from None
        return {"changed": False, "outcome": str(gravest([Outcome(one["outcome"]) for one in records])),
                "records": len(records)}

    def _ask(self, inputs: Inputs, commands: Sequence[Collect], deadline: float, folder: str | None,
             oracle: dict[str, Any] | None, words: dict[str, str]) -> list[Answer]:
        if folder:
            inputs.transport = "replay"
            return replay.ask(Path(folder), inputs.host, commands, inputs.platform)
        now = time.time()
        if inputs.settings["address"] == UNKNOWN:
            detail = f"ansible_host is still 'unknown': fill it in in the inventory (host_vars/{inputs.host})"
            return [Answer(one.command, "", None, now, now, Reason.UNREACHABLE, detail) for one in commands]
        nonce = secrets.token_hex(12)
        plan = Plan(commands, oracle, nonce, words)
        try:
            with alarm(deadline):
                result = self._low_level_execute_command(sh_probe.SHELL, in_data=plan.script().encode())
        except DeadlineError:
            reason, detail = Reason.TIMED_OUT, f"no end within the host's deadline of {deadline:g} s"
        except (AnsibleConnectionFailure, AnsibleError) as error:
            reason, detail = connection_failure(str(error))
        else:
            if nonce in result["stdout"]:
                return plan.answers(result["stdout"], now, time.time())
            words = f"{result.get('stderr', '')} {result['stdout']}".strip()
            reason, detail = connection_failure(words or f"/bin/sh ended with {result.get('rc')} and said nothing")
        return [Answer(one.command, "", None, now, time.time(), reason, detail) for one in commands]


def _ask_windows(facts: rounds.HostFacts, variables: rounds.Templated, commands: Sequence[Collect],
                 deadline: float) -> list[Answer]:
    """By WinRM. A variable that cannot be rendered (a vault's, say) costs this host only."""
    from pacs_rounds.transports import winrm, winrm_settings

    try:
        endpoint = winrm_settings.endpoint(facts.host, facts.address, variables, deadline)
    except (AnsibleError, ValueError) as error:
        words = " ".join(str(error).split())[:160]
        endpoint = Endpoint(facts.host, "", fault=f"the inventory's variables of {facts.host} cannot be used: {words}")
    return winrm.ask(endpoint, commands)


def open_run(variables: dict[str, Any]) -> Path:
    """The folder of the run that round_open made."""
    folder = variables.get("ansible_facts", {}).get("rounds_run_dir")
    if not folder:
        raise AnsibleActionFail("no round is open: the playbook must begin with the role round_open")
    return Path(folder)


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Interrupt the worker's main thread after some seconds; the connection plug-ins know no overall limit."""
    def ring(signum: int, frame: object) -> None:
        raise DeadlineError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
