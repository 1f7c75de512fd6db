"""The role finds what was planted, and asks an array nothing but what only looks."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched, witness

testinfra_hosts = ["local://"]


def test_exactly_the_planted_faults_are_found(sealed: Run) -> None:
    found = findings(sealed.of("emc_vnx_health"))
    assert found == planted("emc_vnx")
    assert len(found) > 10


def test_every_check_has_a_record(run: Run) -> None:
    assert {one["host"] for one in run.of("emc_vnx_health")} == {"vnx5500"}
    assert run.gaps("emc_vnx_health") == set()


def test_what_one_sp_did_not_answer_its_peer_told(run: Run) -> None:
    groups = [one for one in run.of("emc_vnx_health") if one["check"] == "emc_vnx.raid_group_state"]
    assert {one["outcome"] for one in groups} == {"ok"}


def test_the_array_says_who_it_is(run: Run) -> None:
    assert {one["device"]["serial"] for one in run.of("emc_vnx_health")} == {"FCN00133200084"}


def test_the_array_is_untouched() -> None:
    untouched.arrays_only_looked_at()


def test_no_subcommand_was_run_twice_on_one_sp() -> None:
    (asked,) = witness.array_commands().values()
    assert len(asked) == len(set(asked))
    assert {line.split()[0] for line in asked} == {"spa", "spb"}


def test_only_the_array_was_asked() -> None:
    untouched.servers_untouched()
    assert not any(witness.switch_commands().values())
    assert not any(witness.associations().values())
