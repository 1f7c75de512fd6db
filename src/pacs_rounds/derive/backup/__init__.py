"""Backups: the ladders of proof, jobs, logs, archived logs, copies, and the harvested history."""
