"""The queries, the session and the look at backups against a real PostgreSQL: the lab's stand-in cannot prove them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import postgres_lab
import pytest

from pacs_rounds import catalogue, parse
from pacs_rounds.conductor import Inputs, judge_host
from pacs_rounds.model import Answer
from pacs_rounds.postgres import session, site

pytestmark = pytest.mark.skipif(bool(postgres_lab.missing()), reason=f"SKIPPED: {postgres_lab.missing()}")


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres_lab.Cluster]:
    made = postgres_lab.Cluster()
    try:
        made.up()
        made.sql("create role looker login; create role nobody_much login;", "postgres")
        made.sql("grant pg_monitor to looker;", "postgres")
        yield made
    finally:
        made.down()


def said(cluster: postgres_lab.Cluster, **more: Any) -> dict[str, str]:
    """What the real host answers to the catalogue's words."""
    instance = {**cluster.settings, "backups": str(cluster.backups), "wal_archive": str(cluster.archive), **more}
    answers = {}
    for word, script in site.words({"instances": [instance]}).items():
        done = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, check=False, timeout=60,
                              env={"PATH": os.environ["PATH"]})
        answers[word] = done.stdout
    return answers


def records(cluster: postgres_lab.Cluster, **more: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """(check, item) -> record of the whole role."""
    now = time.time() + 1
    answers = [Answer(word, text, 0, now, now) for word, text in said(cluster, **more).items()]
    answers.append(Answer("drill register", "drills: []\n", 0, now, now))
    checks = [check.id for check in catalogue.select(["postgres.*"])]
    instances = [{"name": "pacsdb", "role": "primary", "backups": str(cluster.backups)}]
    inputs = Inputs(run="r", site="s", host="web", role="postgres_health", platform="linux", transport="ssh",
                    checks=checks, settings={"rounds_postgres": {"instances": instances}})
    return {(one["check"], one["item"]): one for one in judge_host(inputs, answers, catalogue.load())}


def test_every_query_is_understood_by_a_real_server(cluster: postgres_lab.Cluster) -> None:
    data = parse.parse("postgres.health", said(cluster)[site.HEALTH])
    assert sorted(data) == sorted(site.queries())
    for query, sections in data.items():
        assert [section["reason"] for section in sections] == [None], (query, sections)


def test_a_healthy_server_is_healthy(cluster: postgres_lab.Cluster) -> None:
    found = records(cluster)
    assert found["postgres.instance", "pacsdb"]["observed"] == "primary"
    assert found["postgres.archiving", "pacsdb"]["observed"] == "archiving"
    assert found["postgres.archive_waiting", "pacsdb"]["observed"] == 0
    assert found["postgres.database_size", "pacsdb/pacs"]["observed"] > 8_000_000
    assert found["postgres.backup_ladder", "pacsdb/complete_set"]["observed"] == "proved"
    assert {one["outcome"] for (check, _), one in found.items() if check != "postgres.backup_ladder"} <= \
        {"ok", "not_applicable"}, found


def test_an_account_that_only_monitors_sees_everything(cluster: postgres_lab.Cluster) -> None:
    assert {one["outcome"] for (check, _), one in records(cluster, user="looker").items()
            if check != "postgres.backup_ladder"} <= {"ok", "not_applicable"}


def test_the_session_cannot_write_and_a_query_that_fails_costs_itself_only(cluster: postgres_lab.Cluster) -> None:
    queries = {"writes": "create table public.x (a int);", "gone": "select * from nosuch;",
               "slow": "select pg_sleep(30);", "fine": "select 1 as one;"}
    body = f"{session.psql(cluster.settings)} 2>&1 <<'E'\n{session.script(queries, 0.5)}E\n"
    text = cluster.sh(session.as_user("none", body), check=False)
    parts = session.split(text, list(queries), "pacsdb")
    assert "25006" in parts["writes"]
    assert "42P01" in parts["gone"]
    assert "57014" in parts["slow"]
    assert parts["fine"] == "-- instance pacsdb\none\n1\n-- 1 rows\n"


def test_failing_archiving_is_found(cluster: postgres_lab.Cluster) -> None:
    cluster.sql("alter system set archive_command = 'false'; select pg_reload_conf();", "postgres")
    try:
        before = cluster.sql("select failed_count from pg_stat_archiver;")
        cluster.sql("create table turned (a int);")
        # The archiver takes up the new command when it gets to it: segments closed before that still go out well.
        for _ in range(100):
            cluster.sql("insert into turned values (1); select pg_switch_wal(); select pg_sleep(0.1);")
            if cluster.sql("select failed_count from pg_stat_archiver;") != before:
                break
        for _ in range(2):
            cluster.sql("insert into turned values (1); select pg_switch_wal();")
        found = records(cluster)
        assert found["postgres.archiving", "pacsdb"]["observed"] == "failing"
        assert found["postgres.archive_waiting", "pacsdb"]["observed"] >= 2
    finally:
        cluster.sql("alter system reset archive_command; select pg_reload_conf();", "postgres")


def test_a_broken_backup_is_seen_from_outside(cluster: postgres_lab.Cluster) -> None:
    manifest = cluster.backup / "backup_manifest"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:-200])
    try:
        assert records(cluster)["postgres.backup_ladder", "pacsdb/complete_set"]["outcome"] == "critical"
    finally:
        manifest.write_bytes(whole)
    segment = sorted(path for path in cluster.archive.iterdir() if len(path.name) == 24)[-2]
    aside = segment.rename(cluster.root / "aside")
    try:
        found = records(cluster)["postgres.backup_ladder", "pacsdb/complete_set"]
        assert found["outcome"] == "critical"
        assert segment.name in found["detail"]
    finally:
        aside.rename(segment)
    cluster.sh(f"pg_verifybackup {cluster.backup} > {cluster.backup}.verify.log")
    assert records(cluster)["postgres.backup_ladder", "pacsdb/readable"]["observed"] == "proved"


def test_no_answer_is_down_and_a_refused_login_is_not(cluster: postgres_lab.Cluster) -> None:
    assert records(cluster, user="stranger")["postgres.instance", "pacsdb"]["reason"] == "refused"
    assert records(cluster, socket="/nonexistent")["postgres.instance", "pacsdb"]["outcome"] == "critical"
    assert records(cluster, program="/nonexistent/psql")["postgres.instance", "pacsdb"]["reason"] == "tool_missing"
