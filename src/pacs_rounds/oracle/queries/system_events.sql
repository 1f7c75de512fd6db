-- What sessions waited for since the start of the instance, without idle events, the sixty longest. V$SYSTEM_EVENT
-- needs no pack. 9i knows no wait classes: there the idle events are left out by name.
-- columns: started_at time, timed text, event text, wait_class text, wait_count int, waited_micro int
-- cost: fixed
-- rows: 60
-- since: 9.2
SELECT i.startup_time AS started_at, p.value AS timed, e.event, CAST(NULL AS VARCHAR2(64)) AS wait_class,
       e.total_waits AS wait_count, e.time_waited_micro AS waited_micro
  FROM v$instance i
 CROSS JOIN (SELECT value FROM v$parameter WHERE name = 'timed_statistics') p
 CROSS JOIN (SELECT event, total_waits, time_waited_micro,
                    ROW_NUMBER() OVER (ORDER BY time_waited_micro DESC, event) AS place
               FROM v$system_event
              WHERE event NOT IN ('pmon timer', 'smon timer', 'rdbms ipc message', 'rdbms ipc reply',
                    'SQL*Net message from client', 'SQL*Net message from dblink', 'SQL*Net more data from client',
                    'Null event', 'null event', 'pipe get', 'PL/SQL lock timer', 'client message', 'jobq slave wait',
                    'virtual circuit status', 'dispatcher timer', 'wakeup time manager', 'queue messages',
                    'lock manager wait for remote message', 'gcs remote message', 'ges remote message',
                    'PX Idle Wait', 'PX Deq: Execution Msg', 'PX Deq: Table Q Normal', 'PX Deq Credit: send blkd',
                    'PX Deq Credit: need buffer', 'PX Deq: Execute Reply', 'slave wait', 'i/o slave wait',
                    'HS message to agent', 'single-task message', 'SQL*Net break/reset to client',
                    'parallel recovery coordinator waits for cleanup of slaves', 'Queue Monitor Wait',
                    'Queue Monitor Slave Wait', 'Queue Monitor Shutdown Wait', 'Queue Monitor IPC wait',
                    'lock element cleanup', 'WMON goes to sleep', 'DFS db file lock', 'unread message')) e
 WHERE e.place <= 60
-- since: 10.1
SELECT i.startup_time AS started_at, p.value AS timed, e.event, e.wait_class, e.total_waits AS wait_count,
       e.time_waited_micro AS waited_micro
  FROM v$instance i
 CROSS JOIN (SELECT value FROM v$parameter WHERE name = 'timed_statistics') p
 CROSS JOIN (SELECT event, wait_class, total_waits, time_waited_micro,
                    ROW_NUMBER() OVER (ORDER BY time_waited_micro DESC, event) AS place
               FROM v$system_event WHERE wait_class <> 'Idle') e
 WHERE e.place <= 60
