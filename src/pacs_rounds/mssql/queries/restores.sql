select top (500) replace(b.database_name, '|', '/') as [database], r.restore_type as type,
       convert(varchar(19), dateadd(second, datediff(second, getdate(), getutcdate()), max(r.restore_date)), 126) + 'Z' as restored
from msdb.dbo.restorehistory as r join msdb.dbo.backupset as b on b.backup_set_id = r.backup_set_id
where r.restore_date > dateadd(day, -400, getdate())
group by b.database_name, r.restore_type
order by b.database_name, r.restore_type;
