"""Documentation of the action plugin check_run, which is action_plugins/check_run.py."""

DOCUMENTATION = r"""
---
module: check_run
short_description: Inspect one host over its own connection in one round trip
version_added: "0.1.0"
description:
  - Sends one POSIX sh script with the commands of all given checks to the host's C(/bin/sh) on standard input.
  - The host needs no Python; nothing is copied there and nothing stays. A command that hangs is cut at its own limit.
  - A host whose C(rounds_platform) is C(windows) is asked by WinRM, with Ansible's C(ansible_winrm_) variables; what
    speaks of Oracle is asked there, everything else is C(not_run).
  - Keeps the redacted texts, judges them and writes the records into the open run.
author: Rounds
options:
  checks:
    description: Ids or shell patterns of checks, for example V(linux.*).
    type: list
    elements: str
    required: true
  role:
    description: The name under which the records are filed. Default is the calling role.
    type: str
  deadline:
    description: Seconds after which the host is given up, whatever its connection does.
    type: float
    default: 120
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
- name: Inspect the operating system
  check_run:
    checks: ["linux.*"]
    role: linux_health
"""

RETURN = r"""
outcome:
  description: The gravest outcome among the records.
  type: str
  returned: always
  sample: warning
records:
  description: How many records were written.
  type: int
  returned: always
  sample: 71
"""
