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
_ITEM = re.compile(r"\s*(?:([-*])|(\d+)[.)])\s+(.*)")


@dataclass(frozen=True, slots=True)
class Runbook:
    """`foreign` says that the reader's language has no own text and this is the English one."""

    path: str
    title: str
    meaning: Markup
    steps: Markup
    foreign: bool


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
    steps = [(name, body) for name, body in sections if _STEPS.search(name) and not _NOT_STEPS.search(name)]
    if not steps:
        steps = sections[1:]
    return Runbook(
        path, title or path, blocks(_first_paragraph(sections)), Markup("").join(
            Markup('<p class="step-head">{}</p>{}').format(name, blocks(body)) for name, body in steps),
        foreign=lang != "en" and chosen is not own)


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


def blocks(lines: list[str]) -> Markup:
    """Paragraphs, lists (one level), fenced code and sub-headings as HTML."""
    out: list[Markup] = []
    words: list[str] = []
    items: list[str] = []
    tag = ""

    def flush() -> None:
        nonlocal tag
        if words:
            out.append(Markup("<p>{}</p>").format(_inline(" ".join(words))))
            words.clear()
        if items:
            inner = Markup("").join(Markup("<li>{}</li>").format(_inline(item)) for item in items)
            out.append((Markup("<ul>{}</ul>") if tag == "ul" else Markup("<ol>{}</ol>")).format(inner))
            items.clear()
        tag = ""

    code: list[str] | None = None
    for line in lines:
        if line.lstrip().startswith("```"):
            if code is None:
                flush()
                code = []
            else:
                out.append(Markup("<pre>{}</pre>").format("\n".join(code)))
                code = None
            continue
        if code is not None:
            code.append(line)
            continue
        item = _ITEM.match(line)
        if item:
            wanted = "ul" if item[1] else "ol"
            if words or (tag and tag != wanted):
                flush()
            tag = wanted
            items.append(item[3])
        elif not line.strip():
            if words:
                flush()
        elif items and line[:1].isspace():
            items[-1] += " " + line.strip()
        elif line.startswith("#"):
            flush()
            out.append(Markup('<p class="step-head">{}</p>').format(line.lstrip("# ")))
        else:
            if items:
                flush()
            words.append(line.strip())
    flush()
    if code:
        out.append(Markup("<pre>{}</pre>").format("\n".join(code)))
    return Markup("").join(out)
