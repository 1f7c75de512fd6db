"""Readers of OPatch: which patches an Oracle home has."""
