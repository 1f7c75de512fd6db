"""Open a round: make the run's folder with the plan against which every gap will be named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from pacs_rounds.inventory import ensure_valid
from pacs_rounds.model import BadInput
from pacs_rounds.rounds import Opening, Templated, open_round, preload

preload()


class ActionModule(ActionBase):
    """Runs once for the play, on the control node."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Args: round (e.g. quarterly), policy (default contract_2017). Returns the run's id and folder as facts."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _, arguments = self.validate_argument_spec({
            "round": {"type": "str", "required": True}, "policy": {"type": "str", "default": "contract_2017"}})
        rendered = Templated(variables, self._templar.template)
        site_dir = Path(variables["inventory_dir"])
        opening = Opening(
            site=site_dir.name, round=arguments["round"], policy=arguments["policy"],
            groups={str(name): [str(host) for host in hosts] for name, hosts in variables["groups"].items()},
            hosts=[str(host) for host in variables["ansible_play_hosts_all"]], site_vars=rendered,
            run=rendered.get("rounds_run"), engineer=rendered.get("rounds_engineer"),
            scenario=rendered.get("rounds_scenario"), replay=rendered.get("rounds_replay"))
        try:
            ensure_valid(site_dir)
            run_dir = open_round(opening)
        except BadInput as error:
            raise AnsibleActionFail(str(error)) from None
        except OSError as error:
            raise AnsibleActionFail(f"the run's folder cannot be made: {error}") from None
        return {"changed": False, "ansible_facts": {"rounds_run_dir": str(run_dir)}, "run": run_dir.name}
