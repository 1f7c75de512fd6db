"""Derivations of the storage array's checks: both storage processors' answers in, rows to judge out."""
