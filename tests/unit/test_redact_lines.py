"""Searching only the lines that hold a pattern's words finds what searching the whole text finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds import redact
from pacs_rounds.redact import lines

PLATFORMS = [*redact.platforms(), "linux"]
FIXTURES = sorted(path for path in Path(__file__).parents[1].rglob("*.raw") if path.stat().st_size < 60_000)
PIECES = [
    "enable secret 5 ", "username rounds password 7 ", "key ", "key 7 ", "radius server a\n key 0 ", "passw", "ord",
    "snmp-server community ", "secret", "=", ":", " ", "\t", "\r", "\n", "\n\n", "\r\n", "/", "-", "\"", "'", "x",
    "0822455D0A16", "$1$abcd$efghijklmnop", "PATIENT NAME: ", "\u017fecret 5 ", "\u0130", "\u212aey 7 ", "口令: ",
    "110101199003070134", "conn target sys/", "@", "://u:", "description ", "<password>", "(0010,0010) [", "]", ","]

KEPT = {platform: lines.Finder([pattern for _, pattern in redact.rules(platform)]) for platform in PLATFORMS}
"""Those whose memory grows over all the tests here."""


def _same(platform: str, text: str) -> int:
    """What is found with a memory that begins here, with the same one once more, and by searching everywhere."""
    patterns = [pattern for _, pattern in redact.rules(platform)]
    whole = [(number, match.span("secret")) for number, pattern in enumerate(patterns)
             for match in pattern.finditer(text)]
    for finder in (own := lines.Finder(patterns), own, KEPT[platform]):
        assert [(number, match.span("secret")) for number, match in finder.matches(text)] == whole
    return len(whole)


@given(st.sampled_from(PLATFORMS), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_made_up_texts(platform: str, text: str) -> None:
    _same(platform, text)


def test_fixtures() -> None:
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in FIXTURES)
    assert len(FIXTURES) > 20
    assert sum(_same(platform, text) for platform in PLATFORMS) > 50


def test_most_rules_stay_on_a_line() -> None:
    patterns = [pattern for _, pattern in redact.rules("cisco_ios")]
    assert sum(map(lines.one_line, patterns)) > 0.9 * len(patterns)


@pytest.mark.parametrize("pattern", [
    r"a\sb", r"a[^x]b", r"a\W", r"a(?=\s)", r"a(?!\s)b", "a\nb", r"a(?s:.)b", r"a|b\s", r"(?:a\s)*b", "a[\t-\r]",
    r"a\D", "a*", r"(?<=a)", r"(a)\1", r"\Aab", r"ab\Z"])
def test_what_may_reach_over_a_line_is_searched_for_everywhere(pattern: str) -> None:
    assert not lines.one_line(re.compile(pattern, re.MULTILINE))


@pytest.mark.parametrize("pattern", [
    r"a[^\n]b", r"a\S", r"^a.b$", r"(?<!\S)ab", r"a[^\s,]{1,3}+", r"a(?=[ \t]|$)", r"\ba"])
def test_what_stays_on_its_line(pattern: str) -> None:
    assert lines.one_line(re.compile(pattern, re.MULTILINE))
