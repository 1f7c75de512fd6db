#!/usr/bin/python
# Copyright: PACS Rounds contributors
# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

DOCUMENTATION = r"""
---
module: dicom_echo
short_description: Ask DICOM application entities for a C-ECHO
version_added: "0.1.0"
description:
  - Opens one DICOM association per AE title from the machine the module runs on (usually the control node), sends one
    C-ECHO-RQ of the Verification SOP class, judges the DIMSE status of the response, and releases the association.
  - Every way to fail is kept apart, because each has its own remedy. A refused TCP connection, silence at the TCP
    connection, at the association or at the echo, a rejection with result, source and reason, an abort, an accepted
    association without the Verification context, and a status other than 0x0000 are different results.
  - Several peers are asked at once, never two associations to one address and port at a time. Nothing is stored on the
    peer and no patient data is asked for or returned.
  - An accepted C-ECHO proves a TCP port, a negotiated association and one answered message. It does not prove that the
    peer stores, queries or forwards anything.
options:
  address:
    description: Name or numeric address of a single peer.
    type: str
  port:
    description: TCP port of the single peer.
    type: int
    default: 104
  ae_title:
    description:
      - AE title to call at the single peer. At most 16 printable ASCII characters without backslash; case counts.
    type: str
  peers:
    description: Several peers in one call.
    type: list
    elements: dict
    suboptions:
      name:
        description: What the result calls this peer; its address when left out.
        type: str
      address:
        description: Name or numeric address.
        type: str
        required: true
      port:
        description: TCP port.
        type: int
        default: 104
      ae_titles:
        description: AE titles to call there, one after the other.
        type: list
        elements: str
        required: true
  calling_ae_title:
    description: AE title under which the question is asked. Register a dedicated one at the peers.
    type: str
    default: MAINTCHK
  timeout:
    description: Seconds for everything done for one AE title, from name resolution to release.
    type: float
    default: 10.0
  workers:
    description: How many peers are asked at the same time.
    type: int
    default: 8
  require_accepted:
    description: Fail the task when any AE title did not answer with status 0x0000. Otherwise only return the results.
    type: bool
    default: true
requirements:
  - pacs_rounds (this project, installed for the interpreter that runs the module)
attributes:
  check_mode:
    support: full
    description: Asking changes nothing, so check mode asks as well.
  diff_mode:
    support: none
    description: There is nothing to compare.
author:
  - PACS Rounds contributors
"""

EXAMPLES = r"""
- name: Ask one modality
  dicom_echo:
    address: 192.0.2.17
    port: 104
    ae_title: CT1_PHILIPS
  delegate_to: localhost
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"

- name: Ask both nodes of a pair and go on whatever they say
  dicom_echo:
    calling_ae_title: MAINTCHK
    timeout: 5
    require_accepted: false
    peers:
      - name: pacs-a
        address: pacs-a.example.org
        port: 2104
        ae_titles: [PACSA, PACSA_QR]
      - name: pacs-b
        address: pacs-b.example.org
        port: 2104
        ae_titles: [PACSB]
  register: __pair
  delegate_to: localhost
"""

RETURN = r"""
accepted:
  description: Whether every AE title answered its C-ECHO with status 0x0000.
  returned: always
  type: bool
  sample: false
echoes:
  description: One entry per AE title, in the order of the question.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: Name of the peer., type: str, returned: always, sample: ct-1}
    ae_title: {description: The called AE title., type: str, returned: always, sample: CT1_PHILIPS}
    address: {description: The address asked., type: str, returned: always, sample: 192.0.2.17}
    port: {description: The TCP port asked., type: int, returned: always, sample: 104}
    calling_ae_title: {description: The title that asked., type: str, returned: always, sample: MAINTCHK}
    result:
      description:
        - How it ended. One of C(accepted), C(unreleased) (answered, but not the release), C(rejected), C(aborted),
          C(closed) (hung up without a word), C(refused) (TCP), C(timed_out), C(unreachable), C(no_context),
          C(failed_status), C(protocol_error), C(not_asked) (the peer had let an earlier title time out).
      type: str
      returned: always
      sample: rejected
    phase:
      description: Where it ended. One of C(connect), C(association), C(echo), C(release).
      type: str
      returned: always
      sample: association
    reject_result: {description: 1 permanent or 2 transient., type: int, returned: always, sample: 1}
    source: {description: Source of a rejection or abort (PS3.8)., type: int, returned: always, sample: 1}
    reason_code: {description: Reason of a rejection or abort., type: int, returned: always, sample: 7}
    reason_text: {description: The same in words., type: str, returned: always, sample: called AE title not recognised}
    status: {description: DIMSE status of the response., type: str, returned: always, sample: "0x0000"}
    connect_ms: {description: Milliseconds for the TCP connection., type: float, returned: always, sample: 0.6}
    association_ms: {description: Milliseconds until the association was answered., type: float, returned: always}
    echo_ms: {description: Milliseconds until the C-ECHO was answered., type: float, returned: always, sample: 2.2}
    peer_implementation_uid: {description: What the peer says it is., type: str, returned: always}
    peer_implementation_version: {description: Its version name., type: str, returned: always, sample: OFFIS_DCMTK_367}
"""

import json
import traceback

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

try:
    from pacs_rounds.model import BadInput
    from pacs_rounds.transports import dicom
except ImportError:
    dicom = None
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

ARGUMENTS = {
    "address": {"type": "str"},
    "port": {"type": "int", "default": 104},
    "ae_title": {"type": "str"},
    "peers": {
        "type": "list", "elements": "dict", "options": {
            "name": {"type": "str"},
            "address": {"type": "str", "required": True},
            "port": {"type": "int", "default": 104},
            "ae_titles": {"type": "list", "elements": "str", "required": True},
        },
    },
    "calling_ae_title": {"type": "str", "default": "MAINTCHK"},
    "timeout": {"type": "float", "default": 10.0},
    "workers": {"type": "int", "default": 8},
    "require_accepted": {"type": "bool", "default": True},
}


def peers_of(params):
    """The peers the parameters name, as the transport wants them."""
    if params["peers"] is None:
        return [dicom.Peer(params["address"], params["address"], params["port"], (params["ae_title"],))]
    return [dicom.Peer(peer["name"] or peer["address"], peer["address"], peer["port"], tuple(peer["ae_titles"]))
            for peer in params["peers"]]


def said(echo):
    """One entry of `echoes`."""
    return {"name": echo.host, **json.loads(echo.line())}


def summary(entries):
    """One sentence about the titles that were not accepted."""
    return "; ".join(f"{entry['name']} {entry['ae_title']}: {entry['result']}"
                     + (f" ({entry['reason_text']})" if entry["reason_text"] else "") for entry in entries)


def main():
    """Ask, and return what was said."""
    module = AnsibleModule(
        argument_spec=ARGUMENTS, supports_check_mode=True,
        mutually_exclusive=[("address", "peers"), ("ae_title", "peers")],
        required_one_of=[("address", "peers")], required_together=[("address", "ae_title")])
    if dicom is None:
        module.fail_json(msg=missing_required_lib("pacs_rounds"), exception=IMPORT_ERROR)
    try:
        echoes = dicom.echo_peers(
            peers_of(module.params), calling_ae_title=module.params["calling_ae_title"],
            timeout=module.params["timeout"], workers=module.params["workers"])
    except BadInput as problem:
        module.fail_json(msg=str(problem))
    entries = [said(echo) for echo in echoes]
    open_ends = [entry for entry in entries if entry["status"] != "0x0000"]
    answer = {"changed": False, "accepted": bool(entries) and not open_ends, "echoes": entries}
    if not answer["accepted"] and module.params["require_accepted"]:
        module.fail_json(msg=f"C-ECHO not accepted: {summary(open_ends) or 'no AE title was asked'}", **answer)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
