"""The simulated lsnrctl, opatch, rman and alert log: read by the project's own readers, agreeing with the views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from pacs_rounds import parse, paths, yamlfile
from pacs_rounds.lab import oracle_files, oracle_host, oracle_rman, oracle_tools
from pacs_rounds.lab.hospital import merge
from pacs_rounds.lab.oracle_sql.session import open_engine
from pacs_rounds.lab.oracle_views import jobs
from pacs_rounds.lab.oracle_views.clock import Now

AT = datetime(2026, 11, 22, 9, 30, 15)
STATE = yamlfile.load(paths.LAB / "defaults" / "oracle.yml")["oracle"]


def now_of(**changes: Any) -> Now:
    """The database of the defaults, with some of its state changed."""
    return Now("db", merge(STATE, changes), AT, AT)


def query(now: Now, sql: str) -> list[tuple[Any, ...]]:
    """What a view says of the same database."""
    engine = open_engine(now, sysdba=True)
    try:
        return engine.query(sql).rows
    finally:
        engine.close()


def test_a_listener_that_runs_tells_of_its_service() -> None:
    status, text = oracle_tools.lsnrctl(now_of(), ["status"])
    said = parse.parse("oracle.lsnrctl_status", text)
    assert status == 0
    assert [one["name"] for one in said["services"]] == ["ORCL"]
    assert said["alias"] == "LISTENER"


@pytest.mark.parametrize(("changes", "words", "found"), [
    ({"listener": {"state": "down"}}, ["status"], "TNS-12541: TNS:no listener"),
    ({}, ["status", "OTHER"], "TNS-01101"), ({}, ["stop"], "NL-00853"),
    ({"status": "DOWN"}, ["status"], "The listener supports no services"),
    ({"status": "MOUNTED"}, ["services"], "status BLOCKED")])
def test_a_listener_in_trouble(changes: dict[str, Any], words: list[str], found: str) -> None:
    assert found in oracle_tools.lsnrctl(now_of(**changes), words)[1]


def test_opatch_lists_the_patches_of_the_registry() -> None:
    now = now_of()
    status, text = oracle_tools.opatch(now, ["lsinventory", "-oh", STATE["home"]])
    said = parse.parse("opatch.lsinventory", text)
    assert status == 0
    assert [one["id"] for one in said["patches"]] == list(STATE["opatch"]["patches"])
    assert query(now, "select id from dba_registry_history") == [(26925576,)]
    assert "There are no Interim patches" in oracle_tools.opatch(
        now_of(opatch={"patches": {"26925576": None}}), ["lsinventory"])[1]
    assert oracle_tools.opatch(now, ["lsinventory", "-oh", "/nowhere"])[0] == 73


def test_rman_lists_the_sets_that_the_view_has() -> None:
    now = now_of(backups={"expired_pieces": 1})
    status, text = oracle_rman.rman(now, "list backup summary;\nexit\n")
    said = parse.parse("rman.list_backup_summary", text)
    sets = query(now, "select recid, pieces from v$backup_set order by recid")
    assert status == 0
    assert [(one["key"], one["pieces"]) for one in said["backups"]] == sets
    assert [one["status"] for one in said["backups"]].count("EXPIRED") == 1


def test_rman_crosschecks_what_is_there() -> None:
    now = now_of(backups={"expired_pieces": 2})
    checked = parse.parse("rman.crosscheck", oracle_rman.rman(now, "crosscheck backup;\n")[1])["items"]
    expired = query(now, "select handle from v$backup_piece where status = 'X' order by handle")
    assert sorted((one["name"],) for one in checked if one["status"] == "EXPIRED") == expired
    lost = oracle_rman.rman(now_of(archived={"lost_files": [2]}), "crosscheck archivelog all;")[1]
    assert lost.count("validation failed for archived log") == 1


@pytest.mark.parametrize(("command", "changes", "found", "status"), [
    ("report obsolete;", {}, "no obsolete backups found", 0),
    ("restore database validate;", {}, "validation complete", 0),
    ("restore archivelog all validate;", {}, "validation complete", 0),
    ("restore spfile validate;", {}, "validation complete", 0),
    ("restore controlfile validate;", {"backups": {"controlfile": False, "spfile": False}}, "RMAN-06026", 1),
    ("restore database validate;", {"backups": {"expired_pieces": 9}}, "ORA-19505", 1),
    ("report need backup;", {"backups": {"without_datafiles": ["users01"]}}, "/users01.dbf", 0),
    ("report unrecoverable;", {"datafiles": {"users01": {"unrecoverable_hours_ago": 5}}}, "/users01.dbf", 0),
    ("delete obsolete;", {}, "RMAN-01009", 1), ("backup database;", {}, "RMAN-01009", 1),
    ("restore database;", {}, "RMAN-01009", 1),
    ("list backup summary;", {"status": "DOWN"}, "ORA-01034", 1)])
def test_rman_only_looks(command: str, changes: dict[str, Any], found: str, status: int) -> None:
    ended, text = oracle_rman.rman(now_of(**changes), command)
    assert found in text
    assert ended == status


def test_the_same_run_is_the_same_whenever_it_is_looked_at() -> None:
    early = {job.recid: job for job in jobs.runs(Now("db", STATE, datetime(2026, 11, 20, 12), AT))}
    late = {job.recid: job for job in jobs.runs(Now("db", STATE, datetime(2026, 11, 23, 12), AT))}
    both = early.keys() & late.keys()
    assert len(both) > 15
    assert all((early[one].start, early[one].status) == (late[one].start, late[one].status) for one in both)
    assert min(early) < min(late)  # the oldest are forgotten, as the control file does


@pytest.mark.parametrize(("knob", "sql", "expected"), [
    ({"backups": {"status": {"0": "FAILED"}}}, "select count(*) from v$rman_backup_job_details where status = 'FAILED'",
     1),
    ({"backups": {"status": {"0": "COMPLETED WITH WARNINGS"}}},
     "select count(*) from v$rman_backup_job_details where status like '%WARN%'", 1),
    ({"backups": {"skip": [0]}}, "select count(*) from v$rman_backup_job_details where input_type = 'DB INCR'", 6),
    ({"backups": {"stopped_days_ago": 3}}, "select count(*) from v$rman_status where start_time > sysdate - 3", 0),
    ({"backups": {"gap_days": [2, 4]}},
     "select count(*) from v$rman_backup_job_details where start_time between sysdate - 4 and sysdate - 2", 0),
    ({"backups": {"controlfile": False}}, "select count(*) from v$backup_datafile where file# = 0", 0),
    ({"backups": {"spfile": False}}, "select count(*) from v$backup_spfile", 0),
    ({"backups": {"without_datafiles": ["users01"]}}, "select count(*) from v$backup_datafile where file# = 4", 0),
    ({"backups": {"expired_pieces": 2}}, "select count(*) from v$backup_piece where status = 'X'", 2),
    ({"backups": {"validated_days_ago": -1}}, "select count(*) from v$rman_status where operation like '%VALIDATE'", 0),
    ({"archived": {"missing": [4]}},
     "select max(sequence#) - min(sequence#) + 1 - count(*) from v$archived_log", 1),
    ({"log_mode": "NOARCHIVELOG"}, "select count(*) from v$archived_log", 0),
    ({"datafiles": {"users01": {"free_mb": 0}}}, "select count(*) from dba_free_space where tablespace_name = 'USERS'",
     0),
    ({"datafiles": {"users01": {"autoextend": False}}}, "select maxbytes from dba_data_files where file_id = 4", 0),
    ({"corrupt_blocks": [{"file": 4, "block": 9, "blocks": 1, "type": "CHECKSUM", "change": 0}]},
     "select count(*) from v$database_block_corruption", 1)])
def test_a_knob_changes_the_views(knob: dict[str, Any], sql: str, expected: int) -> None:
    assert query(now_of(**knob), sql) == [(expected,)]


def test_a_restart_begins_the_waits_anew() -> None:
    sql = "select total_waits from v$system_event where event = 'log file sync'"
    assert query(now_of(up_days=0.5), sql)[0][0] < query(now_of(), sql)[0][0] / 100


def test_the_alert_log_is_one_that_is_read() -> None:
    now = now_of(alert={"lines": [{"hours_ago": 3.5,
                                   "text": ["ORA-00060: Deadlock detected. More info in file x.trc."]}]})
    path, text = oracle_files.alert_log(now)
    said = parse.parse("oracle.alert_log", text)
    assert path.endswith("/diag/rdbms/orcl/ORCL/trace/alert_ORCL.log")
    assert said["error_counts"] == {"ORA-00060": 1}
    assert said["last_at"] == "2026-11-22T09:00:03"
    assert text.index("Starting ORACLE instance") < text.index("Deadlock detected")
    assert text.index("Deadlock detected") < text.rindex("advanced to log sequence")
    old = parse.parse("oracle.alert_log", oracle_files.alert_log(now_of(status="DOWN"))[1])
    assert old["last_at"] < "2026-11-10"  # where no instance runs, nobody wrote of late


def test_processes_follow_the_instance_and_the_listener() -> None:
    def names(**changes: Any) -> list[str]:
        return [one["args"] for one in oracle_host.processes({"oracle": merge(STATE, changes)})]

    assert "ora_pmon_ORCL" in names()
    assert not [one for one in names(status="DOWN") if one.startswith("ora_")]
    assert not [one for one in names(listener={"state": "down"}) if "tnslsnr" in one]
    assert oracle_host.processes({}) == []


def test_archived_logs_lie_where_the_view_says() -> None:
    now = now_of(archived={"lost_files": [1]})
    there = {path for path, _, _ in oracle_files.archived_logs(now)}
    named = {one[0] for one in query(now, "select name from v$archived_log where name is not null")}
    assert there < named
    assert len(named - there) == 1
    assert len(list(oracle_files.audit_files(now))) == STATE["adump"]["files"]
