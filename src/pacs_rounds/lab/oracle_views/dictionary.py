"""Views of the data dictionary: objects, jobs, accounts, statistics, components."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pacs_rounds.lab.oracle_views import activity
from pacs_rounds.lab.oracle_views.clock import Now, Row


def _object(now: Now, number: int, owner: str, name: str, kind: str, status: str = "VALID") -> Row:
    return {"OWNER": owner, "OBJECT_NAME": name, "SUBOBJECT_NAME": None, "OBJECT_ID": number, "DATA_OBJECT_ID": number,
            "OBJECT_TYPE": kind, "CREATED": now.created, "LAST_DDL_TIME": now.ago(days=200), "STATUS": status,
            "TEMPORARY": "N",
            "GENERATED": "N", "SECONDARY": "N"}


def objects(now: Now) -> list[Row]:
    """DBA_OBJECTS: the catalogue's beginning, the application's tables, and what the state says is invalid."""
    rows = [_object(now, 2, "SYS", "C_OBJ#", "CLUSTER"), _object(now, 18, "SYS", "OBJ$", "TABLE"),
            _object(now, 143, "PUBLIC", "DUAL", "SYNONYM"), _object(now, 4321, "SYS", "DBMS_OUTPUT", "PACKAGE")]
    for owner, one in now.state["statistics"].items():
        rows += [_object(now, 50000 + number, owner, name, "TABLE") for number, name in enumerate(_tables(owner, one))]
    for name in sorted({one["object"] for one in now.state["blocked_sessions"]}):
        owner, _, table = name.partition(".")
        rows.append(_object(now, activity.object_id(now, name), owner, table, "TABLE"))
    rows += [_object(now, 80000 + number, one["owner"], one["name"], one["type"], "INVALID")
             for number, one in enumerate(now.state["invalid_objects"])]
    return rows


def _tables(owner: str, one: dict[str, Any]) -> list[str]:
    return [f"{owner}_T{number:04d}" for number in range(1, one["tables"] + 1)]


def _analyzed(now: Now, one: dict[str, Any], place: int) -> datetime | None:
    if place < one["missing"]:
        return None
    return now.ago(days=one["newest_days_ago"] + place % 23)


def tables(now: Now) -> list[Row]:
    """DBA_TABLES of the application's owners."""
    rows = []
    for owner, one in now.state["statistics"].items():
        for place, name in enumerate(_tables(owner, one)):
            # The one analysed most recently is the last, so that `missing` ones do not hide it.
            at = _analyzed(now, one, place) if place < one["tables"] - 1 else now.ago(days=one["newest_days_ago"])
            rows.append({"OWNER": owner, "TABLE_NAME": name, "TABLESPACE_NAME": "USERS", "STATUS": "VALID",
                         "LOGGING": "YES",
                         "NUM_ROWS": None if at is None else 100 * place, "BLOCKS": None if at is None else place,
                         "LAST_ANALYZED": at, "PARTITIONED": "NO", "TEMPORARY": "N", "MONITORING": "YES",
                         "DROPPED": "NO"})
    return rows


def table_statistics(now: Now) -> list[Row]:
    """DBA_TAB_STATISTICS: as many stale as the state says."""
    rows: list[Row] = []
    seen = dict.fromkeys(now.state["statistics"], 0)
    for one in tables(now):
        said = now.state["statistics"][one["OWNER"]]
        stale = None
        if one["LAST_ANALYZED"] is not None:
            stale = "YES" if seen[one["OWNER"]] < said["stale"] else "NO"
            seen[one["OWNER"]] += 1
        rows.append({"OWNER": one["OWNER"], "TABLE_NAME": one["TABLE_NAME"], "PARTITION_NAME": None,
                     "OBJECT_TYPE": "TABLE",
                     "NUM_ROWS": one["NUM_ROWS"], "LAST_ANALYZED": one["LAST_ANALYZED"], "STALE_STATS": stale,
                     "STATTYPE_LOCKED": None})
    return rows


def indexes(now: Now) -> list[Row]:
    """DBA_INDEXES."""
    rows = [{"OWNER": owner, "INDEX_NAME": f"{owner}_PK1", "INDEX_TYPE": "NORMAL", "TABLE_OWNER": owner,
             "TABLE_NAME": f"{owner}_T0001", "UNIQUENESS": "UNIQUE", "STATUS": "VALID", "PARTITIONED": "NO",
             "DROPPED": "NO"}
            for owner in now.state["statistics"]]
    for one in now.state["unusable_indexes"]:
        rows.append({"OWNER": one["owner"], "INDEX_NAME": one["name"], "INDEX_TYPE": "NORMAL",
                     "TABLE_OWNER": one["owner"],
                     "TABLE_NAME": one["table"], "UNIQUENESS": "NONUNIQUE", "DROPPED": "NO",
                     "PARTITIONED": "YES" if one["partition"] else "NO", "STATUS": "N/A" if one["partition"]
                     else "UNUSABLE"})
    return rows


def index_partitions(now: Now) -> list[Row]:
    """DBA_IND_PARTITIONS."""
    return [{"INDEX_OWNER": one["owner"], "INDEX_NAME": one["name"], "COMPOSITE": "YES" if one["subpartition"]
             else "NO",
             "PARTITION_NAME": one["partition"], "STATUS": "N/A" if one["subpartition"] else "UNUSABLE"}
            for one in now.state["unusable_indexes"] if one["partition"]]


def index_subpartitions(now: Now) -> list[Row]:
    """DBA_IND_SUBPARTITIONS."""
    return [{"INDEX_OWNER": one["owner"], "INDEX_NAME": one["name"], "PARTITION_NAME": one["partition"],
             "SUBPARTITION_NAME": one["subpartition"], "STATUS": "UNUSABLE"}
            for one in now.state["unusable_indexes"] if one["subpartition"]]


def jobs(now: Now) -> list[Row]:
    """DBA_JOBS. A broken job's next date is the year 4000."""
    rows = []
    for number, one in now.state["jobs"].items():
        last, coming = now.ago(hours=one["last_hours_ago"]), now.ago(hours=-one["next_in_hours"])
        rows.append({"JOB": int(number), "LOG_USER": one["user"], "PRIV_USER": one["user"], "SCHEMA_USER": one["user"],
                     "LAST_DATE": last, "LAST_SEC": f"{last:%H:%M:%S}", "THIS_DATE": None, "TOTAL_TIME": 812,
                     "NEXT_DATE": datetime(4000, 1, 1) if one["broken"] else coming, "BROKEN": "Y" if one["broken"]
                     else "N",
                     "INTERVAL": "sysdate + 1", "FAILURES": one["failures"], "WHAT": one["what"], "INSTANCE": 0})
    return rows


def scheduler_jobs(now: Now) -> list[Row]:
    """DBA_SCHEDULER_JOBS."""
    return [{"OWNER": one["owner"], "JOB_NAME": name, "JOB_TYPE": "PLSQL_BLOCK", "JOB_ACTION": "begin null; end;",
             "ENABLED": "TRUE" if one["enabled"] else "FALSE", "STATE": one["state"], "RUN_COUNT": one["runs"],
             "FAILURE_COUNT": one["failures"], "LAST_START_DATE": now.ago(hours=one["last_hours_ago"]),
             "LAST_RUN_DURATION": 3, "NEXT_RUN_DATE": now.ago(hours=-one["next_in_hours"]) if one["enabled"] else None,
             "JOB_CLASS": "DEFAULT_JOB_CLASS", "SYSTEM": "TRUE" if one["owner"] == "SYS" else "FALSE"}
            for name, one in now.state["scheduler"].items()]


def scheduler_runs(now: Now) -> list[Row]:
    """DBA_SCHEDULER_JOB_RUN_DETAILS: the last run of each job, and the failed ones one a day."""
    rows: list[Row] = []
    for name, one in now.state["scheduler"].items():
        for place in range(max(1, one["failed_runs"])):
            at, failed = now.ago(hours=one["last_hours_ago"] + 24 * place), place < one["failed_runs"]
            rows.append({"LOG_ID": 70000 + len(rows), "LOG_DATE": at, "OWNER": one["owner"], "JOB_NAME": name,
                         "STATUS": "FAILED" if failed else "SUCCEEDED", "ERROR#": one["error"] if failed else 0,
                         "REQ_START_DATE": at, "ACTUAL_START_DATE": at, "RUN_DURATION": 3, "INSTANCE_ID": 1,
                         "ADDITIONAL_INFO": f"ORA-{one['error']:05d}" if failed else None})
    return rows


def users(now: Now) -> list[Row]:
    """DBA_USERS."""
    rows = []
    for name, one in now.state["accounts"].items():
        expires, locked = one["expires_in_days"], one["locked_days_ago"]
        rows.append({"USERNAME": name, "USER_ID": one["id"], "PASSWORD": None, "ACCOUNT_STATUS": one["status"],
                     "LOCK_DATE": None if locked is None else now.ago(days=locked),
                     "EXPIRY_DATE": None if expires is None else now.ago(days=-expires), "DEFAULT_TABLESPACE": "USERS",
                     "TEMPORARY_TABLESPACE": "TEMP", "CREATED": now.created, "PROFILE": one["profile"],
                     "PASSWORD_VERSIONS": "10G 11G", "EDITIONS_ENABLED": "N", "AUTHENTICATION_TYPE": "PASSWORD"})
    return rows


def default_passwords(now: Now) -> list[Row]:
    """DBA_USERS_WITH_DEFPWD."""
    return [{"USERNAME": name} for name, one in now.state["accounts"].items() if one["default_password"]]


def profiles(now: Now) -> list[Row]:
    """DBA_PROFILES."""
    return [{"PROFILE": name, "RESOURCE_NAME": resource, "LIMIT": limit, "RESOURCE_TYPE":
             "PASSWORD" if resource.startswith(("PASSWORD", "FAILED")) else "KERNEL"}
            for name, limits in now.state["profiles"].items() for resource, limit in limits.items()]


def registry(now: Now) -> list[Row]:
    """DBA_REGISTRY."""
    return [{"COMP_ID": name, "COMP_NAME": one["name"], "VERSION": now.state["version"], "STATUS": one["status"],
             "MODIFIED": f"{now.created:%d-%b-%Y %H:%M:%S}".upper(), "SCHEMA": "SYS"} for name,
            one in now.state["registry"].items()]


def registry_history(now: Now) -> list[Row]:
    """DBA_REGISTRY_HISTORY: what OPatch's post-install steps left."""
    return [{"ACTION_TIME": one["applied"] if isinstance(one["applied"], datetime)
             else datetime.fromisoformat(one["applied"]),
             "ACTION": "APPLY", "NAMESPACE": "SERVER", "VERSION": now.state["version"].rpartition(".")[0], "ID":
             int(number), "BUNDLE_SERIES": "PSU", "COMMENTS": one["description"].partition(" (")[0]}
            for number, one in now.state["opatch"]["patches"].items()]


def directories(now: Now) -> list[Row]:
    """DBA_DIRECTORIES."""
    return [{"OWNER": "SYS", "DIRECTORY_NAME": "DATA_PUMP_DIR",
             "DIRECTORY_PATH": f"{now.state['backups']['directory']}/dump"}]


def nls_database(now: Now) -> list[Row]:
    """NLS_DATABASE_PARAMETERS."""
    said = now.state["nls"]
    return [{"PARAMETER": name, "VALUE": value} for name, value in (
        ("NLS_LANGUAGE", said["language"]), ("NLS_TERRITORY", said["territory"]),
        ("NLS_CHARACTERSET", said["characterset"]),
        ("NLS_DATE_FORMAT", said["date_format"]), ("NLS_NUMERIC_CHARACTERS", said["numeric_characters"]))]


def global_name(now: Now) -> list[Row]:
    """GLOBAL_NAME."""
    return [{"GLOBAL_NAME": now.state["db_name"]}]
