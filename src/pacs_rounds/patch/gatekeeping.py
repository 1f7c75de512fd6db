"""The gates of a plan's node, fed from the cluster, the archive, the calendar and the inventory. I/O."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from typing import Any

from pacs_rounds import parse
from pacs_rounds.model import Answer, BadInput, ParseError
from pacs_rounds.patch import desk as desks
from pacs_rounds.patch import gates
from pacs_rounds.patch import plan as plans
from pacs_rounds.patch.engine import Run
from pacs_rounds.patch.journal import PENDING, progress

STATUS = {"pacemaker": "crm_mon -1 -r", "rgmanager": "clustat", "none": "true"}
"""How a node is asked for its cluster's state, read-only."""
Said = dict[str, Any]


def cluster(pair: plans.Pair, answers: Sequence[Answer], drained: str = "") -> Said:
    """Who carries the service and what is not settled, from the first node that told: {carrier, online, unsettled}.
    `drained` is a node that the plan itself has put on standby: that is no disorder."""
    if pair.cluster.kind == "rgmanager":
        return _clustat(pair, answers)
    words = "nobody was asked"
    for answer in answers:
        if answer.reason is not None or answer.status != 0:
            words = answer.detail or f"exit status {answer.status}: {answer.text.strip()[:120]}"
            continue
        try:
            told = parse.parse("pacemaker.crm_mon", answer.text)
        except ParseError as error:
            words = str(error)
            continue
        online = {row["name"]: row["state"] == "online" for row in told["nodes"]}
        mine = [row for row in told["resources"] if pair.cluster.resource in {row["name"], row.get("set")}]
        states = {row["name"]: row["state"] for row in told["nodes"]}
        unsettled = [f"{name} is {states.get(name, 'not told')}" for name in pair.nodes if not online.get(name)
                     and not (name == drained and states.get(name) == "standby")]
        unsettled += [f"{row['name']} {row['role']}" for row in mine if row["role"] != "Started"]
        unsettled += [str(one.get("text") or one.get("action") or one) for one in told["failed_actions"]]
        unsettled += ["the cluster is in maintenance mode"] if told.get("maintenance") else []
        unsettled += [] if told.get("quorum") in (True, None) else ["no quorum"]
        where = {row["node"] for row in mine}
        unsettled += [] if mine else [f"no resource {pair.cluster.resource}"]
        return {"online": online, "unsettled": unsettled, "carrier": where.pop() if len(where) == 1 else None}
    return {"online": None, "unsettled": [f"no node told the cluster's state: {words}"], "carrier": None}


def _clustat(pair: plans.Pair, answers: Sequence[Answer]) -> Said:
    for answer in answers:
        try:
            told = parse.parse("rhcs.clustat", answer.text)
        except ParseError:
            continue
        online = {row["name"]: bool(row.get("online")) for row in told["nodes"]}
        mine = [row for row in told["services"] if pair.cluster.resource == row["name"]]
        unsettled = [f"{row['name']} {row['state']}" for row in mine if row["state"] != "started"]
        return {"online": online, "unsettled": unsettled, "carrier": mine[0]["owner"] if mine else None}
    return {"online": None, "unsettled": ["no node told the cluster's state"], "carrier": None}


def gate(site: str, plan_name: str, node: str, names: Sequence[str], run: Run) -> Said:
    """Judge the gates before a visit that changes something; what they said goes into the journal. StepFailed when one
    holds. A visit that only counts or proves needs none."""
    desk = desks.Desk(site)
    plan = desk.plan(plan_name)
    first = next((row for row in plan["steps"] if row["id"] in set(names) and row["phase"] in {"drain", "apply"}), None)
    if first is None:
        return {"gates": [], "passed": True}
    data = desks.settings(site)
    pair = desks.pair_of(data, plan["pair"])
    rules = gates.Rules(**(data.get("gates") or {}))
    state: Said = {"online": None, "unsettled": (), "carrier": None}
    if pair.cluster.kind != "none":
        now_at = progress(desk.journal(plan_name).events())
        drained = node if now_at.of(f"{node}/drain") != PENDING else ""
        state = cluster(pair, [run(STATUS[pair.cluster.kind], "", 60.0)], drained)
    words = desks.last_words(site, pair.nodes)
    now = desks.now()
    rest, rest_name = next_rest(now)
    begins, ends = (datetime.datetime.fromisoformat(plan["window"][key]).timestamp() for key in ("from", "to"))
    facts = gates.Facts(
        now=now, window=(begins, ends), minutes=plan["minutes_per_node"], freezes=data.get("freezes") or (),
        rest_in_days=rest, rest_name=rest_name, backup=words["rungs"], inspected_at=words["at"],
        findings=None if words["findings"] is None else frozenset(words["findings"]),
        planned_findings=frozenset(plan["inspection"].get("critical", [])), online=state["online"],
        carrier=state["carrier"], unsettled=state["unsettled"], snapshot=data.get("snapshot"),
        signed=desk.signatures(plan_name), notices=desk.notices(plan_name).events())
    peers = [one for one in pair.nodes if one != node] if pair.cluster.kind != "none" else []
    judged = gates.judge(facts, rules, node, peers)
    rows = [{"gate": one.name, "state": one.state, "detail": one.detail} for one in judged]
    desk.journal(plan_name).add({"at": plans.iso(now), "time": round(now, 3), "node": node, "gates": rows})
    held = gates.closed(judged)
    if held:
        raise BadInput(f"{node}: gate {held[0].name}", held[0].detail,
                       "nothing was changed on this node" + "".join(f"; {one.name}: {one.detail}" for one in held[1:]))
    return {"gates": rows, "passed": True}


@functools.cache
def _calendar() -> Any:
    import holidays

    return holidays.country_holidays("CN")


def next_rest(now: float) -> tuple[int, str]:
    """(working days until the next public holiday's first day, its name), in the hospital's time."""
    calendar = _calendar()
    day = datetime.datetime.fromtimestamp(now, datetime.timezone(datetime.timedelta(hours=8))).date()
    count = 0
    for _ in range(400):
        name = calendar.get(day)
        if name and not calendar.is_working_day(day):
            return count, str(name)
        count += calendar.is_working_day(day)
        day += datetime.timedelta(days=1)
    raise BadInput("calendar", "knows no public holiday within a year", "update the library holidays")
