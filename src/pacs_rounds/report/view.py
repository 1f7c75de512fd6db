"""A sealed run as plain data, read from its files alone. Devices, inventories and the catalogue are not touched.

What was planned and left no record is added as `unknown: not_run`, so that a report cannot lose it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds.evidence.layout import payload
from pacs_rounds.model import BadInput, Impact, Outcome, Reason, gravest
from pacs_rounds.report import copies

SEVEN = ("S1-015", "S1-016", "S1-017", "S1-018", "S1-019", "S1-020", "S1-021")
"""The headings of S1-057 in their order; the policy in run.json gives their words."""
_EMPTY = hashlib.sha256(b"").hexdigest()
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_FACTS: dict[str, Any] = dict.fromkeys(
    ("run", "site", "site_title", "round", "round_title", "started", "ended", "engineer", "commit", "dirty", "version",
     "previous_run", "limit", "scenario"))
_REMEDY = "take the run from the archive again; `rounds verify` names what was changed"


@dataclass(frozen=True, slots=True)
class Source:
    """One command and the hash of what was kept of its answer."""

    command: str
    sha256: str

    @property
    def empty(self) -> bool:
        """Nothing was answered, so there is no raw file."""
        return self.sha256 == _EMPTY


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One judged item. `line` is its 1-based line in records/<host>/<role>.jsonl, 0 where it was added here."""

    host: str
    role: str
    check: str
    item: str
    outcome: Outcome
    reason: Reason | None
    detail: str
    impact: Impact
    clauses: tuple[str, ...]
    observed: Any
    unit: str
    previous: Any
    delta: Any
    levels: dict[str, Any] | None
    levels_origin: str
    waiver: dict[str, Any] | None
    transport: str
    started: str
    ended: str
    sources: tuple[Source, ...]
    device: dict[str, Any]
    line: int
    raw: dict[str, Any]

    @property
    def file(self) -> str:
        """Where the record stands, relative to the run's data folder."""
        return f"records/{self.host}/{self.role}.jsonl"


@dataclass(frozen=True, slots=True)
class Heading:
    """One of the seven headings, or the last one for checks that name none of them."""

    clause: str
    title: dict[str, str]


@dataclass(slots=True)
class RunView:
    """Everything a report says about one run. `link` is the chain link of a sealed run, None when it is not sealed."""

    facts: dict[str, Any]
    headings: list[Heading]
    checks: dict[str, dict[str, Any]]
    devices: dict[str, dict[str, Any]]
    records: list[Record]
    answers: dict[tuple[str, str], list[dict[str, Any]]]
    link: dict[str, Any] | None
    tagmanifest_sha256: str | None
    directory: str
    gaps: int = 0
    hosts: list[str] = field(default_factory=list)
    copies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def heading_of(self, check: str) -> str:
        """The clause of the heading a check is reported under: the first of the seven that it names, else ``."""
        known = {heading.clause for heading in self.headings}
        return next((one for one in self.checks[check].get("clauses", ()) if one in known), "")

    def looked_at(self) -> list[str]:
        """Hosts with records, without those that run.json says were not looked at (a register names them only)."""
        left_out = {host for one in self.facts.get("not_looked_at") or () for host in _left_out(one)}
        return [host for host in self.hosts if host not in left_out]

    def counts(self) -> dict[str, int]:
        """How many records have each outcome; recounted, not taken from run.json."""
        return count(self.records)

    def link_agrees(self) -> bool:
        """Whether the chain link is about these very files: it holds the hash of the bag's tag manifest."""
        said = (self.link or {}).get("bag_sha256")
        return said is None or said == self.tagmanifest_sha256

    def counts_agree(self) -> bool:
        """Whether run.json counted what the records say (records added here for gaps left aside)."""
        said = self.facts.get("counts")
        return said is None or count([one for one in self.records if one.line]) == {
            str(outcome): int(said.get(outcome, 0)) for outcome in Outcome}


def count(records: list[Record]) -> dict[str, int]:
    """Records by outcome, every outcome present."""
    found = {str(outcome): 0 for outcome in Outcome}
    for record in records:
        found[record.outcome] += 1
    return found


def _left_out(entry: dict[str, Any]) -> list[str]:
    return [*(entry.get("hosts") or ()), *([entry["host"]] if entry.get("host") else ())]


def verdict(records: list[Record]) -> Outcome:
    """Records folded into one outcome; none is `unknown`."""
    return gravest([record.outcome for record in records])


def heading_verdict(records: list[Record]) -> Outcome:
    """The verdict of a heading: everything "does not apply" says nothing of the state, so it must not look settled."""
    found = verdict(records)
    return Outcome.UNKNOWN if found is Outcome.NOT_APPLICABLE else found


def load(run_dir: Path, link: dict[str, Any] | None) -> RunView:
    """Read a run directory. BadInput names the file (and line) that is missing or cannot be read."""
    data = payload(run_dir)
    facts = {**_FACTS, **_mapping(data / "run.json")}
    checks = {str(one.get("id")): one for one in _list(data / "checks.json")}
    devices = _devices(data, facts)
    records = [record for path in sorted((data / "records").glob("*/*.jsonl")) for record in _records(path)]
    for record in records:
        checks.setdefault(record.check, _check_from(record))
    answers = {(path.parent.name, path.stem): [one for _, one in _lines(path)]
               for path in sorted((data / "answers").glob("*/*.jsonl"))}
    kept = copies.read(data, answers)
    gaps = list(_gaps(facts, records, checks))
    tagmanifest = run_dir / "tagmanifest-sha256.txt"
    view = RunView(
        facts=facts, headings=_headings(facts, data / "run.json"), checks=checks, devices=devices,
        records=records + gaps, answers=answers, link=link, directory=run_dir.name, gaps=len(gaps), copies=kept,
        tagmanifest_sha256=hashlib.sha256(tagmanifest.read_bytes()).hexdigest() if tagmanifest.is_file() else None)
    view.hosts = _hosts(view)
    place = {host: number for number, host in enumerate(view.hosts)}
    view.records.sort(key=lambda record: place[record.host])
    return view


def _devices(data: Path, facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Devices of the inventory with group, address and contract row; the address is what the role was given."""
    kept = data / "devices.json"
    devices = _mapping(kept) if kept.is_file() else facts.get("devices") or {}
    for path in sorted((data / "inputs").glob("*/*.json")):
        entry = devices.get(path.parent.name)
        if entry is not None and not entry.get("address"):
            settings = _mapping(path).get("settings") or {}
            entry["address"] = str(settings.get("address") or "")
    return devices


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(str(path), "no such file: this is no complete run", _REMEDY) from None
    except (UnicodeDecodeError, OSError) as error:
        raise BadInput(str(path), f"cannot be read: {error}", _REMEDY) from None


def _json(path: Path, text: str, line: int | None = None) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}{f':{line}' if line else ''}", f"not JSON: {error}", _REMEDY) from None


def _mapping(path: Path) -> dict[str, Any]:
    found = _json(path, _text(path))
    if not isinstance(found, dict):
        raise BadInput(str(path), "holds no mapping", _REMEDY)
    return found


def _list(path: Path) -> list[dict[str, Any]]:
    found = _json(path, _text(path))
    if not isinstance(found, list) or not all(isinstance(one, dict) and one.get("id") for one in found):
        raise BadInput(str(path), "holds no list of catalogue entries", _REMEDY)
    return found


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    # Split at line feeds only: str.splitlines would also cut at U+2028 inside a device's word.
    for line, text in enumerate(_text(path).split("\n"), start=1):
        if text.strip():
            found = _json(path, text, line)
            if not isinstance(found, dict):
                raise BadInput(f"{path}:{line}", "holds no mapping", _REMEDY)
            yield line, found


def _records(path: Path) -> Iterator[Record]:
    for line, one in _lines(path):
        try:
            record = _record(one, line)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise BadInput(f"{path}:{line}", f"no record: {type(error).__name__} {error}", _REMEDY) from None
        if (record.host, record.role) != (path.parent.name, path.stem):
            raise BadInput(f"{path}:{line}", f"a record of {record.host}/{record.role} lies in the wrong file", _REMEDY)
        yield record


def _record(one: dict[str, Any], line: int) -> Record:
    return Record(
        host=one["host"], role=one["role"], check=one["check"], item=str(one["item"]),
        outcome=Outcome(one["outcome"]), reason=Reason(one["reason"]) if one.get("reason") else None,
        detail=str(one.get("detail") or ""), impact=Impact(one["impact"]), clauses=tuple(one.get("clauses") or ()),
        observed=one.get("observed"), unit=str(one.get("unit") or ""), previous=one.get("previous"),
        delta=one.get("delta"), levels=one.get("levels"), levels_origin=str(one.get("levels_origin") or ""),
        waiver=one.get("waiver"), transport=str(one.get("transport") or ""), started=one.get("started") or "",
        ended=one.get("ended") or "", device=one.get("device") or {}, line=line, raw=one,
        sources=tuple(Source(str(source["command"]), _hash(source["sha256"])) for source in one.get("sources") or ()))


def _hash(text: Any) -> str:
    if not isinstance(text, str) or not _SHA256.match(text):
        raise ValueError(f"{str(text)[:80]!r} is no SHA-256")
    return text


def _check_from(record: Record) -> dict[str, Any]:
    """A record whose check is not in checks.json is still shown, under its id."""
    return {"id": record.check, "title": {"en": record.check, "zh": record.check}, "clauses": list(record.clauses),
            "impact": str(record.impact), "unit": record.unit, "remedy": "", "why": ""}


def _gaps(facts: dict[str, Any], records: list[Record], checks: dict[str, dict[str, Any]]) -> Iterator[Record]:
    seen = {(record.role, record.host, record.check) for record in records}
    for plan in facts.get("plan") or ():
        for host in plan["hosts"]:
            for name in plan["checks"]:
                if (plan["role"], host, name) in seen:
                    continue
                seen.add((plan["role"], host, name))
                check = checks.setdefault(name, {
                    "id": name, "title": {"en": name, "zh": name}, "clauses": [], "impact": "paperwork"})
                yield _record({
                    "host": host, "role": plan["role"], "check": name, "item": "*", "outcome": "unknown",
                    "reason": "not_run", "detail": "planned, but the run holds no record of it",
                    "impact": check["impact"], "clauses": check.get("clauses"), "unit": check.get("unit")}, line=0)


def _headings(facts: dict[str, Any], path: Path) -> list[Heading]:
    listed = (facts.get("policy") or {}).get("headings") or []
    if [one.get("clause") for one in listed] != list(SEVEN):
        raise BadInput(str(path), "policy.headings are not the seven of S1-057 in their order", _REMEDY)
    return [Heading(one["clause"], {"zh": one["zh"], "en": one["en"]}) for one in listed]


def _hosts(view: RunView) -> list[str]:
    """All hosts in the plan's order, then whoever else has records."""
    planned = [host for plan in view.facts.get("plan") or () for host in plan["hosts"]]
    return list(dict.fromkeys([*planned, *(record.host for record in view.records)]))
