"""Redaction: the only code that ever sees a device's unredacted text. Pure; the rules are data (rules.yml)."""

from __future__ import annotations

import bisect
import functools
import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path

from pacs_rounds import yamlfile
from pacs_rounds.redact import lines

RULES = Path(__file__).with_name("rules.yml")
WITHOUT_OWN = {"linux", "windows", "dicom", "inventory", "client", "rman", "opatch"}
"""Platforms for which the rules of all platforms are enough."""
MAX_PASSES = 10
"""Each pass leaves less that is not a token; two are the rule."""
_DONE = re.compile(r"<redacted:[a-z0-9_]+:[0-9a-f]{12}>")


@dataclass(frozen=True, slots=True)
class Hit:
    """One replacement: which rule, on which line (1-based)."""

    rule: str
    line: int


@functools.cache
def rules(platform: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The compiled patterns for a platform, in the file's order. Of a platform nobody knows: all of them."""
    known = platform in platforms() or platform in WITHOUT_OWN
    return tuple(
        (rule["name"], re.compile(pattern, re.MULTILINE | re.IGNORECASE))
        for rule in yamlfile.load(RULES) if not known or {"*", platform} & set(rule["platforms"])
        for pattern in rule["patterns"])


@functools.cache
def _finder(platform: str) -> lines.Finder:
    return lines.Finder([pattern for _, pattern in rules(platform)])


@functools.cache
def platforms() -> list[str]:
    """Platforms that have rules of their own."""
    return sorted({name for rule in yamlfile.load(RULES) for name in rule["platforms"]} - {"*"})


def token(secret: str, key: bytes) -> str:
    """What stands for a secret: the same secret gives the same token under the same key."""
    return hmac.new(key, secret.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:12]


@dataclass(slots=True)
class _Span:
    """Where a secret lies in the original text."""

    begin: int
    end: int
    rule: str


def redact(platform: str, text: str, key: bytes) -> tuple[str, list[Hit]]:
    """The text as the archive keeps it, and what was replaced where.

    All patterns look at the same text; secrets that overlap become one, under the rule that stands first. Then they
    look again, since a token may have made a new match: what comes out stays as it is when it is redacted once more.
    """
    hits: list[Hit] = []
    for _ in range(MAX_PASSES):
        spans = _merged(_spans(platform, text))
        if not spans:
            break
        text = _replaced(text, spans, key, hits)
    return text, hits


def _replaced(text: str, spans: list[_Span], key: bytes, hits: list[Hit]) -> str:
    parts: list[str] = []
    position, line = 0, 1
    for span in spans:
        line += text.count("\n", position, span.begin)
        hits.append(Hit(span.rule, line))
        line += text.count("\n", span.begin, span.end)
        parts += [text[position:span.begin], f"<redacted:{span.rule}:{token(text[span.begin:span.end], key)}>"]
        position = span.end
    return "".join(parts) + text[position:]


def _spans(platform: str, text: str) -> list[_Span]:
    """Where the secrets lie that are not tokens already; one that touches a token swallows it."""
    done = [match.span() for match in _DONE.finditer(text)]
    begins = [begin for begin, _ in done]
    found: list[_Span] = []
    names = rules(platform)
    for number, match in _finder(platform).matches(text):
        begin, end = match.span("secret")
        touched = done[max(0, bisect.bisect_right(begins, begin) - 1):bisect.bisect_left(begins, end)]
        touched = [(left, right) for left, right in touched if right > begin]
        if any(left <= begin and end <= right for left, right in touched):
            continue
        found.append(_Span(min([begin, *(left for left, _ in touched)]),
                           max([end, *(right for _, right in touched)]), names[number][0]))
    return found


def _merged(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for span in sorted(spans, key=lambda one: one.begin):  # stable: of two at one place the earlier rule comes first
        if merged and span.begin < merged[-1].end:
            merged[-1].end = max(merged[-1].end, span.end)
        else:
            merged.append(span)
    return merged
