"""The ladder of proof: eight rungs always, ages, disproofs, and who must do what."""

from __future__ import annotations

import pytest

from pacs_rounds.backup import ladder
from pacs_rounds.backup.ladder import DAY, RUNGS, Proof
from pacs_rounds.model import Reason

NOW = 1_795_000_000.0


def by_rung(rows: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    return {str(row["item"]).rpartition("/")[2]: row for row in rows}


def test_no_proof_is_eight_unknowns_that_name_the_next_step() -> None:
    rows = ladder.rows("PACS", [], NOW)
    assert [row["item"] for row in rows] == [f"PACS/{rung}" for rung in RUNGS]
    assert {row["unknown"] for row in rows} == {"not_run"}
    assert "drill-restore" in by_rung(rows)["recovered_and_opened"]["detail"]  # type: ignore[operator]


def test_a_proved_rung_says_nothing_of_those_above() -> None:
    rows = by_rung(ladder.rows("PACS", [Proof("exists", "proved", NOW - 3600, "job 12 completed", "v$")], NOW))
    assert rows["exists"]["state"] == "proved"
    assert rows["exists"]["detail"] == f"job 12 completed; {ladder.moment(NOW - 3600)}, 0.0 days old; by v$"
    assert "unknown" in rows["readable"]


@pytest.mark.parametrize(("days", "state"), [(1.4, "proved"), (1.5, "proved_long_ago"), (3.0, "too_old")])
def test_proofs_age(days: float, state: str) -> None:
    rows = by_rung(ladder.rows("PACS", [Proof("exists", "proved", NOW - days * DAY, "x")], NOW))
    assert rows["exists"]["state"] == state


def test_a_site_has_its_own_ages_and_a_limit_may_be_left_open() -> None:
    proof = [Proof("readable", "proved", NOW - 40 * DAY, "x")]
    assert by_rung(ladder.rows("P", proof, NOW, {"readable": [31, None]}))["readable"]["state"] == "proved_long_ago"
    assert by_rung(ladder.rows("P", proof, NOW))["readable"]["state"] == "proved"


def test_the_newest_speaks_and_a_disproof_without_time_before_all() -> None:
    old, new = Proof("readable", "broken", NOW - 9, "b"), Proof("readable", "proved", NOW - 3, "a")
    for order in ([old, new], [new, old]):
        assert by_rung(ladder.rows("P", order, NOW))["readable"]["state"] == "proved"
    timeless = Proof("readable", "missing", None, "gone")
    assert by_rung(ladder.rows("P", [timeless, new], NOW))["readable"]["state"] == "missing"
    unknown = Proof("readable", "unknown", NOW, "?", reason=Reason.TIMED_OUT)
    assert by_rung(ladder.rows("P", [unknown, old], NOW))["readable"]["state"] == "broken"


def test_what_cannot_be_told_is_never_proved() -> None:
    rows = by_rung(ladder.rows("P", [
        Proof("exists", "unknown", None, "the view could not be read", reason=Reason.REFUSED),
        Proof("complete_set", "proved", None, "all there"), Proof("readable", "proved", NOW + DAY, "x")], NOW))
    assert rows["exists"]["unknown"] == "refused"
    assert rows["complete_set"]["state"] == "doubtful"
    assert rows["readable"]["unknown"] == "unparsable"
    with pytest.raises(KeyError):
        ladder.rows("P", [Proof("believed", "proved", NOW, "x")], NOW)


def test_the_report_reads_the_age_back() -> None:
    row = by_rung(ladder.rows("P", [Proof("readable", "proved", NOW - 2 * DAY, "x")], NOW))["readable"]
    assert ladder.age_of(str(row["detail"])) == (ladder.moment(NOW - 2 * DAY), 2.0)
    assert ladder.age_of("nothing of it") is None


@pytest.mark.parametrize(("newest", "fits"), [(100, True), (51, True), (49, False), (299, True), (301, False)])
def test_size_against_the_median(newest: float, fits: bool) -> None:
    found = ladder.plausible([100, 90, 5000, 110, 100], newest)
    assert found is not None
    assert found[0] is fits


def test_two_earlier_sizes_are_no_history() -> None:
    assert ladder.plausible([100, 100, 0], 100) is None
