"""A session on a Fabric OS switch: netmiko's brocade_fos driver with our own first and last word.

netmiko presses Enter right after the log-in. A switch whose accounts still have the factory's passwords asks there
for new ones ("Use Control-C to exit or press 'Enter' key to proceed."), and Enter goes on with that. Here nothing is
pressed until the switch has shown its prompt; the password dialogue is left with Control-C, which changes nothing.
The shell is always an interactive one: over an exec channel old Fabric OS finds none of its own commands.
"""

from __future__ import annotations

import re
import time
from typing import Any

from netmiko.brocade.brocade_fos_ssh import BrocadeFOSSSH
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException

# san-1:admin> | san-1:FID128:admin> | a role's name in place of admin; root's prompt ends the same way.
_PROMPT = re.compile(r"(?:^|[\r\n])[ \t]*([\w.-]{1,64}(?::[\w.-]{1,64}){1,2}[>#])[ \t]*$")
# What asks for a new password, and how a session that is not wanted begins its good-bye.
_PASSWORD_DIALOGUE = re.compile(r"use control-c to exit|enter (?:new|old) password: *$", re.IGNORECASE)
# --More-- | --More--(42%) | Type <CR> or <SPACE BAR> to continue, <q> to stop | Type <CR> to continue, Q<CR> to stop:
_WAITS = (r"(?:--More--(?:\(\d{1,3}%\))?|(?:Type|Hit) <CR>(?: or <SPACE(?: BAR)?>)? to continue"
          r"(?:, <?q>?(?:<CR>)? to (?:stop|quit)\.?)?:?)")
_PAGER = re.compile(r"(?:^|[\r\n])[ \t]*" + _WAITS + r"[ \t]*$", re.IGNORECASE)
# The waiting line, and what the device wipes it out with once a key is pressed.
_WIPED = re.compile(_WAITS + r"[ \t]*(?:\r[ \t]+\r|\r\x1b\[K|[\b][\b \t]*|\r?\n)?", re.IGNORECASE)
_LONGEST_GREETING = 64_000
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.025


class FosSession(BrocadeFOSSSH):
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
                raise NetmikoTimeoutException(f"timed out waiting for the prompt; the switch said: {_last(said)}")
            if chunk:
                pause = SHORTEST_PAUSE
                continue
            remote: Any = self.remote_conn
            if remote is None or (remote.closed and not remote.recv_ready()):
                raise EOFError(f"the connection was closed after the log-in; the switch said: {_last(said)}")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self.base_prompt = prompt[1][:-1]

    def cleanup(self, command: str = "exit") -> None:
        """Leave, so that the switch's few sessions are free again at once."""
        self.write_channel(command + self.RETURN)

    def ends(self) -> re.Pattern[str]:
        """What an answer ends with. Not always on a line of its own: some answers lack their last line feed."""
        return re.compile(r"[\r\n\t ]" + re.escape(self.base_prompt) + r"[>#]\s*$")

    @staticmethod
    def pager_key(tail: str) -> str:
        """The key a waiting pager wants, or nothing."""
        if not _PAGER.search(tail):
            return ""
        return " " if "more--" in tail[-40:].lower() else "\r"

    def read_channel(self) -> str:
        """The switch's own characters. netmiko would make line feeds of carriage returns, and with them an empty line
        of each line that a pager wiped out."""
        return str(self.channel.read_channel())

    def answer(self, command: str, said: str) -> str:
        """A command's text as a person would copy it: without echo, prompt, and the lines at which a pager waited."""
        lines = re.sub(r"\r*\n", "\n", _WIPED.sub("", "\r\n" + said))
        text = self.ends().sub("", lines).removeprefix("\n")
        echo, _, rest = text.partition("\n")
        return rest if echo.strip() == command.strip() else text


def _last(said: str) -> str:
    return " ".join(said.split())[-200:] or "nothing"
