"""The client that stands in a simulated Oracle home, and the lab's server behind it: a real process over loopback."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab import oracle, oracle_host
from pacs_rounds.lab.hospital import merge
from pacs_rounds.lab.kinds import Device, Lab

DEFAULTS = {**yamlfile.load(paths.LAB / "defaults" / "common.yml"),
            **yamlfile.load(paths.LAB / "defaults" / "oracle.yml"),
            "timezone": "CST-8", "clock_offset_seconds": 0.0}


class Stand:
    """One database host's programs; `run` calls one of them as a shell would."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        state = merge(DEFAULTS, {"oracle": {"port": port, **changes}})
        self.device = Device("db", ("oracle",), "127.0.0.1", state)
        self.lab = Lab(folder, time.time(), time.time())
        self.programs = folder
        for name, text in oracle_host.programs(state, "127.0.0.1").items():
            (folder / name).write_text(text, encoding="ascii")
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.server = asyncio.run_coroutine_threadsafe(oracle.start(self.device, self.lab), self.loop).result(10)

    def run(self, program: str, *words: str, text: str = "", sid: str = "ORCL", limit: float = 20) -> tuple[int, str]:
        """Exit status and output."""
        done = subprocess.run(["bash", str(self.programs / program), *words], input=text, capture_output=True,
                              text=True,
                              timeout=limit, check=False, env={**os.environ, "ORACLE_SID": sid, "ORACLE_HOME": "/home"})
        return done.returncode, done.stdout

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    one = Stand(tmp_path)
    yield one
    one.close()


def test_a_session_over_standard_input(stand: Stand) -> None:
    script = ("connect / as sysdba\nset pagesize 0 feedback off\n"
              "select instance_name || ' é影像' from v$instance;\nexit 7\n")
    assert stand.run("sqlplus", "-S", "-L", "/nolog", text=script) == (7, "Connected.\nORCL é影像\n")
    assert oracle.command_log(stand.lab.state, "db").read_text(encoding="utf-8") == "sqlplus -S -L /nolog\n"


def test_programs_that_read_nothing(stand: Stand) -> None:
    assert "SQL*Plus: Release 11.2.0.4.0 Production" in stand.run("sqlplus", "-V")[1]
    assert stand.run("lsnrctl", "status")[0] == 0
    assert "OPatch succeeded." in stand.run("opatch", "lspatches")[1]


def test_another_sid_is_an_idle_instance(stand: Stand) -> None:
    assert "Connected to an idle instance." in stand.run("sqlplus", "/nolog", text="connect / as sysdba\n",
                                                         sid="OTHER")[1]


def test_four_sessions_at_once_are_answered_each_with_its_own(stand: Stand) -> None:
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        text = f"connect / as sysdba\nset pagesize 0 feedback off\nselect {number} from dual;\n"
        answers[number] = stand.run("sqlplus", "/nolog", text=text)[1].split()[-1]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert answers == {number: str(number) for number in range(4)}


def test_a_hung_instance_keeps_its_client_waiting_and_harms_nobody_else(tmp_path: Path) -> None:
    stand = Stand(tmp_path, hang_on="v$lock")
    try:
        with pytest.raises(subprocess.TimeoutExpired) as waited:
            stand.run("sqlplus", "/nolog", text="connect / as sysdba\nselect count(*) from v$lock;\n", limit=3)
        assert b"Connected." in (waited.value.stdout or b"")
        assert stand.run("lsnrctl", "status")[0] == 0
    finally:
        stand.close()


def test_a_laboratory_that_is_gone_is_told(stand: Stand) -> None:
    stand.close()
    time.sleep(0.2)
    assert stand.run("lsnrctl", "status")[0] == 127
