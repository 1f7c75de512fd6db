"""Runbooks as text inside the report: title, what it means, the steps. A small, closed subset of Markdown.

Runbooks are the project's own text, yet everything is escaped; what the subset does not know stays as written.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pacs_rounds import paths

_PATH = re.compile(r"docs/runbooks/[a-z0-9-]+\.md\Z")
_STEPS = re.compile(r"what to (do|look)|look at first|first|steps|do\b|处理|步骤|先看|怎么做", re.IGNORECASE)
_NOT_STEPS = re.compile(r"\bnot\b|不要|切勿|escalat|升级", re.IGNORECASE)
_RULE = re.compile(r"[|:\s-]+")
_ITEM = re.compile(r"\s*(?:([-*])|(\d+)[.)])\s+(.*)")


@dataclass(frozen=True, slots=True)
class Runbook:
    """`foreign`: the reader's language has no own text, this is the English one; `brief`: only the steps in short."""

    path: str
    title: str
    meaning: Markup
    steps: Markup
    foreign: bool
    brief: bool = False


@functools.lru_cache(maxsize=512)
def read(path: str, lang: str, root: Path = paths.ROOT) -> Runbook | None:
    """The runbook a check names, `<name>.zh.md` before `<name>.md` for Chinese readers; None when there is none."""
    if not _PATH.match(path):
        return None
    own = root / f"{path[:-3]}.{lang}.md"
    chosen = own if own.is_file() else root / path
    try:
        text = chosen.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    title, sections = _sections(text)
    if len(sections) > 1:
        sections = sections[1:]  # what stands before the first section lists the checks the runbook serves
    steps = [(name, body) for name, body in sections if _STEPS.search(name) and not _NOT_STEPS.search(name)]
    if not steps:
        steps = sections[1:] or sections
    return Runbook(
        path, title or path, blocks(_first_paragraph(sections)), Markup("").join(
            Markup('<p class="step-head">{}</p>{}').format(name, blocks(body)) for name, body in steps),
        foreign=lang != "en" and chosen is not own)


def brief(path: str, title: str, steps: list[str]) -> Runbook:
    """The few steps that the reader's language has of a runbook written in English."""
    items = Markup("").join(Markup("<li>{}</li>").format(step) for step in steps)
    return Runbook(path, title, Markup(), Markup("<ol>{}</ol>").format(items), foreign=False, brief=True)


def _sections(text: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """The title and the `##` sections; what stands before the first of them has the name ""."""
    title, sections, fenced = "", [("", list[str]())], False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        if not fenced and line.startswith("# ") and not title:
            title = line[2:].strip()
        elif not fenced and line.startswith("## "):
            sections.append((line[3:].strip(), []))
        else:
            sections[-1][1].append(line)
    return title, sections


def _first_paragraph(sections: list[tuple[str, list[str]]]) -> list[str]:
    for _, body in sections:
        words: list[str] = []
        for line in body:
            if line.strip():
                words.append(line)
            elif words:
                break
        if words:
            return words
    return []


def _inline(text: str) -> Markup:
    """Code spans and bold; everything else escaped as it stands."""
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    shown = [Markup("<code>{}</code>").format(part[1:-1]) if part.startswith("`") and len(part) > 1
             else Markup("<b>{}</b>").format(part[2:-2]) if part.startswith("**") and len(part) > 3
             else escape(part) for part in parts]
    return Markup("").join(shown)


def _table(rows: list[str]) -> Markup:
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    shown = [Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(_inline(cell)) for cell in row))
             for row in cells]
    return Markup("<table>{}</table>").format(Markup("").join(shown))


class _Blocks:
    """What has been read so far: finished blocks, and the paragraph, list, table or code that is being read."""

    def __init__(self) -> None:
        self.done: list[Markup] = []
        self.kind = ""
        self.lines: list[str] = []

    def close(self) -> None:
        """Finish the block at hand."""
        if self.kind == "p":
            self.done.append(Markup("<p>{}</p>").format(_inline(" ".join(self.lines))))
        elif self.kind == "table":
            self.done.append(_table(self.lines))
        elif self.kind == "pre":
            self.done.append(Markup("<pre>{}</pre>").format("\n".join(self.lines)))
        elif self.kind:
            items = Markup("").join(Markup("<li>{}</li>").format(_inline(item)) for item in self.lines)
            self.done.append((Markup("<ul>{}</ul>") if self.kind == "ul" else Markup("<ol>{}</ol>")).format(items))
        self.kind, self.lines = "", []

    def add(self, kind: str, line: str) -> None:
        """One more line of a block of that kind; another kind ends the one before."""
        if kind != self.kind:
            self.close()
        self.kind = kind
        self.lines.append(line)

    def read(self, line: str) -> None:
        """One line outside of code."""
        item = _ITEM.match(line)
        if line.startswith("|"):
            if not _RULE.fullmatch(line.strip()):
                self.add("table", line)
        elif item:
            self.add("ul" if item[1] else "ol", item[3])
        elif not line.strip():
            if self.kind not in ("ul", "ol"):
                self.close()
        elif self.kind in ("ul", "ol") and line[:1].isspace():
            self.lines[-1] += " " + line.strip()
        elif line.startswith("#"):
            self.close()
            self.done.append(Markup('<p class="step-head">{}</p>').format(line.lstrip("# ")))
        else:
            self.add("p", line.strip())


def blocks(lines: list[str]) -> Markup:
    """Paragraphs, lists (one level), tables, fenced code and sub-headings as HTML."""
    found = _Blocks()
    fenced = False
    for line in lines:
        if line.lstrip().startswith("```"):
            found.close()
            fenced = not fenced
        elif fenced:
            found.add("pre", line)
        else:
            found.read(line)
    found.close()
    return Markup("").join(found.done)
