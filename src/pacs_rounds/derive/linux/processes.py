"""Services and processes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import demanded
from pacs_rounds.model import Context, ParseError, Row
from pacs_rounds.parse.linux.processes import UNIT_TYPES


def _unit_name(name: str) -> str:
    """`sshd` means sshd.service, as systemctl itself reads it."""
    return name if name.rpartition(".")[2] in UNIT_TYPES else f"{name}.service"


@derivation("linux.services")
def services(data: Data, context: Context) -> list[Row]:
    """Each unit of the baseline: its active state, `masked`, or `absent` when systemd does not know it."""
    units = {row["unit"]: row for row in data["linux.systemctl"]}
    rows: list[Row] = []
    for name in map(str, demanded(context, "services")):
        unit = units.get(_unit_name(name))
        if unit is None or unit["load"] == "not-found":
            rows.append({"service": name, "state": "absent", "detail": "no such unit is loaded"})
        else:
            state = "masked" if unit["load"] == "masked" else unit["active"]
            rows.append({"service": name, "state": state, "detail": f"{unit['active']} ({unit['sub']})"})
    return rows


@derivation("linux.failed_units")
def failed_units(data: Data, context: Context) -> list[Row]:
    """Units in the state failed."""
    return [{"unit": row["unit"], "state": "failed", "detail": row["description"][:120]}
            for row in data["linux.systemctl"] if row["active"] == "failed"]


def _state(process: dict[str, Any]) -> str:
    if process["state"] is None:
        raise ParseError("ps: the answer has no STAT column")
    return str(process["state"][0])


@derivation("linux.processes")
def processes(data: Data, context: Context) -> list[Row]:
    """Each process of the baseline: part of a command line -> least number. A zombie does no work and counts not."""
    alive = [row["command"] for row in data["linux.ps"] if _state(row) not in "ZX"]
    rows: list[Row] = []
    for part, least in demanded(context, "processes", dict).items():
        count = sum(str(part) in command for command in alive)
        state = "running" if count >= int(least) else "too_few" if count else "absent"
        rows.append({"process": str(part), "state": state, "detail": f"{count} running, at least {least} agreed"})
    return rows


def _names(found: list[dict[str, Any]]) -> str:
    """The commonest program names, without arguments: arguments may hold file names and passwords."""
    count = Counter(row["command"].split(" ")[0].rpartition("/")[2][:40] for row in found)
    return ", ".join(f"{name} ×{number}" if number > 1 else name for name, number in count.most_common(5))


def _in_state(data: Data, letters: str) -> list[Row]:
    found = [row for row in data["linux.ps"] if _state(row) in letters]
    return [{"state": letters, "process_count": len(found), "detail": _names(found)}]


@derivation("linux.zombie_processes")
def zombie_processes(data: Data, context: Context) -> list[Row]:
    """How many processes are zombies (state Z)."""
    return _in_state(data, "Z")


@derivation("linux.blocked_processes")
def blocked_processes(data: Data, context: Context) -> list[Row]:
    """How many processes are in uninterruptible sleep (state D)."""
    return _in_state(data, "D")
