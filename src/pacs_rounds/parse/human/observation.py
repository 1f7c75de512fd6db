"""An observation as `rounds observe` keeps it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.inventory.register import mapping

_NEEDED: dict[str, type] = dict.fromkeys(("duty", "host", "saw", "who", "when", "photo_name", "photo_sha256"), str)


# duty: indicator-lamps
# host: vnx5500
# photo_name: IMG_0412.jpg
# photo_sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
# saw: normal
# when: '2017-11-21T06:05:00Z'
# who: 张三
@parser("human.observation")
def observation(text: str) -> dict[str, Any]:
    """One look: duty, host, saw (normal, fault, unclear), who, when (RFC 3339), when_seconds (epoch), photo_name,
    photo_sha256, words (may be empty)."""
    data = mapping(text, _NEEDED)
    unknown = sorted(set(data) - {*_NEEDED, "words"})
    if unknown:
        raise ParseError(f"{unknown[0]} is no part of an observation")
    if not re.fullmatch(r"[0-9a-f]{64}", data["photo_sha256"]):
        raise ParseError("photo_sha256 is no SHA-256")
    when = datetime.fromisoformat(data["when"])
    if when.tzinfo is None:
        raise ParseError(f"when: {data['when']} has no offset")
    return {**data, "words": str(data.get("words", "")), "when_seconds": when.timestamp()}
