"""The role compares what both hosts told in this very round, and asks nobody itself."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched

testinfra_hosts = ["local://"]


def test_exactly_the_planted_differences_are_found(sealed: Run) -> None:
    assert findings(sealed.of("backup_copies")) == {one for one in planted("backup") if one[0] == "ims"}


def test_every_check_has_a_record(run: Run) -> None:
    assert {one["check"] for one in run.of("backup_copies")} == {"backup.image_ladder", "backup.image_copy_lag",
                                                                "backup.off_host"}
    assert run.gaps("backup_copies") == set()


def test_its_evidence_quotes_both_sides(run: Run) -> None:
    record = next(one for one in run.of("backup_copies") if one["check"] == "backup.off_host")
    text = (run.folder / "data" / "raw" / f"{record['sources'][0]['sha256']}.txt").read_text(encoding="utf-8")
    assert "== side images here ims " in text
    assert "== side images there pacs-a " in text
    assert "== side pieces of ris-a ris-a " in text


def test_the_servers_are_as_they_were() -> None:
    untouched.servers_untouched()
