"""Documentation of the action plugin patch_node, which is action_plugins/patch_node.py."""

DOCUMENTATION = r"""
---
module: patch_node
short_description: One visit to one node of a patch plan
version_added: "0.1.0"
description:
  - Asks a node (reads only), judges its gates, or runs steps of a signed plan there, over Ansible's own connection.
  - Needs C(/bin/sh) and no Python on the node. Every step is in the plan's journal before it begins; one that was begun
    and never ended is asked for before it is done again.
author: Rounds
options:
  what:
    description: V(ask), V(gate) or V(steps).
    type: str
    required: true
    choices: [ask, gate, steps]
  site:
    description: The site, a folder under C(inventories/).
    type: str
    required: true
  plan:
    description: The hash of the signed plan.
    type: str
  node:
    description: The node, which is also what the task is delegated to.
    type: str
    required: true
  steps:
    description: Ids of the plan's steps, in order.
    type: list
    elements: str
    default: []
  direction:
    description: V(do), V(undo) or V(close).
    type: str
    choices: [do, undo, close]
    default: do
  commands:
    description: For O(what=ask), read-only commands by name.
    type: dict
    default: {}
attributes:
  check_mode:
    support: partial
    description: Steps are not run in check mode; questions and gates are.
seealso:
  - name: docs/patching.md
    description: From the approved list to the closed plan.
    link: docs/patching.md
"""

EXAMPLES = r"""
- name: Judge the gates of this node
  patch_node:
    what: gate
    site: lab
    plan: "{{ patch_begun.plan }}"
    node: node-1
    steps: "{{ patch_visit.steps }}"
  delegate_to: node-1
"""

RETURN = r"""
steps:
  description: How many steps changed something.
  type: int
  returned: when O(what=steps)
gates:
  description: What each gate said.
  type: list
  elements: dict
  returned: when O(what=gate)
answers:
  description: Text, exit status and reason of each command.
  type: dict
  returned: when O(what=ask)
"""
