-- Jobs of both schedulers with their state and the runs that failed in the last seven days; at most 200 of a kind,
-- those in trouble first.
-- columns: kind text, owner text, job_name text, enabled text, state text, failure_count int, last_at time, next_at time, failed_runs int, last_failed_at time
-- cost: dictionary
-- rows: 400
-- since: 9.2
SELECT x.kind, x.owner, x.job_name, x.enabled, x.state, x.failure_count, x.last_at, x.next_at, x.failed_runs,
       x.last_failed_at FROM (
SELECT 'JOB' AS kind, schema_user AS owner, TO_CHAR(job) AS job_name,
       CASE WHEN broken = 'Y' THEN 'FALSE' ELSE 'TRUE' END AS enabled,
       CASE WHEN broken = 'Y' THEN 'BROKEN' ELSE 'SCHEDULED' END AS state, NVL(failures, 0) AS failure_count,
       last_date AS last_at, next_date AS next_at, 0 AS failed_runs, CAST(NULL AS DATE) AS last_failed_at,
       ROW_NUMBER() OVER (ORDER BY broken DESC, NVL(failures, 0) DESC, job) AS place
  FROM dba_jobs
) x
 WHERE x.place <= 200
-- since: 10.1
SELECT x.kind, x.owner, x.job_name, x.enabled, x.state, x.failure_count, x.last_at, x.next_at, x.failed_runs,
       x.last_failed_at FROM (
SELECT 'JOB' AS kind, schema_user AS owner, TO_CHAR(job) AS job_name,
       CASE WHEN broken = 'Y' THEN 'FALSE' ELSE 'TRUE' END AS enabled,
       CASE WHEN broken = 'Y' THEN 'BROKEN' ELSE 'SCHEDULED' END AS state, NVL(failures, 0) AS failure_count,
       last_date AS last_at, next_date AS next_at, 0 AS failed_runs, CAST(NULL AS DATE) AS last_failed_at,
       ROW_NUMBER() OVER (ORDER BY broken DESC, NVL(failures, 0) DESC, job) AS place
  FROM dba_jobs
 UNION ALL
SELECT 'SCHEDULER', j.owner, j.job_name, j.enabled, j.state, NVL(j.failure_count, 0), CAST(j.last_start_date AS DATE),
       CAST(j.next_run_date AS DATE), NVL(d.failed_runs, 0), d.last_failed_at,
       ROW_NUMBER() OVER (ORDER BY NVL(d.failed_runs, 0) DESC, j.state, j.owner, j.job_name)
  FROM dba_scheduler_jobs j
  LEFT JOIN (SELECT owner, job_name, COUNT(*) AS failed_runs, MAX(CAST(log_date AS DATE)) AS last_failed_at
               FROM dba_scheduler_job_run_details
              WHERE status = 'FAILED' AND log_date > SYSDATE - 7
              GROUP BY owner, job_name) d
    ON d.owner = j.owner AND d.job_name = j.job_name
) x
 WHERE x.place <= 200
