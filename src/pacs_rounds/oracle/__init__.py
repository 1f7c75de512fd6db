"""Oracle databases: the queries, the one script of a session, and its answers. Knows no device and opens no socket."""
