-- Tablespaces with what is free and used in them: free extents (those of the recycle bin count as free), sorts
-- going on in TEMP, undo of transactions under way and undo kept for readers. Undo errors are those of the last four days.
-- columns: tablespace_name text, contents text, status text, block_size int, bigfile text, free_bytes int, sort_bytes int, active_bytes int, unexpired_bytes int, no_space_count int, too_old_count int
-- cost: dictionary
-- rows: 1000
-- since: 9.2
SELECT t.tablespace_name, t.contents, t.status, t.block_size, 'NO' AS bigfile, f.free_bytes,
       s.used_blocks * t.block_size AS sort_bytes, u.active_bytes, u.unexpired_bytes,
       n.no_space_count, n.too_old_count
  FROM dba_tablespaces t
  LEFT JOIN (SELECT tablespace_name, SUM(bytes) AS free_bytes FROM dba_free_space GROUP BY tablespace_name) f
    ON f.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT tablespace_name, SUM(used_blocks) AS used_blocks FROM gv$sort_segment GROUP BY tablespace_name) s
    ON s.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT tablespace_name, SUM(CASE WHEN status = 'ACTIVE' THEN bytes ELSE 0 END) AS active_bytes,
                    SUM(CASE WHEN status = 'UNEXPIRED' THEN bytes ELSE 0 END) AS unexpired_bytes
               FROM dba_undo_extents GROUP BY tablespace_name) u
    ON u.tablespace_name = t.tablespace_name
 CROSS JOIN (SELECT SUM(nospaceerrcnt) AS no_space_count, SUM(ssolderrcnt) AS too_old_count FROM v$undostat) n
-- since: 10.1
SELECT t.tablespace_name, t.contents, t.status, t.block_size, t.bigfile, f.free_bytes,
       s.used_blocks * t.block_size AS sort_bytes, u.active_bytes, u.unexpired_bytes,
       n.no_space_count, n.too_old_count
  FROM dba_tablespaces t
  LEFT JOIN (SELECT tablespace_name, SUM(bytes) AS free_bytes FROM dba_free_space GROUP BY tablespace_name) f
    ON f.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT tablespace_name, SUM(used_blocks) AS used_blocks FROM gv$sort_segment GROUP BY tablespace_name) s
    ON s.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT tablespace_name, SUM(CASE WHEN status = 'ACTIVE' THEN bytes ELSE 0 END) AS active_bytes,
                    SUM(CASE WHEN status = 'UNEXPIRED' THEN bytes ELSE 0 END) AS unexpired_bytes
               FROM dba_undo_extents GROUP BY tablespace_name) u
    ON u.tablespace_name = t.tablespace_name
 CROSS JOIN (SELECT SUM(nospaceerrcnt) AS no_space_count, SUM(ssolderrcnt) AS too_old_count FROM v$undostat) n
