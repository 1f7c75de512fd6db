-- Backup sets that hold data (a BACKUP VALIDATE only scans and makes none).
-- columns: set_stamp int, set_count int, backup_type text, incremental_level int, controlfile text, pieces int, start_time time, completion_time time
-- cost: control_file
-- rows: 6000
-- since: 10.2
select s.set_stamp, s.set_count, s.backup_type, s.incremental_level, s.controlfile_included as controlfile,
       s.pieces, s.start_time, s.completion_time
  from v$backup_set s
 where s.completion_time > sysdate - 120
   and nvl(s.input_file_scan_only, 'NO') = 'NO'
 order by s.completion_time
