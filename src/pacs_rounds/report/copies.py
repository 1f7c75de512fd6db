"""What each answer to `configs device` of a run says of the copies, ready to be set. Pure but `read`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pacs_rounds import parse
from pacs_rounds.config_round.facts import COMMAND
from pacs_rounds.model import ParseError

KEPT = frozenset({"new", "changed", "unchanged"})
Facts = dict[str, dict[str, Any]]
"""Host -> the facts of its copy, as the parser `configs.device` gives them."""


@dataclass(frozen=True, slots=True)
class Side:
    """One line of a difference set side by side: `kind` is same, changed, added, removed, or place (of a hunk)."""

    kind: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Change:
    """One changed document of one device."""

    host: str
    document: str
    order: str
    rows: list[Side]


def read(data: Path, answers: dict[tuple[str, str], list[dict[str, Any]]]) -> Facts:
    """The facts of every device of a run; what cannot be read is left out here and `unknown` in the records."""
    found: Facts = {}
    for (host, _), rows in answers.items():
        for row in rows:
            if row.get("command") != COMMAND or not row.get("sha256"):
                continue
            with contextlib.suppress(ParseError, OSError, UnicodeDecodeError):
                text = (data / "raw" / f"{row['sha256']}.txt").read_bytes().decode("utf-8")
                found[host] = parse.parse("configs.device", text)
    return found


def states(facts: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """State -> the documents in it, in the order in which the states first come."""
    found: dict[str, list[str]] = {}
    for one in facts["documents"]:
        found.setdefault(one["state"], []).append(one["document"])
    return list(found.items())


def last_good(facts: dict[str, Any]) -> str | None:
    """The time of the last accepted configuration, RFC 3339; None where there was none."""
    at = facts["last_good"]
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def changes(facts: Facts) -> list[Change]:
    """Every changed document, side by side."""
    return [Change(one.get("of") or host, one["document"], one.get("order", told["order"]),
                   side_by_side(one["change"].splitlines()))
            for host, told in facts.items() for one in told["documents"] if one["state"] == "changed" and one["change"]]


def handed_over(facts: Facts) -> list[tuple[str, dict[str, Any]]]:
    """(device, document) of every copy that exists, for the list that is signed for (DL14); controllers too."""
    return [(one.get("of") or host, one)
            for host, told in facts.items() for one in told["documents"] if one["state"] in KEPT]


def side_by_side(unified: Iterable[str]) -> list[Side]:
    """A unified difference with the old lines on the left and the new ones on the right."""
    rows: list[Side] = []
    old: list[str] = []
    new: list[str] = []

    def settle() -> None:
        for number in range(max(len(old), len(new))):
            left, right = old[number:number + 1], new[number:number + 1]
            kind = "changed" if left and right else "removed" if left else "added"
            rows.append(Side(kind, "".join(left), "".join(right)))
        old.clear()
        new.clear()

    for line in unified:
        if line.startswith(("--- ", "+++ ")) and not rows:
            continue
        if line.startswith("-"):
            old.append(line[1:])
        elif line.startswith("+"):
            new.append(line[1:])
        else:
            settle()
            rows.append(Side("place", line, "") if line.startswith("@@") else Side("same", line[1:], line[1:]))
    settle()
    return rows
