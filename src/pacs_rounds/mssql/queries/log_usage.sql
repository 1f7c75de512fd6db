select top (300) replace(rtrim(instance_name), '|', '/') as [database], cntr_value as used_percent
from sys.dm_os_performance_counters
where counter_name = 'Percent Log Used' and instance_name not in ('_Total', 'mssqlsystemresource')
order by instance_name;
