select slot_name as slot, active,
       case when pg_is_in_recovery() then null
            else greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))::bigint end as retained_bytes
from pg_replication_slots
order by slot_name limit 100;
