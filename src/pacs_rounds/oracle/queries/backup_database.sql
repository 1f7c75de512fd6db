-- The database as its own backups see it: keep time of the control file's records, retention, newest backups of the
-- control file and the spfile, blocks that some run has found corrupt.
-- columns: dbid int, name text, log_mode text, database_role text, resetlogs_time time, asked_at time, keep_days text, spfile text, retention text, controlfile_at time, spfile_at time, corrupt_blocks int
-- cost: control_file
-- rows: 1
-- since: 10.2
select d.dbid, d.name, d.log_mode, d.database_role, d.resetlogs_time, sysdate as asked_at,
       (select max(p.value) from v$parameter p where p.name = 'control_file_record_keep_time') as keep_days,
       (select max(p.value) from v$parameter p where p.name = 'spfile') as spfile,
       (select max(c.value) from v$rman_configuration c where c.name = 'RETENTION POLICY') as retention,
       (select max(b.completion_time) from v$backup_datafile b where b.file# = 0) as controlfile_at,
       (select max(s.completion_time) from v$backup_spfile s) as spfile_at,
       (select count(*) from v$database_block_corruption) as corrupt_blocks
  from v$database d
