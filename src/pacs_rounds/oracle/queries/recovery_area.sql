-- The fast recovery area: what it may hold, what it holds, what could be deleted at once. No rows where none is set.
-- columns: name text, limit_bytes int, used_bytes int, reclaimable_bytes int, file_count int
-- cost: control_file
-- rows: 10
-- since: 10.1
SELECT name, space_limit AS limit_bytes, space_used AS used_bytes, space_reclaimable AS reclaimable_bytes,
       number_of_files AS file_count
  FROM v$recovery_file_dest
