select current_setting('archive_mode') as archive_mode, archived_count, failed_count,
       last_archived_wal, floor(extract(epoch from now() - last_archived_time))::bigint as archived_seconds_ago,
       last_failed_wal, floor(extract(epoch from now() - last_failed_time))::bigint as failed_seconds_ago,
       case when pg_is_in_recovery() then null else pg_walfile_name(pg_current_wal_lsn()) end as current_wal,
       pg_size_bytes(current_setting('wal_segment_size')) as segment_bytes
from pg_stat_archiver;
