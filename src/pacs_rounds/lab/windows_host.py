"""A simulated Windows host for patch plans: its files, hotfixes, services and restarts, behind a small cmd.exe.

What its programs print has the form of the real ones, in English or (language: zh) in Chinese with code page 936.
Nothing here proves how Windows behaves: it proves what Rounds does with such answers. A hotfix is a file whose first
line is `MSCF` and whose second says as JSON what it does: {kb, holds: [names], identity, code, restart, also: [KB]}.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pacs_rounds.lab import windows_say as say
from pacs_rounds.lab.windows_cmd import Out, Shell

SYSTEM = "c:\\windows"


@dataclass(slots=True)
class Host:
    """One host. `faults` by name: disk_full, list_unreadable, never_back, uninstall_refused, wrong_bytes, no_task,
    stays_stopped."""

    release: str = "6.1.7601"
    service_pack: int = 1
    language: str = "en"
    hotfixes: dict[str, str] = field(default_factory=lambda: {"KB2999226": "3/21/2017"})
    packages: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=lambda: {"PacsCore": "RUNNING"})
    values: dict[str, str] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    restart_seconds: float = 0.0
    started: datetime = datetime(2026, 11, 20, 8, 30, 15)
    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"c:", SYSTEM})
    tasks: dict[str, str] = field(default_factory=dict)
    pending: list[Callable[[], None]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    away: bool = False

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables, names in small letters."""
        return {"systemroot": "C:\\Windows", "systemdrive": "C:"}

    @property
    def chinese(self) -> bool:
        return self.language == "zh"

    def line(self, text: str, stdin: bytes = b"") -> Out:
        """What `cmd /c` says to one line; ConnectionError while the host restarts."""
        if self.away:
            raise ConnectionError("connection refused")
        return Shell(self).run(text, stdin)

    def program(self, name: str, line: str, stdin: bytes) -> Out | None:
        """Run one of the programs of this Windows."""
        short = name.rpartition("\\")[2].removesuffix(".exe")
        if name in self.files and name.endswith(".exe"):
            self.calls.append(f"{short} {line}".strip())
            return self._install(self.files[name])
        known: dict[str, Callable[[str, bytes], Out]] = {
            "wmic": self._wmic, "certutil": self._certutil, "findstr": self._findstr, "find": self._find,
            "dism": self._dism, "wusa": self._wusa, "schtasks": self._schtasks, "expand": self._expand,
            "reg": self._reg, "sc": self._sc, "shutdown": self._shutdown, "spuninst": self._spuninst,
            "ping": lambda line, stdin: (0, b"")}
        if short not in known or (short == "dism" and self.release.startswith(("5.", "6.0."))):
            return None
        if short not in {"ping", "find", "findstr"}:
            self.calls.append(f"{short} {line}".strip())
        return known[short](line, stdin)

    def encoded(self, text: str) -> bytes:
        """As this console writes it."""
        return text.replace("\n", "\r\n").encode("gbk" if self.chinese else "ascii")

    # what is installed
    def _install(self, data: bytes) -> Out:
        """Carry out a hotfix file."""
        if not data.startswith(b"MSCF\n"):
            return 0x8007000D, b""
        told: dict[str, Any] = json.loads(data[5:])
        if told["kb"] in self.hotfixes:
            return 2359302, b""
        code = int(told.get("code", 0))
        if code:
            return code, b""

        def finish() -> None:
            for kb in (told["kb"], *told.get("also", [])):
                self.hotfixes[kb] = "11/22/2026"
            if told.get("identity"):
                self.packages[told["identity"]] = "Installed"
            if self.release.startswith("5."):
                self.folders.add(f"{SYSTEM}\\$ntuninstall{told['kb'].lower()}$")

        if not told.get("restart"):
            finish()
            return 0, b""
        self.pending.append(finish)
        if told.get("identity"):
            self.packages[told["identity"]] = "Install Pending"
        return 3010, b""

    def _take_away(self, kb: str, identity: str = "") -> Out:
        if "uninstall_refused" in self.faults:
            return 0x800F0825, b""
        if kb not in self.hotfixes and identity not in self.packages:
            return (0x800F080C if identity else 2359303), b""

        def finish() -> None:
            self.hotfixes.pop(kb, None)
            self.packages.pop(identity, None)

        self.pending.append(finish)
        return 3010, b""

    # programs
    def _wmic(self, line: str, stdin: bytes) -> Out:
        if line.startswith("qfe"):
            if "list_unreadable" in self.faults:
                return 1, self.encoded(say.ACCESS_DENIED[self.language])
            if "/value" not in line:
                return 0, self.encoded(say.qfe_table(self.hotfixes))
            return 0, self.encoded(say.qfe_values(self.hotfixes)).replace(b"\r\n", b"\r\r\n")
        values = {"FreeSpace": "104857600" if "disk_full" in self.faults else "53687091200",
                  "LastBootUpTime": self.started.strftime("%Y%m%d%H%M%S.500000+480"),
                  "ServicePackMajorVersion": str(self.service_pack), "Version": self.release}
        match = re.search(r"get (\S+)", line)
        asked = match[1].split(",") if match else []
        return 0, "".join(f"\r\r\n{name}={values[name]}" for name in sorted(asked)).encode() + b"\r\r\n\r\r\n"

    def _certutil(self, line: str, stdin: bytes) -> Out:
        names = re.findall(r'"([^"]+)"', line)
        content = self.files.get(names[0].lower())
        if content is None:
            return 0x80070002, self.encoded("CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2)\n")
        if line.startswith("-decode"):
            data = base64.b64decode(content)
            self.files[names[1].lower()] = data + (b"!" if "wrong_bytes" in self.faults else b"")
            return 0, self.encoded(say.decoded(len(content), len(data), self.language))
        if self.release.startswith("5."):
            return 0x80070057, self.encoded("CertUtil: Expected no more than 1 args, received 2\n")
        digest = hashlib.sha256(content).hexdigest()
        return 0, self.encoded(say.hashed(names[0], digest, self.language, self.release.startswith("10.")))

    def _findstr(self, line: str, stdin: bytes) -> Out:
        if line == '"^"':
            return (0, stdin) if stdin else (1, b"")
        texts = [re.escape(one) for one in re.findall(r'/c:"([^"]+)"', line)]
        words = [one.replace("\\<", "\\b").replace("\\>", "\\b") for one in re.findall(r'(?<!:)"([^"]+)"', line)]
        found = [one for one in stdin.splitlines() if any(
            re.search(word.encode(), one, re.IGNORECASE) for word in texts or words)]
        return (0, b"\r\n".join(found)) if found else (1, b"")

    def _find(self, line: str, stdin: bytes) -> Out:
        return (0, b"") if line.strip('"').encode() in stdin else (1, b"")

    def _dism(self, line: str, stdin: bytes) -> Out:
        path = re.search(r'/packagepath:"([^"]+)"', line)
        name = re.search(r"/packagename:(\S+)", line)
        if "/add-package" in line and path:
            return self._install(self.files.get(path[1].lower(), b""))
        if "/remove-package" in line and name:
            kb = re.search(r"KB\d+", name[1])
            return self._take_away(kb[0] if kb else "", name[1])
        if "/get-packageinfo" in line and path:
            told = json.loads(self.files[path[1].lower()][5:])
            return 0, self.encoded(say.package_info(told["identity"], self.language))
        return 0, self.encoded(say.packages(self.packages, self.language))

    def _wusa(self, line: str, stdin: bytes) -> Out:
        if not self.tasks.get("\0running"):
            return 5, b""  # a remote session
        if line.startswith("/uninstall"):
            kb = re.search(r"/kb:(\d+)", line)
            quiet = self.release.startswith("10.") and "/quiet" in line
            return (87, b"") if quiet or kb is None else self._take_away(f"KB{kb[1]}")
        match = re.match(r'"([^"]+)"', line)
        return self._install(self.files.get(match[1].lower(), b"")) if match else (87, b"")

    def _spuninst(self, line: str, stdin: bytes) -> Out:
        match = re.search(r"\$ntuninstall(kb\d+)\$", "\n".join(sorted(self.folders)))
        return self._take_away(match[1].upper()) if match else (2, b"")

    def _schtasks(self, line: str, stdin: bytes) -> Out:
        name = re.search(r"/tn (\S+)", line)
        if name is None or "no_task" in self.faults:
            return 1, self.encoded("ERROR: Access is denied.\n")
        if line.startswith("/create"):
            match = re.search(r'/tr "([^"]+)"', line)
            self.tasks[name[1]] = match[1].lower() if match else ""
        elif line.startswith("/delete"):
            return (0, b"") if self.tasks.pop(name[1], None) else (1, b"")
        else:
            self.tasks["\0running"] = "yes"
            Shell(self).run(self.tasks[name[1]])
            del self.tasks["\0running"]
        return 0, self.encoded("SUCCESS: done.\n")

    def _expand(self, line: str, stdin: bytes) -> Out:
        match = re.search(r'-D "([^"]+)"', line)
        content = self.files.get(match[1].lower(), b"") if match else b""
        if match is None or not content.startswith(b"MSCF\n"):
            return 1, self.encoded("Can't open input file\n")
        told = json.loads(content[5:])
        names = ["WSUSSCAN.cab", *told["holds"], "hotfix-pkgProperties.txt"]
        rows = "".join(f"{match[1]}: {name}\n" for name in names)
        return 0, self.encoded(f"Microsoft (R) File Expansion Utility\n\n{rows}{len(names)} files total.\n")

    def _reg(self, line: str, stdin: bytes) -> Out:
        match = re.search(r'query "HKLM\\([^"]+)"', line)
        key = f"HKEY_LOCAL_MACHINE\\{match[1]}" if match else ""
        children = ["Packages"] if key.endswith("Servicing") else []
        if self.pending and key.endswith("Servicing"):
            children.append("RebootPending")
        text = "".join(f"{key}\\{child}\n" for child in children)
        if key.endswith("Session Manager") and self.pending:
            text = "    PendingFileRenameOperations    REG_MULTI_SZ    \\??\\C:\\WINDOWS\\x.tmp\n" + text
        return 0, self.encoded(f"\n{key}\n{text}")

    def _sc(self, line: str, stdin: bytes) -> Out:
        name = line.removeprefix("query").strip().strip('"')
        if name not in self.services:
            return 1060, self.encoded("[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\n\n")
        return 0, self.encoded(say.service(name, self.services[name], self.language))

    def _shutdown(self, line: str, stdin: bytes) -> Out:
        self.away = True
        if "never_back" not in self.faults:
            threading.Timer(self.restart_seconds, self.come_back).start()
        return 0, b""

    def come_back(self) -> None:
        """The restart is over: what waited for it is done."""
        todo, self.pending = self.pending, []
        for one in todo:
            one()
        self.started += timedelta(hours=50)
        if "stays_stopped" in self.faults:
            self.services = dict.fromkeys(self.services, "STOPPED")
        self.away = False
