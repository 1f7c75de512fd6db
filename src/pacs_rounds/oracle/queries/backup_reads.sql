-- What RMAN has read and restored: validations and restores with what they covered. It does not say whether logical checks were on.
-- columns: recid int, stamp int, operation text, object_type text, status text, start_time time, end_time time, mbytes number
-- cost: control_file
-- rows: 1000
-- since: 10.1
select s.recid, s.stamp, s.operation, s.object_type, s.status, s.start_time, s.end_time, s.mbytes_processed as mbytes
  from v$rman_status s
 where s.start_time > sysdate - 400
   and (s.operation like '%VALIDATE%' or s.operation like 'RESTORE%')
 order by s.start_time
