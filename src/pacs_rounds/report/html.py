"""The report as one HTML page: no script, nothing fetched, opens by double click.

Three guards stand between device text and the page: `Page.short` cuts it, `finalize` makes every character visible
that would act or hide, autoescape turns the rest into text. Templates hold words of the project only.
"""

from __future__ import annotations

import contextlib
import functools
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pacs_rounds import paths
from pacs_rounds.evidence import keys
from pacs_rounds.report import copies, ladders, tables, words
from pacs_rounds.report.matrix import matrices
from pacs_rounds.report.page import Page
from pacs_rounds.report.safe import visible
from pacs_rounds.report.view import RunView

HERE = Path(__file__).parent / "templates"
MOST_ROWS = 60
"""Rows of one finding, and items of one check on one device, that the page lists; the record file has them all."""
_FOOTER = re.compile(r"[^A-Za-z0-9 ._:/+-]")


def _shown(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def _compiled() -> FileSystemBytecodeCache | None:
    """Compiled templates of earlier reports, when there is a place to keep them."""
    place = paths.STATE / "cache"
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        return FileSystemBytecodeCache(str(place))
    return None


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, finalize=_shown, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, bytecode_cache=_compiled())


@functools.cache
def _css() -> str:
    return (HERE / "style.css").read_text(encoding="utf-8")


def _styles(page: Page) -> Markup:
    """The style sheet and the printed footer. CSS strings know no HTML escapes: only plain characters get in."""
    head = f"{page.view.link['seq']}:{str(page.view.link['sha256'])[:16]}" if page.view.link else "NOT SEALED"
    left = _FOOTER.sub("_", f"{page.view.facts.get('run', '')}   {head}")[:120]
    before, _, rest = page.words("page.number", page="\0", pages="\1").partition("\0")
    middle, _, after = rest.partition("\1")
    counter = f'"{before}" counter(page) "{middle}" counter(pages) "{after}"'
    footer = f'@page {{ @bottom-left {{ content: "{left}" }} @bottom-right {{ content: {counter} }} }}'
    return Markup(_css() + footer)  # noqa: S704  (own file, filtered run id)


def _names(view: RunView) -> dict[str, str]:
    """The files and names that the ordinary commands use, as seen from the site's evidence folder."""
    return {"link_file": f"chain/{int(view.link['seq']):06d}.json" if view.link else "",
            "signers_file": "allowed_signers", "signer": keys.identity(str(view.facts["site"])),
            "namespace": keys.NAMESPACE}


def render(view: RunView, lang: str, evidence_href: str) -> str:
    """The whole page. `evidence_href` is the relative address of the run's data folder, for links to raw answers."""
    page = Page(view, words.load(lang), evidence_href)
    changed, unchanged = tables.changes(view)
    return _environment().get_template("report.html.j2").render(
        p=page, view=view, facts=view.facts, link=view.link, t=page.words, people=page.people, lang=lang,
        styles=_styles(page), matrices=matrices(view), identities=tables.identities(view), changed=changed,
        unchanged=unchanged, most_changes=tables.MOST_CHANGES, most_rows=MOST_ROWS, unseen=tables.unseen(view),
        commands=tables.commands(view), values=tables.values(view), copies=view.copies, copy_states=copies.states,
        copy_time=copies.last_good, copy_changes=copies.changes(view.copies),
        copy_list=copies.handed_over(view.copies), ladders=ladders.ladders(view), ladder=ladders, **_names(view))
