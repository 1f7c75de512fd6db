"""Readers of Red Hat Cluster Suite (rgmanager)."""
