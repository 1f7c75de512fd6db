"""The page: hostile text inert, statements complete, both languages whole, quick."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_run

from pacs_rounds.model import Outcome
from pacs_rounds.report import html, runbook, view

VOID = {"meta", "br", "col", "img", "input", "link", "hr"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and complains about tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_run.build(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest, folder: Path) -> str:
    return html.render(view.load(folder, report_run.LINK), request.param, "run/data")


def test_hostile_text_is_shown_and_never_acts(page: str) -> None:
    reader = read(page)
    assert {tag for tag, _ in reader.tags}.isdisjoint({"script", "img", "iframe", "object", "form", "link", "base"})
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on") or (name == "style"
                and not re.fullmatch(r"width:\d+%", attrs[name] or ""))]
    text = "".join(reader.text)
    assert "<script>alert(1)</script>\\x1b[31mred" in text
    assert "{{ 7*7 }}" in text
    assert "49" not in re.findall(r"red\S* (\S+)", text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", page)


def test_nothing_is_fetched_and_links_stay_relative(page: str) -> None:
    reader = read(page)
    policy = next(attrs["content"] for tag, attrs in reader.tags if attrs.get("http-equiv"))
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "url(" not in page
    assert "@import" not in page
    hrefs = {attrs["href"] or "" for tag, attrs in reader.tags if tag == "a"}
    assert all(re.fullmatch(r"#[a-z0-9-]+|run/data/(raw/[0-9a-f]{64}\.txt|records/[\w.-]+/\w+\.jsonl)", href)
               for href in hrefs)
    ids = {attrs["id"] for _, attrs in reader.tags if "id" in attrs}
    assert {href[1:] for href in hrefs if href.startswith("#")} <= ids


def test_every_evidence_link_leads_to_a_file(page: str, folder: Path) -> None:
    hrefs = set(re.findall(r'href="run/(data/[^"]+)"', page))
    assert len(hrefs) > 300
    assert all((folder / href).is_file() for href in hrefs)


def test_cover_comes_first_and_shows_the_anchor_and_seven_verdicts(page: str) -> None:
    digits = report_run.LINK["sha256"]
    cover, _, rest = page.partition("</header>")
    text = "".join(read(cover + "</header></body></html>").text)
    assert f"12:{digits}" in text
    for _, zh, en in report_run.HEADINGS:
        assert zh in text or en in text
    assert rest.count('<section class="chapter"') == 7
    rows = re.findall(r'<tr class="(\w+)"><th scope="row"><a href="#heading-(\d)">', cover)
    assert [number for _, number in rows] == list("1234567")
    assert {number: outcome for outcome, number in rows} == {
        "1": "critical", "2": "unknown", "3": "critical", "4": "critical", "5": "critical", "6": "critical",
        "7": "unknown"}


def test_sections_stand_in_the_agreed_order(page: str) -> None:
    sections = ["cover", *(f"heading-{n}" for n in range(1, 8)), "findings", "matrix", "unseen", "serials", "clocks",
                "deltas", "verify", "signatures", "values", "commands"]
    places = [page.index(f'id="{name}"') for name in sections]
    assert places == sorted(places)


def test_values_levels_waivers_and_previous_are_told(folder: Path) -> None:
    text = "".join(read(html.render(view.load(folder, report_run.LINK), "zh", "x/")).text)
    for said in ("警告 ≥ 80 %，严重 ≥ 90 %", "97.4 %", "上次 91.2 %", "+6.2 个百分点", "89.999 %",
                 "站点规则第 1 条：the root filesystem is small by design", "豁免：备件已订购，下次停机更换",
                 "缺失 (absent)", "基线要求有，设备上没有", "增量 警告 ≥ 100 个错误", "无上次数据可比",
                 "已截短，全文见原始证据", "本次巡检在此类内容下没有检查任何项目",
                 "清单中有此设备，但本轮没有为它安排任何检查",
                 "sha256sum -c manifest-sha256.txt", "ssh-keygen -Y verify -f allowed_signers -I rounds@lab",
                 "chain/000012.json", "甲方（医院）", "乙方（维保方）"):
        assert said in text, said


def test_without_a_link_it_says_not_sealed_everywhere(folder: Path) -> None:
    found = view.load(folder, None)
    zh, en = html.render(found, "zh", "x"), html.render(found, "en", "x")
    for page, word in ((zh, "未封存"), (en, "NOT SEALED")):
        cover, _, rest = page.partition("</header>")
        assert word in cover
        assert word in rest[rest.index('id="signatures"'):] or "DRAFT" in rest
        assert 'content: "20261122T020000Z-quarterly-3fa9   NOT SEALED"' in page
        assert "ssh-keygen" not in page


def test_simulation_limit_dirty_tree_and_wrong_counts_are_said_on_the_cover(tmp_path: Path) -> None:
    folder = report_run.build(tmp_path, scenario="lab/scenarios/fan.yml", limit=["pacs-a", "pacs-b"], dirty=True,
                              counts={"ok": 1}, timezone="Middle/Earth")
    cover = html.render(view.load(folder, report_run.LINK), "zh", "x").partition("</header>")[0]
    for said in ("模拟环境", "lab/scenarios/fan.yml", "部分巡检", "pacs-a, pacs-b", "未提交的改动", "不一致",
                 "没有时区"):
        assert said in cover
    assert "+00:00" in cover


def test_a_run_id_cannot_leave_the_footers_css(tmp_path: Path) -> None:
    folder = report_run.build(tmp_path, clean=True, run='a"} body{display:none} </style><b>')
    page = html.render(view.load(folder, None), "zh", "x")
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "a__ body_display:none_" in style
    assert style.count("{") == style.count("}")
    read(page)


def test_a_clean_run_has_no_findings_and_no_green_light_for_what_was_not_looked_at(tmp_path: Path) -> None:
    page = html.render(view.load(report_run.build(tmp_path, clean=True), report_run.LINK), "zh", "x")
    assert "没有发现严重、未知或警告的项目" in page
    assert page.count('<span class="badge unknown"') >= 2


def test_very_many_items_are_cut_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    levels = {"words": {"ok": ["up"]}}
    many = [report_run.Verdict(f"port {n}", Outcome.CRITICAL, None, "", "down", levels=levels) for n in range(5000)]
    monkeypatch.setattr(report_run, "_awkward", lambda: {("core-2", "catalyst.interfaces_up"): many})
    page = html.render(view.load(report_run.build(tmp_path), None), "en", "x")
    assert "… and 4,940 more in the device" in page
    assert len(page) < 800_000


def test_fifteen_hundred_records_render_within_half_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(report_run._ITEMS, "linux.services", 60)
    folder = report_run.build(tmp_path)
    html._environment.cache_clear()
    started = time.process_time()
    found = view.load(folder, report_run.LINK)
    html.render(found, "zh", "x")
    assert len(found.records) > 1400
    assert time.process_time() - started < 0.5


def test_runbooks_are_told_once_as_text(tmp_path: Path) -> None:
    books = tmp_path / "docs" / "runbooks"
    books.mkdir(parents=True)
    (books / "fan.md").write_text(
        "# A fan has <failed>\n\nChecks: `x.fans`.\n\n## What it means\n\nThe rest run faster.\nUntil they stop.\n\n"
        "| a | b |\n|---|---|\n| `c` | d |\n\n## What to look at first\n\n"
        "1. `show env all`\n   twice\n2. **Listen**\n\n```\nswitch# show <env>\n```\n\n"
        "## What not to do\n\n- Do not reboot\n", encoding="utf-8")
    book = runbook.read("docs/runbooks/fan.md", "zh", tmp_path)
    assert book is not None
    assert (book.title, book.foreign) == ("A fan has <failed>", True)
    assert str(book.meaning) == "<p>The rest run faster. Until they stop.</p>"
    assert str(book.steps) == (
        '<p class="step-head">What to look at first</p>'
        "<ol><li><code>show env all</code> twice</li><li><b>Listen</b></li></ol><pre>switch# show &lt;env&gt;</pre>")
    (books / "fan.zh.md").write_text("# 风扇故障\n\n说明。\n", encoding="utf-8")
    runbook.read.cache_clear()
    own = runbook.read("docs/runbooks/fan.md", "zh", tmp_path)
    assert own is not None
    assert (own.title, own.foreign) == ("风扇故障", False)
    assert runbook.read("docs/runbooks/../../etc/passwd", "zh", tmp_path) is None
    assert runbook.read("docs/runbooks/none.md", "zh", tmp_path) is None
