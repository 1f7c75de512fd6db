"""Readers of Windows failover clusters: what cluster.exe prints."""
