"""Which function makes the rows of which view, and whether a view can be read in the instance's state."""

from __future__ import annotations

from collections.abc import Callable

from pacs_rounds.lab.oracle_sql.errors import OraError, unknown
from pacs_rounds.lab.oracle_views import activity, backups, dictionary, instance, redo, schema, storage
from pacs_rounds.lab.oracle_views.clock import Now, Row

ROWS: dict[str, Callable[[Now], list[Row]]] = {
    "DUAL": instance.dual, "V$INSTANCE": instance.instance, "V$VERSION": instance.versions,
    "V$DATABASE": instance.database,
    "PRODUCT_COMPONENT_VERSION": instance.components, "V$OPTION": instance.options, "V$DIAG_INFO": instance.diagnostics,
    "V$PARAMETER": instance.parameters, "V$SYSTEM_PARAMETER": instance.parameters,
    "V$SYSTEM_PARAMETER2": instance.parameters2, "V$SPPARAMETER": instance.server_parameters,
    "V$RESOURCE_LIMIT": instance.resources, "V$SYSTEM_EVENT": instance.system_events,
    "V$EVENT_NAME": instance.event_names,
    "V$SESSION": activity.sessions, "V$LOCK": activity.locks, "V$PROCESS": activity.processes,
    "V$UNDOSTAT": activity.undo_statistics, "DBA_UNDO_EXTENTS": activity.undo_extents,
    "V$SORT_SEGMENT": activity.sort_segments, "V$LOCKED_OBJECT": activity.locked_objects,
    "V$TRANSACTION": backups.nothing,
    "DBA_TABLESPACES": storage.tablespaces, "V$TABLESPACE": storage.tablespace_numbers, "V$DATAFILE": storage.datafiles,
    "V$TEMPFILE": storage.tempfiles, "DBA_DATA_FILES": storage.dba_data_files, "DBA_TEMP_FILES": storage.dba_temp_files,
    "DBA_FREE_SPACE": storage.free_space, "DBA_TEMP_FREE_SPACE": storage.temp_free_space,
    "DBA_TABLESPACE_USAGE_METRICS": storage.usage_metrics, "V$RECOVER_FILE": storage.recover_files,
    "V$CONTROLFILE": storage.control_files, "V$LOG": redo.redo_logs, "V$LOGFILE": redo.log_files,
    "V$LOG_HISTORY": redo.log_history, "V$ARCHIVED_LOG": redo.archived_logs,
    "V$RECOVERY_FILE_DEST": redo.recovery_area, "V$RECOVERY_AREA_USAGE": redo.recovery_usage,
    "V$FLASH_RECOVERY_AREA_USAGE": redo.recovery_usage, "V$ARCHIVE_DEST": redo.archive_destinations,
    "V$DATABASE_BLOCK_CORRUPTION": storage.corruption, "V$BACKUP_CORRUPTION": storage.backup_corruption,
    "V$COPY_CORRUPTION": backups.nothing, "V$RMAN_BACKUP_JOB_DETAILS": backups.job_details,
    "V$RMAN_STATUS": backups.status,
    "V$BACKUP_SET": backups.sets, "V$BACKUP_SET_DETAILS": backups.set_details, "V$BACKUP_PIECE": backups.pieces,
    "V$BACKUP_DATAFILE": backups.datafiles, "V$BACKUP_REDOLOG": backups.redologs, "V$BACKUP_SPFILE": backups.spfiles,
    "V$DATAFILE_COPY": backups.nothing, "V$RMAN_CONFIGURATION": backups.configuration,
    "V$ASM_DISKGROUP": storage.disk_groups,
    "V$ASM_DISKGROUP_STAT": storage.disk_groups, "DBA_OBJECTS": dictionary.objects, "DBA_TABLES": dictionary.tables,
    "DBA_TAB_STATISTICS": dictionary.table_statistics, "DBA_INDEXES": dictionary.indexes,
    "DBA_IND_PARTITIONS": dictionary.index_partitions, "DBA_IND_SUBPARTITIONS": dictionary.index_subpartitions,
    "DBA_JOBS": dictionary.jobs, "DBA_JOBS_RUNNING": backups.nothing, "DBA_SCHEDULER_JOBS": dictionary.scheduler_jobs,
    "DBA_SCHEDULER_JOB_RUN_DETAILS": dictionary.scheduler_runs, "DBA_USERS": dictionary.users,
    "DBA_USERS_WITH_DEFPWD": dictionary.default_passwords, "DBA_PROFILES": dictionary.profiles,
    "DBA_REGISTRY": dictionary.registry, "DBA_REGISTRY_HISTORY": dictionary.registry_history,
    "DBA_RECYCLEBIN": backups.nothing, "DBA_DATAPUMP_JOBS": backups.nothing, "DBA_DIRECTORIES": dictionary.directories,
    "DBA_OUTSTANDING_ALERTS": backups.nothing, "NLS_DATABASE_PARAMETERS": dictionary.nls_database,
    "GLOBAL_NAME": dictionary.global_name, "V$BACKUP": backups.nothing,
}


class StateViews:
    """The views of one device at one moment, as engine.Views. `sysdba` reads everything."""

    def __init__(self, now: Now, sysdba: bool) -> None:
        self.now, self.sysdba = now, sysdba

    def view(self, name: str, owner: str | None) -> tuple[str, schema.Columns]:
        """The view, or the refusal that the state of the instance or the account's rights bring."""
        view, everywhere = schema.find(name, owner, self.now.version)
        state = self.now.state
        if view.name in state["hidden_views"] or (not self.sysdba and state["grants"] == "none"
                                                  and view.name != "DUAL"):
            raise OraError(942)
        reached = {"STARTED": 0, "MOUNTED": 1}.get(state["status"], 2)
        if schema.STATES[view.needs] > reached:
            raise OraError(1219 if view.needs == "open" else 1507)
        columns = view.of(self.now.version)
        if everywhere:
            columns = {"INST_ID": ("NUMBER", 0), **columns}
        return ("G" if everywhere else "") + view.name, columns

    def rows(self, name: str) -> list[Row]:
        """The rows of a view by the name that `view` gave."""
        plain = name[1:] if name.startswith("GV$") else name
        make = ROWS.get(plain)
        if make is None:
            raise unknown(f"any rows of {plain}")
        known, there = {one[0] for one in schema.load()[plain].columns}, schema.load()[plain].of(self.now.version)
        rows = make(self.now)
        if strange := {key for row in rows for key in row} - known:
            raise KeyError(f"{plain} has no columns {sorted(strange)}")
        rows = [{key: value for key, value in row.items() if key in there} for row in rows]
        return [{"INST_ID": 1, **row} for row in rows] if plain != name else rows
