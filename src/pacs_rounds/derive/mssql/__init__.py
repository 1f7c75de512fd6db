"""Health of SQL Server instances, and the proof of their backups."""
