-- Sessions that wait for another session, and those they wait for, with the object of the row in question.
-- columns: instance_id int, session_id int, serial int, username text, status text, program text, event text, blocking_instance int, blocking_session int, wait_seconds int, call_seconds int, object_owner text, object_name text
-- cost: dictionary
-- rows: 500
-- since: 9.2
SELECT s.inst_id AS instance_id, s.sid AS session_id, s.serial# AS serial, s.username, s.status, s.program,
       CASE WHEN l.request > 0 THEN 'enq: ' || l.type END AS event, b.inst_id AS blocking_instance,
       b.sid AS blocking_session, CASE WHEN l.request > 0 THEN l.ctime END AS wait_seconds,
       s.last_call_et AS call_seconds, o.owner AS object_owner, o.object_name
  FROM gv$lock l
  JOIN gv$session s ON s.inst_id = l.inst_id AND s.sid = l.sid
  LEFT JOIN dba_objects o ON o.object_id = s.row_wait_obj#
  LEFT JOIN gv$lock b ON b.id1 = l.id1 AND b.id2 = l.id2 AND b.type = l.type AND b.block > 0 AND l.request > 0
 WHERE (l.request > 0 OR (l.block > 0 AND EXISTS (
        SELECT 1 FROM gv$lock w WHERE w.id1 = l.id1 AND w.id2 = l.id2 AND w.type = l.type AND w.request > 0)))
-- since: 10.2
SELECT s.inst_id AS instance_id, s.sid AS session_id, s.serial# AS serial, s.username, s.status, s.program, s.event,
       s.blocking_instance, s.blocking_session, s.seconds_in_wait AS wait_seconds, s.last_call_et AS call_seconds,
       o.owner AS object_owner, o.object_name
  FROM gv$session s
  LEFT JOIN dba_objects o ON o.object_id = s.row_wait_obj#
 WHERE ((s.blocking_session IS NOT NULL AND s.wait_class <> 'Idle')
        OR EXISTS (SELECT 1 FROM gv$session w
                    WHERE w.blocking_session = s.sid AND w.wait_class <> 'Idle'
                      AND NVL(w.blocking_instance, w.inst_id) = s.inst_id))
