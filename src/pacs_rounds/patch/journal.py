"""What has been done of a plan: an append-only file, one JSON line per event, on the disk before anything follows.

`<state>/patch/<site>/<plan hash>/journal.jsonl`. A controller killed at any point leaves at most a step that was begun
and has no end; who goes on asks the node whether that step is done.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds.model import BadInput

PENDING, BEGUN, DONE, FAILED = "pending", "begun", "done", "failed"
UNDO_BEGUN, UNDO_FAILED = "undo_begun", "undo_failed"
Event = dict[str, Any]


class Journal:
    """The file of one plan. Only one process may write: see `claim`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def events(self) -> list[Event]:
        """All events, oldest first. A last line that was cut by a killed writer is no event."""
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")
        rows = []
        for number, line in enumerate(lines, start=1):
            try:
                if line:
                    rows.append(json.loads(line))
            except ValueError:
                if number == len(lines):
                    break
                raise BadInput(f"{self.path}:{number}", "is no event", "the journal was damaged; look at each step's "
                               "state on its node before anything else") from None
        return rows

    def add(self, event: Event) -> None:
        """Append and wait for the disk. A line that a killed writer left half is cut off first."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        with self.path.open("ab+") as file:
            whole = self._whole(file)
            if whole < file.tell():
                file.truncate(whole)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def _whole(file: Any) -> int:
        """How many bytes end in a line end."""
        file.seek(0)
        size = file.read().rfind(b"\n") + 1
        file.seek(0, os.SEEK_END)
        return int(size)


def _born(pid: int) -> str:
    """When a process began, in the kernel's ticks; empty when there is no such process. Numbers are used again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def claim(path: Path, pid: int) -> None:
    """Make the site's lock this process's own: BadInput while another living process has it.

    The owner is written down and not held open, since each task of a playbook is a process of its own. A dead owner's
    claim falls with it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        with contextlib.suppress(ValueError, KeyError, TypeError):
            owner = json.loads(file.read())
            if owner["pid"] != pid and owner["born"] and _born(owner["pid"]) == owner["born"]:
                raise BadInput(str(path), f"process {owner['pid']} is patching this site",
                               "wait for its end: two runs must never change one site")
        file.truncate(0)
        file.write(json.dumps({"pid": pid, "born": _born(pid)}))
        file.flush()
        os.fsync(file.fileno())


@dataclass(slots=True)
class Progress:
    """Where each step stands, by its id."""

    states: dict[str, str] = field(default_factory=dict)
    last: dict[str, Event] = field(default_factory=dict)

    def of(self, step: str) -> str:
        """The state of one step."""
        return self.states.get(step, PENDING)


_AFTER = {("do", "begin"): BEGUN, ("do", "done"): DONE, ("do", "failed"): FAILED,
          ("undo", "begin"): UNDO_BEGUN, ("undo", "done"): PENDING, ("undo", "failed"): UNDO_FAILED}


def progress(events: Sequence[Event]) -> Progress:
    """The state of every step after these events. An event nobody knows is BadInput: a newer tool wrote it."""
    out = Progress()
    for event in events:
        if "step" not in event:
            continue
        try:
            out.states[event["step"]] = _AFTER[event["direction"], event["event"]]
        except KeyError:
            raise BadInput("journal", f"holds the unknown event {event.get('direction')} {event.get('event')}",
                           "go on with the version of Rounds that wrote it") from None
        out.last[event["step"]] = event
    return out


Row = dict[str, Any]


def to_do(steps: Sequence[Row], now: Progress) -> list[Row]:
    """What is left, in order. Steps before the first that is not done stay done."""
    listed = [step for step in steps if step["phase"] != "close"]
    for number, step in enumerate(listed):
        if now.of(step["id"]) != DONE:
            return listed[number:]
    return []


def to_close(steps: Sequence[Row], now: Progress) -> list[Row]:
    """What cleaning up still has to do."""
    return [step for step in steps if step["phase"] == "close" and now.of(step["id"]) != DONE]


def to_undo(steps: Sequence[Row], now: Progress, blamed: str | None = None) -> list[Row]:
    """What must be taken back, last first: from the blamed node's first step on (None: everything).

    Steps of other nodes that came later are taken back too: they were done because this node was trusted.
    """
    touched = [step for step in steps if now.of(step["id"]) != PENDING]
    # Counting before anything begins is no visit of the node that happens to be counted on.
    own = [number for number, step in enumerate(touched) if step["node"] == blamed
           and not str(step.get("judge", "")).endswith("-before")]
    if blamed is None:
        return touched[::-1]
    return touched[own[0]:][::-1] if own else []


def blamed(now: Progress, steps: Sequence[Row]) -> str | None:
    """The node that the last failed step blames; None when no step stands failed."""
    failed = [now.last[step["id"]] for step in steps if now.of(step["id"]) in {FAILED, UNDO_FAILED}]
    newest = max(failed, key=lambda event: event["time"], default=None)
    return str(newest["blame"]) if newest and newest.get("blame") else None


def held(events: Sequence[Event]) -> str:
    """The gate that stopped the last run, in words; empty when the last thing that happened was no closed gate."""
    closed = [one for one in (events[-1].get("gates", []) if events else []) if one["state"] != "passed"]
    return "; ".join(f"gate {one['gate']}: {one['detail']}" for one in closed)


def segments(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Runs of steps on one node, in order: each is one visit to that node."""
    out: list[dict[str, Any]] = []
    for row in rows:
        if not out or out[-1]["node"] != row["node"]:
            out.append({"node": row["node"], "steps": []})
        out[-1]["steps"].append(row["id"])
    return out


def touched_nodes(steps: Sequence[Row], now: Progress) -> dict[str, str]:
    """Each node in words a person can act on: untouched, patched, in between, or taken back."""
    out = {}
    for node in dict.fromkeys(step["node"] for step in steps):
        mine = {step["id"]: now.of(step["id"]) for step in steps if step["node"] == node and step["phase"] == "apply"}
        states = set(mine.values())
        if states <= {DONE}:
            out[node] = "patched"
        elif states == {PENDING}:
            ever = any(step_id in now.last for step_id in mine)
            out[node] = "rolled back" if ever else "untouched"
        else:
            unsure = [name for name, state in mine.items() if state not in {DONE, PENDING}]
            out[node] = "in between: " + (", ".join(unsure) or "some steps done")
    return out
