"""One DICOM association with one C-ECHO in it, by pynetdicom, and the words for how it ended."""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from collections.abc import Sequence
from typing import Any

from pynetdicom import AE, _config, build_context
from pynetdicom.status import GENERAL_STATUS, VERIFICATION_SERVICE_CLASS_STATUS

from pacs_rounds.transports.dicom_result import Echo
from pacs_rounds.transports.dicom_socket import LONGEST_ANSWER
from pacs_rounds.transports.dicom_witness import MESSAGE_ID, Witness, lower

# What peers say belongs into the record, where it is redacted, and nowhere else: neither a log nor a warning on the
# terminal for each UID that a device pads in its own way.
_config.LOG_HANDLER_LEVEL = "none"
for _name in ("pynetdicom", "pydicom"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="pydicom")

VERIFICATION = "1.2.840.10008.1.1"
# The default transfer syntax: every SCP must know it (PS3.5 section 10.1), so nothing else is offered.
IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
CONTEXT = build_context(VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN)
IMPLEMENTATION_UID = "2.25.265686814222333516936474170750768443798"
IMPLEMENTATION_VERSION = "PACS_ROUNDS_1"
MAX_PDU_BYTES = 16384
PARTING_SECONDS = 1.0
"""For the goodbye where the outcome is known already."""

_STATUSES = {**GENERAL_STATUS, **VERIFICATION_SERVICE_CLASS_STATUS}
_SILENT = {"connect": "no answer to the TCP connection",
           "association": "TCP accepted, then no answer to the association request",
           "echo": "association accepted, then no answer to the C-ECHO",
           "release": "C-ECHO answered, then no answer to the release"}


class Association:
    """One association with one C-ECHO in it. Writes what happened into its Echo."""

    def __init__(self, echo: Echo, addresses: Sequence[str], port: int) -> None:
        self.echo, self.addresses, self.port = echo, addresses, port
        self.budget = self.deadline = 0.0
        self.witness = Witness(echo, 0.0)
        self.association: Any = None

    def run(self, budget: float) -> None:
        """Connect, associate, echo, release within `budget` seconds; leave nothing open whatever happened."""
        self.budget, self.deadline = budget, time.monotonic() + budget
        for address in self.addresses:
            self.witness = Witness(self.echo, self.deadline)
            try:
                self._talk(address)
            except Exception as error:  # no socket to be had, or bytes that pynetdicom was not prepared for
                self.witness.end("protocol", f"{type(error).__name__}: {error}"[:120])
            self._leave()
            if self.echo.phase != "connect" or time.monotonic() >= self.deadline:
                break
        self._judge()

    def _talk(self, address: str) -> None:
        ae = AE(ae_title=self.echo.calling_ae_title)
        ae.implementation_class_uid = IMPLEMENTATION_UID
        ae.implementation_version_name = IMPLEMENTATION_VERSION
        ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = self.witness.remaining()
        ae.network_timeout = None  # the socket has the deadline
        self.association = None
        self.association = association = ae.associate(
            address, self.port, contexts=[CONTEXT], ae_title=self.echo.ae_title, max_pdu=MAX_PDU_BYTES,
            evt_handlers=self.witness.handlers())
        if not association.is_established:
            return
        self.echo.phase = "echo"
        association.dimse_timeout = self.witness.remaining()
        association.send_c_echo(MESSAGE_ID)
        if self.witness.status is None:
            return
        association.acse_timeout = self.witness.remaining()
        if self.witness.status:
            association.acse_timeout = min(PARTING_SECONDS, self.witness.remaining())
        else:
            self.echo.phase = "release"
        association.release()

    def _leave(self) -> None:
        """Leave nothing open: a peer with one free association would refuse its real work for minutes."""
        association, link = self.association, self.witness.link
        if association is None:
            return
        over = association.is_released or self.witness.ending in {"rejected", "closed", "aborted"}
        if not over and association.dul.is_alive():
            with contextlib.suppress(Exception):  # in any state; what counts comes below
                association.abort()
        association.dul.join(0.3)
        if link is not None:
            if link.connect_ms is not None and not (over or self.witness.abort_sent or link.timed_out):
                link.abort()
            link.close()
        association.dul.kill_dul()
        association.dul.join(0.5)
        if association.is_alive():
            association.join(0.5)

    def _judge(self) -> None:
        echo, seen = self.echo, self.witness
        echo.connect_ms = seen.link.connect_ms if seen.link else None
        if echo.phase == "connect":
            self._judge_connection()
        elif seen.ending in {"rejected", "no_context"}:
            echo.become(seen.ending, seen.words)
        elif seen.status is not None:
            self._judge_status(seen.status)
        elif seen.wrong_response:
            echo.become("protocol_error", seen.wrong_response)
        elif seen.link is not None and seen.link.received > LONGEST_ANSWER:
            echo.become("protocol_error", f"more than {LONGEST_ANSWER} bytes in place of an answer")
        elif self._late():
            echo.become("timed_out", self._silence())
        elif seen.ending in {"aborted", "closed"}:
            echo.become(seen.ending, seen.words)
        else:
            echo.become("protocol_error", seen.words or f"the {echo.phase} ended without an explanation")

    def _judge_connection(self) -> None:
        failure = self.witness.link.failure if self.witness.link else None
        if isinstance(failure, ConnectionRefusedError):
            self.echo.become("refused", "nothing listens on this port")
        elif isinstance(failure, ConnectionError):
            self.echo.become("closed", "the connection was reset at once")
        elif isinstance(failure, TimeoutError):
            self.echo.become("timed_out", self._silence())
        else:
            words = failure.strerror or str(failure) if failure else self.witness.words
            self.echo.become("unreachable", words[:120] or "no connection could be opened")

    def _judge_status(self, status: int) -> None:
        seen = self.witness
        if status:
            name = _STATUSES.get(status, ("", ""))[1]
            self.echo.become("failed_status", lower(name) if name else "not a status of the standard")
        elif self.association.is_released:
            self.echo.become("accepted", "")
        elif seen.ending == "closed" and not self._late():
            # Many peers close the socket in place of an A-RELEASE-RP: the association is gone all the same.
            self.echo.become("accepted", "closed the connection in place of a release response")
        elif seen.ending == "aborted":
            self.echo.become("unreleased", "answered the release with A-ABORT")
        elif seen.ending == "protocol":
            self.echo.become("unreleased", seen.words)
        else:
            self.echo.become("unreleased", self._silence())

    def _late(self) -> bool:
        """Whether it ended for want of time: within a message the socket knows, between messages pynetdicom."""
        return self.witness.ending in {"", "given_up"} or bool(self.witness.link and self.witness.link.timed_out)

    def _silence(self) -> str:
        return f"{_SILENT[self.echo.phase]} within {self.budget:.3g} s"
