"""An IOS configuration read back into sections. Pure.

hier-config says what a section is, and has the last word (but for banners, which it ends at a lone `!`). It looks at
each line with patterns and makes an object of a dozen fields of it, which was half of a first copy; so most texts are
read here, in one pass, into the same tree. Whatever this reading cannot vouch for is given to hier-config.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds.configs.sections import banners, indented, macros, orphans, tree
from pacs_rounds.model import ParseError

# The lines that hier-config leaves out, and what they begin with: nothing else is searched for them.
_LEFT_OUT = re.compile(
    r"Building configuration|Current configuration|ntp clock-period |version| logging event (?:subif-)?link-status$"
    r"|\s*ipv6 unreachables disable$|end$| no ip address$|crypto key generate rsa general-keys"
    r"| exit-(?:peer-policy|peer-session|address-family)$")
_DOUBTFUL = {"Building", "Current", "ntp", "logging", "ipv6", "end", "no", "crypto"}
_ODD = ("\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
"""Where one of these stands, it is a question what a line is."""
_VLANS = re.compile(r"vlan (?P<list>\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)\Z")


@dataclass(slots=True)
class Node:
    """One command and what stands below it, in order."""

    text: str
    children: list[Node] = field(default_factory=list)

    def all_children(self) -> Iterator[Node]:
        """Everything below, each command before what is below it."""
        for child in self.children:
            yield child
            yield from child.all_children()


def ios_tree(text: str) -> Any:
    """The tree of an IOS configuration: something with `children` that have `text`, `children` and `all_children()`;
    ParseError when it does not read back."""
    return _plain(text) or _asked(text)


def _plain(text: str) -> Node | None:
    """The tree, in one pass over the lines; None where anything is not as usual."""
    lines = text.split("\n")
    found = banners(lines)
    prose = dict(found)
    skipped = macros(lines).union(*(range(first + 1, last + 1) for first, last in found))
    if any(mark in text for mark in _ODD) or not all(lines[first].startswith("banner ") for first in prose):
        return None
    root = Node("")
    # What is open above a line: its indentation, its node (None for one that stands there already), what is below it.
    above: list[tuple[int, Node | None, dict[str, str]]] = [(-1, root, {})]
    commented, gone = True, 1000
    for number, line in enumerate(lines):
        words = line.split()
        if not words or number in skipped:
            continue
        if words[0][0] in "!#":
            commented = commented or line[0] not in " \t"
            continue
        depth = len(line) - len(line.lstrip(" \t"))
        said = " ".join(words)
        if (depth and commented) or depth > gone or (depth == 0 and words[0] == "banner" and number not in prose):
            return None  # below a comment or a line that is left out: what it belongs to may be lost
        commented, gone = False, 1000
        if number in prose:
            said = "\n".join(one for one in lines[number:prose[number] + 1] if one != "!")
        elif words[0] in _DOUBTFUL or words[0].startswith(("version", "exit")):
            if _LEFT_OUT.match(" " * depth + said):
                if next(one for at, one, _ in reversed(above) if at < depth) is None:
                    return None
                gone = depth
                continue
            if words[0].startswith("exit") or (depth == 1 and said.startswith("no ip address ")):
                return None
        while above[-1][0] >= depth:
            above.pop()
        _, parent, names = above[-1]
        if parent is None:
            return None  # a section that stands twice
        bare = line.strip()
        if names.setdefault(said, bare) != bare:
            return None
        node = None
        if len(names) > len(parent.children):
            node = Node(said)
            parent.children.append(node)
        above.append((depth, node, {}))
    return _as_hier_config(root)


def _as_hier_config(root: Node) -> Node | None:
    """What hier-config does with a tree it has read: entries of access lists numbered, remarks dropped, lists of VLANs
    as one VLAN each."""
    for child in root.children:
        if not child.text.startswith("ip"):
            continue
        if child.text.startswith("ipv6 access-list "):
            for entry in child.children:
                if entry.text.startswith("sequence"):
                    entry.text = " ".join(entry.text.split()[2:])
        if child.text.startswith("ip access-list "):
            child.children = [entry for entry in child.children if not entry.text.startswith("remark")]
        if child.text.startswith("ip access-list"):
            entries = [entry for entry in child.children if entry.text.startswith(("permit", "deny"))]
            for number, entry in enumerate(entries, start=1):
                entry.text = f"{10 * number} {entry.text}"
    lists = [child for child in root.children if child.text.startswith("vlan ") and not child.children
             and set(child.text) & set(",-") and child.text[5:6].isdigit()]
    for child in lists:
        match = _VLANS.match(child.text)
        if match is None:
            return None
        ends = [[int(end) for end in part.split("-")] for part in match["list"].split(",")]
        if any(one[0] >= one[-1] and len(one) > 1 for one in ends) or max(map(max, ends)) > 4095:
            return None
        there = {one.text for one in root.children}
        names = dict.fromkeys(f"vlan {number}" for one in ends for number in range(one[0], one[-1] + 1))
        root.children += [Node(name) for name in names if name not in there]
        root.children = [one for one in root.children if one is not child]
    return root


def _asked(text: str) -> Any:
    """hier-config's tree. The library refuses a command that stands twice in one section, which IOS does with remarks:
    only the first is given to it. A heading that stands twice is still refused: a switch never prints that."""
    from hier_config import get_hconfig

    lines = text.split("\n")
    inside = macros(lines)
    kept: list[str] = []
    seen: set[tuple[tuple[str, ...], str]] = set()
    parsed = indented(lines)
    for number, line in enumerate(parsed):
        if number in inside:
            continue
        place = (line.parents, line.text.strip())
        below = next((one for one in parsed[number + 1:number + 4] if one.kind == "command"), None)
        heading = below is not None and below.parents == (*line.parents, place[1])
        if line.kind == "command" and not heading and place in seen:
            continue
        seen.add(place)
        kept.append(line.text)
    try:
        return get_hconfig(_driver(), "\n".join(kept))
    except Exception as error:  # whatever the library finds wrong with it: it does not read back
        raise ParseError(f"does not read back into sections: {str(error).splitlines()[0][:120]}") from None


def _driver() -> Any:
    """hier-config's driver for IOS with the lines it leaves out as few patterns: it tries each of them on every line.
    Patterns that follow each other and take a whole line are one: one after the other or at once is the same."""
    from hier_config import Platform, get_hconfig_driver
    from hier_config.models import PerLineSubRule

    def whole(rule: PerLineSubRule) -> bool:
        return not rule.replace and rule.search.startswith("^") and rule.search.endswith(("$", ".*"))

    driver = get_hconfig_driver(Platform.CISCO_IOS)
    few: list[PerLineSubRule] = []
    for together, run in itertools.groupby(driver.rules.per_line_sub, whole):
        rules = list(run)
        every = "|".join(f"(?:{one.search})" for one in rules)
        few += [PerLineSubRule(search=every, replace="")] if together else rules
    driver.rules.per_line_sub[:] = few
    return driver


def read_ios(text: str) -> None:
    """ParseError unless the text reads back as a tree of commands."""
    _read_ios(re.sub(r"(?m)^ntp clock-period .*\n", "", text[text.find("\nversion ") + 1:]))


@functools.lru_cache(maxsize=2)
def _read_ios(text: str) -> None:
    """Without what counts bytes and changes before the version, running and startup are mostly one text: read once."""
    root = _plain(text)
    if root is None or any(f"\n{text}".count(f"\n{word} ") > 1 for word in ("version", "hostname")):
        _doubted(text)
    elif len(root.children) < 5:
        raise ParseError("fewer than five commands at the top: no whole configuration")


def _doubted(text: str) -> None:
    lines = tree("cisco_ios", text)
    lost = orphans(lines)
    if len(lost) > 3:
        raise ParseError(f"{len(lost)} indented lines without a heading above them")
    if sum(1 for _ in _asked(text).children) < 5:
        raise ParseError("fewer than five commands at the top: no whole configuration")
    for first in ("version ", "hostname "):
        said = [line.text for line in lines if line.kind == "command" and line.text.startswith(first)]
        if len(said) > 1:
            raise ParseError(f"{first.strip()} stands twice: two texts run into each other")


