"""What the rows are made of: the device's `oracle:` state, the host's time, and the counters that follow from both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

State = dict[str, Any]
Row = dict[str, Any]
EPOCH = datetime(2015, 1, 1)
MB = 1024 * 1024
SCN_PER_SECOND = 37


@dataclass(frozen=True, slots=True)
class Now:
    """`at` is local time on the host, `zone` its offset (`+08:00`), `born` the moment from which `up_days` counts;
    `kept` holds what several views are made of."""

    host: str
    state: State
    at: datetime
    born: datetime
    zone: str = "+08:00"
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def started(self) -> datetime:
        """When the instance started."""
        return (self.born - timedelta(days=self.state["up_days"])).replace(microsecond=0)

    @property
    def created(self) -> datetime:
        """When the database was created (also its last RESETLOGS)."""
        return (self.born - timedelta(days=self.state["created_days_ago"])).replace(hour=10, minute=21, second=7,
            microsecond=0)

    @property
    def version(self) -> tuple[int, ...]:
        """The release as numbers."""
        return tuple(int(part) for part in self.state["version"].split("."))

    def ago(self, **parts: float) -> datetime:
        """So long before now, without a fraction of a second."""
        return (self.at - timedelta(**parts)).replace(microsecond=0)


def scn(at: datetime) -> int:
    """The system change number of a moment."""
    return 1_000_000 + int((at - EPOCH).total_seconds() * SCN_PER_SECOND)


def stamp(at: datetime) -> int:
    """The STAMP of control file records: seconds in months of 31 days since 1988."""
    days = ((at.year - 1988) * 12 + at.month - 1) * 31 + at.day - 1
    return ((days * 24 + at.hour) * 60 + at.minute) * 60 + at.second
