"""What PostgreSQL says of itself through psql, and what its backups look like from outside."""
