"""Documentation of the action plugin round_open, which is action_plugins/round_open.py."""

DOCUMENTATION = r"""
---
module: round_open
short_description: Open a round with its plan
version_added: "0.1.0"
description:
  - Validates the site's inventory and makes the run's folder below C(evidence/<site>/open/).
  - The plan (role, host, check) is what the seal compares the records with. Touches no device.
author: Rounds
options:
  round:
    description: The round as the policy names it, for example V(quarterly).
    type: str
    required: true
  policy:
    description: The contract profile under C(policies/).
    type: str
    default: contract_2017
attributes:
  check_mode:
    support: full
    description: Nothing is changed anywhere but in the run's own folder, so check mode looks at everything, too.
seealso:
  - name: docs/contributing.md
    description: The way of one check.
    link: docs/contributing.md
"""

EXAMPLES = r"""
- name: Make the run's folder and its plan
  round_open:
    round: quarterly
  run_once: true
"""

RETURN = r"""
run:
  description: The run's id.
  type: str
  returned: always
  sample: 20261122T010203Z-quarterly-ab12
"""
