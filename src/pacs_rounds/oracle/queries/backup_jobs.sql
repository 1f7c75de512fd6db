-- RMAN's jobs as the control file remembers them: by default seven days of them (control_file_record_keep_time).
-- columns: session_recid int, session_stamp int, input_type text, status text, device text, start_time time, end_time time, input_bytes int, output_bytes int
-- cost: control_file
-- rows: 4000
-- since: 10.2
select j.session_recid, j.session_stamp, j.input_type, j.status, j.output_device_type as device,
       j.start_time, j.end_time, j.input_bytes, j.output_bytes
  from v$rman_backup_job_details j
 where j.start_time > sysdate - 120
 order by j.start_time
