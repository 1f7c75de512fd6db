-- Optimizer statistics of the application's tables by owner: how many lack them, how many are stale, the newest.
-- columns: owner text, table_count int, missing_count int, stale_count int, newest_at time
-- cost: dictionary
-- rows: 500
-- since: 9.2
SELECT t.owner, COUNT(*) AS table_count, SUM(CASE WHEN t.last_analyzed IS NULL THEN 1 ELSE 0 END) AS missing_count,
       CAST(NULL AS NUMBER) AS stale_count, MAX(t.last_analyzed) AS newest_at
  FROM dba_tables t
 WHERE t.temporary = 'N'
   AND t.owner NOT IN ('SYS', 'SYSTEM', 'OUTLN', 'DBSNMP', 'WMSYS', 'XDB', 'CTXSYS', 'MDSYS', 'ORDSYS', 'ORDPLUGINS',
                       'ODM', 'ODM_MTR', 'OLAPSYS', 'WKSYS', 'WKPROXY', 'QS', 'QS_ADM', 'PERFSTAT', 'SCOTT', 'HR',
                       'OE', 'PM', 'SH')
 GROUP BY t.owner
-- since: 10.1
SELECT t.owner, COUNT(*) AS table_count, SUM(CASE WHEN t.last_analyzed IS NULL THEN 1 ELSE 0 END) AS missing_count,
       SUM(CASE WHEN s.stale_stats = 'YES' THEN 1 ELSE 0 END) AS stale_count, MAX(t.last_analyzed) AS newest_at
  FROM dba_tables t
  LEFT JOIN dba_tab_statistics s
    ON s.owner = t.owner AND s.table_name = t.table_name AND s.object_type = 'TABLE'
 WHERE t.temporary = 'N' AND t.table_name NOT LIKE 'BIN$%'
   AND t.owner NOT IN ('SYS', 'SYSTEM', 'OUTLN', 'DBSNMP', 'SYSMAN', 'MGMT_VIEW', 'WMSYS', 'XDB', 'CTXSYS', 'MDSYS',
                       'MDDATA', 'ORDSYS', 'ORDDATA', 'ORDPLUGINS', 'EXFSYS', 'OLAPSYS', 'DMSYS', 'TSMSYS', 'DIP',
                       'ORACLE_OCM', 'APPQOSSYS', 'ANONYMOUS', 'SI_INFORMTN_SCHEMA', 'FLOWS_FILES', 'LBACSYS',
                       'DVSYS', 'DVF', 'AUDSYS', 'GSMADMIN_INTERNAL', 'OJVMSYS', 'PERFSTAT', 'SCOTT', 'HR', 'OE', 'PM',
                       'SH', 'IX', 'BI', 'OWBSYS', 'OWBSYS_AUDIT', 'SPATIAL_CSW_ADMIN_USR', 'SPATIAL_WFS_ADMIN_USR',
                       'DBSFWUSER', 'GGSYS', 'REMOTE_SCHEDULER_AGENT', 'SYSBACKUP', 'SYSDG', 'SYSKM', 'SYSRAC')
   AND t.owner NOT LIKE 'APEX\_%' ESCAPE '\'
 GROUP BY t.owner
