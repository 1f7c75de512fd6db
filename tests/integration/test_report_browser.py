"""The report in Debian's chromium: on screen, by what it asks for, and on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_run

from pacs_rounds.report import html, view

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
                None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--enable-logging=stderr"]
OWN = re.compile(r"https?://[a-z0-9.-]+\.(google|googleapis|gvt1)\.com/")
"""What chromium itself wants to know of its maker (the resolver rule above keeps it from getting anywhere)."""
MARGIN_POINTS = 12 / 25.4 * 72

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM: the report was not looked at in a browser "
                                                "(apt-get install chromium fonts-noto-cjk poppler-utils)"),
]


def browse(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run chromium once on a page with a profile of its own; its standard error holds the page's console."""
    profile = page.parent / f"profile-{page.stem}-{len(list(page.parent.glob('profile-*')))}"
    return subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", *options, page.as_uri()], capture_output=True, text=True,
        timeout=120, check=True)


def asked_for(netlog: Path) -> set[str]:
    """Addresses that went out to the network, without the browser's own."""
    urls = re.findall(r'"url":"((?:https?|wss?|ftp)://[^"]*)"', netlog.read_text(encoding="utf-8"))
    return {url for url in urls if not OWN.match(url)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_run.build(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest, run: Path) -> Path:
    path = run.parent / f"{request.param}.html"
    path.write_text(html.render(view.load(run, report_run.LINK), request.param, f"{run.name}/data/"), encoding="utf-8")
    return path


class Dom(HTMLParser):
    """Tags, ids of headings, and the text of what the browser made of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        assert not any(name.startswith("on") for name, _ in attrs), (tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_stays_inert_and_nothing_is_asked_for(page: Path) -> None:
    netlog = page.with_suffix(".netlog")
    done = browse(page, "--dump-dom", f"--log-net-log={netlog}")
    dom = Dom(done.stdout)
    assert dom.tags.isdisjoint({"script", "img", "iframe", "object", "embed", "form"})
    assert "<script>alert(1)</script>\\x1b[31mred" in dom.text
    assert "{{ 7*7 }}" in dom.text
    headings = [name for name in dom.ids if name.startswith("heading-")]
    assert headings == [f"heading-{number}" for number in range(1, 8)]
    titles = [zh if page.stem == "zh" else en for _, zh, en in report_run.HEADINGS]
    places = [dom.text.index(f"{number}. {title}") for number, title in enumerate(titles, start=1)]
    assert places == sorted(places)
    assert asked_for(netlog) == set()
    # chromium's own pages (its new tab) talk to the same console.
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line and "source: chrome://" not in line] == []


def test_the_watch_sees_a_request_and_the_policy_stops_it(page: Path) -> None:
    planted = page.read_text(encoding="utf-8").replace("</h1>", '</h1><img src="http://127.0.0.1:9/x.png">', 1)
    guarded, naked = page.with_name(f"guarded-{page.name}"), page.with_name(f"naked-{page.name}")
    guarded.write_text(planted, encoding="utf-8")
    naked.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", planted), encoding="utf-8")
    done = browse(guarded, "--dump-dom", f"--log-net-log={guarded.with_suffix('.netlog')}")
    assert "CONSOLE" in done.stderr
    assert "Content Security Policy" in done.stderr
    assert asked_for(guarded.with_suffix(".netlog")) == set()
    browse(naked, "--dump-dom", f"--log-net-log={naked.with_suffix('.netlog')}")
    assert asked_for(naked.with_suffix(".netlog")) == {"http://127.0.0.1:9/x.png"}


@pytest.fixture(scope="module")
def printed(page: Path) -> Path:
    path = page.with_suffix(".pdf")
    browse(page, "--no-pdf-header-footer", f"--print-to-pdf={path}")
    return path


def _poppler(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"NO {command[0].upper()}: the printed report was not looked at (apt-get install poppler-utils)")
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_every_sheet_is_numbered_and_carries_run_and_anchor(printed: Path) -> None:
    info = _poppler("pdfinfo", str(printed))
    pages = int(re.findall(r"Pages:\s+(\d+)", info)[0])
    assert re.search(r"Page size:\s+59[45]\S* x 84[12]\S* pts \(A4\)", info)
    sheets = _poppler("pdftotext", "-layout", str(printed), "-").split("\f")[:-1]
    assert len(sheets) == pages > 10
    for number, sheet in enumerate(sheets, start=1):
        squeezed = re.sub(r"\s+", "", sheet)
        assert (f"第{number}页/共{pages}页" if printed.stem == "zh" else f"Page{number}of{pages}") in squeezed
        assert f"{report_run.RUN}12:{report_run.LINK['sha256'][:16]}" in squeezed


def test_nothing_is_cut_at_the_papers_edge(printed: Path) -> None:
    boxes = _poppler("pdftotext", "-bbox", str(printed), "-")
    words = [(float(left), float(right), text) for left, right, text in re.findall(
        r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)" yMax="[-\d.]+">(.*?)</word>', boxes)]
    assert len(words) > 3000
    outside = [word for word in words if word[0] < MARGIN_POINTS - 1 or word[1] > 595.3 - MARGIN_POINTS + 1]
    assert outside == []


def test_paper_has_every_device_finding_and_table_heading(printed: Path, run: Path) -> None:
    found = view.load(run, report_run.LINK)
    sheets = _poppler("pdftotext", "-layout", str(printed), "-").split("\f")[:-1]
    text = "\n".join(sheets)
    assert all(re.search(rf"(?<![\w-]){re.escape(host)}(?![\w-])", text) for host in found.hosts)
    squeezed = [re.sub(r"\s+", "", sheet) for sheet in sheets]
    first, last, columns = ("附录A", "附录B", "各项数值证据") if printed.stem == "zh" else (
        "AppendixA.", "AppendixB.", "ValuesEvidence")
    # The cover lists both; the appendix itself runs from the last sheet with the one to the last with the other.
    start, end = (max(place for place, sheet in enumerate(squeezed) if word in sheet) for word in (first, last))
    assert end - start > 5
    assert [place for place in range(start, end) if columns not in squeezed[place]] == []
