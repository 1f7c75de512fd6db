"""What somebody types in configuration mode, as a switch keeps it. Pure.

Only for rehearsing a restore on a switch of the lab whose `session.may_configure` is true; the account of the rounds
may not even enter the mode. Such a switch has lost what it was delivered with: it prints what was typed, in sections,
and nothing else.
"""

from __future__ import annotations

import re

_BANNER = re.compile(r"^banner \S+ (?P<mark>\^C|\S)")


class Typed:
    """A configuration that grows line by line. `saved` is what stands in NVRAM, None until somebody saves."""

    def __init__(self) -> None:
        self.sections: dict[str, list[str]] = {}
        self.saved: str | None = None
        self._section = ""
        self._banner = ""

    def line(self, text: str) -> None:
        """One line as it is pasted: an indented one belongs to the section above it; `!` is nothing."""
        if self._banner:
            self.sections[self._section].append(text)
            if self._banner in text:
                self._banner = ""
            return
        if not text.strip() or text.strip() == "!":
            return
        if text[0] == " " and self._section:
            rows = self.sections[self._section]
            if text.rstrip() not in rows:
                rows.append(text.rstrip())
            return
        self._section = text.rstrip()
        self.sections.setdefault(self._section, [])
        banner = _BANNER.match(text)
        if banner and text.count(banner["mark"]) < 2:
            self._banner = banner["mark"]

    @property
    def inside_banner(self) -> bool:
        """Whether what comes is text of a banner: there `end` is a word like any other."""
        return bool(self._banner)

    def text(self) -> str:
        """All of it, ended as a switch ends it."""
        lines = []
        for heading, rows in self.sections.items():
            lines += [heading, *rows]
            lines += ["!"] if rows else []
        return "\n".join([*lines, "end", "", ""])
