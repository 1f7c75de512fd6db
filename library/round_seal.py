"""Documentation of the action plugin round_seal, which is action_plugins/round_seal.py."""

DOCUMENTATION = r"""
---
module: round_seal
short_description: Seal the open round
version_added: "0.1.0"
description:
  - Writes C(unknown not_run) for everything planned and not recorded, packs a BagIt bag, appends a signed link.
  - Fails when the run cannot be sealed; earlier runs are never changed. Touches no device.
author: Rounds
options: {}
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
- name: Name every gap, hash, chain and sign
  round_seal:
  run_once: true
"""

RETURN = r"""
run:
  description: The run's id.
  type: str
  returned: always
  sample: 20261122T010203Z-quarterly-ab12
anchor:
  description: Number and hash of the link, as the printed report carries it.
  type: str
  returned: always
  sample: "7:9f2c"
counts:
  description: How many records have which outcome.
  type: dict
  returned: always
  sample: {ok: 1213, warning: 11, critical: 0, unknown: 2, not_applicable: 77}
"""
