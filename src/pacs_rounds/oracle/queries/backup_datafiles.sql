-- Each data file with its newest backup, its newest full one (level 0 or an image copy), and corrupt blocks met there. The
-- creation change tells a dropped file from the one that got its number later.
-- columns: file_number int, name text, creation_time time, newest time, newest_full time, corrupt_blocks int
-- cost: control_file
-- rows: 5000
select d.file# as file_number, d.name, d.creation_time, b.newest, b.newest_full, b.corrupt_blocks
  from v$datafile d,
       (select u.file#, u.creation_change#, max(u.completion_time) as newest,
               max(case when u.incremental_level = 0 then u.completion_time end) as newest_full,
               sum(u.corrupt_blocks) as corrupt_blocks
          from (select f.file#, f.creation_change#, f.completion_time, nvl(f.incremental_level, 0) as incremental_level,
                       f.media_corrupt + f.logically_corrupt as corrupt_blocks
                  from v$backup_datafile f
                 where f.file# > 0
                 union all
                select c.file#, c.creation_change#, c.completion_time, 0 as incremental_level, 0 as corrupt_blocks
                  from v$datafile_copy c
                 where c.status = 'A') u
         group by u.file#, u.creation_change#) b
 where b.file#(+) = d.file#
   and b.creation_change#(+) = d.creation_change#
 order by d.file#
