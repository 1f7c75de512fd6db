"""The report as blocks for a typesetter: the same statements in the same order as the HTML page. Pure.

A block is plain JSON: {"k": "h" | "p" | "table" | "list" | "pre" | "box" | "toc" | "break", …}. Its texts are runs:
{"t": text, "s": style, "to": id of a heading or ""}. A cell is a list of runs. Nothing in it is markup of any kind, so
whatever a device wrote stays text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pacs_rounds.model import Outcome
from pacs_rounds.report import ladders
from pacs_rounds.report.findings import Finding
from pacs_rounds.report.headings import Chapter, Line
from pacs_rounds.report.html import MOST_ROWS
from pacs_rounds.report.page import Page
from pacs_rounds.report.rich import rich
from pacs_rounds.report.safe import visible
from pacs_rounds.report.view import Record

Run = dict[str, str]
Cell = list[Run]
Block = dict[str, Any]
COUNTED = ("critical", "unknown", "warning", "ok")


def run(text: Any, style: str = "", to: str = "") -> Run:
    """One piece of text; what would act or hide in it is made visible."""
    return {"t": visible(str(text)), "s": style, "to": to}


def para(*runs: Run | str, style: str = "") -> Block:
    """A paragraph; plain strings are runs without a style."""
    return {"k": "p", "style": style, "runs": cell(*runs)}


def cell(*runs: Run | str) -> Cell:
    """A cell or a paragraph's runs."""
    return [one if isinstance(one, dict) else run(one) for one in runs]


def heading(level: int, *runs: Run | str, name: str = "") -> Block:
    """A heading; `name` is what runs may link to."""
    return {"k": "h", "level": level, "runs": cell(*runs), "id": name}


def table(widths: list[float], head: Iterable[str], rows: list[dict[str, Any]], *, right: Iterable[int] = (),
          style: str = "", whole: bool = True) -> Block:
    """A table: relative widths, column heads (none: no head), rows {tone, cells} or {group}; `right` names columns set
    to the right, `whole` keeps each row on one page."""
    return {"k": "table", "widths": widths, "head": [cell(one) for one in head], "rows": rows, "right": list(right),
            "style": style, "whole": whole}


def bare(items: list[Cell]) -> Block:
    """A list without bullets: each item begins with a mark of its own."""
    return {"k": "list", "ordered": False, "bare": True, "items": items}


def row(*cells: Cell | str, tone: str = "") -> dict[str, Any]:
    """A table row; `tone` is an outcome, shown at its left edge."""
    return {"tone": tone, "cells": [one if isinstance(one, list) else cell(one) for one in cells]}


class Paper:
    """The main part of one run's report. `paper_tables` has the rest."""

    def __init__(self, page: Page) -> None:
        self.p, self.t, self.view, self.facts = page, page.words, page.view, page.view.facts
        self.link: dict[str, Any] = page.view.link or {}

    def badge(self, outcome: str) -> Run:
        """An outcome by shape and word."""
        return run(f"{self.t(f'marks.{outcome}')} {self.t(f'outcomes.{outcome}')}", f"badge {outcome}")

    def finding(self, number: int) -> Run:
        """A finding's number, leading to it."""
        return run(self.p.label(number), "link", f"finding-{number}")

    def section(self, name: str, new_page: bool = True) -> list[Block]:
        """A section's title, on a new sheet where the HTML page has one too."""
        title = heading(1, self.t(f"sections.{name}"), name=name)
        return [{"k": "break"}, title] if new_page else [title]

    def evidence(self, record: Record, digits: int = 12) -> Cell:
        """The raw answers by the first digits of their hash, then the record's line."""
        told = [run(source.sha256[:digits] + " ", "code") for source in record.sources if not source.empty]
        if len(record.sources) == 1 and record.sources[0].empty:
            told.append(run(self.t("appendix.no_text") + " "))
        return [*told, run(f"#{record.line}", "code") if record.line else run(self.t("appendix.no_record"))]

    # Cover --------------------------------------------------------------------------------------------------------

    def alarms(self) -> list[Block]:
        """What a reader must know before anything else."""
        facts, view, t = self.facts, self.view, self.t
        said = [
            (not self.link, t("cover.not_sealed") + " " + t("cover.not_sealed_note"), "alarm"),
            (facts.get("scenario"), t("warnings.scenario", name=facts.get("scenario")), "alarm"),
            (facts.get("limit"), t("warnings.limit", limit=self.p.limit), "alarm"),
            (not view.link_agrees(), t("warnings.link"), "alarm"),
            (not view.counts_agree(), t("warnings.counts"), "alarm"),
            (view.gaps, t("warnings.gaps", n=view.gaps), "alarm"),
            (facts.get("dirty"), t("warnings.dirty"), "mild"),
            (self.p.zone_missing, t("warnings.zone", zone=self.p.zone_name), "mild")]
        return [para(text, style=style) for true, text, style in said if true]

    def cover(self) -> list[Block]:
        """Title, warnings, facts, the seven verdicts, what to do first, the anchor, the contents."""
        t, facts, p = self.t, self.facts, self.p
        policy = facts["policy"]
        told = [
            ("policy", f"{p.both(policy.get('title'), policy.get('id'))} "
                       f"({t('cover.policy_version', id=policy.get('id'), version=policy.get('version'))})"),
            ("period", t("cover.period_span", started=p.people.moment(facts["started"]),
                         ended=p.people.moment(facts["ended"]))),
            ("engineer", facts["engineer"] or t("cover.no_engineer")),
            ("scope", t("cover.scope_counts", hosts=len(self.view.looked_at()), checks=p.check_count,
                        records=len(self.view.records))),
            ("run", facts["run"]), ("previous", facts["previous_run"] or t("cover.no_previous")),
            ("software", t("cover.software_version", version=facts["version"] or "?", commit=facts["commit"] or "?"))]
        return [
            para(p.both(facts["site_title"], facts["site"]), style="org"), para(t("cover.title"), style="title"),
            para(p.both(facts["round_title"], facts["round"]), style="round"), *self.alarms(),
            table([1.2, 5], [], [row(cell(run(t(f"cover.{key}"), "bold")), cell(value)) for key, value in told],
                  style="facts"),
            *self.verdicts(), *self.urgent(), *self.anchor(),
            para(t("cover.contents"), style="lead"), {"k": "toc"}]

    def verdicts(self) -> list[Block]:
        """The seven verdicts with their counts and the gravest finding."""
        t = self.t
        rows = []
        for number, chapter in enumerate(self.p.chapters, start=1):
            worst = cell(self.p.finding_title(chapter.worst) + " ", self.finding(chapter.worst.number)) if \
                chapter.worst else cell(self.p.summary(chapter) if chapter.outcome is Outcome.UNKNOWN else
                                        t("cover.nothing_wrong"))
            rows.append(row(
                cell(run(f"{number}. {self.p.both(chapter.heading.title)}", "link", f"heading-{number}")),
                [self.badge(chapter.outcome)], *(str(chapter.counts[name] or "–") for name in COUNTED), worst,
                tone=chapter.outcome))
        head = [t("cover.heading"), t("cover.verdict"), *(t(f"outcomes.{name}") for name in COUNTED), t("cover.worst")]
        return [para(t("cover.verdicts"), style="lead"),
                table([2.8, 1.9, 1.1, 1.2, 1.1, 1.1, 5.6], head, rows, right=range(2, 6)),
                para(t("cover.verdicts_note"), style="note")]

    def urgent(self) -> list[Block]:
        """The ten gravest findings."""
        if not self.p.findings:
            return []
        items = [cell(self.badge(one.outcome), " ", self.finding(one.number), " ", self.p.finding_title(one) + "  ",
                      run(self.p.named(one.hosts, 3), "dim")) for one in self.p.findings[:10]]
        blocks = [para(self.t("cover.urgent"), style="lead"), bare(items)]
        more = len(self.p.findings) - 10
        return [*blocks, para(self.t("cover.others", n=more), style="note")] if more > 0 else blocks

    def anchor(self) -> list[Block]:
        """What is to be copied by hand, and who signed."""
        if not self.link:
            return []
        t = self.t
        inside = [
            para(t("cover.anchor"), style="lead"),
            para(t("cover.anchor_note")), para(f"{self.link['seq']}:{self.link['sha256']}", style="anchor"),
            para(f"{t('cover.sealed_at')}: {self.p.people.moment(self.link['sealed_at'])} · {t('cover.key')}: ",
                 run(self.link["key_fingerprint"], "code"), style="note"),
            para(f"{t('cover.link_before')}: ",
                 run(self.link.get("previous_sha256") or t("cover.link_first"), "code"), style="note")]
        return [{"k": "box", "style": "anchor", "blocks": inside}]

    # Seven headings -----------------------------------------------------------------------------------------------

    def chapters(self) -> list[Block]:
        """Everything under the seven headings."""
        blocks = self.section("chapters")
        for number, chapter in enumerate(self.p.chapters, start=1):
            blocks.append(heading(2, f"{number}. {self.p.both(chapter.heading.title)} ",
                                  run(chapter.heading.clause, "dim"), "  ", self.badge(chapter.outcome),
                                  name=f"heading-{number}"))
            blocks.append(para(self.p.summary(chapter), style="why"))
            if chapter.lines:
                blocks.append(self._lines(chapter))
            if chapter.heading.clause == ladders.CLAUSE:
                blocks += self._ladders()
        return blocks

    def _ladders(self) -> list[Block]:
        """Each backup's ladder of proof: rung, verdict, proof, age, and the evidence behind it."""
        p, t = self.p, self.t
        blocks: list[Block] = []
        for one in ladders.ladders(self.view):
            if not blocks:
                blocks += [para(run(t("ladders.title"), "bold")), para(t("ladders.intro"))]
            blocks.append(para(run(ladders.title(p, one), "bold"),
                               f" ({t('ladders.proved', n=one.proved, of=len(one.rungs))})"))
            rows = [row(f"{number}. {t(f'ladders.rungs.{rung.name}')}", [self.badge(rung.record.outcome)],
                        cell(ladders.proof(p, rung), *([run(ladders.todo(p, rung), "where")] if rung.todo else [])),
                        cell(ladders.age(p, rung), *([run(p.people.moment(rung.at), "where")] if rung.at else [])),
                        cell(ladders.by(p, rung), run("", "where"), *self.evidence(rung.record, 8)),
                        tone=rung.record.outcome)
                    for number, rung in enumerate(one.rungs, start=1)]
            head = [t(f"columns.{name}") for name in ("rung", "verdict", "proof", "age", "proved_by")]
            blocks.append(table([16, 10, 33, 17, 24], head, rows))
        return blocks

    def _lines(self, chapter: Chapter) -> Block:
        head = [self.t(f"columns.{name}") for name in ("item", "standard", "result", "verdict", "remark")]
        return table([30, 16, 17, 12, 25], head, [self._line(line) for line in chapter.lines])

    def _line(self, line: Line) -> dict[str, Any]:
        p, first = self.p, line.records[0]
        title = p.title(line.check) if line.check else p.finding_title(line.finding) if line.finding else ""
        said = p.line_remark(line)
        remark = cell(f"{said} ") if said else []
        if line.kind == "single" and first.waiver:
            remark.append(run(p.waiver(first), "where"))
        if line.finding:
            remark.append(self.finding(line.finding.number))
        return row(cell(run(title, "bold"), run(p.line_item(line), "where")), p.standard(first) if line.check else "—",
                   p.line_result(line), [self.badge(line.outcome)], remark, tone=line.outcome)

    # Findings -----------------------------------------------------------------------------------------------------

    def findings(self) -> list[Block]:
        """Each finding with its items, its clauses and what to do."""
        blocks = self.section("findings")
        if not self.p.findings:
            return [*blocks, para(self.t("findings.none"))]
        blocks.append(para(self.t("findings.intro_paper", n=len(self.p.findings))))
        for finding in self.p.findings:
            blocks += self._finding(finding)
        return blocks

    def _finding(self, finding: Finding) -> list[Block]:
        p, t, colon = self.p, self.t, self.t("remarks.colon")
        standard = p.common_standard(finding)
        meta = [f"{t('findings.impact')}{colon}{t(f'impacts.{finding.impact}')}",
                t("findings.concerns", hosts=len(finding.hosts), n=len(finding.records)),
                f"{t('findings.clauses')}{colon}{' '.join(p.clauses(finding))}"]
        if standard:
            meta.append(f"{t('columns.standard')}{colon}{standard}")
        blocks = [heading(2, f"{p.label(finding.number)} {p.finding_title(finding)}  ", self.badge(finding.outcome),
                          name=f"finding-{finding.number}"), para(" · ".join(meta), style="meta")]
        if finding.check and p.why(finding.check):
            blocks.append(para(f"{t('findings.why')}{colon}{p.why(finding.check)}", style="why"))
        blocks.append(self._items(finding, standard) if finding.check else self._silent(finding))
        listed = len(finding.records if finding.check else finding.by_device)
        if listed > MOST_ROWS:
            blocks.append(para(t("lines.and_more", n=listed - MOST_ROWS), style="note"))
        return [*blocks, {"k": "box", "style": "remedy", "blocks": self._remedy(finding)}]

    def _items(self, finding: Finding, standard: str) -> Block:
        p = self.p
        rows = []
        for record in finding.records[:MOST_ROWS]:
            where = record.host if record.item == "*" else f"{record.host} · {p.item(record)}"
            result = cell(p.result(record)) if standard else cell(p.result(record), run(p.standard(record), "where"))
            rows.append(row(where, result, self._told(record), self.evidence(record)))
        return table([27, 16, 39, 18], [self.t(f"columns.{name}") for name in ("item", "result", "remark", "evidence")],
                     rows)

    def _silent(self, finding: Finding) -> Block:
        rows = [row(cell(group[0].host, run(self.p.role(group[0].role), "where")),
                    self.t("findings.lost", n=len(group)), self._told(group[0]), self.evidence(group[0]))
                for group in finding.by_device[:MOST_ROWS]]
        return table([19, 19, 44, 18],
                     [self.t(f"columns.{name}") for name in ("device", "result", "remark", "evidence")], rows)

    def _told(self, record: Record) -> Cell:
        said = cell(self.p.remark(record))
        return [*said, run(self.p.waiver(record), "where")] if record.waiver else said

    def _remedy(self, finding: Finding) -> list[Block]:
        t, colon = self.t, self.t("remarks.colon")
        path, book, same = self.p.remedy(finding)
        head = run(t("findings.remedy") + colon, "bold")
        if not finding.check:
            return [para(head, t("findings.silent_remedy"))]
        if book is None:
            return [para(head, t("findings.runbook_missing", path=path or "—"))]
        if same:
            return [para(head, t("findings.runbook_same", finding=self.p.label(same), title=book.title, path=path))]
        kind = " · " + t("findings.runbook_foreign") if book.foreign else \
            " · " + t("findings.runbook_brief") if book.brief else ""
        return [para(head, book.title + " ", run(path + kind, "dim")), *rich(book.meaning), *rich(book.steps)]
