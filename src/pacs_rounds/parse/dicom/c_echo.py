"""The answer to C-ECHO as transports/dicom.py writes it: one JSON object per line and AE title."""

from __future__ import annotations

import json
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser

RESULTS = frozenset({
    "accepted", "unreleased", "rejected", "aborted", "closed", "refused", "timed_out", "unreachable", "no_context",
    "failed_status", "protocol_error", "not_asked"})
PHASES = frozenset({"connect", "association", "echo", "release"})
# Field -> the types it may have. A field that a later version adds is kept as it is.
_FIELDS: dict[str, tuple[type, ...]] = {
    "ae_title": (str,), "address": (str,), "port": (int, type(None)), "calling_ae_title": (str,),
    "result": (str,), "phase": (str,), "reject_result": (int, type(None)), "source": (int, type(None)),
    "reason_code": (int, type(None)), "reason_text": (str,), "status": (str, type(None)),
    "connect_ms": (int, float, type(None)), "association_ms": (int, float, type(None)),
    "echo_ms": (int, float, type(None)),
    "peer_implementation_uid": (str,), "peer_implementation_version": (str,)}


# {"ae_title": "CT9", "address": "192.0.2.9", "port": 104, "result": "rejected", "phase": "association",
#  "reject_result": 1, "source": 1, "reason_code": 7, "status": null, "connect_ms": 0.4, ...}
@parser("dicom.c_echo")
def c_echo(text: str) -> list[dict[str, Any]]:
    """List of {ae_title, address, port, result, phase, reject_result, source, reason_code, reason_text, status,
    connect_ms, association_ms, echo_ms (milliseconds or None), calling_ae_title, peer_implementation_uid and
    _version}. Raises ParseError for a line that is no such object. Source: transports/dicom.py.
    """
    return [_entry(line, number) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _entry(line: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        raise ParseError(f"line {number} is no complete JSON object: {line[:60]!r}") from None
    if not isinstance(entry, dict):
        raise ParseError(f"line {number} is no JSON object: {line[:60]!r}")
    for name, types in _FIELDS.items():
        if name not in entry:
            raise ParseError(f"line {number} has no {name}")
        if not isinstance(entry[name], types) or isinstance(entry[name], bool):
            raise ParseError(f"line {number}: {name} is {str(entry[name])[:40]!r}")
    for name, known in (("result", RESULTS), ("phase", PHASES)):
        if entry[name] not in known:
            raise ParseError(f"line {number}: {name} {entry[name][:40]!r} is not known")
    return entry
