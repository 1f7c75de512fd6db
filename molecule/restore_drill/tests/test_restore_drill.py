"""The drill on a real PostgreSQL: planned, then run; the broken backup breaks its rung; production is untouched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, findings
from restore_drill import servers
from shared import witness

postgres_lab = servers.postgres_lab
testinfra_hosts = ["local://"]
pytestmark = pytest.mark.skipif(
    bool(postgres_lab.missing()), reason=f"{postgres_lab.missing()}: the drill was NOT tried")
STEPS = ["verify", "restore", "configure", "open", "read", "check", "stop", "clear"]


@pytest.fixture
def drill(runs: list[Run]) -> Run:
    """The drill that was run, between the one that was only planned and the inspection."""
    return runs[1]


def of(run: Run, host: str, check: str) -> dict[str, dict[str, Any]]:
    """Item (its last word) -> record."""
    return {one["item"].rpartition("/")[2]: one for one in run.of("restore_drill")
            if (one["host"], one["check"]) == (host, f"drill.{check}")}


def outcomes(run: Run, host: str, check: str) -> dict[str, str]:
    return {item: one["outcome"] for item, one in of(run, host, check).items()}


def test_first_a_dry_run_then_the_drill(runs: list[Run]) -> None:
    assert len(runs) == 3
    for host in ("drill-1", "drill-2", "drill-3"):
        assert set(outcomes(runs[0], host, "steps").values()) == {"not_applicable"}
        assert set(outcomes(runs[0], host, "plan_guarded").values()) == {"ok"}
        assert outcomes(runs[0], host, "preconditions")["approval"] == ("warning" if host == "drill-3" else "ok")


def test_the_good_backup_is_restored_recovered_opened_and_read(drill: Run, sealed: Run) -> None:
    assert sealed.folder.name > drill.folder.name
    assert outcomes(drill, "drill-1", "steps") == dict.fromkeys(STEPS, "ok")
    assert set(outcomes(drill, "drill-1", "ladder").values()) == {"ok"}
    assert outcomes(drill, "drill-1", "tables") == {"pacs.public.study": "ok", "pacs.public.site": "ok"}
    assert findings([one for one in drill.of("restore_drill") if one["host"] == "drill-1"]) == set()


def test_rto_and_rpo_were_measured(drill: Run) -> None:
    (rto,), (rpo,) = (of(drill, "drill-1", name).values() for name in ("rto", "rpo"))
    print(f"RTO {rto['observed']} s, RPO {rpo['observed']} s")
    assert 0 <= rto["observed"] < 120
    assert 0 <= rpo["observed"] < 600


def test_the_flipped_byte_breaks_the_readable_rung_and_nothing_is_restored(drill: Run) -> None:
    found = outcomes(drill, "drill-2", "ladder")
    assert {rung for rung, outcome in found.items() if outcome == "critical"} == {"readable"}
    assert found["recovered_and_opened"] == "unknown"
    assert outcomes(drill, "drill-2", "steps")["restore"] == "unknown"


def test_what_nobody_approved_is_not_done(drill: Run) -> None:
    assert outcomes(drill, "drill-3", "preconditions")["approval"] == "warning"
    assert set(outcomes(drill, "drill-3", "steps").values()) == {"unknown"}


def test_each_step_is_evidence(drill: Run) -> None:
    folder = drill.folder / "data"
    answers = (folder / "answers" / "drill-1" / "restore_drill.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in answers.split("\n") if line]
    steps = [row for row in rows if row["command"].startswith("drill step ")]
    assert [row["command"].rpartition(" ")[2] for row in steps] == STEPS
    for row in steps:
        text = (folder / "raw" / f"{row['sha256']}.txt").read_text(encoding="utf-8")
        assert " began " in text
        assert " status 0" in text


def test_production_is_untouched() -> None:
    cluster = servers.standing()
    assert cluster is not None
    before = json.loads(witness.BEFORE.read_text(encoding="utf-8"))
    after = json.loads(json.dumps(servers.state(cluster)))
    assert before["backups"] == after["backups"]
    assert before == after
    assert [path for path in Path(cluster.root).glob("drill*") if path.is_dir()] == [], "a copy was left behind"


def test_the_next_inspection_leans_on_the_drills(run: Run) -> None:
    """The good one proves the upper rungs of production's ladder; the broken copy's rung is told as well."""
    found = {one["item"].rpartition("/")[2]: one for one in run.of("postgres_health")
             if one["check"] == "postgres.backup_ladder"}
    for rung in ("exists", "complete_set", "logically_clean", "restored_elsewhere", "recovered_and_opened",
                 "application_reads"):
        assert found[rung]["outcome"] == "ok", found[rung]
    assert "RTO" in found["recovered_and_opened"]["detail"]
    assert found["readable"]["outcome"] in {"ok", "critical"}, "whichever drill ended last speaks"
