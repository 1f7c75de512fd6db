"""Sessions: who blocks whom and for how long; sessions, processes and locks against the instance's limits."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.shared import Fields, Told, few, said, told
from pacs_rounds.model import Context, Reason, Row

_Key = tuple[int, int]


def _key(row: Fields) -> _Key:
    return int(row["instance_id"] or 1), int(row["session_id"])


def _blocker(row: Fields) -> _Key | None:
    if row["blocking_session"] is None:
        return None
    return int(row["blocking_instance"] or row["instance_id"] or 1), int(row["blocking_session"])


def _who(row: Fields) -> str:
    return f"{row['session_id']},{row['serial']} ({row['username'] or 'background'})"


@derivation("oracle.locks")
def locks(data: Data, context: Context) -> list[Row]:
    """A row per session at the root of a tree of waiting ones: how long the longest of them has waited."""
    answers, rows = told(data, "blocked_sessions", "blocker")
    for one in answers:
        sessions = {_key(row): row for row in one.rows}
        if not sessions:
            rows.append({"blocker": one.sid, "wait_seconds": 0, "detail": "nobody waits for another session"})
        for root, waiters in _trees(sessions).items():
            rows.append(_tree(one, root, sessions.get(root), [sessions[key] for key in waiters]))
    return rows


def _trees(sessions: dict[_Key, Fields]) -> dict[_Key, list[_Key]]:
    """The waiters below each root. Sessions that wait for each other in a ring are a tree of their lowest one."""
    found: dict[_Key, list[_Key]] = {}
    for key, row in sessions.items():
        above = _blocker(row)
        path = [key]
        while above is not None and above not in path:
            path.append(above)
            above = _blocker(sessions[above]) if above in sessions else None
        if len(path) > 1:
            ring = above is not None
            root = min(path[path.index(above):]) if above is not None else path[-1]
            if root != key or ring:
                found.setdefault(root, []).append(key)
    return found


def _tree(one: Told, root: _Key, blocker: Fields | None, waiters: list[Fields]) -> Row:
    waiters = sorted(waiters, key=lambda row: -(row["wait_seconds"] or 0))
    objects = dict.fromkeys(f"{row['object_owner']}.{row['object_name']}" for row in waiters if row["object_name"])
    who = _who(blocker) if blocker else f"{root[1]} (no such session any more)"
    name = one.name(f"session {who}" + (f" of instance {root[0]}" if _cluster(root, waiters) else ""))
    if all(row["wait_seconds"] is None for row in waiters):
        return {"blocker": name, "unknown": Reason.EMPTY.value,
                "detail": f"{len(waiters)} sessions wait, no times told"}
    idle = ""
    if blocker:
        idle = said(f"the blocker is {str(blocker['status']).lower()} for {blocker['call_seconds']} s",
                    f"program {blocker['program']}" if blocker["program"] else "")
    return {"blocker": name, "wait_seconds": waiters[0]["wait_seconds"] or 0, "detail": said(
        f"{len(waiters)} sessions wait: " + few([f"{_who(row)} {row['wait_seconds']} s, {row['event']}"
                                                 for row in waiters], 4),
        f"on {few(list(objects), 3)}" if objects else "", idle)}


def _cluster(root: _Key, waiters: list[Fields]) -> bool:
    return len({root[0], *(_key(row)[0] for row in waiters)}) > 1


@derivation("oracle.resource_limits")
def resource_limits(data: Data, context: Context) -> list[Row]:
    """Percent of each limit in use now, and at the highest since the start. What has no limit is left out."""
    answers, rows = told(data, "resource_limits", "resource")
    for one in answers:
        limited = 0
        for row in one.rows:
            written = str(row["limit_value"] or "").strip()
            if written.upper() == "UNLIMITED" or written == "0":
                continue
            name = one.name(row["resource_name"])
            limited += 1
            if not written.isdigit():
                rows.append({"resource": name, "unknown": Reason.UNPARSABLE.value,
                             "detail": f"a limit that is no number: {written[:40]!r}"})
                continue
            for item, key in ((name, "current_count"), (f"{name} at the highest", "highest_count")):
                rows.append({"resource": item, "used_percent": round(100 * row[key] / int(written), 2),
                             "detail": f"{row[key]} of {written}"})
        if not limited:
            rows.append({"resource": one.sid, "unknown": Reason.EMPTY.value, "detail": "no limit is listed"})
    return rows
