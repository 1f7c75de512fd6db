"""Documentation of the action plugin patch_control, which is action_plugins/patch_control.py."""

DOCUMENTATION = r"""
---
module: patch_control
short_description: The control node's part of a patch
version_added: "0.1.0"
description:
  - Makes a plan of what the nodes said, checks plan, signatures and files, and says which visits to nodes are left.
  - Touches no node; keeps plans and journals below C(<state>/patch/<site>/).
author: Rounds
options:
  what:
    description:
      - V(pair) names nodes and what to ask them, V(plan) makes a plan, V(begin) claims the site and checks everything,
        V(next), V(back) and V(undo_all) say which visits are left, V(end) how things stand. V(questions) says whom to
        ask for versions, V(standing) keeps what they said.
    type: str
    required: true
    choices: [back, begin, end, next, pair, plan, questions, standing, undo_all]
  site:
    description: The site, a folder under C(inventories/).
    type: str
    required: true
  plan:
    description: The plan's hash, or its first eight letters.
    type: str
  patch:
    description: Id of a patch on the approved list.
    type: str
  pair:
    description: A pair of C(rounds_patch.pairs).
    type: str
  window:
    description: Begin/end with offsets, ISO 8601.
    type: str
  by:
    description: Who plans.
    type: str
  answers:
    description: What the nodes said, by node and question.
    type: dict
  direction:
    description: For O(what=next), V(do) or V(close).
    type: str
    choices: [do, undo, close]
attributes:
  check_mode:
    support: full
    description: Nothing but the control node's own plan is written.
seealso:
  - name: docs/patching.md
    description: From the approved list to the closed plan.
    link: docs/patching.md
"""

EXAMPLES = r"""
- name: Claim the site and check plan, signatures and files
  patch_control:
    what: begin
    site: lab
    plan: 3fa9c1d2
"""

RETURN = r"""
segments:
  description: Visits in order, each with its node and the ids of its steps.
  type: list
  elements: dict
  returned: when O(what) is next, back or undo_all
plan:
  description: The plan's hash.
  type: str
  returned: when O(what) is plan or begin
nodes:
  description: How each node stands, in words; for O(what=pair) and O(what=plan) their names.
  type: raw
  returned: when O(what) is pair, plan or end
"""
