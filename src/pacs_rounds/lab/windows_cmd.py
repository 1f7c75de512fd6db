"""A small cmd.exe for simulated Windows hosts: what the patch steps are written in, and no more.

Separators & && || |, groups, redirections, if [/i] [not] exist|==, for /l, call, caret and percent as on the command
line (`cmd /c`) and in batch files. What it does not know is "not recognized", like there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from pacs_rounds.lab.windows_line import Node, Simple, read

Out = tuple[int, bytes]
"""Exit code and what was printed."""


class Machine(Protocol):
    """What a shell runs on: files by their whole names (small letters), folders, programs and variables."""

    files: dict[str, bytes]
    folders: set[str]

    @property
    def variables(self) -> Mapping[str, str]:
        """Environment variables, names in small letters."""

    def program(self, name: str, line: str, stdin: bytes) -> Out | None:
        """Run a program with the rest of its line; None when there is none of that name."""


class Shell:
    """One cmd.exe."""

    def __init__(self, machine: Machine, batch: bool = False) -> None:
        self.machine, self.batch, self.errorlevel = machine, batch, 0

    # percent signs: before anything else, line by line
    def expand(self, line: str) -> str:
        out, at = "", 0
        while at < len(line):
            if line[at] != "%":
                out, at = out + line[at], at + 1
                continue
            end = line.find("%", at + 1)
            name = line[at + 1:end].lower() if end > 0 else ""
            signed = self.errorlevel - (1 << 32) if self.errorlevel > 0x7FFFFFFF else self.errorlevel
            value = str(signed) if name == "errorlevel" else self.machine.variables.get(name)
            if value is not None:
                out, at = out + value, end + 1
            elif self.batch:
                double = end == at + 1
                out, at = (out, end + 1) if name else (out + "%" * double, at + 1 + double)
            else:
                out, at = out + "%", at + 1
        return out

    def run(self, line: str, stdin: bytes = b"") -> Out:
        """One line as `cmd /c` gets it."""
        tree = read(self.expand(line))
        if isinstance(tree, str):
            self.errorlevel = 1
            return 1, f"{tree[:1]} was unexpected at this time.\r\n".encode()
        _, out = self._do(tree, stdin)
        return self.errorlevel, out

    def exists(self, path: str) -> bool:
        """A file or folder; a trailing backslash asks for a folder."""
        name = path.strip('"').lower()
        return name.rstrip("\\") in self.machine.folders or name in self.machine.files

    def _do(self, node: Node, stdin: bytes) -> tuple[bool, bytes]:
        if node.simple is not None:
            return self._simple_do(node.simple, stdin)
        if node.op == "group":
            good, out = self._do(node.parts[0], stdin)
            return good, self._away(node.redirects, out)
        if node.op == "if":
            if node.test and node.test(self.exists):
                return self._do(node.parts[0], stdin)
            return self._do(node.parts[1], stdin) if len(node.parts) > 1 else (True, b"")
        if node.op == "for":
            told = [self._do(node.parts[0], stdin) for _ in range(node.count)]
            return told[-1][0] if told else True, b"".join(out for _, out in told)
        good, out = self._do(node.parts[0], stdin)
        for part in node.parts[1:]:
            if (node.op == "&&" and not good) or (node.op == "||" and good):
                continue
            good, more = self._do(part, out if node.op == "|" else stdin)
            out = more if node.op == "|" else out + more
        return good, out

    def _away(self, redirects: list[tuple[str, str, str]], out: bytes) -> bytes:
        for handle, op, target in redirects:
            if handle == "1" and target.lower() != "nul":
                old = self.machine.files.get(target.lower(), b"") if op == ">>" else b""
                self.machine.files[target.lower()], out = old + out, b""
            elif handle == "1":
                out = b""
        return out

    def _simple_do(self, one: Simple, stdin: bytes) -> tuple[bool, bytes]:
        if any(handle == "0" for handle, _, _ in one.redirects):
            stdin = b""
        if any(handle == "1" and target.lower() != "nul" and target.lower().rpartition("\\")[0] not in
               self.machine.folders for handle, _, target in one.redirects):
            self.errorlevel = 1
            return False, b"The system cannot find the path specified.\r\n"
        code, out = self._program(one.text.lstrip(), stdin)
        return code == 0, self._away(one.redirects, out)

    def _program(self, text: str, stdin: bytes) -> Out:
        if not text.strip():
            return 0, b""
        match = re.match(r'("[^"]*"|[^\s/"]+(?=/)|\S+)(.*)', text, re.DOTALL)
        name, rest = (match[1].strip('"').lower(), match[2]) if match else ("", "")
        inner = getattr(self, f"_{name}_", None) if name.isalpha() else None
        if inner is not None:
            code, out = inner(rest.strip(), stdin)
        elif name in self.machine.files and name.endswith((".cmd", ".bat")):
            code, out = self._file(name)
        else:
            said = self.machine.program(name, rest.strip(), stdin)
            code, out = said if said is not None else (9009, (
                f"'{name}' is not recognized as an internal or external command,\r\n"
                "operable program or batch file.\r\n").encode())
        if name not in {"echo", "set", "call", "type", "del"} or code:
            self.errorlevel = code
        return code, out

    def _file(self, name: str) -> Out:
        shell, out = Shell(self.machine, batch=True), b""
        for line in self.machine.files[name].decode().splitlines():
            out += shell.run(line)[1]
        return shell.errorlevel, out

    def _echo_(self, rest: str, stdin: bytes) -> Out:
        return 0, f"{rest}\r\n".encode()

    def _set_(self, rest: str, stdin: bytes) -> Out:
        match = re.match(r'/p\s+"?=([^"]*)"?', rest)
        return (0, match[1].encode()) if match else (1, b"")

    def _call_(self, rest: str, stdin: bytes) -> Out:
        shell = Shell(self.machine, self.batch)
        shell.errorlevel = self.errorlevel
        code, out = shell.run(rest, stdin)
        return code, out

    def _cmd_(self, rest: str, stdin: bytes) -> Out:
        match = re.fullmatch(r"/c exit (-?\d+)", rest)
        return (int(match[1]), b"") if match else (1, b"")

    def _start_(self, rest: str, stdin: bytes) -> Out:
        match = re.match(r'"" /wait (.*)', rest)
        return self._program(match[1], stdin) if match else (1, b"")

    def _type_(self, rest: str, stdin: bytes) -> Out:
        content = self.machine.files.get(rest.strip('"').lower())
        return (0, content) if content is not None else (1, b"The system cannot find the file specified.\r\n")

    def _del_(self, rest: str, stdin: bytes) -> Out:
        self.machine.files.pop(rest.rpartition('/q ')[2].strip('"').lower(), None)
        return 0, b""

    def _move_(self, rest: str, stdin: bytes) -> Out:
        match = re.fullmatch(r'/y "([^"]+)" "([^"]+)"', rest)
        if match is None or match[1].lower() not in self.machine.files:
            return 1, b"The system cannot find the file specified.\r\n"
        self.machine.files[match[2].lower()] = self.machine.files.pop(match[1].lower())
        return 0, b"        1 file(s) moved.\r\n"

    def _mkdir_(self, rest: str, stdin: bytes) -> Out:
        self.machine.folders.add(rest.strip('"').rstrip("\\").lower())
        return 0, b""

    def _rd_(self, rest: str, stdin: bytes) -> Out:
        name = rest.rpartition("/q ")[2].strip('"').rstrip("\\").lower()
        self.machine.folders.discard(name)
        for path in [path for path in self.machine.files if path.startswith(name + "\\")]:
            del self.machine.files[path]
        return 0, b""
