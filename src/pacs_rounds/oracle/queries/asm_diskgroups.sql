-- ASM disk groups, from the statistics in memory: no disk is searched for. No rows where ASM is not used.
-- columns: name text, state text, redundancy text, total_bytes int, free_bytes int, usable_bytes int, offline_count int
-- cost: fixed
-- rows: 100
-- since: 10.2
SELECT name, state, type AS redundancy, total_mb * 1048576 AS total_bytes, free_mb * 1048576 AS free_bytes,
       usable_file_mb * 1048576 AS usable_bytes, offline_disks AS offline_count
  FROM v$asm_diskgroup_stat
