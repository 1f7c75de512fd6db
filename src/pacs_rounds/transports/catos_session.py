"""A session on a Catalyst with CatOS, which netmiko does not know: over SSH, or telnet where the site allows it.

CatOS ends its prompt with `>` and tells the privilege in words: `Console> ` and `Console> (enable) `. It knows no `#`,
no configuration mode and no `terminal length`; its commands are `show`, `set` and `clear`. Of these a session sends
`show` and `set length 0`, which holds for the session alone (only `set length 0 default` would outlive it), so that
there is nothing to set back. A switch that refuses it waits at its pager, and the pager is answered.
"""

from __future__ import annotations

import re
from typing import Any

from netmiko.exceptions import NetmikoAuthenticationException

from pacs_rounds.transports.keyboard_login import OnceRequested
from pacs_rounds.transports.paged_session import PagedSession

# Console> | Console> (enable) | core-2 (enable), where `set prompt` left the `>` out | core-2#, which is IOS: the first
# command will say so.
_PROMPT = re.compile(r"(?:^|[\r\n])(?:(?P<base>[!-~](?:[ -~]{0,62}?[!-~])??)"
                     r"(?:>[ \t]?(?:\(enable\))?|[ \t]\(enable\))|(?P<ios>[\w.-]{1,64})#)[ \t]*\Z")
_ASKED = re.compile(r"(?P<password>(?:password|passcode)[ \t]*:[ \t]*\Z)|"
                    rf"(?P<user>(?:user ?name|login)[ \t]*:[ \t]*\Z)|{_PROMPT.pattern}", re.IGNORECASE)
ENABLE_TRIES = 4
"""More than the switch gives: it asks three times for a secret it does not accept."""
PREPARE_SECONDS = 5.0


class CatosSession(PagedSession):
    """`base_prompt` is the prompt up to its `>`; `privileged` whether `(enable)` stands behind it."""

    privileged = False

    def __init__(self, **told: Any) -> None:
        if "_telnet" not in str(told.get("device_type")):
            told.setdefault("default_enter", "\r")
        super().__init__(**told)

    def _connect_params_dict(self) -> dict[str, Any]:
        """netmiko's, for a switch that may know no other log-in than keyboard-interactive."""
        return {**super()._connect_params_dict(), "transport_factory": OnceRequested}

    def _try_session_preparation(self, force_data: bool = False) -> None:
        super()._try_session_preparation(force_data=False)

    def session_preparation(self) -> None:
        """Wait for the prompt; over telnet it came with the log-in."""
        if not self.base_prompt:
            self._at(self.until(_PROMPT, float(self.blocking_timeout), "the prompt"))

    def telnet_login(self, *_patterns: Any, **_more: Any) -> str:
        """Answer the log-in: CatOS asks for a password alone, or for a user first. Each is answered once.

        Raises NetmikoAuthenticationException when the switch asks again or ends the dialogue.
        """
        given: set[str] = set()
        while True:
            try:
                asked = self.until(_ASKED, float(self.blocking_timeout), "the log-in")
            except EOFError as error:
                raise NetmikoAuthenticationException(f"Login failed: {self.host}: {error}") from None
            kind = "user" if asked["user"] else "password" if asked["password"] else ""
            if not kind:
                self._at(asked)
                return asked[0]
            if kind in given or (kind == "user" and given):
                raise NetmikoAuthenticationException(f"Login failed: {self.host}")
            given.add(kind)
            self.write_channel(str(self.username if kind == "user" else self.password) + "\r")

    def _at(self, prompt: re.Match[str]) -> None:
        self.base_prompt = prompt["base"] or prompt["ios"]
        self.privileged = "(enable)" in prompt[0]

    def check_enable_mode(self, check_string: str = "(enable)") -> bool:
        """Whether the switch calls the session privileged."""
        return self.privileged

    def enable(self, cmd: str = "enable", pattern: str = "", enable_pattern: str | None = None,
               check_state: bool = True, re_flags: int = re.IGNORECASE) -> str:
        """Become privileged. Raises ValueError with the switch's own words when it refuses; the prompt is back then."""
        self.write_channel(cmd + self.RETURN)
        answered = 0
        while True:
            asked = self.until(_ASKED, PREPARE_SECONDS, "the enable prompt")
            if asked["user"]:
                self.write_channel(self.username + "\r")
            elif asked["password"]:
                answered += 1
                if answered > ENABLE_TRIES:
                    break
                self.write_channel((str(self.secret) if answered == 1 else "") + "\r")
            else:
                self._at(asked)
                break
        if not self.privileged:
            raise ValueError("the secret was not accepted" if answered else "the account may not become privileged")
        return asked[0]

    def set_base_prompt(self, *_patterns: Any, **_more: Any) -> str:
        """It is known, and does not change."""
        return self.base_prompt

    def unpaged(self) -> None:
        """Ask for answers in one piece. What the switch says to it does not matter: a pager would be answered."""
        self.write_channel(f"set length 0{self.RETURN}")
        self.until(_PROMPT, PREPARE_SECONDS, "the prompt after set length")

    def ends(self) -> re.Pattern[str]:
        """The prompt on a line of its own, whole: half of it may come in one packet, half in the next."""
        mark = r"(?:>[ \t]?|[ \t])\(enable\)" if self.privileged else ">"
        return re.compile(r"[\r\n]" + re.escape(self.base_prompt) + mark + r"[ \t]*\Z")
