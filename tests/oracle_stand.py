"""A database host for the tests: a shell with few tools, and an Oracle home whose `sqlplus` is a program of ours.

It knows the words of a session and answers each select by the PROMPT before it, from a table in its home. Faults are a
file too. What was typed, called and put into the environment is kept: tests look for what must not be there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer
from pacs_rounds.transports.shell_round import Plan

TOOLS = ("head", "sleep", "cat", "true", "printf", "env", "id", "grep", "ls", "tail", "awk", "python3")
NONCE = "9f3c0a7be2d14458a1c0ffee"
SQLPLUS = '''#!{python}
import json, os, re, signal, sys, time
home = os.environ["ORACLE_HOME"]
told = json.load(open(home + "/told.json"))
with open(home + "/calls", "a") as log:
    log.write(json.dumps([sys.argv[1:], {{k: v for k, v in os.environ.items() if k != "_"}}]) + "\\n")
if sys.argv[1:] == ["-V"]:
    print(told["version"])
    sys.exit()
text = sys.stdin.read()
open(home + "/script", "a").write(text)
say = lambda words: print(words, flush=True)
connected, query, statement = False, "", []
for line in text.splitlines():
    if statement or re.match("select|alter|set transaction", line):
        statement.append(line)
        if not line.endswith(";"):
            continue
        words, statement = " ".join(statement), []
        if not connected:
            say("SP2-0640: Not connected")
        elif told["connect"] == "idle":
            say("ERROR:\\nORA-01034: ORACLE not available\\n")
            sys.exit(1)
        elif words.startswith("alter"):
            say("\\nSession altered.\\n")
        elif words.startswith("set"):
            say("\\nTransaction set.\\n")
        else:
            answer = told["answers"].get(query, [])
            if answer == "hang":
                if told.get("stubborn"):
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(60)
            if isinstance(answer, str):
                say(answer)
                if "ORA-03113" in answer:
                    connected = False
                continue
            say("\\n".join(answer))
            rows = "1 row" if len(answer) == 1 else f"{{len(answer) or 'no'}} rows"
            say(f"\\n{{rows}} selected{{'.' * bool(answer)}}\\n")
    elif line.startswith("prompt "):
        say(line[7:])
        query = line.split()[-1]
    elif line.startswith("connect "):
        if told["connect"] == "hang":
            time.sleep(60)
        connected = told["connect"] in ("ok", "idle")
        say({{"ok": "Connected.", "idle": "Connected to an idle instance."}}.get(told["connect"], told["connect"]))
    elif line.startswith("exit"):
        break
    elif not re.match("set |whenever ", line):
        say(f'SP2-0734: unknown command beginning "{{line[:10]}}..." - rest of line ignored.')
'''


@dataclass
class Stand:
    """One host with one shell. `told` is what the fake knows, `running` the SIDs whose instance is up."""

    shell: Path
    home: Path
    running: list[str] = field(default_factory=lambda: ["PACS"])
    told: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    hidepid: bool = False

    @property
    def oracle_home(self) -> Path:
        return self.home / "u01" / "app" / "oracle" / "product" / "11.2.0" / "db_1"

    def ask(self, *commands: str, limit: float = 10.0, keep: dict[str, str] | None = None) -> list[Answer]:
        """What the transport would give back; `keep` receives the script and the raw output."""
        asked = [Collect(one, "linux.df", limit) for one in commands]
        plan = Plan(asked, self.settings, NONCE)
        (self.oracle_home / "told.json").write_text(json.dumps(self.told), encoding="utf-8")
        lines = ["  PID  PPID STAT USER     COMMAND"]
        lines += [] if self.hidepid else ["    1     0 Ss   root     /sbin/init"]
        lines += [f"  {900 + n}     1 Ss   oracle   ora_pmon_{sid}" for n, sid in enumerate(self.running)
                  if not self.hidepid]
        ps = self.shell.parent / "ps"
        ps.write_text("#!/bin/sh\nprintf '%s\\n' '" + "\n".join(lines) + "'\n", encoding="utf-8")
        ps.chmod(0o755)
        script = plan.script()
        started = time.time()
        done = subprocess.run(
            [self.shell], input=script.encode(), capture_output=True, timeout=60, check=False, cwd=self.home,
            start_new_session=True, env={"PATH": str(self.shell.parent), "HOME": str(self.home)})
        assert done.stderr == b""
        if keep is not None:
            keep |= {"script": script, "output": done.stdout.decode()}
        return plan.answers(done.stdout.decode("utf-8", "replace"), started, time.time())

    def calls(self) -> list[tuple[list[str], dict[str, str]]]:
        """(arguments, environment) of each call of sqlplus."""
        path = self.oracle_home / "calls"
        return [tuple(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def typed(self) -> str:
        """All that SQL*Plus was told."""
        path = self.oracle_home / "script"
        return path.read_text() if path.exists() else ""


def build(place: Path, shell: str, helper: str) -> Stand | None:
    """A stand below `place`; None when this machine has no such shell."""
    program = shutil.which(shell)
    if program is None:
        return None
    tools = place / "bin"
    tools.mkdir()
    for name in (*TOOLS, *([] if helper == "job control" else [helper])):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "sh").symlink_to(program)
    home = place / "home"
    home.mkdir()
    stand = Stand(tools / "sh", home)
    sqlplus = stand.oracle_home / "bin" / "sqlplus"
    sqlplus.parent.mkdir(parents=True)
    sqlplus.write_text(SQLPLUS.format(python=sys.executable), encoding="utf-8")
    sqlplus.chmod(0o755)
    stand.told = {"version": "\nSQL*Plus: Release 11.2.0.4.0 Production\n", "connect": "ok", "answers": {}}
    stand.settings = {"instances": [{"sid": "PACS", "oracle_home": str(stand.oracle_home), "pair": "pacs"}]}
    return stand
