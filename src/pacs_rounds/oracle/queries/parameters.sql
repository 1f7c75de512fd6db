-- Parameters that are not the default, of the instance (not of our session) and of the
-- spfile. What looks like a secret is not shown.
-- columns: source text, name text, place int, value text
-- cost: fixed
-- rows: 2000
-- since: 9.2
SELECT x.source, x.name, x.place, CASE WHEN LOWER(x.name) LIKE '%passw%' OR LOWER(x.name) LIKE '%secret%'
       OR LOWER(x.name) LIKE '%credential%' THEN '(not shown)' ELSE SUBSTR(x.value, 1, 400) END AS value FROM (
SELECT 'MEMORY' AS source, name, ordinal AS place, value
  FROM v$system_parameter2 WHERE isdefault = 'FALSE' OR ismodified <> 'FALSE'
 UNION ALL
SELECT 'SPFILE', s.name, s.ordinal, s.value
  FROM v$spparameter s CROSS JOIN v$instance i
 WHERE s.isspecified = 'TRUE' AND (s.sid = '*' OR s.sid = i.instance_name)
) x
 WHERE x.name NOT LIKE '\_\_%' ESCAPE '\'
