"""The readers of databases and backups over real output that nobody here wrote: $ROUNDS_CAPTURES/{rman,datapump,opatch,
oracle_mk,oracle_sql}.

Every file is read by its parser with a few values read from it by eye. A file nobody listed fails the test, so that a
new capture is noticed. Many of these sessions were shortened by their publishers with lines of dots.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

CAPTURES = Path(os.environ["ROUNDS_CAPTURES"]) if os.environ.get("ROUNDS_CAPTURES") else None
FOLDERS = ("rman", "datapump", "opatch", "oracle_mk", "oracle_sql")
PLATFORMS = ("rman.", "datapump.", "opatch.", "oracle.")

pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(CAPTURES is None, reason="ROUNDS_CAPTURES is not set: real database output was NOT tested"),
]
Holds = Callable[[Any], bool]


def _pieces(data: dict[str, Any]) -> int:
    return sum(len(one.get("pieces", [])) for operation in data["operations"]
               for one in [operation, *operation.get("sets", [])])


def _backup(names: list[str], pieces: int, first: str | None, *, finished: bool = True) -> Holds:
    """A backup log with these operations and pieces, the first begun then."""
    def holds(data: dict[str, Any]) -> bool:
        return ([one["operation"] for one in data["operations"]] == names and _pieces(data) == pieces
                and data["operations"][0]["started_at"] == first and data["complete"] is finished
                and data["other_lines"] == [] and data["errors"] == [])
    return holds


AUTO = "control file and spfile autobackup"


def _failed(command: str, at: str | None, *codes: str) -> Holds:
    def holds(data: dict[str, Any]) -> bool:
        return (data["failures"][0]["command"] == command and data["failures"][0]["at"] == at
                and not data["complete"] and {error["code"] for error in data["errors"]} == set(codes))
    return holds


def _restored(numbers: list[int], elapsed: int | None, names: tuple[str, ...] = ("restore",)) -> Holds:
    def holds(data: dict[str, Any]) -> bool:
        sets = [one for operation in data["operations"] for one in operation.get("restored", [])]
        return (tuple(one["operation"] for one in data["operations"]) == names and data["complete"]
                and [file["number"] for file in sets[0]["files"]] == numbers and sets[0]["complete"]
                and sets[0]["elapsed_seconds"] == elapsed and data["other_lines"] == [])
    return holds


def _list_backup(data: dict[str, Any]) -> bool:
    return ([one["size_bytes"] for one in data["sets"]] == [383086756, 10171187]
            and data["sets"][1]["control_file"]["checkpoint_scn"] == 847342 and data["omitted_lines"] == 1
            and [one["number"] for one in data["sets"][0]["datafiles"]] == [1, 12])


def _schema(data: dict[str, Any]) -> bool:
    return [(one["number"], one["size_bytes"]) for one in data["datafiles"]] == [(1, 600 << 20), (12, 500 << 20)]


def _recovered_copy(data: dict[str, Any]) -> bool:
    return (data["operations"][1]["copies"][0]["elapsed_seconds"] == 35 and data["complete"]
            and [one["operation"] for one in data["operations"]] == ["recover", "backup", AUTO])


def _until_scn(data: dict[str, Any]) -> bool:
    return data["warnings"][0]["code"] == "RMAN-08187" and data["errors"] == []


def _kept_logs(data: dict[str, Any]) -> bool:
    return (len(data["operations"]) == 4 and len(data["deleted"]) == 2 and len(data["notes"]) == 2
            and {one["code"] for one in data["warnings"]} == {"RMAN-08138"} and data["complete"])


def _windows(data: dict[str, Any]) -> bool:
    sets = [one["sets"][0] for one in data["operations"][:3]]
    return (data["dbid"] == 3124756861 and data["ended"] and [one["level"] for one in sets] == [1, None, None]
            and sets[1]["control_file"] == "current" and sets[2]["spfile"] and len(data["commands"]) == 9)


def _obsolete(data: dict[str, Any]) -> bool:
    return ([(one["type"], one["key"]) for one in data["obsolete"]]
            == [("backup set", 4), ("backup piece", 4), ("backup set", 5), ("backup piece", 5)]
            and data["obsolete"][3]["completed_at"] == "2026-10-04T10:09:11" and data["retention"] is None)


def _pump(program: str | None, outcome: str, tables: int, errors: int | None, **more: Any) -> Holds:
    def holds(data: dict[str, Any]) -> bool:
        return ((data["program"], data["outcome"], len(data["tables"]), data["errors_announced"])
                == (program, outcome, tables, errors) and all(data[key] == value for key, value in more.items())
                and data["other_lines"] == [])
    return holds


def _patches(ids: list[str]) -> Holds:
    def holds(data: dict[str, Any]) -> bool:
        return ([one["id"] for one in data["patches"]] == ids and data["products"][0]["version"] == "11.2.0.3.0"
                and data["nodes"] == {"local": ["pdb-rac1"], "remote": ["pdb-rac2"]})
    return holds


def _agent(section: str, key: str, values: list[Any]) -> Holds:
    def holds(data: list[dict[str, Any]]) -> bool:
        return ({one["section"] for one in data} == {section}
                and [row[key] for one in data for row in one["rows"]] == values)
    return holds


def _no_listener(data: dict[str, Any]) -> bool:
    return data["running"] is False and [one["code"] for one in data["errors"]] == ["TNS-12541", "TNS-12560",
                                                                                  "TNS-00511"]


def _free(rows: list[dict[str, Any]]) -> bool:
    return ([(row["name"], row["used_percent"]) for row in rows]
            == [("SYSTEM", 98), ("SYSAUX", 95), ("UNDOTBS1", 7), ("USERS", 20)]
            and rows[0]["maximum_bytes"] == 32768 << 20 and rows[2]["free_bytes"] == 320 << 20)


def _sysaux(rows: list[dict[str, Any]]) -> bool:
    return rows == [{"name": "SYSAUX", "used_bytes": 108677 << 20, "size_bytes": 120353 << 20,
                     "maximum_bytes": 163840 << 20}]


def _spaces(rows: list[dict[str, Any]]) -> bool:
    return [row["contents"] for row in rows] == ["PERMANENT", "PERMANENT", "UNDO", "TEMPORARY", "PERMANENT"]


def _spfile(rows: list[dict[str, Any]]) -> bool:
    values = {row["name"]: row["value"] for row in rows}
    return (len(rows) == 29 and values["compatible"] == "12.1.0.2.0" and len(values["control_files"]) == 2
            and values["dispatchers"] == "(PROTOCOL=TCP) (SERVICE=perftestXDB)" and values["audit_trail"] == "db")


R, D = "rman/11g_linux", "datapump/11.2.0.2_linux"
PARSED: dict[str, tuple[str, Holds]] = {
    f"{R}/backup_archivelog_seq15.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, "2012-02-17T16:27:15")),
    f"{R}/backup_datafile1.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, "2012-02-17T16:12:10")),
    f"{R}/backup_db_then_archivelog.txt": (
        "rman.backup_log", _backup(["backup", "backup"], 2, "2012-02-17T15:07:46", finished=False)),
    f"{R}/backup_fail_ora19602_noarchivelog.txt": (
        "rman.backup_log", _failed("backup", "2012-02-07T07:19:36", "RMAN-03009", "ORA-19602")),
    f"{R}/backup_full_cold.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, "2012-02-06T09:58:40")),
    f"{R}/backup_incr_level0.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, None)),
    f"{R}/backup_incr_level1_cumulative.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, None)),
    f"{R}/backup_incr_level1_tablespace.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, None)),
    f"{R}/backup_plus_archivelog.txt": ("rman.backup_log", _kept_logs),
    f"{R}/backup_spfile.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, "2012-02-06T15:58:31")),
    f"{R}/backup_tablespace_format.txt": ("rman.backup_log", _backup(["backup", AUTO], 2, "2012-02-17T16:51:52")),
    f"{R}/fail_ora15028_delete.txt": (
        "rman.session", _failed("delete", "2014-09-12T08:43:50", "RMAN-03009", "ORA-15028")),
    f"{R}/list_backup.txt": ("rman.list_backup", _list_backup),
    f"{R}/recover_copy_day1.txt": ("rman.backup_log", _recovered_copy),
    f"{R}/recover_with_rman08187_warning.txt": ("rman.restore_log", _until_scn),
    f"{R}/report_schema_abridged.txt": ("rman.report_schema", _schema),
    f"{R}/restore_database_2.txt": ("rman.restore_log", _restored([1, 12], 236)),
    f"{R}/restore_datafile5.txt": ("rman.restore_log", _restored([5], 1)),
    f"{R}/restore_implicit_crosscheck.txt": ("rman.restore_log", _restored(
        [1, 12], 218, ("restore", "implicit crosscheck backup", "implicit crosscheck copy"))),
    f"{R}/restore_recover_tablespace.txt": ("rman.restore_log", _restored([6], None, ("restore", "recover"))),
    f"{R}/restore_tablespace_offline.txt": ("rman.restore_log", _restored([6], 1)),
    f"{R}/restore_tablespace_users_2.txt": ("rman.restore_log", _restored([6], 1)),
    f"{R}/run_block_autobackup_off_on.txt": (
        "rman.backup_log", _backup(["backup", "backup"], 2, "2012-02-06T15:46:06")),
    f"{R}/startup_fail_ora01113.txt": (
        "rman.session", _failed("startup", "2012-02-06T16:43:49", "RMAN-03002", "ORA-01113", "ORA-01110")),
    f"{R}/startup_fail_ora01157_file5.txt": (
        "rman.session", _failed("startup", "2012-02-06T16:14:41", "RMAN-03002", "ORA-01157", "ORA-01110")),
    "rman/xe21_linux/backup_database_tail.txt": ("rman.backup_log", _backup(["backup", AUTO], 3, "2024-08-20")),
    "rman/xe21_windows/ok_tablespaces_incr1.txt": ("rman.backup_log", _windows),
    "rman/xe21_windows/report_obsolete_redundancy1.txt": ("rman.report_obsolete", _obsolete),
    "datapump/11.2.0.3_expdp_table_ok.txt": ("datapump.log", _pump(
        "expdp", "succeeded", 1, 0, started_at="2016-08-31T16:59:34", estimated_bytes=640 << 10)),
    f"{D}/expdp_estimate_only.txt": ("datapump.log", _pump("expdp", "succeeded", 4, 0, estimate_only=True)),
    f"{D}/expdp_full_end_5_errors.txt": ("datapump.log", _pump(
        "expdp", "succeeded_with_errors", 2, 5, dump_files=["/srv/oracle/datapump/full.dmp"])),
    f"{D}/expdp_full_start.txt": ("datapump.log", _pump("expdp", "unfinished", 0, None, complete=False)),
    f"{D}/expdp_legacy_mode.txt": ("datapump.log", _pump("expdp", "unfinished", 0, None, legacy_mode=True)),
    f"{D}/expdp_tablespace.txt": ("datapump.log", _pump("expdp", "succeeded", 2, 0)),
    f"{D}/impdp_fragment_ora39083.txt": ("datapump.log", _pump(
        "impdp", "unfinished", 0, None, error_counts={"ORA-39083": 1, "ORA-01647": 1})),
    f"{D}/impdp_full_700_errors.txt": ("datapump.log", _pump(
        "impdp", "succeeded_with_errors", 2, 700, error_counts={"ORA-31684": 5, "ORA-39120": 1, "ORA-02266": 1})),
    f"{D}/impdp_tables.txt": ("datapump.log", _pump("impdp", "succeeded", 2, 0)),
    f"{D}/impdp_tablespace.txt": ("datapump.log", _pump("impdp", "succeeded", 2, 0)),
    "opatch/lsinventory_11203_rac1_no_patches.txt": ("opatch.lsinventory", _patches([])),
    "opatch/lsinventory_11203_rac1_one_patch.txt": ("opatch.lsinventory", _patches(["14230270"])),
    "oracle_mk/mk_oracle_asm_diskgroup.txt": (
        "oracle.mk_oracle", _agent("oracle_asm_diskgroup", "total_bytes", [614400 << 20])),
    "oracle_mk/mk_oracle_instance_12.txt": (
        "oracle.mk_oracle", _agent("oracle_instance", "created_at", ["2015-09-13T02:51:00"])),
    "oracle_mk/mk_oracle_rman_old_and_new.txt": (
        "oracle.mk_oracle", _agent("oracle_rman", "age_seconds", [335 * 60, 32 * 60, 121 * 60])),
    "oracle_mk/mk_oracle_tablespaces_old.txt": (
        "oracle.mk_oracle", _agent("oracle_tablespaces", "block_count", [38400, 128000, 25600, 8480, 12800])),
    "oracle_sql/lsnrctl_status_no_listener_11204.txt": ("oracle.lsnrctl_status", _no_listener),
    "oracle_sql/sysaux_size_12c.txt": ("oracle.tablespace_usage", _sysaux),
    "oracle_sql/tablespace_free_sqlcl.txt": ("oracle.tablespace_usage", _free),
    "oracle_sql/tablespaces_status_xe11.txt": ("oracle.tablespaces", _spaces),
    "oracle_sql/rhinsights/oracle_SPFILE.txt": ("oracle.spfile", _spfile),
}


def _text(name: str) -> str:
    assert CAPTURES is not None
    return (CAPTURES / name).read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("name", sorted(PARSED))
def test_real_output_is_read_with_its_real_values(name: str) -> None:
    parser, holds = PARSED[name]
    parsed = parse.parse(parser, _text(name))
    assert holds(parsed), str(parsed)[:1500]


def test_every_capture_is_listed_here() -> None:
    assert CAPTURES is not None
    found = {str(path.relative_to(CAPTURES)) for folder in FOLDERS for path in (CAPTURES / folder).rglob("*.txt")}
    assert found, f"no capture below {CAPTURES}"
    assert found ^ set(PARSED) == set()


@pytest.mark.parametrize("name", sorted(PARSED))
def test_another_products_reader_refuses_it(name: str) -> None:
    own, text = PARSED[name][0].partition(".")[0], _text(name)
    understood, said = [], []
    for parser in (one for one in parse.names() if one.startswith(PLATFORMS)):
        try:
            parse.parse(parser, text)
            understood.append(parser)
        except ParseError as error:
            said.append(str(error))
    assert {parser.partition(".")[0] for parser in understood} <= {own}
    # `parse` wraps a ValueError and its like as "ValueError in rman.session: ...": refused, but not on purpose.
    assert [one for one in said if "\n" in one or any(f"Error in {platform}" in one for platform in PLATFORMS)] == []
