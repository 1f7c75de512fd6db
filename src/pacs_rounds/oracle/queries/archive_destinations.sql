-- Log mode, archiver, and every archive destination in use with its last error.
-- columns: log_mode text, force_logging text, archiver text, destination_id int, status text, target text, binding text, destination text, error text, failed_at time
-- cost: control_file
-- rows: 40
-- since: 9.2
SELECT b.log_mode, b.force_logging, i.archiver, d.dest_id AS destination_id, d.status, d.target, d.binding,
       d.destination, d.error, d.fail_date AS failed_at
  FROM v$database b
 CROSS JOIN v$instance i
  LEFT JOIN v$archive_dest d ON d.status <> 'INACTIVE'
