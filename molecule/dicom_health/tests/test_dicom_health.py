"""The role finds what was planted; each peer got one C-ECHO per AE title, one at a time, released."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]
REFUSING = {("ct-2", "CT2_SIEMENS"), ("mg-1", "MG1_WS")}


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    assert findings(sealed.of("dicom_health")) == planted("dicom")


def test_every_check_has_a_record_on_every_peer(run: Run) -> None:
    assert len({one["host"] for one in run.of("dicom_health")}) == 45
    assert run.gaps("dicom_health") == set()


def test_each_ae_title_was_echoed_once_one_at_a_time_and_released() -> None:
    untouched.peers_only_echoed(times=1, refusing=REFUSING)


def test_the_records_name_every_ae_title_that_was_asked(run: Run) -> None:
    recorded = {(one["host"], one["item"]) for one in run.of("dicom_health") if one["check"] == "dicom.echo"}
    asked = {(host, line["called"]) for host, lines in witness.associations().items() for line in lines
             if "called" in line}
    assert recorded == asked | {("dr-5", "DR5_GE")}


def test_only_the_peers_were_asked() -> None:
    untouched.servers_untouched()
    assert not any(witness.switch_commands().values())
