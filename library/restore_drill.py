"""Documentation of the action plugin restore_drill, which is action_plugins/restore_drill.py."""

DOCUMENTATION = r"""
---
module: restore_drill
short_description: One phase of a restore drill
version_added: "0.1.0"
description:
  - Looks at the drill host, asks production who it is, judges the preconditions and, where it is told to and all of
    them are met, restores the backup step by step on the drill host.
  - Without O(execute) nothing is done on any host; the plan and the preconditions are recorded.
author: Rounds
options:
  phase:
    description: C(look) at the drill host, ask C(production) (delegate the task to it), or C(drill).
    type: str
    choices: [look, production, drill]
    required: true
  seen:
    description: The answers that the phases before returned.
    type: list
    elements: dict
    default: []
  checks:
    description: Ids or shell patterns of checks/drill/*.yml.
    type: list
    elements: str
    default: [drill.*]
  execute:
    description: Really run the drill. Check mode never does.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: A dry run whatever O(execute) says.
"""

EXAMPLES = r"""
- name: Look at the drill host
  restore_drill:
    phase: look
  register: restore_drill_look
"""

RETURN = r"""
answers:
  description: What was said, redacted, for the next phase.
  returned: in the phases look and production
  type: list
outcome:
  description: The gravest outcome of the drill's records.
  returned: in the phase drill
  type: str
records:
  description: How many records were written.
  returned: in the phase drill
  type: int
"""
