"""The completeness gate: whether a text may stand as a device's configuration. Pure; the rules are data/<platform>.yml.

An answer is not a configuration because the session ended well: `configshow: command not found` does too. What is
refused here goes to quarantine and the last good copy stays.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from pacs_rounds import parse
from pacs_rounds.configs import sections, vnx_lists
from pacs_rounds.configs.ios_tree import read_ios
from pacs_rounds.configs.rules import Document, document
from pacs_rounds.configs.sections import weight
from pacs_rounds.model import ParseError
from pacs_rounds.redact.lines import Finder
from pacs_rounds.transports import naviseccli_words

REASONS = ("empty", "cli_error", "pager_residue", "no_beginning", "no_end", "not_parsed", "too_short", "shrunk",
           "unknown_document", "absent")
SHRUNK = 0.5
"""A text of less than this part of the last good one is doubted."""
SMALL = 20
"""Lines: below these a text may halve without anybody wondering."""
OWN_COUNT = 0.9
"""How much of the bytes that a text says it has must be there; line ends are counted differently by image."""
_PAGER = re.compile(r"--\s?More\s?--|<-+ More -+>|\x08|\x1b|Press any key to continue|Type <CR> |Press <SPACE> ",
                    re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x02\x04-\x07\x0b\x0c\x0e-\x1f\x7f]")
_READERS = {
    "ios_tree": read_ios, "catos": sections.read_catos, "fos_config": sections.read_fos,
    "vnx_list": vnx_lists.read, "linux_file": sections.read_linux,
}
__all__ = ["REASONS", "Verdict", "judge", "weight"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text passed. `reason` is one of REASONS, empty when it did; `detail` says what was met where. It quotes
    little: what was cut in the middle of a line is a secret that no rule knows any more."""

    accepted: bool
    reason: str = ""
    detail: str = ""


def judge(platform: str, name: str, text: str, weight_before: int | None = None) -> Verdict:
    """Whether the text is that document. `weight_before` is `weight` of the last good copy, where there is one."""
    rules = document(platform, name)
    if rules is None:
        return Verdict(False, "unknown_document", f"nothing says what {name} of {platform} looks like")
    text = text.replace("\r\n", "\n")
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return Verdict(False, "empty", "not one line")
    for check in (_absent, _complaint, _residue, _edges, _read_back):
        verdict = check(rules, text, lines)
        if verdict is not None:
            return verdict
    now = weight(text)
    if weight_before is not None and weight_before >= SMALL and now < weight_before * SHRUNK:
        return Verdict(False, "shrunk", f"{now} lines, and the last good copy had {weight_before}")
    return Verdict(True)


def _absent(rules: Document, text: str, lines: list[str]) -> Verdict | None:
    said = rules.absent.match(lines[0].strip()) if rules.absent else None
    return Verdict(False, "absent", lines[0].strip()[:120]) if said else None


def _complaint(rules: Document, text: str, lines: list[str]) -> Verdict | None:
    if rules.platform == "emc_vnx" and (said := naviseccli_words.complaint(text)):
        return Verdict(False, "cli_error", said.detail)
    match = _first(rules.errors, text)
    if match:
        number = text.count("\n", 0, match.start()) + 1
        line = text[match.start():].lstrip("\n").split("\n", 1)[0]
        return Verdict(False, "cli_error", f"line {number}: {line.strip()[:120]}")
    return None


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    """What the first of the patterns that fits anything fits first."""
    return next((match for _, match in _finder(patterns).matches(text)), None)


@functools.cache
def _finder(patterns: tuple[re.Pattern[str], ...]) -> Finder:
    return Finder(patterns)


def _residue(rules: Document, text: str, lines: list[str]) -> Verdict | None:
    match = _first((_PAGER,), text) or _CONTROL.search(text)
    if match:
        number = text.count("\n", 0, match.start()) + 1
        return Verdict(False, "pager_residue", f"line {number}: {match[0][:30]!r}")
    named = (re.match(r"(?:hostname|switchname) (\S{1,64})", line) for line in lines
             if line.startswith(("hostname ", "switchname ")))
    host = next(filter(None, named), None)
    if host and any(line.startswith(host[1]) for line in lines):
        prompt = re.search(rf"^{re.escape(host[1])}(?:\([\w-]+\))?[>#]", text, re.MULTILINE)
        if prompt:
            number = text.count("\n", 0, prompt.start()) + 1
            return Verdict(False, "pager_residue", f"line {number}: the prompt {prompt[0][:60]!r}")
    return None


def _edges(rules: Document, text: str, lines: list[str]) -> Verdict | None:
    commands = [line for line in lines if not line.startswith(("!", "#"))]
    if rules.begin and not any(rules.begin.search(line.strip()) for line in commands[:rules.within]):
        return Verdict(False, "no_beginning", f"none of its first lines is like {rules.begin.pattern[:60]}")
    if rules.end and not rules.end.search(lines[-1].rstrip()):
        return Verdict(False, "no_end", f"line {len(lines)}, its last, begins with {lines[-1].split()[0][:20]!r}")
    for must in rules.must:
        if not must.search(text):
            return Verdict(False, "not_parsed", f"no line like {must.pattern[:60]}")
    counted = rules.own_count.search(text) if rules.own_count else None
    if counted and "Uncompressed configuration" not in text:
        there, said = len(text[counted.end():].encode("utf-8", "surrogateescape")), int(counted["bytes"])
        if there < said * OWN_COUNT:
            return Verdict(False, "too_short", f"it says it has {said} bytes, and {there} are there")
    if weight(text) < rules.least_lines:
        return Verdict(False, "too_short", f"{weight(text)} lines, where {rules.least_lines} are the least")
    return None


def _read_back(rules: Document, text: str, lines: list[str]) -> Verdict | None:
    try:
        if rules.reader.startswith("parser:"):
            parse.parse(rules.reader.removeprefix("parser:"), text)
        elif reader := _READERS.get(rules.reader):
            reader(text)
    except ParseError as error:
        said = str(error).splitlines()[0][:200]
        return Verdict(False, "no_end" if said.startswith("cut off") else "not_parsed", said)
    return None
