#!/usr/bin/python
# Copyright: PACS Rounds contributors
# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

DOCUMENTATION = r"""
---
module: emc_vnx
short_description: Look at an EMC VNX block array with naviseccli
version_added: "0.1.0"
description:
  - Runs read-only subcommands of the vendor's C(naviseccli) against both storage processors (SP) of a VNX block array,
    from the machine the module runs on (usually the control node), and returns what each of them said, redacted, and
    the array as typed data.
  - Only subcommands and options on the project's allow-list (C(src/pacs_rounds/transports/naviseccli.yml)) are run. If
    one in O(subcommands) is not on it, the task fails before anything at all is run.
  - The tool logs in with a security file; there is no option for a password, since a command line is readable by
    everybody on the machine. Make the file once with C(naviseccli -secfilepath DIR -user NAME -scope 0
    -AddUserSecurity), as the user that runs the module.
  - The tool cannot hang on the question about a certificate it does not know. Its input is closed and its process group
    is ended at the time-out; an SP whose certificate is not trusted is C(refused), whatever it goes on to say.
  - Both SPs are asked at once, with at most two calls at a time per SP. An SP that is dead, that refuses the log-in or
    whose tool is missing is not asked again in the same task.
options:
  spa:
    description: Management address of SP A.
    type: str
    required: true
  spb:
    description: Management address of SP B.
    type: str
    required: true
  secfile:
    description: Directory of the security file (the tool's C(-secfilepath)).
    type: path
    required: true
  program:
    description: The tool, as a path or a name on PATH. C(/opt/Navisphere/bin) is looked into as well.
    type: str
    default: naviseccli
  port:
    description: TCP port of the SPs' management servers, where it is not the tool's own.
    type: int
  nopoll:
    description:
      - Pass C(-np). Quicker on a big array, but an SP may then answer with what it knew a while ago.
    type: bool
    default: false
  subcommands:
    description:
      - Subcommands with their options, such as V(faults -list). Those from which the facts are taken are always run.
    type: list
    elements: str
    default: []
  timeout:
    description: Seconds for one call of the tool.
    type: float
    default: 20.0
  deadline:
    description: Seconds for everything.
    type: float
    default: 120.0
  require_answers:
    description: Fail the task when any call gave no answer. Otherwise only return what came.
    type: bool
    default: true
requirements:
  - pacs_rounds (this project, installed for the interpreter that runs the module)
  - naviseccli, which Dell EMC licenses and this project cannot ship
attributes:
  check_mode:
    support: full
    description: Looking changes nothing, so check mode looks as well.
  diff_mode:
    support: none
    description: There is nothing to compare.
author:
  - PACS Rounds contributors
"""

EXAMPLES = r"""
- name: What the array is, and whether it calls itself well
  emc_vnx:
    spa: 192.0.2.21
    spb: 192.0.2.22
    secfile: /etc/rounds/navisphere
    subcommands: [faults -list, getcrus -all]
  delegate_to: localhost
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  register: __vnx

- name: Name the LUNs that are not with their own SP
  ansible.builtin.debug:
    msg: "{{ __vnx.array.luns | selectattr('trespassed') | map(attribute='name') }}"

- name: Go on with what one SP says while the other is dead
  emc_vnx:
    spa: 192.0.2.21
    spb: 192.0.2.22
    secfile: /etc/rounds/navisphere
    require_answers: false
  delegate_to: localhost
"""

RETURN = r"""
complete:
  description: Whether every call gave an answer.
  returned: always
  type: bool
  sample: true
answers:
  description: One entry per SP and subcommand, in the order of the question.
  returned: always
  type: list
  elements: dict
  contains:
    sp: {description: Which SP was asked., type: str, returned: always, sample: spa}
    subcommand: {description: What it was asked., type: str, returned: always, sample: faults -list}
    text: {description: What it said; secrets replaced., type: str, returned: always}
    reason:
      description:
        - Why there is no answer; null when there is one. C(tool_missing), C(refused) (log-in, security file,
          certificate, or a role without the right), C(unreachable) (dead SP), C(timed_out), C(truncated), C(empty).
      type: str
      returned: always
      sample: unreachable
    detail: {description: The same in a sentence., type: str, returned: always}
    seconds: {description: How long the call took., type: float, returned: always, sample: 0.8}
array:
  description: The array as typed data. What neither SP told is null, never an empty list.
  returned: always
  type: dict
  contains:
    name: {description: The array's name., type: str, returned: always, sample: PACS-VNX}
    serial: {description: Its serial number., type: str, returned: always, sample: FCN00000000001}
    model: {description: Its model., type: str, returned: always, sample: VNX5500}
    revision: {description: The operating environment's revision., type: str, returned: always, sample: 05.32.000.5.219}
    sps:
      description: Both SPs with sp, answers, reason, detail, revision, memory_mb, serial.
      type: list
      elements: dict
      returned: always
    disks:
      description:
        - Every slot with disk (bus_enclosure_slot), state, drive_type, capacity_mb, vendor, product, revision, serial,
          raid_group, hard_errors, soft_errors.
      type: list
      elements: dict
      returned: always
    pools:
      description:
        - Storage pools with id, name, state, status, raid_type, user_gb, consumed_gb, percent_full,
          percent_subscribed, threshold_percent, disks.
      type: list
      elements: dict
      returned: always
    luns:
      description:
        - LUNs of pools and of RAID groups with lun, name, pool, raid_group, capacity_gb, state, default_owner,
          current_owner, trespassed.
      type: list
      elements: dict
      returned: always
    ports:
      description: Front-end ports with sp, port, uid, link, status, speed, registered_initiators, logged_in_initiators.
      type: list
      elements: dict
      returned: always
    unknown:
      description: What could not be told, with subcommand, reason, detail.
      type: list
      elements: dict
      returned: always
"""

import os
import traceback

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    from pacs_rounds.catalogue import Collect
    from pacs_rounds.redact import redact
    from pacs_rounds.transports import naviseccli
    from pacs_rounds.transports.endpoint import Endpoint
    from pacs_rounds.vnx_facts import SUBCOMMANDS, facts
except ImportError:
    naviseccli = None
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

ARGUMENTS = {
    "spa": {"type": "str", "required": True},
    "spb": {"type": "str", "required": True},
    "secfile": {"type": "path", "required": True},
    "program": {"type": "str", "default": "naviseccli"},
    "port": {"type": "int"},
    "nopoll": {"type": "bool", "default": False},
    "subcommands": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "float", "default": 20.0},
    "deadline": {"type": "float", "default": 120.0},
    "require_answers": {"type": "bool", "default": True},
}


def commands_of(subcommands):
    """`spa …` and `spb …` for each subcommand, without repetition, and the first reason why one may not be run."""
    wanted = dict.fromkeys([*SUBCOMMANDS.values(), *(" ".join(one.split()) for one in subcommands)])
    commands = [f"{sp} {one}" for one in wanted for sp in naviseccli.SPS]
    refused = next((f"{command[4:]!r}: {why}" for command in commands if (why := naviseccli.split(command)[2])), "")
    return commands, refused


def said(answer, key):
    """One entry of `answers`; the text redacted."""
    sp, _, subcommand = answer.command.partition(" ")
    return {"sp": sp, "subcommand": subcommand, "text": redact("emc_vnx", answer.text, key)[0],
            "reason": str(answer.reason) if answer.reason else None, "detail": answer.detail,
            "seconds": round(answer.ended - answer.started, 3)}


def summary(entries):
    """One sentence about the calls that gave no answer."""
    kinds = dict.fromkeys((entry["sp"], entry["reason"], entry["detail"].removeprefix("not asked any more: "))
                          for entry in entries)
    return "; ".join(f"{sp} {reason}: {detail}" for sp, reason, detail in kinds)


def main():
    """Ask, and return what was said."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if naviseccli is None:
        module.fail_json(msg=missing_required_lib("pacs_rounds"), exception=IMPORT_ERROR)
    params = module.params
    for name in ("timeout", "deadline"):
        if not 0 < params[name] < 86400:
            module.fail_json(msg=f"{name}: {params[name]} is not usable; write a number of seconds above 0")
    commands, refused = commands_of(params["subcommands"])
    if refused:
        module.fail_json(msg=f"never run: {refused}", changed=False)
    way = {name: params[name] for name in ("spa", "spb", "secfile", "program", "port", "nopoll")}
    endpoint = Endpoint("array", "", deadline_seconds=params["deadline"], ways={"naviseccli": way})
    key = os.urandom(32)
    answers = naviseccli.ask(endpoint, [Collect(one, "", params["timeout"]) for one in commands])
    entries = [said(answer, key) for answer in answers]
    open_ends = [entry for entry in entries if entry["reason"]]
    result = {"changed": False, "complete": not open_ends, "answers": entries, "array": facts(answers)}
    if open_ends and params["require_answers"]:
        module.fail_json(msg=f"no answer: {summary(open_ends)}", **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
