"""The simulated array over the wire: the project's transport, the stand-in for naviseccli, faults, limits, time."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import catalogue, paths
from pacs_rounds.catalogue import Collect
from pacs_rounds.lab import emc_vnx, hospital
from pacs_rounds.lab.kinds import Closable, Lab
from pacs_rounds.model import Answer, BadInput, Reason
from pacs_rounds.transports import naviseccli
from pacs_rounds.transports.endpoint import Endpoint

pytestmark = pytest.mark.lab
WORDS = [*[words for words in emc_vnx.ANSWERS if words not in {"getlog", "getlun"}], "getlog -500",
         "getlun -name -state -owner -default -trespass -capacity -rg -prb"]
BOTH = [f"{sp} {words}" for words in WORDS for sp in ("spa", "spb")]


class Bench:
    """Arrays on addresses of their own, in an event loop beside the test."""

    def __init__(self, state: Path) -> None:
        self.lab = Lab(state, time.time(), time.time())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._running: list[Closable] = []
        self._original = hospital.load()["vnx5500"]

    def start(self, **changes: Any) -> Endpoint:
        """Serve the array with some of its state changed; each start has its own addresses."""
        number = len(self._running)
        state = copy.deepcopy(self._original.state)
        for dotted, value in changes.items():
            *way, last = dotted.split("__")
            place = state
            for key in way:
                place = place[key]
            assert last in place, dotted
            place[last] = value
        device = replace(self._original, name=f"array-{number}", address=f"127.114.{number}.1", state=state)
        started = asyncio.run_coroutine_threadsafe(emc_vnx.start(device, self.lab), self._loop).result(10)
        self._running.append(started)
        return Endpoint(device.name, "", platform="emc_vnx", deadline_seconds=20.0, ways={"naviseccli": {
            "spa": device.address, "spb": emc_vnx.peer_address(device.address), "port": state["port"],
            "program": str(emc_vnx.program(self.lab.state)),
            "secfile": str(emc_vnx.security_directory(self.lab.state))}})

    def log(self, endpoint: Endpoint) -> list[str]:
        return emc_vnx.command_log(self.lab.state, endpoint.host).read_text(encoding="utf-8").splitlines()

    def close(self) -> None:
        for one in self._running:
            self._loop.call_soon_threadsafe(one.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    one = Bench(tmp_path)
    yield one
    one.close()


def ask(endpoint: Endpoint, *commands: str, limit: float = 5.0) -> dict[str, Answer]:
    collected = [Collect(one, "emc_vnx.faults", limit) for one in commands]
    return {one.command: one for one in naviseccli.ask(endpoint, collected)}


def test_both_sps_answer_everything_once_and_soon(bench: Bench) -> None:
    endpoint = bench.start()
    begun = time.monotonic()
    answers = ask(endpoint, *BOTH)
    assert time.monotonic() - begun < 3.0
    assert [(command, one.reason) for command, one in answers.items() if one.reason] == []
    assert sorted(bench.log(endpoint)) == sorted(BOTH)
    assert answers["spa faults -list"].text == "The array is operating normally.\n"
    assert "SP Identifier:       A" in answers["spa getagent"].text
    assert "SP Identifier:       B" in answers["spb getagent"].text


def test_the_whole_catalogue_is_asked_once_in_time_and_only_looks(bench: Bench) -> None:
    endpoint = bench.start()
    commands = [one for one in catalogue.commands(catalogue.select(["emc_vnx.*"])) if one.transport != "human"]
    assert len(commands) >= 24
    begun = time.monotonic()
    answers = naviseccli.ask(endpoint, commands)
    assert time.monotonic() - begun < 3.0
    assert [(one.command, one.reason) for one in answers if one.reason] == []
    asked = bench.log(endpoint)
    assert sorted(asked) == sorted(one.command for one in commands)
    assert [line for line in asked if naviseccli.split(line)[2]] == []


def test_the_array_is_told_nothing_that_would_change_it(bench: Bench) -> None:
    endpoint = bench.start()
    answers = ask(endpoint, *BOTH, "spa setcache -wc 0", "spb lun -destroy -l 1 -o", "spa arrayname OTHER")
    assert [one.reason for one in answers.values() if one.reason] == [Reason.NOT_RUN] * 3
    assert [line for line in bench.log(endpoint) if line.startswith("!")] == []


def test_the_stand_in_marks_what_would_change_the_array(bench: Bench) -> None:
    endpoint = bench.start()
    way = endpoint.ways["naviseccli"]
    argv = [way["program"], "-h", way["spa"], "-port", str(way["port"]), "-secfilepath", way["secfile"]]
    done = subprocess.run([*argv, "setcache", "-wc", "0"], check=False, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=10)
    assert (done.returncode, done.stdout) == (1, "Error: setcache: Invalid command\n")
    assert bench.log(endpoint) == ["! spa setcache -wc 0"]
    done = subprocess.run([*argv, "-user", "x", "getagent"], check=False, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=10)
    assert (done.returncode, done.stdout) == (1, "Unrecognized option: -user\n")
    assert bench.log(endpoint) == ["! spa setcache -wc 0"]


@pytest.mark.parametrize(("changes", "spa", "spb"), [
    ({"sps__a__state": "dead"}, Reason.UNREACHABLE, None),
    ({"sps__a__state": "dead", "sps__b__state": "dead"}, Reason.UNREACHABLE, Reason.UNREACHABLE),
    ({"sps__b__state": "silent"}, None, Reason.TIMED_OUT),
    ({"sps__b__state": "swallowed"}, None, Reason.TIMED_OUT),
    ({"sps__b__timed_out": True}, None, Reason.TIMED_OUT),
    ({"faults__refuse_connection": True}, Reason.UNREACHABLE, Reason.UNREACHABLE),
    ({"faults__refuse_login": True}, Reason.REFUSED, Reason.REFUSED),
    ({"tool__certificate_question": True}, Reason.REFUSED, Reason.REFUSED),
    ({"tool__installed": False}, Reason.TOOL_MISSING, Reason.TOOL_MISSING),
])
def test_each_trouble_has_its_own_word(changes: dict[str, Any], spa: Reason | None, spb: Reason | None,
                                       bench: Bench) -> None:
    endpoint = bench.start(**changes)
    begun = time.monotonic()
    answers = ask(endpoint, *BOTH[:8], limit=1.0)
    assert time.monotonic() - begun < 4.0
    for command, answer in answers.items():
        assert answer.reason is {"spa": spa, "spb": spb}[command[:3]], answer
        assert bool(answer.detail) is (answer.reason is not None)


def test_one_hung_subcommand_costs_only_itself(bench: Bench) -> None:
    endpoint = bench.start(faults__hang=["getdisk", "spb getrg"])
    answers = ask(endpoint, *BOTH, limit=1.0)
    assert {command: one.reason for command, one in answers.items() if one.reason} == {
        "spa getdisk": Reason.TIMED_OUT, "spb getdisk": Reason.TIMED_OUT, "spb getrg": Reason.TIMED_OUT}
    left = [path for path in Path("/proc").glob("[0-9]*") if _runs(path, endpoint.ways["naviseccli"]["program"])]
    assert left == []


def _runs(place: Path, program: str) -> bool:
    try:
        return os.fsencode(program) in (place / "cmdline").read_bytes()
    except OSError:
        return False


def test_faults_of_single_answers(bench: Bench) -> None:
    endpoint = bench.start(faults__truncate={"getcrus -all": 40}, faults__missing=["snap -list"],
                           faults__answers={"getagent": "nonsense"}, faults__flood={"getdisk": 2_100_000})
    answers = ask(endpoint, *BOTH)
    assert len(answers["spa getcrus -all"].text) == 40
    assert answers["spa snap -list"].reason is Reason.TOOL_MISSING
    assert answers["spa getagent"].text == "nonsense"
    assert answers["spb getdisk"].reason is Reason.TRUNCATED


def test_a_missing_or_foreign_security_file_is_refused(bench: Bench, tmp_path: Path) -> None:
    endpoint = bench.start()
    endpoint.ways["naviseccli"]["secfile"] = str(tmp_path / "elsewhere")
    assert {one.reason for one in ask(endpoint, *BOTH[:4]).values()} == {Reason.REFUSED}
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    for name in emc_vnx.KEY_FILES:
        (foreign / name).write_text("somebody else's\n", encoding="ascii")
    endpoint.ways["naviseccli"]["secfile"] = str(foreign)
    answers = ask(endpoint, *BOTH[:4])
    assert {one.reason for one in answers.values()} == {Reason.REFUSED}
    assert not any("Serial" in one.text for one in answers.values())


def test_the_certificate_question_waits_for_whoever_can_answer(bench: Bench) -> None:
    way = bench.start(tool__certificate_question=True).ways["naviseccli"]
    argv = [way["program"], "-h", way["spa"], "-port", str(way["port"]), "-secfilepath", way["secfile"], "getagent"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        said, _ = process.communicate("1\n", timeout=10)
    assert "Unable to validate the identity" in said
    assert "Serial No:" in said


@pytest.mark.parametrize(("changes", "word"), [
    ({"disks__0_0_4": {"type": "sas600", "state": "Enabled", "group": "pool 7"}}, "pool 7"),
    ({"sps__a__state": "tired"}, "tired"),
    ({"initiators__pacs-a hba0__ports": {"C-9": True}}, "C-9"),
    ({"log": [{"hours_ago": 1, "who": "SP A", "code": "a07", "txt": "?"}]}, "txt"),
    ({"snaps": {"s": {"luns": "1"}}}, "status"),
])
def test_a_state_that_refers_to_nothing_is_refused(changes: dict[str, Any], word: str, bench: Bench) -> None:
    with pytest.raises(BadInput, match=word):
        bench.start(**changes)


def run_module(endpoint: Endpoint, tmp_path: Path, **arguments: Any) -> dict[str, Any]:
    """The module as any playbook would call it, in check mode."""
    way = {name: endpoint.ways["naviseccli"][name] for name in ("spa", "spb", "secfile", "program", "port")}
    (tmp_path / "ansible.cfg").write_text("[defaults]\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible", "localhost", "--check", "-i", "localhost,", "-c", "local",
         "-M", paths.ROOT / "library", "-e", f"ansible_python_interpreter={sys.executable}",
         "-m", "emc_vnx", "-a", json.dumps(way | arguments)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "minimal", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(tmp_path),
             "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg")})
    answer = done.stdout[done.stdout.index("{", done.stdout.index("localhost |")):]
    data: dict[str, Any] = json.JSONDecoder().raw_decode(answer)[0]
    return data


def test_the_module_returns_texts_and_the_array(bench: Bench, tmp_path: Path) -> None:
    endpoint = bench.start(luns__1__current="B")
    told = run_module(endpoint, tmp_path, subcommands=["faults -list"])
    assert (told["changed"], told["complete"]) == (False, True)
    assert told["array"]["serial"] == "FCN00133200084"
    assert [lun["name"] for lun in told["array"]["luns"] if lun["trespassed"]] == ["PACS_IMAGES"]
    said = {(one["sp"], one["subcommand"]): one["text"] for one in told["answers"]}
    assert said["spb", "faults -list"] == "The array is operating normally.\n"
    assert len(bench.log(endpoint)) == len(told["answers"])
    assert [line for line in bench.log(endpoint) if line.startswith("!")] == []


def test_the_module_fails_before_anything_runs_or_says_what_is_missing(bench: Bench, tmp_path: Path) -> None:
    endpoint = bench.start(sps__b__state="dead")
    assert "never run: 'setcache -wc 0'" in run_module(endpoint, tmp_path, subcommands=["setcache -wc 0"])["msg"]
    assert bench.log(endpoint) == []
    bad = run_module(endpoint, tmp_path)
    assert "spb unreachable: the SP cannot be reached" in bad["msg"]
    assert bad["array"]["serial"] == "FCN00133200084"
    told = run_module(endpoint, tmp_path, require_answers=False)
    assert "msg" not in told
    assert [sp["reason"] for sp in told["array"]["sps"]] == [None, "unreachable"]
