"""Texts of Oracle's tools that were asked once per home or once per instance: a headline above each part. Pure.

    -- home /u01/app/oracle/product/11.2.0/db_1
    LSNRCTL for Linux: …

A part may be `-- not running` (the instance is not on this host), `-- no home` (nor is the software), or
`-- failed <reason>: <words>`. A text without a headline, as a person saves it, is one part without a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pacs_rounds.model import ParseError, Reason
from pacs_rounds.parse.oracle_text import Fields, fail

_HEAD = re.compile(r"^-- (?P<word>home|instance) (?P<name>\S.*?)\s*$")
_FAILED = re.compile(r"^-- failed (?P<reason>[a-z_]+): (?P<words>.*)$")
_NOT_FOUND = re.compile(r"^\S+: (?:not found|No such file or directory)$")
STATES = {"-- not running": "not_running", "-- no home": "no_home"}


def split(text: str, word: str) -> list[tuple[str, str]]:
    """(name, text) of each part; ParseError where parts are of another kind or one is there twice."""
    found: list[tuple[str, list[str]]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if head := _HEAD.match(line):
            if head["word"] != word or head["name"] in {name for name, _ in found}:
                fail(f"a part of another kind than {word}, or one that is there twice", line)
            found.append((head["name"], []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            return [("", text)]
    if not found:
        fail("no text")
    return [(name, "\n".join(lines).strip("\n") + "\n") for name, lines in found]


def read(text: str, word: str, reader: Callable[[str], Any]) -> list[Fields]:
    """[{"name", "state": "answered", "not_running", "no_home" or "failed", "reason", "detail", "said": what the reader
    made of the part, or None}]. A part the reader refuses is refused whole when it is the only one, else `failed`."""
    parts = split(text, word)
    found = []
    for name, body in parts:
        one: Fields = {"name": name, "state": "answered", "reason": None, "detail": "", "said": None}
        stripped = body.strip()
        if stripped in STATES:
            one["state"] = STATES[stripped]
        elif failed := _FAILED.fullmatch(stripped):
            if failed["reason"] not in set(Reason):
                fail("no reason of the rounds", stripped)
            one |= {"state": "failed", "reason": failed["reason"], "detail": failed["words"]}
        elif _NOT_FOUND.match(stripped) and len(parts) > 1:
            one |= {"state": "failed", "reason": Reason.TOOL_MISSING.value, "detail": stripped}
        else:
            try:
                one["said"] = reader(body)
            except ParseError as error:
                if len(parts) == 1:
                    raise
                one |= {"state": "failed", "reason": Reason.UNPARSABLE.value, "detail": str(error)}
        found.append(one)
    return found
