"""The clean-up as a plan: which cable to touch in which order, so that no doubled device loses its last path. Pure.

The room is brought to what the register says. Every step touches one cable, names what must be up before it, what must
be seen after it, and the way back. A step that would take a device's last path comes after the repair of its other one;
where there is none it is marked `outage` and needs a window of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from pacs_rounds.cabling import rules
from pacs_rounds.cabling.model import Register
from pacs_rounds.cabling.survey import BOTH, CONSISTENT, CONTRADICTED, ONE, Graded, Survey
from pacs_rounds.cabling.views import DOWN

REPAIR, MOVE, IDENTIFY = "repair", "move", "identify"
DOUBLED = ("lan", "fc")


@dataclass(slots=True)
class Step:
    """One piece of work on one cable. `keep`: links that must be up before and during it; `outage`: devices that lose
    their last path by it; `touches`: every device at its ends, `pairs` their HA pairs."""

    number: int
    kind: str
    link: str
    title: str
    do: list[str]
    touches: list[str]
    keep: list[str]
    outage: list[str]
    verify: str
    back: str
    pairs: list[str] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    """A step that waits for its turn."""

    kind: str
    graded: Graded
    title: str
    do: list[str]
    with_: list[Graded] = field(default_factory=list)


def make(found: Survey) -> list[Step]:
    """The steps in a safe order. The same survey gives the same plan."""
    known = found.register
    usable = {one.link.name: one.state != DOWN for one in found.links}
    ways = _ways(found)
    waiting = _work(found)
    steps: list[Step] = []
    while waiting:
        chosen = next((one for one in waiting if not _lost(known, one, ways, usable)), None)
        if chosen is None:  # what is left cannot be done without an outage: the one that costs fewest devices first
            chosen = min(waiting, key=lambda one: len(_lost(known, one, ways, usable)))
        waiting.remove(chosen)
        steps.append(_step(known, len(steps) + 1, chosen, ways, usable))
        for graded in (chosen.graded, *chosen.with_):
            usable[graded.link.name] = True
    for stray in found.strays:
        if not stray.explains:
            steps.append(Step(
                len(steps) + 1, IDENTIFY, "", f"find out whose the cable at {stray.a} is",
                [f"follow it by eye from {known.where(stray.a)} ({stray.what}); do not unplug it",
                 "write it into the register and label it, or agree its removal with its owner"],
                [stray.a.device], [], [], "it stands in the register, and the survey grades it", "nothing was touched"))
    return steps


def _ways(found: Survey) -> dict[tuple[str, str], list[str]]:
    """(device, kind) -> its documented links, of every device that has more than one or stands for others."""
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in found.links:
        use = rules.use_of(found.register, one.link.hops[0].cable)
        if one.link.whole and use in DOUBLED:
            for name in dict.fromkeys((one.link.a.device, one.link.b.device)):
                ways[name, use].append(one.link.name)
    return ways


def _work(found: Survey) -> list[_Work]:
    """What is to be done, repairs first: they give back the paths that the moves need. A swapped pair is one piece."""
    by_name = {one.link.name: one for one in found.links}
    repairs, moves = [], []
    taken: set[str] = set()
    for one in found.links:
        if one.link.name in taken or not one.link.whole or one.link.hops[0].cable.status != "connected":
            continue
        if one.grade == CONTRADICTED:
            partner = by_name.get(one.with_)
            mine = [one, partner] if partner else [one]
            taken |= {each.link.name for each in mine}
            moves.append(_Work(MOVE, one, _title(one), _moving(found.register, mine), mine[1:]))
        elif one.state == DOWN:
            repairs.append(_Work(REPAIR, one, f"bring back {one.link.name}", _repairing(found.register, one)))
    return [*repairs, *moves]


def _title(one: Graded) -> str:
    return f"put {one.link.name} where the register says" + (f", with {one.with_}" if one.with_ else "")


def _moving(known: Register, mine: list[Graded]) -> list[str]:
    lines = []
    for one in mine:
        spot = ", ".join(known.where(end) for end in one.found.values() if end.port) or "wherever it is now"
        lines.append(f"read both labels of {one.link.name}; photograph {spot} before anything is touched")
    for one in mine:
        spot = ", ".join(known.where(end) for end in one.found.values() if end.port) or "where it is now"
        lines.append(f"unplug {one.link.name} at {spot}")
    lines += [f"plug {one.link.name} in: {known.where(one.link.a)} to {known.where(one.link.b)}" for one in mine]
    return [*lines, "photograph the result; note the times of unplugging and plugging"]


def _repairing(known: Register, one: Graded) -> list[str]:
    return [f"look at both ends: {known.where(one.link.a)} and {known.where(one.link.b)}; photograph them",
            "reseat the end without light; if there is still none, change the lead, then the module",
            *(f"on the way: {hop.cable.id} {known.where(hop.near)} to {known.where(hop.far)}" for hop in one.link.hops
              if not one.link.direct)]


def _members(known: Register, work: _Work) -> list[str]:
    names = [end.device for one in (work.graded, *work.with_) for end in (one.link.a, one.link.b) if end.device]
    names += [end.device for one in (work.graded, *work.with_) for end in one.found.values() if end.device]
    return [name for name in dict.fromkeys(names) if name in known.devices]


def _lost(known: Register, work: _Work, ways: dict[tuple[str, str], list[str]], usable: dict[str, bool]) -> list[str]:
    """Devices that would have no path of a kind left while this work goes on. Switches that carry others count by the
    devices behind them; a device whose cable is dead anyway loses nothing by a repair."""
    touched = {one.link.name for one in (work.graded, *work.with_)}
    lost = []
    for (name, _), links in ways.items():
        if known.devices[name].role in {"lan_switch", "san_switch"} or not touched & set(links):
            continue
        if work.kind == REPAIR and not any(usable[link] for link in touched & set(links)):
            continue
        if not any(usable[link] for link in links if link not in touched):
            lost.append(name)
    return lost


def _step(known: Register, number: int, work: _Work, ways: dict[tuple[str, str], list[str]],
          usable: dict[str, bool]) -> Step:
    touched = {one.link.name for one in (work.graded, *work.with_)}
    touches = _members(known, work)
    keep = [link for (name, _), links in ways.items() if name in touches
            and known.devices[name].role not in {"lan_switch", "san_switch"}
            for link in links if link not in touched and usable[link]]
    names = " and ".join(sorted(touched))
    return Step(
        number, work.kind, "+".join(sorted(touched)) if work.with_ else work.graded.link.name, work.title, work.do,
        touches, list(dict.fromkeys(keep)), _lost(known, work, ways, usable),
        f"{names} seen as documented, with a link at both ends; every link of `keep` still up",
        "plug everything back as in the photographs, verify, and stop for tonight",
        sorted({known.devices[name].pair for name in touches if known.devices[name].pair}))


def verify(step: Step, found: Survey) -> list[str]:
    """What a survey made after the step says against it; nothing: the right links came back."""
    by_name = {one.link.name: one for one in found.links}
    wrong = []
    if step.kind == IDENTIFY:
        spot = step.title.removeprefix("find out whose the cable at ").removesuffix(" is")
        return [f"{spot} is still undocumented"] if any(str(stray.a) == spot for stray in found.strays) else []
    for name, one in by_name.items():
        if not _concerns(step, name):
            continue
        if one.grade not in {BOTH, ONE, CONSISTENT}:
            wrong.append(f"{name} is {one.grade}: {one.against[0].says if one.against else 'nobody saw it'}")
        if one.state == DOWN:
            wrong.append(f"{name} has no link")
    for name in step.keep:
        kept = by_name.get(name)
        if kept is None or kept.state == DOWN or kept.grade == CONTRADICTED:
            state = f"{kept.grade}, {kept.state}" if kept else "gone"
            wrong.append(f"{name}, which had to stay up, is {state}")
    return wrong


def _concerns(step: Step, name: str) -> bool:
    return name == step.link or (step.kind == MOVE and f"+{name}+" in f"+{step.link}+")


def to_data(steps: list[Step], run: str) -> dict[str, Any]:
    """A plan as it is kept."""
    return {"run": run, "steps": [asdict(step) for step in steps]}


def from_data(data: dict[str, Any]) -> list[Step]:
    """A kept plan."""
    return [Step(**one) for one in data["steps"]]


def text(step: Step) -> list[str]:
    """One step as a technician reads it."""
    state = step.done.get("state", "open")
    lines = [f"{step.number}. [{state}] {step.title}" + (f"  OUTAGE: {', '.join(step.outage)}" if step.outage else "")]
    lines += [f"   - {line}" for line in step.do]
    if step.keep:
        lines.append(f"   must stay up: {', '.join(step.keep)}")
    if step.pairs:
        lines.append(f"   one half of: {', '.join(step.pairs)}; touch nothing of the other half")
    return [*lines, f"   verify: {step.verify}", f"   way back: {step.back}"]
