"""The role tells two active nodes from one, does not take silence for a standby, and asks nobody."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched

testinfra_hosts = ["local://"]


def test_exactly_the_planted_pairs_are_found(sealed: Run) -> None:
    assert findings(sealed.of("oracle_pairs")) == planted("oracle")


def test_every_node_has_its_record(run: Run) -> None:
    assert len({one["host"] for one in run.of("oracle_pairs")}) == 4
    assert run.gaps("oracle_pairs") == set()


def test_its_evidence_names_both_nodes(run: Run) -> None:
    (record,) = [one for one in run.of("oracle_pairs") if one["host"] == "pacs-a"]
    (source,) = record["sources"]
    text = (run.folder / "data" / "raw" / f"{source['sha256']}.txt").read_text(encoding="utf-8")
    assert "host: pacs-a" in text
    assert "host: pacs-b" in text


def test_the_targets_are_as_they_were() -> None:
    untouched.servers_untouched()
