"""What each simulated DICOM provider was sent: `<state>/dicom/<device>.log`, one JSON object per received PDU.

    {"association": 1, "calling": "MAINTCHK", "called": "CT2_SIEMENS", "pdu": "A-ASSOCIATE-RQ", "time": 1751.2}
    {"association": 1, "pdu": "P-DATA-TF", "time": 1751.2}
    {"association": 1, "dimse": "C-ECHO-RQ", "time": 1751.2}
    {"association": 1, "pdu": "A-RELEASE-RQ", "time": 1751.3}

Kept when a PDU has come in and nothing is answered yet: a peer that waits for each answer cannot overtake its own log.
"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from pynetdicom import evt

PDUS = {0x01: "A-ASSOCIATE-RQ", 0x04: "P-DATA-TF", 0x05: "A-RELEASE-RQ", 0x07: "A-ABORT"}


def association_log(state: Path, name: str) -> Path:
    """The file that keeps what a provider was sent since the lab started."""
    return state / "dicom" / f"{name}.log"


class AssociationLog:
    """Writes each line at once, so that a test or a person can look while the lab runs. Called from many threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()
        self._numbers: dict[int, int] = {}
        self._count = 0

    def handlers(self) -> list[tuple[Any, Any]]:
        """What to bind to the server."""
        return [(evt.EVT_PDU_RECV, self._pdu), (evt.EVT_DIMSE_RECV, self._dimse)]

    def close(self) -> None:
        """No more lines; an association that still ends finds the log closed."""
        with self._lock:
            self._file.close()

    def _pdu(self, event: Any) -> None:
        kind = int(event.pdu.pdu_type)
        said = {"pdu": PDUS.get(kind, f"{kind:#04x}")}
        if kind == 0x01:
            said |= {"called": str(event.pdu.called_ae_title).strip(),
                     "calling": str(event.pdu.calling_ae_title).strip()}
        self._write(event.assoc, said, new=kind == 0x01)

    def _dimse(self, event: Any) -> None:
        name = type(event.message).__name__  # C_ECHO_RQ
        self._write(event.assoc, {"dimse": name.replace("_", "-")})

    def _write(self, association: Any, said: dict[str, str], new: bool = False) -> None:
        with self._lock:
            if self._file.closed:
                return
            if new:
                self._count += 1
                self._numbers[id(association)] = self._count
            line = {"association": self._numbers.get(id(association)), "time": round(time.time(), 4), **said}
            self._file.write(json.dumps(line, sort_keys=True) + "\n")
            self._file.flush()
