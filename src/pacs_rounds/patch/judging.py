"""What a step's answer means: done, failed and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pacs_rounds.model import Answer
from pacs_rounds.patch import find_text, windows_words

Fault = str
"""Empty when the step did what it should; else one line for the person who must act."""


def transaction(text: str) -> dict[str, str | None]:
    """What `apt-get -s install` would do: {package: version, or None when removed}.

    Sample: `Inst pacs-core [1.0] (2.0 local-deb [all])`, `Remv old-tool [1.2]`, `Conf pacs-core (2.0 …)`.
    """
    found: dict[str, str | None] = {}
    for line in text.splitlines():
        if match := re.match(r"Inst (\S+)(?: \[[^\]]*\])? \((\S+)", line):
            found[match[1]] = match[2]
        elif match := re.match(r"(?:Remv|Purg) (\S+)", line):
            found[match[1]] = None
    return found


def compare(found: Mapping[str, str | None], allowed: Mapping[str, str | None]) -> Fault:
    """Nothing that is not on the list, dependency packages included."""
    wrong = [f"{name} {version or 'removed'}" for name, version in found.items()
             if name not in allowed or allowed[name] != version]
    if wrong:
        return "the transaction is not the approved one: " + ", ".join(wrong)
    return "" if found else "the transaction would change nothing: nothing to approve it against"


def _apt(answer: Answer, plan: Mapping[str, Any]) -> Fault:
    return _status(answer) or compare(transaction(answer.text), plan["packages"])


def _rpm(answer: Answer, plan: Mapping[str, Any]) -> Fault:
    found = dict(re.findall(r"^([A-Za-z0-9][\w.+-]*) (\S+-\S+)$", answer.text, re.MULTILINE))
    return _status(answer) or compare(found, plan["packages"])


def _opatch(answer: Answer, plan: Mapping[str, Any]) -> Fault:
    """`Prereq "checkConflictAgainstOHWithDetail" passed.`; exit status 0 alone is not believed."""
    if re.search(r'checkConflictAgainstOHWithDetail"? passed', answer.text):
        return _status(answer)
    return "opatch did not say that the conflict check passed: " + _last(answer.text)


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no text")[:200]


def _status(answer: Answer) -> Fault:
    if answer.reason is not None:
        return f"{answer.reason}: {answer.detail}"
    return "" if answer.status == 0 else f"exit status {answer.status}: {_last(answer.text)}"


JUDGES: dict[str, Callable[[Answer, Mapping[str, Any]], Fault]] = {"apt": _apt, "rpm": _rpm, "opatch": _opatch}


def fault(step: Mapping[str, Any], answer: Answer, plan: Mapping[str, Any]) -> Fault:
    """Why a step failed; empty when it did not."""
    judge = step.get("judge", "")
    if judge.startswith("windows-"):
        return windows_words.fault(judge, answer, plan)
    if judge in JUDGES:
        return JUDGES[judge](answer, plan)
    if judge.startswith("counts-"):
        said = _status(answer)
        return said or ("" if numbers(answer.text) is not None else f"not every count is a number: {answer.text[:200]}")
    if judge.startswith("find-"):
        return _status(answer) or ("" if find_text.whole(answer.text) else f"no counts: {answer.text[:200]}")
    if judge.startswith(("sample-", "get-")):
        return _status(answer) or ("" if hashes(answer.text) else "no object could be sampled")
    return _status(answer)


def numbers(text: str) -> dict[str, int] | None:
    """`name number` lines; None when one of them is no number: an unreadable count is not zero."""
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _, value = line.strip().rpartition(" ")
        if not name or not re.fullmatch(r"\d+", value):
            return None
        found[name] = int(value)
    return found or None


def hashes(text: str) -> dict[str, str]:
    """sha256sum's lines as {path: hash}; `unreadable` as the hash of what could not be read."""
    found = {}
    for line in text.splitlines():
        if match := re.match(r"([0-9a-f]{64}) [ *](.+)", line):
            found[match[2]] = match[1]
        elif match := re.match(r"unreadable (.+)", line):
            found[match[1]] = "unreadable"
    return found


def lost(before: str, after: str) -> Fault:
    """Counts may grow while the site works; fewer, or one that is not told any more, stops everything (S2-080)."""
    one, two = numbers(before), numbers(after)
    if one is None or two is None:
        return "the counts cannot be compared: one of the two was not readable"
    gone = [f"{name}: {count} before, {two.get(name, 'not told')} after" for name, count in one.items()
            if two.get(name, -1) < count]
    return "fewer than before: " + "; ".join(gone) if gone else ""


def changed(before: str, after: str) -> Fault:
    """Sampled objects must read back with the same hash."""
    one, two = hashes(before), hashes(after)
    bad = [path for path, value in one.items() if value == "unreadable" or two.get(path) != value]
    if not one:
        return "no object was sampled before: nothing to compare with"
    return f"{len(bad)} of {len(one)} sampled objects differ or cannot be read" if bad else ""
