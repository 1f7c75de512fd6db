select top (300) replace(j.name, '|', '/') as job, h.run_status as status, h.run_date as day
from msdb.dbo.sysjobs as j
join (select job_id, run_status, run_date, row_number() over (partition by job_id order by instance_id desc) as newest
      from msdb.dbo.sysjobhistory where step_id = 0) as h on h.job_id = j.job_id and h.newest = 1
where j.enabled = 1
order by j.name;
