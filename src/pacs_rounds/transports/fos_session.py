"""A session on a Fabric OS switch: netmiko's brocade_fos driver with our own first and last word.

A switch whose accounts still have the factory's passwords asks after the log-in for new ones ("Use Control-C to exit or
press 'Enter' key to proceed."), and Enter goes on with that. Nothing is pressed until the switch has shown its prompt
(`paged_session`); the password dialogue is left with Control-C, which changes nothing.
The shell is always an interactive one: over an exec channel old Fabric OS finds none of its own commands.
"""

from __future__ import annotations

import re
import time

from netmiko.brocade.brocade_fos_ssh import BrocadeFOSSSH
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException

from pacs_rounds.transports.paged_session import LONGEST_PAUSE, SHORTEST_PAUSE, PagedSession, last_words

# san-1:admin> | san-1:FID128:admin> | a role's name in place of admin; root's prompt ends the same way.
_PROMPT = re.compile(r"(?:^|[\r\n])[ \t]*([\w.-]{1,64}(?::[\w.-]{1,64}){1,2}[>#])[ \t]*$")
# What asks for a new password, and how a session that is not wanted begins its good-bye.
_PASSWORD_DIALOGUE = re.compile(r"use control-c to exit|enter (?:new|old) password: *$", re.IGNORECASE)
_LONGEST_GREETING = 64_000


class FosSession(PagedSession, BrocadeFOSSSH):
    """netmiko's session; `base_prompt` is the prompt without its last character, as everywhere in netmiko."""

    said_before_login = ""

    def paramiko_cleanup(self) -> None:
        """Keep what the switch said before it refused the log-in: a full switch says so there."""
        transport = self.remote_conn_pre.get_transport() if self.remote_conn_pre is not None else None
        banner = transport.get_banner() if transport is not None else None
        if banner:
            self.said_before_login = banner.decode("utf-8", errors="replace")
        super().paramiko_cleanup()

    def establish_connection(self, width: int = 511, height: int = 1000) -> None:
        """As netmiko does it; a refusal carries the switch's own words."""
        try:
            super().establish_connection(width, height)
        except NetmikoAuthenticationException as error:
            raise NetmikoAuthenticationException(f"{error} {self.said_before_login}".strip()) from error

    def _try_session_preparation(self, force_data: bool = False) -> None:
        super()._try_session_preparation(force_data=False)

    def session_preparation(self) -> None:
        """Wait for the prompt. Raises EOFError when the switch ends the session first, NetmikoTimeoutException when it
        says nothing more; both with its last words."""
        until = time.monotonic() + float(self.blocking_timeout)
        said, answered, pause = "", 0, SHORTEST_PAUSE
        while not (prompt := _PROMPT.search(said[-256:])):
            chunk = str(self.read_channel())
            said = (said + chunk)[-_LONGEST_GREETING:]
            dialogue = _PASSWORD_DIALOGUE.search(said, answered)
            if dialogue:
                answered = len(said)
                self.write_channel("\x03")
            if time.monotonic() > until:
                raise NetmikoTimeoutException(f"timed out waiting for the prompt; the switch said: {last_words(said)}")
            if chunk:
                pause = SHORTEST_PAUSE
                continue
            if self.ended():
                raise EOFError(f"the connection was closed after the log-in; the switch said: {last_words(said)}")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self.base_prompt = prompt[1][:-1]

    def ends(self) -> re.Pattern[str]:
        """What an answer ends with. Not always on a line of its own: some answers lack their last line feed."""
        return re.compile(r"[\r\n\t ]" + re.escape(self.base_prompt) + r"[>#]\s*$")
