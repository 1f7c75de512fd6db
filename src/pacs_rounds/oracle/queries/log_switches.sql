-- Log switches per hour of the last seven days.
-- columns: hour time, switch_count int
-- cost: control_file
-- rows: 200
-- since: 9.2
SELECT h.hour, COUNT(*) AS switch_count
  FROM (SELECT TRUNC(first_time, 'HH24') AS hour FROM v$log_history WHERE first_time >= SYSDATE - 7) h
 GROUP BY h.hour
 ORDER BY h.hour
