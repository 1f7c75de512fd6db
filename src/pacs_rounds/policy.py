"""Which levels apply, and whose: the site's ordered `check_rules` before the catalogue's default. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from pacs_rounds.catalogue import Check


@dataclass(frozen=True, slots=True)
class Resolved:
    """Levels or words for one item, and where they come from (kept in the record)."""

    levels: dict[str, Any] | None
    words: dict[str, list[str]] | None
    origin: str


def _matches(entry: dict[str, Any], check: str, host: str, item: str) -> bool:
    return (
        fnmatchcase(check, entry["check"])
        and any(fnmatchcase(host, pattern) for pattern in entry.get("hosts", ["*"]))
        and any(fnmatchcase(item, pattern) for pattern in entry.get("items", ["*"])))


def relevant(entries: list[dict[str, Any]], host: str) -> list[dict[str, Any]]:
    """The rules or waivers that can concern a host, each with its place in the site's list as `index`."""
    return [{"index": index, **entry} for index, entry in enumerate(entries, start=1)
            if any(fnmatchcase(host, pattern) for pattern in entry.get("hosts", ["*"]))]


def resolve(check: Check, host: str, item: str, rules: list[dict[str, Any]]) -> Resolved:
    """First rule that matches check, host and item wins; else the catalogue's default. A rule for a pattern of checks
    speaks to those it fits: one with levels never judges words, nor the other way round."""
    kind = "levels" if check.levels is not None else "words"
    for number, rule in enumerate(rules, start=1):
        if rule.get(kind) is not None and _matches(rule, check.id, host, item):
            origin = f"check_rules #{rule.get('index', number)}: {rule['reason']}"
            return Resolved(rule.get("levels"), rule.get("words"), origin)
    return Resolved(check.levels, check.words, "catalogue")


def waiver_for(check: str, host: str, item: str, waivers: list[dict[str, Any]], at: float) -> dict[str, Any] | None:
    """The first waiver that covers the item and has not expired at `at` (epoch seconds; valid through its last day,
    counted in UTC so that re-judging elsewhere gives the same answer)."""
    today = datetime.fromtimestamp(at, UTC).date().isoformat()
    for waiver in waivers:
        if _matches(waiver, check, host, item) and today <= str(waiver["expires"]):
            return {key: waiver[key] for key in ("reason", "approver", "expires")}
    return None
