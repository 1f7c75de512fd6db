-- Redo log groups with their members, and the copies of the control file.
-- columns: kind text, group_id int, thread_id int, size_bytes int, member_count int, archived text, status text, file_name text, file_status text
-- cost: control_file
-- rows: 500
-- since: 9.2
SELECT x.kind, x.group_id, x.thread_id, x.size_bytes, x.member_count, x.archived, x.status, x.file_name,
       x.file_status FROM (
SELECT 'REDO' AS kind, l.group# AS group_id, l.thread# AS thread_id, l.bytes AS size_bytes, l.members AS member_count,
       l.archived, l.status, f.member AS file_name, f.status AS file_status
  FROM v$log l
  LEFT JOIN v$logfile f ON f.group# = l.group#
 UNION ALL
SELECT 'CONTROL', CAST(NULL AS NUMBER), CAST(NULL AS NUMBER), CAST(NULL AS NUMBER), CAST(NULL AS NUMBER),
       CAST(NULL AS VARCHAR2(3)), CAST(NULL AS VARCHAR2(16)), c.name, c.status
  FROM v$controlfile c
) x
