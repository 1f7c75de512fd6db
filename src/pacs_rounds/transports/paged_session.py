"""What the rounds' own sessions share: nothing is pressed before the prompt, and a waiting pager is answered.

netmiko presses Enter right after the log-in, knows a pager only by the command that switches it off, and makes line
feeds of the carriage returns with which a pager wipes its own line out.
"""

from __future__ import annotations

import abc
import re
import time
from typing import Any

from netmiko.base_connection import BaseConnection
from netmiko.exceptions import NetmikoTimeoutException

# --More-- | --More--(42%) | Type <CR> or <SPACE BAR> to continue, <q> to stop | Type <CR> to continue, Q<CR> to stop:
_WAITS = (r"(?:--More--(?:\(\d{1,3}%\))?|(?:Type|Hit) <CR>(?: or <SPACE(?: BAR)?>)? to continue"
          r"(?:, <?q>?(?:<CR>)? to (?:stop|quit)\.?)?:?)")
_PAGER = re.compile(r"(?:^|[\r\n])[ \t]*" + _WAITS + r"[ \t]*$", re.IGNORECASE)
PRESSED = "\ue000"
"""Stands in what a device said where a waiting pager was given its key. A pager's words without it are nobody's doing:
they stay, for the gate to find."""
# The waiting line, and what the device wipes it out with once the key is pressed: up to the last backspace, since the
# blanks after it may begin the next line.
_WIPED = re.compile(rf"{_WAITS}[ \t]*{PRESSED}" r"(?:\r[ \t]+\r|\r\x1b\[K|[\b](?:[\b \t]*[\b])?|\r?\n)?", re.IGNORECASE)
_LONGEST_GREETING = 64_000
SHORTEST_PAUSE, LONGEST_PAUSE, SETTLED = 0.002, 0.025, 0.05


class PagedSession(BaseConnection, abc.ABC):
    """netmiko's session; `base_prompt` is the prompt without what tells the privilege, as everywhere in netmiko."""

    @abc.abstractmethod
    def ends(self) -> re.Pattern[str]:
        """What an answer ends with."""

    def until(self, wanted: re.Pattern[str], seconds: float, what: str) -> re.Match[str]:
        """What the device's words end with, once it has fallen silent behind them: the half of a prompt, or a banner
        that looks like one, may stand at the end of a packet. Raises EOFError when the device ends the session first,
        NetmikoTimeoutException when it says nothing more; both with its last words."""
        give_up = time.monotonic() + seconds
        said, pause = "", SHORTEST_PAUSE
        while True:
            match = wanted.search(said[-512:])
            if match:
                time.sleep(SETTLED)
            chunk = str(self.read_channel())
            if match and not chunk:
                return match
            said = (said + chunk)[-_LONGEST_GREETING:]
            if time.monotonic() > give_up:
                raise NetmikoTimeoutException(f"timed out waiting for {what}; the switch said: {last_words(said)}")
            if chunk:
                pause = SHORTEST_PAUSE
                continue
            if self.ended():
                raise EOFError(f"the connection was closed before {what}; the switch said: {last_words(said)}")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def ended(self) -> bool:
        """Whether the other side has closed an SSH session; telnet tells it by itself."""
        remote: Any = self.remote_conn
        return remote is None or bool(getattr(remote, "closed", False) and not remote.recv_ready())

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
        lines = re.sub(r"\r*\n", "\n", _WIPED.sub("", "\r\n" + said)).replace(PRESSED, "")
        text = self.ends().sub("", lines).removeprefix("\n")
        echo, _, rest = text.partition("\n")
        return rest if echo.strip() == command.strip() else text

    def cleanup(self, command: str = "exit") -> None:
        """Leave, so that the switch's few sessions are free again at once."""
        self.write_channel(command + self.RETURN)


def last_words(said: str) -> str:
    """The end of what a device said, on one line."""
    return " ".join(said.split())[-200:] or "nothing"
