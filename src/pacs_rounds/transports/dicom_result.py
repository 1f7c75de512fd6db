"""What became of one C-ECHO: the record that the transport writes and the parser reads."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Echo:
    """What became of one C-ECHO. Times in milliseconds, None where the phase was not finished.

    `result` is accepted, unreleased (answered, but the release was not), rejected, aborted, closed (hung up without
    a word), refused (TCP), timed_out, unreachable, no_context, failed_status, protocol_error or not_asked; `phase`
    is where it ended: connect, association, echo or release.
    """

    host: str
    ae_title: str
    address: str
    port: int | None
    calling_ae_title: str
    result: str = "not_asked"
    phase: str = "connect"
    reject_result: int | None = None
    source: int | None = None
    reason_code: int | None = None
    reason_text: str = ""
    status: str | None = None
    connect_ms: float | None = None
    association_ms: float | None = None
    echo_ms: float | None = None
    peer_implementation_uid: str = ""
    peer_implementation_version: str = ""
    started: float = field(default_factory=time.time)
    ended: float = 0.0

    def become(self, result: str, words: str) -> None:
        """The outcome and its reason for people."""
        self.result, self.reason_text = result, words

    def line(self) -> str:
        """One JSON line without host and clock: what the archive keeps and `dicom.c_echo` reads."""
        data = asdict(self)
        for key in ("host", "started", "ended"):
            del data[key]
        return json.dumps(data, sort_keys=True, ensure_ascii=True)


def printable(words: object, limit: int) -> str:
    """Printable ASCII only: what a device says about itself goes into a record."""
    return "".join(letter for letter in str(words or "")[:limit] if " " <= letter <= "~").strip()
