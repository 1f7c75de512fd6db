-- Blocks that a backup or a validation found corrupt (at most 100), and the last validation of the whole database
-- (a RESTORE VALIDATE reads backups, a VALIDATE of one file or backup set not all of it).
-- columns: kind text, file_id int, block_id int, block_count int, corruption_type text, validated_at time, total_count int
-- cost: control_file
-- rows: 101
-- since: 10.2
SELECT x.kind, x.file_id, x.block_id, x.block_count, x.corruption_type, x.validated_at, x.total_count FROM (
SELECT 'CORRUPT' AS kind, file# AS file_id, block# AS block_id, blocks AS block_count, corruption_type,
       CAST(NULL AS DATE) AS validated_at, COUNT(*) OVER () AS total_count,
       ROW_NUMBER() OVER (ORDER BY file#, block#) AS place
  FROM v$database_block_corruption
 UNION ALL
SELECT 'VALIDATED', CAST(NULL AS NUMBER), CAST(NULL AS NUMBER), CAST(NULL AS NUMBER), CAST(NULL AS VARCHAR2(9)),
       MAX(end_time), COUNT(*), 1
  FROM v$rman_status
 WHERE operation IN ('VALIDATE', 'BACKUP VALIDATE') AND object_type LIKE 'DB %' AND status = 'COMPLETED'
) x
 WHERE x.place <= 100
