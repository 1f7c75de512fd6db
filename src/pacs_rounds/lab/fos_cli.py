"""A Fabric OS command line without a network: characters in, characters out. Pure apart from the device's clock.

One `FosCli` is one session; it knows prompt, echo, pager, and the dialogue about the factory's passwords with which an
old switch greets. What a command prints comes from `lab.fos_device.FosDevice`.
"""

from __future__ import annotations

from pacs_rounds.lab import fos_loading
from pacs_rounds.lab.fos_device import FosDevice

MORE = "--More--"
WIPE = "\r        \r"
FULL = "\r\nSorry! Max remote sessions for login:{user} is {limit}\r\n"
REMINDER = ("\r\nPlease change passwords for switch default accounts now.\r\n"
            "Use Control-C to exit or press 'Enter' key to proceed.\r\n")
UNCHANGED = "\r\nPassword was not changed. Will prompt again at next login\r\nuntil password is changed.\r\n"


class FosCli:
    """One session. `feed` takes what a terminal sends; `run` is the exec channel.

    After each `feed` the server looks at `closed`, `executed` (command lines begun since the last look) and `wanted`
    (a file that the switch now fetches; `fetched` is told what came).
    """

    def __init__(self, device: FosDevice) -> None:
        self.device = device
        session = device.state["session"]
        self.user: str = device.state["ssh"]["user"]
        self.page_lines = int(session["page_lines"])
        self.closed = False
        self.executed: list[str] = []
        self._line = ""
        self._rest: list[str] = []
        self._asking_password = bool(session["password_reminder"])
        self._last_cr = False
        self._dialogue: fos_loading.Dialogue | None = None

    @property
    def wanted(self) -> fos_loading.Wanted | None:
        """The file that the switch is to fetch now, and waits for."""
        return self._dialogue.wanted if self._dialogue else None

    def fetched(self, text: str | None) -> str:
        """What the switch says to the file, or to its absence, and the prompt."""
        self._dialogue = None
        said = "configDownload: the file could not be copied\n" if text is None \
            else fos_loading.load(self.device.state, text)
        return said.replace("\n", "\r\n") + self.prompt

    @property
    def prompt(self) -> str:
        """`san-1:admin> `, with virtual fabrics `san-1:FID128:admin> `."""
        fabric = f"FID{self.device.state['fabric_id']}:" if self.device.release >= (7, 0) else ""
        return f"{self.device.switch_name}:{fabric}{self.user}> "

    def greeting(self) -> str:
        """What a new session prints first."""
        return REMINDER if self._asking_password else "\r\n" + self.prompt

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
        if self._asking_password:
            return self._password_key(character)
        if self._rest:
            return self._pager_key(character)
        if self.wanted:
            return ""
        if character in "\r\n":
            line, self._line = self._line.strip(), ""
            if self._dialogue:
                return "\r\n" + self._answered(self._dialogue, line)
            return "\r\n" + (self._entered(line) if line else self.prompt)
        if character in "\b\x7f":
            had, self._line = self._line, self._line[:-1]
            return "\b \b" if had else ""
        if character == "\x03":
            self._line = ""
            self._dialogue = None
            return "\r\n" + self.prompt
        if ord(character) < 32:
            return ""
        self._line += character
        return character if self._dialogue is None or self._dialogue.echoes else ""

    def _answered(self, dialogue: fos_loading.Dialogue, line: str) -> str:
        """One answer within configdownload's questions."""
        said = dialogue.answer(line)
        if said is None:
            return ""
        if said.endswith("\n"):
            self._dialogue = None
            said += self.prompt
        return said.replace("\n", "\r\n")

    def _password_key(self, character: str) -> str:
        """Control-C leaves the dialogue; anything else would go on with it, which counts as an attempt to change."""
        if character == "\x03":
            self._asking_password = False
            return UNCHANGED + self.prompt
        if character in "\r\n":
            self.device.changes.append("passwd")
            self.executed.append("passwd")
            return "\r\nEnter new password: "
        return ""

    def _entered(self, line: str) -> str:
        self.device.note(line)
        self.executed.append(line)
        if line.lower() in ("exit", "logout"):
            self.closed = True
            return ""
        text = self.device.output(line)
        if not text and line == "configdownload":
            self._dialogue = fos_loading.Dialogue(self.device.release >= (6, 0))
            return self._dialogue.question
        if not text:
            return self.prompt
        lines = text.split("\n")  # an answer without its last line feed has the prompt on its last line
        if not self.page_lines or len(lines) <= self.page_lines:
            return "\r\n".join(lines) + self.prompt
        return self._show(lines)

    def _show(self, lines: list[str]) -> str:
        shown, self._rest = lines[:self.page_lines], lines[self.page_lines:]
        return "\r\n".join([*shown, MORE]) if self._rest else "\r\n".join(shown) + self.prompt

    def _pager_key(self, character: str) -> str:
        rest, self._rest = self._rest, []
        if character in " \r\n":
            return WIPE + self._show(rest)
        return WIPE + self.prompt

    def run(self, command: str) -> str:
        """The exec channel: no prompt, no pager, no echo. Before 6.0 it has no PATH and finds none of its commands."""
        line = command.strip()
        if not line:
            return ""
        self.device.note(line)
        self.executed.append(line)
        text = self.device.unknown(line) if self.device.release < (6, 0) else self.device.output(line)
        return text.replace("\n", "\r\n")
