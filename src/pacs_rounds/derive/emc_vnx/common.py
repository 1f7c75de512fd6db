"""Two storage processors (SPs) answer for one array: whose words count, and what is said when one is silent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pacs_rounds.derive import Data
from pacs_rounds.model import Answer, Context, Reason, Row

SPS = (("spa", "SP A"), ("spb", "SP B"))


@dataclass(frozen=True, slots=True)
class Told:
    """What an SP said of the whole array; `other` is what the other one said, None where that is silent (`remark`)."""

    data: Any
    remark: str = ""
    other: Any = None


def word(text: str | None) -> str:
    """A state as a word of a catalogue entry: "Hot Spare Ready" becomes hot_spare_ready."""
    return re.sub(r"[^a-z0-9]+", "_", (text or "").lower()).strip("_")


def silence(answer: Answer | None) -> tuple[str, str]:
    """Reason and detail of an answer that gave nothing to read."""
    if answer is None:
        return Reason.NOT_RUN.value, "no answer was recorded"
    if answer.reason:
        return answer.reason.value, answer.detail or answer.reason.value
    return (Reason.UNPARSABLE.value, f"exit status {answer.status}") if answer.text.strip() else (
        Reason.EMPTY.value, "the answer has no text")


def each(data: Data, context: Context, subcommand: str, suffix: str = "") -> list[tuple[str, Any, Row]]:
    """(SP's name, its data or None, and where None: reason and detail for a row) of both SPs."""
    found = []
    for key, name in SPS:
        told = data.get(key + suffix)
        reason, detail = ("", "") if told is not None else silence(context.answers.get(f"{key} {subcommand}"))
        found.append((name, told, {"unknown": reason, "detail": detail} if told is None else {}))
    return found


def either(data: Data, context: Context, subcommand: str, suffix: str = "") -> Told | list[Row]:
    """What SP A says of the whole array, else SP B; one `unknown` row with both reasons where neither answered."""
    both = each(data, context, subcommand, suffix)
    silent = [(name, row) for name, told, row in both if told is None]
    for name, told, _ in both:
        if told is not None and silent:
            other, row = silent[0]
            return Told(told, f"told by {name}; {other} is silent: {row['unknown']}")
        if told is not None:
            return Told(told, other=both[1][1])
    return [{"unknown": silent[0][1]["unknown"],
             "detail": "; ".join(f"{name}: {row['detail']}" for name, row in silent)}]


def said(*parts: str | None) -> str:
    """The parts that say something, as one remark."""
    return "; ".join(part for part in parts if part)


def listed(context: Context, key: str) -> list[str]:
    """The baseline's list under a key, as text; empty without one."""
    value = context.baseline.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"baseline.{key} must be a list, it is a {type(value).__name__}")
    return [" ".join(str(one).split()) for one in value]
