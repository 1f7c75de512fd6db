select convert(varchar(40), serverproperty('ProductVersion')) as version,
       replace(convert(varchar(80), serverproperty('Edition')), '|', '/') as edition,
       convert(varchar(19), dateadd(second, datediff(second, getdate(), getutcdate()), sqlserver_start_time), 126) + 'Z' as started,
       convert(varchar(19), getutcdate(), 126) + 'Z' as clock
from sys.dm_os_sys_info;
