"""The words of what is printed, in both languages: templates/words.yml."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile

WORDS = Path(__file__).parent / "templates" / "words.yml"


@functools.cache
def words(lang: str) -> dict[str, Any]:
    """All words of a language."""
    found: dict[str, Any] = yamlfile.load(WORDS)[lang]
    return found


def grade_word(grade: str, lang: str) -> str:
    """A grade for people; a dash for none."""
    return str(words(lang)["grades"].get(grade, "—"))
