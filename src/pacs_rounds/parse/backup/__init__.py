"""Readers of what backup_verify asks of files: logs, copies, images; of the harvested history and of drills."""
