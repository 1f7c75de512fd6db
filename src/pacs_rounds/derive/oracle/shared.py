"""Shared by the derivations of Oracle: which instances answered, ages by the database host's own clock, storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.derive import Data
from pacs_rounds.derive.linux import DAY_SECONDS
from pacs_rounds.model import Context, NotApplicable, Reason, Row

Fields = dict[str, Any]
DEFAULT_ZONE = "Asia/Shanghai"
_NOT_FOR_THIS_RELEASE = ("this query is for Oracle ", "the query is for releases")


@dataclass(frozen=True, slots=True)
class Told:
    """What one running instance answered."""

    sid: str
    rows: list[Fields]

    def name(self, *parts: object) -> str:
        """The item's name: PACS/SYSTEM."""
        return "/".join([self.sid, *(str(part) for part in parts)])


def told(data: Data, query: str, item: str) -> tuple[list[Told], list[Row]]:
    """The answers of the instances that run here, and an `unknown` row for each that gave none.

    NotApplicable where no instance runs on this host (the other node of the pair has it; `oracle.active_node` says
    whether that is so), or where the release knows nothing of what was asked.
    """
    entries = data.get(f"oracle.sql_{query}")
    if entries is None:
        return [], [{item: "*", "unknown": Reason.NOT_RUN.value, "detail": f"nothing was answered to {query}"}]
    running = [one for one in entries if one["running"]]
    if not running:
        raise NotApplicable("no instance runs on this host")
    asked = [one for one in running if not _too_old(one)]
    if not asked:
        raise NotApplicable(running[0]["detail"] or "this release knows nothing of it")
    gaps: list[Row] = [{item: one["sid"], "unknown": one["reason"], "detail": one["detail"]}
                       for one in asked if one["reason"]]
    return [Told(one["sid"], one["rows"]) for one in asked if not one["reason"]], gaps


def _too_old(entry: Fields) -> bool:
    return bool(entry["reason"]) and str(entry["detail"]).startswith(_NOT_FOR_THIS_RELEASE)


def beside(data: Data, query: str, sid: str) -> list[Fields] | None:
    """The rows another query gave for the same instance; None where it gave none."""
    for one in data.get(f"oracle.sql_{query}") or []:
        if one["sid"] == sid and one["running"] and not one["reason"]:
            rows: list[Fields] = one["rows"]
            return rows
    return None


def silence(data: Data, query: str, sid: str) -> Row:
    """Why `beside` has nothing: reason and detail for a row."""
    for one in data.get(f"oracle.sql_{query}") or []:
        if one["sid"] == sid and one["reason"]:
            return {"unknown": one["reason"], "detail": f"{query}: {one['detail']}"}
    return {"unknown": Reason.NOT_RUN.value, "detail": f"nothing was answered to {query}"}


def zone_of(context: Context) -> ZoneInfo:
    """The zone of the database host's clock: the site's."""
    for name in (context.settings.get("rounds_timezone"), context.settings.get("timezone")):
        try:
            if name:
                return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo(DEFAULT_ZONE)


def now_of(data: Data, sid: str, context: Context) -> datetime:
    """The database host's local time when it was asked; without the query `instance`, the collector's, in its zone."""
    for row in beside(data, "instance", sid) or []:
        if row["now_time"]:
            return datetime.fromisoformat(row["now_time"])
    return datetime.fromtimestamp(context.collected_at, zone_of(context)).replace(tzinfo=None)


def days_between(earlier: str, later: datetime) -> float:
    """Days from an ISO local time to another one."""
    return (later - datetime.fromisoformat(earlier)).total_seconds() / DAY_SECONDS


def human(size: float) -> str:
    """Bytes for people: 1536 -> 1.5 KiB, with its sign."""
    left = float(size)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(left) < 1024 or unit == "TiB":
            return f"{left:.0f} {unit}" if unit == "B" else f"{left:.1f} {unit}"
        left /= 1024
    return ""


def few(names: list[str], most: int = 8) -> str:
    """Some names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def agreed(context: Context, key: str) -> list[str]:
    """The baseline's list under a key, in capitals as Oracle keeps names; empty without one."""
    value = context.baseline.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"baseline.{key} must be a list, it is a {type(value).__name__}")
    return [str(one).strip().upper() for one in value]


def said(*parts: str | None) -> str:
    """The parts that say something, as one remark."""
    return "; ".join(part for part in parts if part)


def folder(path: str) -> str:
    """The directory a file lies in, on Unix, Windows or ASM."""
    cut = max(path.rfind("/"), path.rfind("\\"))
    return path[:cut] if cut > 0 else path[:1] if cut == 0 else ""
