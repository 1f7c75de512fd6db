"""Check mode looks as closely as a real round, and a further round changes nothing and finds the same."""

from __future__ import annotations

from typing import Any

from conftest import Run
from shared import stand, untouched

from pacs_rounds import catalogue
from pacs_rounds.lab import overlay

testinfra_hosts = ["local://"]
SWITCHES = {"access-1", "access-2", "access-3", "core-1", "core-2"}


def judged(run: Run) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """What was concluded, by host, check and item. Observed values such as a load may differ between rounds."""
    return {(one["host"], one["check"], one["item"]): (one["outcome"], one["reason"], one["levels"], one["impact"])
            for one in run.records}


def test_there_are_three_runs_all_sealed_and_chained(runs: list[Run], sealed: Run) -> None:
    """molecule's sequence: converge, check (the same play with --check), idempotence."""
    first, second, third = (run.about for run in runs)
    assert [first["previous_run"], second["previous_run"], third["previous_run"]] == [
        None, first["run"], second["run"]]


def test_each_run_finds_exactly_what_was_planted(runs: list[Run]) -> None:
    every = overlay.expected(stand.fault_file(), list(catalogue.load()))
    own = {(one["host"], one["check"]) for one in overlay.read(stand.fault_file())["expect"]}
    for run in runs:  # of the healthy hospital's, what this kind of round looks at
        plan = {(host, check) for part in run.about["plan"] for host in part["hosts"] for check in part["checks"]}
        expected = [one for one in every if (one["host"], one["check"]) in plan | own]
        assert len(expected) > 4
        assert overlay.compare(run.records, expected) == ([], [])


def test_check_mode_gives_the_same_records(runs: list[Run]) -> None:
    """Each of these two has an earlier run to compare with."""
    _, checked, real = (judged(run) for run in runs)
    assert len(real) > 1000
    assert checked == real


def test_check_mode_asked_the_devices(runs: list[Run]) -> None:
    """Its records rest on texts of its own: every answer a host gave is in its own archive."""
    checked = runs[1]
    asked = [one for one in checked.records if one["role"] != "contract_register" and one["outcome"] == "ok"]
    assert asked
    for one in asked:
        assert one["ended"] >= checked.about["started"], one
        for source in one["sources"]:
            kept = checked.folder / "data" / "raw" / f"{source['sha256']}.txt"
            assert kept.is_file() or source["sha256"].startswith("e3b0c442"), one


def test_servers_are_as_they_were() -> None:
    untouched.servers_untouched()


def test_switches_were_only_looked_at() -> None:
    untouched.switches_only_looked_at(SWITCHES)
    untouched.san_only_looked_at()


def test_every_ae_title_was_echoed_once_in_each_run() -> None:
    untouched.peers_only_echoed(times=3, refusing={("ct-2", "CT2_SIEMENS")})
