"""What became of one device's copy, as text: it is kept and judged like any answer of a device. Pure.

Everything in it is redacted: the texts of the copies themselves never come here, only their differences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

COMMAND = "configs device"
MOST_LINES = 400
"""Lines of one difference that are told; the history has all of them."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Differences as blocks of lines, as a person would read them."""


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
_UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]")


def as_text(facts: dict[str, Any]) -> str:
    """The answer's words: YAML. Where no difference has to be shown it is JSON, which YAML reads as well and a computer
    writes and reads ten times as quickly."""
    if not any(one["change"] for one in facts["documents"]):
        return json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8", "replace").decode("utf-8") + "\n"
    return str(yaml.dump(facts, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4000))


def block(lines: Iterable[str]) -> str:
    """Lines as one text that YAML keeps as it is: no trailing blanks, no control characters, one line feed at its end;
    empty for none."""
    kept = [_UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02x}", line).replace("\t", "    ").rstrip()
            for line in lines]
    if len(kept) > MOST_LINES:
        kept = [*kept[:MOST_LINES], f"@@ {len(kept) - MOST_LINES} more lines: rounds configs diff"]
    return "\n".join(kept) + "\n" if kept else ""
