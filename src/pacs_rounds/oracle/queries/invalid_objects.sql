-- Invalid objects and unusable indexes or index partitions, at most 200 of a kind; total_count is all there are.
-- columns: kind text, owner text, object_type text, object_name text, part_name text, total_count int
-- cost: dictionary
-- rows: 800
-- since: 9.2
SELECT x.kind, x.owner, x.object_type, x.object_name, x.part_name, x.total_count FROM (
SELECT 'OBJECT' AS kind, owner, object_type, object_name, CAST(NULL AS VARCHAR2(128)) AS part_name,
       COUNT(*) OVER () AS total_count, ROW_NUMBER() OVER (ORDER BY owner, object_type, object_name) AS place
  FROM dba_objects WHERE status = 'INVALID'
 UNION ALL
SELECT 'INDEX', owner, 'INDEX', index_name, CAST(NULL AS VARCHAR2(128)), COUNT(*) OVER (),
       ROW_NUMBER() OVER (ORDER BY owner, index_name)
  FROM dba_indexes WHERE status = 'UNUSABLE'
 UNION ALL
SELECT 'INDEX', index_owner, 'INDEX PARTITION', index_name, partition_name, COUNT(*) OVER (),
       ROW_NUMBER() OVER (ORDER BY index_owner, index_name, partition_name)
  FROM dba_ind_partitions WHERE status = 'UNUSABLE'
 UNION ALL
SELECT 'INDEX', index_owner, 'INDEX SUBPARTITION', index_name, subpartition_name, COUNT(*) OVER (),
       ROW_NUMBER() OVER (ORDER BY index_owner, index_name, subpartition_name)
  FROM dba_ind_subpartitions WHERE status = 'UNUSABLE'
) x
 WHERE x.place <= 200
