select translate(application_name, '|' || chr(10) || chr(13), '/  ') as standby, state, sync_state,
       floor(extract(epoch from coalesce(replay_lag, interval '0')))::bigint as lag_seconds
from pg_stat_replication
order by application_name limit 100;
