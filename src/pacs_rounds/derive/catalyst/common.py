"""Shared by the Catalyst derivations: words, parts against a baseline, and answers that did not come."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.derive import Data
from pacs_rounds.model import Context, NotApplicable, Reason, Row

PREFIX = "cisco_ios."


def said(data: Data, command: str) -> Any:
    """The parsed data of `show_<...>`, or None where an optional command gave nothing."""
    return data.get(PREFIX + command)


def word(text: str | None) -> str:
    """A state as a word of a catalogue entry: "NOT PRESENT" becomes not_present."""
    return re.sub(r"[^a-z0-9]+", "_", (text or "").lower()).strip("_")


def unanswered(context: Context, commands: list[str], demanded: bool, what: str) -> list[Row]:
    """None of the alternative commands answered. A model without the thing is not_applicable, unless the baseline
    demands it; anything else (timed out, cut off, refused) stays unknown with its own reason."""
    answers = [context.answers[command] for command in commands if command in context.answers]
    reasons = [(answer.reason, answer.detail) for answer in answers if answer.reason is not None]
    other = next((one for one in reasons if one[0] is not Reason.TOOL_MISSING), None)
    if other:
        return [{"unknown": other[0].value, "detail": other[1]}]
    if not reasons:
        return [{"unknown": Reason.NOT_RUN.value, "detail": f"no answer was recorded for: {', '.join(commands)}"}]
    if demanded:
        return [{"unknown": Reason.TOOL_MISSING.value,
                 "detail": f"the baseline lists {what}, and this switch knows none of: {', '.join(commands)}"}]
    raise NotApplicable(f"this switch has no {what}")


def missing_beside(context: Context, command: str) -> tuple[str, str] | None:
    """Reason and detail of an optional command that failed for another cause than being unknown to the model."""
    answer = context.answers.get(command)
    if answer is None or answer.reason is None or answer.reason is Reason.TOOL_MISSING:
        return None
    return answer.reason.value, f"{command}: {answer.detail}".rstrip(": ")


def parts(rows: list[Row], context: Context, key: str, item: str) -> list[Row]:
    """Rows of parts against the baseline's list `key`: an empty place that is listed is absent, another is no fault.

    Without a list every empty place keeps the word not_present. Names are compared without case and blanks at the ends.
    """
    if key not in context.baseline:
        return rows
    names = [str(name).strip() for name in context.baseline[key] or []]
    expected = {name.lower(): name for name in names}
    seen: set[str] = set()
    result: list[Row] = []
    for row in rows:
        name = str(row[item]).lower()
        seen.add(name)
        if row.get("state") == "not_present":
            state = "absent" if name in expected else "not_in_baseline"
            detail = "listed in the baseline, the place is empty" if state == "absent" else "empty, not in the baseline"
            row = {**row, "state": state, "detail": detail}
        result.append(row)
    missing = [{item: name, "state": "absent", "detail": "listed in the baseline, not on the switch"}
               for low, name in expected.items() if low not in seen]
    return [*result, *missing]
