"""The control node's part of a patch: the plan, the beginning, what is next, the words at the end. Touches no target.

`what: pair` names the nodes of a pair and what to ask them; `plan` makes a plan of what they said; `begin` claims
the site, checks plan, signatures and files; `next`, `back` and `undo_all` say which visits are left; `end` how things
stand.
"""

from __future__ import annotations

import os
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from pacs_rounds.model import BadInput
from pacs_rounds.patch import conduct


class ActionModule(ActionBase):
    """Runs on the control node only."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Args: what, site, plan, patch, pair, window, by, answers, direction."""
        super().run(tmp, task_vars)
        _, given = self.validate_argument_spec({
            "what": {"type": "str", "required": True, "choices": sorted(conduct.CONTROL)},
            "site": {"type": "str", "required": True}, "plan": {"type": "str"}, "patch": {"type": "str"},
            "pair": {"type": "str"}, "window": {"type": "str"}, "by": {"type": "str"},
            "answers": {"type": "dict"}, "direction": {"type": "str", "choices": ["do", "undo", "close"]}})
        site, what = given.pop("site"), given.pop("what")
        try:
            said = conduct.CONTROL[what](site, given, os.getppid())
        except (BadInput, OSError) as error:
            raise AnsibleActionFail(str(error)) from None
        return {"changed": False, **said}
