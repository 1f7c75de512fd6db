"""The ladder of proof of one backup: what anybody has proved, how old that is, and who must do what for the rest. Pure.

That a job ended with "completed" proves the lowest rung and nothing above it. A header that was checked proves that a
file exists; a block that was read proves that it can be read; only a restored database that was recovered and opened
proves that there is a backup; only an application that reads it proves that there is one of the right thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pacs_rounds.model import Reason, Row

RUNGS = ("exists", "complete_set", "plausible_size", "readable", "logically_clean", "restored_elsewhere",
         "recovered_and_opened", "application_reads")
"""From the lowest to the highest."""
STATES = ("proved", "doubtful", "broken", "missing", "unknown")
DAY = 86400.0

Limits = Mapping[str, Sequence[float | None]]
LIMITS: dict[str, tuple[float, float | None]] = {
    "exists": (1.5, 3.0), "complete_set": (8.0, 15.0), "plausible_size": (8.0, 15.0),
    "readable": (92.0, 184.0), "logically_clean": (92.0, 184.0),
    "restored_elsewhere": (366.0, None), "recovered_and_opened": (366.0, None), "application_reads": (366.0, None)}
"""Days after which a proof is too old to lean on: (warning, critical). A site changes them in the inventory
(`rounds_backup.max_age_days`): every night a backup, every week a full one, every quarter a reading, every year a
drill."""

TODO = {
    "exists": "the engineer makes a first backup and names its place in rounds_backup",
    "complete_set": "the engineer compares what must be in the set with what is",
    "plausible_size": "the next rounds compare it: a history must be harvested first",
    "readable": "the engineer has the backup read in an agreed window",
    "logically_clean": "the engineer has the backup read with the logical checks in an agreed window",
    "restored_elsewhere": "the engineer restores it to another host, approved: playbooks/drill-restore.yml",
    "recovered_and_opened": "the engineer recovers and opens it on another host: playbooks/drill-restore.yml",
    "application_reads": "the PACS administrator looks at known studies in the restored database"}
"""Who must do what so that a rung is proved; an engine says it in its own words where it knows better."""
AGAIN = {
    "exists": "the engineer makes a backup today and finds out why none was made since",
    "plausible_size": "the engineer finds out why the size is another than usual"}
"""The same where something was found, and found wanting: a first backup or more history would not help."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that somebody or something proved or disproved of a rung.

    `state` is one of STATES: `doubtful` was done but not wholly; `broken` and `missing` are disproofs; `unknown` needs
    a `reason`. `at` is when it was found so (epoch seconds), None where nobody tells; `what` one phrase in English
    without a semicolon; `by` who or what found it.
    """

    rung: str
    state: str
    at: float | None
    what: str
    by: str = ""
    reason: Reason | None = None


def rows(subject: str, proofs: Iterable[Proof], now: float, limits: Limits | None = None,
         todo: Mapping[str, str] | None = None) -> list[Row]:
    """One row per rung, all eight of them: {"item": "<subject>/<rung>", "state", "detail"}, or `unknown`.

    `state` is the proof's own, or `proved_long_ago` and `too_old` past the limits. Of several proofs of one rung the
    newest speaks; one without a time that disproves speaks before all others. KeyError for a rung nobody knows.
    """
    best: dict[str, Proof] = {}
    for proof in proofs:
        if proof.rung not in RUNGS or proof.state not in STATES:
            raise KeyError(f"no rung or state of the ladder: {proof.rung} {proof.state}")
        if proof.rung not in best or _weight(proof) >= _weight(best[proof.rung]):
            best[proof.rung] = proof
    agreed = {**LIMITS, **(limits or {})}
    steps = {**TODO, **(todo or {})}
    again = {**steps, **AGAIN, **(todo or {})}
    return [_row(f"{subject}/{rung}", best.get(rung), now, agreed[rung],
                 again[rung] if _wanting(best.get(rung)) else steps[rung]) for rung in RUNGS]


def _wanting(proof: Proof | None) -> bool:
    """Whether there is something of a date that is not as it must be (nothing at all is `missing`)."""
    return proof is not None and proof.at is not None and proof.state != "unknown"


def _weight(proof: Proof) -> tuple[int, float]:
    """Disproofs without a time first, then by age; what is merely not known gives way to whatever is."""
    if proof.state == "unknown":
        return (0, proof.at or 0.0)
    if proof.at is None:
        return (3, 0.0) if proof.state in ("broken", "missing") else (1, 0.0)
    return (2, proof.at)


def _row(item: str, proof: Proof | None, now: float, limits: Sequence[float | None], todo: str) -> Row:
    if proof is None:
        return {"item": item, "unknown": str(Reason.NOT_RUN), "detail": f"nobody has proved it; to do: {todo}"}
    if proof.state == "unknown":
        reason = str(proof.reason or Reason.NOT_RUN)
        return {"item": item, "unknown": reason, "detail": f"{proof.what}; to do: {todo}"}
    state, age = proof.state, None if proof.at is None else (now - proof.at) / DAY
    detail = [proof.what]
    if age is not None and proof.at is not None:
        detail.append(f"{moment(proof.at)}, {max(0.0, age):.1f} days old")
        if age < -0.05:
            return {"item": item, "unknown": str(Reason.UNPARSABLE),
                    "detail": f"{proof.what}; it is dated {moment(proof.at)}, which lies in the future"}
        state = _aged(state, age, limits)
    elif state == "proved":
        state = "doubtful"
        detail.append("nobody tells when")
    if proof.by:
        detail.append(f"by {proof.by}")
    if state != "proved":
        detail.append(f"to do: {todo}")
    return {"item": item, "state": state, "detail": "; ".join(detail)}


def _aged(state: str, age: float, limits: Sequence[float | None]) -> str:
    warning, critical = [*limits, None, None][:2]
    if state not in ("proved", "doubtful"):
        return state
    if critical is not None and age >= critical:
        return "too_old"
    return "proved_long_ago" if state == "proved" and warning is not None and age >= warning else state


def moment(at: float) -> str:
    """A moment as records have it, to the second."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_AGE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ), (\d+\.\d) days old")


def age_of(detail: str) -> tuple[str, float] | None:
    """When a rung was proved and how many days that was ago, out of a row's `detail`; None where it does not say."""
    found = _AGE.search(detail)
    return (found[1], float(found[2])) if found else None


def amount(size: float) -> str:
    """A number of bytes for people."""
    return f"{size / 1e9:.2f} GB" if size >= 1e7 else f"{size / 1e6:.2f} MB"


def plausible(sizes: Sequence[float], newest: float, shrink: float = 0.5, grow: float = 3.0) -> tuple[bool, str] | None:
    """Whether a size fits those before it, and a phrase; None with fewer than three earlier ones.

    Compared with the median: one odd night must not move the measure. A backup of half the usual size misses something;
    one of three times it holds what it should not, or was not compressed.
    """
    known = sorted(size for size in sizes if size > 0 and math.isfinite(size))
    if len(known) < 3:
        return None
    middle = len(known) // 2
    median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
    share = newest / median
    said = f"{amount(newest)}, {share * 100:.0f} % of the median of {len(known)} earlier ones"
    return shrink <= share <= grow, said
