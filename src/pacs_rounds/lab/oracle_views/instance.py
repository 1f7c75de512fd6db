"""Views of the instance: itself, its parameters, limits and waits."""

from __future__ import annotations

from typing import Any

from pacs_rounds.lab.oracle_views.clock import Now, Row, scn

_CLASSES = {"Other": (1893977003, 0), "Application": (4217450380, 1), "Configuration": (3290255840, 2),
            "Administrative": (4166625743, 3), "Concurrency": (3875070507, 4), "Commit": (3386400367, 5),
            "Idle": (2723168908, 6), "Network": (2000153315, 7), "User I/O": (1740759767, 8),
            "System I/O": (4108307767, 9),
            "Scheduler": (2396326234, 10), "Cluster": (3871361733, 11)}


def banner(now: Now) -> str:
    """The product's name as V$VERSION and every tool's banner begin."""
    state = now.state
    if now.version >= (12, 1):
        return f"Oracle Database {now.version[0]}c {state['edition']} Release {state['version']} - 64bit Production"
    return f"Oracle Database {now.version[0]}g {state['edition']} Release {state['version']} - 64bit Production"


def dual(now: Now) -> list[Row]:
    """DUAL."""
    return [{"DUMMY": "X"}]


def instance(now: Now) -> list[Row]:
    """V$INSTANCE."""
    state = now.state
    status = {"MOUNTED": "MOUNTED", "STARTED": "STARTED"}.get(state["status"], "OPEN")
    return [{"INSTANCE_NUMBER": 1, "INSTANCE_NAME": state["sid"], "HOST_NAME": now.host, "VERSION": state["version"],
             "STARTUP_TIME": now.started, "STATUS": status, "PARALLEL": "NO", "THREAD#": 0 if status == "STARTED"
             else 1,
             "ARCHIVER": state["archiver"], "LOG_SWITCH_WAIT": None, "LOGINS": state["logins"],
             "SHUTDOWN_PENDING": state["shutdown_pending"], "DATABASE_STATUS": "ACTIVE",
             "INSTANCE_ROLE": "PRIMARY_INSTANCE",
             "ACTIVE_STATE": "NORMAL", "BLOCKED": state["blocked"]}]


def versions(now: Now) -> list[Row]:
    """V$VERSION."""
    number = now.state["version"]
    return [{"BANNER": text} for text in (
        banner(now), f"PL/SQL Release {number} - Production", f"CORE\t{number}\tProduction",
        f"TNS for Linux: Version {number} - Production", f"NLSRTL Version {number} - Production")]


def components(now: Now) -> list[Row]:
    """PRODUCT_COMPONENT_VERSION."""
    number = now.state["version"]
    return [{"PRODUCT": product, "VERSION": number, "STATUS": status} for product, status in (
        ("NLSRTL ", "Production"), (banner(now).partition(" Release")[0] + " ", "64bit Production"),
        ("PL/SQL ", "Production"),
        ("TNS for Linux: ", "Production"))]


def database(now: Now) -> list[Row]:
    """V$DATABASE."""
    state = now.state
    mode = "MOUNTED" if state["status"] == "MOUNTED" else state["open_mode"]
    return [{"DBID": state["dbid"], "NAME": state["db_name"], "CREATED": now.created, "RESETLOGS_CHANGE#": 945184,
             "RESETLOGS_TIME": now.created, "PRIOR_RESETLOGS_CHANGE#": 1, "PRIOR_RESETLOGS_TIME": now.ago(days=4800),
             "LOG_MODE": state["log_mode"], "CHECKPOINT_CHANGE#": scn(now.ago(minutes=12)),
             "CONTROLFILE_TYPE": "CURRENT",
             "CONTROLFILE_CREATED": now.created, "CONTROLFILE_CHANGE#": scn(now.at),
             "CONTROLFILE_TIME": now.ago(seconds=5),
             "OPEN_RESETLOGS": "NOT ALLOWED", "VERSION_TIME": now.created, "OPEN_MODE": mode,
             "PROTECTION_MODE": "MAXIMUM PERFORMANCE", "PROTECTION_LEVEL": "MAXIMUM PERFORMANCE",
             "REMOTE_ARCHIVE": "ENABLED",
             "DATABASE_ROLE": state["role"], "SWITCHOVER_STATUS": "NOT ALLOWED", "DATAGUARD_BROKER": "DISABLED",
             "GUARD_STATUS": "NONE", "SUPPLEMENTAL_LOG_DATA_MIN": "NO", "FORCE_LOGGING": state["force_logging"],
             "PLATFORM_ID": 13, "PLATFORM_NAME": "Linux x86 64-bit", "CURRENT_SCN": scn(now.at), "FLASHBACK_ON": "NO",
             "DB_UNIQUE_NAME": state["unique_name"]} | ({"CDB": "NO"} if now.version >= (12, 1) else {})]


def options(now: Now) -> list[Row]:
    """V$OPTION, in part."""
    there = now.state["edition"].startswith("Enterprise")
    return [{"PARAMETER": name, "VALUE": "TRUE" if there and name != "Real Application Clusters" else "FALSE"}
            for name in ("Partitioning", "Real Application Clusters", "Advanced Compression", "Block Change Tracking",
                         "Fast-Start Fault Recovery", "Parallel backup and recovery", "Oracle Data Guard")]


def diagnostics(now: Now) -> list[Row]:
    """V$DIAG_INFO."""
    state = now.state
    home = f"{state['base']}/diag/rdbms/{state['unique_name'].lower()}/{state['sid']}"
    said = {"Diag Enabled": "TRUE", "ADR Base": state["base"], "ADR Home": home, "Diag Trace": f"{home}/trace",
            "Diag Alert": f"{home}/alert", "Diag Incident": f"{home}/incident", "Diag Cdump": f"{home}/cdump",
            "Health Monitor": f"{home}/hm", "Active Problem Count": "0", "Active Incident Count": "0"}
    return [{"INST_ID": 1, "NAME": name, "VALUE": value} for name, value in said.items()]


def _parameters(now: Now) -> dict[str, tuple[str | None, bool]]:
    """Name -> (value, whether it is set): those of the state and the ones that follow from it."""
    state, base = now.state, now.state["base"]
    destinations = {name.lower(): one for name, one in state["archive_destinations"].items()}
    home = f"{base}/diag/rdbms/{state['unique_name'].lower()}/{state['sid']}"
    found: dict[str, tuple[str | None, bool]] = {
        "db_name": (state["db_name"], True), "db_unique_name": (state["unique_name"],
                                                                state["unique_name"] != state["db_name"]),
        "instance_name": (state["sid"], False), "db_block_size": ("8192", True),
        "control_files": (", ".join(state["control_files"]), True),
        "control_file_record_keep_time": (str(state["backups"]["keep_days"]), state["backups"]["keep_days"] != 7),
        "spfile": (f"{state['home']}/dbs/spfile{state['sid']}.ora", False),
        "audit_file_dest": (f"{base}/admin/{state['sid']}/adump", True), "diagnostic_dest": (base, True),
        "background_dump_dest": (f"{home}/trace", False), "timed_statistics": ("TRUE", False),
        "statistics_level": ("TYPICAL", False), "undo_management": ("AUTO", False), "undo_retention": ("900", False),
        "db_recovery_file_dest": (state["recovery_area"]["path"], True), "cpu_count": ("16", False),
        "log_archive_format": ("%t_%s_%r.dbf", False), "recyclebin": ("on", False)}
    for name, one in destinations.items():
        where = one["destination"]
        found[name] = (f"LOCATION={where}", where != "USE_DB_RECOVERY_FILE_DEST")
    for name, value in state["parameters"].items():
        found[name] = (value, True)
    return found


def _parameter(name: str, value: str | None, is_set: bool, number: int) -> Row:
    kind = 3 if value and value.isdigit() and len(value) < 9 else 6 if value and value.isdigit() else \
        1 if value in {"TRUE", "FALSE"} else 2
    return {"NUM": number, "NAME": name, "TYPE": kind, "VALUE": value, "DISPLAY_VALUE": value,
            "ISDEFAULT": "FALSE" if is_set else "TRUE", "ISMODIFIED": "FALSE", "ISADJUSTED": "FALSE"}


def parameters(now: Now) -> list[Row]:
    """V$PARAMETER and V$SYSTEM_PARAMETER."""
    return [_parameter(name, value, is_set, number)
            for number, (name, (value, is_set)) in enumerate(sorted(_parameters(now).items()), 20)]


def parameters2(now: Now) -> list[Row]:
    """V$SYSTEM_PARAMETER2: one row per value of a list."""
    rows = []
    for number, (name, (value, is_set)) in enumerate(sorted(_parameters(now).items()), 20):
        listed = value.split(", ") if value and name == "control_files" else [value]
        rows += [{**_parameter(name, one, is_set, number), "ORDINAL": place} for place, one in enumerate(listed, 1)]
    return rows


def server_parameters(now: Now) -> list[Row]:
    """V$SPPARAMETER: what is set, with the spfile's own values where the state says so."""
    said: dict[str, Any] = {name: value for name, (value, is_set) in _parameters(now).items() if is_set}
    own = now.state["spfile"]
    rows = []
    for name in sorted({*_parameters(now), *own}):
        value = own.get(name, said.get(name))
        if name in own and own[name] is None:
            value = None
        listed = value.split(", ") if value and name == "control_files" else [value]
        rows += [{"SID": "*", "NAME": name, "TYPE": "string", "VALUE": one, "DISPLAY_VALUE": one,
                  "UPDATE_COMMENT": None,
                  "ISSPECIFIED": "FALSE" if one is None else "TRUE", "ORDINAL": 0 if one is None else place}
                 for place, one in enumerate(listed, 1)]
    return rows


def resources(now: Now) -> list[Row]:
    """V$RESOURCE_LIMIT; its limits are texts, right in ten places."""
    return [{"RESOURCE_NAME": name, "CURRENT_UTILIZATION": one["current"], "MAX_UTILIZATION": one["highest"],
             "INITIAL_ALLOCATION": f"{one['limit'] if one['limit'] is not None else 'UNLIMITED':>10}",
             "LIMIT_VALUE": f"{one['limit'] if one['limit'] is not None else 'UNLIMITED':>10}"}
            for name, one in now.state["resources"].items()]


def _hash(name: str) -> int:
    return sum((place + 1) * ord(sign) * 7919 for place, sign in enumerate(name)) % 4294967291


def system_events(now: Now) -> list[Row]:
    """V$SYSTEM_EVENT: cumulated since the start of the instance."""
    seconds = max(1.0, (now.at - now.started).total_seconds())
    rows = []
    for name, one in now.state["waits"].items():
        waits = int(one["per_second"] * seconds)
        micro = int(waits * one["micro"])
        identity, number = _CLASSES[one["class"]]
        rows.append({"EVENT": name, "TOTAL_WAITS": waits, "TOTAL_TIMEOUTS": int(one["timeouts"] * seconds),
                     "TIME_WAITED": micro // 10000, "AVERAGE_WAIT": round(micro / 10000 / waits, 2) if waits else 0,
                     "TIME_WAITED_MICRO": micro, "TOTAL_WAITS_FG": waits, "TIME_WAITED_MICRO_FG": micro,
                     "EVENT_ID": _hash(name), "WAIT_CLASS_ID": identity, "WAIT_CLASS#": number,
                     "WAIT_CLASS": one["class"]})
    return rows


def event_names(now: Now) -> list[Row]:
    """V$EVENT_NAME, for the events of the state."""
    return [{"EVENT#": number, "EVENT_ID": _hash(name), "NAME": name, "WAIT_CLASS": one["class"],
             "WAIT_CLASS_ID": _CLASSES[one["class"]][0], "WAIT_CLASS#": _CLASSES[one["class"]][1]}
            for number, (name, one) in enumerate(now.state["waits"].items(), 100)]
