"""An IOS command line without a network: characters in, characters out. Pure apart from the clock it is given.

One `IosCli` is one session on one device; it knows prompt, echo, privilege, pager, abbreviations, complaints and
output modifiers. What a command prints comes from the device (`lab.ios_device.IosDevice`).
"""

from __future__ import annotations

from typing import Protocol

from pacs_rounds.lab.ios_grammar import Complaint, Node, resolve
from pacs_rounds.lab.ios_modifiers import apply_modifiers
from pacs_rounds.lab.ios_typed import Typed

MORE = " --More-- "
WIPE = "\b" * 9 + " " * 8 + "\b" * 9
ENABLE_TRIES = 3


class Device(Protocol):
    """What a session needs from its device."""

    hostname: str
    enable_secret: str
    login_level: int
    enable_refused: bool
    typed: Typed | None

    def grammar(self, level: int) -> Node:
        """The commands that exist at a privilege level (1 or 15)."""

    def output(self, command: str, argument: str) -> str:
        """What a show command prints, lines separated by a line feed."""

    def substitute(self, line: str) -> str | None:
        """What a fault prints instead of the answer, or None."""

    def shortened(self, line: str, text: str) -> str:
        """The answer up to where a fault breaks it off."""

    def note(self, command: str) -> None:
        """Keep a received command line."""

    def note_change(self, command: str) -> None:
        """Keep a command line that would have changed the device."""


class IosCli:
    """One session. `feed` takes what a terminal sends; `run` is the exec channel: one command, no pager, no echo.

    After each `feed` the server looks at `closed` (the session ended), `executed` (command lines begun since the last
    look, for faults that belong to a command).
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.level = device.login_level
        self.length, self.width = 24, 80
        self.closed = False
        self.executed: list[str] = []
        self._line = ""
        self._password_tries = 0
        self._asking_password = False
        self._rest: list[str] = []
        self._last_cr = False
        self._typing = False

    @property
    def prompt(self) -> str:
        """`core-1>`, `core-1#` or `core-1(config)#`."""
        if self._typing:
            return f"{self.device.hostname}(config)#"
        return self.device.hostname + ("#" if self.level == 15 else ">")

    def greeting(self) -> str:
        """What a new session prints first."""
        return "\r\n" + self.prompt

    def feed(self, data: str) -> str:
        """Take characters from the terminal and give back what the device writes, with CR LF."""
        out: list[str] = []
        for character in data:
            if self.closed:
                break
            if character == "\n" and self._last_cr:
                self._last_cr = False
                continue
            self._last_cr = character == "\r"
            out.append(self._key(character))
        return "".join(out)

    def _key(self, character: str) -> str:
        if self._rest:
            return self._pager_key(character)
        if character in "\r\n":
            line, self._line = self._line, ""
            return "\r\n" + self._entered(line)
        if character in "\b\x7f":
            had, self._line = self._line, self._line[:-1]
            return "\b \b" if had and not self._asking_password else ""
        if character in "\x03\x1a":
            self._line, self._asking_password = "", False
            return "\r\n" + self.prompt
        if character == "\x15":
            wipe, self._line = "\b \b" * len(self._line), ""
            return "" if self._asking_password else wipe
        if ord(character) < 32:
            return ""
        self._line += character
        return "" if self._asking_password else character

    def _entered(self, line: str) -> str:
        if self._asking_password:
            return self._password(line)
        if self._typing and self.device.typed:
            return self._typed(line, self.device.typed)
        if not line.strip():
            return self.prompt
        text = self._execute(line)
        if self.closed:
            return ""
        if self._asking_password:
            return text
        return self._page(text)

    def _execute(self, line: str) -> str:
        """Run one command line and give back its output, lines separated by a line feed and ending with one."""
        command_text, bar, modifiers = line.partition("|")
        self.device.note(line.strip())
        self.executed.append(line.strip())
        text = self.device.substitute(line.strip())
        if text is None:
            text = self._understood(line, command_text, modifiers if bar else None)
        return self.device.shortened(line.strip(), text)

    def _understood(self, line: str, command_text: str, modifiers: str | None) -> str:
        try:
            found = resolve(self.device.grammar(self.level), command_text, line, len(self.prompt))
            text = self._perform(found.command, found.argument, line)
            return text if modifiers is None else apply_modifiers(text, modifiers, command_text, len(self.prompt))
        except Complaint as complaint:
            return complaint.text

    def _perform(self, command: str, argument: str, line: str) -> str:
        match command:
            case "enable":
                return self._enable()
            case "disable":
                self.level = 1
                return ""
            case "exit" | "logout" | "quit":
                self.closed = True
                return ""
            case "terminal length":
                self.length = self._number(argument, 512, line)
                return ""
            case "terminal width":
                self.width = self._number(argument, 512, line)
                return ""
            case "show privilege":
                return f"Current privilege level is {self.level}\n"
            case _ if command.startswith("terminal "):
                return ""
            case "configure" if self.device.typed:
                self._typing = True
                return "Enter configuration commands, one per line.  End with CNTL/Z.\n"
            case "write" if self.device.typed:
                self.device.typed.saved = self.device.typed.text()
                return "Building configuration...\n[OK]\n"
            case _ if not command.startswith(("show ", "dir", "more ")):
                self.device.note_change(line.strip())
                return "% Authorization failed.\n\n"
        return self.device.output(command, argument)

    def _typed(self, line: str, typed: Typed) -> str:
        """A line in configuration mode; `end` leaves it."""
        self.device.note(line.strip())
        if line.strip() == "end" and not typed.inside_banner:
            self._typing = False
        else:
            typed.line(line)
        return self.prompt

    def _number(self, word: str, highest: int, line: str) -> int:
        if word.isdigit() and int(word) <= highest:
            return int(word)
        raise Complaint.invalid(len(self.prompt) + line.rfind(word))

    def _enable(self) -> str:
        if self.level == 15:
            return ""
        if self.device.enable_refused:
            return "% Error in authentication.\n\n"
        self._asking_password, self._password_tries = True, 0
        return "Password: "

    def _password(self, given: str) -> str:
        if given == self.device.enable_secret:
            self._asking_password, self.level = False, 15
            return self.prompt
        self._password_tries += 1
        if self._password_tries < ENABLE_TRIES:
            return "Password: "
        self._asking_password = False
        return "% Bad secrets\r\n\r\n" + self.prompt

    def _page(self, text: str) -> str:
        if not text:
            return self.prompt
        lines = text.removesuffix("\n").split("\n")
        if self.length == 0 or len(lines) < self.length:
            return "\r\n".join([*lines, self.prompt])
        return self._show(lines, self.length - 1)

    def _show(self, lines: list[str], count: int) -> str:
        shown, self._rest = lines[:count], lines[count:]
        tail = MORE if self._rest else self.prompt
        return "\r\n".join([*shown, tail])

    def _pager_key(self, character: str) -> str:
        rest, self._rest = self._rest, []
        if character == " ":
            return WIPE + self._show(rest, max(self.length - 1, 1))
        if character in "\r\n":
            return WIPE + self._show(rest, 1)
        return WIPE + "\r\n" + self.prompt

    def run(self, command: str) -> str:
        """The exec channel: the whole output with CR LF, no prompt, no pager. `enable` has nobody to ask there."""
        if not command.strip():
            return ""
        text = self._execute(command)
        if self._asking_password:
            self._asking_password = False
            return "Password: \r\n% Bad secrets\r\n\r\n"
        return text.replace("\n", "\r\n")
