"""One session of RMAN, read line by line: which operations began, what each read and wrote, what ended and how."""

from __future__ import annotations

import re
from collections.abc import Callable

from pacs_rounds.parse.oracle_text import (
    ERROR,
    OMITTED,
    Fields,
    american,
    date,
    fail,
    lines_of,
    message,
)
from pacs_rounds.parse.rman.checks import Checks
from pacs_rounds.parse.rman.messages import understand

_PROMPT = re.compile(r"^\s*(?:RMAN>|\d{1,3}>)\s?")
_FRAME = re.compile(r"^\s*(?:RMAN|MAN)-005(?:69|70|71): ")
_FAILURE = re.compile(r"failure of (?P<command>.+?) command(?: on (?P<channel>\S+) channel)? at (?P<when>\S.*)$|"
                      r"(?P<command_zh>\S.*?) 命令 \((?:(?P<channel_zh>\S+) 通道上, ?)?在 (?P<when_zh>.+?) 上\) ?失败")
_WARNING = re.compile(r"^\s*(?:WARNING|警告)", re.IGNORECASE)
_STATES = {"已装载": "mounted", "已打开": "opened", "已关闭": "closed", "已卸装": "dismounted", "已启动": "started"}
_MORE = re.compile(r"^(?:Linux|AIX|Solaris|HPUX|SVR4|IBM|Windows|OSD|O/S-?Error|Additional information|附加信息)\b|"
                   r"^\(OS ",
                   re.IGNORECASE)
Aside = Callable[[str], bool]
"""Takes a line that belongs to a table another reader looks at; False when it is none of its lines."""


class Session(Checks):
    """The reading of one log. `read` fills the lists; what RMAN never said stays None, False or empty."""

    def __init__(self, aside: Aside | None = None) -> None:
        super().__init__()
        self.facts: Fields = {"release": None, "started_at": None, "database": None, "dbid": None,
                              "database_state": None, "catalog": None, "ended": False}
        self.commands: list[str] = []
        self.errors: list[Fields] = []
        self.failures: list[Fields] = []
        self.warnings: list[Fields] = []
        self.states: list[str] = []
        self.other: list[str] = []
        self.omitted = 0
        self.understood = 0
        self._marked = False
        self._aside = aside or (lambda _: False)
        self._stack: list[Fields] | None = None
        self._typing = False

    def read(self, text: str) -> Session:
        """Read the whole text. ParseError when it is not a log of RMAN in English or Chinese."""
        for line in lines_of(text):
            self._line(line)
        if not self._marked:
            first = next((line for line in self.other if line.strip()), "")
            fail("no message of RMAN in English or Chinese", first)
        if len(self.other) > 10 + 4 * self.understood:
            fail("most lines are no messages of RMAN in English or Chinese", self.other[0])
        return self

    def _line(self, line: str) -> None:
        typed = _PROMPT.match(line) is not None
        self._marked = self._marked or line.lstrip().startswith("RMAN>")
        while match := _PROMPT.match(line):
            line = line[match.end():]
        if not line.strip():
            self._stack = None
        elif OMITTED.match(line):
            self.omitted += 1
        elif _FRAME.match(line):
            self.understood += 1
            self._stack = self.errors
        elif self._aside(line):
            self.understood += 1
            self._marked = True
        elif not self._message(line, typed) and not self._error(line):
            self._rest(line, typed)

    def _rest(self, line: str, typed: bool) -> None:
        if typed:
            self.understood += 1
            self._typing = True
            self.commands.append(" ".join(line.split()))
        elif self._stack and (_MORE.match(line.strip()) or line.startswith(" ")):
            self._stack[-1]["message"] = f"{self._stack[-1]['message']} {' '.join(line.split())}".strip()
        elif self._typing:
            self.commands.append(" ".join(line.split()))
        else:
            self.other.append(line.strip())

    def _message(self, line: str, typed: bool) -> bool:
        name, channel, match = understand(line)
        if not match or (name == "noise" and (typed or self._stack)):
            return False
        self.understood += 1
        self._stack = None
        self._typing = False
        self._channel = channel or self._channel
        if name != "noise":
            self._marked = True
            getattr(self, f"_on_{name}")(match)
        return True

    def _error(self, line: str) -> bool:
        match = ERROR.match(re.sub(r"^(?:startup failed|启动失败): ", "", line))
        if not match:
            return False
        self.understood += 1
        self._marked = self._marked or match["kind"] == "RMAN"
        found = message(match)
        # Above 6000 RMAN tells of its work; such a message is an error only inside an error stack.
        told = match["kind"] == "RMAN" and int(match["number"]) >= 6000 and self._stack is not self.errors
        if _WARNING.match(found["message"]) or told:
            self.warnings.append(found)
            self._stack = self.warnings
            self._next = "kept" if "not deleted" in found["message"] or "未删除" in found["message"] else self._next
            return True
        self.errors.append(found)
        self._stack = self.errors
        if failure := _FAILURE.search(found["message"]):
            said = failure.groupdict()
            self.failures.append({"command": said["command"] or said["command_zh"],
                                  "channel": said["channel"] or said["channel_zh"],
                                  "at": american(said["when"] or said["when_zh"])})
        for one in self._open:
            one["failed"] = True
        self._open.clear()
        self._work.clear()
        return True

    # Who and where

    def _on_banner(self, match: re.Match[str]) -> None:
        self.facts["release"] = match["release"]
        self.facts["started_at"] = date(match["when"]) if match["when"] else None

    def _on_target(self, match: re.Match[str]) -> None:
        self.facts["database"] = match["name"]
        for part in (match["inside"] or "").split(","):
            if dbid := re.fullmatch(r"\s*DBID\s*=\s*(\d+)\s*", part):
                self.facts["dbid"] = int(dbid[1])
            elif part.strip():
                self.facts["database_state"] = part.strip()

    def _on_catalog(self, match: re.Match[str]) -> None:
        self.facts["catalog"] = True

    def _on_no_catalog(self, match: re.Match[str]) -> None:
        self.facts["catalog"] = False

    def _on_end(self, match: re.Match[str]) -> None:
        self.facts["ended"] = True

    def _on_state(self, match: re.Match[str]) -> None:
        self.states.append(f"database {match['state'] or _STATES[match['state_zh']]}")

    def _on_instance(self, match: re.Match[str]) -> None:
        shown = match["state"] or ("shut down" if match["state_zh"] == "已关闭" else "started")
        self.states.append(f"instance {shown}")
