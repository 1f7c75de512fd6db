select top (300) replace(name, '|', '/') as [database], state_desc as state, recovery_model_desc as recovery_model,
       user_access_desc as access, page_verify_option_desc as page_verify,
       datediff(day, convert(datetime, databasepropertyex(name, 'LastGoodCheckDbTime')), getdate()) as checkdb_days_ago
from sys.databases
where name <> 'tempdb'
order by name;
