"""A log-in by keyboard-interactive as the protocol wants it: the service is requested once, however often is tried.

An old switch may offer keyboard-interactive and nothing else. paramiko tries `password` first and then falls back, and
its usual transport requests the service `ssh-userauth` anew for that; a server that is particular hangs up. Its
ServiceRequestingTransport does not, but waits for the acceptance without an end: here there is one.
"""

from __future__ import annotations

import time
from typing import Any

import paramiko
from paramiko.common import cMSG_SERVICE_REQUEST
from paramiko.transport import ServiceRequestingTransport

PAUSE = 0.01


class OnceRequested(ServiceRequestingTransport):
    """paramiko's transport for a log-in in several attempts."""

    def ensure_session(self: Any) -> None:
        """Request the service unless it was accepted. SSHException when the other side ends or says nothing."""
        if not self.active or not self.initial_kex_done:
            raise paramiko.SSHException("No existing session")
        if self._service_userauth_accepted:
            return
        message: Any = paramiko.Message()
        message.add_byte(cMSG_SERVICE_REQUEST)
        message.add_string("ssh-userauth")
        self._send_message(message)
        give_up = time.monotonic() + float(self.auth_timeout)
        while not self._service_userauth_accepted:
            if not self.is_active():
                raise self.get_exception() or EOFError("the connection was closed before the log-in")
            if time.monotonic() > give_up:
                raise paramiko.SSHException("timed out waiting for the log-in service")
            time.sleep(PAUSE)
        self.auth_handler = self.get_auth_handler()
