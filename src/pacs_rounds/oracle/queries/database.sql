-- The database behind the instance: what it is, in which mode it is open, whether it archives. Needs it mounted.
-- columns: dbid int, name text, db_unique_name text, created time, log_mode text, open_mode text, database_role text, force_logging text, flashback_on text, guard_status text, platform_name text
-- cost: control_file
-- rows: 1
-- since: 9.2
select dbid, name, name as db_unique_name, created, log_mode, open_mode, database_role, force_logging,
       'NO' as flashback_on, guard_status, null as platform_name
  from v$database
-- since: 10.1
select dbid, name, db_unique_name, created, log_mode, open_mode, database_role, force_logging, flashback_on,
       guard_status, platform_name
  from v$database
