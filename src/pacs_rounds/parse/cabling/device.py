"""What a survey found about one device's cables: the text that the round itself writes (cabling/collect.py)."""

from __future__ import annotations

from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.model import BadInput, ParseError
from pacs_rounds.parse import parser

_KEYS = {"device", "silent", "links", "strays", "paths", "faults", "doubts"}
_LINK = {"name", "a", "b", "grade", "state", "why", "with", "found", "status", "silent_ends", "proofs", "notes",
         "whole"}


# device: core-1
# silent: false
# links:
# - {name: L0001, a: pacs-a:eth0, b: core-1:Gi9/1, grade: proven_one, state: up, proofs: [...], notes: []}
# strays: []
@parser("cabling.device")
def device(text: str) -> dict[str, Any]:
    """The mapping as written: device, silent, links, strays, paths, faults, doubts."""
    try:
        data = yamlfile.loads(text, "cabling device")
    except BadInput as error:
        raise ParseError(error.problem) from None
    if not isinstance(data, dict) or not set(data) >= _KEYS:
        missing = sorted(_KEYS - set(data)) if isinstance(data, dict) else sorted(_KEYS)
        raise ParseError(f"not a device's cables: no {', '.join(missing)}")
    for key in sorted(_KEYS - {"device", "silent"}):
        if not isinstance(data[key], list):
            raise ParseError(f"{key} is no list")
    for number, link in enumerate(data["links"], start=1):
        if not isinstance(link, dict) or not set(link) >= _LINK:
            raise ParseError(f"link #{number} is not complete: cut off")
    for number, stray in enumerate(data["strays"], start=1):
        if not isinstance(stray, dict) or not {"a", "b", "what", "explains"} <= set(stray):
            raise ParseError(f"undocumented link #{number} is not complete: cut off")
    for number, path in enumerate(data["paths"], start=1):
        if not isinstance(path, dict) or not {"use", "documented", "usable"} <= set(path):
            raise ParseError(f"path #{number} is not complete: cut off")
    return data
