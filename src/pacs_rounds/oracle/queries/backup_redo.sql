-- Archived logs of the last 15 days, one row per sequence number: how often backed up, and whether a copy is on disk.
-- columns: thread_number int, sequence_number int, resetlogs_change int, first_time time, next_time time, backups int, on_disk int
-- cost: control_file
-- rows: 9000
select l.thread# as thread_number, l.sequence# as sequence_number, l.resetlogs_change# as resetlogs_change,
       min(l.first_time) as first_time, max(l.next_time) as next_time, max(l.backup_count) as backups,
       max(case when l.deleted = 'NO' and l.status = 'A' then 1 else 0 end) as on_disk
  from v$archived_log l
 where l.first_time > sysdate - 15
   and l.standby_dest = 'NO'
 group by l.thread#, l.sequence#, l.resetlogs_change#
 order by min(l.first_time)
