"""One line of cmd.exe, its variables already in it, as a tree of what is to be done. Pure.

The body of `if` and `for` reaches to the end of its group, `&` included, as in the real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Test = Callable[[Callable[[str], bool]], bool]
"""What an `if` asks, given a way to ask whether a path exists."""


@dataclass(slots=True)
class Simple:
    """One command with its redirections: [(handle, operator, target)]."""

    text: str
    redirects: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """`op` is &, &&, ||, |, group, if, for or simple."""

    op: str
    parts: list[Node] = field(default_factory=list)
    simple: Simple | None = None
    test: Test | None = None
    count: int = 0
    redirects: list[tuple[str, str, str]] = field(default_factory=list)


def read(line: str) -> Node | str:
    """The tree, or the text from which on the line makes no sense. ValueError for what this reader does not know."""
    reader = _Reader(line)
    tree = reader.sequence()
    return tree if reader.at >= len(line) else line[reader.at:]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t,;=":
            self.at += 1

    def _next(self, word: str) -> bool:
        """Eat an operator or a word."""
        self._skip()
        if self.text[self.at:self.at + len(word)].lower() != word:
            return False
        if word.isalpha() and self.text[self.at + len(word):self.at + len(word) + 1].isalnum():
            return False
        self.at += len(word)
        return True

    def _operator(self, word: str) -> bool:
        self._skip()
        other = {"&": "&&", "|": "||"}.get(word, "\0")
        return not self.text.startswith(other, self.at) and self._next(word)

    def sequence(self) -> Node:
        return self._chain("&", lambda: self._chain("||", lambda: self._chain("&&", lambda: self._chain(
            "|", self._command))))

    def _chain(self, op: str, below: Callable[[], Node]) -> Node:
        parts = [below()]
        while self._operator(op):
            parts.append(below())
        return parts[0] if len(parts) == 1 else Node(op, parts)

    def _command(self) -> Node:
        while self._next("@"):
            pass
        if self._next("if"):
            return self._if()
        if self._next("for"):
            return self._for()
        if self._next("("):
            return self._group()
        return Node("simple", simple=self._simple())

    def _group(self) -> Node:
        inner = self.sequence()
        if not self._next(")"):
            raise ValueError("a group without its end")
        tail = Simple("")
        while self.at < len(self.text) and re.match(r"\s*[0-2]?[<>]", self.text[self.at:]):
            self._skip()
            self._redirect(tail)
        return Node("group", [inner], redirects=tail.redirects)

    def _if(self) -> Node:
        ignore = self._next("/i")
        negate = self._next("not")
        if self._next("exist"):
            path = self._word()
            asked: Test = lambda exists: exists(path)  # noqa: E731
        else:
            self._skip()
            match = re.match(r'("[^"]*"|[^\s=]+)\s*==\s*("[^"]*"|\S+)', self.text[self.at:])
            if match is None:
                raise ValueError("no comparison")
            self.at += match.end()
            one, two = match[1], match[2]
            same = one.lower() == two.lower() if ignore else one == two
            asked = lambda exists: same  # noqa: E731
        parts = [self._body()]
        if self._next("else"):
            parts.append(self._body())
        return Node("if", parts, test=(lambda exists: not asked(exists)) if negate else asked)

    def _body(self) -> Node:
        """A group, and `else` may follow; else everything up to the end of the group around."""
        self._skip()
        start = self.at
        if self._next("("):
            group = self._group()
            self._skip()
            if not self.text[self.at:] or self.text[self.at] == ")" or self.text[self.at:self.at + 4].lower() == "else":
                return group
            self.at = start
        return self.sequence()

    def _for(self) -> Node:
        match = re.match(r"\s*/l\s+%%?\w\s+in\s*\((-?\d+),(-?\d+),(-?\d+)\)\s*do\s", self.text[self.at:], re.IGNORECASE)
        if match is None:
            raise ValueError("only for /l is known")
        self.at += match.end()
        first, step, last = int(match[1]), int(match[2]), int(match[3])
        return Node("for", [self.sequence()], count=len(range(first, last + 1, step)))

    def _word(self) -> str:
        self._skip()
        match = re.match(r'"[^"]*"|[^\s&|()<>]+', self.text[self.at:])
        self.at += match.end() if match else 0
        return match[0] if match else ""

    def _simple(self) -> Simple:
        out, quoted = Simple(""), False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == '"':
                quoted = not quoted
            elif not quoted and char == "^":
                self.at += 1
                char = self.text[self.at:self.at + 1]
            elif not quoted and char in "&|)":
                break
            elif not quoted and char in "<>":
                self._redirect(out)
                continue
            out.text, self.at = out.text + char, self.at + 1
        return out

    def _redirect(self, out: Simple) -> None:
        handle = ""
        if re.search(r"(?:^|\s)[0-2]$", out.text):
            handle, out.text = out.text[-1], out.text[:-1]
        elif self.text[self.at].isdigit():
            handle, self.at = self.text[self.at], self.at + 1
        op = ">>" if self.text.startswith(">>", self.at) else self.text[self.at]
        self.at += len(op)
        if self.text.startswith("&1", self.at):
            self.at += 2
            return
        out.redirects.append((handle or ("0" if op == "<" else "1"), op, self._word().strip('"')))
