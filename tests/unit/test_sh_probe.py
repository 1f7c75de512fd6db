"""The probe script in the shells that servers have, with and without `timeout`, against commands that misbehave."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds.catalogue import Collect
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports import sh_probe

TOOLS = ("head", "sleep", "cat", "true", "yes", "printf", "env", "id", "seq", "tr", "dd")
SHELLS = [("dash", "timeout"), ("dash", "setsid"), ("bash", "timeout"), ("bash", "job control"), ("busybox", "timeout")]
NONCE = secrets.token_hex(12)


@dataclass
class Target:
    """A machine with one shell and only the tools named; `ask` sends the script as a transport does."""

    shell: Path
    home: Path

    def run(self, commands: list[Collect], nonce: str = NONCE, max_bytes: int = 2_000_000) -> tuple[bytes, float]:
        script = sh_probe.build(commands, nonce, max_bytes)
        started = time.monotonic()
        done = subprocess.run(
            [self.shell], input=script.encode(), capture_output=True, timeout=30, check=False, cwd=self.home,
            start_new_session=True, env={"PATH": str(self.shell.parent), "HOME": str(self.home)})
        assert done.stderr == b""
        return done.stdout, time.monotonic() - started

    def ask(self, *commands: str | tuple[str, float], max_bytes: int = 2_000_000) -> list[Answer]:
        wanted = [collect(one) if isinstance(one, str) else collect(*one) for one in commands]
        started = time.time()
        output, took = self.run(wanted, max_bytes=max_bytes)
        return sh_probe.read(output.decode("utf-8", "replace"), wanted, NONCE, started, started + took)


def collect(command: str, limit: float = 10) -> Collect:
    return Collect(command, "linux.df", limit)


@pytest.fixture(params=SHELLS, ids=lambda one: f"{one[0]} with {one[1]}")
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    shell, helper = request.param
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} here")
    place = tmp_path / "bin"
    place.mkdir()
    for name in (*TOOLS, *([] if helper == "job control" else [helper])):
        (place / name).symlink_to(str(shutil.which(name)))
    (place / "sh").symlink_to(program)
    home = tmp_path / "home"
    home.mkdir()
    return Target(place / "sh", home)


def alive(word: str) -> list[str]:
    """Processes that hold a word in their command line or environment, such as the nonce in all of the probe's own."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = ((path / "cmdline").read_bytes() + (path / "environ").read_bytes()).decode("utf-8", "replace")
        except OSError:
            continue
        if word in line and str(os.getpid()) != path.name:
            found.append(line.replace("\0", " "))
    return found


def test_each_command_has_its_own_text_status_and_time(target: Target) -> None:
    answers = target.ask("echo one; echo two", "exit 3", "printf unended", "true", "nosuchprogram", "echo last")
    assert [(one.text, one.status, one.reason) for one in answers if one.command != "nosuchprogram"] == [
        ("one\ntwo\n", 0, None), ("", 3, None), ("unended", 0, None), ("", 0, None), ("last\n", 0, None)]
    assert answers[4].status == 127
    assert "not found" in answers[4].text
    times = [moment for one in answers for moment in (one.started, one.ended)]
    assert times == sorted(times)


def test_a_hanging_command_is_cut_at_its_own_limit_and_costs_only_itself(target: Target) -> None:
    word = str(secrets.randbelow(10**9) + 10**9)
    answers = target.ask("echo before", (f"echo partly; sleep {word}; echo never", 1), "echo after")
    assert answers[1].ended - answers[1].started < 3
    assert [one.reason for one in answers] == [None, Reason.TIMED_OUT, None]
    assert answers[1].detail == "no end within 1 s"
    assert "never" not in answers[1].text
    assert (answers[0].text, answers[2].text) == ("before\n", "after\n")
    assert alive(word) == []


def test_a_child_in_the_background_that_keeps_the_pipe_costs_only_its_own_command(target: Target) -> None:
    word = str(secrets.randbelow(10**9) + 10**9)
    answers = target.ask((f"sleep {word} & echo started", 1), "echo after")
    assert answers[0].reason in {None, Reason.TIMED_OUT}
    assert (answers[1].text, answers[1].reason) == ("after\n", None)
    assert alive(word) == []


def test_fifty_megabytes_are_cut(target: Target) -> None:
    answers = target.ask("head -c 52428800 /dev/zero | tr '\\0' x", "echo after")
    assert (len(answers[0].text), answers[0].reason) == (2_000_000, Reason.TRUNCATED)
    assert answers[0].detail == "cut after 2000000 characters"
    assert answers[1].text == "after\n"


def test_output_without_end_is_cut(target: Target) -> None:
    answers = target.ask(("yes", 5), "echo after", max_bytes=5000)
    assert (len(answers[0].text), answers[0].reason) == (5000, Reason.TRUNCATED)
    assert answers[1].reason is None


def test_a_text_that_just_fits_or_just_does_not_is_whole_or_truncated(target: Target) -> None:
    """The limit may fall into the probe's own mark: never half a mark, never a wrong status, never a crash."""
    sizes = range(250, 301)
    wanted = [collect(f"printf '%0{size}d' 0; exit 12") for size in sizes]
    output, _ = target.run(wanted, max_bytes=300)
    answers = sh_probe.read(output.decode(), wanted, NONCE, 0.0, 1.0)
    seen = set()
    for size, one in zip(sizes, answers, strict=True):
        seen.add(one.reason)
        assert (one.status, one.reason) in {(12, None), (None, Reason.TRUNCATED)}
        assert NONCE not in one.text
        if one.reason is None:
            assert one.text == "0" * size
    assert seen == {None, Reason.TRUNCATED}


def test_bytes_that_are_no_text_come_through_as_they_are(target: Target) -> None:
    wanted = [collect(r"printf 'caf\351 \033[31mred\033]0;t\007 \200\377\000 end'"), collect("echo after")]
    output, _ = target.run(wanted)
    assert b"caf\xe9 \x1b[31mred\x1b]0;t\x07 \x80\xff\x00 end" in output
    answers = sh_probe.read(output.decode("utf-8", "replace"), wanted, NONCE, 0.0, 1.0)
    assert answers[0].text.startswith("caf\ufffd \x1b[31mred")
    assert answers[1].text == "after\n"


def test_output_that_imitates_marks_is_text(target: Target) -> None:
    fake = "ffffffffffffffffffffffff"
    answers = target.ask(f"echo '{fake} X 0 0 .'; echo '{fake} Q'; echo ' {NONCE[:20]} E 0 0'; exit 4", "echo after")
    assert answers[0].status == 4
    assert answers[0].text.count("\n") == 3
    assert answers[1].text == "after\n"


def test_a_command_that_reads_its_input_does_not_eat_the_script(target: Target) -> None:
    answers = target.ask("cat", "head -c 5; cat >/dev/null", "dd bs=1 count=100 2>/dev/null", "read x; echo \"[$x]\"",
                         "echo after")
    assert [one.text for one in answers] == ["", "", "", "[]\n", "after\n"]


def test_a_command_cannot_end_or_change_the_shell_of_the_others(target: Target) -> None:
    answers = target.ask("exit 0", "cd /; umask 777; PATH=/nowhere; unset ROUNDS_M; set -e; false; echo no",
                         "echo 'unbalanced", "exec true", "trap '' TERM; f() { :; }; f", "pwd")
    assert answers[-1].text == f"{target.home}\n"
    assert answers[2].status != 0
    assert [one.reason for one in answers] == [None] * 6


def test_a_shell_that_is_killed_before_its_limit_is_not_called_slow(target: Target) -> None:
    killed, after = target.ask(("kill -9 0", 8), "echo after")
    assert (killed.text, killed.reason) == ("", Reason.TRUNCATED)
    assert killed.detail == "was killed after 0.0 s"
    assert after.text == "after\n"


def test_quotes_in_a_command_stay_what_they_are(target: Target) -> None:
    assert target.ask("""printf '%s|' 'a b' "c'd" 'e"f' '$HOME' '`id`'""")[0].text == "a b|c'd|e\"f|$HOME|`id`|"


def test_nothing_is_left_behind(target: Target, tmp_path: Path) -> None:
    """No file (the target cannot even write) and, a moment later, none of the probe's own processes."""
    word = str(secrets.randbelow(10**9) + 10**9)
    target.home.chmod(0o500)
    answers = target.ask(f"echo {word}; ls -A", f": {word}")
    assert answers[0].text.startswith(word)
    assert list(target.home.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "home"]
    give_up = time.monotonic() + 2
    while alive(NONCE) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert alive(NONCE) == []


def test_the_nonce_is_in_no_process_list(target: Target) -> None:
    wanted = [collect("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '")]
    output, _ = target.run(wanted, nonce=NONCE)
    text = sh_probe.read(output.decode("utf-8", "replace"), wanted, NONCE, 0, 1)[0].text
    assert NONCE not in text
    assert "ROUNDS_N" in text, "the probe's own shell is in the list"


def test_the_language_of_the_target_does_not_matter(target: Target) -> None:
    assert "LC_ALL=C\n" in target.ask("env")[0].text


def test_a_session_that_breaks_off_says_so() -> None:
    wanted = [collect("a"), collect("b"), collect("c")]
    whole = f"{NONCE} B 0 10.0\ntext\n{NONCE} X 0 0 .\n\n{NONCE} E 0 0 10.1\n\n{NONCE} B 1 10.1\nhalf a li"
    answers = sh_probe.read(whole, wanted, NONCE, 100.0, 101.0)
    assert [(one.text, one.reason) for one in answers] == [
        ("text", None), ("half a li", Reason.TRUNCATED), ("", Reason.TRUNCATED)]
    assert all("session ended" in one.detail for one in answers[1:])
    assert [one.reason for one in sh_probe.read("", wanted, NONCE, 0, 1)] == [Reason.NOT_RUN] * 3


def test_times_count_back_from_the_end_on_the_targets_own_clock() -> None:
    said = f"\n{NONCE} B 0 500.00\nx\n\n{NONCE} X 0 0 .\n\n{NONCE} E 0 0 503.00\n\n{NONCE} Q\n"
    answer = sh_probe.read(said, [collect("a")], NONCE, 1000.0, 1010.0)[0]
    assert (answer.started, answer.ended) == (1007.0, 1010.0)
    without = re.sub(r" 50[03]\.00", " ", said)
    assert sh_probe.read(without, [collect("a")], NONCE, 1000.0, 1010.0)[0].started == 1000.0


@given(st.lists(st.sampled_from([*"\n\r .019BXEQ", NONCE, f"\n{NONCE} ", f"\n{NONCE} X 0 "]), max_size=60))
def test_no_output_however_mangled_crashes_the_reading(noise: list[str]) -> None:
    answers = sh_probe.read("".join(noise), [collect("a"), collect("b")], NONCE, 0.0, 1.0)
    assert [one.command for one in answers] == ["a", "b"]


def test_a_limit_below_a_second_is_a_second() -> None:
    """Old versions of `sleep` and `timeout` know no fractions."""
    assert "r 0 1 'a'" in sh_probe.build([collect("a", 0.3)], NONCE)
    assert "r 0 2 'a'" in sh_probe.build([collect("a", 1.6)], NONCE)
