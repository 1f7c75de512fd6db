-- Backup pieces by file: where, how large, and whether the last crosscheck found them.
-- columns: set_stamp int, set_count int, piece_number int, copy_number int, device text, handle text, status text, completion_time time, bytes int
-- cost: control_file
-- rows: 9000
-- since: 10.1
select p.set_stamp, p.set_count, p.piece# as piece_number, p.copy# as copy_number, p.device_type as device, p.handle,
       p.status, p.completion_time, p.bytes
  from v$backup_piece p
 where p.completion_time > sysdate - 120
   and p.status <> 'D'
 order by p.completion_time
