"""Which command a line means: IOS abbreviations, and the three complaints with the caret in its right column. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self


class Complaint(Exception):  # noqa: N818  (what the device answers, not a fault of the program)
    """A line the parser refuses; `text` is what the terminal shows."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text.strip())

    @classmethod
    def invalid(cls, column: int) -> Self:
        """The caret stands under the first character that fits no command, counted from the prompt's first one."""
        return cls(" " * column + "^\n% Invalid input detected at '^' marker.\n\n")

    @classmethod
    def ambiguous(cls, line: str) -> Self:
        """Several keywords begin with the word."""
        return cls(f'% Ambiguous command:  "{line}"\n')

    @classmethod
    def incomplete(cls, words: list[str]) -> Self:
        """A keyword or argument is missing."""
        if len(words) == 1:
            return cls(f'% Type "{words[0]} ?" for a list of subcommands\n')
        return cls("% Incomplete command.\n\n")


@dataclass(slots=True)
class Node:
    """One place in the tree of commands: keywords, at most one free argument, and the command that ends here."""

    keywords: dict[str, Node] = field(default_factory=dict)
    argument: Node | None = None
    pattern: re.Pattern[str] | None = None
    command: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A command by its full name, and the free argument."""

    command: str
    argument: str = ""


INTERFACE = re.compile(r"[A-Za-z][A-Za-z-]*\s?\d+(?:/\d+)*")
"""`<interface>`: a type, abbreviated or not, an optional blank, slot and port."""
NUMBER = re.compile(r"\d+")
REST = re.compile(r"\S.*")
_ARGUMENTS = {"<interface>": INTERFACE, "<number>": NUMBER, "<rest>": REST, "<word>": re.compile(r"\S+")}


def build(commands: list[str]) -> Node:
    """The tree of commands written like `show vlan id <number>`; `[x]` is not known: write both forms."""
    root = Node()
    for written in commands:
        node = root
        for word in written.split():
            if word in _ARGUMENTS:
                node.argument = node.argument or Node()
                node.pattern = _ARGUMENTS[word]
                node = node.argument
            else:
                node = node.keywords.setdefault(word, Node())
        node.command = written.split(" <")[0]
    return root


def _keyword(node: Node, word: str, line: str) -> Node | None:
    exact = node.keywords.get(word)
    if exact is not None:
        return exact
    matches = [name for name in node.keywords if name.startswith(word)]
    if len(matches) > 1:
        raise Complaint.ambiguous(line)
    return node.keywords[matches[0]] if matches else None


def _fits(node: Node, word: str) -> int:
    """How many first characters of the word begin some keyword of this place."""
    for length in range(len(word), 0, -1):
        if any(name.startswith(word[:length]) for name in node.keywords):
            return length
    return 0


def resolve(root: Node, text: str, line: str, prompt_width: int) -> Found:
    """The command that a line (without its modifiers) means. Raises Complaint with the text to show."""
    node, argument, position = root, "", 0
    words: list[str] = []
    while (start := re.compile(r"\s*").match(text, position).end()) < len(text.rstrip()):  # type: ignore[union-attr]
        word = re.compile(r"\S+").match(text, start).group()  # type: ignore[union-attr]
        words.append(word)
        following = _keyword(node, word.lower(), line.strip())
        if following is not None:
            node, position = following, start + len(word)
            continue
        taken = node.pattern.match(text.rstrip(), start) if node.pattern and node.argument else None
        if taken is None or text[taken.end():taken.end() + 1] not in ("", " "):
            raise Complaint.invalid(prompt_width + start + _fits(node, word.lower()))
        node, argument, position = node.argument or Node(), taken.group(), taken.end()
    if not node.command:
        raise Complaint.incomplete(words)
    return Found(node.command, argument)
