"""What became of one device's copy, as `pacs_rounds.config_round.taking` writes it: YAML."""

from __future__ import annotations

from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.inventory.register import mapping

STATES = frozenset({"new", "changed", "unchanged", "quarantined", "absent", "gap", "not_offered"})
_NEEDED: dict[str, type] = {"device": str, "platform": str, "main": str, "fault": str, "recipients": bool,
                            "commit": str, "order": str, "documents": list}
_DOCUMENT: dict[str, type] = {"document": str, "command": str, "state": str, "reason": str, "detail": str,
                              "added": int, "removed": int, "sealed": str, "change": str}


def _documents(data: dict[str, Any]) -> None:
    for number, one in enumerate(data["documents"], start=1):
        if not isinstance(one, dict):
            raise ParseError(f"document #{number} is {str(one)[:40]!r}, not a mapping")
        for key, kind in _DOCUMENT.items():
            if not isinstance(one.get(key), kind):
                raise ParseError(f"document #{number}: {key} is {str(one.get(key))[:40]!r}, not a {kind.__name__}")
        for key in ("of", "order"):  # of a controller's document
            if not isinstance(one.get(key, ""), str):
                raise ParseError(f"document #{number}: {key} is {str(one[key])[:40]!r}, not a str")
        if one["state"] not in STATES:
            raise ParseError(f"document #{number}: {one['state'][:40]!r} is no state of a copy")
    if data["main"] not in [one["document"] for one in data["documents"]]:
        raise ParseError(f"{data['main'][:40]!r}, which makes a copy a copy, is not among the documents")


def _last_good(data: dict[str, Any]) -> None:
    value = data.get("last_good", "missing")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ParseError(f"last_good is {str(value)[:40]!r}, not a number")


def _rows(data: dict[str, Any], key: str, fields: tuple[str, ...]) -> None:
    rows = data.get(key, "missing")
    if rows is None:
        return
    if not isinstance(rows, list) or any(not isinstance(one, dict) or set(fields) - set(one) for one in rows):
        raise ParseError(f"{key} is {str(rows)[:40]!r}, not a list of {', '.join(fields)}")


# device: access-1
# platform: cisco_ios
# main: running_config
# fault: ''
# recipients: true
# commit: 3f0c…
# order: ''
# last_good: 1795338000.0
# documents:
# - {document: running_config, command: show running-config, state: changed, reason: '', detail: '', added: 2, …}
# golden:
# - {rule: ntp, word: ok, detail: ''}
# weak:
# - {line: 31, kind: username, type: '7'}
@parser("configs.device")
def device(text: str) -> dict[str, Any]:
    """The facts as `config_round.taking` gathers them. `last_good` is epoch seconds or None; `golden` and `weak` are
    None where no configuration was accepted, `weak` also where nobody looks for such secrets. A state nobody knows, a
    missing key, a wrong type: ParseError."""
    data = mapping(text, _NEEDED)
    _documents(data)
    _last_good(data)
    _rows(data, "golden", ("rule", "word", "detail"))
    _rows(data, "weak", ("line", "kind", "type"))
    return data
