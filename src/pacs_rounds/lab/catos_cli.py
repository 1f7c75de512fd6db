"""A CatOS command line without a network: the other software that a Catalyst 6500 may run. Pure apart from the clock.

Keys, faults and log are those of `ios_cli`; prompt, pager, the dialogue of `enable` and every word are CatOS's own.
What a command prints is in `catos_render`.
"""

from __future__ import annotations

from pacs_rounds.lab import catos_render, command_line
from pacs_rounds.lab.ios_cli import ENABLE_TRIES, IosCli
from pacs_rounds.lab.ios_device import FLOOD, IosDevice

MORE = "--More--"
WIPE = "\b" * 8 + " " * 8 + "\b" * 8
BEGUN = ("set ", "clear ", "write ", "copy ", "reset", "reload", "configure ", "delete ", "switch ", "session ",
         "enable ", "disable ", "download ", "upload ", "format ", "squeeze ", "commit ", "rollback ", "test ", "ping ")
"""How the words begin that change a switch, or leave it for another device."""


class CatosCli(IosCli):
    """One session; see IosCli."""

    def __init__(self, device: IosDevice) -> None:
        super().__init__(device)
        self.switch = device

    @property
    def prompt(self) -> str:
        """`core-2> ` or `core-2> (enable) `."""
        return f"{self.switch.state['catos']['prompt'] or self.device.hostname + '>'} " + (
            "(enable) " if self.level == 15 else "")

    def greeting(self) -> str:
        """What a new session prints first."""
        return "\r\n\r\nCisco Systems Console\r\n\r\n\r\n" + self.prompt

    def _execute(self, line: str) -> str:
        said = line.strip()
        self.device.note(said)
        self.executed.append(said)
        text = command_line.substitute(self.switch.state, said, unknown(said), FLOOD)
        return self.device.shortened(said, self._understood(line, line, None) if text is None else text)

    def _understood(self, line: str, command_text: str, modifiers: str | None) -> str:
        words = line.lower().split()
        if self.switch.catos_typed is not None and in_banner(self.switch.catos_typed):
            self.switch.catos_typed.append(line)
            return ""
        if not words:
            return ""
        if words[:2] == ["set", "length"] and len(words) == 3 and words[2].isdigit():
            self.length = int(words[2])
            return f"Screen length for this session set to {self.length}.\n"
        if "enable".startswith(words[0]) and len(words) == 1 and len(words[0]) > 1:
            return self._asks()
        if words[0] in {"exit", "quit", "logout"}:
            self.closed = True
            return ""
        if words == ["disable"]:
            self.level = 1
            return ""
        if line.lower().startswith(BEGUN):
            return self._changing(line)
        return catos_render.shown(self.switch, words, self.level == 15) or unknown(line)

    def _asks(self) -> str:
        if self.level == 15:
            return ""
        self._asking_password, self._password_tries = True, 0
        return "\r\nEnter password: "

    def _changing(self, line: str) -> str:
        """The account may only look, unless a restore is rehearsed: then the switch keeps what it is told."""
        kept = self.switch.catos_typed
        if kept is None or self.level != 15:
            self.device.note_change(line.strip())
            return "Permission denied.\n"
        if line.strip() == "clear config all":
            kept.clear()
            return "System configuration cleared.\n"
        kept.append(line.strip())
        return ""

    def _password(self, given: str) -> str:
        if given == self.device.enable_secret and not self.device.enable_refused:
            self._asking_password, self.level = False, 15
            return self.prompt
        self._password_tries += 1
        if self._password_tries < ENABLE_TRIES:
            return "Enter password: "
        self._asking_password = False
        return "Sorry\r\n\r\n" + self.prompt

    def _show(self, lines: list[str], count: int) -> str:
        shown, self._rest = lines[:count], lines[count:]
        return "\r\n".join([*shown, MORE if self._rest else self.prompt])

    def _pager_key(self, character: str) -> str:
        rest, self._rest = self._rest, []
        if character == " ":
            return WIPE + self._show(rest, max(self.length - 1, 1))
        if character in "\r\n":
            return WIPE + self._show(rest, 1)
        return WIPE + "\r\n" + self.prompt

    def run(self, command: str) -> str:
        """CatOS has no exec channel: a session that asks for one gets nothing."""
        self.device.note(command.strip())
        return ""


def in_banner(lines: list[str]) -> bool:
    """Whether what was typed last is a banner whose second delimiter has not come yet."""
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].startswith("set banner "):
            return "\n".join(lines[number:]).count(lines[number].split()[-1]) < 2
    return False


def unknown(line: str) -> str:
    """What CatOS says to a command it does not have, or does not have at this privilege."""
    return f"Unknown command \"{line.strip()}\".  Use 'show help' for more info.\n"
