"""One visit to one node of a patch plan, over Ansible's own connection: ask (reads only), gate, or steps.

Needs /bin/sh and no Python on the node; on Windows, cmd.exe and no PowerShell. Every step is in the
journal before it begins.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.patch import conduct, desk, gatekeeping
from pacs_rounds.patch.engine import StepFailed
from pacs_rounds.patch.steps import quote
from pacs_rounds.transports import windows_cmd
from pacs_rounds.transports.failures import connection_failure


class ActionModule(ActionBase):
    """The node is the task's host, or what it is delegated to."""

    TRANSFERS_FILES = False
    _supports_check_mode = False  # check mode must not install: the task is skipped there

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Args: what (ask, gate, steps), site, plan, node, steps (ids), direction, commands (for ask)."""
        super().run(tmp, task_vars)
        _, given = self.validate_argument_spec({
            "what": {"type": "str", "required": True, "choices": ["ask", "gate", "steps"]},
            "site": {"type": "str", "required": True}, "plan": {"type": "str"},
            "node": {"type": "str", "required": True}, "steps": {"type": "list", "elements": "str", "default": []},
            "direction": {"type": "str", "choices": ["do", "undo", "close"], "default": "do"},
            "commands": {"type": "dict", "default": {}}})
        self._files = desk.files_folder(given["site"])
        self._go_to(given["node"], task_vars or {})
        try:
            if given["what"] == "ask":
                return {"changed": False, "answers": {
                    name: conduct.plain(self._run_script(text, "", 60.0)) for name, text in given["commands"].items()}}
            if given["what"] == "gate":
                return {"changed": False, **gatekeeping.gate(
                    given["site"], given["plan"], given["node"], given["steps"], self._run_script)}
            if given["direction"] != "undo" and self._task.check_mode:
                return {"skipped": True, "msg": "check mode changes nothing"}
            count = conduct.steps(given["site"], given["plan"], given["steps"], given["direction"], self._run_script,
                                  os.getppid())
        except StepFailed as failed:
            raise AnsibleActionFail(f"{failed}; to roll back: {failed.blamed}") from None
        except (BadInput, OSError) as error:
            raise AnsibleActionFail(str(error)) from None
        return {"changed": count > 0, "steps": count}

    def _go_to(self, node: str, task_vars: dict[str, Any]) -> None:
        """The connection's options once more, from the node's variables as the node itself has them.

        A delegated task has the node's variables, but what is written in them with `inventory_hostname` means the host
        that delegates: with an address looked up by it, the steps for one node would run on another.
        """
        if node not in task_vars.get("hostvars", {}):
            raise AnsibleActionFail(f"{node} is no host of this inventory")
        theirs, way = task_vars["hostvars"][node], self._connection
        words = self._task.dump_attrs() | {"timeout": self._play_context.timeout}
        words.pop("retries", None)
        if self._play_context.password:
            words["password"] = self._play_context.password
        way.set_options(task_keys=words, var_options=way._resolve_option_variables(theirs, self._templar))
        if way.become is not None:
            named = constants.config.get_plugin_vars("become", way.become._load_name)
            way.become.set_options(task_keys=words, var_options={one: theirs[one] for one in named if one in theirs})
        address = str(theirs.get("ansible_host") or node)
        self._play_context.remote_addr = address
        told = next((str(way.get_option(one)) for one in ("host", "remote_addr") if way.has_option(one)), address)
        if told != address:
            raise AnsibleActionFail(f"the connection leads to {told}, {node} is {address}: nothing was done")

    def _run_script(self, script: str, send: str, limit: float) -> Answer:
        """One script on the node. The time limit is the node's own `timeout` where it has one, so that a step that
        hangs is ended there and not only forgotten here."""
        began = time.time()
        if windows_cmd.is_windows(self._connection):
            return self._run_line(script, send, limit, began)
        body = f"exec 2>&1\n{script}\n"
        # A file's bytes come on standard input: the script must then travel as an argument. It holds no secret.
        inner = f"/bin/sh -c {quote(body)}" if send else "/bin/sh"
        command = (f"if timeout 1 true 2>/dev/null; then exec timeout -s TERM -k 10 {limit:.0f} {inner}; "
                   f"else exec {inner}; fi")
        data = (self._files / Path(send).name).read_bytes() if send else body.encode()
        try:
            said = self._low_level_execute_command(f"/bin/sh -c {quote(command)}", in_data=data)
        except (AnsibleConnectionFailure, AnsibleError) as error:
            reason, detail = connection_failure(str(error))
            return Answer(script, "", None, began, time.time(), reason, detail)
        text, status = str(said.get("stdout", "")), int(said.get("rc", 255))
        if status == 124:
            return Answer(script, text, status, began, time.time(), Reason.TIMED_OUT, f"no end within {limit:.0f} s")
        if status == 255 and said.get("stderr"):
            reason, detail = connection_failure(str(said["stderr"]))
            return Answer(script, text, None, began, time.time(), reason, detail)
        return Answer(script, text, status, began, time.time())

    def _run_line(self, script: str, send: str, limit: float, began: float) -> Answer:
        """One line of cmd.exe."""
        try:
            return windows_cmd.run(self._connection, script, self._files / Path(send).name if send else None,
                                   limit)
        except Exception as error:  # pywinrm and requests raise what they like
            reason, detail = connection_failure(str(error))
            return Answer(script, "", None, began, time.time(), reason, detail)
