"""The overlay of one Linux server: a directory with its files and stand-in programs, and the rewriting of scripts.

A script runs in the machine's real /bin/sh. Before that, paths that belong to the device are turned to the overlay and
its `bin` goes first in PATH; in the output they are turned back. What the overlay does not have is the machine's own.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from pacs_rounds import catalogue
from pacs_rounds.lab import (
    backup_files,
    linux_files,
    linux_tools,
    mssql_host,
    oracle,
    oracle_files,
    oracle_host,
    postgres_host,
)
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import BadInput
from pacs_rounds.transports.replay import names_of, slug

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _sh_inner(text: str) -> str:
    """How a text looks inside a single-quoted word of sh."""
    return text.replace("'", "'\\''")


class Overlay:
    """Files, programs and rewriting of one device. `root` is the directory; it is made anew each time."""

    def __init__(self, device: Device, root: Path, started: float, born: float) -> None:
        self.device, self.root, self.started = device, root, started
        self.born = started if device.state["restarted"] else born
        self.bin = root / "bin"
        self._texts: dict[str, str] = {}
        self._held: set[str] = set()
        self._words: dict[str, str] = {}
        self._render()
        self._pattern = self._rewriting()

    def environment(self) -> dict[str, str]:
        """The environment of a session: that of a log-in over SSH, with the stand-ins first."""
        user = self.device.state["ssh"]["user"]
        return {"PATH": f"{self.bin}:{SYSTEM_PATH}", "HOME": f"{self.root}/home", "TMPDIR": f"{self.root}/tmp",  # noqa: S108
                "USER": user, "LOGNAME": user, "SHELL": "/bin/sh", "TZ": self.device.state["timezone"]}

    def refresh(self, now: float) -> None:
        """Write the files that change with time; each is put in place whole."""
        for name, text in linux_files.moving(self.device.state, now, self.born).items():
            if name not in self._held:
                beside = f"{self.root}{name}.new"
                with open(beside, "w", encoding="utf-8") as file:  # noqa: PTH123  (several times a second)
                    file.write(text)
                os.replace(beside, f"{self.root}{name}")  # noqa: PTH105

    def rewrite(self, script: str) -> str:
        """The script with the device's paths, programs and literal answers in place of the machine's."""
        for command, instead in self._words.items():
            script = script.replace(command, instead).replace(_sh_inner(command), _sh_inner(instead))
        return self._pattern.sub(self._replace, script)

    def restore(self, output: bytes) -> bytes:
        """The output with the device's own paths."""
        return output.replace(os.fsencode(self.root), b"")

    def _replace(self, match: re.Match[str]) -> str:
        if match[0] == "/proc/uptime" and match.string[:match.start()].endswith("<"):
            return match[0]  # `read … </proc/uptime` is how a probe times itself: the machine's clock is the finer one
        if match["path"]:
            return f"{self.root}{match['path']}"
        if match["tool"]:
            return f"{self.bin}/{match['tool']}"
        return f"PATH={self.bin}:"

    def _rewriting(self) -> re.Pattern[str]:
        own = (*(oracle_host.TREES if "oracle" in self.device.state else ()), *backup_files.trees(self.device.state))
        trees = "|".join(re.escape(tree) for tree in (*linux_files.TREES, *postgres_host.TREES, *own))
        # Oracle's programs are never in /bin: `"$home"/bin/sqlplus` must stay what it is.
        tools = "|".join(re.escape(path.name) for path in self.bin.iterdir() if path.name not in oracle_host.PROGRAMS)
        # A path that leads into the overlay already is left alone: the lab's own state may lie below /tmp.
        return re.compile(rf"(?<![\w.\-])(?:(?!{re.escape(str(self.root))}/)(?P<path>{trees})(?![\w-])"
                          rf"|(?:/usr)?/s?bin/(?P<tool>{tools})(?![\w-])|\bPATH=(?=\S))")

    def _write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        if mode != 0o644:
            path.chmod(mode)

    def _render(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        for folder in ("bin", "home", "real", "boot", "var/log", "var/run", "tmp", "var/tmp", "proc/net/bonding",
                       "sys/class/net"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        state = self.device.state
        for name, text in linux_files.still(state, self.started, self.born).items():
            self._write(name, text)
        for tool, said in linux_tools.answers(self.device.name, state, self.started).items():
            said = {arguments.replace("/var/log", f"{self.root}/var/log"): text for arguments, text in said.items()}
            self._write(f"bin/{tool}", linux_tools.script(tool, said, shutil.which(tool, path=SYSTEM_PATH)), 0o755)
        if state["clock_offset_seconds"]:
            self._write("bin/date", linux_tools.clock(state["clock_offset_seconds"], _real("date")), 0o755)
        if "oracle" in state:
            self._oracle()
        self._databases()
        self.refresh(self.started)
        self._faults()
        self._recorded()

    def _oracle(self) -> None:
        state = self.device.state
        for name, text in oracle_host.programs(state, self.device.address).items():
            self._write(f"bin/{name}", text, 0o755)
        for place, name in oracle_host.places(state).items():
            self._write(place, f'#!/bin/sh\nexec {self.bin}/{name} "$@"\n', 0o755)
        for place, text in oracle_host.still(state).items():
            self._write(place, text)
        self._oracle_files()

    def _oracle_files(self) -> None:
        now = oracle.moment(self.device, self.started, self.started, self.born)
        self._write(*oracle_files.alert_log(now))
        folder = Path()
        for place, size, at in [*oracle_files.audit_files(now), *oracle_files.archived_logs(now)]:
            path = self.root / place.lstrip("/")
            if path.parent != folder:
                path.parent.mkdir(parents=True, exist_ok=True)
                folder = path.parent
            path.touch()
            if size:
                os.truncate(path, size)  # a sparse file: it takes no room
            written = self.started + (at - now.at).total_seconds()
            os.utime(path, (written, written))

    def _databases(self) -> None:
        state = self.device.state
        for name, text in {**postgres_host.programs(state, self.started, str(self.root)),
                           **mssql_host.programs(state, self.started)}.items():
            self._write(f"bin/{name}", text, 0o755)
        for name, text, changed in postgres_host.files(state, self.started):
            self._write(name, text)
            os.utime(self.root / name.lstrip("/"), (changed, changed))

    def _faults(self) -> None:
        faults = self.device.faults
        for word, answer in faults["answers"].items():
            self._answer(word, answer)
        for word in faults["missing"]:
            self._program(word, linux_tools.missing(word))
        for word, size in faults["flood"].items():
            self._program(word, linux_tools.flood(size))
        for word, characters in faults["truncate"].items():
            self._truncate(word, characters)
        for word in faults["hang"]:
            if word.startswith("/"):
                self._hold(word)
                os.mkfifo(self.root / word.lstrip("/"))
            else:
                self._program(word, linux_tools.HANG)

    def _program(self, word: str, text: str) -> None:
        if not re.fullmatch(r"[\w.+-]+", word):
            raise BadInput(f"{self.device.name}.faults", f"{word!r} is no command name",
                           "write the program's name, a file such as /proc/mounts, or a parser such as linux.df")
        self._write(f"bin/{word}", text, 0o755)

    def _hold(self, name: str) -> None:
        """A file that a fault has taken over is not refreshed any more."""
        if not any(name == tree or name.startswith(f"{tree}/") for tree in (*linux_files.TREES, *oracle_host.TREES)):
            raise BadInput(f"{self.device.name}.faults", f"{name} is no file of a simulated server",
                           "known: " + ", ".join(linux_files.TREES))
        self._held.add(name)
        (self.root / name.lstrip("/")).unlink(missing_ok=True)

    def _answer(self, word: str, answer: Any) -> None:
        text, status = (str(answer.get("text", "")), int(answer.get("status", 0))) if isinstance(answer, dict) \
            else (str(answer), 0)
        if word.startswith("/"):
            self._hold(word)
            self._write(word, text)
        elif word.startswith("linux."):
            self._say_instead(_commands_of(word, self.device.name), linux_tools.literal(text, status), slug(word))
        else:
            self._program(word, linux_tools.literal(text, status))

    def _truncate(self, word: str, characters: int) -> None:
        if word.startswith("/"):
            text = (self.root / word.lstrip("/")).read_text(encoding="utf-8")[:characters]
            self._hold(word)
            self._write(word, text)
            return
        whole = self.bin / word
        inner = shutil.which(word, path=SYSTEM_PATH) or word
        if whole.exists():
            inner = str(whole.rename(self.root / "real" / word))
        self._program(word, linux_tools.cut(inner, characters))

    def _say_instead(self, commands: list[str], script: str, name: str) -> None:
        """Let a program of ours answer whole commands of the catalogue, however they are put together."""
        self._write(f"bin/answer_{name}", script, 0o755)
        for command in commands:
            self._words[command] = f"{self.bin}/answer_{name}"

    def _recorded(self) -> None:
        folder = self.device.recorded()
        if folder is None:
            return
        files = {slug(file.stem): file for file in sorted(folder.glob("*.txt"))}
        used = set()
        for one in catalogue.commands(list(catalogue.load().values())):
            name = next((name for name in sorted(names_of(one), key=len, reverse=True) if name in files), None)
            if name and one.parser.startswith("linux."):
                used.add(name)
                script = f"#!/bin/sh\nexec cat {linux_tools.quote(str(files[name]))}\n"
                self._say_instead([one.command], script, name)
        left = sorted(set(files) - used)
        if left or not used:
            said = ", ".join(files[name].name for name in left) or "this folder"
            raise BadInput(str(folder), f"no command of the catalogue is answered by {said}",
                           "name each file after its command, every other sign an underscore: df_P_T_k.txt")


def _real(tool: str) -> str:
    return shutil.which(tool, path=SYSTEM_PATH) or f"/bin/{tool}"


def _commands_of(parser: str, host: str) -> list[str]:
    commands = [one.command for check in catalogue.load().values() for one in check.collect if one.parser == parser]
    if not commands:
        raise BadInput(f"{host}.faults.answers", f"no check uses a parser {parser!r}", "`rounds parsers` lists them")
    return commands
