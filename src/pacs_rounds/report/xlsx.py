"""The report as an Excel workbook in the reader's language: what one filters, sorts and counts in. Pure.

The same words, findings and verdicts as on the HTML page; device text passes the guards of workbook.py.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pacs_rounds.assets import show
from pacs_rounds.model import Outcome
from pacs_rounds.report import plain, tables, words
from pacs_rounds.report.findings import Finding
from pacs_rounds.report.matrix import Cell
from pacs_rounds.report.page import Page
from pacs_rounds.report.people import ALIASES
from pacs_rounds.report.view import Record, RunView, verdict
from pacs_rounds.report.workbook import Book, Column, Sheet, Styled, moment, plain_number
from pacs_rounds.report.xlsx_summary import outcome_cell, summary

MOST_ITEMS = 20
"""Items of one finding that its row tells; the sheet of all records has the rest, under the finding's number."""
_FOOTER = re.compile(r"[^A-Za-z0-9 ._:/+-]")


def render(view: RunView, lang: str) -> bytes:
    """The whole file. The same run and language give the same bytes."""
    page = Page(view, words.load(lang), "")
    t, facts = page.words, view.facts
    book = Book(
        moment(facts.get("ended") or facts.get("started")),
        {"title": t("cover.title"), "subject": page.both(facts["site_title"], str(facts["site"])),
         "author": f"Rounds {facts['version'] or '?'}", "comments": str(facts["run"])},
        t("page.shortened", n="{n}"), lambda n: t("sheets.rows_cut", n=n))
    for name, fill in (("summary", summary), ("findings", _findings), ("coverage", _coverage), ("records", _records),
                       ("serials", _serials), ("clocks", _clocks), ("unseen", _unseen)):
        fill(page, book.sheet(t(f"sheets.names.{name}"), _footer(page)))
    return book.finished()


def _footer(page: Page) -> str:
    """Run and anchor on every printed page; only characters that are no codes of Excel's get in."""
    link = page.view.link
    anchor = f"{link['seq']}:{str(link['sha256'])[:16]}" if link else "NOT SEALED"
    left = _FOOTER.sub("_", f"{page.view.facts['run']}   {anchor}")[:120]
    return f"&L{left}&R{page.words('page.number', page='&P', pages='&N')}"


# Findings ---------------------------------------------------------------------------------------------------------


def _findings(page: Page, sheet: Sheet) -> None:
    t = page.words
    sheet.line(t("sheets.findings_intro", n=len(page.findings)) if page.findings else t("findings.none"), style="note")
    columns = [
        Column(t("sheets.number"), 7), Column(t("columns.verdict"), 10), Column(t("columns.check"), 26, "wrap"),
        Column(t("findings.impact"), 12), Column(t("sheets.devices"), 8), Column(t("sheets.items"), 8),
        Column(t("columns.device"), 24, "wrap"), Column(t("columns.standard"), 20, "wrap"),
        Column(t("sheets.found"), 60, "wrap"), Column(t("findings.waiver"), 30, "wrap"),
        Column(t("findings.remedy"), 70, "wrap"), Column(t("findings.why"), 40, "wrap"),
        Column(t("findings.clauses"), 20, "wrap")]
    sheet.table(columns, (_finding(page, one) for one in page.findings), frozen=3)


def _finding(page: Page, one: Finding) -> list[Any]:
    waivers = [f"{_where(page, record)}{page.words('remarks.colon')}{page.waiver(record)}"
               for record in one.records if record.waiver]
    return [page.label(one.number), outcome_cell(page, one.outcome), page.finding_title(one),
            page.words(f"impacts.{one.impact}"), len(one.hosts), len(one.records), ", ".join(one.hosts),
            page.common_standard(one), found(page, one), waivers or page.words("sheets.no_waiver"), remedy(page, one),
            page.why(one.check) if one.check else "", " ".join(one.clauses)]


def _where(page: Page, record: Record) -> str:
    return record.host if record.item == "*" else f"{record.host} · {page.item(record)}"


def found(page: Page, one: Finding) -> list[str]:
    """What was found, one line per item (per device and role for devices without answers)."""
    t = page.words
    if one.check is None:
        every = [f"{group[0].host} · {page.role(group[0].role)}{t('remarks.colon')}"
                 f"{t('findings.lost', n=len(group))}{t('remarks.join')}{page.remark(group[0])}"
                 for group in one.by_device]
    else:
        shared = page.common_standard(one)
        every = [t("remarks.join").join(part for part in (
            f"{_where(page, record)}{t('remarks.colon')}{page.result(record)}",
            "" if shared else page.standard(record), page.remark(record)) if part) for record in one.records]
    if len(every) <= MOST_ITEMS:
        return every
    more = t("sheets.items_more", n=len(every), sheet=t("sheets.names.records"), finding=page.label(one.number))
    return [*every[:MOST_ITEMS], more]


def remedy(page: Page, one: Finding) -> list[str]:
    """What to do: the runbook's name and steps, or which finding already prints them."""
    t = page.words
    if not one.check:
        return [t("findings.silent_remedy")]
    path, book, same = page.remedy(one)
    if book is None:
        return [t("findings.runbook_missing", path=path or "—")]
    if same:
        return [t("findings.runbook_same", finding=page.label(same), title=book.title, path=path)]
    kind = t("findings.runbook_foreign") if book.foreign else t("findings.runbook_brief") if book.brief else ""
    head = f"{book.title} ({path}{'; ' + kind if kind else ''})"
    return [head, *plain.lines(book.meaning), *plain.lines(book.steps)]


# Coverage ---------------------------------------------------------------------------------------------------------


def _coverage(page: Page, sheet: Sheet) -> None:
    t, view = page.words, page.view
    legend = [f"{t(f'marks.{name}')} {t(f'outcomes.{name}')}{t('remarks.colon')}{t(f'meanings.{name}')}"
              for name in Outcome]
    legend.append(f"{t('marks.unplanned')} {t('meanings.unplanned')}")
    sheet.line(t("remarks.join").join(legend), style="note")
    cells: dict[tuple[str, str, str], list[Record]] = {}
    for record in view.records:
        cells.setdefault((record.role, record.check, record.host), []).append(record)
    order = {check: number for number, check in enumerate(view.checks)}
    pairs = sorted({(role, check) for role, check, _ in cells}, key=lambda pair: (pair[0], order[pair[1]]))
    columns = [Column(t("columns.check"), 34), Column(t("sheets.role"), 18), Column(t("sheets.check_id"), 28),
               *(Column(host, 11) for host in view.hosts)]
    rows = ([page.title(check), page.role(role), check,
             *(_covered(page, cells.get((role, check, host), [])) for host in view.hosts)] for role, check in pairs)
    sheet.table(columns, rows, frozen=1)


def _covered(page: Page, records: list[Record]) -> Styled:
    """A sign and a word; what is unknown says why."""
    t = page.words
    if not records:
        return Styled(t("marks.unplanned"), "unplanned")
    cell = Cell(verdict(records), records)
    outcome, first = cell.first.outcome, cell.first
    said = t(f"reasons_short.{first.reason}") if first.reason else t(f"outcomes.{outcome}")
    return Styled(f"{t(f'marks.{outcome}')} {said}", str(outcome))


# All records ------------------------------------------------------------------------------------------------------


def _records(page: Page, sheet: Sheet) -> None:
    t = page.words
    heads = [
        ("sheets.number", 7), ("columns.device", 14), ("sheets.role", 18), ("sheets.check_id", 28),
        ("columns.check", 30), ("cover.heading", 12), ("columns.item", 26), ("columns.verdict", 10),
        ("columns.reason", 14), ("columns.remark", 40), ("findings.impact", 12), ("sheets.value", 14),
        ("sheets.unit", 9), ("sheets.shown", 20), ("columns.previous", 12), ("columns.change", 12),
        ("columns.standard", 26), ("sheets.from", 16), ("sheets.waiver_reason", 24), ("sheets.approver", 14),
        ("sheets.expires", 12), ("findings.clauses", 18), ("sheets.transport", 10), ("sheets.started", 25),
        ("sheets.ended", 25), ("columns.command", 34), ("sheets.sha256", 30), ("sheets.record", 34),
        ("sheets.said", 40)]
    headings = {chapter.heading.clause: page.both(chapter.heading.title) for chapter in page.chapters}
    sheet.table([Column(t(key), width) for key, width in heads],
                (_record(page, one, headings) for one in page.view.records), frozen=2)


def _record(page: Page, one: Record, headings: dict[str, str]) -> list[Any]:
    t, when = page.words, page.people.moment
    number, waiver = page.number_of.get(id(one)), one.waiver or {}
    return [
        page.label(number) if number else None, one.host, page.role(one.role), one.check, page.title(one.check),
        headings.get(page.view.heading_of(one.check), ""), t("lines.whole") if one.item == "*" else one.item,
        outcome_cell(page, one.outcome), t(f"reasons.{one.reason}") if one.reason else None, t.phrase(one.detail),
        t(f"impacts.{one.impact}"), exact(one.observed), unit(page, one.unit), page.result(one), exact(one.previous),
        exact(one.delta), page.standard(one), _origin(page, one), waiver.get("reason"), waiver.get("approver"),
        waiver.get("expires"), " ".join(one.clauses), one.transport, when(one.started), when(one.ended),
        "; ".join(source.command for source in one.sources), " ".join(source.sha256 for source in one.sources),
        f"{one.file}:{one.line}" if one.line else t("appendix.no_record"), one.detail]


def _origin(page: Page, one: Record) -> str:
    return page.words("sheets.catalogue") if one.levels_origin == "catalogue" else page.origin(one)


def exact(value: Any) -> Any:
    """A number as a number, anything else as the text that was kept; what is not there stays empty."""
    if value is None or plain_number(value) or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def unit(page: Page, name: str) -> str:
    """The unit of the value beside it, in the reader's language where it has the word."""
    known = ALIASES.get(name, name)
    own = page.words.get(f"sheets.units.{known}", "")
    return own or page.words.get(f"units.{known}", name).replace("{n}", "").strip()


# Serials, clocks, what was not looked at --------------------------------------------------------------------------


def _serials(page: Page, sheet: Sheet) -> None:
    t = page.words
    every = tables.identities(page.view)
    shown = [one for one in every if one.listed]
    sheet.line(t("serials.intro"), style="note")
    if len(every) > len(shown):
        sheet.line(t("serials.others", n=len(every) - len(shown)), style="note")
    heads = [("columns.device", 14, ""), ("columns.address", 14, ""), ("sheets.row", 8, ""), ("columns.clause", 9, ""),
             ("sheets.type", 12, ""), ("sheets.system", 12, ""), ("sheets.model", 22, ""),
             ("columns.serial_written", 20, ""), ("columns.serial_device", 20, ""), ("sheets.model_written", 22, ""),
             ("sheets.model_told", 24, "wrap"), ("sheets.versions", 34, "wrap"), ("columns.compared", 16, "wrap"),
             ("sheets.notes", 50, "wrap"), ("sheets.support", 40, "wrap")]
    sheet.table([Column(t(key), width, style) for key, width, style in heads],
                (_serial(page, one) for one in shown), frozen=1)


def _serial(page: Page, one: tables.Identity) -> list[Any]:
    t, contract, asset = page.words, one.contract, one.asset
    kind = str(contract.get("type") or "")
    known = [
        one.host, one.address, contract.get("row"), contract.get("clause"), t.get(f"types.{kind}", kind),
        contract.get("system"), contract.get("model"), contract.get("serial_as_written"),
        one.serial or t("assets.not_told"), contract.get("model_as_written")]
    if asset is None:
        return [*known, None, None, t(f"serials.{one.compared}"), None, None]
    return [*known, asset.models_told, asset.firmware + asset.os, page.asset_verdict(asset),
            [page.asset_note(note) for note in asset.notes], show.terms(asset, t)]


def _clocks(page: Page, sheet: Sheet) -> None:
    """Devices that told no time are rows as well, so that none is missing."""
    t = page.words
    shown = [one for one in tables.identities(page.view) if one.listed]
    sheet.line(t("clocks.intro") if any(one.clock for one in shown) else t("clocks.none"), style="note")
    columns = [Column(t("columns.device"), 18), Column(t("columns.clock"), 28), Column(t("sheets.offset_seconds"), 26),
               Column(t("columns.offset"), 26)]
    rows = ([one.host, page.people.moment(one.clock) if one.clock else t("assets.not_told"), exact(one.offset),
             page.people.change(one.offset, "seconds")] for one in shown)
    sheet.table(columns, rows, frozen=1)


def _unseen(page: Page, sheet: Sheet) -> None:
    t, left_out = page.words, tables.unseen(page.view)
    sheet.line(t("unseen.intro") if left_out else t("unseen.none"), style="note")
    sheet.line(t("unseen.sure"), style="note")
    columns = [Column(t("columns.subject"), 24), Column(t("columns.count"), 8), Column(t("columns.reason"), 60, "wrap"),
               Column(t("columns.device"), 80, "wrap")]
    sheet.table(columns, ([t.get(f"groups.{one.subject}", one.subject), one.count,
                           page.both(one.reason, t("unseen.no_role")), ", ".join(one.hosts)] for one in left_out))
