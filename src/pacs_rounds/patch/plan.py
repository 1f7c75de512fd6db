"""A patch plan: order, window, outage, notice, steps in full, and the hash that is signed off. Pure."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import rfc8785

from pacs_rounds.model import BadInput
from pacs_rounds.patch import find_text, steps, windows
from pacs_rounds.patch.approved import Approved, Patch, Product
from pacs_rounds.patch.steps import Cluster, Step

Plan = dict[str, Any]
"""Plain data, so that its canonical JSON (RFC 8785) has one hash."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the inventory says of the servers that carry one service: `rounds_patch.pairs.<name>`.

    `address` and `ae_title` are where DICOM clients find the service, `counts` read-only commands that print one number
    each, `sample` one that prints paths of objects to be read back, `finds` and `get` the same asked of the archive by
    C-FIND and C-GET, `prefers` the node that should carry it at the end.
    """

    name: str
    nodes: tuple[str, ...]
    cluster: Cluster
    address: str = ""
    port: int = 104
    ae_title: str = ""
    prefers: str = ""
    read: str = ""
    counts: tuple[tuple[str, str], ...] = ()
    sample: str = ""
    finds: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    get: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """When the change may happen: epoch seconds, and how it is written in the plan."""

    begins: float
    ends: float

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.ends - self.begins) / 60


def order(pair: Pair, active: str) -> list[str]:
    """The standby nodes first, the active one last; BadInput when the active node is none of the pair."""
    if active not in pair.nodes:
        raise BadInput(f"pair {pair.name}", f"the service runs on {active or 'no node'}, not on "
                       f"{' or '.join(pair.nodes)}", "put the cluster in order first")
    return [*(node for node in pair.nodes if node != active), active]


def _node_steps(patch: Patch, product: Product, pair: Pair, node: str, peer: str, where: str) -> list[Step]:
    if product.kind == "windows":
        return windows.node_steps(node, where, patch, product)
    files = [*patch.files, *patch.rollback_files]
    install = steps.INSTALL[product.kind](node, where, patch, product)
    by_phase: dict[str, list[Step]] = {phase: [] for phase in steps.PHASES}
    for step in [*steps.stage(node, where, files, patch.free_mb), *install, *steps.keep(node, where, patch.config),
                 *steps.drain(pair.cluster, node, peer), *(steps.reboot(node) if patch.reboot else []),
                 *steps.services(node, patch.services), *steps.give_back(pair.cluster, node)]:
        by_phase[step.phase].append(step)
    return [step for phase in steps.PHASES for step in by_phase[phase]]


def _proof(pair: Pair, node: str, blame: str, when: str) -> list[Step]:
    """The service answers through its own address: told by the control node, blamed on the node that carries it."""
    out = []
    if pair.ae_title:
        out.append(Step(f"{node}/echo-{when}", node, "check", f"C-ECHO to {pair.ae_title} through the service address",
                        steps.given_up(pair.cluster), 30, judge="echo", blame=blame))
    if pair.read:
        out.append(Step(f"{node}/read-{when}", node, "check", "the application reads", pair.read, 120, judge="read",
                        blame=blame))
    return out


# The paths themselves may hold patients' names: only their hashes leave the node.
_SAMPLE = """( {sample} ) | while read -r f; do
p=$(printf %s "$f" | sha256sum | cut -c1-64)
c=$(sha256sum < "$f" 2>/dev/null | cut -c1-64)
if [ -n "$c" ]; then echo "$c  $p"; else echo "unreadable $p"; fi
done"""


def _asked(pair: Pair, node: str, when: str, made: float, blame: str = "") -> list[Step]:
    """Counts by C-FIND and objects by C-GET: told to the control node, so the script is what it asks, as JSON."""
    today = datetime.datetime.fromtimestamp(made, datetime.timezone(datetime.timedelta(hours=8))).date()
    out = []
    for name, row in pair.finds:
        asks = json.dumps(find_text.spec(name, row, today), sort_keys=True)
        out.append(Step(f"{node}/find-{name}-{when}", node, "check", f"{name} by C-FIND {when}", asks,
                        int(row.get("seconds", 1800)), judge=f"find-{when}", blame=blame))
    if pair.get:
        asks = json.dumps(find_text.get_spec(pair.get), sort_keys=True)
        out.append(Step(f"{node}/get-{when}", node, "check", f"objects read by C-GET {when}", asks, 600,
                        judge=f"get-{when}", blame=blame))
    return out


def _counted(pair: Pair, node: str, when: str, blame: str = "", kind: str = "") -> list[Step]:
    script = windows.counts(pair.counts) if kind == "windows" else "\n".join(
        f"printf '%s ' {steps.quote(name)}; ( {command} ) | tr -d ' \\n'; echo" for name, command in pair.counts)
    out = []
    if pair.counts:
        out.append(Step(f"{node}/counts-{when}", node, "check", f"counts {when}", script, 600, judge=f"counts-{when}",
                        blame=blame))
    if pair.sample:
        out.append(Step(f"{node}/sample-{when}", node, "check", f"sampled objects {when}",
                        _SAMPLE.format(sample=pair.sample),
                        600, judge=f"sample-{when}", blame=blame))
    return out


def build(*, site: str, patch: Patch, approved: Approved, pair: Pair, active: str, versions: Mapping[str, str],
          window: Window, made: float, by: str, list_sha256: str, notice_days: int = 5,
          inspection: Mapping[str, Any] | None = None) -> Plan:
    """The plan, without its id. `versions` are those the nodes told, `active` who carries the service now.

    BadInput: patch not approved, a node's version is none of `from`, window too short, service not where it should be.
    """
    if patch.state != "approved":
        raise BadInput(f"patch {patch.id}", f"is {patch.state}, not approved", f"compensating control: {patch.control}")
    product = approved.products[patch.product]
    if product.kind == "windows" and (pair.cluster.kind != "none" or pair.sample):
        raise BadInput(f"pair {pair.name}", "names a Linux cluster or a sample read by sha256sum for Windows hosts",
                       "a Windows pair says cluster: {kind: none}, and counts instead of a sample")
    nodes = order(pair, active) if pair.cluster.kind != "none" else list(pair.nodes)
    for node in nodes:
        if versions.get(node) not in patch.source:
            raise BadInput(f"patch {patch.id} on {node}", f"goes on {', '.join(patch.source)} and nothing else; "
                           f"{node} has {versions.get(node, 'told no version')}",
                           "an unlisted version is the vendor's decision: ask for a document that names it")
    needed = patch.minutes * len(nodes)
    if window.minutes < needed:
        raise BadInput(f"patch {patch.id}", f"needs {needed} min for {len(nodes)} nodes, the window has "
                       f"{window.minutes:.0f}", "agree a longer window with the hospital")
    # The folder's name is made of what the plan is about, since the plan's own hash is not known inside the plan.
    key = hashlib.sha256(f"{site} {patch.id} {pair.name} {window.begins:.0f}".encode()).hexdigest()[:12]
    where = windows.folder(key) if product.kind == "windows" else steps.folder(key)
    listed: list[Step] = []
    for number, node in enumerate(nodes):
        peer = next((one for one in pair.nodes if one != node), "")
        mine = _node_steps(patch, product, pair, node, peer, where)
        first = ([*_counted(pair, active, "before", kind=product.kind), *_asked(pair, active, "before", made)]
                 if number == 0 else [])
        listed += first
        for step in mine:
            listed.append(step)
            if step.phase == "drain":
                # The service has moved: to the node patched before, when there is one.
                listed += _proof(pair, node, nodes[number - 1] if number else "", "after-move")
    last = nodes[-1]
    carrier = nodes[-2] if len(nodes) > 1 and pair.cluster.kind != "none" else last
    # Each move interrupts the clients: it goes back only where the hospital says who should carry it.
    moves = max(1, len(nodes) - 1)
    if pair.cluster.kind == "pacemaker" and len(nodes) > 1 and pair.prefers == last:
        ran = f"crm_resource --resource {pair.cluster.resource} --locate 2>/dev/null | grep -qw {steps.quote(last)}"
        listed.append(Step(
            f"{last}/rebalance", last, "return", f"the service back on {last}",
            f"crm_resource --resource {pair.cluster.resource} --move --node {steps.quote(last)} --lifetime=PT5M "
            f">/dev/null && crm_resource --wait --timeout=120; "
            f"crm_resource --resource {pair.cluster.resource} --clear >/dev/null 2>&1; {ran}", 240, done_when=ran))
        carrier, moves = last, moves + 1
    # Fewer objects than before: no node with the new version is trusted any more.
    listed += _proof(pair, last, carrier, "at-the-end") + _counted(pair, carrier, "after", nodes[0], product.kind)
    listed += _asked(pair, carrier, "after", made, nodes[0])
    listed += [windows.leave(node, where) if product.kind == "windows" else
               Step(f"{node}/leave-nothing", node, "close", "remove the staging folder",
                    f"rm -rf {where}; test ! -e {where}", 60) for node in nodes]
    return {
        "format": 1, "site": site, "patch": patch.id, "product": product.name, "component": patch.component,
        "to": patch.target, "from": {node: versions[node] for node in nodes}, "document": patch.document,
        "list_sha256": list_sha256, "pair": pair.name, "service": {
            "address": pair.address, "port": pair.port, "ae_title": pair.ae_title, "resource": pair.cluster.resource,
            "cluster": pair.cluster.kind},
        "nodes": nodes, "active": active, "made": iso(made), "by": by,
        "window": {"from": iso(window.begins), "to": iso(window.ends)}, "minutes_per_node": patch.minutes,
        "outage": {"seconds": patch.outage_seconds * moves, "booked_as": "planned"},
        "notice_by": notice_day(window.begins, notice_days), "point_of_no_return": no_return(nodes, patch),
        "files": [asdict(one) for one in (*patch.files, *patch.rollback_files)], "packages": patch.packages,
        "folder": where, "inspection": dict(inspection or {}),
        "steps": [{key: value for key, value in asdict(one).items() if value not in ("", None)} for one in listed]}


def no_return(nodes: Sequence[str], patch: Patch) -> str:
    """The step after which one goes on and not back; empty while every step has an undo."""
    missing = [one["title"] for one in patch.steps if one["undo"] is None]
    return f"{nodes[0]}: {missing[0]}" if missing else ""


def iso(seconds: float) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def notice_day(begins: float, days: int) -> str:
    """The last day on which the hospital's notice is in time: so many working days before (Chinese calendar)."""
    import holidays

    day = datetime.datetime.fromtimestamp(begins, datetime.UTC).astimezone(
        datetime.timezone(datetime.timedelta(hours=8))).date()
    return holidays.country_holidays("CN").get_nth_working_day(day, -days).isoformat()


def digest(plan: Plan) -> str:
    """The plan's hash: SHA-256 of its canonical JSON. What is signed off and what `apply` accepts."""
    return hashlib.sha256(rfc8785.dumps(plan)).hexdigest()


def step_of(plan: Plan, name: str) -> Step:
    """One step of a plan as a Step; BadInput for an unknown name."""
    for row in plan["steps"]:
        if row["id"] == name:
            return Step(**row)
    raise BadInput("plan", f"has no step {name!r}", "rounds patch show lists its steps")
