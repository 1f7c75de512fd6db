-- Data files and temporary files: size, limit, state, operations without redo, and the newest backups of each. The
-- creation change tells a file from a later one of the same number.
-- columns: kind text, file_id int, creation_change int, file_name text, tablespace_name text, status text, enabled text, size_bytes int, block_size int, autoextensible text, maximum_bytes int, unrecoverable_at time, recovery_error text, backup_at time, full_at time
-- cost: dictionary
-- rows: 4000
-- since: 9.2
SELECT 'DATA' AS kind, v.file# AS file_id, v.creation_change# AS creation_change, v.name AS file_name,
       d.tablespace_name, v.status, v.enabled, v.bytes AS size_bytes, v.block_size, d.autoextensible,
       d.maxbytes AS maximum_bytes, v.unrecoverable_time AS unrecoverable_at, r.error AS recovery_error,
       b.backup_at, b.full_at
  FROM v$datafile v
  LEFT JOIN dba_data_files d ON d.file_id = v.file#
  LEFT JOIN v$recover_file r ON r.file# = v.file#
  LEFT JOIN (SELECT file#, creation_change#, MAX(completion_time) AS backup_at,
                    MAX(CASE WHEN NVL(incremental_level, 0) = 0 THEN completion_time END) AS full_at
               FROM v$backup_datafile GROUP BY file#, creation_change#) b
    ON b.file# = v.file# AND b.creation_change# = v.creation_change#
 UNION ALL
SELECT 'TEMP', v.file#, v.creation_change#, v.name, d.tablespace_name, v.status, v.enabled, v.bytes, v.block_size,
       d.autoextensible, d.maxbytes, CAST(NULL AS DATE), CAST(NULL AS VARCHAR2(65)), CAST(NULL AS DATE),
       CAST(NULL AS DATE)
  FROM v$tempfile v
  LEFT JOIN dba_temp_files d ON d.file_id = v.file#
