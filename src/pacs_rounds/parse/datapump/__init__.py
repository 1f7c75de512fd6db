"""Readers of the logs of Data Pump (expdp, impdp) and of its forerunners exp and imp."""
