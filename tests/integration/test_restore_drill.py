"""The drill against a real PostgreSQL: a backup restored into a new instance, and each way in which it can break."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres_lab
import pytest

from pacs_rounds import catalogue, parse
from pacs_rounds.conductor import Inputs, judge_host
from pacs_rounds.drill import engine
from pacs_rounds.model import Answer

pytestmark = pytest.mark.skipif(bool(postgres_lab.missing()), reason=f"SKIPPED: {postgres_lab.missing()}")
STEPS = ["verify", "restore", "configure", "open", "read", "check", "stop", "clear"]


@pytest.fixture(scope="module")
def production() -> Iterator[postgres_lab.Cluster]:
    cluster = postgres_lab.Cluster()
    try:
        yield cluster.up()
    finally:
        cluster.down()


class Drill:
    """One drill of the cluster, as the action plugin drives it, and its records."""

    def __init__(self, cluster: postgres_lab.Cluster, execute: bool = True, together: bool = False,
                 **more: Any) -> None:
        self.settings = cluster.drill(**more)
        on_drill = postgres_lab.asker("drill-1", cluster.root / "as-drill-1", None if together else cluster.data)
        on_source = postgres_lab.asker("prod-1", cluster.root / "as-prod-1")
        look = engine.look(self.settings, on_drill)
        said = engine.ask_production(self.settings, [cluster.settings], engine.cutoff(look), on_source)
        agreed = engine.setup("drill-1", "192.0.2.9", "192.0.2.1", self.settings, execute, "run-1", "Asia/Shanghai")
        self.answers: list[Answer] = engine.run(agreed, look, said, on_drill)
        checks = [check.id for check in catalogue.select(["drill.*"])]
        inputs = Inputs(run="r", site="s", host="drill-1", role="restore_drill", platform="linux", transport="ssh",
                        checks=checks)
        self.records = judge_host(inputs, self.answers, catalogue.load())

    def outcomes(self, check: str) -> dict[str, str]:
        return {one["item"].rpartition("/")[2]: one["outcome"] for one in self.records if one["check"] == check}

    def of(self, check: str) -> list[dict[str, Any]]:
        return [one for one in self.records if one["check"] == check]


@pytest.fixture
def copies(production: postgres_lab.Cluster) -> Iterator[tuple[postgres_lab.Cluster, Path, Path]]:
    """A second copy of the backup and of the archive, to be broken."""
    folder = production.root / "broken"
    production.sh(f"mkdir {folder} && cp -a {production.backups} {folder}/backups && cp -a {production.archive} "
                  f"{folder}/archive")
    yield production, folder / "backups", folder / "archive"
    shutil.rmtree(folder)
    shutil.rmtree(production.root / "drill", ignore_errors=True)


def broken(drill: Drill) -> set[str]:
    return {rung for rung, outcome in drill.outcomes("drill.ladder").items() if outcome == "critical"}


def test_a_good_backup_climbs_the_whole_ladder(production: postgres_lab.Cluster) -> None:
    before = production.sql("select count(*) from study;")
    drill = Drill(production)
    assert drill.outcomes("drill.preconditions") == {
        "other host": "ok", "other instance": "ok", "no catalog": "not_applicable", "target empty": "ok",
        "free space": "ok", "backup there": "ok", "programs": "ok", "approval": "ok", "window": "ok"}, drill.records
    assert drill.outcomes("drill.steps") == dict.fromkeys(STEPS, "ok"), drill.of("drill.steps")
    assert set(drill.outcomes("drill.ladder").values()) == {"ok"}, drill.of("drill.ladder")
    assert drill.outcomes("drill.tables") == {"pacs.public.study": "ok", "pacs.public.site": "ok"}
    rto, rpo = drill.of("drill.rto")[0], drill.of("drill.rpo")[0]
    assert rto["outcome"] == rpo["outcome"] == "ok"
    assert 0 <= rto["observed"] < 60
    assert 0 <= rpo["observed"] < 600
    print(f"RTO {rto['observed']} s ({rto['detail']}), RPO {rpo['observed']} s")
    assert not Path(drill.settings["target"]).exists(), "the copy was not removed"
    assert {one["check"] for one in drill.records if one["outcome"] == "ok"} == {
        check.id for check in catalogue.select(["drill.*"])}, "a check that nowhere says ok has not been tried"
    assert production.sql("select count(*) from study;") == before
    assert production.sql("select pg_is_in_recovery();") == "f"
    assert [path.name for path in production.archive.iterdir() if path.name.startswith("00000002")] == [], \
        "the copy wrote its timeline into production's archive"


def test_the_restored_rows_are_those_after_the_backup_too(production: postgres_lab.Cluster) -> None:
    drill = Drill(production, keep=True, tables=[{"database": "pacs", "table": "study"}])
    try:
        assert drill.outcomes("drill.tables") == {"pacs.public.study": "ok"}, drill.of("drill.tables")
        read = parse.parse("drill.step", next(one.text for one in drill.answers if one.command == "drill step read"))
        assert read["tables"]["pacs.public.study"]["rows"] == postgres_lab.ROWS + 4
        assert Path(drill.settings["target"], "PG_VERSION").exists(), "keep: true keeps the copy"
    finally:
        shutil.rmtree(drill.settings["target"])


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(production: postgres_lab.Cluster) -> None:
    drill = Drill(production, execute=False, approval=None)
    assert set(drill.outcomes("drill.steps").values()) == {"not_applicable"}
    assert drill.outcomes("drill.preconditions")["approval"] == "warning"
    assert set(drill.outcomes("drill.plan_guarded").values()) == {"ok"}
    assert not Path(drill.settings["target"]).exists()


@pytest.mark.parametrize(("more", "item"), [
    ({"approval": {"by": "Director Wang", "expires": "2026-01-01"}}, "approval"),
    ({"source": "drill-1"}, "other host"),
    ({"window": {"from": "00:00", "until": "00:01", "days": ["mon"]}}, "window"),
    ({"space_factor": 1e9}, "free space"),
    ({"backup": "/nonexistent"}, "backup there"),
])
def test_one_precondition_that_is_not_met_stops_everything(production: postgres_lab.Cluster,
                                                           more: dict[str, Any], item: str) -> None:
    drill = Drill(production, **more)
    assert drill.outcomes("drill.preconditions")[item] != "ok"
    assert set(drill.outcomes("drill.steps").values()) == {"unknown"}
    assert not Path(drill.settings["target"]).exists()


def test_a_target_in_use_is_refused_and_kept(production: postgres_lab.Cluster) -> None:
    target = production.root / "drill-used"
    production.sh(f"mkdir {target} && echo precious > {target}/file")
    drill = Drill(production, target=str(target))
    assert drill.outcomes("drill.preconditions")["target empty"] == "warning"
    assert (target / "file").read_text() == "precious\n"


def test_production_itself_is_no_place_to_restore_to(production: postgres_lab.Cluster) -> None:
    drill = Drill(production, together=True)
    assert drill.outcomes("drill.preconditions")["other instance"] == "warning"
    said = next(one["detail"] for one in drill.of("drill.preconditions") if one["item"] == "other instance")
    assert said == f"the production database runs on the drill host, in {production.data}"
    drill = Drill(production, target=str(production.data))
    assert drill.outcomes("drill.preconditions")["target empty"] == "warning"
    assert production.sql("select 1;") == "1"


def test_a_flipped_byte_breaks_the_readable_rung(copies: Any) -> None:
    production, backups, archive = copies
    name = production.sql("select pg_relation_filepath('study');")
    file = backups / "20261121" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    drill = Drill(production, backup=str(backups), wal_archive=str(archive))
    assert broken(drill) == {"readable"}
    said = next(one["detail"] for one in drill.of("drill.ladder") if one["outcome"] == "critical")
    assert "checksum mismatch" in said
    assert not Path(drill.settings["target"]).exists()


def test_a_truncated_manifest_breaks_the_complete_rung(copies: Any) -> None:
    production, backups, archive = copies
    manifest = backups / "20261121" / "backup_manifest"
    manifest.write_bytes(manifest.read_bytes()[:-200])
    drill = Drill(production, backup=str(backups), wal_archive=str(archive))
    assert broken(drill) == {"complete_set"}


def test_a_missing_file_breaks_the_complete_rung(copies: Any) -> None:
    production, backups, archive = copies
    (backups / "20261121" / "global" / "pg_filenode.map").unlink()
    assert broken(Drill(production, backup=str(backups), wal_archive=str(archive))) == {"complete_set"}


def test_a_missing_log_segment_breaks_complete_and_recovered(copies: Any) -> None:
    """PostgreSQL stops at the gap and opens without a word: the rows written after it are gone."""
    production, backups, archive = copies
    segments = sorted(path for path in archive.iterdir() if len(path.name) == 24)
    segments[-2].unlink()
    drill = Drill(production, backup=str(backups), wal_archive=str(archive))
    assert drill.outcomes("drill.steps")["open"] == "ok"
    assert {"complete_set", "recovered_and_opened"} <= broken(drill)
    said = next(one["detail"] for one in drill.of("drill.ladder") if one["item"].endswith("recovered_and_opened"))
    assert "segments before the archive's last" in said


def test_a_backup_without_its_own_log_does_not_open(copies: Any) -> None:
    production, backups, archive = copies
    shutil.rmtree(archive)
    production.sh(f"mkdir {archive}; rm {backups}/20261121/pg_wal/0*")
    drill = Drill(production, backup=str(backups), wal_archive=str(archive))
    assert "critical" in drill.outcomes("drill.ladder").values()
    assert drill.outcomes("drill.ladder")["recovered_and_opened"] != "ok"


def test_rows_that_differ_break_the_application_rung(production: postgres_lab.Cluster) -> None:
    """Written to production after the log's end and dated back: the restored table cannot have it."""
    production.sql("insert into study values (-1, now() - interval '1 day', 'late');")
    try:
        drill = Drill(production)
        assert broken(drill) == {"application_reads"}
        assert drill.outcomes("drill.tables") == {"pacs.public.study": "critical", "pacs.public.site": "ok"}
    finally:
        production.sql("delete from study where id = -1;")


def test_a_backup_of_archives_is_restored_too(production: postgres_lab.Cluster) -> None:
    folder = production.root / "tar"
    production.sh(f"pg_basebackup -h {production.root} -p {postgres_lab.PORT} -U postgres -D {folder} -c fast "
                  "-X stream -F tar -z --no-sync")
    try:
        drill = Drill(production, backup=str(folder))
        assert drill.outcomes("drill.steps") == dict.fromkeys(STEPS, "ok"), drill.of("drill.steps")
        assert broken(drill) == set()
    finally:
        shutil.rmtree(folder)
