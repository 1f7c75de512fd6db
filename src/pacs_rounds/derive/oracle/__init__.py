"""Derivations of Oracle databases: what the queries answered, per instance, as rows to judge."""
