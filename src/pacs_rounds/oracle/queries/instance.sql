-- What the instance says of itself. Answers in every state, from nomount on.
-- columns: instance_name text, host_name text, version text, startup_time time, now_time time, status text, logins text, shutdown_pending text, database_status text, archiver text, blocked text
-- cost: fixed
-- rows: 1
-- since: 9.2
select instance_name, host_name, version, startup_time, sysdate as now_time, status, logins, shutdown_pending,
       database_status, archiver, 'NO' as blocked
  from v$instance
-- since: 10.1
select instance_name, host_name, version, startup_time, sysdate as now_time, status, logins, shutdown_pending,
       database_status, archiver, blocked
  from v$instance
