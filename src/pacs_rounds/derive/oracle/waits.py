"""Wait events since the last visit: differences of V$SYSTEM_EVENT, which no pack has to be bought for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import seconds_since
from pacs_rounds.derive.oracle.shared import Told, now_of, said, told
from pacs_rounds.model import Context, NotApplicable, Reason, Row

TOP = 5
LEAST_SECONDS = 5.0
_TOTALS, _START = "oracle.wait_totals", "instance start"


@derivation("oracle.wait_totals")
def wait_totals(data: Data, context: Context) -> list[Row]:
    """What top_waits compares with the next run: per event [seconds, waits] since the start, and the start itself."""
    answers, rows = told(data, "system_events", "event")
    for one in answers:
        if not one.rows:
            rows.append({"event": one.sid, "unknown": Reason.EMPTY.value, "detail": "the view lists no event"})
            continue
        first = one.rows[0]
        state = "counting" if str(first["timed"]).upper() == "TRUE" else "times_off"
        rows.append({"event": one.name(_START), "state": state, "observed": first["started_at"],
                     "detail": "waits are counted from here" if state == "counting" else "timed_statistics is off"})
        rows += [{"event": one.name(row["event"]), "state": "counting",
                  "observed": [round(row["waited_micro"] / 1e6, 2), row["wait_count"]],
                  "detail": f"seconds and waits since the start, class {row['wait_class'] or 'not told'}"}
                 for row in one.rows]
    return rows


@derivation("oracle.top_waits")
def top_waits(data: Data, context: Context) -> list[Row]:
    """The five events most waited for since the last run: how many sessions waited for each on average."""
    answers, rows = told(data, "system_events", "event")
    if answers and not any(context.earlier(_TOTALS, one.name(_START)) for one in answers):
        raise NotApplicable("waits are differences from an earlier run of this host; this is the first")
    for one in answers:
        rows += _of_instance(one, data, context)
    return rows


def _of_instance(one: Told, data: Data, context: Context) -> list[Row]:
    start = context.earlier(_TOTALS, one.name(_START))
    if not one.rows:
        return [{"event": one.sid, "unknown": Reason.EMPTY.value, "detail": "the view lists no event"}]
    if start is None:
        return [{"event": one.sid, "unknown": Reason.NO_PREVIOUS.value, "detail": "the last run did not ask it"}]
    started = one.rows[0]["started_at"]
    restarted = started != start.get("observed")
    if restarted:
        up = (now_of(data, one.sid, context) - datetime.fromisoformat(started)).total_seconds()
        elapsed: float | None = up
    else:
        elapsed = seconds_since(start, context.collected_at)
    if elapsed is None or elapsed < LEAST_SECONDS:
        return [{"event": one.sid, "unknown": Reason.NO_PREVIOUS.value,
                 "detail": "too little time has passed to compare waits"}]
    since = "the restart" if restarted else "the last run"
    moved = [_moved(one, row, None if restarted else context) for row in one.rows]
    if any(seconds < 0 for seconds, _, _ in moved):
        return [{"event": one.sid, "unknown": Reason.UNPARSABLE.value,
                 "detail": "counters went back although the instance was not restarted"}]
    moved = sorted((one_ for one_ in moved if one_[0] > 0), key=lambda one_: -one_[0])[:TOP]
    if not moved:
        return [{"event": one.name("no event"), "waiting_sessions": 0.0, "detail": f"nothing waited since {since}"}]
    return [{"event": one.name(row["event"]), "waiting_sessions": round(seconds / elapsed, 3), "detail": said(
        f"place {place} since {since}", f"{seconds:.1f} s in {waits} waits",
        f"{1000 * seconds / waits:.1f} ms each" if waits > 0 else "", f"class {row['wait_class'] or 'not told'}")}
        for place, (seconds, waits, row) in enumerate(moved, 1)]


def _moved(one: Told, row: dict[str, Any], context: Context | None) -> tuple[float, int, dict[str, Any]]:
    """Seconds and waits since the earlier run; an event that run did not list counts from nothing."""
    now = (round(row["waited_micro"] / 1e6, 2), int(row["wait_count"]))
    earlier = context.earlier(_TOTALS, one.name(row["event"])) if context else None
    before = earlier.get("observed") if earlier else None
    if not isinstance(before, list) or len(before) != 2:
        before = [0.0, 0]
    return round(now[0] - float(before[0]), 2), now[1] - int(before[1]), row
