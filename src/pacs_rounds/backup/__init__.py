"""Proof of backups: the ladder that every engine shares, drills that were sealed, and the harvested history."""
