"""Shared by the derivations of the Fibre Channel switch: two sources of one fact, and answers that did not come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pacs_rounds.derive import Data
from pacs_rounds.model import Context, NotApplicable, Reason, Row

PREFIX = "brocade_fos."
SENSOR_WALK = "snmpwalk -On 1.3.6.1.4.1.1588.2.1.1.1.1.22.1"
PORT_WALK = "snmpwalk -On 1.3.6.1.4.1.1588.2.1.1.1.6.2.1"


def said(data: Data, command: str) -> Any:
    """The parsed data of a command ("switchshow", "snmp_ports"), or None where an optional one gave nothing."""
    return data.get(PREFIX + command)


def silence(context: Context, command: str) -> tuple[str, str] | None:
    """Reason and detail of a command without an answer; None when it answered."""
    answer = context.answers.get(command)
    if answer is None:
        return Reason.NOT_RUN.value, f"no answer was recorded for: {command}"
    if answer.reason is None and answer.text.strip():
        return None
    reason = (answer.reason or Reason.EMPTY).value
    return reason, answer.detail or f"{command}: {reason}"


def unanswered(context: Context, commands: list[str], what: str) -> list[Row]:
    """None of the sources answered: the first reason that is not "unknown to this image", or not applicable."""
    reasons = [reason for reason in (silence(context, command) for command in commands) if reason]
    for reason, detail in reasons:
        if reason != Reason.TOOL_MISSING.value:
            return [{"unknown": reason, "detail": detail}]
    raise NotApplicable(f"this switch has no {what}")


def answered_at(context: Context, command: str) -> float:
    """When this command had its answer, in epoch seconds; where that is not recorded, when the last one had."""
    answer = context.answers.get(command)
    return answer.ended if answer and answer.ended else context.collected_at


def last_answered(context: Context, check: str, item: str) -> float | None:
    """When this check last had an answer for this item, in epoch seconds; None when the last run has none."""
    record = context.earlier(check, item)
    try:
        return datetime.fromisoformat(str(record["ended"])).timestamp() if record else None
    except (KeyError, ValueError):
        return None


_SAME = {"nominal": "ok", "below_min": "below_minimum", "above_max": "above_maximum", "absent": "not_present",
         "failed": "faulty", "bad": "faulty"}
# As in judging: what is known to be bad is graver than what nobody understands, and that graver than a warning.
_HARMLESS, _WARNING, _GRAVE = {"ok", "not_in_baseline"}, {"not_present", "predicting_failure"}, \
    {"faulty", "below_minimum", "above_maximum", "absent"}


def _gravity(state: str) -> int:
    return 0 if state in _HARMLESS else 1 if state in _WARNING else 3 if state in _GRAVE else 2


def merged(sources: Iterable[tuple[str, list[dict[str, Any]] | None]]) -> list[Row]:
    """One row per part named by any source: the gravest word counts, and the detail says who said what.

    Each source is its name and its rows with "name", "state" and any of celsius, rpm, value.
    """
    parts: dict[str, list[tuple[str, str, str]]] = {}
    for source, rows in sources:
        for row in rows or []:
            state = _SAME.get(row["state"], row["state"])
            parts.setdefault(row["name"], []).append((source, state, _reading(row)))
    made: list[Row] = []
    for name, words in parts.items():
        worst = max((state for _, state, _ in words), key=_gravity)
        agreed = len({state for _, state, _ in words}) == 1
        reading = next((reading for _, _, reading in words if reading), "")
        if agreed:
            detail = f"{reading + '; ' if reading else ''}told by {', '.join(source for source, _, _ in words)}"
        else:
            detail = "the sources differ: " + ", ".join(f"{source} says {state}" for source, state, _ in words)
        made.append({"part": name, "state": worst, "detail": detail})
    return made


def _reading(row: dict[str, Any]) -> str:
    if row.get("celsius") is not None:
        return f"{row['celsius']} °C"
    if row.get("rpm") is not None:
        return f"{row['rpm']} RPM"
    return ""


def expected(rows: list[Row], context: Context, key: str) -> list[Row]:
    """Parts against the baseline's list: an empty place that is listed is absent, another one is no fault.

    Without a list an empty place keeps the word not_present. Names are compared without case.
    """
    if key not in context.baseline:
        return rows
    listed = {str(name).strip().lower(): str(name) for name in context.baseline[key] or []}
    result: list[Row] = []
    seen: set[str] = set()
    for row in rows:
        name = str(row["part"]).lower()
        seen.add(name)
        if row["state"] == "not_present":
            state = "absent" if name in listed else "not_in_baseline"
            detail = "listed in the baseline, the place is empty" if state == "absent" else "empty, not in the baseline"
            row = {**row, "state": state, "detail": detail}
        result.append(row)
    missing = [{"part": name, "state": "absent", "detail": "listed in the baseline, not on the switch"}
               for low, name in listed.items() if low not in seen]
    return [*result, *missing]


def documented(context: Context) -> dict[str, dict[str, Any]]:
    """The baseline's Fibre Channel ports by name; empty when it documents none."""
    return {str(one["port"]): one for one in context.baseline.get("fc_ports") or []}


def by_port(data: Data, command: str) -> dict[str, dict[str, Any]]:
    """The rows of porterrshow or SNMP by the name that switchshow gives the port.

    Both count ports through the whole chassis where switchshow and people say slot and port: the index joins them.
    """
    switch = said(data, "switchshow") or {"ports": []}
    names = {str(one["index"]): str(one["port"]) for one in switch["ports"] if one["index"] is not None}
    return {names.get(one["port"], one["port"]): one for one in said(data, command) or []}


def online(data: Data) -> set[str] | None:
    """Ports that carry light and a login, as the CLI or, without it, SNMP says; None when neither answered."""
    switch = said(data, "switchshow")
    if switch is not None:
        return {one["port"] for one in switch["ports"] if one["state"] == "online"}
    states = {name: one["state"] for name, one in by_port(data, "snmp_ports").items() if one["state"] is not None}
    return {name for name, state in states.items() if state == "online"} if states else None
