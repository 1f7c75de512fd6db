"""Redaction: the only code that ever sees a device's unredacted text. Pure; the rules are data (rules.yml)."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path

from pacs_rounds import yamlfile

RULES = Path(__file__).with_name("rules.yml")


@dataclass(frozen=True, slots=True)
class Hit:
    """One replacement: which rule, on which line (1-based) of the original text."""

    rule: str
    line: int


@functools.cache
def rules(platform: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The compiled patterns for a platform, in the file's order."""
    return tuple(
        (rule["name"], re.compile(pattern, re.MULTILINE | re.IGNORECASE))
        for rule in yamlfile.load(RULES) if {"*", platform} & set(rule["platforms"])
        for pattern in rule["patterns"])


@functools.cache
def platforms() -> list[str]:
    """Platforms that have rules of their own."""
    return sorted({name for rule in yamlfile.load(RULES) for name in rule["platforms"]} - {"*"})


def token(secret: str, key: bytes) -> str:
    """What stands for a secret: the same secret gives the same token under the same key."""
    return hmac.new(key, secret.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:12]


def redact(platform: str, text: str, key: bytes) -> tuple[str, list[Hit]]:
    """The text as the archive keeps it, and what was replaced where."""
    hits: list[Hit] = []
    for name, pattern in rules(platform):
        if not pattern.search(text):
            continue
        parts: list[str] = []
        position = 0
        for match in pattern.finditer(text):
            secret, (begin, end) = match["secret"], match.span("secret")
            if secret.startswith("<redacted:"):
                continue
            parts += [text[position:begin], f"<redacted:{name}:{token(secret, key)}>"]
            hits.append(Hit(name, text.count("\n", 0, begin) + 1))
            position = end
        parts.append(text[position:])
        text = "".join(parts)
    return text, hits
