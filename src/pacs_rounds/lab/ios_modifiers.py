"""Output modifiers of IOS: `| include`, `| exclude`, `| begin`, `| section`. Pure."""

from __future__ import annotations

import re

from pacs_rounds.lab.ios_grammar import Complaint

KEYWORDS = ("append", "begin", "count", "exclude", "include", "redirect", "section", "tee")
_DONE = ("begin", "exclude", "include", "section")


def _section(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    """Lines that match, each with the indented block under it."""
    kept: list[str] = []
    inside = False
    for line in lines:
        indented = line.startswith(" ")
        if pattern.search(line):
            inside = True
            kept.append(line)
        elif inside and indented:
            kept.append(line)
        else:
            inside = False
    return kept


def apply_modifiers(text: str, modifiers: str, command: str, prompt_width: int) -> str:
    """Filter the text as `modifiers` (what follows the bar) asks. Raises Complaint for what is no modifier."""
    word, _, expression = modifiers.strip().partition(" ")
    column = prompt_width + len(command) + 1 + (len(modifiers) - len(modifiers.lstrip()))
    matches = [name for name in KEYWORDS if word and name.startswith(word.lower())]
    if len(matches) > 1:
        raise Complaint.ambiguous(f"{command}|{modifiers}".strip())
    if not matches or matches[0] not in _DONE:
        raise Complaint.invalid(column) if word else Complaint("% Incomplete command.\n\n")
    if not expression.strip():
        raise Complaint("% Incomplete command.\n\n")
    try:
        pattern = re.compile(expression.strip())
    except re.error:
        raise Complaint("% Failed to compile regular expression.\n\n") from None
    lines = text.removesuffix("\n").split("\n")
    kept = _filter(matches[0], lines, pattern)
    return "".join(f"{line}\n" for line in kept)


def _filter(keyword: str, lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    if keyword == "include":
        return [line for line in lines if pattern.search(line)]
    if keyword == "exclude":
        return [line for line in lines if not pattern.search(line)]
    if keyword == "section":
        return _section(lines, pattern)
    first = next((index for index, line in enumerate(lines) if pattern.search(line)), None)
    return [] if first is None else lines[first:]
