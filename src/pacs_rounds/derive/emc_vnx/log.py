"""Event log of the SPs: what was logged since the last run, by kind. The SP prints no severity; its code tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import SPS, each
from pacs_rounds.derive.emc_vnx.sps import offset_of, zone_of
from pacs_rounds.model import Context, Row

_COMMAND = "getlog -2000"
_ASKED_FOR = 2000
_FIRST_VISIT = timedelta(days=30)
_CLOCKS_DIFFER = timedelta(minutes=5)
_LEVELS = ("ok", "notice", "errors", "critical")
# Storage array faulted; recommended disk replacement.
_BY_CODE = {"2580": "critical", "799": "errors"}


def severity(code: str) -> str:
    """ok, notice, errors or critical by the event's code, as the array's families number them: FLARE 6xx information,
    7xx and 8xx (corrected errors) notice, 9xx errors, Axx critical; agent 70xx-71xx information, 72xx-73xx warning,
    74xx-75xx error, 76xx-77xx critical; drivers (eight digits) by the top bits of the lower half."""
    known = _BY_CODE.get(code)
    if known:
        return known
    if len(code) == 3:
        return {"7": "notice", "8": "notice", "9": "errors", "a": "critical"}.get(code[0], "ok")
    if len(code) == 4 and code[0] == "7":
        return {"2": "notice", "3": "notice", "4": "errors", "5": "errors", "6": "critical", "7": "critical"}.get(
            code[1], "ok")
    if len(code) == 8:
        return _LEVELS[int(code[4], 16) >> 2]
    return "ok"


def _last_visit(context: Context) -> datetime | None:
    """When the last sealed run that has records of this check asked, in the SPs' zone, without the zone."""
    ends = [one.get("ended") for one in context.previous.get("emc_vnx.event_log", {}).values()]
    told = [datetime.fromisoformat(end) for end in ends if isinstance(end, str)]
    return max(told).astimezone(zone_of(context)).replace(tzinfo=None) if told else None


@derivation("emc_vnx.event_log")
def event_log(data: Data, context: Context) -> list[Row]:
    """A row per SP, code and device of warnings and errors logged since the last run (on a first run, in the last
    thirty days), and one per SP for how far back its log reaches. Entries bear the SP's own time: the last run's
    moment is taken as that clock, wrong as it may be, would have shown it."""
    last = _last_visit(context)
    now = datetime.fromtimestamp(context.collected_at, zone_of(context)).replace(tzinfo=None)
    rows: list[Row] = []
    for (key, _), (name, told, gap) in zip(SPS, each(data, context, _COMMAND), strict=True):
        if told is None:
            rows.append({"event": f"{name} log", **gap})
            continue
        clock = (data.get(f"{key}_clock") or {}).get("clock")
        wrong = timedelta(seconds=(offset_of(key, clock, context) or 0.0) if clock else 0.0)
        visit = last + wrong if last else None
        since = visit - _CLOCKS_DIFFER if visit else now + wrong - _FIRST_VISIT
        rows.append(_coverage(name, told, visit))
        rows += _kinds(name, [one for one in told if datetime.fromisoformat(one["time"]) >= since])
    return rows


def _coverage(name: str, told: list[dict[str, Any]], visit: datetime | None) -> Row:
    row: Row = {"event": f"{name} log"}
    if not told:
        return row | {"severity": "nothing_logged", "detail": "the log is empty"}
    oldest = min(one["time"] for one in told)
    detail = f"{len(told)} entries, the oldest of {oldest.replace('T', ' ')}"
    if visit and datetime.fromisoformat(oldest) > visit:
        if len(told) >= _ASKED_FOR:
            return row | {"unknown": "truncated", "detail": f"{detail}: what was logged before it was not read"}
        return row | {"severity": "log_cleared", "detail": f"{detail}: nothing before it since the last run"}
    return row | {"severity": "log_read", "detail": detail}


def _kinds(name: str, entries: list[dict[str, Any]]) -> list[Row]:
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in entries:
        if severity(one["code"]) != "ok":
            kinds.setdefault((one["code"], one["device"] or ""), []).append(one)
    return [{"event": " ".join(part for part in (name, f"0x{code}", device) if part), "severity": severity(code),
             "detail": f"{len(found)} times, last {found[-1]['time'].replace('T', ' ')}: {found[-1]['text'][:120]}"}
            for (code, device), found in kinds.items()]
