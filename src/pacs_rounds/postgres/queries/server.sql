select current_setting('server_version') as version, pg_is_in_recovery() as in_recovery,
       to_char(pg_postmaster_start_time() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as started,
       to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as clock,
       current_setting('max_connections') as max_connections,
       current_setting('superuser_reserved_connections') as reserved_connections,
       (select coalesce(sum(numbackends), 0) from pg_stat_database) as connections,
       current_setting('data_checksums') as data_checksums;
