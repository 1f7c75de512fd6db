"""Simulated DICOM service providers: modalities and the AE titles of the servers. State: lab/defaults/dicom.yml.

pynetdicom answers, so that the transport of the project meets an implementation that is not its own. Its servers
usually bring a thread each; here the event loop watches the listening sockets and only an open association has one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from pathlib import Path
from typing import Any

from pynetdicom import AE, _config, build_context, evt

from pacs_rounds.lab import sockets
from pacs_rounds.lab.dicom_log import AssociationLog, association_log
from pacs_rounds.lab.kinds import Closable, Device, Lab
from pacs_rounds.model import BadInput

# No log of what peers say: in the hospital it would carry patient data, and here it only costs time.
_config.LOG_HANDLER_LEVEL = "none"
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)

BEHAVIOURS = ("accept", "reject", "abort", "hang_up", "no_context", "silent", "refuse")
VERIFICATION, WORKLIST_FIND = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.31"
REJECT_CALLED, REJECT_CALLING = (1, 1, 7), (1, 1, 3)
LONGEST_SILENCE = 120.0
"""Seconds after which an answer that never comes is given up, so that its thread does not outlive the lab's use."""


async def start(device: Device, lab: Lab) -> Closable:
    """Serve the device's AE titles on its DICOM port. OSError when the address is taken."""
    state = device.state["dicom"]
    port = int(state["port"])
    for title, settings in {"dicom": state, **state["exceptions"]}.items():
        if settings.get("behaviour", "accept") not in BEHAVIOURS:
            raise BadInput(f"lab: {device.name}", f"{title}: behaviour: {settings['behaviour']!r} is not known",
                           "write one of " + ", ".join(BEHAVIOURS))
    if state["behaviour"] == "refuse":
        return sockets.Nothing()
    return await sockets.faulty(device, port) or Provider(device, port, association_log(lab.state, device.name))


class Provider:
    """One listening address with all its AE titles."""

    def __init__(self, device: Device, port: int, log: Path) -> None:
        self.device = device
        self.log = AssociationLog(log)
        self.state: dict[str, Any] = device.state["dicom"]
        self.closed = threading.Event()
        application = AE(ae_title=(self.state["ae_titles"] or ["ANY-SCP"])[0])
        application.add_supported_context(VERIFICATION)
        application.implementation_version_name = self.state["implementation_version"] or None
        application.maximum_associations = 64
        self.server = application.make_server((device.address, port), evt_handlers=[
            (evt.EVT_REQUESTED, self._requested), (evt.EVT_C_ECHO, self._echo), *self.log.handlers()])
        # Never wait in accept(): the caller of a connection may be gone again when the loop gets to it.
        if self.server.socket is not None:
            self.server.socket.setblocking(False)
        self.loop = asyncio.get_running_loop()
        self.loop.add_reader(self.server.fileno(), self.server.handle_request)

    def close(self) -> None:
        """Stop listening and let go of every association that still waits for something."""
        self.closed.set()
        with contextlib.suppress(ValueError, OSError):
            self.loop.remove_reader(self.server.fileno())
        self.server.server_close()
        self.log.close()

    def _settings(self, association: Any) -> dict[str, Any]:
        """What holds for the called AE title: the device's settings with the title's exceptions over them."""
        called = str(association.requestor.primitive.called_ae_title).strip()
        return {**self.state, **self.state["exceptions"].get(called, {})}

    def _requested(self, event: Any) -> None:
        """An A-ASSOCIATE-RQ has come in, nothing is answered yet. Runs in the association's own thread."""
        association = event.assoc
        settings = self._settings(association)
        self.closed.wait(settings["delay_association_seconds"] + self.device.faults["delay_seconds"])
        behaviour = settings["behaviour"]
        if behaviour == "silent":
            self.closed.wait(LONGEST_SILENCE)
            behaviour = "hang_up"
        if behaviour == "hang_up":
            association.is_aborted = True  # keeps pynetdicom from answering
            association.dul.socket.close()
            association.kill()
        elif behaviour == "abort":
            association.acse.send_abort(0x00)
            association.kill()
        else:
            if behaviour == "no_context":
                association.acceptor.supported_contexts = [build_context(WORKLIST_FIND)]
            self._refuse_if_due(association, settings, behaviour)

    def _refuse_if_due(self, association: Any, settings: dict[str, Any], behaviour: str) -> None:
        called = str(association.requestor.primitive.called_ae_title).strip()
        calling = str(association.requestor.primitive.calling_ae_title).strip()
        grounds = None
        if behaviour == "reject":
            grounds = tuple(settings["reject"][key] for key in ("result", "source", "reason"))
        elif self.state["ae_titles"] and called not in self.state["ae_titles"]:
            grounds = REJECT_CALLED
        elif settings["known_callers"] and calling not in settings["known_callers"]:
            grounds = REJECT_CALLING
        if grounds:
            association.acse.send_reject(*grounds)
            association.kill()

    def _echo(self, event: Any) -> int:
        """The status with which a C-ECHO-RQ is answered, after the delay."""
        settings = self._settings(event.assoc)
        self.closed.wait(settings["delay_echo_seconds"] if settings["answer_echo"] else LONGEST_SILENCE)
        return int(settings["status"])
