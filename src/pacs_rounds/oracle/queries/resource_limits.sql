-- Sessions, processes, transactions and locks against the limits the instance was started with.
-- columns: resource_name text, current_count int, highest_count int, limit_value text
-- cost: fixed
-- rows: 20
-- since: 9.2
SELECT resource_name, current_utilization AS current_count, max_utilization AS highest_count,
       TRIM(limit_value) AS limit_value
  FROM v$resource_limit
 WHERE resource_name IN ('processes', 'sessions', 'transactions', 'enqueue_locks', 'dml_locks',
                         'parallel_max_servers', 'max_shared_servers')
