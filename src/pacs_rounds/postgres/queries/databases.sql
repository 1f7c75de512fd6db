select translate(datname, '|' || chr(10) || chr(13), '/  ') as database, pg_database_size(oid) as bytes,
       age(datfrozenxid) as frozen_age
from pg_database
where datallowconn
order by datname limit 200;
