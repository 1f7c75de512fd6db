"""The role finds what was planted, tells an IMM1 from a fault, and never goes near the servers' operating systems."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]
IMM1, SILENT = {"pacs-a", "pacs-b"}, "broker-b"
IMM2_ONLY = {"imm.power_supplies", "imm.disks", "imm.raid"}


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    assert findings(sealed.of("ibm_imm_health")) == planted("imm")


def test_every_check_has_a_record_on_every_server(run: Run) -> None:
    assert {one["host"] for one in run.of("ibm_imm_health")} == {
        *IMM1, "ris-a", "ris-b", "broker-a", SILENT, "web", "queue"}
    assert run.gaps("ibm_imm_health") == set()


def test_what_an_imm1_does_not_have_is_no_fault(run: Run) -> None:
    said = {(one["host"], one["check"], one["outcome"]) for one in run.of("ibm_imm_health")
            if one["host"] in IMM1 and one["check"] in IMM2_ONLY}
    assert said == {(host, check, "not_applicable") for host in IMM1 for check in IMM2_ONLY}


def test_a_silent_controller_is_never_well(run: Run) -> None:
    said = {one["outcome"] for one in run.of("ibm_imm_health")
            if one["host"] == SILENT and not one["check"].startswith("imm.ipmi")}
    assert said == {"unknown"}


def test_the_archive_holds_no_secret(run: Run) -> None:
    kept = [path for path in run.folder.rglob("*") if path.is_file()]
    for word in (b"rounds-lab-auth", b"rounds-lab-priv", b"rounds-lab-ro"):
        assert [path.name for path in kept if word in path.read_bytes()] == []


def test_only_the_controllers_were_asked() -> None:
    untouched.servers_untouched()
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
