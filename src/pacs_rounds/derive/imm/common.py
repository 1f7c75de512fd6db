"""Shared by the IMM derivations: the IMM's words, what the baseline demands, tables that an IMM1 does not have."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.derive import Data
from pacs_rounds.model import Context, NotApplicable, Reason, Row

# The words of the *HealthStatus columns and of the health summary; "Good" is what older firmware writes.
_HEALTH = {
    "normal": "ok", "ok": "ok", "good": "ok", "info": "ok", "informational": "ok", "information": "ok",
    "warning": "warning", "non_critical": "warning", "noncritical": "warning", "minor": "warning",
    "critical": "critical", "major": "critical", "error": "critical", "failed": "critical", "failure": "critical",
    "non_recoverable": "nonrecoverable", "nonrecoverable": "nonrecoverable",
    "unknown": "", "n_a": "", "na": "", "not_available": "", "unavailable": "", "not_present": "", "": "",
}
GRAVEST = ("nonrecoverable", "critical", "warning", "ok")


def word(text: str | None) -> str:
    """A state as a word of a catalogue entry: "Non-Critical" becomes non_critical."""
    return re.sub(r"[^a-z0-9]+", "_", (text or "").lower()).strip("_")


def health_word(text: str | None) -> str:
    """ok, warning, critical or nonrecoverable; empty where the IMM says that it does not know; any other word as it
    is, for the judge to call unlisted."""
    said = word(text)
    return _HEALTH.get(said, said)


def graver(one: str, other: str) -> str:
    """The graver of two such words. A word that nobody knows is graver than ok: it must be seen."""
    for known in GRAVEST[:3]:
        if known in (one, other):
            return known
    return next((said for said in (one, other) if said not in {"ok", ""}), one or other)


def listed(context: Context, key: str) -> list[str] | None:
    """The names that the baseline demands under `imm: {key: […]}`; None when it has no such list."""
    names = (context.baseline.get("imm") or {}).get(key)
    return None if names is None else [str(name).strip() for name in names]


def table(data: Data, context: Context, command: str, parser: str, wanted: list[str] | None, what: str) -> Any:
    """The data of a table that only an IMM2 has, or the rows that say why there is none.

    NotApplicable when the agent has no such table and the baseline demands nothing of it: that is an IMM1, not a fault.
    A list of rows to return comes as an exception of its own, so that callers stay short.
    """
    found = data.get(parser)
    if found:
        return found
    answer = context.answers.get(command)
    if found is None and answer is not None and answer.reason not in {None, Reason.EMPTY, Reason.TOOL_MISSING}:
        raise Instead([{"unknown": answer.reason.value, "detail": answer.detail}])
    if found is None and (answer is None or (answer.reason is None and answer.status not in {None, 0})):
        raise Instead([{"unknown": Reason.NOT_RUN.value, "detail": f"no answer was recorded for: {command}"}])
    if wanted:
        raise Instead([{"unknown": Reason.TOOL_MISSING.value,
                        "detail": f"the baseline lists {what}, and this IMM has no table of them"}])
    raise NotApplicable(f"this IMM has no table of {what} (IMM1); its overall health tells their faults")


class Instead(Exception):  # noqa: N818  (not an error: rows that take the place of a derivation's own)
    """The rows to return instead."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        super().__init__("")


def parts(rows: list[Row], wanted: list[str] | None, item: str) -> list[Row]:
    """Rows of parts against the baseline's list. A row with the word not_present is `absent` where it is listed and no
    fault where a list does not name it; what is listed and has no row is `absent` too. Names are compared without case.
    """
    if wanted is None:
        return rows
    expected = {name.lower(): name for name in wanted}
    result: list[Row] = []
    for row in rows:
        if row.get("state") == "not_present":
            there = str(row[item]).lower() in expected
            row = {**row, "state": "absent" if there else "not_in_baseline"}
        result.append(row)
    seen = {str(row[item]).lower() for row in rows}
    return result + [{item: name, "state": "absent", "detail": "listed in the baseline, not told by the IMM"}
                     for low, name in expected.items() if low not in seen]


def untold(rows: list[Row]) -> list[Row]:
    """A part whose state the IMM does not know, where no baseline says whether it should be there, stays unknown."""
    return [{key: value for key, value in row.items() if key != "state"} | {"unknown": Reason.EMPTY.value}
            if row.get("state") == "not_present" else row for row in rows]
