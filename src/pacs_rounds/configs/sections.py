"""A configuration's lines with the sections they stand in. Pure.

What reads back as sections is a configuration; the same tree gives diffs their context and tells banners, which are
prose, from commands.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass

from pacs_rounds.configs import imm_lists, vnx_lists
from pacs_rounds.model import ParseError

LONGEST_BANNER = 200
"""Lines. A banner without an end within these is none: what follows must not be taken for prose."""
# banner login ^C … ^C; the delimiter is printed as ^C whatever was typed, older images print it as it was
_BANNER = re.compile(r"^(?:banner (?:motd|login|exec|incoming|prompt-timeout|slip-ppp|config-save)|"
                     r"set banner (?:motd|lcd|telnet)|menu \S{1,40} (?:title|prompt)|"
                     r"aaa authentication (?:banner|fail-message)) (?P<delimiter>\^C|\x03|[^\w\s])")
BANNER_WORDS = ("banner ", "set banner ", "menu ", "aaa authentication banner ", "aaa authentication fail-message ")
_CERTIFICATE = re.compile(r"^\s+certificate (?:self-signed |ca |rollover )?[0-9A-F]+\s*$")
_HEX = re.compile(r"^\s+(?:[0-9A-F]{1,8}\s?)+$")
_LISTS = {"emc_vnx": vnx_lists.headings, "ibm_imm": imm_lists.headings}
_FOS_SECTION = re.compile(r"^\[(?P<name>[^\]]{1,80})\]$")
_FOS_BOUND = re.compile(r"^(?P<what>.{1,60}?) (?P<edge>Begin|End)(?: ?: ?(?P<number>\d+))?$")
_FOS_PAIR = re.compile(r"^[\w .()/{}\\$^,&#%*-]{1,200}?\s*[:=]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text without the line feed, the headings above it, and what it is: command | prose | comment."""

    text: str
    parents: tuple[str, ...] = ()
    kind: str = "command"


def banners(lines: list[str]) -> list[tuple[int, int]]:
    """The banners of an IOS or CatOS configuration: first and last line (0-based, the last one included)."""
    found: list[tuple[int, int]] = []
    for number in [number for number, line in enumerate(lines) if line.startswith(BANNER_WORDS)]:
        match = _BANNER.match(lines[number])
        if match and (not found or number > found[-1][1]) and (last := _banner_end(lines, number, match)) is not None:
            found.append((number, last))
    return found


def _banner_end(lines: list[str], first: int, match: re.Match[str]) -> int | None:
    delimiter = match["delimiter"]
    if delimiter in lines[first][match.end():]:
        return first
    for number in range(first + 1, min(first + LONGEST_BANNER, len(lines))):
        if delimiter in lines[number]:
            return number
    return None


def macros(lines: list[str]) -> set[int]:
    """The lines inside `macro name X` up to `@`: commands for another time, in no section."""
    inside: set[int] = set()
    for number in [number for number, line in enumerate(lines) if line.startswith("macro name ")]:
        if number not in inside and "@" in lines[number:number + LONGEST_BANNER]:
            inside.update(range(number + 1, lines.index("@", number) + 1))
    return inside


def tree(platform: str, text: str) -> list[Line]:
    """Every line with its parents: by indentation for IOS, by [section] for Fabric OS, by what it is about for lists of
    the array and of controllers, flat for anything else."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    if platform in {"cisco_ios", "cisco_catos"}:
        return indented(lines)
    if platform == "brocade_fos":
        return _bracketed(lines)
    if platform in _LISTS:
        return [Line(line, parents, "command" if line.strip() else "comment")
                for line, parents in zip(lines, _LISTS[platform](lines), strict=True)]
    return [Line(line) for line in lines]


def indented(lines: list[str]) -> list[Line]:
    prose = {number for first, last in banners(lines) for number in range(first + 1, last + 1)} | macros(lines)
    found: list[Line] = []
    above: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if number in prose:
            found.append(Line(line, tuple(text for _, text in above), "prose"))
            continue
        if not bare or bare.startswith(("!", "#")):
            if bare and not line[0].isspace():
                above = []
            found.append(Line(line, tuple(text for _, text in above), "comment"))
            continue
        depth = len(line) - len(line.lstrip(" \t"))
        while above and above[-1][0] >= depth:
            above.pop()
        found.append(Line(line, tuple(text for _, text in above)))
        above.append((depth, bare))
    return found


def _bracketed(lines: list[str]) -> list[Line]:
    found: list[Line] = []
    section: tuple[str, ...] = ()
    for line in lines:
        bare = line.strip()
        if _FOS_SECTION.match(bare):
            section = ()
            found.append(Line(line))
            section = (bare,)
        else:
            found.append(Line(line, section, "command" if bare else "comment"))
    return found


def orphans(lines: list[Line]) -> list[str]:
    """Indented commands of an IOS configuration below nothing: what they belong to was lost."""
    return [line.text for line in lines if line.kind == "command" and line.text[:1].isspace() and not line.parents
            and not _HEX.match(line.text)]


@functools.lru_cache(maxsize=4)  # the gate and whoever notes what passed it ask for the same text
def weight(text: str) -> int:
    """How many lines count for a text's size: neither blank, nor a separator, nor a certificate's body."""
    return sum(1 for line in text.split("\n")
               if (bare := line.strip()) and bare not in {"!", "#"} and (line[0] == bare[0] or not (
                   _HEX.match(line) or bare.startswith("<redacted:ios_certificate")))
               and not line.startswith("<redacted:ios_certificate"))


def read_catos(text: str) -> None:
    """ParseError for a line that is neither a comment nor a command of CatOS nor part of a banner. What the switch
    says before its `begin` is not looked at."""
    begun = False
    for number, line in enumerate(tree("cisco_catos", text), start=1):
        bare = line.text.strip()
        begun = begun or bare == "begin"
        if begun and line.kind == "command" and bare and not re.match(
                r"(?:set|clear|commit|reload|begin|end|switch|session|copy|write|enable|disable)\b", bare):
            raise ParseError(f"line {number} is no command")


def read_fos(text: str) -> dict[str, int]:
    """The sections of a configshow or uploaded configuration and their numbers of lines; "" where it has none.

    Raises ParseError unless the end of its own form is there: [Switch Configuration End : n], [End], or, without
    sections, the last of its sorted names.
    """
    found: dict[str, int] = {}
    name, pairs, keys = "", 0, []
    opened: list[str] = []
    switches = 0
    last = ""
    for line in (line.strip() for line in text.split("\n")):
        if not line:
            continue
        last = line
        section = _FOS_SECTION.match(line)
        if section is None:
            found[name] = found.get(name, 0) + 1
            if _FOS_PAIR.match(line):
                pairs += 1
                keys.append(re.split(r"\s*[:=]", line, maxsplit=1)[0])
            continue
        name = section["name"].strip()
        found.setdefault(name, 0)
        bound = _FOS_BOUND.match(name)
        if bound and bound["edge"] == "Begin":
            opened.append(_label(bound))
            switches += "switch" in bound["what"].lower()
        elif bound and (not opened or opened.pop() != _label(bound)):
            raise ParseError(f"[{name}] without its beginning")
    if not pairs:
        raise ParseError("no line name:value: no configuration of Fabric OS")
    if opened:
        raise ParseError(f"cut off: [{opened[-1]}] was begun and never ended")
    if set(found) == {""}:
        _sorted_names(keys)
    elif not switches and name.lower() != "end":
        raise ParseError(f"cut off: the last section is [{name}], not [End]")
    elif switches and not re.search(r"\bEnd\b", last):
        raise ParseError("cut off: it does not end with the end of a section")
    return found


def _label(bound: re.Match[str]) -> str:
    return " ".join(part for part in (bound["what"], bound["number"]) if part)


# configshow of Fabric OS 5 without sections prints its names in order; what comes after `s` must be there.
_TAIL = re.compile(r"^(?:switch|sys|tcp|thresh|trace|trunk|ts|user|vc|wan|web|wwn|zon)", re.IGNORECASE)


def _sorted_names(keys: list[str]) -> None:
    pairs = list(itertools.pairwise(keys))
    in_order = sum(1 for one, other in pairs if one.lower() <= other.lower())
    if len(keys) < 10:
        raise ParseError(f"only {len(keys)} settings and no section: no whole configuration")
    if in_order < len(pairs) * 0.8:
        raise ParseError("neither sections nor names in order: not the form of configshow")
    if not any(_TAIL.match(key) for key in keys[-5:]):
        raise ParseError(f"cut off: its names end at {keys[-1][:60]!r}, before those of switch, system and zoning")


def read_linux(text: str) -> None:
    """ParseError for XML whose root is not closed, and for a binary file."""
    if "\0" in text:
        raise ParseError("a binary file")
    root = re.search(r"<(?P<name>[A-Za-z][\w:.-]*)[\s>/]", re.sub(r"<[?!].*?>", "", text[:4000], flags=re.DOTALL))
    if text.lstrip().startswith("<") and root:
        name = re.escape(root["name"])
        if not re.search(rf"</{name}\s*>\s*\Z|\A\s*(?:<[?!][^>]*>\s*)*<{name}[^<>]*/>\s*\Z", text):
            raise ParseError(f"cut off: <{root['name']}> is never closed")
