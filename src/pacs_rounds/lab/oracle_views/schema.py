"""Columns of the views as Oracle documents them, by release: `views_*.txt` beside this file."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown

FILES = ("views_instance.txt", "views_storage.txt", "views_dictionary.txt")
TYPES = {"N": "NUMBER", "V": "CHAR", "D": "DATE", "T": "TIMESTAMP", "Z": "TIMESTAMP WITH TIME ZONE",
         "I": "INTERVAL DAY TO SECOND", "R": "BINARY", "L": "LONG"}
STATES = {"started": 0, "mounted": 1, "open": 2}
Columns = dict[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class View:
    """A view: the state of the instance it needs, its first release, its columns with type, width and first release."""

    name: str
    needs: str
    since: tuple[int, ...]
    columns: tuple[tuple[str, str, int, tuple[int, ...]], ...]

    def of(self, version: tuple[int, ...]) -> Columns:
        """The columns of a release."""
        return {name: (kind, width) for name, kind, width, since in self.columns if version >= since}


def _release(written: str) -> tuple[int, ...]:
    return tuple(int(part) for part in written.split(".")) if written else ()


def _column(written: str) -> tuple[str, str, int, tuple[int, ...]]:
    name, kind = written.split()
    kind, _, since = kind.partition("@")
    return name, TYPES[kind[0]], int(kind[1:] or 0), _release(since)


@functools.cache
def load() -> dict[str, View]:
    """All views by name."""
    found: dict[str, View] = {}
    for file in FILES:
        head: list[str] = []
        body = ""
        for line in [*(Path(__file__).with_name(file)).read_text(encoding="utf-8").splitlines(), "END open"]:
            if line.startswith("#"):
                continue
            words = line.split()
            if len(words) in (2, 3) and words[1] in STATES:
                if head:
                    columns = tuple(_column(one) for one in body.split(",") if one.strip())
                    found[head[0]] = View(head[0], head[1], _release(head[2] if len(head) > 2 else ""), columns)
                head, body = words, ""
            else:
                body += " " + line
    return found


def licensed(name: str) -> bool:
    """Whether a view belongs to the Diagnostics or Tuning Pack, which nobody here has."""
    return name.startswith(("DBA_HIST_", "CDB_HIST_", "DBA_ADVISOR", "DBA_ADDM", "WRH$", "WRM$", "WRI$",
                            "WRR$")) or name in {
        "V$ACTIVE_SESSION_HISTORY", "GV$ACTIVE_SESSION_HISTORY", "V$SQL_MONITOR", "GV$SQL_MONITOR",
        "V$SQL_PLAN_MONITOR"}


def find(name: str, owner: str | None, version: tuple[int, ...]) -> tuple[View, bool]:
    """The view a name means, and whether it is the GV$ form; OraError 942 for none."""
    name = name.replace("V_$", "V$", 1) if owner == "SYS" else name
    if licensed(name):
        raise unknown(f"{name}: it needs the Diagnostics or Tuning Pack and must never be asked")
    everywhere = name.startswith("GV$") and name[1:] in load()
    view = load().get(name[1:] if everywhere else name)
    if view is None or version < view.since or owner not in (None, "SYS", "PUBLIC"):
        raise OraError(942)
    return view, everywhere
