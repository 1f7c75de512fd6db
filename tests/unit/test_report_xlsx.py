"""The workbook, read back by another library: complete, inert, within Excel's limits, the same bytes twice."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import report_run

from pacs_rounds import report
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.model import Outcome
from pacs_rounds.report import findings, plain, view, words, xlsx
from pacs_rounds.report.workbook import MOST_UNITS, Book, Column, fitted, plain_number, units

NAMES = ("summary", "findings", "coverage", "records", "serials", "clocks", "unseen")
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "{=1+1}", "http://x.invalid/"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> view.RunView:
    return view.load(report_run.build(tmp_path_factory.mktemp("run")), report_run.LINK)


@pytest.fixture(scope="module", params=words.LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def book(run: view.RunView, lang: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(run, lang)))


def _rows(book: Any, lang: str, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet below its filtered head, by column title."""
    sheet = book[words.load(lang)(f"sheets.names.{name}")]
    first = int(re.match(r"A(\d+):", sheet.auto_filter.ref)[1])
    head, *rows = sheet.iter_rows(min_row=first, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_sheets_are_in_the_readers_language_with_frozen_filtered_heads(book: Any, lang: str) -> None:
    t = words.load(lang)
    assert book.sheetnames == [t(f"sheets.names.{name}") for name in NAMES]
    for sheet in book.worksheets[1:]:
        head = int(re.match(r"A(\d+):", sheet.auto_filter.ref)[1])
        assert re.match(r"[A-Z]+(\d+)", sheet.freeze_panes)[1] == str(head + 1)
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_no_cell_is_a_formula_or_a_link(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                assert cell.hyperlink is None
                if cell.data_type == "s":
                    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u202e\u2066]", cell.value)
                    assert units(cell.value) <= MOST_UNITS


def test_every_record_is_a_row_with_its_exact_value(run: view.RunView, book: Any, lang: str) -> None:
    t = words.load(lang)
    rows = _rows(book, lang, "records")
    assert len(rows) == len(run.records)
    assert [row[t("columns.device")] for row in rows] == [record.host for record in run.records]
    for row, record in zip(rows, run.records, strict=True):
        assert row[t("columns.verdict")] == f"{t(f'marks.{record.outcome}')} {t(f'outcomes.{record.outcome}')}"
        if isinstance(record.observed, int | float):
            assert row[t("sheets.value")] == pytest.approx(record.observed, rel=1e-14)
            assert isinstance(row[t("sheets.value")], int | float)
    root = next(row for row in rows if row[t("columns.item")] == "/")
    assert (root[t("sheets.value")], root[t("sheets.unit")]) == (89.999, "%")


def test_every_finding_is_there_gravest_first_with_remedy_and_waiver(run: view.RunView, book: Any, lang: str) -> None:
    t = words.load(lang)
    rows, found = _rows(book, lang, "findings"), findings.findings(run)
    assert [row[t("sheets.number")] for row in rows] == [f"F-{one.number:02d}" for one in found]
    assert [(row[t("sheets.devices")], row[t("sheets.items")]) for row in rows] == [
        (len(one.hosts), len(one.records)) for one in found]
    assert all(row[t("findings.remedy")] and row[t("sheets.found")] for row in rows)
    assert sum("备件已订购" in row[t("findings.waiver")] for row in rows) == 1
    numbered = [row[t("sheets.number")] for row in _rows(book, lang, "records")]
    for one in found:
        assert numbered.count(f"F-{one.number:02d}") == len(one.records), "its items can be filtered by its number"


def test_the_summary_counts_under_each_heading(run: view.RunView, book: Any, lang: str) -> None:
    t = words.load(lang)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == t("cover.heading")) + 1
    verdicts = rows[start:start + 7]
    for row, heading in zip(verdicts, run.headings, strict=True):
        mine = [record for record in run.records if run.heading_of(record.check) == heading.clause]
        assert row[1].endswith(t(f"outcomes.{view.heading_verdict(mine)}"))
        assert list(row[2:7]) == [sum(one.outcome == name for one in mine) for name in (
            "critical", "unknown", "warning", "ok", "not_applicable")]
    assert verdicts[6][1].endswith(t("outcomes.unknown")), "nothing was looked at under the last one"
    assert any(row[0] == f"12:{report_run.LINK['sha256']}" for row in rows)


def test_coverage_has_every_check_and_host_and_unknown_is_no_ok(run: view.RunView, book: Any, lang: str) -> None:
    t = words.load(lang)
    rows = {(row[t("sheets.role")], row[t("sheets.check_id")]): row for row in _rows(book, lang, "coverage")}
    asked = {(record.role, record.check, record.host) for record in run.records}
    for role, check, host in asked:
        said = rows[t.get(f"roles.{role}", role), check][host]
        outcome = view.verdict([one for one in run.records if (one.role, one.check, one.host) == (role, check, host)])
        assert said.startswith(t(f"marks.{outcome}"))
    cells = sum(row[host] != t("marks.unplanned") for row in rows.values() for host in run.hosts)
    assert cells == len(asked)


def test_serials_clocks_and_what_was_not_looked_at(book: Any, lang: str) -> None:
    t = words.load(lang)
    serials = {row[t("columns.device")]: row for row in _rows(book, lang, "serials")}
    assert set(report_run.CONTRACT) <= set(serials)
    assert serials["broker-b"][t("columns.serial_written")] == "O6BGZETX"
    assert serials["vnx5500"][t("columns.serial_device")] == t("assets.not_told")
    clocks = {row[t("columns.device")]: row for row in _rows(book, lang, "clocks")}
    assert clocks["pacs-b"][t("sheets.offset_seconds")] == pytest.approx(-0.6)
    assert clocks["vnx5500"][t("columns.clock")] == t("assets.not_told")
    unseen = _rows(book, lang, "unseen")
    assert {row[t("columns.subject")] for row in unseen} >= {t("groups.clients"), t("groups.storage_arrays")}
    assert "client-130" in unseen[0][t("columns.device")]


def test_the_same_run_gives_the_same_bytes(run: view.RunView, lang: str) -> None:
    made = xlsx.render(run, lang)
    assert made == xlsx.render(run, lang)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert openpyxl.load_workbook(io.BytesIO(made)).properties.created == datetime(2026, 11, 22, 2, 0, 39)


def test_warnings_of_the_cover_stand_on_the_first_sheet(tmp_path: Path, lang: str) -> None:
    t = words.load(lang)
    folder = report_run.build(tmp_path, drop=("pacs-a", "linux.uptime"), scenario="lab/scenarios/x.yml", dirty=True)
    made = openpyxl.load_workbook(io.BytesIO(xlsx.render(view.load(folder, None), lang)))
    said = "\n".join(str(row[0]) for row in made.worksheets[0].iter_rows(values_only=True))
    for text in (t("cover.not_sealed"), t("warnings.dirty"), t("warnings.gaps", n=1), "lab/scenarios/x.yml"):
        assert text in said
    assert report_run.LINK["sha256"] not in said


def _book(*rows: list[Any]) -> Any:
    made = Book(datetime(2026, 1, 1), {}, "({n} characters)", lambda n: f"{n} rows cut")
    made.sheet("a/b:c*?[]'" + "x" * 40).table([Column("head", 10)], [list(row) for row in rows])
    made.sheet("A_B_C_____" + "x" * 40)
    return openpyxl.load_workbook(io.BytesIO(made.finished()))


@pytest.mark.parametrize("text", FORMULAS)
def test_device_text_stays_text_also_when_somebody_edits_the_cell(text: str) -> None:
    cell = _book([text]).worksheets[0]["A2"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)
    assert cell.quotePrefix == (text[0] in "=+-@")


def test_texts_that_no_cell_holds_say_that_they_were_cut() -> None:
    book = _book(["x" * 40_000], ["𠮷" * 20_000], ["y" * MOST_UNITS])
    long, wide, just = (row[0].value for row in book.worksheets[0].iter_rows(min_row=2))
    assert long.endswith("… (40,000 characters)")
    assert units(long) == MOST_UNITS
    assert wide.endswith("… (20,000 characters)")
    assert MOST_UNITS - 1 <= units(wide) <= MOST_UNITS
    assert just == "y" * MOST_UNITS
    assert fitted("short", "never") == "short"


def test_names_that_excel_refuses_are_made_fit() -> None:
    first, second = _book().sheetnames
    assert first == ("a_b_c_____" + "x" * 40)[:31]
    assert len(second) <= 31
    assert second.casefold() != first.casefold()


def test_rows_that_no_sheet_holds_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pacs_rounds.report.workbook.MOST_ROWS", 4)
    sheet = _book(["a"], ["b"], ["c"], ["d"]).worksheets[0]
    assert [row[0].value for row in sheet.iter_rows()] == ["head", "a", "b", "2 rows cut"]


@pytest.mark.parametrize(("value", "shown"), [
    (10**16 + 1, "10000000000000001"), (float("nan"), "nan"), (float("inf"), "inf"), (True, "True"), (0, 0),
    (-2.5, -2.5)])
def test_numbers_that_excel_cannot_keep_are_texts(value: Any, shown: Any) -> None:
    cell = _book([value]).worksheets[0]["A2"]
    assert cell.value == shown
    assert plain_number(value) == (not isinstance(shown, str))


def test_remedies_are_lines_of_text() -> None:
    html = "<p>Look <b>here</b> &amp; there</p><ol><li>one</li><li>two <code>ls</code></li></ol><ul><li>x</li></ul>" \
           "<pre>a\nb</pre><table><tr><td>k</td><td>v</td></tr></table>"
    assert plain.lines(html) == ["Look here & there", "1. one", "2. two ls", "– x", "a", "b", "k | v"]


def test_a_hostile_word_of_a_device_is_visible_and_whole(run: view.RunView, book: Any, lang: str) -> None:
    t = words.load(lang)
    rows = [row for row in _rows(book, lang, "records") if "<script>" in row[t("columns.item")]]
    assert len(rows) == 1
    assert "\\x1b[31m" in rows[0][t("columns.item")]
    assert "\\u202e" in rows[0][t("sheets.said")]
    assert rows[0][t("columns.verdict")].endswith(t(f"outcomes.{Outcome.CRITICAL}"))


def test_the_command_writes_it_beside_the_page(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: view.RunView) -> None:
    from pacs_rounds.cli import evidence as command

    folder = report_run.build(tmp_path)
    link = type("Link", (), {"data": {k: v for k, v in report_run.LINK.items() if k != "sha256"},
                             "sha256": report_run.LINK["sha256"]})()
    site = SiteEvidence(tmp_path)
    monkeypatch.setattr(command.chain, "link_of", lambda *_: link)
    monkeypatch.setattr("pacs_rounds.evidence.keys.fingerprint", lambda _: report_run.LINK["key_fingerprint"])
    written = command.write_reports(site, folder.name, "en", ["xlsx", "csv"], tmp_path / "out")
    assert [path.name for path in written] == [f"{report_run.RUN}.en.xlsx", f"{report_run.RUN}.csv"]
    assert written[0].read_bytes() == xlsx.render(view.load(folder, report_run.LINK), "en")
    assert "xlsx" in report.FILES
