"""Documentation of the action plugin check_fan_out, which is action_plugins/check_fan_out.py."""

DOCUMENTATION = r"""
---
module: check_fan_out
short_description: Inspect all hosts of the play side by side from the control node
version_added: "0.1.0"
description:
  - For transports that start on the control node anyway. Runs once for the play, with one deadline per host.
  - The core behind it is the same as behind M(check_run).
author: Rounds
options:
  checks:
    description: Ids or shell patterns of checks, for example V(catalyst.*).
    type: list
    elements: str
    required: true
  role:
    description: The name under which the records are filed. Default is the calling role.
    type: str
  transport:
    description:
      - How the devices are asked. V(inventory) asks no device but the site's own register.
      - A check may name another transport for one of its commands; all of a device are asked side by side.
    type: str
    choices: [network_cli, ssh, snmp, naviseccli, ipmi, human, dicom, inventory]
    required: true
  deadline:
    description: Seconds after which one host is given up.
    type: float
    default: 120
  workers:
    description: How many hosts are asked at the same time.
    type: int
    default: 32
  wait:
    description: V(false) lets the playbook go on meanwhile; M(round_seal) waits for the records.
    type: bool
    default: true
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
- name: Inspect the Catalyst switches
  check_fan_out:
    checks: ["catalyst.*"]
    role: catalyst_health
    transport: network_cli
"""

RETURN = r"""
outcome:
  description: The gravest outcome among all hosts' records.
  type: str
  returned: always
  sample: critical
records:
  description: How many records were written.
  type: int
  returned: always
  sample: 430
hosts:
  description: How many hosts were asked.
  type: int
  returned: always
  sample: 5
"""
