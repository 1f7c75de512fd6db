r"""A Windows host with Oracle for the tests: the lab's SQL*Plus and its other programs behind WS-Man shells.

It understands exactly the command lines of oracle/windows.py, read by patterns of its own; whatever else is typed is
`not recognized`. It is no cmd.exe: that the real one understands these lines the same way is not shown here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab import oracle_files, oracle_programs
from pacs_rounds.lab.hospital import merge
from pacs_rounds.lab.oracle_session import Hang
from pacs_rounds.lab.oracle_views.clock import Now
from pacs_rounds.lab.sqlplus import SqlPlus
from pacs_rounds.lab.wsman_shell import Call

BASE = r"D:\app\oracle"
HOME = rf"{BASE}\product\11.2.0\dbhome_1"
AT = datetime(2026, 11, 22, 9, 30, 15)
STATE = yamlfile.load(paths.LAB / "defaults" / "oracle.yml")["oracle"]
SERVICE = """
SERVICE_NAME: OracleService{sid}
        {type}               : 10  WIN32_OWN_PROCESS
        {state}              : {number}  {word}
                                (STOPPABLE, PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
"""
_PROGRAM = re.compile(r'(?P<sets>(?:set \w+=&)*)if exist "(?P<path>[^"]+)" \(call "(?P=path)" (?P<words>.*?)\) '
                      r'else (?P<lost>exit 127|if exist "(?P<bin>[^"]+)" \(exit 127\) else \(echo -- no home\))')
_FOR = re.compile(r'\(for /d %i in \("(?P<root>[^"*]+)\\\*"\) do @if exist "%~i\\(?P<rest>[^"]+)" '
                  r'@echo %~i\\(?P=rest)\)')
_IF = re.compile(r'\(if exist "(?P<path>[^"]+)" echo (?P=path)\)')
_UNIX = re.compile(r"/u01(?:/[\w.-]+)+")
_MORE = re.compile(r'more \+(?P<skip>\d+) "(?P<path>[^"]+)" \| findstr /r (?P<words>(?:/c:"[^"]+" ?)+)')


@dataclass
class Host:
    """`services` maps a SID to its service's state, as number and word; `files` paths to bytes; `programs` which of
    the home's there are; `free` bytes free by folder. `changes` go over the lab's usual database; `chinese` is the
    language of the system."""

    services: dict[str, tuple[int, str]] = field(default_factory=lambda: {"PACS": (4, "RUNNING")})
    changes: dict[str, Any] = field(default_factory=lambda: {"sid": "PACS", "home": HOME})
    files: dict[str, bytes] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=lambda: {
        rf"{HOME}\bin\sqlplus.exe": "sqlplus", rf"{HOME}\bin\lsnrctl.exe": "lsnrctl",
        rf"{HOME}\OPatch\opatch.bat": "opatch"})
    free: dict[str, int] = field(default_factory=lambda: {r"d:\oradata\pacs": 80 << 30, r"d:\fra": 80 << 30})
    chinese: bool = False
    sc_status: int = 0
    banner: str = ""
    typed: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    garbled: bytes = b""
    hung: bool = False

    def now(self) -> Now:
        """The database's present."""
        return Now("win-a", merge(STATE, self.changes), AT, datetime(2026, 11, 10, 6, 0, 0))

    def alert(self) -> str:
        """Put the alert log of the lab's database where 11g has it; its path."""
        path = rf"{BASE}\diag\rdbms\pacs\PACS\trace\alert_PACS.log"
        self.files[path] = oracle_files.alert_log(self.now())[1].replace("\n", "\r\n").encode()
        return path

    def run(self, call: Call) -> int:
        """One command line."""
        self.lines.append(call.line)
        line = call.line.removesuffix(" <NUL 2>&1")
        if match := _PROGRAM.fullmatch(call.line):
            return self._program(call, match)
        if match := re.fullmatch(r"sc query OracleService(\S+)", line):
            return self._service(call, match[1])
        if match := re.fullmatch(r'find /c /v "" <"([^"]+)"', line):
            return self._count(call, match[1])
        if match := re.fullmatch(r'dir /-c /ad "([^"]+)"', line):
            return self._dir(call, match[1])
        if match := _MORE.fullmatch(line):
            return self._more(call, match)
        parts = line.split(" & ")
        if all(_FOR.fullmatch(one) or _IF.fullmatch(one) for one in parts):
            for one in parts:
                self._place(call, one)
            return 0
        call.err(f"'{call.line.split()[0]}' is not recognized as an internal or external command,\r\n"
                 "operable program or batch file.\r\n".encode())
        return 1

    def _program(self, call: Call, match: re.Match[str]) -> int:
        name = self.programs.get(match["path"])
        if name is None:
            if match["bin"] and not any(one.startswith(match["bin"]) for one in self.programs):
                call.out(b"-- no home\r\n")
                return 0
            return 127
        words = match["words"].removesuffix(" <NUL 2>&1").removesuffix(" 2>&1").replace('"', "").split()

        def say(text: str) -> None:
            told = _UNIX.sub(lambda path: "D:" + path[0][4:].replace("/", "\\"), text)
            call.out(told.replace("\n", "\r\n").encode())

        if self.banner and words == ["-V"]:
            say(self.banner)
            return 0
        try:
            if words[-1] == "/nolog":
                return SqlPlus(self.now, say, call.environment["ORACLE_SID"]).run(self._fed(call))
            return oracle_programs.run(oracle_programs.Call(
                name, words, call.environment["ORACLE_SID"], call.environment["ORACLE_HOME"], ""), self.now, say)
        except Hang:
            self.hung = True
            call.ended.wait(60)
            return 1

    def _fed(self, call: Call) -> Iterator[str]:
        """The lines of standard input as they come."""
        rest = b""
        for piece in iter(call.read, None):
            self.typed.append(piece.decode())
            *lines, rest = (rest + piece).split(b"\n")
            if self.garbled:
                call.out(self.garbled)
            yield from (one.decode() for one in lines)
        if rest:
            yield rest.decode()

    def _service(self, call: Call, sid: str) -> int:
        if self.sc_status:
            call.out("[SC] OpenService 失败 5:\r\n\r\n拒绝访问。\r\n".encode("gbk"))
            return self.sc_status
        if sid not in self.services:
            call.out("[SC] EnumQueryServicesStatus:OpenService 失败 1060:\r\n\r\n指定的服务未安装。\r\n".encode("gbk"))
            return 1060
        number, word = self.services[sid]
        names = {"type": "类型", "state": "状态"} if self.chinese else {"type": "TYPE ", "state": "STATE"}
        text = SERVICE.format(sid=sid, number=number, word=word, **names)
        call.out(text.replace("\n", "\r\n").encode("gbk"))
        return 0

    def _place(self, call: Call, text: str) -> None:
        if match := _FOR.fullmatch(text):
            pattern = re.escape(match["root"]) + r"\\[^\\]+\\" + re.escape(match["rest"])
            found = [path for path in self.files if re.fullmatch(pattern, path, re.IGNORECASE)]
        else:
            wanted = _IF.fullmatch(text)
            found = [path for path in self.files if wanted and path.lower() == wanted["path"].lower()]
        for path in found:
            call.out(f"{path}\r\n".encode())

    def _dir(self, call: Call, folder: str) -> int:
        if folder.lower() not in self.free:
            call.err(b"File Not Found\r\n")
            return 1
        free = self.free[folder.lower()]
        summary = (["               0 个文件              0 字节", f"               2 个目录 {free:>15} 可用字节"]
                   if self.chinese else ["               0 File(s)              0 bytes",
                                         f"               2 Dir(s) {free:>15} bytes free"])
        lines = [" Volume in drive D is DATA", " Volume Serial Number is 1A2B-3C4D", "", f" Directory of {folder}", "",
                 "11/20/2026  04:12 PM    <DIR>          .", "11/20/2026  04:12 PM    <DIR>          ..", *summary]
        call.out("\r\n".join([*lines, ""]).encode("gbk"))
        return 0

    def _count(self, call: Call, path: str) -> int:
        if path not in self.files:
            call.err("系统找不到指定的文件。\r\n".encode("gbk"))
            return 1
        call.out(b"%d\r\n" % self.files[path].count(b"\n"))
        return 0

    def _more(self, call: Call, match: re.Match[str]) -> int:
        patterns = [re.compile(one.encode()) for one in re.findall(r'/c:"([^"]+)"', match["words"])]
        lines = self.files[match["path"]].split(b"\r\n")[int(match["skip"]):]
        found = [line for line in lines if any(one.search(line) for one in patterns)]
        call.out(b"".join(line + b"\r\n" for line in found))
        return 0 if found else 1
