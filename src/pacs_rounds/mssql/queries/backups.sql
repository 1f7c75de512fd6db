select top (3000) replace(database_name, '|', '/') as [database], type,
       convert(varchar(19), dateadd(second, datediff(second, getdate(), getutcdate()), backup_finish_date), 126) + 'Z' as finished,
       convert(bigint, backup_size) as bytes, convert(int, has_backup_checksums) as with_checksums,
       convert(int, is_damaged) as damaged
from (select *, row_number() over (partition by database_name, type order by backup_finish_date desc) as newest
      from msdb.dbo.backupset
      where backup_finish_date > dateadd(day, -100, getdate()) and is_copy_only = 0 and type in ('D', 'I', 'L')) as b
where newest <= 8
order by database_name, type, backup_finish_date desc;
