"""naviseccli as a transport: what may be run, how it ends, and what each ending is called."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import catalogue
from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import naviseccli
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.naviseccli_words import complaint

ARRAY = {"spa": "192.0.2.1", "spb": "192.0.2.2", "secfile": "/secret"}

# A stand-in that writes down its arguments, environment, start and end, and then does as the file `plan` says.
SCRIPT = """#!/usr/bin/python3 -ISE
import json, os, sys, time, subprocess
here = os.path.dirname(os.path.abspath(__file__))
begun = time.time()
def note(**more):
    line = {"argv": sys.argv[1:], "env": sorted(os.environ), "pid": os.getpid(), "begun": begun} | more
    with open(here + "/calls", "a") as file:
        file.write(json.dumps(line) + "\\n")
exec(open(here + "/plan").read())
note(ended=time.time())
"""


@pytest.fixture
def tool(tmp_path: Path) -> Any:
    """A `naviseccli` whose behaviour a test writes; `.calls()` is what it was given."""
    program = tmp_path / "naviseccli"
    program.write_text(SCRIPT, encoding="utf-8")
    program.chmod(0o755)

    class Tool:
        path = str(program)

        def does(self, plan: str) -> None:
            (tmp_path / "plan").write_text(plan, encoding="utf-8")

        def calls(self) -> list[dict[str, Any]]:
            file = tmp_path / "calls"
            return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

        def ask(self, *commands: str, limit: float = 5.0, deadline: float = 20.0, **settings: Any) -> list[Answer]:
            endpoint = Endpoint("vnx5500", "", deadline_seconds=deadline,
                                ways={"naviseccli": {**ARRAY, "program": self.path, **settings}})
            return naviseccli.ask(endpoint, [Collect(one, "emc_vnx.faults", limit) for one in commands])

    return Tool()


@pytest.mark.parametrize("words", [
    "faults -list", "getcrus -all", "getdisk 0_0_1 -state", "getlog -500", "lun -list -all", "arrayname",
    "mirror -sync -list", "storagepool -list -id 0", "port -list -sp -all"])
def test_what_only_looks_may_run(words: str) -> None:
    assert naviseccli.split(f"spa {words}") == ("spa", words.split(), "")


@pytest.mark.parametrize("words", [
    "lun -create -capacity 10", "lun -list -destroy", "lun", "arrayname NEW", "setcache -wc 0", "rebootSP -o",
    "shutdown", "getlog -clear", "clearlog", "trespass all", "storagepool -destroy -id 0 -o", "getlun -user admin",
    "faults -list -password x", "security -adduser", "getdisk `reboot`", "getdisk 0_0_1;reboot", "domain -list -o",
    "ndu -commit VNX-Block", "setsptime -m 1", "getdisk $(id)", "-f /etc/x getdisk", "getlog -h -f /tmp/x"])
def test_what_may_change_something_is_never_run(words: str, tool: Any) -> None:
    tool.does("print('done')")
    answer, = tool.ask(f"spa {words}")
    assert answer.reason is Reason.NOT_RUN
    assert answer.detail.startswith("never run: ")
    assert tool.calls() == []


@pytest.mark.parametrize("command", ["faults -list", "", "spc faults -list", 'spa "faults', "spa", "naviseccli faults"])
def test_a_command_without_its_sp_is_never_run(command: str) -> None:
    assert naviseccli.split(command)[2]


def test_every_command_of_the_catalogue_may_run() -> None:
    commands = [one.command for check in catalogue.load().values() for one in check.collect
                if one.parser.startswith("emc_vnx.")]
    assert [naviseccli.split(command)[2] for command in commands if naviseccli.split(command)[2]] == []


def test_the_list_names_no_option_that_sets_something() -> None:
    options = {option for rule in naviseccli.allow_list().values() for option in rule["options"]}
    assert len(options) > 50
    assert options & {"-o", "-f", "-user", "-password", "-scope", "-set", "-create", "-destroy", "-modify", "-clear"} \
        == set()


def test_a_call_is_the_tool_with_security_file_and_time_limit(tool: Any) -> None:
    tool.does("print('The array is operating normally.')")
    answers = tool.ask("spa faults -list", "spb faults -list", port=2443)
    assert {one.text for one in answers} == {"The array is operating normally.\n"}
    assert {(one.reason, one.status) for one in answers} == {(None, None)}
    first, second = sorted(tool.calls(), key=lambda call: call["argv"])
    assert first["argv"] == ["-h", "192.0.2.1", "-port", "2443", "-secfilepath", "/secret", "-t", "4", "faults",
                             "-list"]
    assert second["argv"][1] == "192.0.2.2"
    assert set(first["env"]) <= {*naviseccli.KEPT, "LC_ALL", "LC_CTYPE"}


def test_no_poll_and_home(tool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/rounds")
    tool.does("print('x')")
    tool.ask("spa faults -list", secfile="~/navi", nopoll=True)
    assert tool.calls()[0]["argv"] == ["-h", "192.0.2.1", "-secfilepath", "/home/rounds/navi", "-t", "4", "-np",
                                       "faults", "-list"]


def test_both_sps_at_once_and_two_calls_at_a_time_each(tool: Any) -> None:
    tool.does("time.sleep(0.3); print('x')")
    words = ["faults -list", "getagent", "getcontrol", "getcrus -all"]
    tool.ask(*[f"{sp} {one}" for sp in ("spa", "spb") for one in words])
    calls = tool.calls()
    assert len(calls) == 8

    def most(some: list[dict[str, Any]]) -> int:
        return max(sum(other["begun"] <= call["begun"] < other["ended"] for other in some) for call in some)

    assert [most([call for call in calls if call["argv"][1] == ARRAY[sp]]) for sp in ("spa", "spb")] == [2, 2]
    assert most(calls) > 2


def test_a_question_finds_no_listener_and_is_no_answer(tool: Any) -> None:
    tool.does("print('Unable to validate the identity of the server.  There are issues with the certificate.')\n"
              "sys.stdout.flush(); said = sys.stdin.read(); print('selection', repr(said)); print('Serial No: X')")
    answer, = tool.ask("spa getagent")
    assert answer.reason is Reason.REFUSED
    assert "certificate is not trusted" in answer.detail
    assert "selection ''" in answer.text


def test_a_question_that_waits_all_the_same_is_a_question(tool: Any) -> None:
    tool.does("print('Unable to validate the identity of the server.', flush=True); time.sleep(60)")
    answer, = tool.ask("spa getagent", limit=0.5)
    assert answer.reason is Reason.REFUSED


def test_a_hung_tool_ends_with_everything_it_started(tool: Any) -> None:
    tool.does("child = subprocess.Popen(['sleep', '60']); note(child=child.pid); time.sleep(60)")
    begun = time.monotonic()
    answer, = tool.ask("spa faults -list", limit=0.7)
    assert time.monotonic() - begun < 3
    assert (answer.reason, answer.detail) == (Reason.TIMED_OUT, "the tool did not end within 0.7 s")
    call = tool.calls()[0]
    time.sleep(0.1)
    for pid in (call["pid"], call["child"]):
        state = Path(f"/proc/{pid}/stat")
        assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_what_is_written_between_two_looks_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the tool may write and end between the look into its pipe and the look whether it has ended."""
    patient = os.waitid
    monkeypatch.setattr(naviseccli.os, "waitid", lambda kind, number, _: patient(kind, number, os.WEXITED | os.WNOWAIT))
    said = naviseccli.call(["/bin/sh", "-c", "sleep 0.3; echo late; echo later"], 10)
    assert said == naviseccli.Said("late\nlater\n")


def test_a_child_that_keeps_the_pipe_does_not_keep_us(tool: Any) -> None:
    tool.does("subprocess.Popen(['sleep', '30']); print('The array is operating normally.', flush=True)")
    begun = time.monotonic()
    answer, = tool.ask("spa faults -list")
    assert time.monotonic() - begun < 3
    assert (answer.reason, answer.text) == (None, "The array is operating normally.\n")


def test_an_sp_that_does_not_answer_twice_is_left_alone(tool: Any) -> None:
    tool.does("time.sleep(60) if sys.argv[2] == '192.0.2.1' else print('x')")
    words = ["faults -list", "getagent", "getcontrol", "getcrus -all", "getcache", "ndu -list"]
    begun = time.monotonic()
    answers = tool.ask(*[f"spa {one}" for one in words], "spb getagent", limit=0.5)
    assert time.monotonic() - begun < 3
    assert {one.reason for one in answers[:-1]} == {Reason.TIMED_OUT}
    assert answers[-1].reason is None
    assert sum("not asked any more" in one.detail for one in answers) >= 3


def test_a_refused_login_is_not_tried_again(tool: Any) -> None:
    tool.does("print('Security file not found. Already removed or check -secfilepath option.'); note(); sys.exit(255)")
    words = ("faults -list", "getagent", "getcontrol", "getcrus -all", "getcache")
    answers = tool.ask(*[f"spa {one}" for one in words])
    assert {one.reason for one in answers} == {Reason.REFUSED}
    assert len(tool.calls()) <= 2
    assert "not asked any more" in answers[-1].detail


def test_a_dead_sp_costs_the_other_nothing(tool: Any) -> None:
    tool.does("dead = sys.argv[2] == '192.0.2.1'\n"
              "print('A network error occurred while trying to connect.\\nMessage : x' if dead else 'fine')")
    answers = tool.ask("spa getagent", "spa getcache", "spa getcontrol", "spb getagent", "spb getcache")
    assert [one.reason for one in answers] == [Reason.UNREACHABLE] * 3 + [None] * 2
    assert [one.text for one in answers[3:]] == ["fine\n"] * 2


def test_the_deadline_holds_for_all_of_it(tool: Any) -> None:
    tool.does("time.sleep(0.4); print('x')")
    words = ["faults -list", "getagent", "getcontrol", "getcrus -all", "getcache", "ndu -list", "getdisk", "getrg"]
    answers = tool.ask(*[f"spa {one}" for one in words], deadline=1.0)
    assert answers[0].reason is None
    assert answers[-1].reason is Reason.TIMED_OUT


@pytest.mark.parametrize(("plan", "reason"), [
    ("sys.exit(3)", Reason.EMPTY),
    ("pass", None),  # no text: the conductor calls it empty unless the parser knows that nothing means none
    ("print('half', flush=True); os.kill(os.getpid(), 9)", Reason.TRUNCATED),
    ("sys.stdout.write('x' * 2100000)", Reason.TRUNCATED),
    ("print('Timed out'); sys.exit(1)", Reason.TIMED_OUT),
    ("print('Caller not privileged.'); sys.exit(1)", Reason.REFUSED),
    ("print('Request failed.  Sync Mirror Feature software is not installed or unavailable.'); sys.exit(1)", None),
])
def test_each_ending_has_its_name(plan: str, reason: Reason | None, tool: Any) -> None:
    tool.does(plan)
    answer, = tool.ask("spa mirror -sync -list")
    assert answer.reason is reason
    assert bool(answer.detail) is (reason is not None)


def test_one_refused_subcommand_does_not_cost_the_others(tool: Any) -> None:
    tool.does("print('Caller not privileged.' if 'getlog' in sys.argv else 'fine')")
    answers = tool.ask("spa getlog -500", "spa getagent", "spa getcache", "spa getcontrol")
    assert [one.reason for one in answers] == [Reason.REFUSED, None, None, None]


@pytest.mark.parametrize("program", ["no-such-naviseccli", "/nowhere/naviseccli", "/etc/passwd"])
def test_a_missing_tool_is_called_so(program: str, tool: Any) -> None:
    for answer in tool.ask("spa faults -list", "spb faults -list", program=program):
        assert answer.reason is Reason.TOOL_MISSING
        assert program in answer.detail


def test_the_tool_is_found_on_the_path(tool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(tool.path).parent}{os.pathsep}{os.environ['PATH']}")
    assert naviseccli.program({}) == tool.path
    monkeypatch.setenv("PATH", "/nowhere")
    assert naviseccli.program({}) in {"naviseccli", "/opt/Navisphere/bin/naviseccli"}


def test_one_unknown_sp_is_unknown_and_the_other_asked(tool: Any) -> None:
    tool.does("print('x')")
    answers = tool.ask("spa getagent", "spb getagent", spb="unknown")
    assert [one.reason for one in answers] == [None, Reason.UNREACHABLE]
    assert "rounds_naviseccli.spb is still 'unknown'" in answers[1].detail
    assert tool.ask("spa getagent", spa="-user")[0].reason is Reason.UNREACHABLE


@pytest.mark.parametrize(("settings", "word"), [
    ({}, "no rounds_naviseccli"), ({**ARRAY, "secfile": "unknown"}, "secfile"), ({"spa": "a", "spb": "b"}, "secfile"),
    ({**ARRAY, "program": "unknown"}, "program"), ({**ARRAY, "spa": "unknown", "spb": "unknown"}, ".spa"), (ARRAY, "")])
def test_what_the_inventory_lacks_is_said(settings: dict[str, Any], word: str) -> None:
    gap = naviseccli.gap(Endpoint("vnx5500", "", ways={"naviseccli": settings}))
    assert word in gap
    assert bool(gap) is bool(word)


@pytest.mark.parametrize(("text", "reason"), [
    ("Exception: Error occurred during HTTP request/response from the target: '10.0.0.1'.\nMessage : HTTP/1.1 401 "
     "Unauthorized", Reason.REFUSED),
    ("Error: Invalid username, password and/or scope.", Reason.REFUSED),
    ("The security file is invalid.", Reason.REFUSED),
    ("Enter password:", Reason.REFUSED),
    ("Error occurred because of time out.", Reason.TIMED_OUT),
    ("Bus 0 Enclosure 0  Disk 0\nState:  Enabled\n" * 10 + "Timed out\n", Reason.TIMED_OUT),
    ("Could not connect to the specified host", Reason.UNREACHABLE),
    ("CLI commands are not supported by the target storage system.", Reason.TOOL_MISSING),
    ("Usage: getdisk [disk-position]", Reason.TOOL_MISSING),
    ("11/20/2026 08:14:22 SP A  (71270000)Timed out waiting for a peer [0x00]  0  0\n" * 20, None),
    ("Information about each SPPORT:\nUsage:     General\n", None),
    ("The array is operating normally.", None), ("", None), ("Read Timeout:   30", None)])
def test_words_in_place_of_an_answer(text: str, reason: Reason | None) -> None:
    found = complaint(text)
    assert (found.reason if found else None) is reason
