"""The probe on real OpenSSH servers: it reads what the machine says, finds what was planted, and changes nothing."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from conftest import Run, findings
from linux_health_openssh import servers
from shared import witness

testinfra_hosts = ["local://"]
pytestmark = pytest.mark.skipif(
    not servers.SSHD.exists(), reason=f"{servers.SSHD} is not installed (Debian: openssh-server): NOT tried against it")
PLANTED = "/rounds-agreed-but-absent"
READABLE = ("linux.cpu_load", "linux.memory_available", "linux.uptime", "linux.filesystem_usage", "linux.processes",
            "linux.read_only_mounts", "linux.zombie_processes")
"""What any Linux answers to anybody, in a container too."""


def of(run: Run, host: str, check: str) -> dict[str, dict[str, Any]]:
    """Item -> record of one check on one host."""
    return {one["item"]: one for one in run.of("linux_health") if (one["host"], one["check"]) == (host, check)}


@pytest.mark.parametrize("name", servers.HOSTS)
def test_the_planted_fault_is_found(sealed: Run, name: str) -> None:
    assert (name, "linux.mounts_present", PLANTED, "critical", None) in findings(sealed.of("linux_health"))
    assert of(sealed, name, "linux.mounts_present")["/"]["outcome"] == "ok"


@pytest.mark.parametrize("name", servers.HOSTS)
def test_the_program_that_hangs_costs_its_own_checks_only(run: Run, name: str) -> None:
    late = {one["check"] for one in run.of("linux_health") if one["host"] == name and one["reason"] == "timed_out"}
    assert late == {"linux.antivirus_engine", "linux.antivirus_signatures"}


@pytest.mark.parametrize("name", servers.HOSTS)
@pytest.mark.parametrize("check", READABLE)
def test_what_any_linux_answers_was_understood(run: Run, name: str, check: str) -> None:
    found = of(run, name, check)
    assert found
    assert [one["detail"] for one in found.values() if one["outcome"] == "unknown"] == []


@pytest.mark.parametrize("name", servers.HOSTS)
def test_a_number_is_the_machines_own(run: Run, name: str, host: Any) -> None:
    """Memory in percent from `free`, which the probe does not use; other programs come and go meanwhile."""
    total, *_, available = map(int, host.check_output("free -b").splitlines()[1].split()[1:])
    (record,) = of(run, name, "linux.memory_available").values()
    assert record["observed"] == pytest.approx(100 * available / total, abs=25)


def test_all_shells_give_the_same_checks(run: Run) -> None:
    told = [{(one["check"], one["reason"]) for one in run.of("linux_health") if one["host"] == name}
            for name in servers.HOSTS]
    assert told[0] == told[1] == told[2]


def test_every_check_has_a_record(run: Run) -> None:
    assert {one["host"] for one in run.of("linux_health")} == set(servers.HOSTS)
    assert run.gaps("linux_health") == set()
    assert {one["reason"] for one in run.of("linux_health")} & {"unreachable", "fault_in_check", "not_run"} == set()


def test_no_interpreter_was_looked_for(host: Any) -> None:
    assert not host.file(str(servers.PLACE / "interpreter_called")).exists


def test_the_session_was_one_log_in_per_server(host: Any) -> None:
    for name in servers.HOSTS:
        log = host.file(str(servers.PLACE / name / "log")).content_string
        assert log.count("Accepted publickey for") == 1, name


def test_files_are_unchanged_and_no_process_is_left() -> None:
    """Not even of the program that hung, nor of what watched over it."""
    before = json.loads(witness.BEFORE.read_text(encoding="utf-8"))
    assert set(before) == set(servers.HOSTS)
    assert servers.files() == before
    assert servers.sessions() == []


@pytest.mark.parametrize("name", servers.HOSTS)
def test_a_file_that_a_session_writes_would_have_been_seen(name: str, host: Any) -> None:
    """The witness itself on trial; what it wrote is taken away again, times and all."""
    own = {"home": "~", "tmp": '"$TMPDIR"'} | ({"tmp": "/tmp", "var_tmp": "/var/tmp"} if servers.whole(name) else {})  # noqa: S108
    before = servers.files()[name]
    login = f"ansible -i '{servers.INVENTORY}' {name} -m raw -a"
    assert host.run(f"{login} 'touch {' '.join(f'{folder}/left' for folder in own.values())}'").rc == 0
    assert servers.files()[name].keys() - before.keys() == {f"{folder}/left" for folder in own}
    for folder in own:
        place = servers.PLACE / name / "files" / folder
        (place / "left").unlink()
        os.utime(place, ns=(before[folder]["modified"], before[folder]["modified"]))
    assert servers.files()[name] == before


def test_the_machines_own_tmp_was_kept_apart() -> None:
    """Only to say so where it was not; the tests above watch TMPDIR and the home in any case."""
    if not all(servers.whole(name) for name in servers.HOSTS):
        pytest.skip("no mount namespace (root only): the machine's own /tmp and /var/tmp were NOT watched")
