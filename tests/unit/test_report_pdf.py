"""The PDF report: everything the page says, hostile text inert, no glyph missing, the same bytes each time."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pypdf
import pytest
import report_run
from rounds_run import Site
from test_cli_text import rounds

from pacs_rounds.evidence import chain
from pacs_rounds.model import Outcome
from pacs_rounds.report import html, paper, pdf, rich, view, words
from pacs_rounds.report.page import Page
from pacs_rounds.report.paper_tables import document

ANCHOR = f"{report_run.LINK['seq']}:{report_run.LINK['sha256']}"
KINDS = {"h", "p", "table", "list", "pre", "box", "toc", "break", "together"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> view.RunView:
    return view.load(report_run.build(tmp_path_factory.mktemp("run")), report_run.LINK)


def sheets(data: bytes, most: int | None = None) -> list[str]:
    """The text of each page (or of the first of them: reading them is slow) without white space: where lines break is
    the typesetter's business."""
    return [re.sub(r"\s+", "", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages[:most]]


def told(blocks: list[paper.Block]) -> str:
    """Every text of the blocks, in order."""
    def walk(one: object) -> list[str]:
        if isinstance(one, dict):
            if "t" in one:
                return [str(one["t"])]
            return [text for key, value in one.items() if key not in {"k", "style", "id", "tone"}
                    for text in walk(value)]
        if isinstance(one, list):
            return [text for value in one for text in walk(value)]
        return [one] if isinstance(one, str) else []
    return "\n".join(walk(blocks))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_file_has_everything_on_numbered_pages_with_the_anchor(run: view.RunView, lang: str) -> None:
    data = pdf.render(run, lang)
    pages = sheets(data)
    assert len(pages) > 5
    number = words.load(lang)
    for place, page in enumerate(pages, start=1):
        assert ANCHOR in page
        assert re.sub(r"\s", "", number("page.number", page=place, pages=len(pages))) in page
    assert pages[0].count(ANCHOR) == 2  # in the box and in the footer
    body = "".join(pages)
    shown = Page(run, words.load(lang), "")
    for finding in shown.findings:
        assert re.sub(r"\s+", "", f"{shown.label(finding.number)} {shown.finding_title(finding)}") in body
    for _, zh, en in report_run.HEADINGS:
        assert re.sub(r"\s", "", zh if lang == "zh" else en) in pages[0]
    assert "<script>alert(1)</script>\\x1b[31mred" in body
    assert "{{7*7}}" in body
    assert re.sub(r"\s", "", shown.words("signatures.party_a")) in body


def test_it_claims_pdf_a_and_embeds_its_fonts(run: view.RunView) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(run, "zh")))
    metadata = reader.xmp_metadata
    assert metadata is not None
    xml = metadata.stream.get_data().decode() if hasattr(metadata.stream, "get_data") else ""
    assert "<pdfaid:part>2</pdfaid:part>" in xml
    assert "/OutputIntents" in reader.trailer["/Root"]
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert any(name in descriptor for name in ("/FontFile2", "/FontFile3"))
    assert not [page for page in reader.pages for note in page.get("/Annots", ())
                if "/URI" in note.get_object().get("/A", {})]


def test_the_same_run_gives_the_same_bytes(run: view.RunView, tmp_path: Path) -> None:
    again = view.load(report_run.build(tmp_path), report_run.LINK)
    assert pdf.render(run, "zh") == pdf.render(again, "zh")


def test_it_says_what_the_page_says(run: view.RunView) -> None:
    """Word for word beside the HTML page, whose own texts are tested elsewhere."""
    text = re.sub(r"\s+", "", told(document(Page(run, words.load("zh"), ""))))
    page = html.render(run, "zh", "x").partition("<body>")[2]
    cells = re.findall(r"<(?:td|th|p|li|h2|h3)\b[^>]*>([^<]+)<", page)
    missing = {cell for cell in cells if re.sub(r"\s+", "", unescape(cell)) not in text}
    only_html = {words.load("zh")("findings.intro", n=len(Page(run, words.load("zh"), "").findings))}
    assert missing - only_html == set()
    assert len(cells) > 1500


def test_blocks_are_plain_data_of_known_kinds(run: view.RunView) -> None:
    blocks = document(Page(run, words.load("zh"), ""))
    assert {block["k"] for block in blocks} <= KINDS
    names = {block["id"] for block in blocks if block["k"] == "h" and block["id"]}
    links = set(re.findall(r"'to': '([^']+)'", str(blocks)))
    assert links
    assert links <= names


def test_what_the_font_lacks_is_written_as_its_code_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = "שלום 😀 पोर्ट 王镕 \U0002070e 한글 e\u0301 \ufe0f *bold* #panic() $x$ \\ _a_ `b` @ref <l> //c [d]"
    one = report_run.Verdict(strange, Outcome.CRITICAL, None, strange, strange, levels={"words": {"ok": ["up"]}})
    monkeypatch.setattr(report_run, "_awkward", lambda: {("core-2", "catalyst.interfaces_up"): [one]})
    body = "".join(sheets(pdf.render(view.load(report_run.build(tmp_path), report_run.LINK), "zh"), 7))
    assert "[U+05E9][U+05DC][U+05D5][U+05DD][U+1F600]" in body
    assert "王镕" in body
    assert "*bold*#panic()$x$\\_a_`b`@ref<l>//c[d]" in body


def test_only_what_the_font_lacks_changes() -> None:
    assert pdf.typesettable("a é 中 √ ▲ × ？ … ≥") == "a é 中 √ ▲ × ？ … ≥"
    assert pdf.typesettable("\u05d0b") == "[U+05D0]b"


def test_long_words_stay_on_the_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = report_run.Verdict("w" * 79, Outcome.CRITICAL, None, "x" * 5000, "y" * 5000)
    monkeypatch.setattr(report_run, "_awkward", lambda: {("core-2", "catalyst.interfaces_up"): [one]})
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(view.load(report_run.build(tmp_path), report_run.LINK), "zh")))
    places: list[float] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, _size: object) -> None:
        if text.strip():
            places.append(matrix[4])

    text = "".join(page.extract_text(visitor_text=visit) for page in reader.pages[:7])
    assert max(places) < 595 - 42
    assert "w" * 79 in re.sub(r"\s+", "", text)


def test_breaks_are_marked_in_long_words_only() -> None:
    plain = "short words and 一个很长的中文句子不需要任何标记"
    assert pdf.breakable(plain) == plain
    marked = pdf.breakable("see GigabitEthernet1/0/24e\u0301x now")
    assert marked.replace(pdf.BREAK, "") == "see GigabitEthernet1/0/24e\u0301x now"
    assert marked.startswith("see Gigab\x1fitEth\x1f")
    assert "e\u0301" in marked


def test_thousands_of_long_words_in_one_cell_do_not_stop_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = view.load(report_run.build(tmp_path, clean=True), report_run.LINK)
    monkeypatch.setattr(Page, "summary", lambda page, chapter: "GigabitEthernet1/0/24 " * 1500)
    assert len(pypdf.PdfReader(io.BytesIO(pdf.render(run, "zh"))).pages) > 50


def test_an_unsealed_run_is_a_draft(tmp_path: Path) -> None:
    found = view.load(report_run.build(tmp_path, clean=True, ended="no time", started="neither"), None)
    pages = sheets(pdf.render(found, "zh"), 12)
    assert all("未封存" in page for page in pages)
    assert "草稿，未封存，请勿签字" in "".join(pages)
    assert ANCHOR not in "".join(pages)


def test_runbooks_become_blocks() -> None:
    blocks = rich.rich('<p class="step-head">Do</p><ol><li>a <code>b&lt;</code></li></ol><pre>x\n&lt;b&gt;</pre>'
                       "<table><tr><td>h</td><td>i</td></tr><tr><td>j</td></tr></table>loose")
    assert [block["k"] for block in blocks] == ["p", "list", "pre", "table", "p"]
    assert blocks[0]["style"] == "step"
    assert blocks[1]["items"] == [[{"t": "a ", "s": "", "to": ""}, {"t": "b<", "s": "code", "to": ""}]]
    assert blocks[3]["head"] == [[{"t": "h", "s": "", "to": ""}], [{"t": "i", "s": "", "to": ""}]]
    assert blocks[3]["rows"][0]["cells"][1] == []
    assert blocks[4]["runs"][0]["t"] == "loose"


def test_the_command_writes_it_beside_the_others(
        site: Site, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    site.round()
    link = chain.links(site.evidence)[0]
    assert rounds("report", link.run, "--format", "pdf,csv", "--out", str(tmp_path)) == 0
    written = [Path(line) for line in capsys.readouterr().out.split()]
    assert [path.name for path in written] == [f"{link.run}.zh.pdf", f"{link.run}.csv"]
    assert link.anchor in sheets(written[0].read_bytes())[0]
    assert written[1].read_bytes().startswith(b"\xef\xbb\xbf")
