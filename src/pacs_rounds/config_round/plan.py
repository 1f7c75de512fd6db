"""What is read of a device: plan.yml as data."""

from __future__ import annotations

import functools
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.catalogue import Collect

FILE = Path(__file__).with_name("plan.yml")
LIMIT_SECONDS = 30.0
PARSER = "configs.text"
"""Nobody parses these answers here; the name only says whose they are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document: its word, the commands that may give it in their order, what its text must hold to be it, and
    whether a device may lack it."""

    word: str
    commands: tuple[str, ...]
    limit_seconds: float = LIMIT_SECONDS
    optional: bool = False
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read of one platform. `way` is the transport, `main` the document that makes a copy a copy, `beside` what
    is asked in the same session and kept nowhere but in the run, unless the role `unless` asks it in the same round.
    `behind`: what is read is no host of the inventory but the controller of each host of this group."""

    platform: str
    way: str
    main: str
    documents: tuple[Wanted, ...]
    beside: tuple[Collect, ...] = ()
    unless: str = ""
    behind: str = ""

    def commands(self) -> list[Collect]:
        """Every command once. In a session a second command of a document is not sent where the first one answered."""
        return [Collect(command, PARSER, one.limit_seconds, optional=one.optional, transport=self.way,
                        instead_of=one.commands[number - 1] if number and not one.holds else "")
                for one in self.documents for number, command in enumerate(one.commands)]

    def asked(self, roles: Container[str]) -> list[Collect]:
        """What is sent in a round that plans these roles for the device."""
        return [*self.commands(), *(() if self.unless in roles else self.beside)]


@functools.cache
def plans() -> dict[str, Plan]:
    """The plan of every platform that is read."""
    return {platform: Plan(platform, told["way"], told["main"], tuple(
        Wanted(word, tuple(one["commands"]), float(one.get("limit_seconds", LIMIT_SECONDS)),
               bool(one.get("optional", False)), one.get("holds", ""))
        for word, one in told["documents"].items()), _beside(told), told.get("beside", {}).get("unless", ""),
        told.get("behind", ""))
        for platform, told in yamlfile.load(FILE).items()}


def behind(groups: Container[str]) -> Plan | None:
    """The plan of the controller that a host of these groups has, or None."""
    return next((plan for plan in plans().values() if plan.behind and plan.behind in groups), None)


def controller(host: str) -> str:
    """The name under which the copies of a host's controller are kept."""
    return f"{host}-imm"


def _beside(told: dict[str, Any]) -> tuple[Collect, ...]:
    said = told.get("beside", {})
    return tuple(Collect(command, PARSER, float(said.get("limit_seconds", LIMIT_SECONDS)), optional=True,
                         transport=told["way"]) for command in said.get("commands", []))
