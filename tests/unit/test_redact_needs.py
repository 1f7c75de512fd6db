"""The short cut of redaction never passes over a text that holds a secret."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacs_rounds import redact
from pacs_rounds.redact.needs import folded, may_match, of, shaped

FIXTURES = Path(__file__).parents[1] / "fixtures"
PATTERNS = sorted({(name, pattern.pattern, pattern.flags) for platform in (*redact.platforms(), "nobody knows it")
                   for name, pattern in redact.rules(platform)})


@pytest.mark.parametrize(("name", "pattern", "flags"), PATTERNS)
def test_whatever_matches_holds_what_the_pattern_needs(name: str, pattern: str, flags: int) -> None:
    compiled = re.compile(pattern, flags)
    needs, of_shape = of(compiled), of(compiled, shape=True)

    @settings(max_examples=40, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])
    @given(st.from_regex(compiled))
    def holds(text: str) -> None:
        assert may_match(needs, folded(text))
        assert may_match(of_shape, shaped(folded(text)))

    holds()


@pytest.mark.parametrize(("pattern", "expected"), [
    (r"^[ \t]*snmp-server community (?:RO )?(?P<secret>\S+)", ({"snmp-server community "},)),
    (r"(?:password|secret) ?=", ({"password", "secret"}, {"="})),
    (r"(?:password|)x", ({"x"},)),
    (r"(?:ab)?(?:cd)+", ({"cd"},)),
    (r"(?:ab)*", ()),
    (r"[ab]\d", ()),
    (r"(?<=user )(?!root)[a-z]+", ()),
    (r"(?>key)\S", ({"key"},)),
])
def test_needs_are_what_no_match_can_do_without(pattern: str, expected: tuple[set[str], ...]) -> None:
    assert of(re.compile(pattern, re.IGNORECASE)) == tuple(map(frozenset, expected))


def test_every_letter_that_ignoring_case_makes_ascii_is_folded() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        pattern = re.compile(letter, re.IGNORECASE)
        also = [chr(code) for code in range(sys.maxunicode + 1) if pattern.fullmatch(chr(code))]
        assert {folded(one) for one in also} == {letter}


def test_a_secret_behind_a_long_s_is_found() -> None:
    assert "hunter2" not in redact.redact("linux", "\u53e3 pa\u017f\u017fword=hunter2\n", b"k" * 32)[0]


class _Everywhere:
    """A Finder that takes no short cut at all."""

    def __init__(self, platform: str) -> None:
        self.patterns = [pattern for _, pattern in redact.rules(platform)]

    def matches(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        return ((number, match) for number, pattern in enumerate(self.patterns) for match in pattern.finditer(text))


@pytest.mark.parametrize(("pattern", "expected"), [
    (r"md5 \d", ({"md0 0"},)), (r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}[0-9X]", ({"000000"}, {"00"})),
    (r"a[0-9]{2,4}b", ({"a00"}, {"0"}, {"b"})), (r"a\d*b", ({"a"}, {"b"})), (r"a\d?b", ({"a"}, {"b"})),
    (r"a[0-9x]b", ({"a"}, {"b"})), (r"a(?:\d\d)+b", ({"00"}, {"a"}, {"b"})), (r"a\Db", ({"a"}, {"b"})),
])
def test_what_a_text_must_hold_when_its_digits_are_not_told_apart(pattern: str, expected: tuple[set[str], ...]) -> None:
    assert set(of(re.compile(pattern), shape=True)) == set(map(frozenset, expected))


@given(st.from_regex(r"\A[a-z\d \u0660-\u0669\u017f]{0,30}\Z"))
def test_a_shape_has_a_0_for_every_digit_of_any_script_and_nothing_moves(text: str) -> None:
    lowered = folded(text)
    assert len(shaped(lowered)) == len(lowered)
    assert not re.search(r"[^\D0]", shaped(lowered))


def test_the_same_is_found_with_and_without_the_short_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [(path.parts[-3], path.read_bytes().decode("utf-8", "replace")) for path in FIXTURES.rglob("*.raw")]
    assert len(texts) > 100
    short = [redact.redact(platform, text, b"k" * 32) for platform, text in texts]
    monkeypatch.setattr(redact, "_finder", lambda platform: _Everywhere(platform))
    assert short == [redact.redact(platform, text, b"k" * 32) for platform, text in texts]
