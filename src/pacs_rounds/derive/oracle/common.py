"""What the checks of instances, listeners and logs share: an instance's place in its pair, what was agreed, times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pacs_rounds.derive.oracle.shared import zone_of
from pacs_rounds.model import Context, NotApplicable, Row

Fields = dict[str, Any]


def pairs(context: Context) -> dict[str, str]:
    """SID -> name of its HA pair, of the instances the inventory gives this host."""
    instances = (context.settings.get("oracle") or {}).get("instances") or []
    return {str(one["sid"]): str(one.get("pair") or "") for one in instances}


def agreed(context: Context, sid: str) -> Fields:
    """What the baseline says of an instance: baseline.oracle.<SID>."""
    said = (context.baseline.get("oracle") or {}).get(sid) or {}
    if not isinstance(said, dict):
        raise TypeError(f"baseline.oracle.{sid} must be a mapping, it is a {type(said).__name__}")
    return said


def running(sections: list[Fields]) -> list[Fields]:
    """The instances that run here. NotApplicable where none does: whether one should is for oracle.active_node and
    oracle.instance_state to say."""
    found = [one for one in sections if one["running"]]
    if not found:
        raise NotApplicable("no instance runs on this host")
    return found


def gap(item: str, one: Fields) -> Row:
    """The row of an instance that gave no rows."""
    return {item: one["sid"], "unknown": one["reason"], "detail": one["detail"]}


def local(moment: str | float, context: Context) -> datetime:
    """An RFC 3339 time or epoch seconds as the host's local time, without a zone, as its logs write it."""
    at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int | float) else \
        datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return at.astimezone(zone_of(context)).replace(tzinfo=None)
