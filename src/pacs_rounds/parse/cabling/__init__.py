"""Parsers of what is known of cables."""
