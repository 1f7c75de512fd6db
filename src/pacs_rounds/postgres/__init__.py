"""PostgreSQL through the host's own psql: no driver, no agent, no password where a process list would show it."""
