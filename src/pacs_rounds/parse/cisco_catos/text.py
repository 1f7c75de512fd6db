"""What every CatOS parser does first: cut the session's own lines off, refuse what is no answer."""

from __future__ import annotations

import re
from typing import NoReturn

from pacs_rounds.model import ParseError

_PROMPT = r"[!-~][ -~]{0,62}?(?:>[ \t]?(?:\(enable\))?|[ \t]\(enable\))"
_SESSION = re.compile(rf"^(?:{_PROMPT}[ \t]*)?(?:sho?w?[ \t]+\S.*)$|^{_PROMPT}[ \t]*$", re.IGNORECASE)
_REFUSAL = re.compile(r"^(?:(?:Unknown|Ambiguous|Incomplete) command|Invalid |Usage: |Permission denied|Sorry\b|"
                      r"Access denied|(?:Command )?authorization failed|% ?\w)", re.IGNORECASE)
_LONGEST = 1000


def fail(what: str, line: str = "") -> NoReturn:
    """Raise ParseError with one line: what was met, and the line it was met in."""
    raise ParseError(f"{what}: {line.strip()[:120]!r}" if line else what)


def lines_of(text: str) -> list[str]:
    """The answer's lines without echo and prompt, trailing blanks off. ParseError for what is no answer."""
    if "--More--" in text:
        fail("pager residue (--More--): the answer was cut into pages")
    if re.search(r"[\x00-\x08\x0b-\x0c\x0e-\x1f]", text):
        fail("control characters in the answer")
    lines = [line.rstrip() for line in text.splitlines()]
    if any(len(line) > _LONGEST for line in lines):
        fail(f"a line of more than {_LONGEST} characters: no answer of a switch")
    while lines and (not lines[0] or _SESSION.match(lines[0].strip())):
        lines.pop(0)
    while lines and (not lines[-1] or _SESSION.match(lines[-1].strip())):
        lines.pop()
    for line in lines[:3]:
        if _REFUSAL.match(line.strip()):
            fail("the switch refused the command", line)
    if not lines:
        fail("no text besides prompt and echo")
    return lines
