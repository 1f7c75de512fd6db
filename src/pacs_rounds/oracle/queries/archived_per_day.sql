-- Archived redo per day of the last two weeks, each log once however many copies there are.
-- columns: archived_on time, log_count int, size_bytes int
-- cost: control_file
-- rows: 20
-- since: 9.2
SELECT a.archived_on, COUNT(*) AS log_count, SUM(a.log_bytes) AS size_bytes
  FROM (SELECT thread#, sequence#, resetlogs_change#, MAX(TRUNC(completion_time)) AS archived_on,
               MAX(blocks * block_size) AS log_bytes
          FROM v$archived_log
         WHERE completion_time >= TRUNC(SYSDATE) - 14
         GROUP BY thread#, sequence#, resetlogs_change#) a
 GROUP BY a.archived_on
 ORDER BY a.archived_on
