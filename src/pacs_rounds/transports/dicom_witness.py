"""What pynetdicom tells of one association while it lasts, kept for the judgement afterwards.

Its own answers are coarse: a connection that failed is a log line, and "aborted" stands for the peer's A-ABORT, for a
closed connection, for bytes that are no DICOM and for our own time-out. Its events keep these apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pynetdicom import evt
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_RJ, A_RELEASE_RQ
from pynetdicom.pdu_primitives import A_ASSOCIATE, A_P_ABORT

from pacs_rounds.transports.dicom_result import Echo, printable
from pacs_rounds.transports.dicom_socket import DeadlineSocket

MESSAGE_ID = 1

# PS3.8 table 9-10: what a message is called when it comes where the state machine does not expect it.
_MESSAGES = {"Evt3": "A-ASSOCIATE-AC", "Evt4": "A-ASSOCIATE-RJ", "Evt6": "A-ASSOCIATE-RQ", "Evt10": "P-DATA-TF",
             "Evt12": "A-RELEASE-RQ", "Evt13": "A-RELEASE-RP"}


class Witness:
    """Event handlers of one association. They run in pynetdicom's threads while the caller waits inside it.

    `ending` is the first sign of the end: rejected, no_context, aborted (by the peer), closed (by the peer), protocol
    (the peer broke it) or given_up (by us, for want of time); empty while there is none. What follows an end follows
    from it and is not recorded.
    """

    def __init__(self, echo: Echo, deadline: float) -> None:
        self.echo, self.deadline = echo, deadline
        self.link: DeadlineSocket | None = None
        self.ending = self.words = ""
        self.status: int | None = None
        self.wrong_response = ""
        self.abort_sent = False
        self.asked_at = 0.0

    def handlers(self) -> list[Any]:
        """As AE.associate wants them."""
        return [(evt.EVT_ACSE_SENT, self._about_to_connect), (evt.EVT_CONN_OPEN, self._connected),
                (evt.EVT_PDU_SENT, self._sent), (evt.EVT_PDU_RECV, self._received),
                (evt.EVT_ACCEPTED, self._accepted), (evt.EVT_DIMSE_RECV, self._answered),
                (evt.EVT_FSM_TRANSITION, self._moved)]

    def remaining(self) -> float:
        """Seconds to the deadline, a little more than none when it has passed."""
        return max(0.001, self.deadline - time.monotonic())

    def end(self, how: str, words: str) -> None:
        """Note an end, unless there was one."""
        if not self.ending:
            self.ending, self.words = how, words

    def _about_to_connect(self, event: Any) -> None:
        if self.link is None and isinstance(event.primitive, A_ASSOCIATE):
            provider = event.assoc.dul
            provider.socket.socket = self.link = DeadlineSocket(provider.socket.socket, self.deadline)
            provider.state_machine.do_action = self._guarded(provider.state_machine.do_action, event.assoc)

    def _guarded(self, act: Callable[[str], None], association: Any) -> Callable[[str], None]:
        """The state machine dies of values outside the standard and leaves its callers waiting. Wake them."""
        def do_action(event: str) -> None:
            try:
                act(event)
            except Exception as error:  # whatever a peer's bytes may lead to
                self.end("protocol", f"sent what cannot be read ({type(error).__name__})")
                association.dul.to_user_queue.put(A_P_ABORT())
                association.dimse.msg_queue.put((None, None))
                association.dul.kill_dul()
        return do_action

    def _connected(self, event: Any) -> None:
        self.echo.phase = "association"
        event.assoc.acse_timeout = self.remaining()

    def _sent(self, event: Any) -> None:
        self.asked_at = time.monotonic()
        self.abort_sent = self.abort_sent or isinstance(event.pdu, A_ABORT_RQ)

    def _received(self, event: Any) -> None:
        echo, pdu = self.echo, event.pdu
        if echo.phase == "association" and echo.association_ms is None:
            echo.association_ms = self._since_asked()
        if self.ending:
            return
        if isinstance(pdu, A_ABORT_RQ):
            echo.source, echo.reason_code = pdu.source, pdu.reason_diagnostic
            self.end("aborted", f"A-ABORT during the {echo.phase}")
        elif isinstance(pdu, A_RELEASE_RQ) and echo.phase != "release":
            self.end("aborted", "asked for release in place of answering")
        elif isinstance(pdu, A_ASSOCIATE_RJ) and echo.phase == "association":
            echo.reject_result, echo.source, echo.reason_code = pdu.result, pdu.source, pdu.reason_diagnostic
            self.end("rejected", _rejection(pdu))

    def _accepted(self, event: Any) -> None:
        said, rejected = event.assoc.acceptor, event.assoc.rejected_contexts
        self.echo.peer_implementation_uid = printable(said.implementation_class_uid, 64)
        self.echo.peer_implementation_version = printable(said.implementation_version_name, 16)
        if said.maximum_length is None:
            self.end("protocol", "an A-ASSOCIATE-AC that names no maximum length")
        if not event.assoc.accepted_contexts:
            self.echo.reason_code = rejected[0].result
            self.end("no_context", f"Verification was not accepted: {lower(rejected[0].status)}")

    def _answered(self, event: Any) -> None:
        """A complete message. pynetdicom takes any response for the one it waits for; this does not."""
        if self.status is not None:
            return
        command = event.message.command_set
        kind, to = type(event.message).__name__.replace("_", "-"), command.get("MessageIDBeingRespondedTo")
        status = command.get("Status")
        if kind != "C-ECHO-RSP":
            self.wrong_response = f"{kind} in place of a C-ECHO response"
        elif to != MESSAGE_ID:
            self.wrong_response = f"a response to message {to}, which nobody sent"
        elif not isinstance(status, int):
            self.wrong_response = "a C-ECHO response without status"
        else:
            self.echo.echo_ms = self._since_asked()
            self.status, self.echo.status = status, f"0x{status:04x}"

    def _moved(self, event: Any) -> None:
        if event.action == "AA-8":
            self.end("protocol", self._broken(event.fsm_event))
        elif event.fsm_event == "Evt17":
            self.end("closed", f"closed the connection without a word during the {self.echo.phase}")
        elif event.fsm_event == "Evt15":
            self.end("given_up", "")
        if event.action in {"AA-8", "AR-2"}:
            # Nothing more will come; without this the caller would wait for its response until the deadline.
            event.assoc.dimse.msg_queue.put((None, None))

    def _broken(self, fsm_event: str) -> str:
        if fsm_event in _MESSAGES:
            return f"{_MESSAGES[fsm_event]} during the {self.echo.phase}"
        latest = self.link.latest.hex(" ") if self.link else ""
        return f"no DICOM, or damaged, during the {self.echo.phase}: {latest}"

    def _since_asked(self) -> float:
        return round((time.monotonic() - self.asked_at) * 1000, 1)


def lower(words: str) -> str:
    """pynetdicom's words, within a sentence."""
    return words[:1].lower() + words[1:]


def _rejection(pdu: Any) -> str:
    try:
        words = lower(pdu.reason_str)
    except ValueError:
        words = "reserved"
    return "a reason the standard does not know" if words == "reserved" else words
