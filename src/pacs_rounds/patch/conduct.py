"""What the playbooks' tasks do: plain functions over desk, plan, gates and engine. I/O at this edge."""

from __future__ import annotations

import contextlib
import datetime
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pacs_rounds.evidence import keys
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.patch import desk as desks
from pacs_rounds.patch import dicom_proof, signatures, standing, survey, watch
from pacs_rounds.patch import plan as plans
from pacs_rounds.patch.engine import Engine, Run
from pacs_rounds.patch.gatekeeping import STATUS, cluster
from pacs_rounds.patch.journal import blamed, claim, held, progress, segments, to_close, to_do, to_undo, touched_nodes

ROLES = {"apt": "patch_linux", "rpm": "patch_linux", "bundle": "patch_application", "opatch": "patch_oracle",
         "windows": "patch_windows"}
_WINDOW = re.compile(r"(\S+)/(\S+)")
Said = dict[str, Any]


def plain(answer: Answer) -> Said:
    """An answer as data that Ansible can carry from task to task."""
    return {"text": answer.text, "status": answer.status, "reason": str(answer.reason) if answer.reason else None,
            "detail": answer.detail, "started": answer.started, "ended": answer.ended}


def _answer(row: Mapping[str, Any]) -> Answer:
    reason = Reason(row["reason"]) if row.get("reason") else None
    return Answer("", str(row.get("text", "")), row.get("status"), float(row.get("started", 0)),
                  float(row.get("ended", 0)), reason, str(row.get("detail", "")))


def window(text: str) -> plans.Window:
    """`2026-11-29T20:00+08:00/2026-11-29T23:00+08:00`, the form of ISO 8601; both ends need their offset."""
    match = _WINDOW.fullmatch(text or "")
    try:
        if not match:
            raise ValueError
        ends = [datetime.datetime.fromisoformat(word) for word in match.groups()]
        if any(one.tzinfo is None for one in ends) or ends[0] >= ends[1]:
            raise ValueError
    except ValueError:
        raise BadInput(f"window {text!r}", "is no span of time",
                       "write begin/end with offsets: 2026-11-29T20:00+08:00/2026-11-29T23:00+08:00") from None
    return plans.Window(ends[0].timestamp(), ends[1].timestamp())


def control_pair(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """The nodes of a pair, and the read-only commands to ask each."""
    found = desks.read_list(site)
    patch = _patch(found, given["patch"])
    pair = desks.pair_of(desks.settings(site), given["pair"])
    return {"nodes": list(pair.nodes), "commands": {
        "version": standing.question(found.products[patch.product]), "cluster": STATUS[pair.cluster.kind]}}


def _patch(found: Any, name: str) -> Any:
    if name not in found.patches:
        raise BadInput(f"patch {name!r}", "is not on the approved list",
                       "listed: " + (", ".join(found.patches) or "none"))
    return found.patches[name]


def control_plan(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """A plan of what the nodes said; kept, with its hash. `answers`: {node: {version: …, cluster: …}}."""
    found = desks.read_list(site)
    patch = _patch(found, given["patch"])
    data = desks.settings(site)
    pair = desks.pair_of(data, given["pair"])
    product = found.products[patch.product]
    versions, whys = {}, {}
    for node in pair.nodes:
        versions[node], whys[node] = standing.installed(product, _answer(given["answers"][node]["version"]))
    dark = [f"{node}: {whys[node]}" for node, version in versions.items() if version in {"unknown", "absent"}]
    if dark:
        raise BadInput(f"pair {pair.name}", "its version is not known: " + "; ".join(dark), "reach the node first")
    active = pair.nodes[-1]
    if pair.cluster.kind != "none":
        state = cluster(pair, [_answer(given["answers"][node]["cluster"]) for node in pair.nodes])
        if state["unsettled"] or not state["carrier"]:
            raise BadInput(f"pair {pair.name}", "is not in order: " + (", ".join(state["unsettled"]) or "no carrier"),
                           "put the cluster in order first")
        active = state["carrier"]
    words = desks.last_words(site, pair.nodes)
    made = plans.build(
        site=site, patch=patch, approved=found, pair=pair, active=active, versions=versions,
        window=window(given["window"]), made=desks.now(), by=given["by"] or "", list_sha256=desks.list_hash(site),
        notice_days=int(data.get("notice_working_days", 5)),
        inspection={"at": words["at"], "critical": sorted(words["findings"] or [])})
    return {"plan": desks.Desk(site).save(made), "nodes": made["nodes"], "steps": len(made["steps"])}


def control_begin(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """Claim the site; the plan is whole, signed, made by the list in force, and its files are here."""
    desk = desks.Desk(site)
    plan, name = desk.plan(given["plan"]), desk.find(given["plan"])
    claim(desk.lock, pid)
    data = desks.settings(site)
    need = int((data.get("gates") or {}).get("signatures", 1))
    names = {one["by"] for one in desk.signatures(name)}
    if len(names) < need:
        raise BadInput(f"plan {name[:12]}", f"is signed by {len(names)} of {need}", "rounds patch sign PLAN --by NAME")
    # Taking back must stay possible after an approval was taken back.
    if given.get("direction") in (None, "do") and plan["list_sha256"] != desks.list_hash(site):
        raise BadInput(f"plan {name[:12]}", "was made by another approved list than the one in force",
                       "make a new plan: an approval may have been taken back")
    desks.check_files(plan, desks.files_folder(site))
    if given.get("direction") in (None, "do"):
        signatures.check(plan["files"], desks.files_folder(site), signatures.keys_folder(site))
    desk.book(plan, name)
    kind = desks.read_list(site).products[plan["product"]].kind
    return {"plan": name, "role": ROLES[kind]}


def control_next(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """The visits that are left to do, or to close: [{node, steps}]."""
    desk = desks.Desk(site)
    plan = desk.plan(given["plan"])
    now = progress(desk.journal(given["plan"]).events())
    direction = given["direction"] or "do"
    if direction == "close":
        if to_do(plan["steps"], now):
            raise BadInput("close", "the plan is not done", "apply or roll back first")
        return {"segments": segments(to_close(plan["steps"], now))}
    return {"segments": segments(to_do(plan["steps"], now))}


def control_back(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """The visits that take back what a failure demands: from the blamed node's first step on. A gate that holds is no
    failure: then there is nothing."""
    desk = desks.Desk(site)
    plan = desk.plan(given["plan"])
    events = desk.journal(given["plan"]).events()
    now = progress(events)
    node = None if held(events) else blamed(now, plan["steps"])
    return {"segments": segments(to_undo(plan["steps"], now, node)) if node else []}


def control_undo_all(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """The visits that take the whole plan back."""
    desk = desks.Desk(site)
    plan = desk.plan(given["plan"])
    if not to_close(plan["steps"], progress(desk.journal(given["plan"]).events())):
        raise BadInput("roll-back", "the plan was closed: what a roll-back needs is gone",
                       "make a plan of the approved list that leads back, with the vendor")
    return {"segments": segments(to_undo(plan["steps"], progress(desk.journal(given["plan"]).events())))}


def control_end(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """How things stand, in words; `complete` when nothing is left to do."""
    desk = desks.Desk(site)
    plan = desk.plan(given["plan"])
    events = desk.journal(given["plan"]).events()
    now = progress(events)
    left = to_do(plan["steps"], now)
    failed = next((one for one in reversed(events) if one.get("event") == "failed"), None)
    why = held(events) or (f"{failed['step']}: {failed.get('why', '')}" if failed else "")
    return {"complete": not left, "nodes": touched_nodes(plan["steps"], now), "why": why if left else ""}


def control_questions(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """Whom to ask for the versions of the list's products, and with what: reads only."""
    asked = survey.questions(site)
    return {"hosts": list(asked), "commands": asked}


def control_standing(site: str, given: Mapping[str, Any], pid: int) -> Said:
    """Keep what the hosts told. `answers`: {host: {product: …}}."""
    survey.keep(site, {host: {name: _answer(row) for name, row in said.items()}
                       for host, said in (given["answers"] or {}).items()})
    return {}


CONTROL: dict[str, Callable[[str, Mapping[str, Any], int], Said]] = {
    "pair": control_pair, "plan": control_plan, "begin": control_begin, "next": control_next, "back": control_back,
    "undo_all": control_undo_all, "end": control_end, "questions": control_questions, "standing": control_standing}


def steps(site: str, plan_name: str, names: Sequence[str], direction: str, run: Run, pid: int) -> int:
    """One visit. Returns how many steps changed something; StepFailed as the engine."""
    from pacs_rounds.redact import redact

    desk = desks.Desk(site)
    plan = desk.plan(plan_name)
    claim(desk.lock, pid)
    key = keys.redaction_key(site)
    engine = Engine(plan, desk.journal(plan_name), run, echo, redact=lambda text: redact("linux", text, key)[0],
                    dicom=dicom_proof.asker(site, desk.find(plan_name)))
    chosen = [step for step in plan["steps"] if step["id"] in set(names)]
    with _watched(desk, plan, desk.find(plan_name), chosen, direction):
        return _carry(engine, plan, names, direction)


def _watched(desk: desks.Desk, plan: plans.Plan, name: str, chosen: Sequence[Mapping[str, Any]],
             direction: str) -> contextlib.AbstractContextManager[Any]:
    """The service under watch, where it has an address and the visit may silence it."""
    service = plan["service"]
    if not (service["address"] and service["ae_title"]) or direction == "close" or not any(
            step["phase"] in watch.WATCHED for step in chosen):
        return contextlib.nullcontext()
    facts = {"plan": name, "service": plan["pair"], "node": chosen[0]["node"], "direction": direction}
    return watch.Watch(desk.outages, facts, watch.probe(service))


def _carry(engine: Engine, plan: plans.Plan, names: Sequence[str], direction: str) -> int:
    if direction == "undo":
        return engine.backward(names)
    ends = datetime.datetime.fromisoformat(plan["window"]["to"]).timestamp()

    def allowed(step: Mapping[str, Any]) -> str:
        late = step["phase"] in {"drain", "apply"} and desks.now() > ends
        return "the change window has closed" if late else ""

    return engine.forward(names, allowed if direction == "do" else None)


def echo(service: Mapping[str, Any]) -> Answer:
    """One C-ECHO through the service's address: status 0 when the peer said Success."""
    from pynetdicom import AE
    from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

    began, code = time.time(), None
    ae = AE(ae_title="ROUNDS")
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = ae.connection_timeout = 5
    ae.add_requested_context(Verification)
    association = ae.associate(service["address"], int(service["port"]), ae_title=service["ae_title"])
    if association.is_established:
        code = getattr(association.send_c_echo(), "Status", None)
        association.release()
        words = "success" if code == 0 else f"C-ECHO status {code}"
    else:
        words = "association rejected" if association.is_rejected else "no association"
    return Answer("C-ECHO", words, 0 if code == 0 else 1, began, time.time())
