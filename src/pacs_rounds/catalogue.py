"""The catalogue: checks/<domain>/<check>.yml, read, validated and looked up by id or shell pattern."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pacs_rounds import memory, paths, yamlfile
from pacs_rounds.model import BadInput

DEFAULT_LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Collect:
    """One command a check needs. `limit_seconds` cuts it off; `accept` are exit statuses that carry an answer.

    `transport` is the way to this answer where it is not the role's own (`snmp`, `ipmi`); `name` is how a derivation
    finds the data: the parser's name, or what `as` says where one parser reads several answers (both SPs', say).
    `instead_of` is another command of the same session: this one is sent only where that one was no answer.
    """

    command: str
    parser: str
    limit_seconds: float = DEFAULT_LIMIT_SECONDS
    accept: tuple[int, ...] = (0,)
    optional: bool = False
    transport: str = ""
    alias: str = ""
    instead_of: str = ""

    @property
    def name(self) -> str:
        """The key of this answer's data in what a derivation receives."""
        return self.alias or self.parser


@dataclass(frozen=True, slots=True)
class Check:
    """One catalogue entry. Field meanings: schemas/check.json."""

    id: str
    title: dict[str, str]
    why: str
    impact: str
    clauses: list[str]
    collect: tuple[Collect, ...]
    item: str
    measure: str
    remedy: str
    derive: str | None = None
    unit: str = ""
    delta: bool = False
    none: str | None = None
    levels: dict[str, Any] | None = None
    words: dict[str, list[str]] | None = None
    runs_without: tuple[str, ...] = field(default=())

    @property
    def domain(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]


def from_data(data: dict[str, Any]) -> Check:
    """A Check from validated YAML data. A parser written at the check's level is that of its only command."""
    raw = data["collect"] if isinstance(data["collect"], list) else [data["collect"]]
    collect = tuple(
        Collect(
            command=one["command"], parser=one.get("parser") or data.get("parser", ""),
            limit_seconds=float(one.get("limit_seconds", DEFAULT_LIMIT_SECONDS)),
            accept=tuple(one.get("accept", [0])), optional=bool(one.get("optional", False)),
            transport=one.get("transport", ""), alias=one.get("as", ""))
        for one in raw)
    plain = {key: value for key, value in data.items() if key not in {"collect", "parser", "runs_without"}}
    return Check(collect=collect, runs_without=tuple(data.get("runs_without", ())), **plain)


def entry(path: Path) -> dict[str, Any]:
    """The data of one check file, validated; BadInput names file, line and key."""
    data: dict[str, Any] = yamlfile.load(path)
    yamlfile.validate(data, "check", path)
    if data["id"].replace(".", "/") != f"{path.parent.name}/{path.stem}":
        raise BadInput(yamlfile.show(path), f"id: {data['id']} does not say the file's own name",
                       f"write id: {path.parent.name}.{path.stem}")
    check = from_data(data)
    if any(not one.parser for one in check.collect):
        raise BadInput(yamlfile.show(path), "collect: a command without a parser",
                       "write parser: <platform>.<command> beside it; `rounds parsers` lists them")
    if len({one.name for one in check.collect}) < len(check.collect):
        raise BadInput(yamlfile.show(path), "collect: two answers under one name",
                       "write as: <word> beside each command whose parser is named twice")
    return data


def read(path: Path) -> Check:
    """One check file as a Check; BadInput as `entry`."""
    return from_data(entry(path))


@functools.cache
def entries(directory: Path = paths.CHECKS) -> dict[str, dict[str, Any]]:
    """The data of all check files by id, sorted; validated, or known to be valid since nothing changed."""
    files = sorted(directory.glob("*/*.yml"))
    if not files:
        raise BadInput(yamlfile.show(directory), "no checks found", "run from a complete checkout of the project")
    key = memory.digest(files)
    known: dict[str, dict[str, Any]] | None = memory.recall("catalogue", key)
    if known is None:
        known = {data["id"]: data for data in map(entry, files)}
        memory.remember("catalogue", key, known)
    return known


@functools.cache
def load(directory: Path = paths.CHECKS) -> dict[str, Check]:
    """All checks by id, sorted."""
    return {name: from_data(data) for name, data in entries(directory).items()}


def select(patterns: list[str], catalogue: dict[str, Check] | None = None) -> list[Check]:
    """The checks that the ids or shell patterns name, in the catalogue's order. An unknown name is BadInput."""
    if catalogue is not None:
        return _selected(patterns, catalogue)
    known, wanted = load(), tuple(patterns)
    if _SELECTED.get("of") is not known:
        _SELECTED.clear()
        _SELECTED["of"] = known
    if wanted not in _SELECTED:
        _SELECTED[wanted] = _selected(patterns, known)
    return list(_SELECTED[wanted])


_SELECTED: dict[Any, Any] = {}
"""Patterns -> checks of the project's own catalogue, which is under "of": every host of a role asks for the same."""


def _selected(patterns: Sequence[str], known: dict[str, Check]) -> list[Check]:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            domain = pattern.partition(".")[0]
            near = [name for name in known if name.startswith(domain + ".")] or list(known)
            raise BadInput("checks", f"no check is called {pattern!r}", "known: " + ", ".join(near[:12]))
    return [check for name, check in known.items() if any(fnmatchcase(name, pattern) for pattern in patterns)]


def commands(checks: list[Check]) -> list[Collect]:
    """The distinct commands of some checks, each once, with the longest limit and every accepted status."""
    merged: dict[str, Collect] = {}
    for check in checks:
        for one in check.collect:
            before = merged.get(one.command)
            if before is None:
                merged[one.command] = one
            else:
                merged[one.command] = Collect(
                    one.command, before.parser, max(one.limit_seconds, before.limit_seconds),
                    tuple(sorted({*one.accept, *before.accept})), one.optional and before.optional,
                    before.transport, before.alias)
    return list(merged.values())
