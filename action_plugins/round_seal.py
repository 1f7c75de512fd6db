"""Seal the open round: name every gap, hash, chain, sign. A run that could not record fails here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from pacs_rounds import background
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.evidence.seal import seal
from pacs_rounds.model import BadInput
from pacs_rounds.rounds import archived_catalogue


class ActionModule(ActionBase):
    """Runs once for the play, on the control node."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """No arguments. Returns run, anchor and counts."""
        super().run(tmp, task_vars)
        folder = (task_vars or {}).get("ansible_facts", {}).get("rounds_run_dir")
        if not folder:
            raise AnsibleActionFail("no round is open: the playbook must begin with the role round_open")
        run_dir = Path(folder)
        evidence = SiteEvidence(run_dir.parent.parent)
        for role, fault in background.wait(run_dir, background.WAIT_SECONDS).items():
            self._display.warning(f"{role}: {fault}")
        try:
            link = seal(evidence, run_dir.name, archived_catalogue(evidence.find(run_dir.name)))
        except (BadInput, OSError) as error:
            raise AnsibleActionFail(f"the run is NOT sealed: {error}") from None
        return {"changed": False, "run": link.run, "anchor": link.anchor, "counts": link.data["counts"]}
