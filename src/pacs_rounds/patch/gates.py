"""The gates before each node: every one must say yes; what nobody knows is a no. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PASSED, CLOSED, UNKNOWN = "passed", "closed", "unknown"


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's word. `unknown` holds like `closed` does: nobody looked is no permission."""

    name: str
    state: str
    detail: str


@dataclass(slots=True)
class Facts:
    """What the gates are judged by. Times in epoch seconds; None is `nobody knows`.

    `backup` maps each rung of the proof ladder to when it was last proved; `findings` are the inspection's critical
    items now, `planned_findings` those the plan was made with; `online` maps nodes to whether they may carry the
    service; `carrier` is the node that does; `rest_in_days` working days to the next public holiday.
    """

    now: float
    window: tuple[float, float]
    minutes: float
    freezes: Sequence[Mapping[str, Any]] = ()
    rest_in_days: int | None = None
    rest_name: str = ""
    backup: Mapping[str, float | None] | None = None
    inspected_at: float | None = None
    findings: frozenset[str] | None = None
    planned_findings: frozenset[str] = frozenset()
    online: Mapping[str, bool] | None = None
    carrier: str | None = None
    unsettled: Sequence[str] = ()
    snapshot: str | None = None
    signed: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    notices: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the site demands: `rounds_patch.gates` in the inventory."""

    backup_rung: str = "readable"
    backup_hours: float = 48
    inspection_hours: float = 72
    holiday_days: int = 3
    signatures: int = 1
    snapshot: bool = False
    notice: bool = False


def window(facts: Facts, rules: Rules) -> tuple[str, str]:
    """Open, and long enough for one node and its roll-back."""
    begins, ends = facts.window
    left = (ends - facts.now) / 60
    if facts.now < begins:
        return CLOSED, f"opens in {(begins - facts.now) / 60:.0f} min"
    if left <= 0:
        return CLOSED, f"closed {-left:.0f} min ago"
    return (PASSED if left >= facts.minutes else CLOSED), f"{left:.0f} min left, one node needs {facts.minutes:.0f}"


def freeze(facts: Facts, rules: Rules) -> tuple[str, str]:
    """No change freeze of the hospital is active."""
    day = datetime.datetime.fromtimestamp(facts.now, datetime.timezone(datetime.timedelta(hours=8))).date().isoformat()
    active = [one for one in facts.freezes if one["from"] <= day <= one["to"]]
    return (CLOSED, f"{active[0]['reason']} until {active[0]['to']}") if active else (PASSED, "no freeze")


def holiday(facts: Facts, rules: Rules) -> tuple[str, str]:
    """No public holiday within so many working days: who would repair it?"""
    if facts.rest_in_days is None:
        return UNKNOWN, "the calendar is not known"
    near = facts.rest_in_days < rules.holiday_days
    return (CLOSED if near else PASSED), f"{facts.rest_name} in {facts.rest_in_days} working days"


def backup(facts: Facts, rules: Rules) -> tuple[str, str]:
    """A backup proved up to the demanded rung, young enough."""
    if facts.backup is None:
        return UNKNOWN, "no record of a backup's proof: rounds inspect with the role backup_verify"
    at = facts.backup.get(rules.backup_rung)
    if at is None:
        return CLOSED, f"the rung {rules.backup_rung} is not proved"
    hours = (facts.now - at) / 3600
    return (PASSED if 0 <= hours <= rules.backup_hours else CLOSED), \
        f"{rules.backup_rung} proved {hours:.0f} h ago, at most {rules.backup_hours:.0f}"


def inspection(facts: Facts, rules: Rules) -> tuple[str, str]:
    """Inspected lately, and nothing critical that the plan did not know."""
    if facts.findings is None or facts.inspected_at is None:
        return UNKNOWN, "no sealed inspection of this node"
    hours = (facts.now - facts.inspected_at) / 3600
    if hours > rules.inspection_hours:
        return CLOSED, f"the last inspection is {hours:.0f} h old, at most {rules.inspection_hours:.0f}"
    worse = sorted(facts.findings - facts.planned_findings)
    if worse:
        return CLOSED, f"worse than the plan assumed: {', '.join(worse[:5])}"
    return PASSED, f"inspected {hours:.0f} h ago, nothing new is critical"


def signed_off(facts: Facts, rules: Rules) -> tuple[str, str]:
    """Signed by enough people, by name."""
    names = sorted({str(one["by"]) for one in facts.signed})
    state = PASSED if len(names) >= rules.signatures else CLOSED
    return state, f"signed by {', '.join(names) or 'nobody'}; {rules.signatures} needed"


def snapshot(facts: Facts, rules: Rules) -> tuple[str, str]:
    """A snapshot where the site has them."""
    if not rules.snapshot:
        return PASSED, "the site has no snapshots"
    return (PASSED, facts.snapshot) if facts.snapshot else (CLOSED, "no snapshot is recorded for this window")


def notice(facts: Facts, rules: Rules) -> tuple[str, str]:
    """The hospital has its notice, in time or with the reason why not."""
    if not rules.notice:
        return PASSED, "the site does not demand a notice"
    if not facts.notices:
        return CLOSED, "no notice to the hospital: rounds patch notice"
    first = facts.notices[0]
    return PASSED, f"notice of {first['at']}{'' if first['in_time'] else ', late: ' + first['late']}"


def cluster(facts: Facts, node: str, peers: Sequence[str]) -> tuple[str, str]:
    """The service runs, nothing failed, and another node is able to carry it."""
    if facts.online is None:
        return UNKNOWN, ", ".join(facts.unsettled) or "the cluster told nothing"
    if facts.unsettled:
        return CLOSED, "not healthy: " + ", ".join(facts.unsettled[:5])
    if not facts.carrier:
        return CLOSED, "the service runs nowhere"
    able = [one for one in peers if facts.online.get(one)]
    if not able:
        return CLOSED, f"no other node can carry the service of {node}"
    return PASSED, f"on {facts.carrier}; {', '.join(able)} can carry it"


ALWAYS: dict[str, Callable[[Facts, Rules], tuple[str, str]]] = {
    "signed_off": signed_off, "window": window, "freeze": freeze, "holiday": holiday, "backup": backup,
    "inspection": inspection, "snapshot": snapshot, "notice": notice}


def judge(facts: Facts, rules: Rules, node: str, peers: Sequence[str]) -> list[Gate]:
    """All gates for one node; `peers` are the other nodes of its pair, empty where it has none."""
    gates = [Gate(name, *function(facts, rules)) for name, function in ALWAYS.items()]
    if peers:
        gates.append(Gate("cluster", *cluster(facts, node, peers)))
    return gates


def closed(gates: Sequence[Gate]) -> list[Gate]:
    """Those that hold."""
    return [gate for gate in gates if gate.state != PASSED]
