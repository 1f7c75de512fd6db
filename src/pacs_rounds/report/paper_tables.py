"""The second half of the printed report: coverage, the unseen, assets, clocks, changes, proof, all values. Pure."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from pacs_rounds.evidence import keys
from pacs_rounds.model import Outcome
from pacs_rounds.report import tables
from pacs_rounds.report.html import MOST_ROWS
from pacs_rounds.report.matrix import Cell as Found
from pacs_rounds.report.matrix import Matrix, matrices
from pacs_rounds.report.page import Page
from pacs_rounds.report.paper import Block, Cell, bare, cell, heading, para, row, run, table
from pacs_rounds.report.paper_copies import CopiesPaper
from pacs_rounds.report.view import RunView

_EVERY = ("ok", "warning", "critical", "unknown", "not_applicable")


def names(view: RunView) -> dict[str, str]:
    """The files and names that the ordinary commands use, as seen from the site's evidence folder."""
    return {"link": f"chain/{int(view.link['seq']):06d}.json" if view.link else "",
            "signer": keys.identity(str(view.facts["site"]))}


class Rest(CopiesPaper):
    """The sections after the findings."""

    def document(self) -> list[Block]:
        """All blocks of the report in their order."""
        return [*self.cover(), *self.chapters(), *self.findings(), *self.matrix(), *self.unseen(), *self.serials(),
                *self.clocks(), *self.deltas(), *self.copies(), *self.verify(),
                 *self.signatures(), *self.values(), *self.commands()]

    def _head(self, *columns: str) -> list[str]:
        return [self.t(f"columns.{name}") for name in columns]

    # Coverage -----------------------------------------------------------------------------------------------------

    def matrix(self) -> list[Block]:
        """Every check on every host."""
        t = self.t
        legend = [cell(self.badge(name), " " + t(f"meanings.{name}")) for name in _EVERY]
        legend.append(cell(f"{t('marks.unplanned')} {t('meanings.unplanned')}"))
        blocks = [*self.section("matrix"), para(t("matrix.intro")), bare(legend)]
        for one in matrices(self.view):
            part = t("matrix.part", part=one.part, parts=one.parts) if one.parts > 1 else ""
            blocks.append(heading(2, t("matrix.role", role=self.p.role(one.role), checks=len(one.checks),
                                       hosts=len(one.hosts)) + part))
            blocks.append(self._turned(one) if one.turned else self._upright(one))
        return blocks

    def _upright(self, one: Matrix) -> Block:
        rows: list[dict[str, Any]] = []
        for domain, checks in one.by_domain():
            rows.append({"group": cell(self.t.get(f"domains.{domain}", domain))})
            rows += [row(self.p.title(check), *(self._cell(one.cell(check, host)) for host in one.hosts))
                     for check in checks]
        return table([max(4.0, 14.0 - len(one.hosts)), *([1.0] * len(one.hosts))],
                     [self.t("columns.check"), *one.hosts], rows, style="matrix")

    def _turned(self, one: Matrix) -> Block:
        rows = [row(host, *(self._cell(one.cell(check, host)) for check in one.checks)) for host in one.hosts]
        return table([1.0] * (len(one.checks) + 1), [self.t("columns.device"), *map(self.p.title, one.checks)], rows,
                     style="turned")

    def _cell(self, found: Found) -> Cell:
        if found.outcome is None:
            return cell(run(self.t("marks.unplanned"), "dim"))
        mark = self.t(f"marks.{found.outcome}")
        if found.outcome in (Outcome.OK, Outcome.NOT_APPLICABLE):
            return cell(run(mark, f"mark {found.outcome}"))
        word = self.t(f"reasons_short.{found.first.reason}" if found.first.reason else f"outcomes.{found.outcome}")
        return cell(run(f"{mark} {word}", f"mark {found.outcome}",
                        f"finding-{self.p.number_of[self.p.key(found.first)]}"))

    # Smaller tables -----------------------------------------------------------------------------------------------

    def unseen(self) -> list[Block]:
        """What nothing was asked of, and why."""
        t, found = self.t, tables.unseen(self.view)
        rows = []
        for one in found:
            subject = cell(t.get(f"groups.{one.subject}", one.subject))
            if one.hosts and one.hosts != [one.subject]:
                subject.append(run(self.p.named(one.hosts, 4), "where"))
            rows.append(row(subject, str(one.count), self.p.both(one.reason, t("unseen.no_role"))))
        shown = [para(t("unseen.intro")), table([28, 12, 60], self._head("subject", "count", "reason"), rows, right=[1])
                 ] if found else [para(t("unseen.none"))]
        return [*self.section("unseen"), *shown, para(t("unseen.sure"), style="note")]

    def serials(self) -> list[Block]:
        """Serials and models: as the contract writes them, as the devices say."""
        found = tables.identities(self.view)
        shown = [one for one in found if one.listed]
        head = self._head("device", "contract", "written", "told", "compared")
        blocks = [*self.section("serials", new_page=False), para(self.t("serials.intro")),
                  table([14, 20, 18, 27, 21], head, [self._identity(one) for one in shown])]
        others = len(found) - len(shown)
        return [*blocks, para(self.t("serials.others", n=others), style="note")] if others else blocks

    def _identity(self, one: tables.Identity) -> dict[str, Any]:
        t, p, contract, asset = self.t, self.p, one.contract, one.asset
        kind = contract.get("type")
        agreed = cell(f"{t.get(f'types.{kind}', kind or '—')} / {contract.get('system') or '—'} / "
                      f"{contract.get('model') or '—'} ", run(contract.get("clause") or "", "dim")) if contract else \
            cell("—")
        told = cell(run(p.short(one.serial or "—", 60), "code"))
        compared = cell(t(f"serials.{one.compared}"))
        if asset:
            told.append(run(p.short(", ".join(asset.models_told) or "—", 120), "where"))
            told += [run(p.short(value, 120), "where") for value in asset.firmware + asset.os]
            compared = cell(run(p.asset_verdict(asset), "" if asset.verdict == "matched" else "bold"))
            compared += [run(p.short(p.asset_note(note), 300), "where") for note in asset.notes]
        return row(cell(one.host, run(one.address or "—", "where")), agreed,
                   cell(run(contract.get("serial_as_written") or "—", "code"),
                        run(contract.get("model_as_written") or "—", "where")), told, compared)

    def clocks(self) -> list[Block]:
        """What the devices' clocks said."""
        t, found = self.t, tables.identities(self.view)
        told = [one for one in found if one.clock]
        mute = [one.host for one in found if one.listed and not one.clock]
        blocks = self.section("clocks", new_page=False)
        if told:
            rows = [row(one.host, self.p.people.moment(one.clock), self.p.people.change(one.offset, "seconds"))
                    for one in told]
            blocks += [para(t("clocks.intro")),
                       table([2, 3, 2], self._head("device", "clock", "offset"), rows, right=[2])]
        else:
            blocks.append(para(t("clocks.none")))
        if mute:
            blocks.append(para(t("clocks.silent", hosts=self.p.named(mute, 40)), style="note"))
        return blocks

    def deltas(self) -> list[Block]:
        """What changed since the run before."""
        t, before = self.t, self.facts["previous_run"]
        changed, unchanged = tables.changes(self.view)
        blocks = self.section("deltas", new_page=False)
        if not before:
            return [*blocks, para(t("deltas.none_before"))]
        if not changed and not unchanged:
            return [*blocks, para(t("deltas.nothing"))]
        blocks.append(para(t("deltas.intro", run=before, compared=len(changed) + unchanged, changed=len(changed))))
        if changed:
            blocks.append(self._changes(changed[:tables.MOST_CHANGES]))
        if len(changed) > tables.MOST_CHANGES:
            blocks.append(para(t("deltas.more", shown=tables.MOST_CHANGES, n=len(changed)), style="note"))
        if unchanged:
            blocks.append(para(t("deltas.unchanged", n=unchanged), style="note"))
        return blocks

    def _changes(self, changed: list[Any]) -> Block:
        p, people = self.p, self.p.people
        rows = [row(p.title(one.check), one.host if one.item == "*" else f"{one.host} · {p.item(one)}",
                    *(p.short(people.value(value, one.unit), 60) for value in (one.previous, one.observed)),
                    people.change(one.delta, one.unit), [self.badge(one.outcome)], tone=one.outcome) for one in changed]
        return table([25, 24, 13, 13, 13, 12], self._head("check", "device", "previous", "now", "change", "verdict"),
                     rows, right=[2, 3, 4])

    # Proof --------------------------------------------------------------------------------------------------------

    def verify(self) -> list[Block]:
        """How anybody verifies the run with ordinary tools."""
        t, view, known = self.t, self.view, names(self.view)
        blocks = self.section("verify")
        record = [para(t("verify.record")), para(t("verify.record_note"))]
        if not view.tagmanifest_sha256:
            return [*blocks, para(t("verify.draft")), *record]
        blocks += [para(t("verify.intro")), para(t("verify.files")), pre(
            f"cd {view.directory}", "sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt",
            "sha256sum tagmanifest-sha256.txt", "cd .."),
            para(t("verify.tagmanifest"), ": ", run(view.tagmanifest_sha256, "code"))]
        if not self.link:
            return [*blocks, para(t("verify.unsealed"), style="alarm"), *record]
        anchor = f"{self.link['seq']}:{self.link['sha256']}"
        return [*blocks, para(t("verify.link")), pre(f"cat {known['link']}"), para(t("verify.signature")),
                pre(f"ssh-keygen -Y verify -f allowed_signers -I {known['signer']} -n {keys.NAMESPACE} "
                    f"-s {known['link']}.sig < {known['link']}"),
                para(t("verify.anchor")), pre(f"sha256sum {known['link']}", f"# {anchor}"), *record,
                para(t("verify.tool")), pre(f"rounds verify {self.facts['site']} --anchor {anchor}")]

    def signatures(self) -> list[Block]:
        """The block both parties sign; the anchor is copied into it by hand."""
        t = self.t
        rows = [row(cell(run(t(f"signatures.{name}"), "bold")), "", "") for name in ("unit", "name")]
        rows.append(row(cell(run(t("signatures.date"), "bold")), t("signatures.date_blank"),
                        t("signatures.date_blank")))
        rows.append({**row(cell(run(t("signatures.opinion"), "bold")), "", ""), "tall": True})
        if self.link:
            rows.append({**row(cell(run(t("signatures.anchor"), "bold")), ""), "tall": True})
        draft = [] if self.link else [para(t("signatures.draft"), style="alarm")]
        return [*self.section("signatures", new_page=False), *draft, {"k": "together", "blocks": [
            para(t("signatures.intro")),
            table([1, 3, 3], ["", t("signatures.party_a"), t("signatures.party_b")], rows, style="sign")]}]

    # Appendices ---------------------------------------------------------------------------------------------------

    def values(self) -> list[Block]:
        """Every value with its evidence."""
        head = self._head("device", "check", "verdict", "values", "evidence")
        rows = [row(one.host, self.p.title(one.check) if one.check else
                    self.t("appendix.all_checks", n=len(one.records)), [self.badge(one.outcome)], self._briefs(one),
                    self.evidence(one.records[0], 8), tone=one.outcome) for one in tables.values(self.view)]
        return [*self.section("values"), para(self.t("appendix.values")),
                table([12, 20, 12, 42, 14], head, rows, whole=False)]

    def _briefs(self, one: tables.Values) -> Cell:
        said: Cell = []
        shown = one.records[:MOST_ROWS if one.check else 1]
        for number, record in enumerate(shown, start=1):
            if record.outcome is not Outcome.OK and len(one.records) > 1:
                said.append(run(self.t(f"marks.{record.outcome}") + " ", f"mark {record.outcome}"))
            said.append(run(self.p.brief(record) + ("; " if number < len(shown) else "")))
        if one.check and len(one.records) > MOST_ROWS:
            said.append(run(" " + self.t("lines.and_more", n=len(one.records) - MOST_ROWS)))
        return said

    def commands(self) -> list[Block]:
        """Every command that was sent."""
        t, sent = self.t, tables.commands(self.view)
        if not sent:
            return [*self.section("commands"), para(t("appendix.no_commands"))]
        rows: list[dict[str, Any]] = []
        for role, mine in groupby(sent, key=lambda one: one.role):
            rows.append({"group": cell(self.p.role(role))})
            rows += [row(cell(run(self.p.short(one.command, 400), "code")), f"{one.answered:,}", f"{one.failed or '–'}",
                         self.p.people.seconds(one.longest), self.p.people.bytes(one.bytes)) for one in mine]
        return [*self.section("commands"), para(t("appendix.commands")),
                table([54, 10, 10, 12, 14], self._head("command", "answered", "failed", "longest", "bytes"), rows,
                      right=[1, 2, 3, 4])]


def pre(*lines: str) -> Block:
    """Commands as they are typed."""
    return {"k": "pre", "lines": [run(line)["t"] for line in lines]}


def document(page: Page) -> list[Block]:
    """The whole report of a page as blocks."""
    return Rest(page).document()
