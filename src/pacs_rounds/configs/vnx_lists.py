"""The lists of a block array: what each line is about, and whether a text is a list at all. Pure."""

from __future__ import annotations

import re

from pacs_rounds.model import ParseError

# What begins a thing of a list; the second pattern is of parts of such a thing.
_THING = re.compile(r"(?:Storage Group Name|RaidGroup ID|Pool Name|SP Name|Storage Processor\s*:|LOGICAL UNIT NUMBER|"
                    r"Name of the software package|SP [AB]\Z)")
_PART = re.compile(r"(?:HBA/SP Pairs|HL[UB]/\w+ Pairs|Tier Name|Virtual Port ID|SP Port ID|Port ID)\s*:")


def headings(lines: list[str]) -> list[tuple[str, ...]]:
    """The headings above each line: the thing and, below it, the part of it. A LUN's own Pool Name is none."""
    found: list[tuple[str, ...]] = []
    above: tuple[str, ...] = ()
    for line in lines:
        bare = " ".join(line.split())
        inside = above[:1]
        if _THING.match(line) and not (inside and inside[0].startswith("LOGICAL") and line.startswith("Pool Name")):
            above = (bare,)
            found.append(())
        elif inside and _PART.match(line):
            above = (*inside, bare)
            found.append(inside)
        elif line.startswith("Shareable"):  # the table before it has no end of its own
            found.append(inside)
        else:
            found.append(above)
    return found


def read(text: str) -> None:
    """ParseError unless most lines are `name: value` or part of a table, and none is cut in the middle."""
    lines = [line for line in text.split("\n") if line.strip()]
    told = sum(1 for line in lines if ":" in line or re.search(r"\S {2,}\S|\t", line) or line.startswith((" ", "\t")))
    if len(lines) > 2 and told < len(lines) / 3:  # a word or a sentence is a whole answer: "medium"
        raise ParseError("neither names with values nor a table")
