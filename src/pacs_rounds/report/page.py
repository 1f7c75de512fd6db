"""What the page says in each place, in one language: the sentences and cells that the templates set. Pure."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from pacs_rounds.assets import show
from pacs_rounds.assets.reconcile import Asset, Note
from pacs_rounds.model import Outcome
from pacs_rounds.report import runbook, words
from pacs_rounds.report.findings import Finding, findings, numbers
from pacs_rounds.report.headings import Chapter, Line, chapters
from pacs_rounds.report.people import People, zone_of
from pacs_rounds.report.safe import shorten, visible
from pacs_rounds.report.view import Record, RunView
from pacs_rounds.report.words import Words

LONGEST = 160
LONGEST_SENTENCE = 360
"""Characters of one device text that a cell shows; the raw evidence has the rest."""
MOST_CLAUSES = 14
_RULE = re.compile(r"check_rules #(\d+): (.*)", re.DOTALL)


class Page:
    """One run in one language. Methods named after the template's places return plain text, never HTML."""

    def __init__(self, view: RunView, language: Words, evidence_href: str) -> None:
        self.view, self.words = view, language
        self.lang = language.lang
        self.zone_name = str(view.facts.get("timezone") or "UTC")
        zone = zone_of(self.zone_name)
        self.zone_missing = zone is UTC and self.zone_name != "UTC"
        self.people = People(language, zone)
        self.base = evidence_href if not evidence_href or evidence_href.endswith("/") else evidence_href + "/"
        self.findings: list[Finding] = findings(view)
        self.number_of = numbers(self.findings)
        self.chapters: list[Chapter] = chapters(view, self.findings)
        self._runbooks: dict[str, int] = {}

    # Texts from outside -------------------------------------------------------------------------------------------

    def short(self, text: Any, limit: int = LONGEST) -> str:
        """Text of a device, shortened with a note, and with what would act in it made visible."""
        return visible(shorten(str(text), limit, self.words("page.shortened", n="{n}")))

    def both(self, titles: dict[str, str] | None, default: str = "") -> str:
        """The reader's language of a {zh, en} pair, the other one where it is missing."""
        found = titles or {}
        return str(found.get(self.lang) or found.get("zh") or found.get("en") or default)

    def asset_verdict(self, asset: Asset) -> str:
        """What became of a row of the contract, with the reason where the device told nothing."""
        return show.verdict(asset, self.words)

    def copy_state(self, state: str) -> str:
        """What became of one document of a copy."""
        return self.words(f"copies.states.{state}")

    def asset_note(self, note: Note) -> str:
        """One remark of the reconciliation as a sentence."""
        return show.note(note, self.words)

    def title(self, check: str) -> str:
        """A check's title."""
        return self.both(self.view.checks[check].get("title"), check)

    def raw_href(self, sha256: str) -> str:
        """Where the raw answer of that hash lies."""
        return f"{self.base}raw/{sha256}.txt"

    def record_href(self, record: Record) -> str:
        """Where the record's file lies."""
        return self.base + quote(record.file)

    def why(self, check: str) -> str:
        """Why the check matters, in the reader's language; '' where it is not written in it."""
        text = self.view.checks[check].get("why")
        if isinstance(text, dict):
            return self.both(text)
        return str(text or "") if self.lang == "en" else str(words.advice(self.lang)["why"].get(check, ""))

    def role(self, role: str) -> str:
        """A role's title, or its name as it stands."""
        return self.words.get(f"roles.{role}", role)

    @property
    def limit(self) -> str:
        """What the run was limited to; hosts are named, many are counted."""
        said = self.view.facts.get("limit")
        return self.named([str(one) for one in said]) if isinstance(said, list) else str(said or "")

    @property
    def check_count(self) -> int:
        """How many kinds of check have records."""
        return len({record.check for record in self.view.records})

    @staticmethod
    def grouped(digits: str) -> Markup:
        """A hash in groups of eight for the eye; copied, it is one word."""
        groups = [digits[start:start + 8] for start in range(0, len(digits), 8)]
        return Markup("").join(Markup("<span>{}</span>").format(group) for group in groups)

    @staticmethod
    def key(record: Record) -> int:
        """What `number_of` calls a record."""
        return id(record)

    # One record ---------------------------------------------------------------------------------------------------

    def _grows(self, check: str) -> bool:
        return bool(self.view.checks[check].get("delta"))

    def item(self, record: Record) -> str:
        """The item's name, or that the whole device is meant."""
        return self.words("lines.whole") if record.item == "*" else self.short(self.words.item(record.item), 100)

    def standard(self, record: Record) -> str:
        """What the value was held against; where nothing was judged, what the catalogue would have applied."""
        check = self.view.checks[record.check]
        levels = record.levels or check.get("levels") or ({"words": check["words"]} if check.get("words") else None)
        return self.short(self.people.levels(levels, record.unit, self._grows(record.check)))

    def result(self, record: Record) -> str:
        """The observed value; for counters what was added since the last run."""
        if record.observed is None:
            return self.words("lines.no_value") if record.outcome is Outcome.UNKNOWN else "—"
        total = self.short(self.people.value(record.observed, record.unit))
        if self._grows(record.check) and record.delta is not None:
            return self.words("lines.growth", delta=self.people.value(record.delta, record.unit), total=total)
        return total

    def reason(self, record: Record, limit: int = LONGEST) -> str:
        """Reason and detail of an unknown, the detail alone of anything else."""
        detail = self.short(self.words.phrase(record.detail), limit)
        if record.reason is None:
            return detail
        known = self.words(f"reasons.{record.reason}")
        return f"{known}{self.words('remarks.colon')}{detail}" if detail else known

    def remark(self, record: Record, limit: int = LONGEST_SENTENCE) -> str:
        """Reason, previous value and change, and whose level applied when it is not the catalogue's."""
        parts = [self.reason(record, limit)]
        if record.previous is not None:
            parts.append(self.words("remarks.previous", value=self.short(
                self.people.value(record.previous, record.unit), 60)))
            if record.delta is not None and not self._grows(record.check):
                parts.append(self.words("remarks.change", change=self.people.change(record.delta, record.unit)))
        parts.append(self.origin(record))
        return self.words("remarks.join").join(part for part in parts if part)

    def origin(self, record: Record) -> str:
        """Whose level it was, when a site rule replaced the catalogue's."""
        if record.levels_origin in ("", "catalogue"):
            return ""
        rule = _RULE.fullmatch(record.levels_origin)
        if rule is None:
            return self.words("remarks.origin", origin=self.short(record.levels_origin))
        return self.words("remarks.site_rule", index=rule[1], reason=self.short(rule[2]))

    def brief(self, record: Record) -> str:
        """One item in the list of all values: name, value, change, reason."""
        said = f"{self.short(record.item, 80)} " if record.item != "*" else ""
        if record.outcome is Outcome.UNKNOWN:
            return said + self.reason(record)
        if record.observed is None:
            return said + (self.reason(record) or "—")
        shown = self.result(record)
        if record.delta is not None and not self._grows(record.check):
            shown += f" ({self.people.change(record.delta, record.unit)})"
        return said + shown

    def waiver(self, record: Record) -> str:
        """The waiver beside the outcome, or ''."""
        if not record.waiver:
            return ""
        return self.words("remarks.waiver", **{
            key: self.short(record.waiver.get(key, "—")) for key in ("reason", "approver", "expires")})

    # One line under a heading -------------------------------------------------------------------------------------

    def named(self, names: list[str], most: int = 12) -> str:
        """Names in a row, the first of them when there are many."""
        shown = ", ".join(self.short(name, 60) for name in names[:most])
        return f"{shown} {self.words('lines.more_hosts', n=len(names))}" if len(names) > most else shown

    def line_item(self, line: Line) -> str:
        """Which devices (and item) a line is about."""
        if line.kind == "single":
            record = line.records[0]
            return f"{record.host} · {self.item(record)}" if record.item != "*" else record.host
        if line.kind == "silent":
            return self.words("lines.silent_item", n=len(line.records), hosts=self.named(line.hosts))
        return self.named(line.hosts, 6 if line.kind == "many" else 3)

    def line_result(self, line: Line) -> str:
        """The value of a single record, the number and span of values of a folded line."""
        if line.kind == "single":
            return self.result(line.records[0])
        many = len(line.records)
        if line.kind == "not_applicable":
            return self.words("lines.not_applicable_result", n=many)
        if line.kind != "ok":
            return self.words("lines.many_item", n=many)
        unit = line.records[0].unit
        grown = line.check is not None and self._grows(line.check)
        if line.span is None or grown:
            return self.words("lines.ok_result", n=many)
        low, high = (self.people.value(end, unit) for end in line.span)
        if many == 1:
            return low
        return self.words("lines.ok_same" if low == high else "lines.ok_span", n=many, low=low, high=high)

    def line_remark(self, line: Line) -> str:
        """The remark of a single record, what a folded line shares."""
        first = line.records[0]
        if line.kind == "single":
            return self.remark(first, LONGEST)
        if line.kind == "ok":
            parts = [self.origin(first)]
        else:
            details = list(dict.fromkeys(self.reason(record) for record in line.records))
            parts = [details[0] if len(details) == 1 else
                     self.words(f"reasons.{first.reason}") if first.reason and line.kind != "not_applicable" else ""]
        if line.waived:
            parts.append(self.words("remarks.waived", n=line.waived))
        return self.words("remarks.join").join(part for part in parts if part)

    def summary(self, chapter: Chapter) -> str:
        """The sentence under a heading."""
        if not chapter.records:
            return self.words("summary.nothing")
        total = len(chapter.records)
        if chapter.counts["not_applicable"] == total:
            return self.words("summary.only_not_applicable", n=total)
        parts = [self.words("summary.part", outcome=self.words(f"outcomes.{name}").lower(), n=chapter.counts[name])
                 for name in ("critical", "unknown", "warning", "ok", "not_applicable") if chapter.counts[name]]
        said = self.words("summary.looked", hosts=len(chapter.hosts), checks=len(chapter.checks), records=total)
        said += self.words("summary.and").join(parts) + self.words("summary.end")
        waived = sum(1 for record in chapter.records if record.waiver)
        return said + (" " * (self.lang == "en") + self.words("summary.waived", n=waived) if waived else "")

    # Findings -----------------------------------------------------------------------------------------------------

    @staticmethod
    def label(number: int) -> str:
        """How a finding is called throughout the report."""
        return f"F-{number:02d}"

    def finding_title(self, finding: Finding) -> str:
        """The check's title (with the reason, where it is unknown), or that devices gave no answer."""
        if finding.check is None:
            return self.words("findings.silent", reason=self.words(f"reasons.{finding.reason}"))
        if finding.reason is None:
            return self.title(finding.check)
        return self.title(finding.check) + self.words("remarks.colon") + self.words(f"reasons.{finding.reason}")

    def clauses(self, finding: Finding) -> list[str]:
        """The finding's clauses, the first of them when a silent device touches nearly all."""
        if len(finding.clauses) <= MOST_CLAUSES:
            return finding.clauses
        return [*finding.clauses[:MOST_CLAUSES], self.words("lines.more", n=len(finding.clauses))]

    def common_standard(self, finding: Finding) -> str:
        """The standard, when all the finding's records were held against the same one; else ''."""
        found = {self.standard(record) for record in finding.records} if finding.check else set()
        return found.pop() if len(found) == 1 else ""

    def remedy(self, finding: Finding) -> tuple[str, runbook.Runbook | None, int | None]:
        """The runbook's path, its text, and the finding that already prints its steps (None when this one does)."""
        path = str(self.view.checks[finding.check].get("remedy") or "") if finding.check else ""
        book = runbook.read(path, self.lang) if path else None
        if book is None or book.foreign:
            short = words.advice(self.lang)["remedies"].get(path.removeprefix("docs/runbooks/").removesuffix(".md"))
            book = runbook.brief(path, short["title"], short["steps"]) if short else book
        if book is None:
            return path, None, None
        first = self._runbooks.setdefault(path, finding.number)
        return path, book, first if first != finding.number else None
