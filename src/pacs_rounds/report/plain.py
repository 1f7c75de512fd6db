"""The remedies' HTML (report/runbook.py's closed subset) as lines of text, for places that show no HTML. Pure."""

from __future__ import annotations

from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "li", "tr", "pre", "ol", "ul", "table"})


class _Lines(HTMLParser):
    """Collects lines; list items get their number or a dash, cells of a row a bar between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self.counters: list[int | None] = []
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line."""
        if tag in _BLOCKS:
            self._break()
        if tag in ("ol", "ul"):
            self.counters.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.lines[-1] = self._bullet()
        elif tag == "tr":
            self.cells = 0
        elif tag == "td":
            self.lines[-1] += " | " if self.cells else ""
            self.cells += 1

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag in ("ol", "ul") and self.counters:
            self.counters.pop()
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        """Text; line feeds (in listings) begin lines."""
        first, *rest = data.split("\n")
        self.lines[-1] += first
        self.lines += rest

    def _bullet(self) -> str:
        number = self.counters[-1] if self.counters else None
        if number is None:
            return "– "
        self.counters[-1] = number + 1
        return f"{number + 1}. "

    def _break(self) -> None:
        if self.lines[-1]:
            self.lines.append("")


def lines(html: str) -> list[str]:
    """The text of that HTML, one entry per line, without empty ones."""
    reader = _Lines()
    reader.feed(html)
    reader.close()
    return [line.rstrip() for line in reader.lines if line.strip()]
