"""The report's chapter on copies: differences side by side, and the section in both languages and both forms."""

from __future__ import annotations

from typing import Any

import pytest
import report_run

from pacs_rounds.report import copies, html, view, words
from pacs_rounds.report.copies import Side
from pacs_rounds.report.page import Page
from pacs_rounds.report.paper_tables import Rest

CHANGE = ["--- before", "+++ after", "@@ -3,4 +3,4 @@", " interface Vlan99", "- ip address 192.0.2.7 255.255.255.0",
          "+ ip address 192.0.2.8 255.255.255.0", "+ no ip proxy-arp", " !", "-logging 192.0.2.9"]
HOSTILE = "<script>alert(1)</script> {{ 7*7 }}"


def facts() -> dict[str, Any]:
    base = {"command": "show running-config", "reason": "", "detail": "", "added": 2, "removed": 2, "change": ""}
    return {
        "device": "access-1", "platform": "cisco_ios", "main": "running_config", "fault": "", "recipients": True,
        "commit": "ab", "order": "", "last_good": 1_795_312_800.0, "golden": [], "weak": [],
        "documents": [
            {**base, "document": "running_config", "state": "changed", "sealed": "ab" * 20,
             "change": "\n".join([*CHANGE, f"+banner {HOSTILE}"]) + "\n"},
            {**base, "document": "vlan", "state": "quarantined", "sealed": ""}]}


def test_removed_and_added_lines_of_one_place_stand_side_by_side() -> None:
    assert copies.side_by_side(CHANGE) == [
        Side("place", "@@ -3,4 +3,4 @@", ""), Side("same", "interface Vlan99", "interface Vlan99"),
        Side("changed", " ip address 192.0.2.7 255.255.255.0", " ip address 192.0.2.8 255.255.255.0"),
        Side("added", "", " no ip proxy-arp"), Side("same", "!", "!"), Side("removed", "logging 192.0.2.9", "")]


def test_a_controllers_copy_is_named_by_its_own_device_and_order() -> None:
    told = facts()
    own = told["documents"][0]
    told["documents"].append({**own, "document": "imm", "of": "access-1-imm", "order": "WO-7"})
    assert [(one.host, one.document, one.order) for one in copies.changes({"access-1": told})] == [
        ("access-1", "running_config", ""), ("access-1-imm", "imm", "WO-7")]
    assert [host for host, _ in copies.handed_over({"access-1": told})] == ["access-1", "access-1-imm"]


def test_what_cannot_be_read_is_left_out() -> None:
    assert copies.last_good({"last_good": None}) is None
    assert copies.changes({}) == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_section_shows_states_differences_and_what_is_handed_over(lang: str, tmp_path: Any) -> None:
    run = view.load(report_run.build(tmp_path), None)
    run.copies = {"access-1": facts()}
    page = html.render(run, lang, "")
    section = page[page.index('<section id="copies"'):page.index("</section>", page.index('<section id="copies"'))]
    assert "192.0.2.7" in section
    assert "192.0.2.8" in section
    assert "DL14" in section
    assert "ab" * 20 in section
    assert "<script>alert" not in page
    blocks = Rest(Page(run, words.load(lang), "")).copies()
    told = repr(blocks)
    assert "192.0.2.7" in told
    assert "ab" * 20 in told


def test_a_run_without_copies_has_no_section(tmp_path: Any) -> None:
    run = view.load(report_run.build(tmp_path), None)
    page = html.render(run, "zh", "")
    assert 'id="copies"' not in page
    assert 'href="#copies"' not in page
