"""Readers of what an Oracle database and its tools write: listener, alert log, queries, parameter files."""
