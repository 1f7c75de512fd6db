"""The coverage matrix: every check on every host, one table per role, in a shape that fits a portrait page. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pacs_rounds.model import Outcome
from pacs_rounds.report.view import Record, RunView, verdict

WIDEST = 12
"""Columns of hosts that fit beside the check's title on A4 portrait with words in the cells."""


@dataclass(slots=True)
class Cell:
    """What became of one check on one host; `records` is empty where it was not planned."""

    outcome: Outcome | None
    records: list[Record]

    @property
    def first(self) -> Record:
        """A record that carries the cell's outcome."""
        return next(record for record in self.records if record.outcome is self.outcome)

    @property
    def bad(self) -> int:
        """How many items share the cell's outcome."""
        return sum(1 for record in self.records if record.outcome is self.outcome)


@dataclass(slots=True)
class Matrix:
    """One role (or a part of it): rows are checks and columns hosts, or the other way round (`turned`)."""

    role: str
    hosts: list[str]
    checks: list[str]
    cells: dict[tuple[str, str], Cell]
    turned: bool
    part: int = 1
    parts: int = 1

    def by_domain(self) -> list[tuple[str, list[str]]]:
        """The checks grouped by the part of their id before the dot."""
        groups: dict[str, list[str]] = defaultdict(list)
        for check in self.checks:
            groups[check.partition(".")[0]].append(check)
        return list(groups.items())

    def cell(self, check: str, host: str) -> Cell:
        """The cell, empty where nothing was planned."""
        return self.cells.get((check, host)) or Cell(None, [])


def matrices(view: RunView) -> list[Matrix]:
    """One matrix per role; many hosts are cut into even parts, many hosts with few checks become rows."""
    cells: dict[str, dict[tuple[str, str], list[Record]]] = {}
    for plan in view.facts.get("plan") or ():
        cells.setdefault(plan["role"], {})
    for record in view.records:
        cells.setdefault(record.role, {}).setdefault((record.check, record.host), []).append(record)
    found: list[Matrix] = []
    for role, of_role in cells.items():
        # The seven headings decide the catalogue's order of interest, but a reader looks a check up by its name.
        checks = [check for check in view.checks if any(name == check for name, _ in of_role)]
        hosts = [host for host in view.hosts if any(name == host for _, name in of_role)]
        folded = {key: Cell(verdict(records), records) for key, records in of_role.items()}
        found += _fitted(role, hosts, checks, folded)
    return found


def _fitted(role: str, hosts: list[str], checks: list[str], cells: dict[tuple[str, str], Cell]) -> list[Matrix]:
    if len(hosts) > WIDEST and len(checks) <= WIDEST // 2:
        return [Matrix(role, hosts, checks, cells, turned=True)]
    parts = max(1, -(-len(hosts) // WIDEST))
    size = -(-len(hosts) // parts) or 1
    pieces = [hosts[start:start + size] for start in range(0, len(hosts), size)]
    return [Matrix(role, piece, checks, cells, False, number, len(pieces))
            for number, piece in enumerate(pieces, start=1)]
