select pg_is_in_recovery() as in_recovery, (select max(status) from pg_stat_wal_receiver) as receiver,
       case when not pg_is_in_recovery() or pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
            else floor(extract(epoch from now() - pg_last_xact_replay_timestamp()))::bigint end as lag_seconds;
