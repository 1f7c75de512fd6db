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
from pacs_rounds.cabling.seen import DOWN
from pacs_rounds.cabling.survey import BOTH, CONSISTENT, CONTRADICTED, ONE, Graded, Survey
from pacs_rounds.cabling.words import words

REPAIR, MOVE, IDENTIFY = "repair", "move", "identify"
DOUBLED = ("lan", "fc")


Line = dict[str, str]
"""One sentence of a step: `say` names it in templates/words.yml, the rest fills its gaps."""


def line(say: str, **gaps: str) -> Line:
    """A sentence."""
    return {"say": say, **gaps}


@dataclass(slots=True)
class Step:
    """One piece of work on one cable. `keep`: links that must be up before and during it; `outage`: devices that lose
    their last path by it; `touches`: every device at its ends, `pairs` their HA pairs."""

    number: int
    kind: str
    link: str
    title: Line
    do: list[Line]
    touches: list[str]
    keep: list[str]
    outage: list[str]
    pairs: list[str] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    """A step that waits for its turn."""

    kind: str
    graded: Graded
    title: Line
    do: list[Line]
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
                len(steps) + 1, IDENTIFY, str(stray.a), line("identify", spot=str(stray.a)),
                [line("follow", spot=known.where(stray.a), what=stray.what), line("register_it")], [stray.a.device],
                [], []))
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
            repairs.append(_Work(REPAIR, one, line("bring_back", link=one.link.name), _repairing(found.register, one)))
    return [*repairs, *moves]


def _title(one: Graded) -> Line:
    return line("put_both" if one.with_ else "put", link=one.link.name, other=one.with_)


def _moving(known: Register, mine: list[Graded]) -> list[Line]:
    spots = {one.link.name: ", ".join(known.where(end) for end in one.found.values() if end.port) or "?"
             for one in mine}
    told = [line("read_labels", link=name, spot=spot) for name, spot in spots.items()]
    told += [line("unplug", link=name, spot=spot) for name, spot in spots.items()]
    told += [line("plug", link=one.link.name, a=known.where(one.link.a), b=known.where(one.link.b)) for one in mine]
    return [*told, line("photograph")]


def _repairing(known: Register, one: Graded) -> list[Line]:
    told = [line("look", a=known.where(one.link.a), b=known.where(one.link.b)), line("reseat")]
    if not one.link.direct:
        told += [line("on_the_way", link=hop.cable.id, a=known.where(hop.near), b=known.where(hop.far))
                 for hop in one.link.hops]
    return told


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
    return Step(
        number, work.kind, "+".join(sorted(touched)) if work.with_ else work.graded.link.name, work.title, work.do,
        touches, list(dict.fromkeys(keep)), _lost(known, work, ways, usable),
        sorted({known.devices[name].pair for name in touches if known.devices[name].pair}))


def verify(step: Step, found: Survey) -> list[str]:
    """What a survey made after the step says against it; nothing: the right links came back."""
    by_name = {one.link.name: one for one in found.links}
    wrong = []
    if step.kind == IDENTIFY:
        still = any(str(stray.a) == step.link for stray in found.strays)
        return [f"{step.link} is still undocumented"] if still else []
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


def sentence(told: Line, lang: str) -> str:
    """A sentence in a language."""
    return str(words(lang)["steps"][told["say"]]).format_map(told)


def text(step: Step, lang: str) -> list[str]:
    """One step as a technician reads it."""
    t = words(lang)["order"]
    state = words(lang)["states"][step.done.get("state", "open")]
    outage = f"  {t['outage']}: {', '.join(step.outage)}" if step.outage else ""
    lines = [f"{step.number}. [{state}] {sentence(step.title, lang)}{outage}"]
    lines += [f"   - {sentence(one, lang)}" for one in step.do]
    facts = ((t["keep"], step.keep), (t["pair"], step.pairs))
    return lines + [f"   {name}: {', '.join(told)}" for name, told in facts if told]
