"""The workbook's first sheet: what the run is, its warnings, the verdict under each heading, the anchor. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pacs_rounds.model import Outcome
from pacs_rounds.report.page import Page
from pacs_rounds.report.workbook import Sheet, Styled

_COUNTED = ("critical", "unknown", "warning", "ok", "not_applicable")


def outcome_cell(page: Page, outcome: Outcome) -> Styled:
    """An outcome by sign and word; colour only repeats them."""
    return Styled(f"{page.words(f'marks.{outcome}')} {page.words(f'outcomes.{outcome}')}", str(outcome))


def warnings(page: Page) -> list[str]:
    """What a reader must know before believing the rest: the alarms of the page's cover, the gravest first."""
    t, view, facts = page.words, page.view, page.view.facts
    said = [
        (not view.link, f"{t('cover.not_sealed')} {t('cover.not_sealed_note')}"),
        (facts["scenario"], t("warnings.scenario", name=page.short(facts["scenario"]))),
        (facts["limit"], t("warnings.limit", limit=page.limit)),
        (not view.link_agrees(), t("warnings.link")),
        (not view.counts_agree(), t("warnings.counts")),
        (view.gaps, t("warnings.gaps", n=view.gaps)),
        (facts["dirty"], t("warnings.dirty")),
        (page.zone_missing, t("warnings.zone", zone=page.zone_name))]
    return [text for holds, text in said if holds]


def summary(page: Page, sheet: Sheet) -> None:
    """The first sheet."""
    t, facts = page.words, page.view.facts
    sheet.widths(24, 16, 9, 9, 9, 9, 9, 60)
    sheet.line(t("cover.title"), style="title")
    sheet.line(page.both(facts["site_title"], str(facts["site"])), style="bold")
    sheet.line(page.both(facts["round_title"], str(facts["round"])))
    for text in warnings(page):
        sheet.line(text, style="alarm")
    sheet.line()
    for label, value in _facts(page):
        sheet.line(Styled(label, "bold"), value)
    sheet.line()
    _verdicts(page, sheet)
    sheet.line()
    _anchor(page, sheet)
    sheet.line(t("sheets.generated", version=str(facts["version"] or "?"), run=str(facts["run"])), style="note")


def _facts(page: Page) -> Iterator[tuple[str, Any]]:
    t, view, facts = page.words, page.view, page.view.facts
    policy, when = facts.get("policy") or {}, page.people.moment
    edition = t("cover.policy_version", id=policy.get("id"), version=policy.get("version"))
    yield t("cover.policy"), f"{page.both(policy.get('title'), str(policy.get('id')))} ({edition})"
    yield t("cover.period"), t("cover.period_span", started=when(facts["started"]), ended=when(facts["ended"]))
    yield t("cover.engineer"), facts["engineer"] or t("cover.no_engineer")
    yield t("cover.scope"), t(
        "cover.scope_counts", hosts=len(view.looked_at()), checks=page.check_count, records=len(view.records))
    yield t("cover.run"), facts["run"]
    yield t("cover.previous"), facts["previous_run"] or t("cover.no_previous")
    yield t("cover.software"), t(
        "cover.software_version", version=facts["version"] or "?", commit=facts["commit"] or "?")


def _verdicts(page: Page, sheet: Sheet) -> None:
    t = page.words
    sheet.line(t("cover.verdicts"), style="section")
    sheet.line(t("cover.heading"), t("cover.verdict"), *(t(f"outcomes.{name}") for name in _COUNTED),
               t("cover.worst"), style="head")
    for number, chapter in enumerate(page.chapters, start=1):
        worst = t("cover.nothing_wrong")
        if chapter.worst:
            worst = f"{page.finding_title(chapter.worst)} {page.label(chapter.worst.number)}"
        elif chapter.outcome is Outcome.UNKNOWN:
            worst = page.summary(chapter)
        sheet.line(f"{number}. {page.both(chapter.heading.title)}", outcome_cell(page, chapter.outcome),
                   *(chapter.counts[name] for name in _COUNTED), worst)
    sheet.line(t("cover.verdicts_note"), style="note")


def _anchor(page: Page, sheet: Sheet) -> None:
    t, link = page.words, page.view.link
    if not link:
        return
    sheet.line(t("cover.anchor"), style="section")
    sheet.line(Styled(f"{link['seq']}:{link['sha256']}", "code"))
    sheet.line(t("cover.anchor_note"), style="note")
    sheet.line(Styled(t("cover.sealed_at"), "bold"), page.people.moment(link.get("sealed_at")))
    sheet.line(Styled(t("cover.key"), "bold"), Styled(link.get("key_fingerprint") or "?", "code"))
    sheet.line(Styled(t("cover.link_before"), "bold"),
               Styled(link.get("previous_sha256") or t("cover.link_first"), "code"))
    sheet.line()
