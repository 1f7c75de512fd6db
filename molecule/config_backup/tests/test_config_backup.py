"""The role keeps what is whole, refuses what is not, writes no secret anywhere, and sends nothing but looking."""

from __future__ import annotations

import os
import re
from pathlib import Path

from conftest import EVIDENCE, Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]
STORE = Path(os.environ["ROUNDS_STATE"]) / "configs"
SECRETS = ("lab-r3ad-0nly", "lab-wr1te", "lab-trap-word", "lab-vtp-w0rd", "0nLyF0rTheL4bNotReal00",
           "13061E010803557878",
           "lab-fos-wr1te", "lab-fos-r3ad", "lab-fos-rad1us", "Zx91Qk27vB8mN4tLp0sWc6RfYh3JdG5a")


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    found, wanted = findings(sealed.of("config_backup")), planted("configs")
    assert found - wanted == set(), "invented"
    assert wanted - found == set(), "missed"


def test_every_check_has_a_record_of_every_device(run: Run) -> None:
    assert len({one["host"] for one in run.of("config_backup")}) == 16
    assert run.gaps("config_backup") == set()


def test_no_secret_lies_in_the_evidence_or_the_store() -> None:
    files = [path for folder in (EVIDENCE, STORE) for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 100
    told = b"\n".join(path.read_bytes() for path in files)
    assert [word for word in SECRETS if word.encode() in told] == []
    assert re.search(rb"snmp-server community <redacted:", told)


def test_what_is_whole_is_sealed_and_what_is_not_is_no_copy() -> None:
    sealed_copies = list(STORE.rglob("*.age"))
    assert sealed_copies
    assert all(path.read_bytes().startswith(b"age-encryption.org/v1") for path in sealed_copies)
    assert (STORE / "lab" / "quarantine" / "core-2" / "running_config").is_dir()


def test_nothing_but_looking_was_asked() -> None:
    untouched.servers_untouched()
    untouched.switches_only_looked_at({"access-1", "access-2", "access-3", "core-1", "core-2"})
    untouched.san_only_looked_at()
    untouched.arrays_only_looked_at()


def test_each_device_was_asked_each_command_once() -> None:
    for name, lines in {**witness.switch_commands(), **witness.san_commands()}.items():
        asked = [line for line in lines if not re.match(r"(terminal|enable|exit)", line)]
        assert len(asked) - len(set(asked)) <= (1 if name == "san-1" else 0), (name, asked)
