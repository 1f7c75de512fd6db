"""What a simulated Linux server's files and programs say, read by the project's own parsers; and the rewriting."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import catalogue, parse
from pacs_rounds.lab import hospital, linux, linux_files, linux_tools
from pacs_rounds.lab.kinds import Device
from pacs_rounds.lab.linux_overlay import Overlay
from pacs_rounds.model import BadInput

DEVICES = {name: device for name, device in hospital.load().items() if "linux" in device.kinds}
COMMANDS = [one for one in catalogue.commands(catalogue.select(["linux.*"])) if "sleep 1" not in one.command]
NOW = 1_790_000_000.0


def device_with(name: str = "pacs-a", faults: dict[str, Any] | None = None, **changes: Any) -> Device:
    """A server with some of its state changed."""
    state = copy.deepcopy(DEVICES[name].state)
    state["faults"].update(faults or {})
    state.update(changes)
    return replace(DEVICES[name], state=state)


def overlay_of(device: Device, root: Path) -> Overlay:
    """Its overlay in `root`."""
    return Overlay(device, root / device.name, time.time(), time.time())


def run(overlay: Overlay, command: str, seconds: float = 5) -> tuple[str, int]:
    """The command as a session runs it: text and exit status."""
    with subprocess.Popen(["/bin/sh", "-c", overlay.rewrite(command)], env=overlay.environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as shell:
        try:
            said, complaints = shell.communicate(timeout=seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):  # what hangs on a pipe does not end with its shell
                os.killpg(shell.pid, signal.SIGKILL)
    return overlay.restore(said + complaints).decode(), shell.returncode


@pytest.mark.parametrize("name", DEVICES)
def test_each_answer_of_a_healthy_server_is_understood(name: str, tmp_path: Path) -> None:
    overlay = overlay_of(DEVICES[name], tmp_path)
    for one in COMMANDS:
        text, status = run(overlay, one.command)
        assert status in one.accept, (one.command, text)
        parse.parse(one.parser, text)
        assert str(tmp_path) not in text, one.command


def test_answers_carry_the_devices_values_and_not_the_machines(tmp_path: Path) -> None:
    overlay = overlay_of(device_with(kernel="3.10.0-1.el7.x86_64", load=[9.5, 8.5, 7.5]), tmp_path)
    assert run(overlay, "cat /proc/loadavg")[0].startswith("9.50 8.50 7.50 ")
    assert run(overlay, "uname -n -s -r -m")[0] == "Linux pacs-a 3.10.0-1.el7.x86_64 x86_64\n"
    assert run(overlay, "cat /sys/class/dmi/id/product_serial")[0] == "06X8987\n"
    mounts = {row["mount"]: row for row in parse.parse("linux.df", run(overlay, "df -P -T -k")[0])}
    assert mounts["/images"]["used_percent"] == pytest.approx(71, abs=1)
    assert "vmlinuz-3.10.0-1160.119.1.el7.x86_64" in run(overlay, "ls -1 /boot")[0]


def test_a_program_asked_otherwise_is_the_machines_own(tmp_path: Path) -> None:
    overlay = overlay_of(DEVICES["queue"], tmp_path)
    real = subprocess.run(["/bin/ps", "-o", "pid=", "-p", "1"], capture_output=True, text=True, check=False)
    assert run(overlay, "ps -o pid= -p 1") == (real.stdout, real.returncode)
    both = overlay_of(device_with("queue", real=["df"]), tmp_path)
    assert not (both.bin / "df").exists()
    assert (both.bin / "ps").exists()


@pytest.mark.parametrize(("script", "wanted"), [
    ("cat /proc/stat", "cat @/proc/stat"),
    ("for f in /proc/net/bonding/*; do", "for f in @/proc/net/bonding/*; do"),
    ("read t </proc/uptime", "read t </proc/uptime"),
    ("read t </proc/loadavg", "read t <@/proc/loadavg"),
    ("cat /proc/self/status /proc/1/stat", "cat /proc/self/status /proc/1/stat"),
    ("cat /proc/status /etc/passwd-", "cat /proc/status /etc/passwd-"),
    ("ls /usr/boot /x/var/log", "ls /usr/boot /x/var/log"),
    ("/bin/df -P; /usr/bin/df", "@/bin/df -P; @/bin/df"),
    ("PATH=$PATH:/sbin export PATH", "PATH=@/bin:$PATH:/sbin export PATH"),
])
def test_only_the_devices_own_paths_are_rewritten(tmp_path: Path, script: str, wanted: str) -> None:
    overlay = overlay_of(DEVICES["pacs-a"], tmp_path)
    assert overlay.rewrite(script).replace(str(overlay.root), "@") == wanted


def test_uptime_counts_from_the_labs_birth_and_a_restarted_host_from_now() -> None:
    up = float(linux_files.moving(DEVICES["pacs-a"].state, NOW, NOW - 1000)["/proc/uptime"].split()[0])
    assert up == pytest.approx(143.2 * 86400 + 1000)


def test_clock_files_move_between_two_looks(tmp_path: Path) -> None:
    overlay = overlay_of(DEVICES["pacs-a"], tmp_path)
    first = run(overlay, "cat /proc/stat")[0]
    overlay.refresh(time.time() + 1)
    parsed = parse.parse("linux.stat", first + run(overlay, "cat /proc/stat")[0])
    assert parsed


def test_wrong_clock_moves_the_date_and_nothing_else(tmp_path: Path) -> None:
    overlay = overlay_of(device_with(clock_offset_seconds=-312), tmp_path)
    text, _ = run(overlay, "date '+%s %z'")
    seconds, zone = text.split()
    assert int(seconds) == pytest.approx(time.time() - 312, abs=3)
    assert zone == "+0800"


def test_faults_hang_miss_cut_answer_and_flood(tmp_path: Path) -> None:
    overlay = overlay_of(device_with(faults={
        "hang": ["df", "/proc/mdstat"], "missing": ["multipath"], "truncate": {"ps": 40, "/proc/meminfo": 10},
        "answers": {"ss": {"text": "no", "status": 3}, "/proc/mounts": "odd\n", "linux.passwd": "literal\n"},
        "flood": {"dmesg": 5000}}), tmp_path)
    for command in ("df -P -T -k", "cat /proc/mdstat"):
        with pytest.raises(subprocess.TimeoutExpired):
            run(overlay, command, 0.5)
    assert run(overlay, "multipath -ll")[1] == 127
    assert len(run(overlay, "ps -eo pid,ppid,stat,user,args")[0]) == 40
    assert len(run(overlay, "cat /proc/meminfo")[0]) == 10
    assert run(overlay, "ss -lntu") == ("no", 3)
    assert run(overlay, "cat /proc/mounts") == ("odd\n", 0)
    assert run(overlay, "cat /etc/passwd") == ("literal\n", 0)
    assert len(run(overlay, "dmesg")[0]) == 5000


@pytest.mark.parametrize("faults", [{"hang": ["../df"]}, {"hang": ["/etc/hosts"]}, {"answers": {"linux.nothing": "x"}}])
def test_fault_of_what_is_not_there_is_refused(tmp_path: Path, faults: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        overlay_of(device_with(faults=faults), tmp_path)


def test_recorded_answers_take_the_place_of_whole_commands(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    folder.mkdir()
    (folder / "df_P_T_k.txt").write_text("from a file $HOME 'quoted'\n", encoding="utf-8")
    (folder / "passwd.txt").write_text("x\n", encoding="utf-8")
    overlay = overlay_of(device_with(recorded=str(folder)), tmp_path)
    assert run(overlay, "df -P -T -k") == ("from a file $HOME 'quoted'\n", 0)
    assert run(overlay, "sh -c 'cat /etc/passwd'") == ("x\n", 0)
    assert run(overlay, "df -P -i")[0].startswith("Filesystem")
    (folder / "misspelt.txt").touch()
    with pytest.raises(BadInput, match=re.escape("misspelt.txt")):
        overlay_of(device_with(recorded=str(folder)), tmp_path)


@pytest.mark.parametrize(("command", "reads"), [
    ("/bin/sh", True), ("sh -s", True), ("bash -es", True), ("LC_ALL=C sh", True), ("exec /bin/sh", True),
    ("/bin/sh -c '/bin/sh && sleep 0'", True), ("/bin/sh -c ' ~rounds/probe.sh'", False), ("cat x.sh", False),
    ("/bin/sh -c 'df -P'", False), ("/bin/sh -c '/usr/bin/python3 && sleep 0'", False), ("cat push", False),
    ("/bin/sh -c 'if timeout 1 true 2>/dev/null; then exec timeout -k 10 60 /bin/sh; else exec /bin/sh; fi'", True),
])
def test_shell_that_reads_a_script_is_told_from_other_commands(command: str, reads: bool) -> None:
    assert bool(linux.READS_SCRIPT.search(command)) is reads


@pytest.mark.parametrize("text", ["it's", "$(id) `id` \\ \"", "a\nb\n", "%s%n {{ x }}", "\x1b[2J", ""])
def test_stand_in_prints_its_text_unchanged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tool"
    path.write_text(linux_tools.script("tool", {"-a": text}, None), encoding="utf-8")
    done = subprocess.run(["/bin/sh", str(path), "-a"], capture_output=True, check=False)
    assert done.stdout.decode() == text
    assert subprocess.run(["/bin/sh", str(path)], capture_output=True, check=False).returncode == 127
