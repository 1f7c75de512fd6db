"""Health of PostgreSQL instances, and the proof of their backups."""
